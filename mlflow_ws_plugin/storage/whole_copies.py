"""Copies of files and folders to places outside of the workspace, which are there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from mlflow_ws_plugin.errors import TargetExists, TargetUnwritable


def copy_whole(source: Path, target: Path, *, exist_ok: bool) -> None:
    """Copy a file or folder to a path, whose parent folders are made.

    Args:
        source: What is copied, links as what they lead to.
        target: Where to.
        exist_ok: Whether files there are replaced, each at once; others in a folder there stay.

    Raises:
        TargetExists: There is something, and it shall not be replaced, or is a folder where a file would be, or the
            other way round.
        TargetUnwritable: The target cannot be written; nothing is left of what was.
    """
    try:
        _check_free(source, target, exist_ok)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".download.") as beside:
            copy = Path(beside, "copy")
            if source.is_dir():
                shutil.copytree(source, copy)
            else:
                shutil.copy2(source, copy)
            _publish(copy, target)
    except OSError as exc:
        if isinstance(exc, TargetExists):
            raise
        raise TargetUnwritable(
            f"{str(target)!r} cannot be written: {exc.strerror or exc}.", "Choose another folder, or make room."
        ) from exc


def _check_free(source: Path, target: Path, exist_ok: bool) -> None:
    if not os.path.lexists(target):
        return
    if not exist_ok:
        raise TargetExists(f"There is {str(target)!r} already.", "Pass exist_ok=True to replace it, or another folder.")
    if source.is_dir() != target.is_dir():
        kind = "a folder" if target.is_dir() else "a file"
        raise TargetExists(f"{str(target)!r} is {kind}.", "Move it away, or choose another folder.")


def _publish(copy: Path, target: Path) -> None:
    """Rename a copy to its target; into a folder that is there, file by file."""
    if not target.is_dir():
        copy.replace(target)
        return
    for root, _, files in os.walk(copy):
        into = target / Path(root).relative_to(copy)
        into.mkdir(parents=True, exist_ok=True)
        for file in files:
            Path(root, file).replace(into / file)
