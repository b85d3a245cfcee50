"""The summary of a series: what run tables and searches read instead of its points."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

PointRow = tuple[int, int, float, int]
"""One numeric point as stored: `(step, timestamp_ms, value, is_nan)`; a NaN is `(…, 0.0, 1)`."""


class Summary(NamedTuple):
    """What is known of a series without reading its points.

    Attributes:
        size: Points in the series.
        first_step: Smallest step.
        last_step: Step of the latest point, the greatest by (step, timestamp, value).
        last_ts: Its time, milliseconds UTC.
        last_value: Its value, 0.0 where `last_nan`.
        last_nan: 1 when the latest point is NaN.
        minimum: Smallest value; None while all are NaN.
        maximum: Greatest value; None while all are NaN.
        dense: 1 while steps are consecutive, one point each.
        in_order: 1 while time never falls as the step grows.
    """

    size: int
    first_step: int
    last_step: int
    last_ts: int
    last_value: float
    last_nan: int
    minimum: float | None
    maximum: float | None
    dense: int
    in_order: int


def began(row: PointRow) -> Summary:
    """Return the summary of a series of one point."""
    step, ts, value, is_nan = row
    number = None if is_nan else value
    return Summary(1, step, step, ts, value, is_nan, number, number, 1, 1)


def grown(old: Summary, row: PointRow) -> Summary:
    """Return the summary after one more point, which is not yet in the series."""
    step, ts, value, is_nan = row
    count, first_step, last_step, last_ts, last_value, last_nan, minimum, maximum, dense, in_order = old
    if not is_nan:
        minimum = value if minimum is None or value < minimum else minimum
        maximum = value if maximum is None or value > maximum else maximum
    if step <= last_step:
        dense = 0
        in_order = in_order if step == last_step and ts >= last_ts else 0
        if (step, ts, value) <= (last_step, last_ts, last_value):
            first_step = min(first_step, step)
            return Summary(
                count + 1, first_step, last_step, last_ts, last_value, last_nan, minimum, maximum, 0, in_order
            )
    else:
        dense = dense if step == last_step + 1 else 0
        in_order = in_order if ts >= last_ts else 0
    return Summary(count + 1, first_step, step, ts, value, is_nan, minimum, maximum, dense, in_order)


def extended(old: Summary | None, rows: list[PointRow]) -> Summary:
    """Return the summary after more points, none of which is in the series yet.

    Args:
        old: The summary so far; None for a series that begins.
        rows: One or more, sorted by step, time and value; of rows that are equal in these the first is the latest.
    """
    if old is None:
        return began(rows[0]) if len(rows) == 1 else extended(began(rows[0]), rows[1:])
    if len(rows) == 1:
        return grown(old, rows[0])
    numbers = [row[2] for row in rows if not row[3]]
    if old.minimum is not None and old.maximum is not None:
        numbers += [old.minimum, old.maximum]
    first, last = rows[0], rows[-1]
    if rows[-2][:3] == last[:3]:
        last = rows[-2]
    follows = first[0] >= old.last_step and first[1] >= old.last_ts
    latest = last if last[:3] > old[2:5] else (old.last_step, old.last_ts, old.last_value, old.last_nan)
    return Summary(
        old.size + len(rows),
        min(old.first_step, first[0]),
        *latest,
        min(numbers, default=None),
        max(numbers, default=None),
        int(bool(old.dense) and first[0] == old.last_step + 1 and all(b[0] - a[0] == 1 for a, b in pairwise(rows))),
        int(bool(old.in_order) and follows and all(b[1] >= a[1] for a, b in pairwise(rows))),
    )
