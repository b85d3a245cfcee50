"""Statements on experiments and their tags."""

from __future__ import annotations

from mlflow_ws_plugin.records.experiment import ExperimentRecord
from mlflow_ws_plugin.storage.connection import Connection, Row

_COLUMNS = "id, name, artifact_location, lifecycle, created_ms, updated_ms"


def insert(tx: Connection, name: str, now_ms: int) -> int:
    """Return the id of a new experiment whose artifacts have no place yet."""
    tx.execute(
        "INSERT INTO experiments (name, artifact_location, lifecycle, created_ms, updated_ms) "
        "VALUES (?, '', 'active', ?, ?)",
        (name, now_ms, now_ms),
    )
    return int(tx.execute("SELECT id FROM experiments WHERE name = ?", (name,)).fetchone()[0])


def place(tx: Connection, experiment: int, artifact_location: str) -> None:
    """Say where an experiment's artifacts are."""
    tx.execute("UPDATE experiments SET artifact_location = ? WHERE id = ?", (artifact_location, experiment))


def by_id(tx: Connection, experiment: int) -> ExperimentRecord | None:
    """Return an experiment, or None."""
    row = tx.execute(f"SELECT {_COLUMNS} FROM experiments WHERE id = ?", (experiment,)).fetchone()
    return _record(tx, row)


def by_name(tx: Connection, name: str) -> ExperimentRecord | None:
    """Return the experiment of a name, or None."""
    row = tx.execute(f"SELECT {_COLUMNS} FROM experiments WHERE name = ?", (name,)).fetchone()
    return _record(tx, row)


def next_run(tx: Connection, experiment: int) -> tuple[int, str, str] | None:
    """Count one more run; return its number and the experiment's lifecycle and artifact location, or None."""
    tx.execute("UPDATE experiments SET last_number = last_number + 1 WHERE id = ?", (experiment,))
    row: tuple[int, str, str] | None = tx.execute(
        "SELECT last_number, lifecycle, artifact_location FROM experiments WHERE id = ?", (experiment,)
    ).fetchone()
    return row


def date(tx: Connection, experiment: int, created_ms: int, updated_ms: int) -> None:
    """Say when an experiment began and was last changed, where that was elsewhere."""
    tx.execute(
        "UPDATE experiments SET created_ms = ?, updated_ms = ? WHERE id = ?", (created_ms, updated_ms, experiment)
    )


def rename(tx: Connection, experiment: int, name: str, now_ms: int) -> None:
    """Give an experiment another name."""
    tx.execute("UPDATE experiments SET name = ?, updated_ms = ? WHERE id = ?", (name, now_ms, experiment))


def set_lifecycle(tx: Connection, experiment: int, lifecycle: str, now_ms: int) -> None:
    """Move an experiment to or from the bin."""
    tx.execute("UPDATE experiments SET lifecycle = ?, updated_ms = ? WHERE id = ?", (lifecycle, now_ms, experiment))


def set_tag(tx: Connection, experiment: int, key: str, value: str) -> None:
    """Write one tag, replacing its value."""
    tx.execute(
        "INSERT INTO experiment_tags (experiment, key, value) VALUES (?, ?, ?) "
        "ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value",
        (experiment, key, value),
    )


def delete_tag(tx: Connection, experiment: int, key: str) -> bool:
    """Remove one tag; tell whether it was there."""
    done = tx.execute("DELETE FROM experiment_tags WHERE experiment = ? AND key = ?", (experiment, key))
    return done.rowcount > 0


def tags(tx: Connection, experiment: int) -> dict[str, str]:
    """Return an experiment's tags."""
    return dict(tx.execute("SELECT key, value FROM experiment_tags WHERE experiment = ?", (experiment,)).fetchall())


def delete(tx: Connection, experiment: int) -> None:
    """Remove an experiment, its tags and its datasets for good."""
    tx.execute("DELETE FROM experiment_tags WHERE experiment = ?", (experiment,))
    tx.execute("DELETE FROM datasets WHERE experiment = ?", (experiment,))
    tx.execute("DELETE FROM experiments WHERE id = ?", (experiment,))


def record(row: Row, tags: dict[str, str]) -> ExperimentRecord:
    """Return an experiment from its row."""
    key, name, location, lifecycle, created_ms, updated_ms = row[:6]
    return ExperimentRecord(str(key), name, location, lifecycle, created_ms, updated_ms, tags)


def _record(tx: Connection, row: Row | None) -> ExperimentRecord | None:
    return None if row is None else record(row, tags(tx, row[0]))
