"""An experiment: a named group of runs."""

from __future__ import annotations

import getpass
import sys
import time
import uuid
from typing import TYPE_CHECKING

from mlflow_ws_plugin import announcement
from mlflow_ws_plugin.errors import InvalidInput
from mlflow_ws_plugin.records import reserved
from mlflow_ws_plugin.records.experiment import ExperimentRecord
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.names import check_experiment_name, check_run_id
from mlflow_ws_plugin.records.run import NewRun, Origin
from mlflow_ws_plugin.sdk.run import Run

if TYPE_CHECKING:
    from mlflow_ws_plugin.sdk.workspace import Workspace


class Experiment:
    """The experiment of a name, begun now if the workspace has none.

    Args:
        workspace: Where it is.
        name: 1–500 printable characters.

    Attributes:
        workspace: Where it is.
        name: Unique in its workspace.
        id: An integer, as a string.

    Raises:
        InvalidInput: The first argument is not a workspace.
        InvalidName: The name is not legal.
        ExperimentNotActive: It is in the bin.
    """

    def __init__(self, workspace: Workspace, name: str) -> None:
        if not hasattr(workspace, "_history"):
            raise InvalidInput(f"{workspace!r} is not a workspace.", "Pass Workspace.open(directory).")
        self._bind(workspace, workspace._history.experiments.get_or_create(check_experiment_name(name)))

    @classmethod
    def _of(cls, workspace: Workspace, record: ExperimentRecord) -> Experiment:
        experiment = cls.__new__(cls)
        experiment._bind(workspace, record)
        return experiment

    def _bind(self, workspace: Workspace, record: ExperimentRecord) -> None:
        self.workspace = workspace
        self.name = record.name
        self.id = record.id

    def start_logging(self, *, name: str | None = None, run_id: str | None = None) -> Run:
        """Begin a run and return it, running. `complete()` or `fail()` ends it.

        Args:
            name: Display name; `run_` and eight characters of the run id by default.
            run_id: 1–256 letters, digits, `_` and `-`; 32 random hexadecimal digits by default.

        Raises:
            InvalidName: The run id is not legal.
            RunExists: The run id is taken.
            ExperimentNotActive: The experiment is in the bin.
        """
        run_id = uuid.uuid4().hex if run_id is None else check_run_id(run_id)
        name = name or f"run_{run_id[:8]}"
        user = _user()
        self.workspace._history.runs.create(
            NewRun(
                experiment_id=self.id,
                run_id=run_id,
                name=name,
                state=State.RUNNING,
                user=user,
                origin=Origin.NATIVE,
                start_ms=int(time.time() * 1000),
                tags={
                    reserved.RUN_NAME: name,
                    reserved.USER: user,
                    reserved.SOURCE_NAME: sys.argv[0] if sys.argv else "",
                    reserved.SOURCE_TYPE: "LOCAL",
                },
            )
        )
        announcement.run_began(self.workspace._uri, name, run_id)
        return Run(self, run_id)

    def __repr__(self) -> str:
        return f"<Experiment {self.name!r}, id {self.id}, of {self.workspace!r}>"


def _user() -> str:
    """Return who is logged in; a container may run under a number that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
