"""Which run this process works for."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.errors import ContextIncomplete, RunNotFound
from mlflow_ws_plugin.records.experiment import DEFAULT_NAME, Lifecycle
from mlflow_ws_plugin.records.lifecycle import TERMINAL

if TYPE_CHECKING:
    from mlflow_ws_plugin.sdk.run import Run
    from mlflow_ws_plugin.sdk.workspace import Workspace

BRIDGE = "mlflow_ws_plugin.plugin.bridge"
"""Loaded by name when it is called for: the SDK never imports MLflow by itself."""

_MLFLOWS_RUNS = "mlflow.tracking.fluent"
"""The module of MLflow that knows its active run; while it is not loaded, there is none."""

_begun: dict[str, list[str]] = {}
"""Ids of the runs begun in this process, by workspace, the newest last. Forked children are workers: theirs as well."""

_one_at_a_time = threading.RLock()
"""Threads that ask at once get one run."""


def _after_fork() -> None:
    global _one_at_a_time
    _one_at_a_time = threading.RLock()


os.register_at_fork(after_in_child=_after_fork)


def current_run(allow_offline: bool) -> Run:
    """Return the run this process works for; see `Run.get_context`.

    Raises:
        ContextIncomplete: The job's environment is half set, or there is no run and none may be begun.
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
    workspace = Workspace()
    with _one_at_a_time:
        found = _active_in_mlflow() or _newest_begun(workspace)
        if found is not None:
            return found
        if not allow_offline:
            raise ContextIncomplete(
                f"This process is not a job: {settings.RUN_ID.name} is not set.", "Use Experiment.start_logging()."
            )
        from mlflow_ws_plugin.sdk.experiment import Experiment  # which imports this module

        return Experiment(workspace, DEFAULT_NAME).start_logging()


def began(run: Run) -> None:
    """Remember a run that was begun in this process, until it ends."""
    workspace = run.experiment.workspace
    _newest_begun(workspace)
    _begun.setdefault(workspace.get_mlflow_tracking_uri(), []).append(run.id)


def _newest_begun(workspace: Workspace) -> Run | None:
    """Return the newest run begun here that goes on; those that ended after it are forgotten."""
    run_ids = _begun.get(workspace.get_mlflow_tracking_uri(), [])
    for run_id in reversed([*run_ids]):
        if _goes_on(workspace, run_id):
            return workspace.get_run(run_id)
        with suppress(ValueError):  # another thread has
            run_ids.remove(run_id)
    return None


def _goes_on(workspace: Workspace, run_id: str) -> bool:
    try:
        info = workspace._history.runs.info(run_id)
    except RunNotFound:
        return False
    return info.state not in TERMINAL and info.lifecycle == Lifecycle.ACTIVE


def _active_in_mlflow() -> Run | None:
    """Return MLflow's active run, if MLflow is loaded, has one, and it is in a workspace."""
    if _MLFLOWS_RUNS not in sys.modules:
        return None
    active = import_module(BRIDGE).active_run()
    if active is None:
        return None
    from mlflow_ws_plugin.sdk.workspace import Workspace  # which imports this module

    directory, run_id = active
    try:
        return Workspace.open(directory).get_run(run_id)
    except RunNotFound:
        return None  # MLflow was pointed here after it had begun the run elsewhere
