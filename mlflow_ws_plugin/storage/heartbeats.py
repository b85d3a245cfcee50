"""Statements on heartbeats: when the process of a run was last seen alive."""

from __future__ import annotations

from collections.abc import Iterable

from mlflow_ws_plugin.storage import latest
from mlflow_ws_plugin.storage.connection import Connection

_BEAT = (
    "UPDATE runs SET heartbeat_ms = ? WHERE run_id = ? AND lifecycle = 'active' "
    "AND state NOT IN ('Completed', 'Failed', 'Canceled')"
)


def beat(tx: Connection, run_ids: Iterable[str], now_ms: int) -> None:
    """Write that the processes of runs were alive at a time; runs that have ended are left alone."""
    tx.executemany(_BEAT, [(now_ms, run_id) for run_id in run_ids])


def forget(tx: Connection, run: int) -> None:
    """Write that nobody watches a run any more."""
    tx.execute("UPDATE runs SET heartbeat_ms = NULL WHERE id = ?", (run,))


def newest_point_ms(tx: Connection, run: int) -> int:
    """Return the time of a run's newest number, among the last of each series; 0 where it has none."""
    return max((ts for _, _, _, ts, _ in latest.of_run(tx, run)), default=0)
