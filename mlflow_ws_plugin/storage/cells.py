"""Statements on cells that are not plain numbers: text, file names, and the digits of very large integers."""

from __future__ import annotations

from mlflow_ws_plugin.storage.connection import Connection

CellRow = tuple[int, int, str]
"""`(step, timestamp_ms, text)`"""


def append(tx: Connection, run: int, series: int, cells: list[CellRow]) -> list[CellRow]:
    """Write cells; return those that were not recorded already."""
    return [
        cell
        for cell in cells
        if tx.execute(
            "INSERT INTO cells (run, series, step, ts, text) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (run, series, *cell),
        ).rowcount
    ]


def of_series(tx: Connection, run: int, series: int) -> list[CellRow]:
    """Return a series' cells by (step, time)."""
    return tx.execute(
        "SELECT step, ts, text FROM cells WHERE run = ? AND series = ? ORDER BY step, ts, text", (run, series)
    ).fetchall()
