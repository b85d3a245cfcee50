"""Reading metrics: whole, in pages, of many runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from mlflow.entities import Metric

from .pair import Pair

SERIES: dict[str, list[tuple[float, int, int]]] = {
    "rising": [(i / 2, 100 + i, i) for i in range(23)],
    "same time": [(float(i), 100, i) for i in range(7)],
    "same step": [(float(-i), 100 + i, 0) for i in range(7)],
    "all same but value": [(float(i % 3 - 1), 100, 0) for i in range(6)],
    "time falls": [(1.0, 100 - i, i) for i in range(9)],
    "odd values": [(math.nan, 5, 1), (math.inf, 5, 1), (-math.inf, 5, 1), (0.0, 5, 1), (-1.0, 5, 1), (1.0, 5, 1)],
    "nan at the ends": [(math.nan, 1, 0), (1.0, 2, 1), (math.nan, 3, 2)],
    "one": [(1.0, 1, 0)],
    "far steps": [(1.0, 1, -(2**63)), (2.0, 2, 0), (3.0, 3, 2**63 - 1)],
    "gaps": [(float(i), i, i * i * 10) for i in range(15)],
    "shuffled": [(float(i * 7 % 5), i * 11 % 13, i * 5 % 9) for i in range(40)],
}
KEYS = [*SERIES, "none", "", "RISING"]


def points(key: str) -> list[Metric]:
    return [Metric(key, *point) for point in SERIES[key]]


@pytest.fixture(scope="module")
def runs(shared: Pair) -> list[str]:
    """Three runs by rising id: with all series, with one more of the first, with none."""
    full, more, bare = shared.runs(3)
    shared.answers("log_batch", full, [metric for key in SERIES for metric in points(key)], [], [])
    shared.answers("log_batch", more, [Metric("rising", 9.0, 1, 0), Metric("rising", 8.0, 300, 40)], [], [])
    return [full, more, bare]


@pytest.mark.parametrize("key", KEYS)
def test_a_whole_history_is_in_the_judges_order(shared: Pair, runs: list[str], key: str) -> None:
    for run in runs:
        shared.answers("get_metric_history", run, key)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 22, 23, 24, 100])
@pytest.mark.parametrize("key", ["rising", "odd values", "shuffled", "same time", "time falls", "none"])
def test_pages_make_up_the_whole(shared: Pair, runs: list[str], key: str, size: int) -> None:
    shared.pages("get_metric_history", runs[0], key, max_results=size)


@pytest.mark.parametrize("token", ["nonsense", "e30=", "bm9uc2Vuc2U=", "eyJvZmZzZXQiOiAieCJ9", ""])
def test_bad_tokens_are_refused_alike(shared: Pair, runs: list[str], token: str) -> None:
    shared.agrees("get_metric_history", runs[0], "rising", 5, token)
    shared.agrees("get_metric_history", runs[0], "rising", None, token)


@pytest.mark.parametrize("offset", [1, 22, 23, 24])
@pytest.mark.parametrize("size", [None, 5])
def test_a_token_of_the_judge_is_understood(shared: Pair, runs: list[str], offset: int, size: int | None) -> None:
    from mlflow.utils.search_utils import SearchUtils

    token = SearchUtils.create_page_token(offset)
    shared.answers("get_metric_history", runs[0], "rising", size, token)
    shared.answers("get_metric_history", runs[0], "shuffled", size, token)


def test_a_history_may_grow_between_pages(shared: Pair) -> None:
    run = shared.run()
    shared.log(run, "m", *[(float(i), i, i) for i in range(4)])
    tokens = [side.store.get_metric_history(side._ids[run], "m", 2).token for side in (shared.judge, shared.ours)]
    shared.log(run, "m", (4.0, 4, 4))
    for side, token in zip((shared.judge, shared.ours), tokens, strict=True):
        rest = side.store.get_metric_history(side._ids[run], "m", 2, token)
        assert [metric.step for metric in rest] == [2, 3]


@pytest.mark.parametrize("which", [[0], [0, 1, 2], [2, 1, 0], [1, 1, 0], [2], []], ids=str)
@pytest.mark.parametrize("size", [1, 23, 24, 25, 1000])
def test_many_runs_are_read_by_rising_id(shared: Pair, runs: list[str], which: Sequence[int], size: int) -> None:
    shared.answers("get_metric_history_bulk", [runs[i] for i in which], "rising", size)


@pytest.mark.parametrize("size", [0, None, -1])
def test_odd_limits_of_many_runs_are_the_judges(shared: Pair, runs: list[str], size: Any) -> None:
    shared.agrees("get_metric_history_bulk", runs, "rising", size)


@pytest.mark.parametrize("key", KEYS)
def test_many_runs_are_read_in_the_judges_order(shared: Pair, runs: list[str], key: str) -> None:
    shared.answers("get_metric_history_bulk", runs, key, 1000)


@pytest.mark.parametrize("run_id", ["unknown", "", "a/b"])
def test_a_history_of_an_unknown_run_is_the_judges(shared: Pair, runs: list[str], run_id: str) -> None:
    shared.agrees("get_metric_history", run_id, "rising")
    shared.agrees("get_metric_history", run_id, "rising", 5)
    shared.agrees("get_metric_history_bulk", [run_id, runs[0]], "one", 10)
    shared.agrees("get_metric_history_bulk_interval", [run_id, runs[0]], "one", 10, None, None)
    shared.agrees("get_metric_history_bulk_interval_from_steps", run_id, "one", [0], 10)
    shared.agrees("get_max_step_for_metric", run_id, "one")


def test_a_deleted_run_is_still_read(shared: Pair) -> None:
    run = shared.run()
    shared.log(run, "m", (1.0, 1, 0), (2.0, 2, 1))
    shared.answers("delete_run", run)
    shared.answers("get_metric_history", run, "m")
    shared.answers("get_metric_history_bulk", [run], "m", 10)
    shared.answers("get_metric_history_bulk_interval", [run], "m", 10, None, None)


def test_thousands_of_runs_are_read_at_once(shared: Pair, runs: list[str]) -> None:
    ids = [f"{i:032x}" for i in range(2000)]
    shared.answers("get_metric_history_bulk", [*ids, *runs], "rising", 100)
