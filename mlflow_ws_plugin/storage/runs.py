"""Statements on runs: birth, state, and the parameters, tags and properties they carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.run import NewRun, RunInfo, RunRecord
from mlflow_ws_plugin.storage import latest
from mlflow_ws_plugin.storage.connection import Connection, Row

COLUMNS = (
    "id, run_id, experiment, number, name, state, lifecycle, user_name, origin, parent, start_ms, end_ms, "
    "artifact_location, error, type, heartbeat_ms"
)

MOST_LEVELS = 100
"""Of runs below runs; a tag set through MLflow may make a run its own ancestor."""


def insert(tx: Connection, run: NewRun, number: int, artifact_location: str) -> None:
    """Write a run that begins."""
    tx.execute(
        "INSERT INTO runs (run_id, experiment, number, name, state, lifecycle, user_name, origin, parent, start_ms, "
        "artifact_location, type) VALUES (?, ?, ?, ?, ?, 'active', ?, ?, ?, ?, ?, ?)",
        (
            run.run_id,
            int(run.experiment_id),
            number,
            run.name,
            run.state.value,
            run.user,
            run.origin,
            run.parent_id,
            run.start_ms,
            artifact_location,
            run.type,
        ),
    )


def lifecycle(tx: Connection, run_id: str) -> tuple[int, str] | None:
    """Return a run's key and lifecycle, or None; the check before every write."""
    row: tuple[int, str] | None = tx.execute("SELECT id, lifecycle FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    return row


def by_id(tx: Connection, run_id: str) -> RunInfo | None:
    """Return a run, or None."""
    row = tx.execute(f"SELECT {COLUMNS} FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    return None if row is None else info(row)


def family(tx: Connection, run_id: str) -> list[RunInfo]:
    """Return a run and all runs below it that are not in the bin, level by level, older ones first."""
    rows = tx.execute(
        "WITH RECURSIVE family (it, level) AS (SELECT ?, 0 UNION SELECT run_id, level + 1 FROM family, runs "
        f"WHERE parent = it AND lifecycle = 'active' AND level < {MOST_LEVELS}) "
        f"SELECT {COLUMNS} FROM (SELECT it, min(level) AS level FROM family GROUP BY it) AS family "
        "JOIN runs ON run_id = it ORDER BY level, id",
        (run_id,),
    )
    return [info(row) for row in rows]


def info(row: Row) -> RunInfo:
    """Return a run from its row."""
    key, run_id, experiment, number, name, state, *rest = row
    return RunInfo(key, run_id, str(experiment), number, name, State(state), *rest)


def fill(tx: Connection, record: RunRecord) -> RunRecord:
    """Read a run's parameters, tags, properties and latest metrics into its record."""
    key = (record.info.key,)
    record.parameters.update(tx.execute("SELECT key, value FROM parameters WHERE run = ?", key).fetchall())
    record.tags.update(tx.execute("SELECT key, value FROM tags WHERE run = ?", key).fetchall())
    record.properties.update(tx.execute("SELECT key, value FROM properties WHERE run = ?", key).fetchall())
    record.metrics.extend(latest.of_run(tx, record.info.key))
    record.texts.update(
        tx.execute(
            "SELECT mlflow_key, last_text FROM series WHERE run = ? AND type = 'string' AND last_text IS NOT NULL", key
        ).fetchall()
    )
    return record


def set_state(tx: Connection, run: int, state: State, end_ms: int | None, error: str | None = None) -> None:
    """Write a run's state; an end time or error of None leaves the recorded one."""
    tx.execute(
        "UPDATE runs SET state = ?, end_ms = coalesce(?, end_ms), error = coalesce(?, error) WHERE id = ?",
        (state.value, end_ms, error, run),
    )


def rename(tx: Connection, run: int, name: str) -> None:
    """Write a run's display name."""
    tx.execute("UPDATE runs SET name = ? WHERE id = ?", (name, run))


def set_parent(tx: Connection, run: int, parent_id: str | None) -> None:
    """Write whose child a run is."""
    tx.execute("UPDATE runs SET parent = ? WHERE id = ?", (parent_id, run))


def set_lifecycle(tx: Connection, run: int, lifecycle: str, deleted_ms: int | None) -> None:
    """Move a run to or from the bin."""
    tx.execute("UPDATE runs SET lifecycle = ?, deleted_ms = ? WHERE id = ?", (lifecycle, deleted_ms, run))


def set_lifecycle_of_all(tx: Connection, experiment: int, lifecycle: str, deleted_ms: int | None) -> None:
    """Move every run of an experiment to or from the bin."""
    tx.execute(
        "UPDATE runs SET lifecycle = ?, deleted_ms = ? WHERE experiment = ?", (lifecycle, deleted_ms, experiment)
    )


def deleted_before(tx: Connection, limit_ms: int) -> list[str]:
    """Return the ids of runs put into the bin at or before a time."""
    rows = tx.execute(
        "SELECT run_id FROM runs WHERE lifecycle = 'deleted' AND deleted_ms <= ? ORDER BY id", (limit_ms,)
    )
    return [row[0] for row in rows]


def ids_of(tx: Connection, experiment: int) -> list[int]:
    """Return the keys of an experiment's runs."""
    return [row[0] for row in tx.execute("SELECT id FROM runs WHERE experiment = ?", (experiment,))]


_OF_A_RUN = (
    "points",
    "cells",
    "series",
    "parameters",
    "tags",
    "properties",
    "run_datasets",
    "run_dataset_tags",
    "run_models",
)


def delete(tx: Connection, run: int) -> None:
    """Remove a run and everything of it for good."""
    for table in _OF_A_RUN:
        tx.execute(f"DELETE FROM {table} WHERE run = ?", (run,))
    tx.execute("DELETE FROM runs WHERE id = ?", (run,))


def parameters(tx: Connection, run: int, keys: Iterable[str]) -> dict[str, str]:
    """Return the recorded values of those keys that are parameters already."""
    found = (
        tx.execute("SELECT key, value FROM parameters WHERE run = ? AND key = ?", (run, key)).fetchone() for key in keys
    )
    return dict(row for row in found if row)


def insert_parameters(tx: Connection, run: int, values: Mapping[str, str]) -> None:
    """Write new parameters."""
    tx.executemany(
        "INSERT INTO parameters (run, key, value) VALUES (?, ?, ?)",
        [(run, key, value) for key, value in values.items()],
    )


def set_tags(tx: Connection, run: int, values: Mapping[str, str]) -> None:
    """Write tags, replacing their values."""
    tx.executemany(
        "INSERT INTO tags (run, key, value) VALUES (?, ?, ?) "
        "ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
        [(run, key, value) for key, value in values.items()],
    )


def tag(tx: Connection, run: int, key: str) -> str | None:
    """Return the value of one tag, or None."""
    row = tx.execute("SELECT value FROM tags WHERE run = ? AND key = ?", (run, key)).fetchone()
    return row[0] if row else None


def delete_tag(tx: Connection, run: int, key: str) -> bool:
    """Remove one tag; tell whether it was there."""
    return tx.execute("DELETE FROM tags WHERE run = ? AND key = ?", (run, key)).rowcount > 0


def properties(tx: Connection, run: int) -> dict[str, str]:
    """Return a run's properties."""
    return dict(tx.execute("SELECT key, value FROM properties WHERE run = ?", (run,)).fetchall())


def insert_properties(tx: Connection, run: int, values: Mapping[str, str]) -> None:
    """Write new properties."""
    tx.executemany(
        "INSERT INTO properties (run, key, value) VALUES (?, ?, ?)",
        [(run, key, value) for key, value in values.items()],
    )
