"""Searching experiments."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select

from mlflow_ws_plugin.records.experiment import ExperimentRecord
from mlflow_ws_plugin.records.filters import Comparison, Filter, Order
from mlflow_ws_plugin.storage import experiments, tables
from mlflow_ws_plugin.storage.conditions import Expression, among, compared, condition, run
from mlflow_ws_plugin.storage.connection import Connection

_EXPERIMENT = tables.experiments.c
_ATTRIBUTES = {
    "experiment_id": _EXPERIMENT.id,
    "name": _EXPERIMENT.name,
    "creation_time": _EXPERIMENT.created_ms,
    "last_update_time": _EXPERIMENT.updated_ms,
}


def find(
    tx: Connection, tree: Filter, order: Sequence[Order], lifecycles: Sequence[str], limit: int, offset: int
) -> list[ExperimentRecord]:
    """Return experiments with their tags; see `history.experiments.Experiments.search`."""
    found = select(
        _EXPERIMENT.id,
        _EXPERIMENT.name,
        _EXPERIMENT.artifact_location,
        _EXPERIMENT.lifecycle,
        _EXPERIMENT.created_ms,
        _EXPERIMENT.updated_ms,
    ).where(_EXPERIMENT.lifecycle.in_(lifecycles), condition(tree, {"attribute": _attribute, "tag": _tag}))
    for wanted in order:
        column = _ATTRIBUTES[wanted.field.key]
        found = found.order_by(column.asc() if wanted.ascending else column.desc())
    rows = run(tx, found.limit(limit).offset(offset)).fetchall()
    return [experiments.record(row, experiments.tags(tx, row[0])) for row in rows]


def _attribute(comparison: Comparison) -> Expression:
    return compared(_ATTRIBUTES[comparison.field.key], comparison)


def _tag(comparison: Comparison) -> Expression:
    notes = tables.experiment_tags.c
    mine = and_(notes.experiment == _EXPERIMENT.id, notes.key == comparison.field.key)
    return among(mine, notes.value, comparison)
