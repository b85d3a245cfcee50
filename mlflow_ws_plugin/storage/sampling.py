"""Even samples of a series, without loading it: the points MLflow's own SQL sampling gives."""

from __future__ import annotations

from itertools import pairwise

from mlflow_ws_plugin.records.summary import PointRow, Summary
from mlflow_ws_plugin.storage.connection import Connection

_RANGE = "FROM points WHERE run = ? AND series = ? AND step BETWEEN ? AND ?"
_COLUMNS = "SELECT step, ts, value, is_nan "
_ORDER = " ORDER BY step, ts, value, is_nan"
_LAST = " ORDER BY step DESC, ts DESC, value DESC, is_nan DESC LIMIT 1"
_NEXT = " AND (step, ts, value, is_nan) > (?, ?, ?, ?)" + _ORDER + " LIMIT 1 OFFSET ?"


def sample(
    tx: Connection, run: int, series: int, summary: Summary, most: int, steps: tuple[int, int] | None
) -> list[PointRow]:
    """Return at most `most` points, evenly spread over the ranks of a series, the last one always among them.

    They are the first point of each of `most` equal buckets, as SQL's NTILE cuts them. A series of consecutive steps
    is read at computed places; others are walked in the database, bucket by bucket.

    Args:
        tx: A transaction.
        run: The run's key.
        series: The series' number.
        summary: What is known of the series.
        most: Points at most, one or more.
        steps: Only points from the first to the second step, both included.
    """
    low, high = steps or (summary.first_step, summary.last_step)
    if summary.dense:
        low, high = max(low, summary.first_step), min(high, summary.last_step)
        count = max(0, high - low + 1)
    else:
        count = tx.execute(f"SELECT count(*) {_RANGE}", (run, series, low, high)).fetchone()[0]
    if not count:
        return []
    ranks = bucket_starts(count, most)
    place = (run, series, low, high)
    found = _at_steps(tx, place, ranks) if summary.dense else _walk(tx, place, ranks)
    return _with_last(found, tx.execute(_COLUMNS + _RANGE + _LAST, place).fetchone(), most)


def bucket_starts(count: int, buckets: int) -> list[int]:
    """Return the rank of the first row of each bucket, as SQL's NTILE divides `count` rows."""
    buckets = min(count, buckets)
    size, larger = divmod(count, buckets)
    return [index * size + min(index, larger) for index in range(buckets)]


def _at_steps(tx: Connection, place: tuple[int, int, int, int], ranks: list[int]) -> list[PointRow]:
    run, series, low, _ = place
    one = _COLUMNS + "FROM points WHERE run = ? AND series = ? AND step = ?"
    return [tx.execute(one, (run, series, low + rank)).fetchone() for rank in ranks]


def _walk(tx: Connection, place: tuple[int, int, int, int], ranks: list[int]) -> list[PointRow]:
    run, series, _, high = place
    found = [tx.execute(_COLUMNS + _RANGE + _ORDER + " LIMIT 1", place).fetchone()]
    for before, rank in pairwise(ranks):
        found.append(
            tx.execute(
                _COLUMNS + _RANGE + _NEXT, (run, series, found[-1][0], high, *found[-1], rank - before - 1)
            ).fetchone()
        )
    return found


def _with_last(found: list[PointRow], last: PointRow, most: int) -> list[PointRow]:
    if found[-1] == last:
        return found
    return [*found[: most - 1], last]
