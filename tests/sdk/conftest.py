"""A workspace and a run of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlflow_ws_plugin import Experiment, Run, Workspace


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """A workspace that is not there yet."""
    return Workspace.open(workspace_dir)


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """A run that goes on."""
    return Experiment(workspace, "digits").start_logging()
