"""Listings of runs: an experiment's, and those below a run. Searches with MLflow's grammar are in `run_search`."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_ws_plugin.records.run import RunInfo
from mlflow_ws_plugin.records.selection import Selection
from mlflow_ws_plugin.storage import runs
from mlflow_ws_plugin.storage.connection import Connection

_TOP_OF_EXPERIMENT = "experiment = ? AND parent IS NULL"
_OF_EXPERIMENT = "experiment = ?"
_CHILDREN = "parent = ?"
_BELOW = (
    "run_id IN (WITH RECURSIVE below (it) AS (SELECT run_id FROM runs WHERE parent = ?1 AND lifecycle = 'active' "
    "UNION SELECT run_id FROM below CROSS JOIN runs WHERE parent = it AND lifecycle = 'active') SELECT it FROM below) "
    "AND run_id <> ?1"
)
"""A tag set through MLflow may make a run its own ancestor; UNION ends there."""
_NEWEST_FIRST = "ORDER BY start_ms DESC, number DESC"


def of_experiment(tx: Connection, experiment: int, wanted: Selection, *, with_children: bool) -> list[RunInfo]:
    """Return runs of an experiment that are not in the bin, newest first. Their state is not looked at."""
    return _listed(tx, _OF_EXPERIMENT if with_children else _TOP_OF_EXPERIMENT, experiment, wanted)


def below(tx: Connection, run_id: str, wanted: Selection, *, recursive: bool) -> list[RunInfo]:
    """Return children of a run, or all runs below it, as `of_experiment` does."""
    return _listed(tx, _BELOW if recursive else _CHILDREN, run_id, wanted)


def _listed(tx: Connection, scope: str, owner: int | str, wanted: Selection) -> list[RunInfo]:
    conditions: list[tuple[str, tuple[int | str, ...]]] = [(scope, (owner,)), ("lifecycle = 'active'", ())]
    if wanted.type is not None:
        conditions.append(("type = ?", (wanted.type,)))
    conditions += _with_notes("tags", wanted.tags) + _with_notes("properties", wanted.properties)
    text = " AND ".join(condition for condition, _ in conditions)
    values = [value for _, given in conditions for value in given]
    rows = tx.execute(f"SELECT {runs.COLUMNS} FROM runs WHERE {text} {_NEWEST_FIRST}", values)
    return [runs.info(row) for row in rows]


def _with_notes(table: str, wanted: Mapping[str, str | None]) -> list[tuple[str, tuple[str, ...]]]:
    mine = f"EXISTS (SELECT 1 FROM {table} WHERE run = runs.id AND key = ?"
    return [
        (f"{mine})", (key,)) if value is None else (f"{mine} AND value = ?)", (key, value))
        for key, value in wanted.items()
    ]
