"""The store's `log_batch` of 1,000 metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlflow.entities import Metric

from benchmarks import targets
from benchmarks.figures import Row, rates
from benchmarks.plan import Plan
from benchmarks.targets import Site
from benchmarks.timing import Turn, seconds, take_turns

ONE_KEY = "log_batch of 1,000 points of one key"
MANY_KEYS = "log_batch of 1,000 keys that are there already"
NEW_KEYS = "log_batch of 1,000 new keys"
_SIZE = 1000
_BATCHES = 5
_NOW_MS = 1_700_000_000_000


def run(plan: Plan) -> Iterator[Row]:
    """Measure whole calls of the store with metrics made before."""
    sites = [plan.site(target) for target in targets.KEEPING]
    for name, first, batch in (
        (ONE_KEY, 0, _of_one_key),
        (MANY_KEYS, 1, _of_many_keys),
        (NEW_KEYS, None, _of_many_keys),
    ):
        turns = {site.target.name: _turn(site, batch, first) for site in sites}
        yield rates(name, take_turns(turns, plan.rounds(8, 2), plan.budget_s), _SIZE)


def _turn(site: Site, batch: Callable[[int], list[Metric]], first: int | None) -> Turn:
    """Return a turn of batches in a new run, the first ones left out; None means: only the very first."""
    store = site.store

    def turn() -> list[float]:
        run_id = site.new_run().info.run_id
        numbers = range(1) if first is None else range(first + _BATCHES)
        batches = [batch(number) for number in numbers]
        found = [seconds(store.log_batch, run_id, metrics, [], []) for metrics in batches]
        return found[first or 0 :]

    return turn


def _of_one_key(number: int) -> list[Metric]:
    first = number * _SIZE
    return [Metric("loss", step * 0.5, _NOW_MS + step, step) for step in range(first, first + _SIZE)]


def _of_many_keys(number: int) -> list[Metric]:
    return [Metric(f"layer{key}/norm", key * 0.5, _NOW_MS + number, number) for key in range(_SIZE)]
