"""A snapshot of a directory: its code and small files, as one zip among the run's files.

Left out are what `.amlignore`, or else the `.gitignore` files, name; hidden files; caches and environments; what runs
write; and whatever is over the limit, where code goes first.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mlflow_ws_plugin import announcement, settings
from mlflow_ws_plugin.errors import InvalidInput, RunFileNotFound
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.storage import sqlite

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

FOLDER = "snapshot"
PROPERTY = "ContentSnapshotId"
"""The first snapshot's id; those of later ones are `ContentSnapshotId.2` and so on, for properties never change."""

MOST_FILES = 20_000
"""Files looked at; who runs in a home directory gets a part of it."""

_CODE = frozenset(
    (
        *(
            ".py",
            ".pyi",
            ".pyx",
            ".ipynb",
            ".r",
            ".jl",
            ".sh",
            ".sql",
            ".yaml",
            ".yml",
            ".toml",
            ".ini",
            ".cfg",
            ".json",
        ),
        *(".c", ".cc", ".cpp", ".h", ".hpp", ".cu", ".cuh", ".go", ".java", ".js", ".rs", ".ts", ".md", ".txt", ".in"),
    )
)
_NEVER = frozenset(("__pycache__", "node_modules", "mlruns", "mlartifacts", "outputs", "logs"))
_MARKS = ("pyvenv.cfg", sqlite.FILE_NAME)
"""Files that tell a virtual environment, and a workspace."""
_OF_THE_KERNEL = (Path("/dev"), Path("/proc"), Path("/sys"))
"""Where a container that starts in `/` has files without an end, such as `/proc/self/pagemap`."""
_MADE = (1980, 1, 1, 0, 0, 0)
_LISTED = 5

_Rules = list[tuple[str, "GitIgnoreSpec"]]
"""Ignore rules by the folder they are for, `""` or ending with a slash; the last that says something decides."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a snapshot holds.

    Attributes:
        root: The directory.
        files: Names of the files in it, in order.
        left_out: Sizes of files that would have been over the limit, by name.
        is_whole: Whether every file was looked at.
    """

    root: Path
    files: list[str]
    left_out: dict[str, int] = field(default_factory=dict)
    is_whole: bool = True


def take(history: RunHistory, run_id: str, path: Path) -> str:
    """Add a snapshot of a directory, or of one file, to a run, and return its id; the same content has the same id.

    Raises:
        InvalidInput: There is no such directory or file.
        RunNotFound: No run has this id.
        StorageError: It cannot be written.
    """
    selection = select(path.absolute(), settings.SNAPSHOT_LIMIT.size_bytes(), history.directory)
    folder = (
        tempfile.mkdtemp()
    )  # no TemporaryDirectory: the interpreter's end would remove it under this thread's hands
    try:
        packed = Path(folder, "snapshot.zip")
        snapshot_id = pack(selection, packed)
        taken = ids(history, run_id)
        if snapshot_id not in taken:
            history.files.put(run_id, [(file_name(snapshot_id), packed)])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if taken[-1:] != [snapshot_id]:
        key = f"{PROPERTY}.{len(taken) + 1}" if taken else PROPERTY
        history.runs.add_properties(run_id, {key: snapshot_id})
    _say_left_out(selection)
    return snapshot_id


def ids(history: RunHistory, run_id: str) -> list[str]:
    """Return the ids of a run's snapshots, oldest first."""
    properties = history.runs.get(run_id).properties
    found = {key.removeprefix(PROPERTY): value for key, value in properties.items() if key.startswith(PROPERTY)}
    return [found[key] for key in sorted(found, key=lambda key: int(key[1:] or 1))]


def latest(history: RunHistory, run_id: str) -> str:
    """Return the id of a run's newest snapshot.

    Raises:
        RunFileNotFound: It has none.
    """
    taken = ids(history, run_id)
    if not taken:
        raise RunFileNotFound(f"Run {run_id} has no snapshot.", "Take one: run.take_snapshot('.').")
    return taken[-1]


def file_name(snapshot_id: str) -> str:
    """Return the name of a snapshot among the run's files."""
    return f"{FOLDER}/{snapshot_id}.zip"


