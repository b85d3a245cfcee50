"""Bringing a database up to date with Alembic, which is loaded only when there is something to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.storage import faults


def upgrade(path: Path) -> None:
    """Apply the revisions that a database lacks, in one transaction; an empty database gets all of them.

    Args:
        path: The database file.

    Raises:
        StorageError: It cannot be written, or other processes held it for longer than `MLWS_BUSY_TIMEOUT`.
    """
    try:
        _upgrade(path)
    except DBAPIError as exc:
        raise faults.from_sqlite(exc.orig or exc, path) from exc


def _upgrade(path: Path) -> None:
    engine = create_engine("sqlite://", creator=lambda: _connect(path), poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=settings.BUSY_TIMEOUT.seconds(), isolation_level=None)
