"""Statements on series: their names, and the summaries that searches and run tables read.

The summary of a series that grows point by point is not written with each of them: `behind` says that points may have
come after it. They are few, all behind its last point, and whoever reads such a summary adds them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from mlflow_ws_plugin.records.metric import ColumnType, Kind
from mlflow_ws_plugin.records.names import column_keys
from mlflow_ws_plugin.records.series import Series, SeriesWrite
from mlflow_ws_plugin.records.summary import Summary, extended
from mlflow_ws_plugin.storage import points, runs
from mlflow_ws_plugin.storage.connection import WANTED, Connection, Row

_COLUMNS = (
    "number, mlflow_key, name, column_name, kind, type, description, last_text, count, first_step, last_step, "
    "last_ts, last_value, last_nan, minimum, maximum, dense, in_order, behind"
)
_FIND = f"SELECT {_COLUMNS} FROM series WHERE run = ? AND mlflow_key = ?"
_FIND_MANY = f"{WANTED}SELECT {_COLUMNS} FROM wanted CROSS JOIN series WHERE run = ? AND mlflow_key = it"
_ALL = f"SELECT {_COLUMNS} FROM series WHERE run = ? ORDER BY number"
_NAMED = f"SELECT {_COLUMNS} FROM series WHERE run = ? AND name = ? ORDER BY number"
_OF_TABLE = "FROM series WHERE run = ? AND mlflow_key BETWEEN ? AND ? AND name = ? AND column_name IS NOT NULL"
_COLUMNS_OF = f"SELECT count(*) {_OF_TABLE}"
_LAST_ROW = f"SELECT max(last_step) {_OF_TABLE}"
_WITH_RUN = (
    f"SELECT runs.id, runs.lifecycle, {', '.join(f'series.{name}' for name in _COLUMNS.split(', '))} "
    "FROM runs LEFT JOIN series ON series.run = runs.id AND mlflow_key = ? WHERE run_id = ?"
)
_UPDATE = (
    "UPDATE series SET count = ?, first_step = ?, last_step = ?, last_ts = ?, last_value = ?, last_nan = ?, "
    "minimum = ?, maximum = ?, dense = ?, in_order = ?, behind = ? WHERE run = ? AND mlflow_key = ?"
)
_UPDATE_TEXT = (
    "UPDATE series SET count = count + ?, first_step = min(coalesce(first_step, ?), ?) WHERE run = ? AND mlflow_key = ?"
)
_UPDATE_LAST_TEXT = (
    "UPDATE series SET last_step = ?, last_ts = ?, last_text = ? WHERE run = ? AND mlflow_key = ? "
    "AND (last_step IS NULL OR (last_step, last_ts, last_text) < (?, ?, ?))"
)
_BEHIND = f"SELECT {_COLUMNS} FROM series WHERE run = ? AND behind = 1"
_FEW = 4

STEADY = 2
"""A series that got so many points one at a time is taken for one that goes on so."""

EVERY = 64
"""Once in so many points the summary of a steady series is written."""


def find(tx: Connection, run: int, keys: Sequence[str]) -> dict[str, Series]:
    """Return those of a run's series that have one of these keys, by key."""
    if len(keys) <= _FEW:
        rows = [row for key in keys for row in tx.execute(_FIND, (run, key)).fetchall()]
    else:
        rows = tx.execute(_FIND_MANY, (json.dumps(keys), run)).fetchall()
    return {row[1]: _series(tx, run, row) for row in rows}


def with_run(tx: Connection, run_id: str, keys: Sequence[str]) -> tuple[tuple[int, str] | None, dict[str, Series]]:
    """Return a run's key and lifecycle, or None, and what `find` returns: what every appending asks first."""
    if len(keys) != 1:
        run = runs.lifecycle(tx, run_id)
        return run, find(tx, run[0], keys) if run else {}
    row = tx.execute(_WITH_RUN, (keys[0], run_id)).fetchone()
    if row is None:
        return None, {}
    return row[:2], {} if row[2] is None else {row[3]: _series(tx, row[0], row[2:])}


def all_of(tx: Connection, run: int) -> list[Series]:
    """Return a run's series in the order they began."""
    return [_series(tx, run, row) for row in tx.execute(_ALL, (run,)).fetchall()]


def named(tx: Connection, run: int, name: str) -> list[Series]:
    """Return the series of one metric, a table's columns in the order they began; none where there is none."""
    return [_series(tx, run, row) for row in tx.execute(_NAMED, (run, name)).fetchall()]


