"""Files of runs: their names, and copies of them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from mlflow_ws_plugin.errors import StorageError
from mlflow_ws_plugin.history import existence
from mlflow_ws_plugin.records import places
from mlflow_ws_plugin.storage import files
from mlflow_ws_plugin.storage.sqlite import Database


class RunFiles:
    """The files of a workspace's runs."""

    def __init__(self, database: Database, artifacts: Path) -> None:
        self._database = database
        self._artifacts = artifacts

    def names(self, run_id: str) -> list[str]:
        """Return the names of a run's files, with forward slashes, in order.

        Raises:
            RunNotFound: No run has this id.
            StorageError: Its files are not on this machine.
        """
        return files.names(self._folder(run_id))

    def download(self, run_id: str, name: str, target: Path) -> None:
        """Copy one file of a run to a path.

        Raises:
            RunNotFound: No run has this id.
            InvalidName: The name leads out of the run.
            RunFileNotFound: The run has no such file.
            StorageError: Its files are not on this machine.
        """
        files.copy_out(self._folder(run_id), places.check_file_name(name), target)

    def read(self, run_id: str, name: str) -> bytes:
        """Return what is in one file of a run.

        Raises:
            RunNotFound: No run has this id.
            InvalidName: The name leads out of the run.
            RunFileNotFound: The run has no such file.
            StorageError: Its files are not on this machine.
        """
        return files.read(self._folder(run_id), places.check_file_name(name))

    def _folder(self, run_id: str) -> Path:
        with self._database.read() as tx:
            location = existence.any_run(tx, run_id).artifact_location
        if places.is_relative(location):
            return self._artifacts / location
        parts = urlsplit(location)
        if parts.scheme not in ("", "file"):
            raise StorageError(f"The files of run {run_id} are at {location}.", "Read them with MLflow's client.")
        return Path(unquote(parts.path) if parts.scheme else location)
