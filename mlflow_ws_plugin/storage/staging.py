"""Files on their way into a run: written beside its folder, then renamed into it all at once."""

from __future__ import annotations

import errno
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any

from mlflow_ws_plugin.errors import (
    InvalidName,
    SourceNotFound,
    SourceUnreadable,
    WorkspaceError,
    WorkspaceFull,
    WorkspaceUnwritable,
)

Content = bytes | Path | IO[Any]
"""What a file will hold: these bytes, a copy of that file, or what a stream gives until its end."""

_CHUNK_BYTES = 1 << 20
_PREFIX = ".incoming."
_LEFT_S = 86_400.0
"""What nobody has touched for a day was left by a process that was killed."""

_FAULTS: dict[int | None, tuple[type[WorkspaceError], str]] = {
    errno.ENOSPC: (WorkspaceFull, "Free some space; everything recorded before this call is safe."),
    errno.EDQUOT: (WorkspaceFull, "Your quota is used up; everything recorded before this call is safe."),
    errno.ENAMETOOLONG: (InvalidName, "Shorten the name."),
}
_UNWRITABLE = (WorkspaceUnwritable, "Check that the directory may be written.")


class Staging:
    """Files that nobody sees until they are published.

        with Staging(folder) as staging:
            staging.add(b"text")
            staging.publish(["a/b.txt"])

    When an error leaves the block, files that were published and not there before are removed. An interrupt leaves
    them: nobody can tell whether it came before or after the record that names them was committed.

    Args:
        folder: The files of the run; need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staged: list[Path] = []
        self._new: list[Path] = []

    def __enter__(self) -> Staging:
        with _translated(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            _sweep(self._folder.parent)
            # not in the folder itself, where MLflow would list what is half there
            self._beside = Path(tempfile.mkdtemp(dir=self._folder.parent, prefix=_PREFIX))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(exc, Exception):
            for path in self._new:
                path.unlink(missing_ok=True)
        shutil.rmtree(self._beside, ignore_errors=True)

    def add(self, content: Content) -> None:
        """Write the next file.

        Raises:
            SourceNotFound: The file to be copied is not there.
            SourceUnreadable: It is a folder, or cannot be read.
            WorkspaceFull: The disk is full.
            WorkspaceUnwritable: The run's files cannot be written.
        """
        path = self._beside / str(len(self._staged))
        with _translated(self._folder), path.open("wb") as file:
            for chunk in _chunks(content):
                file.write(chunk)
        self._staged.append(path)

    def publish(self, names: Sequence[str]) -> None:
        """Give the files their names within the run, in the order they were added; those there are replaced.

        Raises:
            InvalidName: A name is that of a folder, goes through a file, or is too long.
            WorkspaceUnwritable: The run's files cannot be written.
        """
        with _translated(self._folder):
            for name in names:
                _check_place(self._folder, name)
            for staged, name in zip(self._staged, names, strict=True):
                self._publish(staged, self._folder / name)

    def _publish(self, staged: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            self._new.append(target)
        staged.replace(target)


def _sweep(parent: Path) -> None:
    """Remove what processes that were killed left of their uploads."""
    for left in parent.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):  # another process was quicker
            if time.time() - left.stat().st_mtime > _LEFT_S:
                shutil.rmtree(left, ignore_errors=True)


def _chunks(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, Path):
        with opened(content) as file:
            yield from _read(file, str(content))
    else:
        yield from _read(content, repr(content))


def _read(stream: IO[Any], label: str) -> Iterator[bytes]:
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk.encode() if isinstance(chunk, str) else chunk
    except (OSError, ValueError) as exc:
        raise SourceUnreadable(f"{label} cannot be read: {_reason(exc)}.", "Nothing was recorded.") from exc


def _reason(exc: OSError | ValueError) -> str:
    return getattr(exc, "strerror", None) or str(exc)


def opened(path: Path) -> IO[bytes]:
    """Return a file open for reading.

    Raises:
        SourceNotFound: It is not there.
        SourceUnreadable: It is a folder or a device, or may not be read.
    """
    try:
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "not a regular file"
            raise SourceUnreadable(f"{str(path)!r} is {what}.", "Pass a file; upload_folder takes folders.")
        return path.open("rb")
    except FileNotFoundError as exc:
        raise SourceNotFound(f"There is no file {str(path)!r}.", "Check the path and the current directory.") from exc
    except WorkspaceError:
        raise
    except (OSError, ValueError) as exc:
        raise SourceUnreadable(f"{str(path)!r} cannot be read: {_reason(exc)}.", "Check its permissions.") from exc


def _check_place(folder: Path, name: str) -> None:
    if (folder / name).is_dir():
        raise InvalidName(f"{name!r} is a folder of the run.", "Choose another name.")
    for parent in PurePosixPath(name).parents:
        if (folder / parent).is_file():
            raise InvalidName(f"{name!r} would be in {str(parent)!r}, which is a file of the run.", "Choose another.")


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Raise the system's errors as ours."""
    try:
        yield
    except WorkspaceError:
        raise
    except OSError as exc:
        error, hint = _FAULTS.get(exc.errno, _UNWRITABLE)
        raise error(f"A file could not be written to {folder}: {exc.strerror}.", hint) from exc
