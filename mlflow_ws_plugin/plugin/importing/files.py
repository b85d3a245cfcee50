"""Files of runs, logged models and traces: copied where they are missing, and compared by size and digest."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository

from mlflow_ws_plugin.plugin.importing.comparing import ABSENT
from mlflow_ws_plugin.plugin.importing.report import Report
from mlflow_ws_plugin.records import places
from mlflow_ws_plugin.storage import files
from mlflow_ws_plugin.storage.staging import Staging

_CHUNK_BYTES = 1 << 20
_PREFIX = ".incoming."
"""As `Staging` names what is on its way: what is left of it is removed a day later."""

Stamp = tuple[int, str]
"""Size in bytes, and SHA-256."""


def copy(
    report: Report, label: str, source: ArtifactRepository, folder: Path, *, is_ours: bool, skip: tuple[str, ...] = ()
) -> None:
    """Copy all files below a place, and compare each.

    Args:
        report: Where they are counted.
        label: What they belong to.
        source: Where they are.
        folder: Where they go.
        is_ours: Whether they may be written.
        skip: Names of files that are passed over.
    """
    seen = set(skip)
    for name in names(source, report):
        if name in skip:
            continue
        seen.add(name)
        with report.going_on("files", f"{label} {name}"):
            _copy_one(report, label, source, name, folder, is_ours)
    for name in files.names(folder):
        if name not in seen:
            report.count("files", differ=1)
            report.differs("files", label, name, ABSENT, _stamp(folder / name))


def names(source: ArtifactRepository, report: Report, within: str | None = None) -> Iterator[str]:
    """Yield the names of all files below a place, folder by folder."""
    with report.reading():
        found = source.list_artifacts(within)
    for info in found:
        if info.is_dir:
            yield from names(source, report, info.path)
        else:
            yield info.path


def _copy_one(report: Report, label: str, source: ArtifactRepository, name: str, folder: Path, is_ours: bool) -> None:
    target = folder / places.check_file_name(name)
    before = _stamp(target) if target.is_file() else None
    with _at_hand(report, source, name, folder) as path:
        wanted = _stamp(path)
        if before != wanted and is_ours:
            with report.writing(), Staging(folder) as staging:
                staging.add(path)
                staging.publish([name])
    after = _stamp(target) if target.is_file() else None
    size, is_equal, was_equal = wanted[0], after == wanted, before == wanted
    for kind, count in (("files", 1), ("bytes", size)):
        report.count(
            kind,
            source=count,
            there=count * was_equal,
            written=count * (is_equal and not was_equal),
            differ=count * (not is_equal),
        )
    if not is_equal:
        report.differs("files", label, name, wanted, after or ABSENT)


@contextmanager
def _at_hand(report: Report, source: ArtifactRepository, name: str, folder: Path) -> Iterator[Path]:
    """Yield where a file of the source is on this machine, downloaded beside its new folder if it is elsewhere."""
    if isinstance(source, LocalArtifactRepository):
        yield Path(source.artifact_dir) / name
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_PREFIX) as beside:
        path = Path(beside) / "file"
        with report.reading():
            source._download_file(name, str(path))
        yield path


def _stamp(path: Path) -> Stamp:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()
