"""The points of runs' metrics: written where they are missing, and compared one by one, a page of each at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from operator import itemgetter

from mlflow.entities import Run

from mlflow_ws_plugin.history import collecting
from mlflow_ws_plugin.plugin.importing.comparing import ABSENT
from mlflow_ws_plugin.plugin.importing.report import Report
from mlflow_ws_plugin.plugin.importing.source import Pages, Source
from mlflow_ws_plugin.plugin.importing.target import Target
from mlflow_ws_plugin.records.summary import PointRow

_KIND = "metric points"
_IN_TIME = itemgetter(1, 0, 2, 3)
_MOMENT = itemgetter(1, 0)
_EXAMPLES = 5


class Disordered(Exception):
    """Points come in another order than by time and step."""


@dataclass(slots=True)
class _Account:
    """What one series holds on both sides."""

    source: int = 0
    there: int = 0
    is_equal: bool = True


def copy(
    report: Report, source: Source, target: Target, runs: Mapping[str, Run], ours: Set[str], tell: Callable[[int], None]
) -> None:
    """Copy the points of runs, and compare them all.

    Args:
        report: Where they are counted.
        source: Where they are.
        target: Where they go.
        runs: The runs at the source, by id.
        ours: Ids of those that came from that source, and may be written.
        tell: Is told of points that are done.
    """
    for key in dict.fromkeys(key for run in runs.values() for key in run.data.metrics):
        with report.going_on(_KIND, key):
            having = [run_id for run_id, run in runs.items() if key in run.data.metrics]
            for run_id, pages in source.series(having, key):
                with report.going_on(_KIND, f"{run_id} {key}"):
                    _Series(report, source, target, run_id, key, run_id in ours).copy(pages, tell)


class _Series:
    def __init__(self, report: Report, source: Source, target: Target, run_id: str, key: str, is_ours: bool) -> None:
        self._report = report
        self._source = source
        self._target = target
        self._run_id = run_id
        self._key = key
        self._is_ours = is_ours

    def copy(self, pages: Pages, tell: Callable[[int], None]) -> None:
        try:
            account = self._follow(whole_moments(pages))
        except Disordered:
            account = self._follow([self._all()])
        if account.is_equal:
            written = account.source - account.there
            self._report.count(_KIND, source=account.source, there=account.there, written=written)
        else:
            self._tell_apart(account)
        tell(account.source)

    def _all(self) -> list[PointRow]:
        pages = self._source.points(self._run_id, self._key)
        return sorted({row for page in pages for row in page}, key=_IN_TIME)

    def _follow(self, blocks: Iterable[list[PointRow]]) -> _Account:
        """Go through a series block by block, on both sides."""
        account, after = _Account(), None
        for block in blocks:
            with self._report.writing(), collecting.paused():
                here = self._here(len(block), after)
                account.source += len(block)
                account.there += len(block)
                if here != block:
                    missing = list(set(block).difference(here))
                    account.there -= len(missing)
                    if self._is_ours:
                        self._target.history.arrivals.points(self._run_id, self._key, missing)
                        here = self._here(len(block), after)
                account.is_equal &= here == block
            after = block[-1]
        account.is_equal &= not self._here(1, after)
        return account

    def _here(self, most: int, after: PointRow | None) -> list[PointRow]:
        return self._target.history.metrics.history(self._run_id, self._key, limit=most, after=after)

    def _tell_apart(self, account: _Account) -> None:
        """Count what is on one side only, and show some of it."""
        source, here = set(self._all()), set(self._target.history.metrics.history(self._run_id, self._key))
        only_there, only_here = sorted(source - here, key=_IN_TIME), sorted(here - source, key=_IN_TIME)
        same = len(source & here)
        there = min(account.there, same)
        self._report.count(
            _KIND, source=len(source), there=there, written=same - there, differ=len(only_there) + len(only_here)
        )
        label = f"{self._run_id} {self._key}"
        for row in only_there[:_EXAMPLES]:
            self._report.differs(_KIND, label, _place(row), _value(row), ABSENT)
        for row in only_here[:_EXAMPLES]:
            self._report.differs(_KIND, label, _place(row), ABSENT, _value(row))


def _place(row: PointRow) -> str:
    return f"step {row[0]} at {row[1]} ms"


def _value(row: PointRow) -> float:
    return float("nan") if row[3] else row[2]


def whole_moments(pages: Pages) -> Iterator[list[PointRow]]:
    """Yield points in blocks by (time, step, value), each once, so that no block ends between two of one moment.

    Such points MLflow may return in any order: a NaN and a zero are one value to it.

    Raises:
        Disordered: A page has points that belong before those of an earlier one.
    """
    held: list[PointRow] = []
    last: tuple[int, int] | None = None
    for page in pages:
        held = sorted({*held, *page}, key=_IN_TIME)
        if not held:
            continue
        if last is not None and _MOMENT(held[0]) <= last:
            raise Disordered
        moment = _MOMENT(held[-1])
        cut = next(at for at in range(len(held), 0, -1) if at == 1 or _MOMENT(held[at - 2]) != moment) - 1
        ready, held = held[:cut], held[cut:]
        if ready:
            last = _MOMENT(ready[-1])
            yield ready
    if held:
        yield held
