"""Statements on points: appending them and reading them in order. The hot path: the raw driver, no values between."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from mlflow_ws_plugin.records.series import Series
from mlflow_ws_plugin.records.summary import PointRow, Summary, extended, grown
from mlflow_ws_plugin.storage.connection import Connection

StoredPoint = tuple[int, int, int, int, float, int]
"""A point as a row: `(run, series, step, timestamp_ms, value, is_nan)`."""

_INSERT = "INSERT INTO points (run, series, step, ts, value, is_nan) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"

_PAGE = "SELECT step, ts, value, is_nan FROM points WHERE run = ? AND series = ?"
_BY_STEP = " ORDER BY step, ts, value, is_nan LIMIT ?"
_BY_TIME = " ORDER BY ts, step, value, is_nan LIMIT ?"
_AFTER_STEP = " AND (step, ts, value, is_nan) > (?, ?, ?, ?)"
_BEYOND = " AND (step, ts, value) > (?, ?, ?)"
_FROM_THE_END = " ORDER BY step DESC, ts DESC, value DESC, is_nan DESC LIMIT 1"
_AFTER_TIME = " AND (ts, step, value, is_nan) > (?, ?, ?, ?)"

EVERYTHING = -1
"""A page size without a limit."""


_PLACE = itemgetter(0, 1, 2)
"""Step, time and value: a NaN and a zero may share them, and then the one that came first is the latest."""


def insert(tx: Connection, rows: Sequence[StoredPoint]) -> None:
    """Write points that are not in their series."""
    if len(rows) == 1:
        tx.execute(_INSERT, rows[0])
    elif rows:
        tx.executemany(_INSERT, rows)


def append(tx: Connection, run: int, appended: Sequence[tuple[Series, list[PointRow]]]) -> list[Series]:
    """Write points; return those series that got any, with their new summaries, of the rows really inserted.

    A point equal to a recorded one in step, time and value is that point, and is not written again.

    Args:
        tx: A writing transaction.
        run: The run's key.
        appended: Series, each once, and their points.
    """
    changed: list[Series] = []
    follow: list[StoredPoint] = []
    for one, rows in appended:
        number, old = one.number, one.summary
        if len(rows) > 1:
            rows = sorted(dict.fromkeys(rows), key=_PLACE)
        if old is None or rows[0][:3] > old[2:5]:
            one.summary = grown(old, rows[0]) if old is not None and len(rows) == 1 else extended(old, rows)
            follow += [(run, number, step, ts, value, is_nan) for step, ts, value, is_nan in rows]
        else:
            one.summary = _append_late(tx, run, number, old, rows)
        if one.summary is not old:
            changed.append(one)
    insert(tx, follow)
    return changed


def _append_late(tx: Connection, run: int, number: int, old: Summary, rows: list[PointRow]) -> Summary:
    """Write points that may be in the series already, one by one."""
    summary = old
    for row in rows:
        if tx.execute(_INSERT, (run, number, *row)).rowcount:
            summary = grown(summary, row)
    return summary


def by_time(
    tx: Connection, run: int, series: int, in_order: bool, limit: int = EVERYTHING, after: PointRow | None = None
) -> list[PointRow]:
    """Return a page of a series ordered by (time, step, value).

    Where time never falls as the step grows that is the order on disk, and a page is one seek; elsewhere it is a sort.

    Args:
        tx: A transaction.
        run: The run's key.
        series: The series' number.
        in_order: What its summary says.
        limit: Points at most.
        after: The last point of the page before.
    """
    if in_order:
        return by_step(tx, run, series, limit, after)
    if after is None:
        return tx.execute(_PAGE + _BY_TIME, (run, series, limit)).fetchall()
    step, ts, value, is_nan = after
    return tx.execute(_PAGE + _AFTER_TIME + _BY_TIME, (run, series, ts, step, value, is_nan, limit)).fetchall()


def by_step(
    tx: Connection, run: int, series: int, limit: int = EVERYTHING, after: PointRow | None = None
) -> list[PointRow]:
    """Return a page of a series ordered by (step, time, value), the order on disk."""
    if after is None:
        return tx.execute(_PAGE + _BY_STEP, (run, series, limit)).fetchall()
    return tx.execute(_PAGE + _AFTER_STEP + _BY_STEP, (run, series, *after, limit)).fetchall()


def beyond(tx: Connection, run: int, series: int, place: tuple[int, int, float]) -> list[PointRow]:
    """Return the points behind a step, time and value, by (step, time, value)."""
    return tx.execute(_PAGE + _BEYOND + _BY_STEP, (run, series, *place, EVERYTHING)).fetchall()


def last(tx: Connection, run: int, series: int) -> PointRow:
    """Return the latest point of a series that is not empty."""
    row: PointRow = tx.execute(_PAGE + _FROM_THE_END, (run, series)).fetchone()
    return row


def at_steps(tx: Connection, run: int, series: int, steps: Sequence[int], limit: int) -> list[PointRow]:
    """Return the points at some steps, ordered by (step, time, value)."""
    found: list[PointRow] = []
    for step in sorted(set(steps)):
        if len(found) >= limit:
            break
        found += tx.execute(_PAGE + " AND step = ?" + _BY_STEP, (run, series, step, limit - len(found))).fetchall()
    return found
