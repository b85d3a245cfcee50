"""What is done beside training: a failure is said once on standard error, and goes no further."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mlflow_ws_plugin import announcement

T = TypeVar("T")

_said: set[tuple[str, type[Exception]]] = set()


def attempt(what: str, action: Callable[[], T]) -> T | None:
    """Return what an action returns, or None where it failed.

    Args:
        what: What it does, for the message: "the heartbeat".
        action: Anything; whatever error it raises is caught.
    """
    try:
        return action()
    except Exception as exc:  # noqa: BLE001 - the outermost edge: training goes on
        failure = (what, type(exc))
        if failure not in _said:
            _said.add(failure)
            announcement.problem(f"{what[:1].upper()}{what[1:]} failed, training goes on: {type(exc).__name__}: {exc}")
        return None
