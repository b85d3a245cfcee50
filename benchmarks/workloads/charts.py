"""Sampled series of several runs: the store's call behind the charts of MLflow's UI.

`mlflow.server.handlers` passes the request's arguments to `get_metric_history_bulk_interval` of the store, and turns
what it returns into a message. Only the store's part is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks import targets
from benchmarks.figures import MILLISECONDS, Row, row
from benchmarks.filling import Point, fill
from benchmarks.plan import Plan
from benchmarks.targets import Site
from benchmarks.timing import Turn, once, take_turns

DENSE = "chart of 5 runs × 100k points, consecutive steps"
UNEVEN = "chart of 5 runs × 100k points, steps with gaps and repeats"
_RUNS = 5
_SIZE = 100_000
_POINTS_OF_A_LINE = 320
_NOW_MS = 1_700_000_000_000


def run(plan: Plan) -> Iterator[Row]:
    """Measure whole calls of the store."""
    for name, step_of in ((DENSE, _consecutive), (UNEVEN, _with_gaps_and_repeats)):
        turns = {target.name: _turn(plan.site(target, step_of.__name__), step_of) for target in targets.KEEPING}
        yield row(name, MILLISECONDS, take_turns(turns, plan.rounds(7, 2), plan.budget_s))


def _turn(site: Site, step_of: Callable[[int], int]) -> Turn:
    run_ids = [fill(site, _points(step_of)) for _ in range(_RUNS)]
    store = site.store

    def read() -> None:
        found = store.get_metric_history_bulk_interval(run_ids, "loss", _POINTS_OF_A_LINE, None, None)
        assert len(found) >= _RUNS * (_POINTS_OF_A_LINE - 1)

    return once(read)


def _points(step_of: Callable[[int], int]) -> Iterator[Point]:
    return (("loss", step_of(number), _NOW_MS + 10 * number, number * 0.5) for number in range(_SIZE))


def _consecutive(number: int) -> int:
    return number


def _with_gaps_and_repeats(number: int) -> int:
    """Each third step is there three times, the others are not."""
    return number - number % 3
