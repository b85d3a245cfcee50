"""The file inside a workspace that holds MLflow's own tables: its registry, and what is not native."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

FILE_NAME = "mlflow.db"
LOCK_NAME = "mlflow.db.lock"


@contextmanager
def one_at_a_time(directory: Path) -> Iterator[None]:
    """Hold a lock that processes hold while they make the tables, which MLflow itself lets two of them do at once.

    Args:
        directory: The workspace's directory.
    """
    with (directory / LOCK_NAME).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def database_address(path: Path) -> str:
    """Return the address by which SQLAlchemy finds a file; only its newer versions decode escapes."""
    plain = f"sqlite:///{path}"
    if make_url(plain).database == str(path):
        return plain
    return "sqlite:///" + str(path).replace("%", "%25").replace("?", "%3F")