def last_row(tx: Connection, run: int, table: str) -> int:
    """Return the greatest row index of a table metric, -1 where it has none."""
    row = tx.execute(_LAST_ROW, (run, *column_keys(table), table)).fetchone()
    return -1 if row[0] is None else int(row[0])


def tables(tx: Connection, run: int, names: Iterable[str]) -> dict[str, int]:
    """Return which of these names are table metrics of a run, and how many columns each has."""
    counts = ((name, tx.execute(_COLUMNS_OF, (run, *column_keys(name), name)).fetchone()[0]) for name in names)
    return {name: count for name, count in counts if count}


def insert(tx: Connection, run: int, writes: Sequence[SeriesWrite]) -> dict[str, Series]:
    """Begin series without points; return them by key."""
    (last,) = tx.execute("SELECT last_series FROM runs WHERE id = ?", (run,)).fetchone()
    tx.execute("UPDATE runs SET last_series = ? WHERE id = ?", (last + len(writes), run))
    begun = [
        Series(number, w.mlflow_key, w.name, w.column, w.kind, w.type, w.description, None, None, None)
        for number, w in enumerate(writes, start=last + 1)
    ]
    tx.executemany(
        "INSERT INTO series (run, number, mlflow_key, name, column_name, kind, type, description) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(run, s.number, s.mlflow_key, s.name, s.column, s.kind.value, s.type.value, s.description) for s in begun],
    )
    return {one.mlflow_key: one for one in begun}


def update(tx: Connection, run: int, changed: Sequence[Series]) -> None:
    """Write the summaries of numeric series, which are exact then."""
    summarise(tx, [(*(one.summary or ()), 0, run, one.mlflow_key) for one in changed])
    for one in changed:
        one.steady = 0


def follow(tx: Connection, run: int, grown: Sequence[tuple[Series, Summary]]) -> None:
    """Give series that got one more point, behind all others, their new summaries; write those that are due.

    The columns of a table count their rows together, by their summaries, which are never behind.
    """
    rows = []
    for one, summary in grown:
        one.summary = summary
        one.steady = steady = 0 if one.column is not None else one.steady + 1
        if steady < STEADY or (steady - STEADY) % EVERY == 0:
            rows.append((*summary, int(steady >= STEADY), run, one.mlflow_key))
    if rows:
        summarise(tx, rows)


def settle(tx: Connection, run: int) -> None:
    """Make the summaries of a run exact."""
    update(tx, run, [_series(tx, run, row) for row in tx.execute(_BEHIND, (run,)).fetchall()])


def summarise(tx: Connection, rows: Sequence[Row]) -> None:
    """Write summaries, each followed by whether it may be behind, and its series' run and MLflow key."""
    if len(rows) == 1:
        tx.execute(_UPDATE, rows[0])
    else:
        tx.executemany(_UPDATE, rows)


def describe(tx: Connection, run: int, one: Series) -> None:
    """Write a series' type and description."""
    tx.execute(
        "UPDATE series SET type = ?, description = ? WHERE run = ? AND mlflow_key = ?",
        (one.type.value, one.description, run, one.mlflow_key),
    )


def update_text(tx: Connection, run: int, key: str, texts: list[tuple[int, int, str]]) -> None:
    """Write the summary of a text series after cells were appended; `texts` is sorted."""
    tx.execute(_UPDATE_TEXT, (len(texts), texts[0][0], texts[0][0], run, key))
    tx.execute(_UPDATE_LAST_TEXT, (*texts[-1], run, key, *texts[-1]))


def update_digits(tx: Connection, run: int, key: str, digits: str) -> None:
    """Write the digits of the latest integer that a double cannot hold."""
    tx.execute("UPDATE series SET last_text = ? WHERE run = ? AND mlflow_key = ?", (digits, run, key))


def _series(tx: Connection, run: int, row: Row) -> Series:
    summary, steady = None, 0
    if row[12] is not None:
        summary = Summary._make(row[8:18])
    if summary is not None and row[18]:
        come_after = points.beyond(tx, run, row[0], summary[2:5])
        summary, steady = extended(summary, come_after) if come_after else summary, STEADY - 1
    kind, type_ = _KINDS[row[4]], _TYPES[row[5]]
    return Series(row[0], row[1], row[2], row[3], kind, type_, row[6], row[7], row[10], summary, steady)


_KINDS = {kind.value: kind for kind in Kind}
_TYPES = {type_.value: type_ for type_ in ColumnType}
