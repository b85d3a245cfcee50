"""Runs as rows and as whole records, with names that can be read."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mlflow_ws_plugin.cli.output import iso_time
from mlflow_ws_plugin.records import reserved
from mlflow_ws_plugin.records.run import RunRecord

COLUMNS = ("run_id", "number", "experiment", "name", "status", "started", "duration_s")


def row(record: RunRecord, experiments: Mapping[str, str]) -> dict[str, object]:
    """Return what a list shows of a run.

    Args:
        record: The run.
        experiments: Names of experiments by id; one that is not there is shown by its id.
    """
    info = record.info
    return {
        "run_id": info.run_id,
        "number": info.number,
        "experiment": experiments.get(info.experiment_id, info.experiment_id),
        "name": info.name,
        "status": info.state.value,
        "started": iso_time(info.start_ms),
        "duration_s": None if info.end_ms is None else (info.end_ms - info.start_ms) / 1000,
    }


def whole(record: RunRecord, experiments: Mapping[str, str]) -> dict[str, object]:
    """Return everything recorded of a run but its points and files: of metrics, the latest values."""
    info = record.info
    return {
        **row(record, experiments),
        "type": info.type,
        "user": info.user,
        "parent": info.parent_id,
        "error": info.error,
        "parameters": record.parameters,
        "metrics": {key: math.nan if is_nan else value for key, value, is_nan, _, _ in record.metrics} | record.texts,
        "properties": record.properties,
        "tags": {key: value for key, value in record.tags.items() if not key.startswith(reserved.MLFLOW)},
    }
