"""What every group of calls needs: the history, and how its places are shown."""

from __future__ import annotations

from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.uri import WorkspaceUri


class StoreParts:
    """The parts of a tracking store, set by its constructor."""

    _history: RunHistory
    _workspace: WorkspaceUri
    _artifact_root: str
    """What stands before artifact locations within the workspace; no slash at its end."""
    _foreign_root: str | None
    """Where MLflow's server wants the artifacts of new experiments, if it says so."""
