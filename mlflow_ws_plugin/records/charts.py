"""Chart metrics: the schemas of a confusion matrix, an accuracy table, residuals and predictions.

The schemas are those that the AzureML SDK v1 published in its documentation. Its own examples bend two of them, so both
readings are legal: an accuracy table may have one more row of counts than thresholds, and the bins of a histogram may
be closed (one more edge than counts) or open at both ends (one less).
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlflow_ws_plugin.errors import InvalidMetric
from mlflow_ws_plugin.records import places
from mlflow_ws_plugin.records.metric import Kind, short
from mlflow_ws_plugin.records.names import mlflow_key

FOLDER = "charts"
VERSIONS = ("v1", "1.0.0", "1.0.1")

_LARGEST = sys.float_info.max

_Cell = Callable[[str, object], object]
"""Returns a cell as it is recorded, or raises `_Offending`."""


class _Offending(Exception):
    """A field is not what the schema says.

    Attributes:
        text: The field's path, and what is wrong with it.
        hint: What to do about it.
    """

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint


@dataclass(frozen=True, slots=True)
class _Length:
    """How long a list must be.

    Attributes:
        number: So long; None for any length but 0, or that of another field.
        of: The other field.
        more: How much longer than that one it may be.
        hint: What to do when it is not.
    """

    number: int | None = None
    of: str = ""
    more: tuple[int, ...] = (0,)
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of `data`: a cell, or lists of lists of it.

    Attributes:
        name: Its key.
        cell: Checks a cell.
        lengths: How long the lists are, from the outermost to the innermost.
        rises: Whether no number may be less than the one before.
    """

    name: str
    cell: _Cell
    lengths: tuple[_Length, ...]
    rises: bool = False


def stem(name: str, step: int, unique: str) -> str:
    """Return the name of a chart's file within its run, without its ending."""
    return f"{FOLDER}/{places.part_of(mlflow_key(name))}/{step}-{unique}"


def checked(kind: Kind, name: str, value: object) -> dict[str, object]:
    """Return a chart in the form that is recorded, which is plain JSON.

    Args:
        kind: Which of the four.
        name: The metric's name, for messages.
        value: A mapping, or the JSON of one. What has `tolist()`, as arrays and tensors do, is taken for lists.

    Raises:
        InvalidMetric: It does not follow the schema; the message names the field.
    """
    label = f"{kind.value.replace('_', ' ').capitalize()} {name!r}"
    try:
        return _chart(kind, _parsed(value))
    except _Offending as exc:
        raise InvalidMetric(f"{label}: {exc.text}.", exc.hint) from exc
    except RecursionError as exc:
        raise InvalidMetric(f"{label}: it is nested too deep.", "Pass lists of lists of numbers.") from exc


def _parsed(value: object) -> object:
    if not isinstance(value, str | bytes):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as exc:
        near = exc.doc[max(0, exc.pos - 10) : exc.pos + 10]
        where = f"at line {exc.lineno}, column {exc.colno}, near {near!r}"
        raise _Offending(f"the text is not JSON {where}: {exc.msg}", "Correct it, or pass a dict.") from exc
    except UnicodeDecodeError as exc:
        raise _Offending(f"the text is not JSON: {exc}", "Pass a dict.") from exc


