"""Searches for runs: orders with ties, NaN and missing values, pages."""

from __future__ import annotations

import math
from typing import Any

import pytest
from mlflow.entities import Metric, Param, RunStatus, RunTag, ViewType

from .pair import Pair

VALUES: list[float | None] = [0.5, math.nan, None, -1.0, 0.5, math.inf, 0.0, -math.inf, None, math.nan]
TEXTS: list[str | None] = ["b", "a", None, "B", "", "b", "10", "9", None, "é"]
COUNT = len(VALUES)
ORDERS: list[list[str] | None] = [
    None,
    [],
    ["metrics.m"],
    ["metrics.m ASC"],
    ["metrics.m DESC"],
    ["metrics.m desc"],
    ["metric.m"],
    ["metrics.`m` DESC"],
    ['metrics."m"'],
    ["metrics.`odd key` DESC"],
    ["metrics.none"],
    ["metrics.none DESC"],
    ["params.p"],
    ["params.p DESC"],
    ["param.p"],
    ["parameters.p"],
    ["params.none DESC"],
    ["tags.t"],
    ["tags.t DESC"],
    ["tag.t"],
    ["tags.`mlflow.runName` DESC"],
    ["start_time"],
    ["start_time DESC"],
    ["attributes.start_time ASC"],
    ["attr.start_time"],
    ["run.start_time"],
    ["created"],
    ["Created DESC"],
    ["end_time"],
    ["end_time DESC"],
    ["status"],
    ["status DESC"],
    ["attributes.run_name"],
    ["run_name DESC"],
    ["user_id DESC"],
    ["metrics.m DESC", "params.p ASC"],
    ["params.p", "metrics.m DESC", "start_time ASC"],
    ["status ASC", "tags.t DESC", "run_name DESC"],
    ["metrics.m", "params.m", "tags.m"],
    ["start_time ASC", "metrics.m"],
    ["metrics.m   DESC"],
]
BY_ID = [["run_id"], ["run_id DESC"], ["artifact_uri"], ["status", "run_id DESC"], ["attributes.run_id"], ["user_id"]]
BAD_ORDERS = [
    ["metrics.m", "metrics.m DESC"],
    ["metrics.m", "metric.m"],
    ["start_time", "created"],
    ["metrics.m SIDEWAYS"],
    ["metrics.m DESC ASC"],
    [""],
    ["nope"],
    ["nope.m"],
    ["attributes.nope"],
    ["metrics"],
    ["metrics."],
    ["metrics.m,params.p"],
    ["lifecycle_stage"],
    ["experiment_id"],
    ["run name"],
    ["dataset.name"],
    ["DESC"],
    ["metrics.m NULLS LAST"],
]


@pytest.fixture(scope="module")
def filled(shared: Pair) -> Pair:
    """Runs in two groups of one start time each, with the values and texts of the tables."""
    runs = [*shared.runs(COUNT // 2, start_time=1000), *shared.runs(COUNT // 2, start_time=500, name="B run")]
    for number, (run, value, text) in enumerate(zip(runs, VALUES, TEXTS, strict=True)):
        metrics = [Metric("m", value, 1, 0), Metric("odd key", number % 3, 1, 0)] if value is not None else []
        texts = [("p", text)] if text is not None else []
        shared.answers(
            "log_batch", run, metrics, [Param(*p) for p in texts], [RunTag(key[:-1] + "t", v) for key, v in texts]
        )
        if number % 2:
            shared.answers("update_run_info", run, RunStatus.FINISHED, 2000 + number % 4, None)
    return shared


@pytest.mark.parametrize("order_by", ORDERS, ids=str)
def test_orders_are_the_judges(filled: Pair, order_by: list[str] | None) -> None:
    filled.answers("_search_runs", ["0"], None, ViewType.ALL, 100, order_by, None)


@pytest.mark.parametrize("order_by", BY_ID, ids=str)
def test_runs_of_one_start_are_ordered_by_their_ids(shared: Pair, order_by: list[str]) -> None:
    ids = shared.experiment(f"ordered by {order_by}")
    shared.runs(5, ids)
    shared.answers("_search_runs", [ids], None, ViewType.ALL, 100, order_by, None)


@pytest.mark.parametrize("order_by", BAD_ORDERS, ids=str)
def test_bad_orders_are_refused_alike(filled: Pair, order_by: list[str]) -> None:
    filled.agrees("_search_runs", ["0"], None, ViewType.ALL, 100, order_by, None)


@pytest.mark.parametrize("size", [1, 3, COUNT - 1, COUNT, COUNT + 1])
@pytest.mark.parametrize("order_by", [None, ["metrics.m DESC"], ["params.p"], ["tags.t", "status DESC"]], ids=str)
def test_pages_follow_each_other(filled: Pair, size: int, order_by: list[str] | None) -> None:
    pages = filled.pages("search_runs", ["0"], "", ViewType.ALL, max_results=size, order_by=order_by)
    assert sum(map(len, pages)) == COUNT


def test_no_page_size_is_everything(filled: Pair) -> None:
    found, token = filled.answers("_search_runs", ["0"], None, ViewType.ALL, None, None, None)
    assert (len(found), token) == (COUNT, None)


@pytest.mark.parametrize("size", [0, -1, 50_001])
def test_bad_page_sizes_are_refused_alike(filled: Pair, size: Any) -> None:
    filled.agrees("_search_runs", ["0"], None, ViewType.ALL, size, None, None)


@pytest.mark.parametrize("token", ["nonsense", "e30=", "bm9uc2Vuc2U=", "eyJvZmZzZXQiOiAieCJ9", "eyJvZmZzZXQiOiAtMX0="])
def test_bad_tokens_are_refused_alike(filled: Pair, token: str) -> None:
    filled.agrees("_search_runs", ["0"], None, ViewType.ALL, 3, None, token)


def test_a_filter_keeps_its_order_on_every_page(filled: Pair) -> None:
    given = {"max_results": 2, "order_by": ["metrics.m DESC"]}
    filled.pages("search_runs", ["0"], "metrics.m > -1", ViewType.ACTIVE_ONLY, **given)


def test_search_passes_over_the_experiments_in_one_order(filled: Pair) -> None:
    other = filled.experiment("other")
    filled.run(other, start_time=700)
    filled.run(other, start_time=5000)
    filled.answers("_search_runs", ["0", other], None, ViewType.ALL, 100, None, None)
    filled.answers("delete_experiment", other)
    filled.answers("_search_runs", ["0", other], None, ViewType.ACTIVE_ONLY, 100, None, None)
    filled.answers("_search_runs", ["0", other], None, ViewType.DELETED_ONLY, 100, None, None)
