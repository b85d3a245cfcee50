"""MLflow's own SQL store on a file inside a workspace, opened at the first call that needs it."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow_ws_plugin.plugin.genai.guest import GuestStore
    from mlflow_ws_plugin.plugin.store.genai import GenAiCalls

_ANY_TIME = 2**63 - 1


class Delegate:
    """Answers what has no native counterpart.

    Args:
        directory: The workspace's directory.
        artifact_root: Where MLflow shall put what it makes itself.
        host: The workspace's store.
    """

    def __init__(self, directory: Path, artifact_root: str, host: GenAiCalls) -> None:
        self._directory = directory
        self._artifact_root = artifact_root
        self._host = host
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
        """Return what MLflow's store answers, after it was shown the experiments and the run that the call names."""
        from mlflow_ws_plugin.plugin.genai import mentions

        store = self.store
        call = getattr(type(store), name)
        self._show(mentions.experiments(call, args, kwargs))
        self._show_run(mentions.run(call, args, kwargs))
        return getattr(store, name)(*args, **kwargs)

    def _show(self, experiments: set[int]) -> None:
        named = [self._host.shown_experiment(key) for key in experiments]
        self.store.mirror.show([experiment for experiment in named if experiment is not None])

    def _show_run(self, run_id: str | None) -> None:
        run = None if run_id is None else self._host.shown_run(run_id)
        if run is not None:
            self._show({int(run.experiment_id)})
            self.store.mirror.show_run(run)

    def bury(self, run_id: str) -> None:
        """Remove the assessments that a run has made, as MLflow does when it is deleted."""
        if self._is_there:
            self._show_run(run_id)
            self.call("delete_run", run_id)

    def bury_all(self, experiment_id: str) -> None:
        """Remove the assessments that the runs of an experiment have made, as MLflow does when it is deleted."""
        for run_id in self.store.assessing_runs() if self._is_there else ():
            run = self._host.shown_run(run_id)
            if run is not None and run.experiment_id == experiment_id:
                self.bury(run_id)

    def forget_run(self, run_id: str) -> None:
        """Remove the row of a run that is removed for good; what names it names none from now on."""
        if self._is_there:
            self._show_run(run_id)
            self.call("_hard_delete_run", run_id)

    def forget(self, experiment_id: str) -> None:
        """Remove what MLflow's store holds of an experiment in the bin, where there is such a store.

        Traces go first, for MLflow before 3.17 cannot remove an experiment that has some.
        """
        if self._is_there:
            self.call("_delete_traces", experiment_id, max_timestamp_millis=_ANY_TIME)
            self.call("_hard_delete_experiment", experiment_id)

    @property
    def _is_there(self) -> bool:
        from mlflow_ws_plugin.plugin.mlflow_database import FILE_NAME

        return (self._directory / FILE_NAME).exists()

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
        store.mirror.show(self._host.shown_experiments())
        return store
