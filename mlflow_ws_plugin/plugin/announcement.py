"""The line that says, when a run begins, where it is recorded and how to look at it."""

from __future__ import annotations

import os
import sys

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.uri import WorkspaceUri

_SERVING = ("_MLFLOW_SERVER_FILE_STORE", "MLFLOW_SERVER_FILE_STORE")


def run_began(workspace: WorkspaceUri, name: str, run_id: str) -> None:
    """Print the line on standard error, unless `MLWS_QUIET` is on or this is MLflow's server."""
    if settings.QUIET.is_on() or any(os.environ.get(variable) for variable in _SERVING):
        return
    sys.stderr.write(
        f"Run {name} ({run_id}) is recorded in {workspace.directory}; look at it: "
        f'mlflow ui --backend-store-uri "{workspace}"\n'
    )
