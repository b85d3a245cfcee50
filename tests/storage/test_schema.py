"""One schema, said three times: `schema.sql` for new databases, the migrations, and SQLAlchemy's tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from mlflow_ws_plugin.storage import migrations, schema, tables

Shape = dict[str, Any]


def shape(connection: sqlite3.Connection) -> Shape:
    """Return every table's columns, keys and indexes as SQLite itself describes them."""
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
    ]
    return {name: {"columns": _columns(connection, name), "indexes": _indexes(connection, name)} for name in names}


def _columns(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """SQLite takes `DOUBLE`, as SQLAlchemy says it, and `DOUBLE PRECISION`, as PostgreSQL does, for the same."""
    found = connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
    return [(number, name, kind.removesuffix(" PRECISION"), *rest) for number, name, kind, *rest in found]


def _indexes(connection: sqlite3.Connection, table: str) -> list[Any]:
    found = connection.execute(f"PRAGMA index_list({table})").fetchall()
    return sorted(
        (unique, origin, partial, connection.execute(f"PRAGMA index_xinfo({name})").fetchall())
        for _, name, unique, origin, partial in found
    )


@pytest.fixture
def newest() -> Iterator[sqlite3.Connection]:
    """A database made as a new workspace's is."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    yield connection
    connection.close()


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A database made by all migrations, one after the other."""
    migrations.upgrade(tmp_path / "a.db")
    connection = sqlite3.connect(tmp_path / "a.db")
    yield connection
    connection.close()


def test_a_new_database_is_what_the_migrations_give(newest: sqlite3.Connection, migrated: sqlite3.Connection) -> None:
    assert shape(newest) == shape(migrated)
    for said in ("SELECT * FROM alembic_version", "PRAGMA application_id", "SELECT id, name FROM experiments"):
        assert newest.execute(said).fetchall() == migrated.execute(said).fetchall()


def test_the_tables_that_searches_use_are_those_of_the_database(newest: sqlite3.Connection, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'b.db'}")
    tables.METADATA.create_all(engine)
    engine.dispose()
    made = sqlite3.connect(tmp_path / "b.db")
    ours = {name: table for name, table in shape(newest).items() if name != "alembic_version"}
    assert shape(made) == ours
    made.close()


def test_the_revisions_that_are_known_are_those_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    revisions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(revisions)) == schema.REVISIONS


def test_every_index_names_the_query_it_serves() -> None:
    text = (Path(schema.__file__).parent / "schema.sql").read_text().splitlines()
    for before, line in pairwise(text):
        if line.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX")):
            assert before.startswith("-- ")
