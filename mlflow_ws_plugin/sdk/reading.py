"""What a run's series look like to scripts: numbers, lists and tables by metric name."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mlflow_ws_plugin.records.metric import NUMERIC, Cell, ColumnType, Kind, restored
from mlflow_ws_plugin.records.series import Series, SeriesCells
from mlflow_ws_plugin.records.summary import PointRow


class MetricPoint(NamedTuple):
    """One cell of a metric.

    Attributes:
        step: Its place on the x axis; the index in a list, the row in a table.
        timestamp_ms: When it was logged, milliseconds UTC.
        value: What was logged.
    """

    step: int
    timestamp_ms: int
    value: Cell


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """What is known of a numeric metric, or of one column of a table, without reading its points.

    Attributes:
        points: How many there are.
        last: The value at the greatest step.
        last_step: That step.
        minimum: Smallest value; None while all are NaN.
        maximum: Greatest value; None while all are NaN.
    """

    points: int
    last: Cell
    last_step: int
    minimum: float | None
    maximum: float | None


@dataclass(frozen=True, slots=True)
class MetricFile:
    """The file of an image or chart metric.

    Attributes:
        name: Its name within the run.
        data: What is in it.
    """

    name: str
    data: bytes


def metrics(read: Sequence[SeriesCells]) -> dict[str, object]:
    """Return metrics by name, in the order they began.

    A metric logged once is its value, one logged more often or by `log_list` a list, and a table a dict of columns:
    single values for one row, else lists of equal length with None for absent cells.
    """
    return {name: _metric(columns) for name, columns in by_name(read).items()}


def histories(read: Sequence[SeriesCells]) -> dict[str, object]:
    """Return all points by metric name, in the order they began: lists of `MetricPoint`, a dict of them for a table."""
    return {name: _history(columns) for name, columns in by_name(read).items()}


def populated(read: Sequence[SeriesCells], content: Callable[[str], bytes]) -> list[SeriesCells]:
    """Return series with the files that their cells name instead of the names.

    Args:
        read: The series.
        content: Returns what is in a file.
    """
    return [_with_files(one, content) if one.series.type is ColumnType.ARTIFACT else one for one in read]


def _with_files(read: SeriesCells, content: Callable[[str], bytes]) -> SeriesCells:
    cells = [(step, ts, MetricFile(name, content(name))) for step, ts, name in read.texts]
    return SeriesCells(read.series, [], cells)  # type: ignore[arg-type]


def by_name(read: Sequence[SeriesCells]) -> dict[str, list[SeriesCells]]:
    """Return series by the metric they are columns of, in the order they began."""
    grouped: dict[str, list[SeriesCells]] = {}
    for series in read:
        grouped.setdefault(series.series.name, []).append(series)
    return grouped


def summaries(series: Sequence[Series]) -> dict[str, MetricSummary]:
    """Return summaries by metric name, those of a table's columns by `<table>/<column>`."""
    return {label(one): _summary(one) for one in series if one.summary is not None}


def label(series: Series) -> str:
    """Return a metric's name, or `<table>/<column>`."""
    return series.name if series.column is None else f"{series.name}/{series.column}"


def _summary(series: Series) -> MetricSummary:
    found = series.summary
    assert found is not None  # the caller left out series without one
    last = restored(found.last_value, found.last_nan, series.type)
    if series.last_text and int(series.last_text) != last == float(series.last_text):
        last = int(series.last_text)  # its digits, which a double cannot hold
    return MetricSummary(found.size, last, found.last_step, found.minimum, found.maximum)


def _metric(columns: list[SeriesCells]) -> object:
    first = columns[0].series
    if first.column is not None:
        return _table(columns)
    found = values(columns[0])
    return found[0] if len(found) == 1 and first.kind != Kind.LIST else found


def _table(columns: list[SeriesCells]) -> dict[str, object]:
    cells = {read.series.column or "": by_step(read) for read in columns}
    steps = sorted({step for column in cells.values() for step in column})
    if len(steps) == 1:
        return {name: column.get(steps[0]) for name, column in cells.items()}
    return {name: [column.get(step) for step in steps] for name, column in cells.items()}


def _history(columns: list[SeriesCells]) -> object:
    if columns[0].series.column is None:
        return points(columns[0])
    return {read.series.column or "": points(read) for read in columns}


def by_step(read: SeriesCells) -> dict[int, Cell]:
    """Return the values of a table's column by row."""
    return dict(zip((row[0] for row in _rows(read)), values(read), strict=True))


def points(read: SeriesCells) -> list[MetricPoint]:
    """Return the cells of a series with their places and times."""
    return [MetricPoint(row[0], row[1], value) for row, value in zip(_rows(read), values(read), strict=True)]


def values(read: SeriesCells) -> list[Cell]:
    """Return the cells of a series; integers too large for a double come from their digits."""
    type_ = read.series.type
    if type_ not in NUMERIC:
        return [text for _, _, text in read.texts]
    if type_ is ColumnType.DOUBLE and not read.texts:
        return [math.nan if is_nan else value for _, _, value, is_nan in read.points]
    digits = {(step, ts, float(text)): int(text) for step, ts, text in read.texts}
    return [digits.get((step, ts, value)) or restored(value, is_nan, type_) for step, ts, value, is_nan in read.points]


def _rows(read: SeriesCells) -> Sequence[PointRow | tuple[int, int, str]]:
    return read.points if read.series.type in NUMERIC else read.texts
