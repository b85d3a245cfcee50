"""MLflow's SQL store as a guest of a workspace: an experiment that it makes or looks for by name is the workspace's."""

from __future__ import annotations

import json
from typing import Any

from mlflow.entities import Experiment
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.store.tracking.dbmodels import models
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import select
from sqlalchemy.orm import Session

from mlflow_ws_plugin.plugin.genai.mirror import Mirror

_MADE_BY = "mlflow.assessment.sourceRunId"


class GuestStore(SqlAlchemyStore):
    """MLflow's SQL store, which asks its host for experiments where one of its calls needs one of its own.

    A gateway's endpoint does: its calls are traced in an experiment that is made with it.

    Args:
        address: Of the database.
        artifact_root: Where MLflow shall put what it makes itself.
        host: The workspace's store.

    Attributes:
        mirror: The rows that stand for the host's experiments.
    """

    def __init__(self, address: str, artifact_root: str, host: AbstractStore) -> None:
        super().__init__(address, artifact_root)  # type: ignore[no-untyped-call]  # MLflow has no annotation there
        self._host = host
        self.mirror = Mirror(self)

    def create_experiment(self, *args: Any, **kwargs: Any) -> str:
        """Make an experiment of the workspace, and return its id."""
        key = str(self._host.create_experiment(*args, **kwargs))
        self.mirror.show([self._host.get_experiment(key)])
        return key

    def get_experiment_by_name(self, experiment_name: str) -> Experiment | None:
        """Return the workspace's experiment of that name, or None."""
        found: Experiment | None = self._host.get_experiment_by_name(experiment_name)
        self.mirror.show([found] if found else [])
        return found

    def assessing_runs(self) -> set[str]:
        """Return the ids of the runs that have made assessments, which MLflow notes in their metadata."""
        table = getattr(models, "SqlAssessments", None)
        if table is None:
            return set()  # MLflow 3.1 keeps no assessments
        made_by_runs = select(table.assessment_metadata).where(table.assessment_metadata.contains(f'"{_MADE_BY}"'))
        with Session(self.engine) as session:
            return {str(json.loads(metadata)[_MADE_BY]) for metadata in session.scalars(made_by_runs)}
