"""What was measured: figures of targets, in rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

_ENOUGH_FOR_P99 = 100


@dataclass(frozen=True, slots=True)
class Unit:
    """How a row's values are printed.

    Attributes:
        name: `"µs"`, `"metrics/s"` …
        scale: Values are multiplied by it.
    """

    name: str
    scale: float = 1.0


MICROSECONDS = Unit("µs", 1e6)
MILLISECONDS = Unit("ms", 1e3)
SECONDS = Unit("s")
RATE = Unit("metrics/s")
BYTES = Unit("B/point")
COUNT = Unit("in all")


@dataclass(frozen=True, slots=True)
class Figure:
    """What one target measured.

    Attributes:
        value: Median, in the row's unit.
        p99: 99th percentile, where there are values enough.
        count: Values measured.
    """

    value: float
    p99: float | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured at several targets.

    Attributes:
        name: What; unique.
        unit: Of the figures.
        figures: By target.
        not_run: Why a target has no figure.
    """

    name: str
    unit: Unit
    figures: Mapping[str, Figure]
    not_run: Mapping[str, str] = field(default_factory=dict)


def figure(values: Sequence[float], unit: Unit) -> Figure:
    """Return the median of values, and their 99th percentile where it means something."""
    ordered = sorted(value * unit.scale for value in values)
    p99 = ordered[int(len(ordered) * 0.99)] if len(ordered) >= _ENOUGH_FOR_P99 else None
    return Figure(median(ordered), p99, len(ordered))


def row(name: str, unit: Unit, values: Mapping[str, Sequence[float]], not_run: Mapping[str, str] | None = None) -> Row:
    """Return a row of medians."""
    return Row(name, unit, {target: figure(found, unit) for target, found in values.items() if found}, not_run or {})


def rates(name: str, values: Mapping[str, Sequence[float]], each: int) -> Row:
    """Return a row of metrics a second from the seconds that batches of `each` metrics took."""
    return row(name, RATE, {target: [each / taken for taken in found] for target, found in values.items()})
