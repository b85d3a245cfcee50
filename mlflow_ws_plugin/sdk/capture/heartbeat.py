"""The sign of life of the runs this process works for: those of one workspace in one transaction."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.sdk.capture.rounds import ROUNDS, Duty


class Heart:
    """Beats for runs of one workspace.

    Args:
        history: Where they are.
        every_s: Seconds between two beats.
    """

    def __init__(self, history: RunHistory, every_s: float) -> None:
        self._history = history
        self._run_ids: set[str] = set()
        self._duty = Duty("the heartbeat of a run", every_s, lambda: history.liveness.beat([*self._run_ids]))

    def add(self, run_ids: Collection[str]) -> None:
        """Beat for runs, now and from now on."""
        if not self._run_ids:
            ROUNDS.add([self._duty])
        self._run_ids.update(run_ids)
        self._history.liveness.beat(run_ids)

    def remove(self, run_id: str) -> bool:
        """Beat for a run no more; tell whether this was the last."""
        self._run_ids.discard(run_id)
        if not self._run_ids:
            ROUNDS.remove([self._duty])
        return not self._run_ids


_hearts: dict[RunHistory, Heart] = {}
_one_at_a_time = threading.RLock()  # which a signal handler that ends a run may take again


def begin(history: RunHistory, run_ids: Collection[str]) -> None:
    """Beat for runs, now and from now on; not at all where `MLWS_HEARTBEAT_INTERVAL` is 0."""
    every_s = settings.HEARTBEAT_INTERVAL.seconds()
    if not every_s:
        return
    with _one_at_a_time:
        heart = _hearts.setdefault(history, Heart(history, every_s))
        heart.add(run_ids)


def end(history: RunHistory, run_id: str) -> None:
    """Beat for a run no more."""
    with _one_at_a_time:
        heart = _hearts.get(history)
        if heart is not None and heart.remove(run_id):
            del _hearts[history]


def forget() -> None:
    """Beat for no run any more."""
    global _one_at_a_time
    _one_at_a_time = threading.RLock()
    _hearts.clear()


os.register_at_fork(after_in_child=forget)
