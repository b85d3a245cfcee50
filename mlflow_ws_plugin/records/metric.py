"""Kinds and column types of metrics, and the conversion of a caller's value into a cell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import SupportsFloat, SupportsIndex

from mlflow_ws_plugin.errors import InvalidMetric
from mlflow_ws_plugin.records import limits

Cell = float | int | bool | str
"""A value of a native metric, as the caller gave it."""


class Kind(str, Enum):
    """What a metric is; decides how it is read back and drawn."""

    SCALAR = "scalar"
    LIST = "list"
    TABLE = "table"
    IMAGE = "image"
    CONFUSION_MATRIX = "confusion_matrix"
    ACCURACY_TABLE = "accuracy_table"
    RESIDUALS = "residuals"
    PREDICTIONS = "predictions"

    __str__ = str.__str__


class ColumnType(str, Enum):
    """What the cells of one series are."""

    DOUBLE = "double"
    INT = "int"
    STRING = "string"
    BOOL = "bool"
    ARTIFACT = "artifact"

    __str__ = str.__str__


NUMERIC = frozenset({ColumnType.DOUBLE, ColumnType.INT, ColumnType.BOOL})

WIDER: Mapping[tuple[ColumnType, ColumnType], ColumnType] = {
    (ColumnType.INT, ColumnType.DOUBLE): ColumnType.DOUBLE,
    (ColumnType.DOUBLE, ColumnType.INT): ColumnType.DOUBLE,
    (ColumnType.BOOL, ColumnType.INT): ColumnType.INT,
    (ColumnType.INT, ColumnType.BOOL): ColumnType.INT,
    (ColumnType.BOOL, ColumnType.DOUBLE): ColumnType.DOUBLE,
    (ColumnType.DOUBLE, ColumnType.BOOL): ColumnType.DOUBLE,
}
"""The type of a column that held the first and is given the second."""


def widened(name: str, old: ColumnType, new: ColumnType) -> ColumnType:
    """Return the type a column takes when a cell of type `new` is added.

    Raises:
        InvalidMetric: Text and numbers do not mix in one column.
    """
    if old == new:
        return old
    try:
        return WIDER[old, new]
    except KeyError:
        raise InvalidMetric(
            f"Metric {name!r} holds values of type {old}; one of type {new} does not fit.", "Log it under another name."
        ) from None


def cell_of(name: str, value: object, hint: str = "") -> Cell:
    """Return a caller's scalar as a Python int, float, bool or string.

    NumPy scalars and 0-d arrays and tensors are accepted.

    Args:
        name: The metric, or `<table>/<column>`, for messages.
        value: What the caller gave.
        hint: What to do instead with a sequence or mapping; the call that takes one by default.

    Raises:
        InvalidMetric: It is a sequence, a mapping, None, masked, or not a number at all.
    """
    if isinstance(value, bool | int | float | str):
        return _plain(name, value)
    if isinstance(value, Mapping):
        raise InvalidMetric(
            f"Metric {name!r} cannot be the mapping {short(value)}.", hint or "Use run.log_table or log_row."
        )
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", 0) == 0:
        if is_masked(value):
            raise InvalidMetric(
                f"Metric {name!r} has a masked value, which is no number.", "Leave it out, or fill it: array.filled(…)."
            )
        return cell_of(name, item(), hint)
    if hasattr(value, "__iter__"):
        raise InvalidMetric(f"Metric {name!r} cannot be the sequence {short(value)}.", hint or "Use run.log_list.")
    return _number(name, value)


def is_masked(value: object) -> bool:
    """Tell whether an element of one of NumPy's masked arrays is none; its `item()` would be 0.0."""
    mask = getattr(value, "mask", None)
    return mask is not None and not callable(mask) and getattr(value, "ndim", None) == 0 and bool(mask)


def type_of(cell: Cell) -> ColumnType:
    """Return the column type of one cell."""
    if isinstance(cell, bool):
        return ColumnType.BOOL
    if isinstance(cell, int):
        return ColumnType.INT
    return ColumnType.STRING if isinstance(cell, str) else ColumnType.DOUBLE


def is_exact(cell: Cell) -> bool:
    """Tell whether a number survives as a double; integers beyond 2^53 do not and are kept as text too."""
    return not isinstance(cell, int) or -limits.EXACT_INTEGER <= cell <= limits.EXACT_INTEGER


def stored(cell: float) -> tuple[float, int]:
    """Return `(value, is_nan)` as stored: NaN is `(0.0, 1)`, infinities are themselves."""
    return (0.0, 1) if math.isnan(cell) else (float(cell), 0)


def restored(value: float, is_nan: int, column_type: str) -> Cell:
    """Return a stored number as the caller gave it."""
    if is_nan:
        return math.nan
    if column_type == ColumnType.INT:
        return int(value)
    return bool(value) if column_type == ColumnType.BOOL else value


def _plain(name: str, value: Cell) -> Cell:
    if isinstance(value, str) and len(value) > limits.TEXT_VALUE_LENGTH:
        raise InvalidMetric(
            f"Metric {name!r} was given a text of {len(value)} characters.",
            f"Use at most {limits.TEXT_VALUE_LENGTH}, or save it as a file.",
        )
    if isinstance(value, int) and not -(2.0**1023) < value < 2.0**1023:
        raise InvalidMetric(f"Metric {name!r} was given an integer of {value.bit_length()} bits.", "Log it as text.")
    return value


def _number(name: str, value: object) -> float:
    if isinstance(value, SupportsFloat | SupportsIndex) and not isinstance(value, complex):
        try:
            return float(value)
        except OverflowError as exc:
            raise InvalidMetric(f"Metric {name!r} was given {short(value)}: {exc}.", "Log it as text.") from exc
    raise InvalidMetric(
        f"Metric {name!r} cannot be {short(value)}, of type {type(value).__name__}.", "Log a number, bool or string."
    )


def short(value: object) -> str:
    """Return a value as a message shows it, at most 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
