"""Transactions on a thread's connection to a SQLite database."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Protocol

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.errors import WorkspaceBusy
from mlflow_ws_plugin.storage import faults, forking
from mlflow_ws_plugin.storage.known import Known

Patience = Callable[[Callable[[], Any]], Any]
"""Calls what it is given until no other process is in the way."""


class Guard(Protocol):
    """What keeps others away while a block lasts: the lock of those who write, or the note of one who reads."""

    def release(self) -> None:
        """Let them in again."""
        ...


LEAKED: list[sqlite3.Connection] = []
"""Connections inherited through a fork. SQLite forbids to use or even close them in the child."""

_LOOK_EVERY_S = 0.1
_LOOK = "SELECT 1 FROM alembic_version"


class Held:
    """A thread's connection, closed with the thread, but never by another process than its own.

    Attributes:
        connection: The connection.
        control: A cursor for what begins and ends transactions; making one costs as much as such a statement.
        path: The database file.
        known: What the connection remembers of the runs it appends to.
        pid: The process that opened it.
        block: The block that is open on it, or that an interrupt left open.
        later: What a signal handler wants to append when that block has ended.
    """

    __slots__ = ("_file", "_looked_s", "block", "connection", "control", "known", "later", "path", "pid")

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.control = connection.cursor()
        self.path = path
        self.known = Known()
        self.pid = os.getpid()
        self.block: _Block | None = None
        self.later: list[Callable[[], None]] = []
        self._file = _identity(path)
        self._looked_s = 0.0

    def is_in_use(self) -> bool:
        """Tell whether this is a signal handler, run in the middle of a block."""
        return self.block is not None and _is_running(self.block.caller)

    def is_there(self) -> bool:
        """Tell whether the file that was opened is still in its place; looks ten times a second."""
        now_s = time.monotonic()
        if now_s - self._looked_s < _LOOK_EVERY_S:
            return True
        if _identity(self.path) != self._file:
            return False
        self._looked_s = now_s
        return True

    def __del__(
        self,
        getpid: Callable[[], int] = os.getpid,
        leaked: list[sqlite3.Connection] = LEAKED,
        is_finalizing: Callable[[], bool] = sys.is_finalizing,
    ) -> None:
        """The defaults are there even when the interpreter has cleared this module."""
        if self.pid != getpid():
            leaked.append(self.connection)
        elif is_finalizing():
            self.connection.close()
        else:
            forking.undisturbed(self.connection.close)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class _Block(ABC):
    """A block of statements that is committed at its end, and rolled back when an error leaves it.

    A signal handler may run in the middle of a block and open another on the same connection: that one is part of the
    first. (What it wants to append waits for the first one's end; see `Database.after_this`.) And an interrupt (Ctrl-C)
    may come between any two steps here and leave a block that is never ended: the thread's next one ends it. The frame
    of the caller tells the two apart: it still runs, or it does not.
    """

    __slots__ = ("_guard", "_held", "_inner", "_patiently", "caller")

    _BEGIN = "BEGIN IMMEDIATE"

    def __init__(self, held: Held, guard: Guard, patiently: Patience) -> None:
        self._held = held
        self._guard = guard
        self._patiently = patiently
        self._inner = False
        self.caller: FrameType | None = None

    def _start(self, caller: FrameType) -> None:
        held = self._held
        if held.block is not None:
            if held.is_in_use():
                self._join()
                return
            held.block._clean_up()
        self.caller = caller
        held.block = self
        try:
            self._take_guard()
            try:
                held.control.execute(self._BEGIN)
            except sqlite3.OperationalError as exc:
                self._wait(exc, self._BEGIN)
            self._began()
        except BaseException as exc:
            self._clean_up()
            self._do_later()
            self._translate(exc)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if self._inner:
                self._leave(exc is None)
            elif exc is None:
                self._commit()
            else:
                self._clean_up()
        except BaseException:
            if self._held.block is self:
                self._clean_up()
            raise
        finally:
            if self._held.later:
                self._do_later()
        if exc is not None:
            self._translate(exc)

    def _do_later(self) -> None:
        """Do what signal handlers left to be done once no block is open."""
        while self._held.later and self._held.block is None:
            self._held.later.pop(0)()

    def _commit(self) -> None:
        held = self._held
        try:
            try:
                held.control.execute("COMMIT")
            except sqlite3.OperationalError as exc:
                self._wait(exc, "COMMIT")
        except BaseException as exc:
            self._clean_up()
            self._translate(exc)
            raise
        self._guard.release()
        held.block = None  # last: what is noted is ended by the next block, should an interrupt come before this

    def _join(self) -> None:
        """Become part of the block that is open already."""
        self._inner = True
        self._held.known.forget_midway()
        self._held.connection.execute("SAVEPOINT inner")

    def _leave(self, is_kept: bool) -> None:
        """End this part of the block that is open already."""
        try:
            if not is_kept:
                self._held.connection.execute("ROLLBACK TO inner")
            self._held.connection.execute("RELEASE inner")
        except sqlite3.Error as exc:
            self._translate(exc)

    def _clean_up(self) -> None:
        """End this block wherever it stands, and undo what it did."""
        held = self._held
        held.known.forget()
        if held.connection.in_transaction:
            held.connection.execute("ROLLBACK")
        self._give_up_guard()
        held.block = None

    def _wait(self, exc: sqlite3.OperationalError, statement: str) -> None:
        """Try a statement again until no other process is in its way."""
        if not faults.is_busy(exc):
            raise exc
        self._patiently(lambda: self._held.connection.execute(statement))

    def _translate(self, exc: BaseException) -> None:
        if isinstance(exc, Exception) and isinstance(exc, faults.ERRORS):
            raise faults.from_sqlite(exc, self._held.path) from exc

    @abstractmethod
    def _take_guard(self) -> None:
        """Keep others away while the block lasts."""

    @abstractmethod
    def _give_up_guard(self) -> None:
        """Let others in again, also where `_take_guard` did not come to its end."""

    @abstractmethod
    def _began(self) -> None:
        """Called at the beginning of the transaction."""


def _is_running(frame: FrameType | None) -> bool:
    """Tell whether a frame is below this one on the stack."""
    below: FrameType | None = sys._getframe()
    while below is not None and below is not frame:
        below = below.f_back
    return below is not None


class Reading(_Block):
    """`with database.read() as tx: tx.execute(…)`: sees one state of the database and changes nothing."""

    __slots__ = ()

    _BEGIN = "BEGIN"
    _guard: forking.Reading

    def __enter__(self) -> sqlite3.Connection:
        self._start(sys._getframe(1))
        return self._held.connection

    def _began(self) -> None:
        """Take the state to be read now: where there is no log yet, somebody may be making the workspace."""
        try:
            self._held.connection.execute(_LOOK)
        except sqlite3.OperationalError as exc:
            self._wait(exc, _LOOK)

    def _take_guard(self) -> None:
        self._guard.acquire()

    def _give_up_guard(self) -> None:
        forking.stop_reading()


class _Exclusive(_Block):
    """A block that only one thread of the process is in."""

    __slots__ = ()

    _guard: threading.RLock

    def _take_guard(self) -> None:
        if self._guard.acquire(blocking=False):
            return
        limit_s = settings.BUSY_TIMEOUT.seconds()
        if not self._guard.acquire(timeout=min(limit_s, threading.TIMEOUT_MAX)):
            raise WorkspaceBusy(
                f"{self._held.path}: another thread has been writing for {limit_s:g} s.",
                "Try again, or raise MLWS_BUSY_TIMEOUT.",
            )

    def _give_up_guard(self) -> None:
        with suppress(RuntimeError):  # says that this thread does not hold it any more
            while True:
                self._guard.release()


class Writing(_Exclusive):
    """`with database.write() as tx: tx.execute(…)`."""

    __slots__ = ()

    def __enter__(self) -> sqlite3.Connection:
        self._start(sys._getframe(1))
        return self._held.connection

    def _began(self) -> None:
        self._held.known.forget()


class Appending(_Exclusive):
    """`with database.append() as (tx, known): …`, which must change nothing that is known but by appending."""

    __slots__ = ()

    def __enter__(self) -> tuple[sqlite3.Connection, Known]:
        self._start(sys._getframe(1))
        return self._held.connection, self._held.known

    def _began(self) -> None:
        known = self._held.known
        (version,) = self._held.control.execute("PRAGMA data_version").fetchone()
        if version != known.version:
            known.forget()
            known.version = version
