"""Tables as MLflow keeps them: a JSON file of the run, named in a tag. Read as table metrics, and written from them."""

from __future__ import annotations

import json
import math
from functools import partial
from typing import Any

from mlflow_ws_plugin import announcement
from mlflow_ws_plugin.errors import RunFileNotFound, StorageError
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.records import reserved
from mlflow_ws_plugin.records.metric import Cell, Kind
from mlflow_ws_plugin.records.names import mlflow_key
from mlflow_ws_plugin.records.run import RunRecord
from mlflow_ws_plugin.records.series import Series, SeriesCells, SeriesWrite
from mlflow_ws_plugin.sdk import reading, writes

_SUFFIX = ".json"
_TABLE = "table"

_not_shown: set[tuple[str, str]] = set()
"""Runs and tables of which that was said."""

_Table = dict[str, list[Any]]
"""`columns` and `data`, the rows: what is in such a file."""


def read(history: RunHistory, run_id: str) -> list[SeriesCells]:
    """Return the tables that `mlflow.log_table` wrote to a run, as series.

    A table is named as its file, without `.json`; those in Parquet files are files only. Cells that are lists or dicts
    become JSON text.

    Left out is what the native record holds itself, what is not there (a file removed since, or kept on another
    machine) and what is no table of MLflow's.

    Raises:
        RunNotFound: No run has this id.
    """
    listed = [file for file in _listed(history.runs.get(run_id)) if file.endswith(_SUFFIX)]
    if not listed:
        return []
    natives = {one.name for one in history.metrics.series(run_id)}
    taken = natives | {mlflow_key(name) for name in natives}
    found: list[SeriesCells] = []
    for file in listed:
        name = file.removesuffix(_SUFFIX)
        if name not in taken:
            found += _table(name, history, run_id, file)
    return found


def write(history: RunHistory, run_id: str) -> None:
    """Write a run's table metrics as files that `mlflow.load_table("<table>.json")` reads; NaN and infinity as null.

    Where somebody else wrote a file of that name, it stays, and the table is said not to be shown, once.
    """
    names = dict.fromkeys(one.name for one in history.metrics.series(run_id) if one.kind is Kind.TABLE)
    files: dict[str, bytes] = {}
    for name in names:
        file, table = f"{mlflow_key(name)}{_SUFFIX}", _shown_table(history.metrics.read(run_id, name))
        if _may_be_replaced(history, run_id, file, table):
            files[file] = json.dumps(table).encode()
        elif (run_id, name) not in _not_shown:
            _not_shown.add((run_id, name))
            announcement.problem(f"Table {name!r} of run {run_id} is not shown to MLflow: {file!r} is another file.")
    if files:
        history.files.put(run_id, list(files.items()))
        revise = partial(_with_tables, files=list(files))
        history.runs.revise_tag(run_id, reserved.LOGGED_ARTIFACTS, revise)


def _may_be_replaced(history: RunHistory, run_id: str, file: str, table: _Table) -> bool:
    """Tell whether there is no such file, or one with the beginning of this table: what was written here before."""
    if not history.files.place(run_id, file).is_file():
        return True
    try:
        there = json.loads(history.files.read(run_id, file))
        columns, rows = there["columns"], there["data"]
        width, length = len(columns), len(rows)
        return bool(columns == table["columns"][:width] and rows == [row[:width] for row in table["data"][:length]])
    except (ValueError, TypeError, KeyError):
        return False


def _listed(record: RunRecord) -> list[str]:
    """Return the files that the run's tag calls tables; whoever wrote something else into it meant no table."""
    try:
        listed = json.loads(record.tags.get(reserved.LOGGED_ARTIFACTS, "[]"))
        return [one["path"] for one in listed if one.get("type") == _TABLE]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def _with_tables(recorded: str | None, files: list[str]) -> str:
    listed = json.loads(recorded or "[]")
    wanted = [{"path": file, "type": _TABLE} for file in files]
    return json.dumps(listed + [one for one in wanted if one not in listed])


def _table(name: str, history: RunHistory, run_id: str, file: str) -> list[SeriesCells]:
    try:
        content = json.loads(history.files.read(run_id, file))
        columns = {
            str(column): [_cell(row[place]) for row in content["data"]]
            for place, column in enumerate(content["columns"])
        }
        return [_series(write) for write in writes.table(name, columns, "")] if columns else []
    except (RunFileNotFound, StorageError, ValueError, TypeError, KeyError, IndexError):
        return []


def _cell(value: object) -> Cell | None:
    return value if value is None or isinstance(value, bool | int | float | str) else json.dumps(value)


def _series(write: SeriesWrite) -> SeriesCells:
    one = Series(0, write.mlflow_key, write.name, write.column, write.kind, write.type, "", None, None, None)
    return SeriesCells(one, write.points, list(write.texts))


def _shown_table(columns: list[SeriesCells]) -> _Table:
    cells = {one.series.column: reading.by_step(one) for one in columns}
    steps = sorted({step for column in cells.values() for step in column})
    return {
        "columns": list(cells),
        "data": [[_shown(column.get(step)) for column in cells.values()] for step in steps],
    }


def _shown(cell: Cell | None) -> Cell | None:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
