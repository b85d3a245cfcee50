"""A workspace: where experiments, runs, metrics and files are kept."""

from __future__ import annotations

from pathlib import Path

from mlflow_ws_plugin import settings, uri
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.records.experiment import Lifecycle
from mlflow_ws_plugin.records.filters import AllOf
from mlflow_ws_plugin.sdk.experiment import Experiment
from mlflow_ws_plugin.sdk.run import Run

DEFAULT_DIRECTORY = ".mlws"


class Workspace:
    """The default workspace: the one `MLWS_WORKSPACE` names, else `.mlws` in the current directory.

    A workspace that is not there yet is made by the first call that records something.

    Attributes:
        name: The last part of its directory.

    Raises:
        InvalidUri: `MLWS_WORKSPACE` is not a legal address.
        WorkspaceUnusable: There is something else at that place.
    """

    def __init__(self) -> None:
        self._bind(uri.of(settings.WORKSPACE.get() or DEFAULT_DIRECTORY))

    @classmethod
    def open(cls, directory: str | Path) -> Workspace:
        """Return the workspace in a directory.

        Args:
            directory: A path, or an address such as `mlws:///abs/dir`; need not exist.

        Raises:
            InvalidUri: It is an address, but not a legal one.
            WorkspaceUnusable: It is a file, or holds a foreign or damaged database.
        """
        workspace = cls.__new__(cls)
        workspace._bind(uri.of(directory))
        return workspace

    def _bind(self, address: uri.WorkspaceUri) -> None:
        self._uri = address
        self._history = RunHistory(address.directory)
        self._history.check()

    @property
    def name(self) -> str:
        """The last part of its directory."""
        return self._uri.directory.name

    @property
    def experiments(self) -> dict[str, Experiment]:
        """The experiments of the workspace by name, oldest first, without those in the bin."""
        found = self._history.experiments.search(AllOf(), [], lifecycles=[Lifecycle.ACTIVE], limit=-1)
        return {record.name: Experiment._of(self, record) for record in sorted(found, key=lambda one: int(one.id))}

    def get_run(self, run_id: str) -> Run:
        """Return a run of this workspace.

        Raises:
            RunNotFound: No run has this id.
        """
        info = self._history.runs.info(run_id)
        return Run(Experiment._of(self, self._history.experiments.get(int(info.experiment_id))), run_id)

    def get_mlflow_tracking_uri(self) -> str:
        """Return the address for `mlflow.set_tracking_uri` and `MLFlowLogger(tracking_uri=…)`.

        It is absolute, so that it means the same workspace in every directory and in subprocesses.
        """
        return str(self._uri)

    def __repr__(self) -> str:
        return f"Workspace.open({str(self._uri.directory)!r})"
