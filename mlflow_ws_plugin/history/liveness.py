"""Whether the process of a run is still there: heartbeats, and what it means when they stop.

A run that goes on shows as `NotResponding` when neither a heartbeat nor a number came for four intervals. That is
decided whenever somebody reads the run, and never stored: with the next heartbeat or number it is `Running` again.
A run nobody ever beat for, such as one begun through MLflow, never shows it.
"""

from __future__ import annotations

from collections.abc import Iterable

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.errors import WorkspaceUnusable
from mlflow_ws_plugin.history.clock import now_ms
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.run import RunInfo
from mlflow_ws_plugin.storage import filesystem, heartbeats
from mlflow_ws_plugin.storage.connection import Connection
from mlflow_ws_plugin.storage.sqlite import Database

WATCHED = (State.RUNNING, State.FINALIZING)
"""The states in which a run is expected to be heard of."""

MISSED = 4
"""Intervals without a heartbeat after which a run does not respond."""


class Liveness:
    """The heartbeats of a workspace's runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, run_ids: Iterable[str]) -> None:
        """Write that this process, which works for these runs, is alive; runs that are gone or over are left alone.

        Raises:
            StorageError: It cannot be written, or was removed.
        """
        if not filesystem.exists(self._database.path):
            raise WorkspaceUnusable(f"{self._database.path} was removed.", "Put it back, or begin a new run.")
        with self._database.write() as tx:
            heartbeats.beat(tx, run_ids, now_ms())


def silent_since_ms() -> int:
    """Return the time since which a run must have been heard of; 0 where the setting turns heartbeats off."""
    interval_s = settings.HEARTBEAT_INTERVAL.seconds()
    return now_ms() - int(1000 * MISSED * interval_s) if interval_s else 0


def seen(tx: Connection, info: RunInfo) -> RunInfo:
    """Return a run as its readers see it: in the state `NotResponding` where its process is not heard of."""
    return info._replace(state=State.NOT_RESPONDING) if is_silent(tx, info) else info


def is_silent(tx: Connection, info: RunInfo) -> bool:
    """Tell whether a run that goes on is not heard of."""
    if info.heartbeat_ms is None or info.state not in WATCHED:
        return False
    limit_ms = silent_since_ms()
    return info.heartbeat_ms < limit_ms and heartbeats.newest_point_ms(tx, info.key) < limit_ms
