"""What the log calls of a run are given, as writes to series."""

from __future__ import annotations

import operator
import time
from collections.abc import Iterable, Mapping
from typing import Any

from mlflow_ws_plugin.errors import InvalidMetric
from mlflow_ws_plugin.records import limits
from mlflow_ws_plugin.records.metric import (
    NUMERIC,
    Cell,
    ColumnType,
    Kind,
    cell_of,
    is_exact,
    is_masked,
    short,
    stored,
    type_of,
    widened,
)
from mlflow_ws_plugin.records.names import check_metric_name, mlflow_key
from mlflow_ws_plugin.records.series import SeriesWrite

_FLOAT = ColumnType.DOUBLE
_SMALLEST_STEP, _LARGEST_STEP = limits.STEP_RANGE


def scalar(name: str, value: object, description: str, step: int | None) -> SeriesWrite:
    """Return one point of a metric.

    Raises:
        InvalidMetric: The name, value or step is not legal.
    """
    check_metric_name(name)
    if type(value) is not float:
        return _column(name, None, Kind.SCALAR, [cell_of(name, value)], description, step)
    point = (0 if step is None else step_of(name, step), int(time.time() * 1000), *stored(value))
    text = description_of(name, description)
    return SeriesWrite(mlflow_key(name), name, None, Kind.SCALAR, _FLOAT, [point], (), text, step is None)


def sequence(name: str, values: Iterable[object], description: str) -> SeriesWrite:
    """Return the points of a list metric.

    Raises:
        InvalidMetric: The name or a value is not legal, or text and numbers mix.
    """
    check_metric_name(name)
    is_flat = isinstance(values, Iterable) and getattr(values, "ndim", 1) == 1
    if isinstance(values, str | bytes | Mapping) or not is_flat:
        raise InvalidMetric(
            f"List metric {name!r} was given {short(values)}.", "Pass a list of numbers, or of strings."
        )
    return _column(
        name,
        None,
        Kind.LIST,
        [cell_of(name, value, "A list metric is a list of single values.") for value in values],
        description,
        None,
    )


def row(name: str, columns: Mapping[str, object], description: str) -> list[SeriesWrite]:
    """Return one row of a table metric, a write for each column that is not None.

    Raises:
        InvalidMetric: The name, a column or a value is not legal, or there is no column.
    """
    description_of(name, description)
    if not columns:
        raise InvalidMetric(
            f"The row of table {name!r} has no cells.", 'Pass them by name: log_row("table", x=1, y=2).'
        )
    if all(isinstance(value, float) for value in columns.values()):
        return _row_of_floats(check_metric_name(name), columns, description)
    return table(name, {column: [value] for column, value in columns.items()}, description)


def _row_of_floats(name: str, columns: Mapping[str, Any], description: str) -> list[SeriesWrite]:
    """Return the most common row in half the time."""
    now_ms = int(time.time() * 1000)
    return [
        SeriesWrite(
            mlflow_key(name, check_metric_name(column)),
            name,
            column,
            Kind.TABLE,
            _FLOAT,
            [(0, now_ms, *stored(value))],
            (),
            description,
            True,
        )
        for column, value in columns.items()
    ]


def table(name: str, columns: Mapping[str, object], description: str) -> list[SeriesWrite]:
    """Return the rows of a table metric, a write for each column; None is an absent cell, and so is what NumPy masks.

    Raises:
        InvalidMetric: The name, a column or a value is not legal, there is no column, or their lengths differ.
    """
    check_metric_name(name)
    if not columns:
        raise InvalidMetric(f"Table {name!r} has no columns.", "Pass at least one.")
    lists = {check_metric_name(column): _values(name, column, value) for column, value in columns.items()}
    _check_lengths(name, lists)
    return [
        _column(name, column, Kind.TABLE, _cells(f"{name}/{column}", values), description, None)
        for column, values in lists.items()
    ]


def _values(name: str, column: str, value: object) -> list[object]:
    """A scalar is a column of one row."""
    if isinstance(value, Mapping):  # such as `frame.to_dict()` makes
        raise InvalidMetric(
            f"Column {column!r} of table {name!r} is the mapping {short(value)}.",
            "Pass a list of its values; of a pandas frame, the frame itself.",
        )
    if isinstance(value, str | bytes) or not isinstance(value, Iterable) or getattr(value, "ndim", 1) == 0:
        return [value]
    return list(value)


def _check_lengths(name: str, lists: Mapping[str, list[object]]) -> None:
    lengths = {column: len(values) for column, values in lists.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{column!r} has {length}" for column, length in lengths.items())
        raise InvalidMetric(
            f"The columns of table {name!r} differ in length: {listed}.", "Pad the short ones with None."
        )


def _cells(column: str, values: list[object]) -> list[Cell | None]:
    hint = "A cell is a single number, bool or string."
    return [None if value is None or is_masked(value) else cell_of(column, value, hint) for value in values]


def _column(
    name: str, column: str | None, kind: Kind, cells: list[Cell] | list[Cell | None], description: str, step: int | None
) -> SeriesWrite:
    """Return the cells of one column; without a step they are counted on from those recorded."""
    now_ms = int(time.time() * 1000)
    first = 0 if step is None else step_of(name, step)
    placed = [(first + index, cell) for index, cell in enumerate(cells) if cell is not None]
    type_ = _type_of_all(name if column is None else f"{name}/{column}", [cell for _, cell in placed])
    numeric = type_ in NUMERIC
    return SeriesWrite(
        mlflow_key(name, column),
        name,
        column,
        kind,
        type_,
        points=[(at, now_ms, *stored(cell)) for at, cell in placed] if numeric else [],  # type: ignore[arg-type]
        texts=[(at, now_ms, str(cell)) for at, cell in placed if not (numeric and is_exact(cell))],
        description=description_of(name, description),
        counts=step is None,
    )


def _type_of_all(name: str, cells: list[Cell]) -> ColumnType:
    type_ = type_of(cells[0]) if cells else _FLOAT
    for cell in cells[1:]:
        type_ = widened(name, type_, type_of(cell))
    return type_


def description_of(name: str, description: str | None) -> str:
    """Return what a caller says of a metric, `""` for nothing.

    Raises:
        InvalidMetric: It is no string.
    """
    if description is not None and not isinstance(description, str):
        raise InvalidMetric(
            f"The description of metric {name!r} is {short(description)}.", "Pass a string; cells of a row by name."
        )
    return description or ""


def step_of(name: str, step: object) -> int:
    """Return a caller's step.

    Raises:
        InvalidMetric: It is no integer of 64 bits.
    """
    try:
        number = operator.index(step)  # type: ignore[arg-type]
    except TypeError:
        raise InvalidMetric(f"The step of metric {name!r} is {step!r}.", "Pass an integer.") from None
    if not _SMALLEST_STEP <= number <= _LARGEST_STEP:
        raise InvalidMetric(f"The step of metric {name!r} is {number}.", "Use a 64-bit integer.")
    return number
