"""One workspace's history: everything that can be recorded and read, a room for each noun."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from mlflow_ws_plugin.errors import WorkspaceUnusable
from mlflow_ws_plugin.history.arrivals import Arrivals
from mlflow_ws_plugin.history.batches import Batches
from mlflow_ws_plugin.history.experiments import Experiments
from mlflow_ws_plugin.history.files import RunFiles
from mlflow_ws_plugin.history.inputs import Inputs
from mlflow_ws_plugin.history.liveness import Liveness
from mlflow_ws_plugin.history.metrics import Metrics
from mlflow_ws_plugin.history.models import Models
from mlflow_ws_plugin.history.runs import Runs
from mlflow_ws_plugin.storage.filesystem import exists, is_file
from mlflow_ws_plugin.storage.sqlite import Database

ARTIFACTS_FOLDER = "artifacts"


_log = logging.getLogger(__name__)


class RunHistory:
    """The history kept in one directory.

    Nothing is written before the first call that records something; a missing workspace reads as an empty one.

    Args:
        directory: Absolute directory of the workspace.

    Attributes:
        directory: The same.
        artifacts: Where files are, unless an experiment has a place of its own.
        experiments: Experiments and their tags.
        runs: Runs: birth, state, tags, parameters, properties, search.
        metrics: Points, rows and series.
        batches: Metrics, parameters and tags in one transaction.
        inputs: Datasets and models that runs used or made.
        models: Logged models.
        files: Files of runs.
        liveness: Heartbeats of runs.
        arrivals: Records that were made elsewhere and come in as they are.

    Raises:
        WorkspaceUnusable: The directory is a file.
        WorkspaceUnwritable: It may not be looked at, or its name is too long.
    """

    def __init__(self, directory: Path) -> None:
        if is_file(directory):
            raise WorkspaceUnusable(f"{directory} is a file.", "A workspace is a directory: choose another path.")
        database = Database(directory)
        self.directory = directory
        self.artifacts = directory / ARTIFACTS_FOLDER
        self.experiments = Experiments(database)
        self.runs = Runs(database)
        self.metrics = Metrics(database)
        self.batches = Batches(database)
        self.inputs = Inputs(database)
        self.models = Models(database)
        self.files = RunFiles(database, self.artifacts)
        self.liveness = Liveness(database)
        self.arrivals = Arrivals(database)
        self._database = database

    def check(self) -> None:
        """Open the workspace, if it is there.

        Raises:
            WorkspaceUnusable: It cannot be opened, or is not a workspace.
        """
        with self._database.read():
            pass
        _log.debug("The workspace is %s.", self.directory)

    @property
    def is_made(self) -> bool:
        """Whether the workspace is there; the first call that records something makes it."""
        return exists(self._database.path)

    def make(self) -> None:
        """Make the workspace now, if it is not there yet.

        Raises:
            WorkspaceUnusable: The directory cannot be written.
        """
        with self._database.write():
            return

    def release(self) -> None:
        """Let go of this thread's connection; the next use opens another."""
        self._database.release()

    def close(self) -> None:
        """Let go of the workspace; the next use raises `WorkspaceClosed`."""
        self._database.close()

    def __reduce__(self) -> tuple[type[RunHistory], tuple[Path]]:
        return (RunHistory, (Path(os.fspath(self.directory)),))
