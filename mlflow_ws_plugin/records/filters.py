"""The filter tree of searches, what it means in plain Python, and the order of what is found."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Value = str | float | int | tuple[str, ...] | tuple[int, ...] | None
"""What a field is compared with; None for `IS NULL` and `IS NOT NULL`."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something a run, experiment or model can be filtered and ordered by.

    Attributes:
        kind: `attribute`, `metric`, `parameter`, `tag`, `property`, `text` or `dataset`.
        key: Its name within the kind.
    """

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field compared with a value.

    Attributes:
        field: What is compared. An absent field fulfils nothing but `IS NULL`.
        operator: `=`, `!=`, `<`, `<=`, `>`, `>=`, `LIKE`, `ILIKE`, `IN`, `NOT IN`, `IS NULL` or `IS NOT NULL`.
        value: What with.
    """

    field: Field
    operator: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Fulfilled when every part is; an empty one always is."""

    parts: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Fulfilled when at least one part is; an empty one never is."""

    parts: tuple[Filter, ...] = ()


Filter = Comparison | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Order:
    """A field to order by. Absent fields come last both ways, and NaN before them."""

    field: Field
    ascending: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """What a filter looks at: for each kind of field, its values by key.

    Attributes:
        values: Kind → key → value, for every kind but `dataset`.
        datasets: One mapping of `name`, `digest` and `context` for each dataset used.
    """

    values: Mapping[str, Mapping[str, Any]]
    datasets: tuple[Mapping[str, str | None], ...] = field(default=())


def matches(condition: Filter, facts: Facts) -> bool:
    """Tell whether the facts fulfil a condition. This is the meaning that the SQL of `storage.conditions` must have."""
    if isinstance(condition, AllOf):
        return all(matches(part, facts) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(matches(part, facts) for part in condition.parts)
    found = list(_values(condition.field, facts))
    if condition.operator == "IS NULL":
        return not found
    if condition.operator == "IS NOT NULL":
        return bool(found)
    return any(_MEANING[condition.operator](value, condition.value) for value in found)


def _values(wanted: Field, facts: Facts) -> Iterable[Any]:
    if wanted.kind == "dataset":
        found = [dataset.get(wanted.key) for dataset in facts.datasets]
    else:
        found = [facts.values.get(wanted.kind, {}).get(wanted.key)]
    return (value for value in found if value is not None)


def _like(pattern: str, flags: int) -> re.Pattern[str]:
    wildcards = {"%": ".*", "_": "."}
    return re.compile("".join(wildcards.get(c) or re.escape(c) for c in pattern), flags | re.DOTALL)


def _differs(value: Any, other: Any) -> bool:
    return bool((isinstance(value, float) and math.isnan(value)) or value != other)


_MEANING: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": _differs,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "LIKE": lambda value, pattern: bool(_like(pattern, 0).fullmatch(value)),
    "ILIKE": lambda value, pattern: bool(_like(pattern, re.IGNORECASE | re.ASCII).fullmatch(value)),
    "IN": lambda value, choices: value in choices,
    "NOT IN": lambda value, choices: value not in choices,
}
