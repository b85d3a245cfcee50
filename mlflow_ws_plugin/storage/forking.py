"""No transaction is open at the moment this process forks.

SQLite keeps in the process which of its connections hold which locks. A child forked while another thread is in a
transaction has a copy that says the lock is taken, by a thread that it does not have, and would wait for it forever.
So a fork first takes the locks under which threads write, and waits for those who read.
"""

from __future__ import annotations

import os
import threading
import time
from weakref import WeakSet

_LONGEST_WAIT_S = 10.0
"""A fork waits no longer: a transaction may itself be waiting for another process."""

_POLL_S = 0.0005

_writing: WeakSet[threading.RLock] = WeakSet()
_reading: dict[object, int] = {}
"""Those who read, and their threads."""

_one_fork = threading.Lock()
_taken: list[threading.RLock] = []
_forking_thread: int | None = None


def writing_lock() -> threading.RLock:
    """Return a new lock for the thread that writes to one database."""
    lock = threading.RLock()
    _writing.add(lock)
    return lock


class Reading:
    """Holds off forks by other threads: `with Reading(): …`; waits while one forks."""

    __slots__ = ()

    def acquire(self) -> None:
        """Hold forks off."""
        me = _reading[self] = threading.get_ident()
        while _forking_thread not in (None, me):
            _reading.pop(self, None)
            time.sleep(_POLL_S)
            _reading[self] = me

    def release(self) -> None:
        """Let other threads fork."""
        _reading.pop(self, None)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


def stop_reading() -> None:
    """Say that this thread reads nothing, whatever an interrupt has left."""
    me = threading.get_ident()
    for block in [block for block, thread in list(_reading.items()) if thread == me]:
        _reading.pop(block, None)


def _before() -> None:
    global _forking_thread
    _one_fork.acquire()
    me = _forking_thread = threading.get_ident()
    limit = time.monotonic() + _LONGEST_WAIT_S
    _taken[:] = [lock for lock in list(_writing) if lock.acquire(timeout=max(0.0, limit - time.monotonic()))]
    while any(thread != me for thread in list(_reading.values())) and time.monotonic() < limit:
        time.sleep(_POLL_S)


def _after() -> None:
    global _forking_thread
    for lock in _taken:
        lock.release()
    _taken.clear()
    _forking_thread = None
    _one_fork.release()


def _after_in_child() -> None:
    _reading.clear()
    _after()


os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after_in_child)
