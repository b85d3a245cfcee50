"""Which run this process works for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.errors import ContextIncomplete
from mlflow_ws_plugin.records.experiment import DEFAULT_NAME
from mlflow_ws_plugin.records.lifecycle import TERMINAL

if TYPE_CHECKING:
    from mlflow_ws_plugin.sdk.run import Run
    from mlflow_ws_plugin.sdk.workspace import Workspace

_interactive: dict[tuple[int, str], Run] = {}
"""The run begun for this process, by process and workspace; a forked child begins its own."""


def current_run(allow_offline: bool) -> Run:
    """Return the run of the job this process is, or else one begun for it in the default workspace.

    Raises:
        ContextIncomplete: The job's environment is half set, or there is none and `allow_offline` is false.
    """
    from mlflow_ws_plugin.sdk.workspace import Workspace  # which imports this module

    run_id = settings.RUN_ID.get()
    if run_id and not settings.WORKSPACE.get():
        raise ContextIncomplete(
            f"{settings.RUN_ID.name}={run_id!r} names a run, but {settings.WORKSPACE.name} names no workspace.",
            "Set both, or neither.",
        )
    if run_id:
        return Workspace().get_run(run_id)
    if not allow_offline:
        raise ContextIncomplete(
            f"This process is not a job: {settings.RUN_ID.name} is not set.", "Use Experiment.start_logging()."
        )
    return _begun_here(Workspace())


def _begun_here(workspace: Workspace) -> Run:
    key = (os.getpid(), workspace.get_mlflow_tracking_uri())
    run = _interactive.get(key)
    if run is None or run.status in TERMINAL:
        from mlflow_ws_plugin.sdk.experiment import Experiment  # which imports this module

        run = _interactive[key] = Experiment(workspace, DEFAULT_NAME).start_logging()
    return run