def select(path: Path, limit_bytes: int, without: Path) -> Selection:
    """Return what a snapshot of a directory or file would hold.

    Args:
        path: Absolute path of it.
        limit_bytes: Bytes of all files together at most.
        without: A folder below it whose files do not count: the workspace.

    Raises:
        InvalidInput: There is nothing at the path.
    """
    if path.is_file():
        return Selection(path.parent, [path.name])
    if not path.is_dir():
        raise InvalidInput(f"{str(path)!r} is not a directory.", "Pass the directory of your code.")
    sizes, is_whole = _sizes(path, without)
    files: list[str] = []
    for name in sorted(sizes, key=lambda name: (Path(name).suffix.lower() not in _CODE, sizes[name], name)):
        if sizes[name] <= limit_bytes:
            limit_bytes -= sizes[name]
            files.append(name)
    kept = set(files)
    left_out = {name: size for name, size in sizes.items() if name not in kept}
    return Selection(path, sorted(files), left_out, is_whole)


def _sizes(root: Path, without: Path) -> tuple[dict[str, int], bool]:
    """Return the sizes of the files to keep by name, and whether that is all of them."""
    found: dict[str, int] = {}
    for number, (name, size) in enumerate(_walk(root, "", without, [])):
        if number == MOST_FILES:
            return found, False
        found[name] = size
    return found, True


def _walk(root: Path, folder: str, without: Path, rules: _Rules) -> Iterator[tuple[str, int]]:
    rules = [*rules, *_rules_in(root, folder)]
    folders: list[str] = []
    for entry in _entries(root / folder):
        name = folder + entry.name
        if entry.name.startswith(".") or entry.name in _NEVER or Path(entry.path) in (without, *_OF_THE_KERNEL):
            continue
        with suppress(OSError):  # it may not be looked at, is gone again, or a link to itself
            if entry.is_dir(follow_symlinks=False):
                if not _is_ignored(f"{name}/", rules) and not any(Path(entry.path, it).exists() for it in _MARKS):
                    folders.append(f"{name}/")
            elif entry.is_file() and not _is_ignored(name, rules):
                yield name, entry.stat().st_size
    for name in folders:
        yield from _walk(root, name, without, rules)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what is in a folder, by name; nothing where it may not be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _rules_in(root: Path, folder: str) -> _Rules:
    """Return the rules that a folder adds; `.amlignore` in the root stands for all others."""
    own = root / ".amlignore"
    if folder and own.is_file():
        return []
    path = own if own.is_file() else root / folder / ".gitignore"
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:  # mostly because there is none
        return []
    from pathspec import GitIgnoreSpec  # 10 ms that runs without ignore files are spared

    return [(folder, GitIgnoreSpec.from_lines(lines))]


def _is_ignored(name: str, rules: _Rules) -> bool:
    for folder, spec in reversed(rules):
        said = spec.check_file(name.removeprefix(folder)).include
        if said is not None:
            return said
    return False


def pack(selection: Selection, target: Path) -> str:
    """Write the zip of a selection, the same bytes for the same files; return its id, a hash of what is in it.

    A file that cannot be read, or is gone, is left out.
    """
    content = hashlib.sha256()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in selection.files:
            try:
                with (selection.root / name).open("rb") as file:
                    found = os.fstat(file.fileno())
                    data = file.read(found.st_size)  # and not until its end, which some files do not have
            except OSError:
                selection.left_out[name] = 0
                continue
            entry = zipfile.ZipInfo(name, _MADE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whose permissions follow
            entry.external_attr = (stat.S_IFREG | (0o755 if found.st_mode & stat.S_IXUSR else 0o644)) << 16
            packed.writestr(entry, data)
            content.update(f"{name}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
            content.update(data)
    return content.hexdigest()[:32]


def _say_left_out(selection: Selection) -> None:
    if not selection.is_whole:
        announcement.problem(
            f"The snapshot of {selection.root} holds only some of its first {MOST_FILES} files: "
            "name in .amlignore what is no code."
        )
    if selection.left_out:
        names = ", ".join(sorted(selection.left_out, key=lambda name: -selection.left_out[name])[:_LISTED])
        more = ", …" if len(selection.left_out) > _LISTED else ""
        announcement.problem(
            f"The snapshot of {selection.root} leaves out {len(selection.left_out)} files, "
            f"{sum(selection.left_out.values()) / 1e6:.1f} MB, over its limit of {settings.SNAPSHOT_LIMIT.get()} MB "
            f"(MLWS_SNAPSHOT_LIMIT): {names}{more}."
        )
