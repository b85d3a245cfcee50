"""Files below a folder that a run may write to, and which of them are new or changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

Mark = tuple[int, int, int, int]
"""What changes when a file is written to or replaced: its inode, size, and both its times in ns."""


class WatchedFolder:
    """A folder as it was when a run began; it need not exist.

    Args:
        folder: The folder; a relative path is of the current directory as it is now.
        without: A folder below it whose files do not count: the workspace itself.
    """

    def __init__(self, folder: Path, without: Path) -> None:
        self.folder = folder.absolute()
        self._without = without
        self.before = {name: mark(found) for name, _, found in self.files()}

    def files(self) -> Iterator[tuple[str, Path, os.stat_result]]:
        """Yield name (with forward slashes), path and status of each regular file that is there now, by name."""
        for root, folders, names in os.walk(self.folder):
            folders[:] = sorted(name for name in folders if Path(root, name) != self._without)
            for name in sorted(names):
                path = Path(root, name)
                try:
                    found = path.stat()
                except OSError:  # it is gone again, or a link to nowhere
                    continue
                if stat.S_ISREG(found.st_mode):
                    yield path.relative_to(self.folder).as_posix(), path, found

    def changed(self) -> Iterator[tuple[str, Path, os.stat_result]]:
        """Yield the files that are new, or differ from when the run began."""
        return (file for file in self.files() if self.before.get(file[0]) != mark(file[2]))


def mark(found: os.stat_result) -> Mark:
    """Return what tells a changed file."""
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
