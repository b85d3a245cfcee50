"""Metrics and runs as pandas frames: every point and every run, never a sample."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mlflow_ws_plugin.errors import PackageMissing
from mlflow_ws_plugin.records import reserved
from mlflow_ws_plugin.records.metric import NUMERIC, ColumnType
from mlflow_ws_plugin.records.run import RunRecord
from mlflow_ws_plugin.records.series import SeriesCells
from mlflow_ws_plugin.sdk import reading

if TYPE_CHECKING:
    from pandas import DataFrame

_TIME = "datetime64[ms, UTC]"
_DTYPES = {ColumnType.DOUBLE: "float64", ColumnType.INT: "int64", ColumnType.BOOL: "bool"}
_RUN_COLUMNS = ("run_id", "number", "name", "status", "start_time", "end_time")


def of_metrics(read: Sequence[SeriesCells]) -> DataFrame:
    """Return a row for each cell: `metric` (a table's columns by `<table>/<column>`), `step`, `time` and `value`.

    Rows are by metric in the order they began, then by step; `time` is UTC, to the millisecond. `value` has one dtype
    where all metrics are of one type, and is of objects where text and numbers meet.

    Raises:
        PackageMissing: pandas is not installed.
    """
    pandas = _pandas()
    frames = [frame for frame in (_of_series(pandas, one) for one in read) if len(frame)]
    if not frames:
        return _frame(pandas, [], [], [], [])
    return pandas.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def of_table(read: Sequence[SeriesCells]) -> DataFrame:
    """Return a table metric as it was logged: a row for each of its rows, by `step`, and a column for each column.

    Raises:
        PackageMissing: pandas is not installed.
    """
    pandas = _pandas()
    columns = {one.series.column or one.series.name: reading.by_step(one) for one in read}
    steps = sorted({step for cells in columns.values() for step in cells})
    index = pandas.Index(steps, name="step", dtype="int64")
    return pandas.DataFrame({name: [cells.get(step) for step in steps] for name, cells in columns.items()}, index=index)


def of_runs(records: Sequence[RunRecord]) -> DataFrame:
    """Return a row for each run: `run_id number name status start_time end_time`, then what was recorded of it.

    That is `parameters.<key>`, `metrics.<key>` (the latest value), `properties.<key>` and `tags.<key>` without those
    that MLflow makes for itself. What a run does not have is NaN or None.

    Raises:
        PackageMissing: pandas is not installed.
    """
    pandas = _pandas()
    frame = pandas.DataFrame([_of_run(record) for record in records])
    if frame.empty:
        frame = pandas.DataFrame({name: [] for name in _RUN_COLUMNS})
    for name in ("start_time", "end_time"):
        frame[name] = pandas.to_datetime(frame[name], unit="ms", utc=True).astype(_TIME)
    return frame


def _of_run(record: RunRecord) -> dict[str, object]:
    info = record.info
    row: dict[str, object] = {
        "run_id": info.run_id,
        "number": info.number,
        "name": info.name,
        "status": info.state.value,
        "start_time": info.start_ms,
        "end_time": info.end_ms,
    }
    row |= {f"parameters.{key}": value for key, value in record.parameters.items()}
    row |= {f"metrics.{key}": float("nan") if is_nan else value for key, value, is_nan, _, _ in record.metrics}
    row |= {f"metrics.{key}": text for key, text in record.texts.items()}
    row |= {f"properties.{key}": value for key, value in record.properties.items()}
    return row | {f"tags.{key}": value for key, value in record.tags.items() if not key.startswith(reserved.MLFLOW)}


def _of_series(pandas: Any, read: SeriesCells) -> DataFrame:
    label = reading.label(read.series)
    if read.series.type in NUMERIC and not read.texts and read.points:
        steps, times, values, nans = zip(*read.points, strict=True)
        dtype = "float64" if any(nans) else _DTYPES[read.series.type]
        frame = _frame(pandas, label, steps, times, pandas.Series(values, dtype=dtype))
        if any(nans):
            frame.loc[pandas.Series(nans, dtype=bool), "value"] = float("nan")
        return frame
    points = reading.points(read)
    steps, times, values = zip(*points, strict=True) if points else ((), (), ())
    return _frame(pandas, label, steps, times, pandas.Series(values, dtype=object))


def _frame(pandas: Any, metric: object, steps: Sequence[int], times: Sequence[int], values: Any) -> DataFrame:
    frame: DataFrame = pandas.DataFrame(
        {
            "metric": metric,
            "step": pandas.Series(steps, dtype="int64"),
            "time": pandas.to_datetime(pandas.Series(times, dtype="int64"), unit="ms", utc=True).astype(_TIME),
            "value": values,
        }
    )
    return frame


def _pandas() -> Any:
    try:
        return import_module("pandas")
    except ImportError as exc:
        raise PackageMissing("to_pandas() needs pandas, which is not installed.", "pip install pandas.") from exc
