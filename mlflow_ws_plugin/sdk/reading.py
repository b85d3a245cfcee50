"""What a run's series look like to scripts: numbers, lists and tables by metric name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlflow_ws_plugin.records.metric import NUMERIC, Cell, Kind, restored
from mlflow_ws_plugin.records.series import Series, SeriesCells

Column = list[tuple[int, Cell]]
"""`(step, value)` by step."""


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


def metrics(read: Sequence[SeriesCells]) -> dict[str, object]:
    """Return metrics by name, in the order they began.

    A metric logged once is its value, one logged more often or by `log_list` a list, and a table a dict of columns:
    single values for one row, else lists of equal length with None for absent cells.
    """
    grouped: dict[str, list[SeriesCells]] = {}
    for series in read:
        grouped.setdefault(series.series.name, []).append(series)
    return {name: _metric(columns) for name, columns in grouped.items()}


def summaries(series: Sequence[Series]) -> dict[str, MetricSummary]:
    """Return summaries by metric name, those of a table's columns by `<table>/<column>`."""
    return {_label(one): _summary(one) for one in series if one.summary is not None}


def _label(series: Series) -> str:
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
    values = [value for _, value in _column(columns[0])]
    return values[0] if len(values) == 1 and first.kind != Kind.LIST else values


def _table(columns: list[SeriesCells]) -> dict[str, object]:
    cells = {read.series.column or "": dict(_column(read)) for read in columns}
    steps = sorted({step for column in cells.values() for step in column})
    if len(steps) == 1:
        return {name: column.get(steps[0]) for name, column in cells.items()}
    return {name: [column.get(step) for step in steps] for name, column in cells.items()}


def _column(read: SeriesCells) -> Column:
    """Return the values of a series; integers too large for a double come from their digits."""
    if read.series.type not in NUMERIC:
        return [(step, text) for step, _, text in read.texts]
    digits = {(step, ts, float(text)): int(text) for step, ts, text in read.texts}
    return [
        (step, digits.get((step, ts, value)) or restored(value, is_nan, read.series.type))
        for step, ts, value, is_nan in read.points
    ]
