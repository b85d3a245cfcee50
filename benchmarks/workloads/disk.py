"""Bytes on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from benchmarks import targets
from benchmarks.figures import BYTES, Figure, Row
from benchmarks.filling import Point, fill
from benchmarks.plan import Plan
from benchmarks.targets import Site

BYTES_A_POINT = "bytes a point, 20 series written at once"
_SERIES = 20
_NOW_MS = 1_700_000_000_000


def run(plan: Plan) -> Iterator[Row]:
    """Measure what files grow by when a run is filled, its log written back."""
    steps = plan.size(50_000, 5_000)
    sites = [plan.site(target) for target in targets.KEEPING]
    figures = {
        site.target.name: Figure(_growth(site, steps) / (steps * _SERIES), None, steps * _SERIES) for site in sites
    }
    yield Row(BYTES_A_POINT, BYTES, figures)


def _growth(site: Site, steps: int) -> int:
    site.new_run()
    before = _size(site.folder)
    fill(site, _points(steps))
    return _size(site.folder) - before


def _size(folder: Path) -> int:
    for database in folder.glob("*.db"):
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _points(steps: int) -> Iterator[Point]:
    return (
        (f"layer{key}_loss", step, _NOW_MS + 10 * step, key + 1 / (step + 1))
        for step in range(steps)
        for key in range(_SERIES)
    )
