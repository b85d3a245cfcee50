"""Transactions on a thread's connection to a SQLite database."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

from mlflow_ws_plugin.storage import faults, forking
from mlflow_ws_plugin.storage.known import Known

Patience = Callable[[Callable[[], Any]], Any]
"""Calls what it is given until no other process is in the way."""

LEAKED: list[sqlite3.Connection] = []
"""Connections inherited through a fork. SQLite forbids to use or even close them in the child."""

_LOOK_EVERY_S = 0.1


class Held:
    """A thread's connection, closed with the thread, but never by another process than its own.

    Attributes:
        connection: The connection.
        path: The database file.
        known: What the connection remembers of the runs it appends to.
        pid: The process that opened it.
    """

    __slots__ = ("_file", "_looked_s", "connection", "known", "path", "pid")

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self.known = Known()
        self.pid = os.getpid()
        self._file = _identity(path)
        self._looked_s = 0.0

    def is_there(self) -> bool:
        """Tell whether the file that was opened is still in its place; looks ten times a second."""
        now_s = time.monotonic()
        if now_s - self._looked_s < _LOOK_EVERY_S:
            return True
        self._looked_s = now_s
        return _identity(self.path) == self._file

    def __del__(self, getpid: Callable[[], int] = os.getpid, leaked: list[sqlite3.Connection] = LEAKED) -> None:
        """The defaults are there even when the interpreter has cleared this module."""
        if self.pid == getpid():
            self.connection.close()
        else:
            leaked.append(self.connection)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class _Block:
    """A block of statements that is committed at its end, and rolled back when an error leaves it.

    Args:
        held: The connection.
        guard: What is entered around it.
        patiently: How to wait for other processes.
    """

    __slots__ = ("_guard", "_held", "_patiently")

    _BEGIN = "BEGIN IMMEDIATE"

    def __init__(self, held: Held, guard: AbstractContextManager[Any], patiently: Patience) -> None:
        self._held = held
        self._guard = guard
        self._patiently = patiently

    def _start(self) -> None:
        self._guard.__enter__()
        try:
            try:
                self._held.connection.execute(self._BEGIN)
            except sqlite3.OperationalError as exc:
                self._wait(exc, self._BEGIN)
            self._began()
        except BaseException as exc:
            self._roll_back()
            self._guard.__exit__(None, None, None)
            self._translate(exc)
            raise

    def _began(self) -> None:
        """Called at the beginning of the transaction."""

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if exc is None:
                try:
                    self._held.connection.execute("COMMIT")
                except sqlite3.OperationalError as busy:
                    self._wait(busy, "COMMIT")
                return
            self._roll_back()
        except sqlite3.Error as error:
            self._roll_back()
            self._translate(error)
        finally:
            self._guard.__exit__(None, None, None)
        self._translate(exc)

    def _wait(self, exc: sqlite3.OperationalError, statement: str) -> None:
        """Try a statement again until no other process is in its way."""
        if not faults.is_busy(exc):
            raise exc
        self._patiently(lambda: self._held.connection.execute(statement))

    def _roll_back(self) -> None:
        self._held.known.forget()
        if self._held.connection.in_transaction:
            self._held.connection.execute("ROLLBACK")

    def _translate(self, exc: BaseException | None) -> None:
        if isinstance(exc, Exception) and isinstance(exc, faults.ERRORS):
            raise faults.from_sqlite(exc, self._held.path) from exc


class Reading(_Block):
    """`with database.read() as tx: tx.execute(…)`: sees one state of the database and changes nothing."""

    __slots__ = ()

    _BEGIN = "BEGIN"

    def __init__(self, held: Held, patiently: Patience) -> None:
        super().__init__(held, forking.reading(), patiently)

    def __enter__(self) -> sqlite3.Connection:
        self._start()
        return self._held.connection


class Writing(_Block):
    """`with database.write() as tx: tx.execute(…)`."""

    __slots__ = ()

    def __init__(self, held: Held, lock: threading.Lock, patiently: Patience) -> None:
        super().__init__(held, lock, patiently)

    def __enter__(self) -> sqlite3.Connection:
        self._start()
        return self._held.connection

    def _began(self) -> None:
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
