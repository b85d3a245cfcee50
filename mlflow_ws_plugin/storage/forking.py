"""No thread is within SQLite at the moment this process forks.

SQLite keeps in the process which of its connections hold which locks, and has mutexes of its own for its memory and its
files. A child forked while another thread is in a transaction, or opens or closes a connection, has a copy that says
the lock is taken, by a thread that it does not have, and would wait for it forever. So a fork first waits for those who
read, and takes the locks under which threads write.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
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
_later: list[Callable[[], None]] = []
"""What is done when the fork is over."""

_never: list[Callable[[], None]] = []
"""What a child inherited of that, about connections which are not its own."""


def writing_lock() -> threading.RLock:
    """Return a new lock for the thread that writes to one database."""
    lock = threading.RLock()
    _writing.add(lock)
    return lock


class Reading:
    """Holds off forks by other threads: `with Reading(): …`; waits while one forks, unless it waits for this thread."""

    __slots__ = ()

    def acquire(self) -> None:
        """Hold forks off."""
        me = _reading[self] = threading.get_ident()
        while not self._may_go_on(me):
            _reading.pop(self, None)
            time.sleep(_POLL_S)
            _reading[self] = me

    def _may_go_on(self, me: int) -> bool:
        if _forking_thread in (None, me):
            return True
        return any(thread == me and block is not self for block, thread in list(_reading.items()))

    def release(self) -> None:
        """Let other threads fork."""
        _reading.pop(self, None)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


def undisturbed(action: Callable[[], None]) -> None:
    """Do something to SQLite now, or, while another thread forks, when it has forked. Waits for nobody."""
    block = Reading()
    me = _reading[block] = threading.get_ident()
    try:
        if block._may_go_on(me):
            action()
            return
    finally:
        _reading.pop(block, None)
    _later.append(action)
    if _forking_thread is None:  # it has forked meanwhile
        _do_later()


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
    while any(thread != me for thread in list(_reading.values())) and time.monotonic() < limit:
        time.sleep(_POLL_S)  # who reads may be about to write, so they are first
    _taken[:] = [lock for lock in list(_writing) if lock.acquire(timeout=max(0.0, limit - time.monotonic()))]


def _after() -> None:
    global _forking_thread
    for lock in _taken:
        lock.release()
    _taken.clear()
    _forking_thread = None
    _one_fork.release()
    _do_later()


def _after_in_child() -> None:
    _reading.clear()
    _never.extend(_later)
    _later.clear()
    _after()


def _do_later() -> None:
    while _later:
        with suppress(IndexError):  # another thread does it
            _later.pop()()


os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after_in_child)
