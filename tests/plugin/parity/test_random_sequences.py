"""Random histories of runs: whatever is written and asked, the two stores agree."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mlflow.entities import Metric, Param, RunStatus, RunTag, ViewType

from .pair import Pair

RUNS = 3
KEYS = st.sampled_from(["a", "b", "odd key", "x/y"])
TEXTS = st.sampled_from(["", "1", "2", "red", "Red", "r%d", "it's"]) | st.text(st.characters(codec="ascii"), max_size=4)
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, math.nan]) | st.floats(-1e6, 1e6, width=32)
SMALL = st.integers(0, 3)
POINTS = st.builds(lambda key, value, ts, step: Metric(key, value, ts, step), KEYS, NUMBERS, SMALL, st.integers(-2, 3))
PARAMS = st.builds(Param, KEYS, TEXTS)
TAGS = st.builds(RunTag, KEYS, TEXTS)
RUN = st.integers(0, RUNS - 1)

WRITES = st.one_of(
    st.tuples(st.just("log_metric"), RUN, POINTS),
    st.tuples(st.just("log_param"), RUN, PARAMS),
    st.tuples(st.just("set_tag"), RUN, TAGS),
    st.tuples(st.just("delete_tag"), RUN, KEYS),
    st.tuples(
        st.just("log_batch"),
        RUN,
        st.lists(POINTS, max_size=6),
        st.lists(PARAMS, max_size=2),
        st.lists(TAGS, max_size=3),
    ),
    st.tuples(st.just("update_run_info"), RUN, st.sampled_from(RunStatus.all_status()), st.none() | SMALL, st.none()),
    st.tuples(st.just("delete_run"), RUN),
    st.tuples(st.just("restore_run"), RUN),
)


def quoted(text: str) -> str:
    return '"' + text.replace('"', "") + '"'


CONDITIONS = st.one_of(
    st.builds(
        lambda key, op, value: f"metrics.`{key}` {op} {value!r}",
        KEYS,
        st.sampled_from([">", ">=", "=", "!=", "<", "<="]),
        st.sampled_from([0, 1, 0.5]) | st.integers(0, 9),
    ),
    st.builds(
        lambda kind, key, op, value: f"{kind}.`{key}` {op} {quoted(value)}",
        st.sampled_from(["params", "tags"]),
        KEYS,
        st.sampled_from(["=", "!=", "LIKE", "ILIKE"]),
        st.sampled_from(["1", "red", "r%", "%e_", "R%", ""]),
    ),
    st.builds(
        lambda kind, key, op: f"{kind}.`{key}` {op}",
        st.sampled_from(["params", "tags"]),
        KEYS,
        st.sampled_from(["IS NULL", "IS NOT NULL"]),
    ),
    st.sampled_from(["status = 'RUNNING'", "status != 'FINISHED'", "end_time >= 1", "run_name = 'a run'"]),
)
FILTERS = st.lists(CONDITIONS, max_size=3).map(" AND ".join)
ORDERS = st.lists(
    st.builds(
        lambda field, way: f"{field} {way}",
        st.sampled_from(["metrics.a", "metrics.`x/y`", "params.a", "tags.b", "status", "end_time", "start_time"]),
        st.sampled_from(["ASC", "DESC"]),
    ),
    max_size=2,
    unique_by=lambda order: order.split()[0],
)
LAWS = settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def written(pair: Pair, writes: list[tuple[Any, ...]]) -> tuple[str, list[str]]:
    """Write to new runs of a new experiment, and return both."""
    experiment = pair.experiment(f"random {len(pair.judge._ids)}")
    runs = pair.runs(RUNS, experiment)
    for method, run, *rest in writes:
        pair.agrees(method, runs[run], *rest)
    return experiment, runs


@LAWS
@given(writes=st.lists(WRITES, max_size=12))
def test_runs_are_read_alike_after_any_writes(shared: Pair, writes: list[tuple[Any, ...]]) -> None:
    _, runs = written(shared, writes)
    for run in runs:
        shared.answers("get_run", run)
        for key in ("a", "x/y"):
            shared.answers("get_metric_history", run, key)


@LAWS
@given(points=st.lists(POINTS, min_size=1, max_size=25), size=st.integers(1, 9), first=st.integers(-2, 3), last=SMALL)
def test_histories_are_sampled_and_paged_alike(
    shared: Pair, points: list[Metric], size: int, first: int, last: int
) -> None:
    run = shared.run()
    half = len(points) // 2
    shared.answers("log_batch", run, points[:half], [], [])
    shared.answers("log_batch", run, points[half:], [], [])
    for key in {point.key for point in points}:
        shared.pages("get_metric_history", run, key, max_results=size)
        shared.answers("get_metric_history_bulk_interval", [run], key, size, None, None)
        shared.answers("get_metric_history_bulk_interval", [run], key, size, first, last)
        shared.answers("get_metric_history_bulk", [run], key, size)


@LAWS
@given(
    writes=st.lists(WRITES, min_size=4, max_size=14), filters=st.lists(FILTERS, min_size=3, max_size=6), order=ORDERS
)
def test_runs_are_found_alike_after_any_writes(
    shared: Pair, writes: list[tuple[Any, ...]], filters: list[str], order: list[str]
) -> None:
    experiment, _ = written(shared, writes)
    for filter_string in filters:
        shared.agrees("_search_runs", [experiment], filter_string, ViewType.ALL, 100, order, None)
    shared.agrees("_search_runs", [experiment], None, ViewType.ACTIVE_ONLY, 2, order, None)
