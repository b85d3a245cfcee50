"""Searching runs: filter, order and pages, through MLflow's client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

from benchmarks import filling
from benchmarks.figures import MILLISECONDS, Row, row
from benchmarks.plan import Plan
from benchmarks.targets import FILE, MLWS, SQLITE, Site
from benchmarks.timing import Turn, once, take_turns

PAGE_OF_100 = "search_runs, 10k runs, filter + order, page of 100"
PAGE_OF_1000 = "search_runs, 10k runs, filter + order, page of 1,000"
_RUNS = 10_000
_NOW_MS = 1_700_000_000_000
_FILTER = "metrics.m3 > 0.5 and params.p2 = 'x'"
_ORDER = ["metrics.m1 DESC"]
_FILES = f"it opens every file of every run for each search, some {_RUNS * 25:,} of them"

_SQL_RUN = (
    "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, "
    "end_time, source_version, lifecycle_stage, artifact_uri, experiment_id) "
    "VALUES (?, ?, 'UNKNOWN', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', ?, 0)"
)
_SQL_PARAM = "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)"
_SQL_TAG = "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)"
_SQL_METRIC = "INSERT INTO {} (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, 0, 0, ?)"


class _Contents(NamedTuple):
    """What one of the runs holds."""

    metrics: dict[str, float]
    params: dict[str, str]
    tags: dict[str, str]


def run(plan: Plan) -> Iterator[Row]:
    """Measure the first page of 100 and of 1,000 and the second of each; some 2,500 runs fulfil the filter."""
    clients = {}
    for target, fill in ((MLWS, _through_store), (SQLITE, _into_tables)):
        site = plan.site(target)
        fill(site)
        clients[target.name] = site.client
    for name, size in ((PAGE_OF_100, 100), (PAGE_OF_1000, 1000)):
        for suffix, token in (("", False), (", second page", True)):
            turns = {target: _turn(client, size, second=token) for target, client in clients.items()}
            found = take_turns(turns, plan.rounds(9, 3), plan.budget_s)
            yield row(name + suffix, MILLISECONDS, found, {FILE.name: _FILES})


def _turn(client: MlflowClient, size: int, *, second: bool) -> Turn:
    token = client.search_runs(["0"], _FILTER, max_results=size, order_by=_ORDER).token if second else None

    def read() -> None:
        page = client.search_runs(["0"], _FILTER, max_results=size, order_by=_ORDER, page_token=token)
        assert len(page) == size

    return once(read)


def _contents(number: int) -> _Contents:
    """Return a run's contents, the same for each target."""
    return _Contents(
        metrics={f"m{i}": (number * (2 * i + 7919) % 10_007) / 10_007 for i in range(10)},
        params={f"p{i}": "xy"[(number >> i) & 1] if i == 2 else f"value {number * i}" for i in range(5)},
        tags={f"t{i}": f"tag {number + i}" for i in range(5)} | {"mlflow.runName": f"run-{number}"},
    )


def _through_store(site: Site) -> None:
    store = site.store
    for number in range(_RUNS):
        contents = _contents(number)
        tags = [RunTag(key, value) for key, value in contents.tags.items()]
        begun = store.create_run("0", "bench", _NOW_MS + number, tags, f"run-{number}")
        store.log_batch(
            begun.info.run_id,
            [Metric(key, value, _NOW_MS, 0) for key, value in contents.metrics.items()],
            [Param(key, value) for key, value in contents.params.items()],
            [],
        )


def _into_tables(site: Site) -> None:
    assert site.store is not None
    numbered = [(f"{number:032x}", _contents(number)) for number in range(_RUNS)]
    connection = filling.database(site)
    with connection:
        connection.executemany(_SQL_RUN, [_run_row(number) for number in range(_RUNS)])
        connection.executemany(_SQL_PARAM, _rows(numbered, lambda contents: contents.params))
        connection.executemany(_SQL_TAG, _rows(numbered, lambda contents: contents.tags))
        metrics = [(key, value, _NOW_MS, run_id) for run_id, of in numbered for key, value in of.metrics.items()]
        for table in ("metrics", "latest_metrics"):
            connection.executemany(_SQL_METRIC.format(table), metrics)
    connection.close()


def _run_row(number: int) -> tuple[str, str, int, int, str]:
    return (f"{number:032x}", f"run-{number}", _NOW_MS + number, _NOW_MS + number + 1, f"file:///nowhere/{number}")


def _rows(
    numbered: list[tuple[str, _Contents]], part: Callable[[_Contents], dict[str, str]]
) -> list[tuple[str, str, str]]:
    return [(key, value, run_id) for run_id, contents in numbered for key, value in part(contents).items()]
