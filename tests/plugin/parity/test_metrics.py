"""Points of metrics: what is a number, which point is the latest, what is one point."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from mlflow.entities import Metric

from .pair import Pair

LARGEST = 1.7976931348623157e308
VALUES = [
    0.0,
    -0.0,
    1,
    -1,
    1.5,
    math.nan,
    math.inf,
    -math.inf,
    LARGEST,
    -LARGEST,
    5e-324,
    1e-310,
    2**53,
    2**53 + 1,
    2**62,
    0.1,
    np.float64(0.5),
    np.float32(0.1),
    np.int64(3),
]
NO_VALUES: list[Any] = ["1.0", "nan", True, False, None, [1.0], (), {}, ""]
NO_JSON: list[Any] = [b"1", object, np.bool_(True)]
STEPS = [0, 1, -1, -5, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)]
TIMES = [0, 1, 1000, 2**41, 2**53 + 1, 2**63 - 1]
NO_TIMES: list[Any] = [-1, None, "1", "now"]
NO_STEPS: list[Any] = [None, "1", "last", [1]]
KEYS = [
    "m",
    "a/b/c",
    "a b",
    "a.b-c_d:e",
    "m" * 250,
    "ünï",
    "system/cpu_%",
    "m" * 251,
    "",
    None,
    "a//b",
    "/a",
    "..",
    "a?",
]
SHORT = {"ids": lambda value: repr(value)[:20]}

NAN = math.nan
POINTS = [
    (1.0, 10, 0),
    (2.0, 10, 0),
    (1.0, 20, 0),
    (1.0, 10, 1),
    (NAN, 10, 0),
    (NAN, 10, 1),
    (-5.0, 30, -1),
    (0.0, 10, 0),
]


def history(pair: Pair, run: str, key: str) -> Any:
    pair.answers("get_run", run)
    return pair.answers("get_metric_history", run, key)["page"]


@pytest.mark.parametrize("value", VALUES, **SHORT)
def test_a_number_is_kept(shared: Pair, value: float) -> None:
    run = shared.run()
    shared.answers("log_metric", run, Metric("m", value, 1, 0))
    shared.answers("log_batch", run, [Metric("b", value, 1, 0), Metric("c", value, 2, 0)], [], [])
    assert all(len(history(shared, run, key)) == 1 for key in "mbc")


@pytest.mark.parametrize("value", [Decimal("0.1"), Fraction(1, 3)], **SHORT)
def test_other_kinds_of_numbers_are_taken_alike(shared: Pair, value: Any) -> None:
    run = shared.run()
    shared.agrees("log_metric", run, Metric("m", value, 1, 0))
    history(shared, run, "m")


@pytest.mark.parametrize("value", NO_VALUES, **SHORT)
def test_what_is_no_number_is_refused(shared: Pair, value: Any) -> None:
    run = shared.run()
    shared.refuses("INVALID_PARAMETER_VALUE", "log_metric", run, Metric("m", value, 1, 0))
    batch = [Metric("good", 1.0, 1, 0), Metric("m", value, 1, 0)]
    shared.refuses("INVALID_PARAMETER_VALUE", "log_batch", run, batch, [], [])
    assert shared.answers("get_run", run)["data"]["metrics"] == {}


@pytest.mark.parametrize("value", NO_JSON, **SHORT)
def test_what_the_judge_cannot_even_name_is_refused_alike(shared: Pair, value: Any) -> None:
    run = shared.run()
    shared.refuses(None, "log_metric", run, Metric("m", value, 1, 0))
    shared.refuses(None, "log_batch", run, [Metric("good", 1.0, 1, 0), Metric("m", value, 1, 0)], [], [])


def test_a_number_too_large_for_a_double_is_refused_alike(shared: Pair) -> None:
    run = shared.run()
    shared.agrees("log_metric", run, Metric("m", 10**400, 1, 0))


@pytest.mark.parametrize("step", STEPS)
def test_steps_may_be_any_long(shared: Pair, step: int) -> None:
    run = shared.run()
    shared.log(run, "m", (1.0, 1, step), (2.0, 1, 0))
    history(shared, run, "m")


@pytest.mark.parametrize("timestamp", TIMES)
def test_times_may_be_any_long_that_is_not_negative(shared: Pair, timestamp: int) -> None:
    run = shared.run()
    shared.log(run, "m", (1.0, timestamp, 0), (2.0, 1, 0))
    history(shared, run, "m")


@pytest.mark.parametrize("timestamp", NO_TIMES, **SHORT)
def test_bad_times_are_refused(shared: Pair, timestamp: Any) -> None:
    run = shared.run()
    shared.refuses("INVALID_PARAMETER_VALUE", "log_metric", run, Metric("m", 1.0, timestamp, 0))
    batch = [Metric("m", 1.0, 1, 0), Metric("m", 1.0, timestamp, 0)]
    shared.refuses("INVALID_PARAMETER_VALUE", "log_batch", run, batch, [], [])


@pytest.mark.parametrize("step", NO_STEPS, **SHORT)
def test_bad_steps_are_refused(shared: Pair, step: Any) -> None:
    run = shared.run()
    shared.refuses("INVALID_PARAMETER_VALUE", "log_metric", run, Metric("m", 1.0, 1, step))
    batch = [Metric("m", 1.0, 1, 0), Metric("m", 1.0, 1, step)]
    shared.refuses("INVALID_PARAMETER_VALUE", "log_batch", run, batch, [], [])


@pytest.mark.parametrize(("timestamp", "step"), [(2**63, 0), (0, 2**63), (0, -(2**63) - 1)])
def test_longs_of_more_than_64_bits_are_refused(shared: Pair, timestamp: int, step: int) -> None:
    run, metric = shared.run(), Metric("m", 1.0, timestamp, step)
    shared.breaks("log_metric", run, metric)
    shared.breaks("log_batch", run, [metric, Metric("m", 1.0, 0, 0)], [], [])


@pytest.mark.parametrize("key", KEYS, **SHORT)
def test_keys_are_taken_alike(shared: Pair, key: Any) -> None:
    run = shared.run()
    shared.agrees("log_metric", run, Metric(key, 1.0, 1, 0))
    shared.agrees("log_batch", run, [Metric("good", 1.0, 1, 0), Metric(key, 2.0, 1, 0)], [], [])
    shared.agrees("get_metric_history", run, key)


@pytest.mark.parametrize(("first", "second"), list(itertools.product(POINTS, POINTS)), **SHORT)
def test_the_latest_point_is_the_judges(shared: Pair, first: Any, second: Any) -> None:
    run = shared.run()
    shared.log(run, "m", first, second)
    shared.answers("log_batch", run, [Metric("b", *first), Metric("b", *second)], [], [])
    history(shared, run, "m")
    history(shared, run, "b")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_nan_counts_as_zero_for_the_latest(shared: Pair, order: tuple[int, ...]) -> None:
    run = shared.run()
    points = [(NAN, 10, 5), (-1.0, 10, 5), (1.0, 10, 5)]
    shared.log(run, "m", *(points[i] for i in order))
    history(shared, run, "m")


@pytest.mark.parametrize("value", [1.0, NAN, math.inf, 0.0])
@pytest.mark.parametrize("how", ["log_metric", "log_batch"])
def test_equal_points_are_one_point(shared: Pair, value: float, how: str) -> None:
    run, metric = shared.run(), Metric("m", value, 1, 0)
    for _ in range(2):
        if how == "log_metric":
            shared.answers("log_metric", run, metric)
        else:
            shared.answers("log_batch", run, [metric, Metric("m", value, 2, 0), metric], [], [])
    assert len(history(shared, run, "m")) == (1 if how == "log_metric" else 2)


@pytest.mark.parametrize(("one", "other"), [(0.0, NAN), (NAN, 0.0), (0.0, -0.0), (1, 1.0)])
def test_points_that_are_stored_alike_are_counted_alike(shared: Pair, one: float, other: float) -> None:
    run = shared.run()
    shared.log(run, "m", (one, 1, 0), (other, 1, 0))
    history(shared, run, "m")
    shared.answers("log_batch", run, [Metric("b", one, 1, 0), Metric("b", other, 1, 0)], [], [])
    history(shared, run, "b")


@pytest.mark.parametrize(("timestamp", "step"), [(1.0, 0), (1, 2.0), (True, True)], **SHORT)
def test_whole_numbers_of_other_types_are_taken_alike(shared: Pair, timestamp: Any, step: Any) -> None:
    run = shared.run()
    shared.agrees("log_metric", run, Metric("m", 1.0, timestamp, step))
    shared.agrees("log_batch", run, [Metric("m", 2.0, timestamp, step)], [], [])
    history(shared, run, "m")
