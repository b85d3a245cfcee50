"""An embedded workspace's SQLite database: connections, transactions, and waiting for other processes.

Threads each have a connection of their own, none is carried across a fork, and one thread of a process writes at a
time. Other processes are waited for with jitter: SQLite's own busy handler lets one of eight writers starve.
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.errors import WorkspaceClosed, WorkspaceUnusable, WorkspaceUnwritable
from mlflow_ws_plugin.storage import faults, filesystem, forking, schema, transactions
from mlflow_ws_plugin.storage.transactions import Appending, Held, Reading, Writing

T = TypeVar("T")

FILE_NAME = "workspace.db"

_CACHE_KIB = 65_536
"""For each thread at most, and only as far as it is used: the summaries of 10,000 runs are about 20 MB."""

_ELSEWHERE = f"Choose another directory; {settings.WORKSPACE.name} names the default one."

_SLEEP_FIRST_S = 0.002
_SLEEP_LATER_S = 0.0005
_LATER_S = 0.02
"""Who has waited longer than this asks more often, so that nobody starves."""


class Database:
    """The database of one workspace directory.

    It is created by the first write. Until then, reads see an empty workspace.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE_NAME
        self._local = threading.local()
        self._lock = forking.writing_lock()
        self._pid = os.getpid()
        self._is_closed = False

    def read(self) -> Reading:
        """Return a transaction that sees one state of the database and changes nothing."""
        held = self._held()
        if held is not None and not held.is_there():
            self.release()
            held = self._held()
        return Reading(held or Held(_empty(), self.path), forking.Reading(), self.patiently)

    def write(self) -> Writing:
        """Return a transaction that is committed when its block ends, and rolled back when an error leaves it."""
        return Writing(self._for_writing(), self._lock, self.patiently)

    def after_this(self, action: Callable[[], None]) -> bool:
        """Do something when the block is over in whose middle this signal handler runs; elsewhere, return False."""
        held: Held | None = getattr(self._local, "held", None)
        if held is None or held.block is None or not held.is_in_use():
            return False
        held.later.append(action)
        return True

    def append(self) -> Appending:
        """Return a writing transaction that does nothing but append to series and write a run's notes."""
        held = self._held()
        if held is None or not held.is_there():
            held = self._for_writing()
        return Appending(held, self._lock, self.patiently)

    def release(self) -> None:
        """Let go of this thread's connection. The next use opens another."""
        self._local.__dict__.pop("held", None)

    def close(self) -> None:
        """Let go of the connections of all threads, once what they do now is done; the next use is refused."""
        self._is_closed = True
        self._local = threading.local()

    def patiently(self, action: Callable[[], T]) -> T:
        """Return what `action` returns, tried again while other processes hold the lock.

        Raises:
            WorkspaceBusy: They held it for longer than `MLWS_BUSY_TIMEOUT`.
        """
        began = time.monotonic()
        limit_s = settings.BUSY_TIMEOUT.seconds()
        while True:
            try:
                return action()
            except sqlite3.OperationalError as exc:
                waited_s = time.monotonic() - began
                if not faults.is_busy(exc) or waited_s > limit_s:
                    raise
            time.sleep(random.uniform(0, _SLEEP_LATER_S if waited_s > _LATER_S else _SLEEP_FIRST_S))

    def _held(self) -> Held | None:
        held: Held | None = getattr(self._local, "held", None)
        if held is not None and held.pid == os.getpid():
            return held
        if self._is_closed:
            raise WorkspaceClosed(
                f"The workspace {self.path.parent} is closed.", "Workspace.open() opens it again; get its runs anew."
            )
        if self._pid != os.getpid():
            self._forget_parent()
        return self._open() if filesystem.exists(self.path) else None

    def _for_writing(self) -> Held:
        held = self._held() or self._create()
        if not held.is_there():
            self.release()
            raise WorkspaceUnusable(
                f"{self.path} was removed or replaced while it was open.", "Put it back, or begin a new run."
            )
        return held

    def _open(self) -> Held:
        try:
            with forking.Reading():
                connection = self._connect()
        except sqlite3.Error as exc:
            raise faults.from_sqlite(exc, self.path) from exc
        held = Held(connection, self.path)
        if _is_writable(self.path):
            self._local.held = held  # what may only be read is opened anew each time: nothing tells when it changes
        return held

    def _create(self) -> Held:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise WorkspaceUnwritable(
                f"{self.path.parent} cannot be made a workspace: {exc.strerror}.", _ELSEWHERE
            ) from exc
        if not os.access(self.path.parent, os.W_OK):
            raise WorkspaceUnwritable(f"{self.path.parent} may not be written.", _ELSEWHERE)
        return self._open()

    def _connect(self) -> sqlite3.Connection:
        if self.path.exists() and not _is_writable(self.path):
            return self._connect_to_read()
        connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            if self.patiently(lambda: schema.is_new(connection, self.path)):
                self.patiently(lambda: _make(connection, self.path))
            up_to_date = self.patiently(lambda: schema.check(connection, self.path))
            if up_to_date:
                self.patiently(lambda: _configure(connection, self.path))
        except BaseException:
            connection.close()
            raise
        if up_to_date:
            return connection
        connection.close()
        return self._migrated()

    def _connect_to_read(self) -> sqlite3.Connection:
        """Open a database that may not be written: it has no log of its own, unless somebody else writes to it."""
        log = self.path.with_name(f"{self.path.name}-wal")
        mode = "mode=ro" if log.exists() else "mode=ro&immutable=1"
        address = f"{self.path.as_uri()}?{mode}"
        connection = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            if not schema.check(connection, self.path):
                raise WorkspaceUnusable(
                    f"{self.path} is of an older version, and may not be written.",
                    "Open it once where it may be: that brings it up to date.",
                )
            connection.execute("PRAGMA case_sensitive_like = ON")
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrated(self) -> sqlite3.Connection:
        from mlflow_ws_plugin.storage.migrations import upgrade

        upgrade(self.path)
        return self._connect()

    def _forget_parent(self) -> None:
        held = getattr(self._local, "held", None)
        if held is not None:
            transactions.LEAKED.append(held.connection)
        self._local = threading.local()
        self._lock = forking.writing_lock()
        self._pid = os.getpid()


def _is_writable(path: Path) -> bool:
    """SQLite makes files beside a database, so its directory must be writable too."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _make(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if schema.is_new(connection, path):
            schema.create(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _configure(connection: sqlite3.Connection, path: Path) -> None:
    journal = "DELETE" if filesystem.is_remote(path) else "WAL"
    connection.execute(f"PRAGMA journal_mode = {journal}")
    full = settings.DURABILITY.get() == "full" or journal == "DELETE"
    connection.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
    connection.execute("PRAGMA case_sensitive_like = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def _empty() -> sqlite3.Connection:
    with forking.Reading():
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        schema.create(connection)
        connection.execute("PRAGMA case_sensitive_like = ON")
        return connection
