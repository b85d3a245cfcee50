"""Transactions on a thread's connection to a SQLite database."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from mlflow_ws_plugin.storage import faults
from mlflow_ws_plugin.storage.known import Known

Patience = Callable[[Callable[[], Any]], Any]
"""Calls what it is given until no other process is in the way."""

LEAKED: list[sqlite3.Connection] = []
"""Connections inherited through a fork. SQLite forbids to use or even close them in the child."""


class Held:
    """A thread's connection, closed with the thread, but never by another process than its own.

    Attributes:
        connection: The connection.
        path: The database file, for messages.
        known: What the connection remembers of the runs it appends to.
        pid: The process that opened it.
    """

    __slots__ = ("connection", "known", "path", "pid")

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self.known = Known()
        self.pid = os.getpid()

    def __del__(self, getpid: Callable[[], int] = os.getpid, leaked: list[sqlite3.Connection] = LEAKED) -> None:
        """The defaults are there even when the interpreter has cleared this module."""
        if self.pid == getpid():
            self.connection.close()
        else:
            leaked.append(self.connection)


class _Block:
    """A block of statements that is committed at its end, and rolled back when an error leaves it.

    Args:
        held: The connection.
        lock: Held by the one thread of the process that writes; None for a block that only reads.
        patiently: How to wait for other processes.
    """

    __slots__ = ("_held", "_lock", "_patiently")

    def __init__(self, held: Held, lock: threading.Lock | None, patiently: Patience) -> None:
        self._held = held
        self._lock = lock
        self._patiently = patiently

    def _start(self) -> None:
        if self._lock is not None:
            self._lock.acquire()
        try:
            self._execute("BEGIN" if self._lock is None else "BEGIN IMMEDIATE")
            self._began()
        except BaseException as exc:
            self._roll_back()
            if self._lock is not None:
                self._lock.release()
            self._translate(exc)
            raise

    def _began(self) -> None:
        """Called at the beginning of the transaction."""

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if exc is None:
                self._execute("COMMIT")
            else:
                self._roll_back()
        except sqlite3.Error as error:
            self._roll_back()
            self._translate(error)
        finally:
            if self._lock is not None:
                self._lock.release()
        self._translate(exc)

    def _execute(self, statement: str) -> None:
        connection = self._held.connection
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as exc:
            if not faults.is_busy(exc):
                raise
            self._patiently(lambda: connection.execute(statement))

    def _roll_back(self) -> None:
        self._held.known.forget()
        if self._held.connection.in_transaction:
            self._held.connection.execute("ROLLBACK")

    def _translate(self, exc: BaseException | None) -> None:
        if isinstance(exc, Exception) and isinstance(exc, faults.ERRORS):
            raise faults.from_sqlite(exc, self._held.path) from exc


class Transaction(_Block):
    """`with database.write() as tx: tx.execute(…)`."""

    __slots__ = ()

    def __enter__(self) -> sqlite3.Connection:
        self._start()
        return self._held.connection

    def _began(self) -> None:
        if self._lock is not None:
            self._held.known.forget()


class Appending(_Block):
    """`with database.append() as (tx, known): …`, which must change nothing that is known but by appending."""

    __slots__ = ()

    def __enter__(self) -> tuple[sqlite3.Connection, Known]:
        self._start()
        return self._held.connection, self._held.known

    def _began(self) -> None:
        known = self._held.known
        (version,) = self._held.connection.execute("PRAGMA data_version").fetchone()
        if version != known.version:
            known.forget()
            known.version = version
