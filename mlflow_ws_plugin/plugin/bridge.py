"""What the SDK asks of MLflow. It loads this module by name, when it is called for, and MLflow with it.

What it asks of MLflow's registry is in `plugin.model_bridge`.
"""

from __future__ import annotations

from pathlib import Path

import mlflow
from mlflow.tracking._tracking_service.utils import _get_store

from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore


def make_default(address: str) -> None:
    """Make a workspace MLflow's default, for runs and models both."""
    mlflow.set_tracking_uri(address)
    mlflow.set_registry_uri(address)


def active_run() -> tuple[Path, str] | None:
    """Return the directory of the workspace MLflow is pointed at, and this thread's active run, if there are both."""
    run = mlflow.active_run()
    store = None if run is None else _get_store()
    if run is None or not isinstance(store, EmbeddedTrackingStore):
        return None
    return store.directory, run.info.run_id
