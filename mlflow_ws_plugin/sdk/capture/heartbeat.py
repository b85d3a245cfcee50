"""The sign of life of a run: a duty of the rounds."""

from __future__ import annotations

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.sdk.capture.rounds import Duty


def begin(history: RunHistory, run_id: str) -> list[Duty]:
    """Beat for a run now, and return the duty to go on; none where `MLWS_HEARTBEAT_INTERVAL` is 0."""
    every_s = settings.HEARTBEAT_INTERVAL.seconds()
    if not every_s:
        return []
    history.liveness.beat([run_id])
    return [Duty("a run's heartbeat", every_s, lambda: history.liveness.beat([run_id]))]
