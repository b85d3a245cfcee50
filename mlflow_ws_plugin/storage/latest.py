"""The latest point of a run's series, read from their summaries: what run tables and searches show of metrics."""

from __future__ import annotations

from mlflow_ws_plugin.records.run import LatestRow
from mlflow_ws_plugin.storage import points
from mlflow_ws_plugin.storage.connection import Connection, Row

COLUMNS = "run, number, behind, mlflow_key, last_value, last_nan, last_ts, last_step"
_OF_RUN = f"SELECT {COLUMNS} FROM series WHERE run = ? AND last_value IS NOT NULL ORDER BY mlflow_key"


def of_run(tx: Connection, run: int) -> list[LatestRow]:
    """Return the latest point of each of a run's numeric series, by MLflow key."""
    return [of_row(tx, row) for row in tx.execute(_OF_RUN, (run,)).fetchall()]


def of_row(tx: Connection, row: Row) -> LatestRow:
    """Return the latest point from a row of `COLUMNS`, and from the points where their summary may be behind."""
    run, number, behind, key, value, is_nan, ts, step = row
    if behind:
        step, ts, value, is_nan = points.last(tx, run, number)
    return key, value, is_nan, ts, step
