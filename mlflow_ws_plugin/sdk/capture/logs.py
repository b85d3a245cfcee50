"""What a run writes into `logs/`: text is followed while it is written, anything else kept when the run ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mlflow_ws_plugin import announcement
from mlflow_ws_plugin.sdk.capture.aside import attempt
from mlflow_ws_plugin.sdk.capture.folders import WatchedFolder

FOLDER = "logs"
EVERY_S = 0.5
REST = 20.0
"""A folder of many files takes long to look at (20,000 a quarter of a second), in which training would stand still."""

_CHUNK_BYTES = 1_000_000
_LOOK_BYTES = 1_024


class Logs:
    """The text files of a folder, of which what is written from now on is kept.

    What was in a file before stays out. A file that became shorter was begun anew, and is read from its beginning.

    Args:
        folder: Where the run logs to.
        without: A folder below it whose files do not count.
        limit_bytes: Larger files are left out, or cut there, which is said.
        append: Takes a file's name in the run, and what to write to its end.
        upload: Takes a file's name in the run, and where it is.
    """

    def __init__(
        self,
        folder: Path,
        *,
        without: Path,
        limit_bytes: int,
        append: Callable[[str, bytes], None],
        upload: Callable[[str, Path], None],
    ) -> None:
        self._folder = WatchedFolder(folder, without)
        self._limit_bytes = limit_bytes
        self._append = append
        self._upload = upload
        self._offsets = {name: mark[1] for name, mark in self._folder.before.items()}
        self._is_text: dict[str, bool] = {}
        self._left_out: set[str] = set()
        self._one_at_a_time = threading.RLock()  # which a signal handler that ends the run may take again

    def follow(self) -> None:
        """Keep what was written since the last time."""
        with self._one_at_a_time:
            for name, path, found in self._folder.changed():
                if found.st_size != self._offsets.get(name) and self._fits(name, path, found.st_size):
                    attempt(f"following {path}", partial(self._follow, name, path, found.st_size))

    def finish(self) -> None:
        """Keep what is left: the end of each text, and files that are no text."""
        self.follow()
        for name, path, found in list(self._folder.changed()):
            if self._is_text.get(name) is False and self._fits(name, path, found.st_size):
                attempt(f"keeping {path}", partial(self._upload, f"{FOLDER}/{name}", path))

    def _follow(self, name: str, path: Path, size: int) -> None:
        with path.open("rb") as file:
            if name not in self._is_text:
                self._is_text[name] = b"\0" not in file.read(_LOOK_BYTES)
            if not self._is_text[name]:
                return
            offset = self._offsets.get(name, 0)
            file.seek(offset if offset <= size else 0)
            self._offsets[name] = file.tell()
            while chunk := file.read(min(_CHUNK_BYTES, size - self._offsets[name])):  # a quick writer never ends
                self._append(f"{FOLDER}/{name}", chunk)
                self._offsets[name] += len(chunk)

    def _fits(self, name: str, path: Path, size: int) -> bool:
        if size <= self._limit_bytes:
            return True
        if name not in self._left_out:
            self._left_out.add(name)
            announcement.problem(
                f"{path} is larger than {self._limit_bytes / 1e6:g} MB, and kept no further (MLWS_LOG_LIMIT)."
            )
        return False
