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
from mlflow_ws_plugin.errors import WorkspaceUnwritable
from mlflow_ws_plugin.storage import faults, filesystem, schema, transactions
from mlflow_ws_plugin.storage.transactions import Appending, Held, Transaction

T = TypeVar("T")

FILE_NAME = "workspace.db"

_CHECKPOINT_PAGES = 4000
"""16 MB: a checkpoint writes each page once, however often the log has it, and syncs to disk."""

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
        self._lock = threading.Lock()
        self._pid = os.getpid()

    def read(self) -> Transaction:
        """Return a transaction that sees one state of the database and changes nothing."""
        return Transaction(self._held() or Held(_empty(), self.path), None, self.patiently)

    def write(self) -> Transaction:
        """Return a transaction that is committed when its block ends, and rolled back when an error leaves it."""
        return Transaction(self._held() or self._create(), self._lock, self.patiently)

    def append(self) -> Appending:
        """Return a writing transaction that does nothing but append to series and write a run's notes."""
        return Appending(self._held() or self._create(), self._lock, self.patiently)

    def close(self) -> None:
        """Close this thread's connection. The next use opens another."""
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
        if self._pid != os.getpid():
            self._forget_parent()
        held: Held | None = getattr(self._local, "held", None)
        if held is None and self.path.exists():
            held = self._open()
        return held

    def _open(self) -> Held:
        try:
            connection = self._connect()
        except sqlite3.Error as exc:
            raise faults.from_sqlite(exc, self.path) from exc
        held = self._local.held = Held(connection, self.path)
        return held

    def _create(self) -> Held:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise WorkspaceUnwritable(
                f"{self.path.parent} cannot be made a workspace: {exc.strerror}.", "Choose another directory."
            ) from exc
        return self._open()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            if self.patiently(lambda: schema.is_new(connection)):
                self.patiently(lambda: _make(connection))
            up_to_date = schema.check(connection, self.path)
            if up_to_date:
                self.patiently(lambda: _configure(connection, self.path))
        except BaseException:
            connection.close()
            raise
        if up_to_date:
            return connection
        connection.close()
        return self._migrated()

    def _migrated(self) -> sqlite3.Connection:
        from mlflow_ws_plugin.storage.migrations import upgrade

        upgrade(self.path)
        return self._connect()

    def _forget_parent(self) -> None:
        held = getattr(self._local, "held", None)
        if held is not None:
            transactions.LEAKED.append(held.connection)
        self._local = threading.local()
        self._lock = threading.Lock()
        self._pid = os.getpid()


def _make(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if schema.is_new(connection):
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
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    connection.execute("PRAGMA case_sensitive_like = ON")
    return connection
