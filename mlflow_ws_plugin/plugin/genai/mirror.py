"""Rows of MLflow's own tables that stand for native experiments and runs, which its traces and issues refer to."""

from __future__ import annotations

from collections.abc import Iterable

from mlflow.entities import Experiment, RunInfo
from mlflow.store.tracking.dbmodels.models import SqlExperiment, SqlRun
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import String, cast, literal, update
from sqlalchemy.orm import Session

_TAKEN = "renamed since, "


class Mirror:
    """Keeps rows for experiments and runs, each written when it is new or changed.

    Args:
        store: MLflow's store.
    """

    def __init__(self, store: SqlAlchemyStore) -> None:
        self._store = store
        self._written: dict[str, tuple[object, ...]] = {}

    def show(self, experiments: Iterable[Experiment]) -> None:
        """Write the rows of those that are not as they were when this process last wrote them."""
        changed = [one for one in experiments if self._written.get(one.experiment_id) != _content(one)]
        if not changed:
            return
        with Session(self._store.engine) as session, session.begin():
            for experiment in changed:
                _write(session, experiment)
        self._written.update({one.experiment_id: _content(one) for one in changed})

    def show_run(self, run: RunInfo) -> None:
        """Write the row of a run, whose experiment has been shown; only its id and its stage are of use there."""
        with Session(self._store.engine) as session, session.begin():
            session.merge(
                SqlRun(
                    run_uuid=run.run_id,
                    experiment_id=int(run.experiment_id),
                    name=run.run_name,
                    lifecycle_stage=run.lifecycle_stage,
                )
            )


def _write(session: Session, experiment: Experiment) -> None:
    """Write one row. Another one that has its name so far comes up to date when it is named itself.

    The update comes first: with it the transaction writes, and processes that make one row at once wait for each other.
    """
    key, name = int(experiment.experiment_id), experiment.name
    holder = (SqlExperiment.name == name, SqlExperiment.experiment_id != key)
    session.execute(
        update(SqlExperiment)
        .where(*holder)
        .values(name=literal(_TAKEN).concat(cast(SqlExperiment.experiment_id, String)))
    )
    session.merge(
        SqlExperiment(
            experiment_id=key,
            name=name,
            artifact_location=experiment.artifact_location,
            lifecycle_stage=experiment.lifecycle_stage,
            creation_time=experiment.creation_time,
            last_update_time=experiment.last_update_time,
        )
    )


def _content(experiment: Experiment) -> tuple[object, ...]:
    return experiment.name, experiment.artifact_location, experiment.lifecycle_stage
