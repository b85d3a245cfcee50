"""How the interpreter ends: what becomes of runs that nobody ended.

An uncaught exception is known by `sys.last_value`, which the interpreter sets whatever `sys.excepthook` is; an exit
with a status only by watching `sys.exit`, `exit` and `quit`, so `raise SystemExit(1)` without them passes for a good
end.
"""

from __future__ import annotations

import atexit
import builtins
import functools
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.sdk.failure import described


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends.

    Attributes:
        state: A terminal state.
        error: Why it is not `Completed`, or None.
    """

    state: State
    error: str | None = None


_status: object = None
"""What the main thread last gave to `sys.exit`."""

_earlier: BaseException | None = None
"""The exception that was the last before anybody watched."""

_is_watching = False


def of_exception(exc: BaseException | None) -> Ending:
    """Return how a run ends whose code was left by an exception, or by none.

    `SystemExit` with 0 or None is a good end. `KeyboardInterrupt` means that somebody stopped it: `Canceled`.
    """
    if exc is None or (isinstance(exc, SystemExit) and exc.code in (None, 0)):
        return Ending(State.COMPLETED)
    return Ending(State.CANCELED if isinstance(exc, KeyboardInterrupt) else State.FAILED, described(exc))


def of_interpreter() -> Ending:
    """Return how runs end that go on when the interpreter ends."""
    last = _last_exception()
    if last is not None and last is not _earlier and not hasattr(sys, "ps1"):  # a prompt goes on after an error
        return of_exception(last)
    if _status not in (None, 0):
        return Ending(State.FAILED, f"SystemExit: {_status}")
    return Ending(State.COMPLETED)


def watch(leave: Callable[[], None]) -> None:
    """Call `leave` when the interpreter ends; only the first call counts."""
    global _is_watching, _earlier
    if _is_watching:
        return
    _is_watching = True
    _earlier = _last_exception()
    sys.exit = _noting(sys.exit)
    _watch_builtins()
    atexit.register(leave)


def _watch_builtins() -> None:
    """Watch `exit()` and `quit()` too, which do not go through `sys.exit`; with `python -S` there are none."""
    kind: Any = type(getattr(builtins, "exit", None))
    if kind.__module__ != "_sitebuiltins":
        return
    original = kind.__call__

    def call(self: object, code: object = None) -> NoReturn:
        _noting(functools.partial(original, self))(code)

    kind.__call__ = call


def _last_exception() -> BaseException | None:
    return getattr(sys, "last_value", None)


def _noting(original: Callable[..., NoReturn]) -> Callable[..., NoReturn]:
    @functools.wraps(original)
    def exit_(status: object = None, /) -> NoReturn:
        global _status
        if threading.current_thread() is threading.main_thread():
            _status = status
        original(status)

    return exit_
