"""Files of runs: their names, copies into runs and out of them, and metrics that are files."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mlflow_ws_plugin.errors import InvalidMetric, InvalidName, StorageError
from mlflow_ws_plugin.history import existence, writing
from mlflow_ws_plugin.history.appending import append
from mlflow_ws_plugin.records import places
from mlflow_ws_plugin.records.file_metric import FileMetric
from mlflow_ws_plugin.records.metric import ColumnType
from mlflow_ws_plugin.records.names import mlflow_key
from mlflow_ws_plugin.records.series import SeriesWrite
from mlflow_ws_plugin.storage import files
from mlflow_ws_plugin.storage.connection import Connection
from mlflow_ws_plugin.storage.known import KnownRun
from mlflow_ws_plugin.storage.sqlite import Database
from mlflow_ws_plugin.storage.staging import Content, Staging

_ROOT = ("", ".", "./")
"""How the folder is called that all files of a run are in."""


_log = logging.getLogger(__name__)


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

    def place(self, run_id: str, name: str = "") -> Path:
        """Return where a run's files are, or one of them; nothing need be there.

        Raises:
            RunNotFound: No run has this id.
            StorageError: Its files are not on this machine.
        """
        return self._folder(run_id) / name

    def read(self, run_id: str, name: str) -> bytes:
        """Return what is in one file of a run.

        Raises:
            RunNotFound: No run has this id.
            InvalidName: The name leads out of the run.
            RunFileNotFound: The run has no such file.
            StorageError: Its files are not on this machine.
        """
        return files.read(self._folder(run_id), places.check_file_name(name))

    def append(self, run_id: str, name: str, data: bytes) -> None:
        """Write to the end of a file of a run, which begins with it.

        Raises:
            RunNotFound: No run has this id.
            InvalidName: The name leads out of the run.
            StorageError: Its files are not on this machine.
            OSError: It cannot be written.
        """
        files.append(self._folder(run_id), places.check_file_name(name), data)

    def put(self, run_id: str, contents: Sequence[tuple[str, Content]]) -> list[str]:
        """Write files of a run, all or none, and return their names; files of the same names are replaced.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
            InvalidName: A name leads out of the run, is given twice, is that of a folder, or goes through a file.
            SourceNotFound: A file to be copied is not there.
            SourceUnreadable: It is a folder, or cannot be read.
            StorageError: The run's files are not on this machine, or cannot be written.
        """
        names = [places.check_file_name(name) for name, _ in contents]
        for name, count in Counter(names).items():
            if count > 1:
                raise InvalidName(f"{name!r} is given {count} times.", "Give each file a name of its own.")
        with Staging(self._active_folder(run_id)) as staging:
            for _, content in contents:
                staging.add(content)
            staging.publish(names)
        _log.debug("Run %s has the files %s.", run_id, ", ".join(names))
        return names

    def put_folder(self, run_id: str, name: str, folder: Path) -> list[str]:
        """Write all files below a folder of the user, under a name, and return their names.

        The workspace itself, should it be below that folder, is left out.

        Raises:
            SourceNotFound: The folder is not there.
            SourceUnreadable: It is a file, or something in it cannot be read.
            InvalidName: The name leads out of the run.
        """
        within = "" if name in _ROOT else f"{places.check_file_name(name)}/"
        found = files.below(folder, leaving_out=self._artifacts.parent)
        return self.put(run_id, [(f"{within}{inner}", path) for inner, path in found.items()])

    def log(self, run_id: str, metric: FileMetric) -> None:
        """Append one cell to a metric, and write the files it names; both or neither.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
            InvalidMetric: The metric is of another kind already.
            MetricKeyTaken: Another metric has the key that MLflow would see.
            StorageError: The run's files are not on this machine, or cannot be written.
        """
        if self._database.after_this(lambda: self.log(run_id, metric)):
            return
        with Staging(self._active_folder(run_id)) as staging:
            for content in metric.contents.values():
                staging.add(content)
            with self._database.append() as (tx, known):
                run = existence.active_run_and_series(tx, known, run_id, [mlflow_key(metric.name)])
                stem = _append(tx, run, metric)
                writing.tags(tx, run.key, run_id, metric.tags)
                staging.publish([stem + ending for ending in metric.contents])

    def _active_folder(self, run_id: str) -> Path:
        with self._database.read() as tx:
            return self._placed(run_id, existence.active_run_info(tx, run_id).artifact_location)

    def _folder(self, run_id: str) -> Path:
        with self._database.read() as tx:
            return self._placed(run_id, existence.any_run(tx, run_id).artifact_location)

    def _placed(self, run_id: str, location: str) -> Path:
        if places.is_relative(location):
            return self._artifacts / location
        parts = urlsplit(location)
        if parts.scheme not in ("", "file"):
            raise StorageError(f"The files of run {run_id} are at {location}.", "Use MLflow's client for them.")
        return Path(unquote(parts.path) if parts.scheme else location)


def _append(tx: Connection, run: KnownRun, metric: FileMetric) -> str:
    """Append the cell of a metric that is a file, and return the name of its files without their endings."""
    key = mlflow_key(metric.name)
    recorded = run.series.get(key)
    if recorded is not None and recorded.name == metric.name and recorded.kind is not metric.kind:
        raise InvalidMetric(
            f"Metric {metric.name!r} is of kind {recorded.kind}, not {metric.kind}.", "Log it under another name."
        )
    step = metric.step
    if step is None:
        step = recorded.next_step if recorded else 0
    stem = metric.stem(step)
    cell = (step, metric.timestamp_ms, stem + next(iter(metric.contents)))
    write = SeriesWrite(
        key, metric.name, None, metric.kind, ColumnType.ARTIFACT, [], [cell], description=metric.description
    )
    append(tx, run.key, [write], run.series)
    return stem
