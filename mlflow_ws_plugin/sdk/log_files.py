"""Files that other processes write, followed while they grow and kept in a run."""

from __future__ import annotations

import atexit
import os
import posixpath
import threading
from collections.abc import Iterator
from pathlib import Path

from mlflow_ws_plugin.errors import InvalidInput, SourceUnreadable
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.records import places
from mlflow_ws_plugin.records.lifecycle import TERMINAL
from mlflow_ws_plugin.sdk.capture.aside import attempt
from mlflow_ws_plugin.sdk.capture.rounds import ROUNDS, Duty

FOLDER = "logs"
EVERY_S = 0.2
"""Seconds between two looks, so that a run's copy is less than a second behind."""

_CHUNK_BYTES = 1 << 20


class GrowingFile:
    """A file from its beginning on, read piece by piece as somebody else writes it.

    A file that became shorter was begun anew, and is read from its beginning. A file that was moved away, as log
    rotation does, is read to its end, then the one that took its name. What is written and cut off, or moved away
    twice, between two looks is lost.

    Args:
        path: Where it is, or will be.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._position = 0

    def new(self) -> Iterator[bytes]:
        """Yield what was written since the last time, in pieces of 1 MiB at most.

        A piece is only passed once the next is asked for: whoever fails to keep one gets it again.

        Raises:
            SourceUnreadable: The file cannot be read.
        """
        yield from self._rest()
        if self._is_moved():
            yield from self._rest()
            self.close()
            yield from self._rest()

    def close(self) -> None:
        """Let go of the file; the next look opens it from its beginning."""
        if self._file is not None:
            os.close(self._file)
        self._file, self._position = None, 0

    def _rest(self) -> Iterator[bytes]:
        if self._file is None:
            self._file = self._opened()
        if self._file is None:
            return
        size = os.fstat(self._file).st_size
        if size < self._position:
            self._position = 0
        while self._position < size:  # not until its end, which a quick writer would put off for ever
            piece = os.pread(self._file, min(_CHUNK_BYTES, size - self._position), self._position)
            if not piece:
                return
            yield piece
            self._position += len(piece)

    def _opened(self) -> int | None:
        """Return the file, or None while it is not there."""
        try:
            return os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise SourceUnreadable(f"{self._path} cannot be read: {exc.strerror}.", "Check its permissions.") from exc

    def _is_moved(self) -> bool:
        if self._file is None:
            return False
        try:
            return not os.path.samestat(os.fstat(self._file), self._path.stat())
        except FileNotFoundError:
            return False  # nothing has taken its name yet


class WatchedLog:
    """A growing file of which a run keeps a copy. `Run.watch_log()` begins one.

    It ends with the run, with the interpreter, or with `stop()`; each time after a last look.

    Attributes:
        path: The file.
        name: The name of its copy in the run.
    """

    def __init__(self, history: RunHistory, run_id: str, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.history = history
        self._run_id = run_id
        self._source = GrowingFile(path)
        self._one_at_a_time = threading.Lock()
        self._duty = Duty(f"following {path}", EVERY_S, self._look_and_see)

    def start(self) -> None:
        """Begin to follow the file beside whatever this process does."""
        _watched[self] = True
        ROUNDS.add([self._duty])

    def look(self) -> bool:
        """Keep what was written since the last time, and tell whether the run goes on.

        Raises:
            SourceUnreadable: The file cannot be read.
            StorageError: The run's files cannot be written.
        """
        goes_on = self.history.runs.info(self._run_id).state not in TERMINAL  # asked first: then comes the last look
        with self._one_at_a_time:
            for piece in self._source.new():
                self.history.files.append(self._run_id, self.name, piece)
        return goes_on

    def stop(self) -> None:
        """Look once more, then follow the file no longer; twice is fine. Never raises."""
        if _watched.pop(self, None) is None:
            return
        ROUNDS.remove([self._duty])
        attempt(f"following {self.path}", self.look)
        with self._one_at_a_time:
            self._source.close()

    def _look_and_see(self) -> None:
        if not self.look():
            self.stop()

    def __repr__(self) -> str:
        return f"<WatchedLog {str(self.path)!r}, kept as {self.name!r} in run {self._run_id}>"


_watched: dict[WatchedLog, bool] = {}
"""Those of this process; a forked child follows nothing, or the run would get everything twice."""

os.register_at_fork(after_in_child=_watched.clear)


def watched(history: RunHistory, run_id: str, path: Path, name: str | None) -> WatchedLog:
    """Return a file that can be followed; see `Run.watch_log`.

    Raises:
        InvalidInput: The path is a directory, a pipe or a device.
        InvalidName: The name leads out of the run.
        RunNotFound: No run has this id.
    """
    path = path.expanduser().absolute()
    if path.is_dir():
        raise InvalidInput(f"{str(path)!r} is a directory.", "Pass a file that is there, or will be.")
    if path.exists() and not path.is_file():  # of a pipe only one look comes, and may last for ever
        raise InvalidInput(f"{str(path)!r} is not a regular file.", "Pipe it into `mlws runs attach-log RUN -`.")
    name = places.check_file_name(name or posixpath.join(FOLDER, path.name))
    history.runs.info(run_id)
    return WatchedLog(history, run_id, path, name)


def stop_of(history: RunHistory) -> None:
    """Do the same for the runs of one workspace, because it is closed. Never raises."""
    for log in [log for log in _watched if log.history is history]:
        log.stop()


def stop_all() -> None:
    """Take a last look at all files that are followed, and follow them no longer. Never raises."""
    for log in list(_watched):
        log.stop()


atexit.register(stop_all)
