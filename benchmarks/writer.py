"""One of several processes that log at the same time; see `workloads.processes`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier

from mlflow import MlflowClient

KEY = "loss"
_TOGETHER_S = 120


@dataclass(frozen=True, slots=True)
class Written:
    """What one process did.

    Attributes:
        waits_s: How long each call took that succeeded, the first one left out.
        errors: Calls that failed.
        acknowledged: Calls that succeeded, the first one included.
        began: When its first measured call began, on the clock that all processes share.
        ended: When its last one ended.
    """

    waits_s: list[float]
    errors: int
    acknowledged: int
    began: float
    ended: float


def write(uri: str, run_id: str, lasting_s: float, barrier: Barrier, answers: SimpleQueue[Written]) -> None:
    """Log points for a while, as many as can be, and answer what happened."""
    client = MlflowClient(uri, registry_uri=uri)
    client.log_metric(run_id, KEY, 0.0, step=0)
    barrier.wait(_TOGETHER_S)
    answers.put(_write(client, run_id, lasting_s))


def _write(client: MlflowClient, run_id: str, lasting_s: float) -> Written:
    waits_s, errors, step = [], 0, 0
    began = now = time.monotonic()
    while now < began + lasting_s:
        step += 1
        try:
            client.log_metric(run_id, KEY, step * 0.5, step=step)
        except Exception:  # noqa: BLE001  # whatever a store raises is a lost call
            errors += 1
            now = time.monotonic()
        else:
            before, now = now, time.monotonic()
            waits_s.append(now - before)
    return Written(waits_s, errors, len(waits_s) + 1, began, now)
