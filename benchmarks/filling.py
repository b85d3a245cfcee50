"""Putting many points into a place quickly, so that reading them can be measured.

This store is filled through `log_batch`. MLflow's own would take minutes that way: its SQL store's rows are inserted
into its tables, and its file store's lines are appended to its files, both as its own code writes them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from mlflow.entities import Metric

from benchmarks.targets import FILE, MLWS, SQLITE, Site

Point = tuple[str, int, int, float]
"""Key, step, time in ms, value."""

_BATCH = 1000
_METRICS = "INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, 0, ?)"
_LATEST = "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, 0, ?)"


def fill(site: Site, points: Iterable[Point]) -> str:
    """Begin a run, give it points in ascending order, and return its id."""
    run = site.new_run()
    _FILL[site.target.name](site, run, points)
    return str(run.info.run_id)


def database(site: Site) -> sqlite3.Connection:
    """Return a connection to the database of MLflow's SQL store."""
    connection = sqlite3.connect(site.folder / "mlflow.db")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def _through_store(site: Site, run: Any, points: Iterable[Point]) -> None:
    store, run_id, rest = site.store, run.info.run_id, iter(points)
    while batch := [Metric(key, value, ts, step) for key, step, ts, value in islice(rest, _BATCH)]:
        store.log_batch(run_id, batch, [], [])


def _into_tables(site: Site, run: Any, points: Iterable[Point]) -> None:
    run_id = run.info.run_id
    rows = [(key, value, ts, step, run_id) for key, step, ts, value in points]
    connection = database(site)
    with connection:
        connection.executemany(_METRICS, rows)
        connection.executemany(_LATEST, {row[0]: row for row in rows}.values())
    connection.close()


def _into_files(site: Site, run: Any, points: Iterable[Point]) -> None:
    lines: dict[str, list[str]] = {}
    for key, step, ts, value in points:
        lines.setdefault(key, []).append(f"{ts} {value} {step}\n")
    metrics = site.folder / "mlruns" / run.info.experiment_id / run.info.run_id / "metrics"
    metrics.mkdir(exist_ok=True)
    for key, of_key in lines.items():
        (metrics / key).write_text("".join(of_key), encoding="utf-8")


_FILL: dict[str, Callable[[Site, Any, Iterable[Point]], None]] = {
    MLWS.name: _through_store,
    SQLITE.name: _into_tables,
    FILE.name: _into_files,
}
