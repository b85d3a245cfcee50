"""Rows of MLflow's own tables that stand for native experiments, which its traces and scorers refer to."""

from __future__ import annotations

from collections.abc import Iterable

from mlflow.entities import Experiment
from mlflow.store.tracking.dbmodels.models import SqlExperiment
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy.orm import Session

_TAKEN = "renamed since, "


class Mirror:
    """Keeps rows for experiments, each written when it is new or changed.

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
                key = int(experiment.experiment_id)
                holder = (
                    session.query(SqlExperiment)
                    .filter(SqlExperiment.name == experiment.name, SqlExperiment.experiment_id != key)
                    .first()
                )
                if holder is not None:  # its own row comes up to date when it is named itself
                    holder.name = f"{_TAKEN}{holder.experiment_id}"  # type: ignore[assignment]
                    session.flush()
                session.merge(
                    SqlExperiment(
                        experiment_id=key,
                        name=experiment.name,
                        artifact_location=experiment.artifact_location,
                        lifecycle_stage=experiment.lifecycle_stage,
                        creation_time=experiment.creation_time,
                        last_update_time=experiment.last_update_time,
                    )
                )
        self._written.update({one.experiment_id: _content(one) for one in changed})


def _content(experiment: Experiment) -> tuple[object, ...]:
    return experiment.name, experiment.artifact_location, experiment.lifecycle_stage
