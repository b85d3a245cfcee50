"""Lines on standard error: where a run is recorded and how to look at it, and what happened beside training."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.uri import WorkspaceUri


def run_began(workspace: WorkspaceUri, name: str, run_id: str) -> None:
    """Say where a run is, unless `MLWS_QUIET` is on."""
    _say(f"Run {name} ({run_id}) is recorded in {workspace.directory}; {_look_at(workspace)}")


def workspace_made(workspace: WorkspaceUri) -> None:
    """Say that a workspace was made that nobody has logged to, unless `MLWS_QUIET` is on."""
    _say(f"{workspace.directory} held no workspace; an empty one was made.")


def _look_at(workspace: WorkspaceUri) -> str:
    """Return a command that works here: MLflow's pages need Flask, and a script may run outside its environment."""
    if find_spec("flask") is None:
        return 'to look at it: pip install "mlflow-ws-plugin[mlflow]"'
    mlflow = "mlflow" if shutil.which("mlflow") else f"{sys.executable} -m mlflow"
    return f'look at it: {mlflow} ui --backend-store-uri "{workspace}"'


def runs_left(runs: Sequence[str], state: str, what: str) -> None:
    """Say how runs are recorded that the program did not end itself, but what it did, unless `MLWS_QUIET` is on."""
    if runs:
        more = f" and {len(runs) - 1} more" if len(runs) > 1 else ""
        _say(f"Run {runs[-1]}{more}: {what} without complete(); recorded as {state}.")


def problem(line: str) -> None:
    """Say what went wrong beside training, which goes on."""
    _write(line)


def _say(line: str) -> None:
    if not settings.QUIET.is_on():
        _write(line)


def _write(line: str) -> None:
    if sys.stderr is None:
        return
    with suppress(OSError, ValueError):  # a closed standard error is no reason not to train
        sys.stderr.write(f"{line}\n")
