"""Making a workspace's database, knowing one again, and bringing an old one up to date."""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from pathlib import Path

from mlflow_ws_plugin.errors import WorkspaceTooNew, WorkspaceUnusable

APPLICATION_ID = 0x6D6C7773
"""`mlws` in ASCII, in SQLite's header: says that the file is ours."""

REVISIONS = ("0001", "0002", "0003")
"""Every revision of the schema, oldest first; a test keeps it equal to the migrations."""

DEFAULT_EXPERIMENT = (
    "INSERT INTO experiments (id, name, artifact_location, lifecycle, created_ms, updated_ms) "
    "SELECT 0, 'Default', '0', 'active', now_ms, now_ms "
    "FROM (SELECT cast(1000 * (julianday('now') - 2440587.5) * 86400 AS INTEGER) AS now_ms) AS clock"
)
"""The experiment that every workspace has from the first."""

_NEWEST = REVISIONS[-1]


def is_new(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether a database is empty, as SQLite makes it on first opening.

    Raises:
        WorkspaceUnusable: It is a file of something else, which SQLite takes for empty because it is so short.
    """
    if _has_tables(connection):
        return False
    if path.stat().st_size and not _has_tables(connection):  # not one that was filled meanwhile
        raise WorkspaceUnusable(f"{path} is not a database.", "Move the file away, or open another directory.")
    return not path.stat().st_size


def _has_tables(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def create(connection: sqlite3.Connection) -> None:
    """Write the newest schema and the experiment `Default`, inside the caller's transaction."""
    for statement in newest_ddl():
        connection.execute(statement)
    connection.execute("INSERT INTO alembic_version VALUES (?)", (_NEWEST,))
    connection.execute(DEFAULT_EXPERIMENT)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def newest_ddl() -> list[str]:
    """Return the statements that make an empty database one of the newest revision."""
    return statements((files("mlflow_ws_plugin.storage") / "schema.sql").read_text())


def statements(text: str) -> list[str]:
    """Return the statements of a script whose comments have lines of their own."""
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]


def check(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether a database needs no migration.

    Raises:
        WorkspaceUnusable: The database is not a workspace's.
        WorkspaceTooNew: A newer version of this package wrote it.
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise WorkspaceUnusable(f"{path} is a database, but not a workspace.", "Open another directory.")
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    revision = row[0] if row else None
    if revision not in REVISIONS:
        raise WorkspaceTooNew(
            f"{path} has schema {revision!r}; this version of mlflow-ws-plugin knows up to {_NEWEST!r}.",
            "Upgrade it: pip install --upgrade mlflow-ws-plugin.",
        )
    return bool(revision == _NEWEST)
