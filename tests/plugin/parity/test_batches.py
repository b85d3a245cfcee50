"""Batches: limits, duplicates, all or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities import Metric, Param, RunStatus, RunTag

from .pair import Pair


def metrics(count: int, key: str = "m") -> list[Metric]:
    return [Metric(key, float(i), i, i) for i in range(count)]


def params(count: int) -> list[Param]:
    return [Param(f"p{i}", str(i)) for i in range(count)]


def tags(count: int) -> list[RunTag]:
    return [RunTag(f"t{i}", str(i)) for i in range(count)]


@pytest.mark.parametrize(
    ("of_metrics", "of_params", "of_tags"),
    [(0, 0, 0), (1, 1, 1), (1000, 0, 0), (0, 100, 0), (0, 0, 100), (800, 100, 100), (3, 0, 2)],
)
def test_a_batch_within_the_limits_is_written(shared: Pair, of_metrics: int, of_params: int, of_tags: int) -> None:
    run = shared.run()
    shared.answers("log_batch", run, metrics(of_metrics), params(of_params), tags(of_tags))
    shared.answers("get_run", run)
    assert len(shared.answers("get_metric_history", run, "m")["page"]) == of_metrics


@pytest.mark.parametrize(
    ("of_metrics", "of_params", "of_tags"), [(1001, 0, 0), (0, 101, 0), (0, 0, 101), (900, 100, 1), (1001, 101, 101)]
)
def test_a_batch_beyond_the_limits_is_refused(shared: Pair, of_metrics: int, of_params: int, of_tags: int) -> None:
    run = shared.run()
    given = (metrics(of_metrics), params(of_params), tags(of_tags))
    shared.refuses("INVALID_PARAMETER_VALUE", "log_batch", run, *given)
    shared.answers("get_run", run)


@pytest.mark.parametrize(
    "batch",
    [
        ([Metric("", 1.0, 1, 0)], [], []),
        ([Metric("m", "x", 1, 0)], [], []),
        ([], [Param("", "v")], []),
        ([], [], [RunTag("a//b", "v")]),
        ([], [Param("p", "1"), Param("p", "1")], []),
        ([Metric("m", 1.0, -1, 0)], [Param("good", "1")], [RunTag("good", "1")]),
    ],
    ids=["metric key", "metric value", "param key", "tag key", "param twice", "time"],
)
def test_an_illegal_part_refuses_the_whole(shared: Pair, batch: Any) -> None:
    run = shared.run()
    good: Any = ([Metric("ok", 1.0, 1, 0)], [Param("ok", "1")], [RunTag("ok", "1")])
    whole = [[*fine, *bad] for fine, bad in zip(good, batch, strict=True)]
    shared.refuses("INVALID_PARAMETER_VALUE", "log_batch", run, *whole)
    data = shared.answers("get_run", run)["data"]
    assert (data["metrics"], data["params"], set(data["tags"])) == ({}, {}, {"mlflow.runName"})


@pytest.mark.parametrize(
    ("of_metrics", "of_params", "of_tags"),
    [
        ([Metric("", 1.0, 1, 0)], [Param("", "v")], [RunTag("", "v")]),
        ([], [Param("", "v")], [RunTag("", "v")]),
        ([Metric("m", None, 1, 0)], [Param("p", "1"), Param("p", "2")], []),
        (metrics(1001), [Param("", "v")], []),
        (metrics(1001), [Param("p", "1"), Param("p", "2")], []),
    ],
    ids=["all", "params and tags", "value before duplicate", "key before limit", "limit before duplicate"],
)
def test_of_several_faults_the_judges_first_is_named(shared: Pair, of_metrics, of_params, of_tags) -> None:
    shared.refuses("INVALID_PARAMETER_VALUE", "log_batch", shared.run(), of_metrics, of_params, of_tags)


@pytest.mark.parametrize("run_id", ["a/b", "", None, "-x", "a:b", "x" * 257, "unknown"])
def test_bad_run_ids_are_refused_alike(shared: Pair, run_id: Any) -> None:
    shared.agrees("log_batch", run_id, metrics(1), [], [])
    shared.agrees("log_batch", run_id, [], [], [])


def test_many_keys_and_points_in_any_order_are_sorted_out(shared: Pair) -> None:
    run = shared.run()
    mixed = [Metric(f"k{i % 7}", float((i * 37) % 11), (i * 13) % 17, (i * 7) % 5) for i in range(300)]
    shared.answers("log_batch", run, mixed[:200], [], [])
    shared.answers("log_batch", run, mixed[100:], [], [])
    shared.answers("get_run", run)
    for key in {metric.key for metric in mixed}:
        shared.answers("get_metric_history", run, key)


def test_a_finished_run_still_takes_a_batch(shared: Pair) -> None:
    run = shared.run()
    shared.answers("update_run_info", run, RunStatus.FINISHED, 2000, None)
    shared.answers("log_batch", run, metrics(2), params(2), tags(2))
    shared.answers("log_metric", run, Metric("late", 1.0, 1, 0))
    shared.answers("get_run", run)


def test_a_batch_does_not_need_lists(shared: Pair) -> None:
    run = shared.run()
    shared.agrees("log_batch", run, tuple(metrics(2)), tuple(params(2)), tuple(tags(2)))
    shared.agrees("log_batch", run, None, None, None)
    shared.answers("get_run", run)
