"""What `log_table` takes: columns, rows, or a pandas frame; all become columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mlflow_ws_plugin.errors import InvalidMetric
from mlflow_ws_plugin.records.metric import short


def columns(name: str, value: object) -> Mapping[str, object]:
    """Return a table's columns by name.

    Args:
        name: The table, for messages.
        value: A dict of columns, a list of rows, each a dict of cells, or a pandas frame.

    Raises:
        InvalidMetric: It is none of these.
    """
    if isinstance(value, Mapping):
        return value
    if hasattr(value, "columns") and hasattr(value, "notna"):
        return _of_frame(name, value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return _of_rows(name, value)
    raise InvalidMetric(
        f"Table {name!r} was given {short(value)}.",
        "Pass a dict of columns, each a list of values; a list of rows, each a dict; or a pandas frame.",
    )


def _of_rows(name: str, rows: Sequence[object]) -> dict[str, object]:
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InvalidMetric(f"Row {number} of table {name!r} is {short(row)}.", "Each row is a dict of its cells.")
    keys = dict.fromkeys(key for row in rows for key in row)  # type: ignore[attr-defined]
    return {key: [row.get(key) for row in rows] for key in keys}  # type: ignore[attr-defined]


def _of_frame(name: str, frame: Any) -> dict[str, object]:
    """NaN in NumPy's floats is a NaN that was computed; anywhere else it is pandas' sign for an absent cell."""
    labels = [str(label) for label in frame.columns]
    for label, count in Counter(labels).items():
        if count > 1:
            raise InvalidMetric(f"Table {name!r} was given {count} columns {label!r}.", "Give each a name of its own.")
    found: dict[str, object] = {}
    for label, (_, column) in zip(labels, frame.items(), strict=True):
        is_computed = column.dtype.kind == "f" and not hasattr(column.dtype, "na_value")
        is_there = [True] * len(column) if is_computed else column.notna().tolist()
        found[label] = [cell if there else None for cell, there in zip(column.tolist(), is_there, strict=True)]
    return found
