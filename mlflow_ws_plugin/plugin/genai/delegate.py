"""MLflow's own SQL store on a file inside a workspace, opened at the first call that needs it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflow.entities import Experiment

if TYPE_CHECKING:
    from mlflow.store.tracking.abstract_store import AbstractStore

    from mlflow_ws_plugin.plugin.genai.guest import GuestStore

_ANY_TIME = 2**63 - 1


class Delegate:
    """Answers what has no native counterpart.

    Args:
        directory: The workspace's directory.
        artifact_root: Where MLflow shall put what it makes itself.
        host: The workspace's store.
        experiment: Returns a native experiment as MLflow's, or None where there is none of that id.
        all_experiments: Returns all of them, those in the bin included.
    """

    def __init__(
        self,
        directory: Path,
        artifact_root: str,
        host: AbstractStore,
        experiment: Callable[[int], Experiment | None],
        all_experiments: Callable[[], list[Experiment]],
    ) -> None:
        self._directory = directory
        self._artifact_root = artifact_root
        self._host = host
        self._experiment = experiment
        self._all_experiments = all_experiments
        self._opening = threading.Lock()
        self._pid = os.getpid()
        self._opened: GuestStore | None = None

    @property
    def store(self) -> GuestStore:
        """MLflow's store itself, opened now if it is not."""
        if self._pid != os.getpid():
            self._leave_parent()
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Return what MLflow's store answers, after the experiments that the call names have been shown to it."""
        from mlflow_ws_plugin.plugin.genai import mentions

        store = self.store
        named = [self._experiment(key) for key in mentions.experiments(getattr(type(store), name), args, kwargs)]
        store.mirror.show([experiment for experiment in named if experiment is not None])
        return getattr(store, name)(*args, **kwargs)

    def forget(self, experiment_id: str) -> None:
        """Remove what MLflow's store holds of an experiment in the bin, where there is such a store.

        Traces go first, for MLflow before 3.17 cannot remove an experiment that has some.
        """
        from mlflow_ws_plugin.plugin.mlflow_database import FILE_NAME

        if (self._directory / FILE_NAME).exists():
            self.call("_delete_traces", experiment_id, max_timestamp_millis=_ANY_TIME)
            self.call("_hard_delete_experiment", experiment_id)

    def _leave_parent(self) -> None:
        """Use neither a connection nor the lock of the process this one was forked from."""
        self._opening = threading.Lock()
        if self._opened is not None:
            self._opened.engine.dispose(close=False)
        self._pid = os.getpid()

    def _open(self) -> GuestStore:
        """Open the store, or make it, and show it all experiments."""
        from mlflow_ws_plugin.plugin.genai.guest import GuestStore
        from mlflow_ws_plugin.plugin.mlflow_database import FILE_NAME, database_address, one_at_a_time

        with one_at_a_time(self._directory):
            store = GuestStore(database_address(self._directory / FILE_NAME), self._artifact_root, self._host)
        store.mirror.show(self._all_experiments())
        return store
