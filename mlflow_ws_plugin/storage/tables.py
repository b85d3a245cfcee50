"""The tables as SQLAlchemy sees them, for searches and migrations. `schema.sql` is what a new database is made from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

METADATA = MetaData()


def _column(name: str, type_: type[TypeEngine[Any]], null: bool = False, default: str | None = None) -> Column[object]:
    return Column(name, type_, nullable=null, server_default=None if default is None else text(default))


def _key(name: str, type_: type[TypeEngine[Any]] = Integer) -> Column[object]:
    return Column(name, type_, primary_key=True, nullable=False, autoincrement=False)


def _id() -> Column[object]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _notes(name: str, owner: str) -> Table:
    """A table of an owner's keys and values."""
    columns = (_key(owner), _key("key", Text), _column("value", Text))
    return Table(name, METADATA, *columns, sqlite_with_rowid=False)


experiments = Table(
    "experiments",
    METADATA,
    _id(),
    _column("name", Text),
    _column("artifact_location", Text),
    _column("lifecycle", Text),
    _column("created_ms", BigInteger),
    _column("updated_ms", BigInteger),
    _column("last_number", Integer, default="0"),
    UniqueConstraint("name"),
    sqlite_autoincrement=True,
)
experiment_tags = _notes("experiment_tags", "experiment")

runs = Table(
    "runs",
    METADATA,
    _id(),
    _column("run_id", Text),
    _column("experiment", Integer),
    _column("number", Integer),
    _column("name", Text),
    _column("state", Text),
    _column("lifecycle", Text),
    _column("user_name", Text),
    _column("origin", Text),
    _column("parent", Text, null=True),
    _column("start_ms", BigInteger),
    _column("end_ms", BigInteger, null=True),
    _column("deleted_ms", BigInteger, null=True),
    _column("artifact_location", Text),
    _column("error", Text, null=True),
    _column("last_series", Integer, default="0"),
    _column("type", Text, null=True),
    _column("heartbeat_ms", BigInteger, null=True),
    UniqueConstraint("run_id"),
    sqlite_autoincrement=True,
)
Index("runs_newest", runs.c.experiment, runs.c.start_ms.desc(), runs.c.run_id)
Index("runs_children", runs.c.parent, sqlite_where=runs.c.parent.is_not(None))

parameters = _notes("parameters", "run")
tags = _notes("tags", "run")
properties = _notes("properties", "run")

series = Table(
    "series",
    METADATA,
    _key("run"),
    _key("mlflow_key", Text),
    _column("number", Integer),
    _column("name", Text),
    _column("column_name", Text, null=True),
    _column("kind", Text),
    _column("type", Text),
    _column("description", Text, default="''"),
    _column("count", BigInteger, default="0"),
    _column("first_step", BigInteger, null=True),
    _column("last_step", BigInteger, null=True),
    _column("last_ts", BigInteger, null=True),
    _column("last_value", Double, null=True),
    _column("last_nan", SmallInteger, null=True),
    _column("minimum", Double, null=True),
    _column("maximum", Double, null=True),
    _column("dense", SmallInteger, null=True),
    _column("in_order", SmallInteger, null=True),
    _column("last_text", Text, null=True),
    _column("behind", SmallInteger, default="0"),
    sqlite_with_rowid=False,
)

points = Table(
    "points",
    METADATA,
    _key("run"),
    _key("series"),
    _key("step", BigInteger),
    _key("ts", BigInteger),
    _key("value", Double),
    _key("is_nan", SmallInteger),
    sqlite_with_rowid=False,
)
cells = Table(
    "cells",
    METADATA,
    _key("run"),
    _key("series"),
    _key("step", BigInteger),
    _key("ts", BigInteger),
    _key("text", Text),
    sqlite_with_rowid=False,
)

datasets = Table(
    "datasets",
    METADATA,
    _id(),
    _column("experiment", Integer),
    _column("name", Text),
    _column("digest", Text),
    _column("source_type", Text),
    _column("source", Text),
    _column("schema", Text, null=True),
    _column("profile", Text, null=True),
    UniqueConstraint("experiment", "name", "digest"),
    sqlite_autoincrement=True,
)
run_datasets = Table("run_datasets", METADATA, _key("run"), _key("dataset"), sqlite_with_rowid=False)
Index("run_datasets_users", run_datasets.c.dataset, run_datasets.c.run)
run_dataset_tags = Table(
    "run_dataset_tags",
    METADATA,
    _key("run"),
    _key("dataset"),
    _key("key", Text),
    _column("value", Text),
    sqlite_with_rowid=False,
)
run_models = Table(
    "run_models",
    METADATA,
    _key("run"),
    _key("direction", Text),
    _key("model_id", Text),
    _column("step", BigInteger, default="0"),
    sqlite_with_rowid=False,
)

models = Table(
    "models",
    METADATA,
    _id(),
    _column("model_id", Text),
    _column("experiment", Integer),
    _column("name", Text),
    _column("artifact_location", Text),
    _column("created_ms", BigInteger),
    _column("updated_ms", BigInteger),
    _column("status", Integer),
    _column("lifecycle", Text),
    _column("model_type", Text, null=True),
    _column("source_run_id", Text, null=True),
    _column("status_message", Text, null=True),
    UniqueConstraint("model_id"),
    sqlite_autoincrement=True,
)
Index("models_newest", models.c.experiment, models.c.created_ms.desc(), models.c.model_id)
model_tags = _notes("model_tags", "model")
model_parameters = _notes("model_parameters", "model")
model_metrics = Table(
    "model_metrics",
    METADATA,
    _key("model"),
    _key("name", Text),
    _key("ts", BigInteger),
    _key("step", BigInteger),
    _key("run_id", Text),
    _column("value", Double),
    _column("dataset_name", Text, null=True),
    _column("dataset_digest", Text, null=True),
    sqlite_with_rowid=False,
)
