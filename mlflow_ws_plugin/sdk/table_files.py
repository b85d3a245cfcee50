"""Tables as MLflow keeps them: a JSON file of the run, named in a tag. Read as table metrics, and written from them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

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


def read(history: RunHistory, run_id: str, taken: Sequence[str]) -> list[SeriesCells]:
    """Return the tables that `mlflow.log_table` wrote to a run, as series.

    A table is named as its file, without `.json`; those in Parquet files are files only. Cells that are lists or dicts
    become JSON text.

    Left out is what is not there (a file removed since, or kept on another machine) and what is no table of MLflow's.

    Args:
        history: The workspace's.
        run_id: The run.
        taken: Names of tables that the native record holds itself.

    Raises:
        RunNotFound: No run has this id.
    """
    found: list[SeriesCells] = []
    for file in _listed(history.runs.get(run_id)):
        name = file.removesuffix(_SUFFIX)
        if file.endswith(_SUFFIX) and name not in taken:
            found += _table(name, history, run_id, file)
    return found


def write(history: RunHistory, run_id: str) -> None:
    """Write a run's table metrics as files that `mlflow.load_table("<table>.json")` reads; NaN and infinity as null."""
    names = dict.fromkeys(one.name for one in history.metrics.series(run_id) if one.kind is Kind.TABLE)
    if not names:
        return
    files = {f"{mlflow_key(name)}{_SUFFIX}": _as_json(history.metrics.read(run_id, name)) for name in names}
    history.files.put(run_id, list(files.items()))
    history.runs.revise_tag(run_id, reserved.LOGGED_ARTIFACTS, lambda recorded: _with_tables(recorded, list(files)))


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


def _as_json(columns: list[SeriesCells]) -> bytes:
    cells = {one.series.column: reading.by_step(one) for one in columns}
    steps = sorted({step for column in cells.values() for step in column})
    data = [[_shown(column.get(step)) for column in cells.values()] for step in steps]
    return json.dumps({"columns": list(cells), "data": data}).encode()


def _shown(cell: Cell | None) -> Cell | None:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
