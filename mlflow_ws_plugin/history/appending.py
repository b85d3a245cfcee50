"""How cells join a run's series, inside a writing transaction."""

from __future__ import annotations

from collections.abc import Sequence

from mlflow_ws_plugin.errors import InvalidMetric, MetricKeyTaken
from mlflow_ws_plugin.records import limits
from mlflow_ws_plugin.records.metric import NUMERIC, widened
from mlflow_ws_plugin.records.names import mlflow_key
from mlflow_ws_plugin.records.series import Series, SeriesWrite
from mlflow_ws_plugin.records.summary import PointRow, Summary
from mlflow_ws_plugin.storage import cells, points, series
from mlflow_ws_plugin.storage.connection import Connection


def append(tx: Connection, run: int, writes: Sequence[SeriesWrite]) -> None:
    """Append cells to series, beginning those that are new. Each series is written once.

    Raises:
        InvalidMetric: Text and numbers would mix in one column, or a table would get too many columns.
        MetricKeyTaken: Another metric has the key that MLflow would see.
    """
    found = series.find(tx, run, [write.mlflow_key for write in writes])
    new = [write for write in writes if write.mlflow_key not in found]
    for write in writes:
        if write.mlflow_key in found:
            _check_same(found[write.mlflow_key], write)
    numbers = _begin(tx, run, new) if new else {}
    if any(write.counts for write in writes):
        _number_steps(tx, run, writes, found)
    _append_points(tx, run, [write for write in writes if write.points], found, numbers)
    for write in writes:
        if write.texts:
            _append_texts(tx, run, write, found, numbers)


def _begin(tx: Connection, run: int, new: list[SeriesWrite]) -> dict[str, int]:
    tables = series.tables(tx, run)
    for write in new:
        if write.column is None:
            if write.name in tables:
                raise _taken(write, write.name)
        else:
            _check_table(tx, run, write)
            tables[write.name] = tables.get(write.name, 0) + 1
    for name, columns in tables.items():
        if columns > limits.TABLE_COLUMNS:
            raise InvalidMetric(
                f"Table {name!r} would get {columns} columns.", f"A table has at most {limits.TABLE_COLUMNS}."
            )
    return series.insert(tx, run, new)


def _check_table(tx: Connection, run: int, write: SeriesWrite) -> None:
    """Refuse a table whose name is a metric of one column."""
    for other in series.find(tx, run, [mlflow_key(write.name)]).values():
        if other.name == write.name and other.column is None:
            raise _taken(write, other.name)


def _check_same(recorded: Series, write: SeriesWrite) -> None:
    if not write.by_key and (recorded.name, recorded.column) != (write.name, write.column):
        raise _taken(write, recorded.name)


def _taken(write: SeriesWrite, other: str) -> MetricKeyTaken:
    return MetricKeyTaken(
        f"Metric {write.name!r} would be seen by MLflow as {write.mlflow_key!r}, which metric {other!r} is already.",
        "Choose another name.",
    )


def _number_steps(tx: Connection, run: int, writes: Sequence[SeriesWrite], found: dict[str, Series]) -> None:
    """Shift relative steps behind the last recorded one; the columns of a table share their rows' indices."""
    last_rows: dict[str, int] = {}
    for write in writes:
        if not write.counts:
            continue
        if write.column is None:
            recorded = found.get(write.mlflow_key)
            first = 0 if recorded is None or recorded.last_step is None else recorded.last_step + 1
        else:
            if write.name not in last_rows:
                last_rows[write.name] = series.last_row(tx, run, write.name)
            first = last_rows[write.name] + 1
        write.points = [(first + step, *rest) for step, *rest in write.points]  # type: ignore[misc]
        write.texts = [(first + step, ts, text) for step, ts, text in write.texts]


def _append_points(
    tx: Connection, run: int, writes: list[SeriesWrite], found: dict[str, Series], numbers: dict[str, int]
) -> None:
    appended: list[tuple[int, Summary | None, list[PointRow]]] = []
    for write in writes:
        recorded = found.get(write.mlflow_key)
        if recorded is None:
            appended.append((numbers[write.mlflow_key], None, write.points))
        else:
            appended.append((recorded.number, recorded.summary, write.points))
    summaries = points.append(tx, run, appended)
    changed = []
    for write, (number, _, _), summary in zip(writes, appended, summaries, strict=True):
        if summary is not None:
            recorded = found.get(write.mlflow_key)
            type_ = write.type if recorded is None else widened(write.name, recorded.type, write.type)
            description = write.description or (recorded.description if recorded else "")
            changed.append((number, type_.value, description, summary))
    series.update(tx, run, changed)


def _append_texts(
    tx: Connection, run: int, write: SeriesWrite, found: dict[str, Series], numbers: dict[str, int]
) -> None:
    recorded = found.get(write.mlflow_key)
    number = recorded.number if recorded else numbers[write.mlflow_key]
    written = cells.append(tx, run, number, sorted(write.texts))
    if not written:
        return
    if write.type in NUMERIC:
        series.update_digits(tx, run, number, written[-1][2])
        return
    if recorded:
        widened(write.name, recorded.type, write.type)
    description = write.description or (recorded.description if recorded else "")
    series.update_text(tx, run, number, description, written)
