"""A tracking store that keeps nothing: what MLflow's client costs by itself. Importing it registers `empty:`."""

from __future__ import annotations

from typing import Any

from mlflow.entities import Experiment, LifecycleStage, Run, RunData, RunInfo, RunStatus
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.tracking._tracking_service.utils import _tracking_store_registry

_RUN_ID = "0123456789abcdef0123456789abcdef"
_EXPERIMENT = Experiment("0", "Default", "file:///nowhere", LifecycleStage.ACTIVE)


class EmptyStore(AbstractStore):
    """Answers every call with the least that MLflow's client accepts."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()
        info = RunInfo(_RUN_ID, "0", "nobody", RunStatus.to_string(RunStatus.RUNNING), 0, None, LifecycleStage.ACTIVE)
        self._run = Run(info, RunData())

    def create_run(self, *_: Any, **__: Any) -> Run:
        """Return the one run."""
        return self._run

    def get_run(self, *_: Any, **__: Any) -> Run:
        """Return the one run."""
        return self._run

    def update_run_info(self, *_: Any, **__: Any) -> RunInfo:
        """Return the one run's info."""
        return self._run.info

    def create_experiment(self, *_: Any, **__: Any) -> str:
        """Return the one experiment's id."""
        return "0"

    def get_experiment(self, *_: Any, **__: Any) -> Experiment:
        """Return the one experiment."""
        return _EXPERIMENT

    def get_experiment_by_name(self, *_: Any, **__: Any) -> Experiment:
        """Return the one experiment."""
        return _EXPERIMENT

    def search_experiments(self, *_: Any, **__: Any) -> PagedList[Experiment]:
        """Return the one experiment."""
        return PagedList([_EXPERIMENT], None)

    def log_metric(self, *_: Any, **__: Any) -> None:
        """Do nothing."""

    def log_batch(self, *_: Any, **__: Any) -> None:
        """Do nothing."""

    def log_param(self, *_: Any, **__: Any) -> None:
        """Do nothing."""

    def set_tag(self, *_: Any, **__: Any) -> None:
        """Do nothing."""


_tracking_store_registry.register("empty", EmptyStore)
