"""Samples of metrics for charts."""

from __future__ import annotations

import math
from typing import Any

import pytest
from mlflow.entities import Metric

from .pair import Pair
from .test_metric_history import SERIES, points

INTERVALS = [(None, None), (0, 10), (5, 5), (-3, 3), (10, 5), (100, 200), (0, 0), (-(2**63), 2**63 - 1)]


@pytest.fixture(scope="module")
def runs(shared: Pair) -> list[str]:
    """Two runs: with all series and a long one, and with none."""
    full, bare = shared.runs(2)
    shared.answers("log_batch", full, [metric for key in SERIES for metric in points(key)], [], [])
    shared.answers("log_batch", full, [Metric("long", math.sin(i), i, i) for i in range(997)], [], [])
    shared.answers("log_batch", full, [Metric("bursts", float(i), i, i // 50) for i in range(997)], [], [])
    return [full, bare]


@pytest.mark.parametrize("key", [*SERIES, "none"])
def test_a_sample_is_the_judges(shared: Pair, runs: list[str], key: str) -> None:
    for size in (1, 2, 3, 4, 7, 10, 22, 23, 24, 50):
        shared.answers("get_metric_history_bulk_interval", runs, key, size, None, None)


@pytest.mark.parametrize("size", [1, 2, 3, 10, 100, 320, 499, 500, 996, 997, 998, 2500])
@pytest.mark.parametrize("key", ["long", "bursts"])
def test_a_sample_of_a_long_series_is_the_judges(shared: Pair, runs: list[str], key: str, size: int) -> None:
    shared.answers("get_metric_history_bulk_interval", runs[:1], key, size, None, None)


@pytest.mark.parametrize("interval", INTERVALS, ids=str)
@pytest.mark.parametrize("key", ["rising", "gaps", "shuffled", "same step", "far steps", "long", "bursts", "none"])
def test_a_sample_between_steps_is_the_judges(shared: Pair, runs: list[str], key: str, interval: Any) -> None:
    for size in (1, 4, 100):
        shared.answers("get_metric_history_bulk_interval", runs, key, size, *interval)


@pytest.mark.parametrize("interval", [(None, 1), (1, None), (None, 0), (0, None)], ids=str)
def test_half_an_interval_is_refused(shared: Pair, runs: list[str], interval: Any) -> None:
    shared.refuses("INVALID_PARAMETER_VALUE", "get_metric_history_bulk_interval", runs, "long", 10, *interval)


@pytest.mark.parametrize("size", [0, -1])
def test_a_sample_has_at_least_one_point(shared: Pair, runs: list[str], size: int) -> None:
    assert len(shared.answers("get_metric_history_bulk_interval", runs, "long", size, None, None)) == 1


def test_a_run_asked_for_twice_is_shown_twice(shared: Pair, runs: list[str]) -> None:
    shared.answers("get_metric_history_bulk_interval", [runs[1], runs[0], runs[0]], "gaps", 5, None, None)


@pytest.mark.parametrize("key", [*SERIES, "none"])
@pytest.mark.parametrize(
    "steps", [[0], [0, 1, 2], [5, 3, 3, 900], [], [-(2**63), 2**63 - 1], list(range(1200))], ids=len
)
def test_points_at_steps_are_the_judges(shared: Pair, runs: list[str], key: str, steps: list[int]) -> None:
    for size in (1, 5, 100):
        shared.answers("get_metric_history_bulk_interval_from_steps", runs[0], key, steps, size)


@pytest.mark.parametrize("key", [*SERIES, "none"])
def test_the_greatest_step_is_the_judges(shared: Pair, runs: list[str], key: str) -> None:
    for run in runs:
        found = [side.call("get_max_step_for_metric", (run, key)) for side in (shared.judge, shared.ours)]
        assert found[0] == found[1]


def test_evenly_spaced_indices_are_the_judges(shared: Pair) -> None:
    for total in (1, 2, 3, 10, 997):
        for size in (1, 2, 3, 9, 10, 11, 1000):
            shared.answers("_evenly_spaced_indices", total, size)
