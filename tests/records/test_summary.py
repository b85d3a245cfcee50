"""Summaries of series agree with what they summarise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow_ws_plugin.records.summary import PointRow, Summary, began, extended, grown

VALUES = st.one_of(st.just((0.0, 1)), st.floats(allow_nan=False, width=32).map(lambda value: (value, 0)))
POINTS = st.tuples(st.integers(-3, 6), st.integers(0, 5), VALUES).map(lambda p: (p[0], p[1], *p[2]))
SERIES = st.sets(POINTS, min_size=1, max_size=12)


def from_scratch(points: set[PointRow]) -> Summary:
    """Return the summary as it is defined."""
    rows = sorted(points)
    numbers = [row[2] for row in rows if not row[3]]
    steps = [row[0] for row in rows]
    times = [row[1] for row in rows]
    last = max(rows, key=lambda row: row[:3])
    return Summary(
        size=len(rows),
        first_step=min(steps),
        last_step=last[0],
        last_ts=last[1],
        last_value=last[2],
        last_nan=last[3],
        minimum=min(numbers, default=None),
        maximum=max(numbers, default=None),
        dense=int(steps == list(range(steps[0], steps[0] + len(rows)))),
        in_order=int(times == sorted(times)),
    )


def claims_no_more(claimed: Summary, true: Summary) -> bool:
    """A summary may miss that a series is dense or in order, but never claim it wrongly."""
    return claimed[:8] == true[:8] and claimed.dense <= true.dense and claimed.in_order <= true.in_order


def tied(points: set[PointRow]) -> bool:
    """Two points that differ only in being NaN or 0.0: either may be the latest."""
    return len({row[:3] for row in points}) < len(points)


@given(st.lists(POINTS, min_size=1, max_size=12, unique=True))
def test_a_summary_grown_point_by_point_is_right(points: list[PointRow]) -> None:
    summary = began(points[0])
    for point in points[1:]:
        summary = grown(summary, point)
    if not tied(set(points)):
        assert claims_no_more(summary, from_scratch(set(points)))


@given(SERIES, SERIES)
def test_a_summary_extended_by_a_batch_is_right(first: set[PointRow], second: set[PointRow]) -> None:
    second = second - first
    summary = extended(None, sorted(first))
    if second:
        summary = extended(summary, sorted(second))
    if not tied(first | second):
        assert claims_no_more(summary, from_scratch(first | second))


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_consecutive_steps_are_known_to_be_dense_and_in_order(batch: int) -> None:
    points: list[PointRow] = [(step, 1000 + step, 0.5, 0) for step in range(20)]
    summary = None
    for start in range(0, 20, batch):
        summary = extended(summary, points[start : start + batch])
    assert summary is not None
    assert (summary.dense, summary.in_order, summary.size) == (1, 1, 20)
