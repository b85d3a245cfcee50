"""Logs of other programs, kept in a run while they are written."""

from __future__ import annotations

import posixpath
import time
from pathlib import Path
from typing import BinaryIO

from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.sdk import log_files

_CHUNK_BYTES = 1 << 16
_STDIN_NAME = posixpath.join(log_files.FOLDER, "stdin.log")


def keep_stream(history: RunHistory, run_id: str, stream: BinaryIO, name: str | None) -> None:
    """Write what comes from a stream to the end of a log of a run, as it comes, until the stream ends.

    Raises:
        RunNotFound: No run has this id.
        InvalidName: The name leads out of the run.
        StorageError: The run's files cannot be written.
    """
    name = name or _STDIN_NAME
    history.files.append(run_id, name, b"")
    read = getattr(stream, "read1", stream.read)  # whatever is there, without waiting for more
    while piece := read(_CHUNK_BYTES):
        history.files.append(run_id, name, piece)


def keep_file(history: RunHistory, run_id: str, path: Path, name: str | None) -> None:
    """Write a growing file to the end of a log of a run, until the run ends.

    Raises:
        RunNotFound: No run has this id.
        InvalidInput: The path is a directory, a pipe or a device.
        SourceUnreadable: The file cannot be read.
        InvalidName: The name leads out of the run.
        StorageError: The run's files cannot be written.
    """
    log = log_files.watched(history, run_id, path, name)
    while log.look():
        time.sleep(log_files.EVERY_S)
