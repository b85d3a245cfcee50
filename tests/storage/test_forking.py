"""What threads do with SQLite while another one forks: nothing, for its own locks are copied as they are."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlflow_ws_plugin.storage import forking
from mlflow_ws_plugin.storage.sqlite import Database

LONGEST_S = 30


@pytest.fixture
def database(workspace_dir: Path) -> Database:
    database = Database(workspace_dir)
    with database.write():
        pass
    return database


@contextmanager
def a_fork() -> Iterator[None]:
    """Stand between the two halves of a fork."""
    forking._before()
    try:
        yield
    finally:
        forking._after()


def is_open(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1").fetchone()
    except sqlite3.ProgrammingError:
        return False
    return True


def test_the_connection_of_a_thread_that_ends_is_closed_when_the_fork_is_over(database: Database) -> None:
    used, end = threading.Event(), threading.Event()
    connections: list[sqlite3.Connection] = []

    def read_once() -> None:
        with database.read() as tx:
            connections.append(tx)
        used.set()
        end.wait(LONGEST_S)

    thread = threading.Thread(target=read_once)
    thread.start()
    assert used.wait(LONGEST_S)
    with a_fork():
        end.set()
        thread.join(LONGEST_S)
        assert is_open(connections[0])
    assert not is_open(connections[0])


def test_who_reads_may_read_within_while_a_fork_waits_for_it(database: Database) -> None:
    read: list[int] = []
    began, forking_now = threading.Event(), threading.Event()

    def read_twice() -> None:
        with forking.Reading():
            began.set()
            forking_now.wait(LONGEST_S)
            with database.read() as tx:
                read.append(tx.execute("SELECT 1").fetchone()[0])

    def note_that_it_forks() -> None:
        while forking._forking_thread is None:
            pass
        forking_now.set()

    threads = [threading.Thread(target=read_twice), threading.Thread(target=note_that_it_forks)]
    for thread in threads:
        thread.start()
    assert began.wait(LONGEST_S)
    with a_fork():
        assert read == [1]
    for thread in threads:
        thread.join(LONGEST_S)


def test_who_reads_may_write_within_while_a_fork_waits_for_it(database: Database) -> None:
    wrote = threading.Event()
    began = threading.Event()

    def read_and_write() -> None:
        with forking.Reading():
            began.set()
            while forking._forking_thread is None:
                pass
            with database.write():
                wrote.set()

    thread = threading.Thread(target=read_and_write)
    thread.start()
    assert began.wait(LONGEST_S)
    with a_fork():
        assert wrote.is_set()
    thread.join(LONGEST_S)
