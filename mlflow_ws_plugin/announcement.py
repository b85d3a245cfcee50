"""The line that says, when a run begins, where it is recorded and how to look at it."""

from __future__ import annotations

import sys

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.uri import WorkspaceUri


def run_began(workspace: WorkspaceUri, name: str, run_id: str) -> None:
    """Print the line on standard error, unless `MLWS_QUIET` is on."""
    if not settings.QUIET.is_on():
        sys.stderr.write(
            f"Run {name} ({run_id}) is recorded in {workspace.directory}; look at it: "
            f'mlflow ui --backend-store-uri "{workspace}"\n'
        )
