"""Files of a workspace in a local directory: written beside, then renamed, so that none is ever half there."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from mlflow_ws_plugin.errors import RunFileNotFound


def names(folder: Path) -> list[str]:
    """Return the names of all files below a folder, with forward slashes, in order; none where it is not there."""
    found = (Path(root, file) for root, _, files in os.walk(folder) for file in files)
    return sorted(path.relative_to(folder).as_posix() for path in found)


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
