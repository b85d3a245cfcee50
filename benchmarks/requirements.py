"""What the design promises of an embedded workspace, and whether the rows hold it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.figures import Row
from benchmarks.targets import EMPTY, MLWS, SQLITE
from benchmarks.workloads import (
    batches,
    charts,
    disk,
    fluent,
    histories,
    lightning,
    native,
    pages,
    processes,
    search,
    startup,
)

Rows = Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One promise.

    Attributes:
        work: What is promised to be fast.
        limit: The bound, in `unit`.
        unit: As printed.
        measured: Finds the value; None where it was not measured.
        at_least: Whether the limit is a lower bound.
    """

    work: str
    limit: float
    unit: str
    measured: Callable[[Rows], float | None]
    at_least: bool = False

    @property
    def must_be(self) -> str:
        """The bound as printed."""
        return f"{'≥' if self.at_least else '≤'} {self.limit:,g} {self.unit}"

    def is_held_by(self, value: float) -> bool:
        """Tell whether a value keeps the promise."""
        return value >= self.limit if self.at_least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Verdict:
    """A promise and what was measured; `measured` and `held` are None where it was not."""

    requirement: Requirement
    measured: float | None
    held: bool | None


def judge(rows: Sequence[Row]) -> list[Verdict]:
    """Return the verdict on every promise."""
    by_name = {row.name: row for row in rows}
    found = [(requirement, requirement.measured(by_name)) for requirement in REQUIREMENTS]
    return [Verdict(wanted, value, None if value is None else wanted.is_held_by(value)) for wanted, value in found]


def _value(name: str, target: str = MLWS.name) -> Callable[[Rows], float | None]:
    def measured(rows: Rows) -> float | None:
        found = rows[name].figures.get(target) if name in rows else None
        return found.value if found else None

    return measured


def _over_empty(name: str) -> Callable[[Rows], float | None]:
    return _combined(_value(name), _value(name, EMPTY.name), lambda ours, empty: ours - empty)


def _share_of_mlflow(name: str) -> Callable[[Rows], float | None]:
    return _combined(_value(name), _value(name, SQLITE.name), lambda ours, theirs: ours / theirs)


def _slowest(names: Sequence[str]) -> Callable[[Rows], float | None]:
    def measured(rows: Rows) -> float | None:
        return max((value for name in names if (value := _value(name)(rows)) is not None), default=None)

    return measured


def _combined(
    first: Callable[[Rows], float | None],
    second: Callable[[Rows], float | None],
    combine: Callable[[float, float], float],
) -> Callable[[Rows], float | None]:
    def measured(rows: Rows) -> float | None:
        one, other = first(rows), second(rows)
        return None if one is None or other is None else combine(one, other)

    return measured


REQUIREMENTS = (
    Requirement(fluent.REGISTRY_SET, 40, "µs over empty", _over_empty(fluent.REGISTRY_SET)),
    Requirement(fluent.REGISTRY_UNSET, 40, "µs over empty", _over_empty(fluent.REGISTRY_UNSET)),
    Requirement(native.LOG, 30, "µs", _value(native.LOG)),
    Requirement(native.ROWS, 1, "s", _value(native.ROWS)),
    Requirement(native.METRICS, 300, "ms", _value(native.METRICS)),
    Requirement(native.FRAME, 1.5, "s", _value(native.FRAME)),
    Requirement(batches.ONE_KEY, 300_000, "metrics/s", _value(batches.ONE_KEY), at_least=True),
    Requirement(batches.MANY_KEYS, 150_000, "metrics/s", _value(batches.MANY_KEYS), at_least=True),
    Requirement(lightning.OVERHEAD, 150, "µs", _value(lightning.OVERHEAD)),
    Requirement(histories.SHORT, 350, "ms", _value(histories.SHORT)),
    Requirement(histories.LONG, 3000, "ms", _value(histories.LONG)),
    Requirement(charts.DENSE, 50, "ms", _value(charts.DENSE)),
    Requirement(charts.UNEVEN, 300, "ms", _value(charts.UNEVEN)),
    Requirement(search.PAGE_OF_100, 40, "ms", _value(search.PAGE_OF_100)),
    Requirement(search.PAGE_OF_1000, 100, "ms", _value(search.PAGE_OF_1000)),
    Requirement("MLflow UI, the slowest of its calls", 500, "ms", _slowest([call.name for call in pages.CALLS])),
    Requirement(processes.RATE, 8000, "metrics/s", _value(processes.RATE), at_least=True),
    Requirement(processes.ERRORS, 0, "", _value(processes.ERRORS)),
    Requirement(processes.LOST, 0, "", _value(processes.LOST)),
    Requirement(processes.WORST, 1000, "ms", _value(processes.WORST)),
    Requirement(f"{processes.WORST}, beside {SQLITE.name}'s", 0.25, "of it", _share_of_mlflow(processes.WORST)),
    Requirement(startup.AFTER_IMPORT, 100, "ms", _value(startup.AFTER_IMPORT)),
    Requirement(disk.BYTES_A_POINT, 32, "B", _value(disk.BYTES_A_POINT)),
)
"""Every row of the design's section 9 that is about an embedded workspace, and what the native SDK promises."""
