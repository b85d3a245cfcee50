"""Files of a workspace in a local directory: written beside, then renamed, so that none is ever half there."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from mlflow_ws_plugin.errors import RunFileNotFound, SourceUnreadable
from mlflow_ws_plugin.storage.staging import opened


def names(folder: Path) -> list[str]:
    """Return the names of all files below a folder, with forward slashes, in order; none where it is not there."""
    found = (Path(root, file) for root, _, files in os.walk(folder) for file in files)
    return sorted(path.relative_to(folder).as_posix() for path in found)


def below(folder: Path, leaving_out: Path) -> dict[str, Path]:
    """Return the files below a user's folder by name, in order. Links are followed, but each folder is seen once.

    Args:
        folder: The folder.
        leaving_out: A folder that is passed over.

    Raises:
        SourceNotFound: It is not there.
        SourceUnreadable: It is a file, or a folder in it may not be read.
    """
    if not folder.is_dir():
        opened(folder).close()
        raise SourceUnreadable(f"{str(folder)!r} is a file.", "Use upload_file.")
    seen = {os.path.realpath(leaving_out)}
    found: dict[str, Path] = {}
    for root, folders, files in os.walk(folder, onerror=_raise_unreadable, followlinks=True):
        place = os.path.realpath(root)
        if place in seen:
            folders.clear()
            continue
        seen.add(place)
        found |= {Path(root, file).relative_to(folder).as_posix(): Path(root, file) for file in files}
    return dict(sorted(found.items()))


def _raise_unreadable(exc: OSError) -> None:
    raise SourceUnreadable(f"{exc.filename!r} cannot be read: {exc.strerror}.", "Check its permissions.") from exc


def read(folder: Path, name: str) -> bytes:
    """Return what is in a file of the workspace.

    Raises:
        RunFileNotFound: There is no such file.
    """
    return _existing(folder, name).read_bytes()


def _existing(folder: Path, name: str) -> Path:
    source = folder / name
    if source.is_file():
        return source
    available = names(folder)
    listed = f"It has {', '.join(available[:20])}." if available else "It has no files."
    raise RunFileNotFound(f"The run has no file {name!r}.", listed)


def copy_out(folder: Path, name: str, target: Path) -> None:
    """Copy a file of the workspace to a path outside, whose parent folders are made.

    Raises:
        RunFileNotFound: There is no such file.
    """
    source = _existing(folder, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    _replace(source, target)


def append(folder: Path, name: str, data: bytes) -> None:
    """Write to the end of a file of the workspace, which begins with it."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("ab") as file:
        file.write(data)


def _replace(source: Path, target: Path) -> None:
    handle, partial = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    try:
        shutil.copyfile(source, partial)
        shutil.copymode(source, partial)
        Path(partial).replace(target)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
