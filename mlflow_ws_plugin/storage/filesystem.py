"""Which kind of file system a path is on: SQLite's write-ahead log does not work across machines."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path

from mlflow_ws_plugin.errors import WorkspaceUnwritable

MOUNTS = Path("/proc/self/mountinfo")
REMOTE_TYPES = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "fuse.sshfs"),
        *("fuse.glusterfs", "lustre", "ceph", "gpfs", "beegfs", "ocfs2", "gfs2"),
    }
)

_warned: set[str] = set()


def exists(path: Path) -> bool:
    """Tell whether there is something at a path.

    Raises:
        WorkspaceUnwritable: The system does not say.
    """
    try:
        return path.exists()
    except OSError as exc:
        raise WorkspaceUnwritable(f"{path} cannot be read: {exc.strerror}.", "Choose another directory.") from exc


def is_file(path: Path) -> bool:
    """Tell whether there is something at a path that is no directory.

    Raises:
        WorkspaceUnwritable: The system does not say.
    """
    return exists(path) and not path.is_dir()


def is_remote(path: Path) -> bool:
    """Tell whether a path is on a network file system, and warn once that a workspace there is slow."""
    kind = kind_of(path)
    if kind not in REMOTE_TYPES:
        return False
    if str(path) not in _warned:
        _warned.add(str(path))
        warnings.warn(
            f"{path} is on a network file system ({kind}): the workspace uses a rollback journal, is slow, and must "
            "not be written from several machines at once.",
            stacklevel=2,
        )
    return True


def kind_of(path: Path) -> str:
    """Return the type of the file system a path is on, such as `ext4` or `nfs4`; `""` where the system does not say."""
    try:
        lines = MOUNTS.read_text().splitlines()
    except OSError:
        return ""
    place = os.path.realpath(path)
    mounts = [_mount(line) for line in lines]
    holding = [(point, kind) for point, kind in mounts if _is_within(place, point)]
    return max(holding, key=lambda mount: len(mount[0]), default=("", ""))[1]


def _mount(line: str) -> tuple[str, str]:
    """Return `(mount point, type)` of a line; its format is in proc_pid_mountinfo(5)."""
    before, _, after = line.partition(" - ")
    point = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), before.split()[4])
    return point, after.split()[0]


def _is_within(place: str, point: str) -> bool:
    return point == "/" or place == point or place.startswith(f"{point}/")
