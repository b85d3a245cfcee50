"""Whole series, read through MLflow's client."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import targets
from benchmarks.figures import MILLISECONDS, Row, row
from benchmarks.filling import Point, fill
from benchmarks.plan import Plan
from benchmarks.targets import Site, Target
from benchmarks.timing import Turn, once, take_turns

SHORT = "get_metric_history of 100k points"
LONG = "get_metric_history of 1M points"
_NOW_MS = 1_700_000_000_000
_LONG_FILE = "the client reads and parses the whole file again for each of 40 pages"
_LONG_SQLITE = "left out of --quick: it takes half a minute or more"


def run(plan: Plan) -> Iterator[Row]:
    """Measure whole calls of the client."""
    turns = _turns(plan, targets.KEEPING, 100_000)
    yield row(SHORT, MILLISECONDS, take_turns(turns, plan.rounds(5, 2), plan.budget_s))
    not_run = {targets.FILE.name: _LONG_FILE}
    if plan.quick:
        not_run[targets.SQLITE.name] = _LONG_SQLITE
    turns = _turns(plan, [target for target in targets.KEEPING if target.name not in not_run], 1_000_000)
    yield row(LONG, MILLISECONDS, take_turns(turns, plan.rounds(3, 1), plan.budget_s), not_run)


def _turns(plan: Plan, wanted: list[Target] | tuple[Target, ...], size: int) -> dict[str, Turn]:
    return {target.name: _turn(plan.site(target, f"of{size}"), size) for target in wanted}


def _turn(site: Site, size: int) -> Turn:
    run_id = fill(site, _points(size))
    client = site.client

    def read() -> None:
        assert len(client.get_metric_history(run_id, "loss")) == size

    return once(read)


def _points(size: int) -> Iterator[Point]:
    return (("loss", step, _NOW_MS + 10 * step, step * 0.5) for step in range(size))
