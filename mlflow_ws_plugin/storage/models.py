"""Statements on logged models."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from mlflow_ws_plugin.records.model import ModelMetric, ModelRecord
from mlflow_ws_plugin.storage.connection import WANTED, Connection, Row

COLUMNS = (
    "id, model_id, experiment, name, artifact_location, created_ms, updated_ms, status, lifecycle, model_type, "
    "source_run_id, status_message"
)
_TAGS = WANTED + "SELECT model, key, value FROM wanted CROSS JOIN model_tags WHERE model = it"
_PARAMETERS = WANTED + "SELECT model, key, value FROM wanted CROSS JOIN model_parameters WHERE model = it"
_METRICS = WANTED + (
    "SELECT model, name, value, ts, step, run_id, dataset_name, dataset_digest FROM wanted "
    "CROSS JOIN model_metrics WHERE model = it ORDER BY model, name, ts, step, run_id"
)


def insert(tx: Connection, model: ModelRecord) -> None:
    """Write a model that begins, without its tags, parameters and metrics."""
    tx.execute(
        "INSERT INTO models (model_id, experiment, name, artifact_location, created_ms, updated_ms, status, lifecycle, "
        "model_type, source_run_id, status_message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            model.model_id,
            int(model.experiment_id),
            model.name,
            model.artifact_location,
            model.created_ms,
            model.updated_ms,
            model.status,
            model.lifecycle,
            model.model_type,
            model.source_run_id,
            model.status_message,
        ),
    )


def by_id(tx: Connection, model_id: str) -> ModelRecord | None:
    """Return a model with its data, or None."""
    row = tx.execute(f"SELECT {COLUMNS} FROM models WHERE model_id = ?", (model_id,)).fetchone()
    return fill(tx, [row])[0] if row else None


def key_of(tx: Connection, model_id: str) -> int | None:
    """Return a model's key, or None."""
    row = tx.execute("SELECT id FROM models WHERE model_id = ?", (model_id,)).fetchone()
    return row[0] if row else None


def fill(tx: Connection, rows: Sequence[Row]) -> list[ModelRecord]:
    """Return models from their rows, with their tags, parameters and metrics."""
    records = {row[0]: ModelRecord(row[0], row[1], str(row[2]), *row[3:]) for row in rows}
    wanted = (json.dumps(list(records)),)
    for model, key, value in tx.execute(_TAGS, wanted):
        records[model].tags[key] = value
    for model, key, value in tx.execute(_PARAMETERS, wanted):
        records[model].parameters[key] = value
    for model, *metric in tx.execute(_METRICS, wanted):
        records[model].metrics.append(ModelMetric(*metric))
    return list(records.values())


def set_status(tx: Connection, model: int, status: int, now_ms: int) -> None:
    """Write a model's status."""
    tx.execute("UPDATE models SET status = ?, updated_ms = ? WHERE id = ?", (status, now_ms, model))


def set_lifecycle(tx: Connection, model: int, lifecycle: str, now_ms: int) -> None:
    """Move a model to or from the bin."""
    tx.execute("UPDATE models SET lifecycle = ?, updated_ms = ? WHERE id = ?", (lifecycle, now_ms, model))


def set_tags(tx: Connection, model: int, tags: Mapping[str, str]) -> None:
    """Write tags, replacing their values."""
    tx.executemany(
        "INSERT INTO model_tags (model, key, value) VALUES (?, ?, ?) "
        "ON CONFLICT (model, key) DO UPDATE SET value = excluded.value",
        [(model, key, value) for key, value in tags.items()],
    )


def delete_tag(tx: Connection, model: int, key: str) -> bool:
    """Remove one tag; tell whether it was there."""
    return tx.execute("DELETE FROM model_tags WHERE model = ? AND key = ?", (model, key)).rowcount > 0


def insert_parameters(tx: Connection, model: int, values: Mapping[str, str]) -> None:
    """Write new parameters; one that is recorded already is an error."""
    tx.executemany(
        "INSERT INTO model_parameters (model, key, value) VALUES (?, ?, ?)",
        [(model, key, value) for key, value in values.items()],
    )


def insert_metrics(tx: Connection, model: int, metrics: Sequence[ModelMetric]) -> None:
    """Append values; one of the same name, time, step and run that is recorded already stays."""
    tx.executemany(
        "INSERT INTO model_metrics (model, name, value, ts, step, run_id, dataset_name, dataset_digest) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(model, *metric) for metric in metrics],
    )


def deleted_before(tx: Connection, limit_ms: int) -> list[str]:
    """Return the ids of models put into the bin at or before a time."""
    rows = tx.execute(
        "SELECT model_id FROM models WHERE lifecycle = 'deleted' AND updated_ms <= ? ORDER BY id", (limit_ms,)
    )
    return [row[0] for row in rows]


def ids_of(tx: Connection, experiment: int) -> list[int]:
    """Return the keys of an experiment's models."""
    return [row[0] for row in tx.execute("SELECT id FROM models WHERE experiment = ?", (experiment,))]


def delete(tx: Connection, model: int) -> None:
    """Remove a model and everything of it for good."""
    for table in ("model_tags", "model_parameters", "model_metrics"):
        tx.execute(f"DELETE FROM {table} WHERE model = ?", (model,))
    tx.execute("DELETE FROM models WHERE id = ?", (model,))