def _chart(kind: Kind, value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise _Offending(f"{short(value)} is not a dict", "Pass a dict with schema_type, schema_version and data.")
    _check_word(value, "schema_type", (kind.value,))
    _check_word(value, "schema_version", VERSIONS)
    data = _required(value, "data", "")
    if not isinstance(data, Mapping):
        raise _Offending(f"data is {short(data)}, not a dict", f"It has {_listed(kind)}.")
    rest = {str(key): _extra(str(key), one) for key, one in value.items() if key != "data"}
    return rest | {"data": _data(kind, data)}


def _check_word(value: Mapping[str, object], field: str, legal: tuple[str, ...]) -> None:
    word = _required(value, field, "")
    if not isinstance(word, str) or word not in legal:
        raise _Offending(f"{field} is {short(word)}", f"Use {' or '.join(repr(one) for one in legal)}.")


def _data(kind: Kind, data: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of `data` that the schema knows, checked, and all others as plain JSON."""
    known = {field.name for field in _SCHEMAS[kind]}
    found: dict[str, Any] = {
        str(key): (_plain if key in known else _extra)(f"data.{key}", one) for key, one in data.items()
    }
    for field in _SCHEMAS[kind]:
        path = f"data.{field.name}"
        given = _required(found, field.name, "data.")
        allowed = [_allowed(length, found) for length in field.lengths]
        found[field.name] = _list(path, given, field, allowed)
        if field.rises:
            _check_rising(path, found[field.name])
    return found


def _required(value: Mapping[str, object], key: str, within: str) -> object:
    if key not in value:
        raise _Offending(f"{within}{key} is missing", f"It has {', '.join(repr(one) for one in value) or 'nothing'}.")
    return value[key]


def _allowed(length: _Length, found: Mapping[str, Any]) -> tuple[int, ...]:
    """Return how long a list may be; nothing where any length but 0 is legal."""
    if length.number is not None:
        return (length.number,)
    return tuple(len(found[length.of]) + more for more in length.more) if length.of else ()


def _list(path: str, value: object, field: _Field, allowed: list[tuple[int, ...]], depth: int = 0) -> object:
    """Return a list of lists of cells, checked.

    Args:
        path: Where it is.
        value: The list, or a cell.
        field: What the schema says of it.
        allowed: How long the lists may be at each depth; what the first list there is, the others must be too.
        depth: 0 for the outermost list.
    """
    if depth == len(field.lengths):
        return field.cell(path, value)
    if not isinstance(value, list):
        raise _Offending(f"{path} is {short(value)}, not a list", "Pass a list.")
    length = field.lengths[depth]
    if not value and not length.of:
        raise _Offending(f"{path} is empty", "Pass at least one entry.")
    if allowed[depth] and len(value) not in allowed[depth]:
        raise _Offending(f"{path} has {_entries(len(value))}, {_expected(length, allowed[depth])}", length.hint)
    allowed[depth] = (len(value),) if length.of else allowed[depth]
    return [_list(f"{path}[{index}]", one, field, allowed, depth + 1) for index, one in enumerate(value)]


def _entries(count: int) -> str:
    return f"{count} {'entry' if count == 1 else 'entries'}"


def _expected(length: _Length, allowed: tuple[int, ...]) -> str:
    if not length.of:
        return f"not {allowed[0]}"
    if length.more == (0,):
        return f"{length.of} has {allowed[0]}"
    return f"which {length.of} allows {' or '.join(str(number) for number in allowed)} of"


def _check_rising(path: str, numbers: list[float]) -> None:
    for index in range(1, len(numbers)):
        if numbers[index] < numbers[index - 1]:
            raise _Offending(f"{path}[{index}] is {numbers[index]}, less than the one before", "Sort the edges.")


def _plain(path: str, value: object) -> object:
    """Return a value as JSON has it, NaN excepted: arrays and tuples as lists."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(f"{path}.{key}", one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(f"{path}[{index}]", one) for index, one in enumerate(value)]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise _Offending(f"{path} is {short(value)}, of type {type(value).__name__}", "Pass numbers, texts and lists.")


def _extra(path: str, value: object) -> object:
    """Return what the schema does not know as JSON has it; NaN is a gap."""
    plain = _plain(path, value)
    if isinstance(plain, dict):
        return {key: _extra(f"{path}.{key}", one) for key, one in plain.items()}
    if isinstance(plain, list):
        return [_extra(f"{path}[{index}]", one) for index, one in enumerate(plain)]
    return _number_or_gap(path, plain) if isinstance(plain, float) else plain


def _label(path: str, value: object) -> str:
    if isinstance(value, str | bool | int | float):
        return str(value)
    raise _Offending(f"{path} is {short(value)}, not a label", "Pass a string.")


def _number(path: str, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST:
        return value
    raise _Offending(f"{path} is {short(value)}, not a number", "Pass a finite number.")


def _count(path: str, value: object) -> float:
    if (number := _number(path, value)) < 0:
        raise _Offending(f"{path} is {number}, a negative count", "Pass 0 or more.")
    return number


def _number_or_gap(path: str, value: object) -> float | None:
    is_gap = value is None or (isinstance(value, float) and math.isnan(value))
    return None if is_gap else _number(path, value)


def _listed(kind: Kind) -> str:
    return ", ".join(field.name for field in _SCHEMAS[kind])


_ANY = _Length()
_CLASSES = _Length(of="class_labels")
_BINS = _Length(of="bin_counts")
_EDGES = _Field("bin_edges", _number, (_ANY,), rises=True)
_COUNTS = _Field(
    "bin_counts",
    _number,
    (_Length(of="bin_edges", more=(-1, 1), hint="Pass one less than edges, or one more if both ends are open."),),
)


def _confusions(name: str, thresholds: str) -> _Field:
    """Return the field of `[TP, FP, TN, FN]` by class and threshold."""
    rows = _Length(of=thresholds, more=(0, 1), hint="Pass one list of TP, FP, TN and FN a threshold.")
    return _Field(name, _count, (_CLASSES, rows, _Length(4, hint="Pass TP, FP, TN and FN.")))


_SCHEMAS: Mapping[Kind, tuple[_Field, ...]] = {
    Kind.CONFUSION_MATRIX: (
        _Field("class_labels", _label, (_ANY,)),
        _Field("matrix", _count, (_CLASSES, _CLASSES)),
    ),
    Kind.ACCURACY_TABLE: (
        _Field("class_labels", _label, (_ANY,)),
        _Field("probability_thresholds", _number, (_ANY,)),
        _Field("percentile_thresholds", _number, (_ANY,)),
        _confusions("probability_tables", "probability_thresholds"),
        _confusions("percentile_tables", "percentile_thresholds"),
    ),
    Kind.RESIDUALS: (_EDGES, _COUNTS),
    Kind.PREDICTIONS: (
        _EDGES,
        _COUNTS,
        _Field("bin_averages", _number_or_gap, (_BINS,)),
        _Field("bin_errors", _number_or_gap, (_BINS,)),
    ),
}
"""The fields of `data`; a field comes after those whose length it follows."""
