"""A tracking store that writes points by bare `sqlite3` and checks nothing: the floor of one transaction a call.

Importing it registers `bare:`. It knows no runs, no keys, no summaries; nothing it has written can be read back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlflow.entities import Metric
from mlflow.tracking._tracking_service.utils import _tracking_store_registry

from benchmarks.empty_store import EmptyStore

_TABLE = (
    "CREATE TABLE points (run INTEGER, series INTEGER, step BIGINT, ts BIGINT, value DOUBLE, is_nan SMALLINT, "
    "PRIMARY KEY (run, series, step, ts, value, is_nan)) WITHOUT ROWID"
)
_INSERT = "INSERT INTO points VALUES (1, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING"


class BareStore(EmptyStore):
    """One transaction a call, in the layout of our own points."""

    def __init__(self, store_uri: str, *_: Any, **__: Any) -> None:
        super().__init__()
        self._connection = sqlite3.connect(
            Path(store_uri.removeprefix("bare://")) / "points.db", isolation_level=None, check_same_thread=False
        )
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", _TABLE):
            self._connection.execute(statement)

    def log_metric(self, run_id: str, metric: Metric) -> None:
        """Write one point."""
        self.log_batch(run_id, [metric])

    def log_batch(self, run_id: str, metrics: Sequence[Metric], *_: Any, **__: Any) -> None:  # noqa: ARG002
        """Write points, and nothing else."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            _INSERT, [(series, metric.step, metric.timestamp, metric.value) for series, metric in enumerate(metrics)]
        )
        self._connection.execute("COMMIT")


_tracking_store_registry.register("bare", BareStore)
