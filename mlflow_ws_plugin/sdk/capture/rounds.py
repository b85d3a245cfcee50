"""What is done again and again while runs go on, by one daemon thread of the process.

The thread is there while there is something to do. A forked child does not inherit it, and begins with nothing to do.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Iterable

from mlflow_ws_plugin.sdk.capture.aside import attempt

_LONGEST_STOP_S = 5.0


class Duty:
    """Something done at intervals.

    Args:
        what: What it is, should it fail.
        every_s: Seconds from one beginning to the next, counted from now.
        action: What to do.
        rest: How many times as long as it took is waited for before the next beginning, at least.
    """

    __slots__ = ("_action", "_rest", "due_s", "every_s", "what")

    def __init__(self, what: str, every_s: float, action: Callable[[], object], *, rest: float = 0.0) -> None:
        self.what = what
        self.every_s = every_s
        self.due_s = time.monotonic() + every_s
        self._action = action
        self._rest = rest

    def perform(self) -> None:
        """Do it; never raises."""
        began_s = time.monotonic()
        attempt(self.what, self._action)
        ended_s = time.monotonic()
        self.due_s = max(began_s + self.every_s, ended_s + self._rest * (ended_s - began_s))


class Rounds:
    """The duties of this process, and the thread that performs them."""

    def __init__(self) -> None:
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._duties: list[Duty] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, duties: Iterable[Duty]) -> None:
        """Begin to perform duties."""
        with self._changed:
            self._duties.extend(duties)
            if self._duties and self._thread is None:
                self._thread = threading.Thread(target=self._make, name="mlws rounds", daemon=True)
                self._thread.start()
            self._changed.notify()

    def remove(self, duties: Iterable[Duty]) -> None:
        """Perform duties no more; one that is being performed now comes to its end."""
        with self._changed:
            leaving = set(duties)
            self._duties = [duty for duty in self._duties if duty not in leaving]
            self._changed.notify()

    def stop(self) -> None:
        """Drop all duties and wait until the thread has ended, five seconds at most."""
        with self._changed:
            self._duties = []
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(_LONGEST_STOP_S)

    def _make(self) -> None:
        while (duty := self._next()) is not None:
            duty.perform()

    def _next(self) -> Duty | None:
        """Wait for the duty that is due first, and return it; None where nothing is left to do."""
        with self._changed:
            while self._duties:
                duty = min(self._duties, key=lambda one: one.due_s)
                wait_s = duty.due_s - time.monotonic()
                if wait_s <= 0:
                    return duty
                self._changed.wait(wait_s)
            self._thread = None
            return None


ROUNDS = Rounds()
"""Those of this process."""

atexit.register(ROUNDS.stop)
os.register_at_fork(after_in_child=ROUNDS._begin_anew)
