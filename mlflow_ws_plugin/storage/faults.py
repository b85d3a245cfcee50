"""SQLite's errors as ours: which class, and what the user can do about it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mlflow_ws_plugin.errors import (
    Duplicate,
    InvalidInput,
    StorageError,
    WorkspaceBusy,
    WorkspaceError,
    WorkspaceFull,
    WorkspaceUnusable,
    WorkspaceUnwritable,
)

BUSY_TEXTS = ("database is locked", "database table is locked", "database schema is locked", "locking protocol")

_FAULTS: tuple[tuple[str, type[StorageError], str], ...] = (
    ("is locked", WorkspaceBusy, "Another process holds it; try again, or raise MLWS_BUSY_TIMEOUT."),
    ("disk is full", WorkspaceFull, "Free some space; everything recorded before this call is safe."),
    ("disk I/O error", StorageError, "Look at the disk: it is full or failing."),
    (
        "malformed",
        WorkspaceUnusable,
        "The file is damaged: restore a copy, or salvage it with `sqlite3 FILE .recover`.",
    ),
    ("not a database", WorkspaceUnusable, "Move the file away, or open another directory."),
    ("unable to open", WorkspaceUnwritable, "Check that the directory exists and may be written."),
    ("readonly database", WorkspaceUnwritable, "Check that the directory and the file may be written."),
    ("no such table", WorkspaceUnusable, "It is not, or not wholly, a workspace: open another directory."),
    ("no such column", WorkspaceUnusable, "It is not, or not wholly, a workspace: open another directory."),
)
"""A part of SQLite's message, the error it becomes, and the hint."""


def is_busy(exc: sqlite3.OperationalError) -> bool:
    """Tell whether another connection holds the lock that a statement needs."""
    return str(exc) in BUSY_TEXTS


ERRORS = (sqlite3.Error, OverflowError, UnicodeEncodeError)
"""What the driver raises."""


def from_sqlite(exc: BaseException, path: Path) -> WorkspaceError:
    """Return our error for one of SQLite's on the database at `path`."""
    if isinstance(exc, OverflowError):
        return InvalidInput(f"An integer does not fit 64 bits: {exc}.", "Use steps and times between -2^63 and 2^63-1.")
    if isinstance(exc, UnicodeEncodeError):
        return InvalidInput(f"A text has characters that UTF-8 has not: {exc}.", "Leave out lone surrogates.")
    if isinstance(exc, sqlite3.IntegrityError) and "UNIQUE" in str(exc):
        return Duplicate(f"The record already holds this: {exc}.", "Log it once.")
    text = str(exc)
    for part, error, hint in _FAULTS:
        if part in text:
            return error(f"{path}: {text}.", hint)
    return StorageError(f"{path}: {text}.", "This is unexpected: please report it.")
