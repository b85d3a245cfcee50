"""Runs as rows and as whole records, with names that can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlflow_ws_plugin.cli.output import iso_time
from mlflow_ws_plugin.records import reserved
from mlflow_ws_plugin.records.filters import Field, Order
from mlflow_ws_plugin.records.run import RunRecord
from mlflow_ws_plugin.records.series import Series

NEWEST_FIRST = [Order(Field("attribute", "start_time"), False), Order(Field("attribute", "number"), False)]
"""The number tells apart what began in one millisecond."""

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


def whole(record: RunRecord, series: Sequence[Series], experiments: Mapping[str, str]) -> dict[str, object]:
    """Return everything recorded of a run but its points and files: of metrics, the latest values.

    Args:
        record: The run.
        series: Its series.
        experiments: Names of experiments by id.
    """
    info = record.info
    return {
        **row(record, experiments),
        "type": info.type,
        "user": info.user,
        "parent": info.parent_id,
        "error": info.error,
        "parameters": record.parameters,
        "metrics": _latest(series),
        "properties": record.properties,
        "tags": {key: value for key, value in record.tags.items() if not key.startswith(reserved.MLFLOW)},
    }


def _latest(series: Sequence[Series]) -> dict[str, object]:
    """Return latest values, a table's columns by `<table>/<column>`; what is empty has none."""
    from mlflow_ws_plugin.sdk import reading

    numbers = reading.summaries(series)
    latest = {
        label: numbers[label].last if label in numbers else one.last_text
        for label, one in ((reading.label(one), one) for one in series)
    }
    return {label: value for label, value in latest.items() if value is not None}
