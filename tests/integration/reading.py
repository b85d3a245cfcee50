"""What is in a workspace, and whether its database is sound."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from mlflow import MlflowClient


def values(client: MlflowClient, run_id: str, key: str) -> dict[int, float]:
    return {metric.step: metric.value for metric in client.get_metric_history(run_id, key)}


def integrity(workspace_dir: Path) -> str:
    with contextlib.closing(sqlite3.connect(workspace_dir / "workspace.db")) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
