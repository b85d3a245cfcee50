"""Statements on series: their names, and the summaries that searches and run tables read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mlflow_ws_plugin.records.metric import ColumnType, Kind
from mlflow_ws_plugin.records.series import Series, SeriesWrite
from mlflow_ws_plugin.records.summary import Summary
from mlflow_ws_plugin.storage.connection import WANTED, Connection, Row

_COLUMNS = (
    "number, mlflow_key, name, column_name, kind, type, description, last_text, count, first_step, last_step, "
    "last_ts, last_value, last_nan, minimum, maximum, dense, in_order"
)
_FIND = f"SELECT {_COLUMNS} FROM series WHERE run = ? AND mlflow_key = ?"
_FIND_MANY = f"{WANTED}SELECT {_COLUMNS} FROM wanted JOIN series ON run = ? AND mlflow_key = it"
_ALL = f"SELECT {_COLUMNS} FROM series WHERE run = ? ORDER BY number"
_UPDATE = (
    "UPDATE series SET type = ?, description = ?, count = ?, first_step = ?, last_step = ?, last_ts = ?, "
    "last_value = ?, last_nan = ?, minimum = ?, maximum = ?, dense = ?, in_order = ? WHERE run = ? AND number = ?"
)
_UPDATE_TEXT = (
    "UPDATE series SET description = ?, count = count + ?, first_step = min(coalesce(first_step, ?), ?), "
    "last_step = ?, last_ts = ?, last_text = ? WHERE run = ? AND number = ?"
)
_FEW = 4


def find(tx: Connection, run: int, keys: Sequence[str]) -> dict[str, Series]:
    """Return those of a run's series that have one of these keys, by key."""
    if len(keys) <= _FEW:
        rows = [row for key in keys for row in tx.execute(_FIND, (run, key)).fetchall()]
    else:
        rows = tx.execute(_FIND_MANY, (json.dumps(keys), run)).fetchall()
    return {row[1]: _series(row) for row in rows}


def all_of(tx: Connection, run: int) -> list[Series]:
    """Return a run's series in the order they began."""
    return [_series(row) for row in tx.execute(_ALL, (run,))]


def last_row(tx: Connection, run: int, table: str) -> int:
    """Return the greatest row index of a table metric, -1 where it has none."""
    row = tx.execute(
        "SELECT max(last_step) FROM series WHERE run = ? AND name = ? AND column_name IS NOT NULL", (run, table)
    ).fetchone()
    return -1 if row[0] is None else int(row[0])


def tables(tx: Connection, run: int) -> dict[str, int]:
    """Return a run's table metrics and how many columns each has."""
    return dict(
        tx.execute(
            "SELECT name, count(*) FROM series WHERE run = ? AND column_name IS NOT NULL GROUP BY name", (run,)
        ).fetchall()
    )


def insert(tx: Connection, run: int, writes: Sequence[SeriesWrite]) -> dict[str, int]:
    """Begin series without points; return their numbers by key."""
    row = tx.execute("SELECT coalesce(max(number), 0) FROM series WHERE run = ?", (run,)).fetchone()
    numbers = {write.mlflow_key: number for number, write in enumerate(writes, start=row[0] + 1)}
    tx.executemany(
        "INSERT INTO series (run, number, mlflow_key, name, column_name, kind, type, description) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (run, numbers[w.mlflow_key], w.mlflow_key, w.name, w.column, w.kind.value, w.type.value, w.description)
            for w in writes
        ],
    )
    return numbers


def update(tx: Connection, run: int, rows: Sequence[tuple[int, str, str, Summary]]) -> None:
    """Write series' `(number, type, description, summary)`."""
    tx.executemany(
        _UPDATE, [(type_, description, *summary, run, number) for number, type_, description, summary in rows]
    )


def update_text(tx: Connection, run: int, number: int, description: str, texts: list[tuple[int, int, str]]) -> None:
    """Write the summary of a text series after cells were appended; `texts` is sorted."""
    step, ts, text = texts[-1]
    first = texts[0][0]
    tx.execute(_UPDATE_TEXT, (description, len(texts), first, first, step, ts, text, run, number))


def update_digits(tx: Connection, run: int, number: int, digits: str) -> None:
    """Write the digits of the latest integer that a double cannot hold."""
    tx.execute("UPDATE series SET last_text = ? WHERE run = ? AND number = ?", (digits, run, number))


def _series(row: Row) -> Series:
    summary = None if row[12] is None else Summary(*row[8:])
    return Series(row[0], row[1], row[2], row[3], _KINDS[row[4]], _TYPES[row[5]], row[6], row[7], row[10], summary)


_KINDS = {kind.value: kind for kind in Kind}
_TYPES = {type_.value: type_ for type_ in ColumnType}
