"""Statements on the datasets and models that runs used and made."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mlflow_ws_plugin.records.model import ModelInput, ModelOutput
from mlflow_ws_plugin.records.run import Dataset, DatasetUse, RunRecord
from mlflow_ws_plugin.storage.connection import WANTED, Connection

CONTEXT_TAG = "mlflow.data.context"
DatasetSummaryRow = tuple[int, str, str, str | None]
"""`(experiment, name, digest, context)`"""

_INPUT, _OUTPUT = "input", "output"


def insert_dataset(tx: Connection, run: int, experiment: int, use: DatasetUse) -> None:
    """Write a run's use of a dataset, unless it is there."""
    dataset = use.dataset
    tx.execute(
        "INSERT INTO datasets (experiment, name, digest, source_type, source, schema, profile) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            experiment,
            dataset.name,
            dataset.digest,
            dataset.source_type,
            dataset.source,
            dataset.schema,
            dataset.profile,
        ),
    )
    key = tx.execute(
        "SELECT id FROM datasets WHERE experiment = ? AND name = ? AND digest = ?",
        (experiment, dataset.name, dataset.digest),
    ).fetchone()[0]
    done = tx.execute("INSERT INTO run_datasets (run, dataset) VALUES (?, ?) ON CONFLICT DO NOTHING", (run, key))
    if done.rowcount:
        tx.executemany(
            "INSERT INTO run_dataset_tags (run, dataset, key, value) VALUES (?, ?, ?, ?)",
            [(run, key, tag, value) for tag, value in use.tags],
        )


def insert_model_inputs(tx: Connection, run: int, models: Sequence[ModelInput]) -> None:
    """Write the models a run used; those recorded already are left alone."""
    tx.executemany(
        "INSERT INTO run_models (run, direction, model_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(run, _INPUT, model.model_id) for model in models],
    )


def insert_model_outputs(tx: Connection, run: int, models: Sequence[ModelOutput]) -> None:
    """Write the models a run made; one that is recorded already is an error."""
    tx.executemany(
        "INSERT INTO run_models (run, direction, model_id, step) VALUES (?, ?, ?, ?)",
        [(run, _OUTPUT, model.model_id, model.step) for model in models],
    )


def fill(tx: Connection, records: list[RunRecord]) -> list[RunRecord]:
    """Read the inputs and outputs of runs into their records."""
    by_key = {record.info.key: record for record in records}
    wanted = (json.dumps(list(by_key)),)
    for run, use in _uses(tx, wanted):
        by_key[run].datasets.append(use)
    for run, direction, model_id, step in tx.execute(
        WANTED + "SELECT run, direction, model_id, step FROM wanted CROSS JOIN run_models WHERE run = it "
        "ORDER BY run, direction, model_id",
        wanted,
    ):
        if direction == _INPUT:
            by_key[run].model_inputs.append(ModelInput(model_id))
        else:
            by_key[run].model_outputs.append(ModelOutput(model_id, step))
    return records


def _uses(tx: Connection, wanted: tuple[str]) -> list[tuple[int, DatasetUse]]:
    tags: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for run, dataset, key, value in tx.execute(
        WANTED + "SELECT run, dataset, key, value FROM wanted CROSS JOIN run_dataset_tags WHERE run = it",
        wanted,
    ):
        tags.setdefault((run, dataset), []).append((key, value))
    rows = tx.execute(
        WANTED + "SELECT run, id, name, digest, source_type, source, schema, profile FROM wanted "
        "CROSS JOIN run_datasets JOIN datasets ON id = dataset WHERE run = it ORDER BY run, id",
        wanted,
    )
    return [(run, DatasetUse(Dataset(*row), tuple(tags.get((run, key), ())))) for run, key, *row in rows]


def summaries(tx: Connection, experiments: Sequence[int], limit: int) -> list[DatasetSummaryRow]:
    """Return distinct datasets with the contexts they were used in."""
    return tx.execute(
        WANTED + "SELECT DISTINCT d.experiment, d.name, d.digest, t.value FROM wanted "
        "CROSS JOIN datasets AS d JOIN run_datasets AS u ON u.dataset = d.id "
        "LEFT JOIN run_dataset_tags AS t ON t.run = u.run AND t.dataset = u.dataset AND t.key = ? "
        "WHERE d.experiment = it LIMIT ?",
        (json.dumps(list(experiments)), CONTEXT_TAG, limit),
    ).fetchall()
