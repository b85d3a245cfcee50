"""Searching logged models."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, func, or_, select, true

from mlflow_ws_plugin.records.filters import Comparison, Order
from mlflow_ws_plugin.records.model import ModelRecord
from mlflow_ws_plugin.records.model_query import MetricOrder, ModelQuery, OnDataset
from mlflow_ws_plugin.storage import models, tables
from mlflow_ws_plugin.storage.conditions import Expression, among, compared, condition, run
from mlflow_ws_plugin.storage.connection import Connection

_MODEL = tables.models.c
_METRIC = tables.model_metrics.c
_COLUMNS = [_MODEL[name] for name in models.COLUMNS.split(", ")]


def find(tx: Connection, query: ModelQuery, limit: int, offset: int) -> list[ModelRecord]:
    """Return models with their data; see `history.models.Models.search`."""
    on_datasets = or_(*map(_measured_on, query.datasets)) if query.datasets else true()
    tree = condition(
        query.condition,
        {
            "attribute": lambda comparison: compared(_MODEL[comparison.field.key], comparison),
            "metric": lambda comparison: _metric(comparison, on_datasets),
            "parameter": lambda comparison: _note(tables.model_parameters.c, comparison),
            "tag": lambda comparison: _note(tables.model_tags.c, comparison),
        },
    )
    found = select(*_COLUMNS).where(_MODEL.lifecycle == "active", _MODEL.experiment.in_(query.experiment_ids), tree)
    if query.datasets:
        found = found.where(select(1).where(_METRIC.model == _MODEL.id, on_datasets).exists())
    for number, wanted in enumerate(query.order):
        found = _ordered(found, wanted, number)
    named = {wanted.field.key for wanted in query.order if isinstance(wanted, Order)}
    if "created_ms" not in named:
        found = found.order_by(_MODEL.created_ms.desc())
    if "model_id" not in named:
        found = found.order_by(_MODEL.model_id)
    return models.fill(tx, run(tx, found.limit(limit).offset(offset)).fetchall())


def _measured_on(dataset: OnDataset) -> Expression:
    named = _METRIC.dataset_name == dataset.name
    return named if dataset.digest is None else and_(named, _METRIC.dataset_digest == dataset.digest)


def _metric(comparison: Comparison, on_datasets: Expression) -> Expression:
    mine = and_(_METRIC.model == _MODEL.id, _METRIC.name == comparison.field.key, on_datasets)
    return among(mine, _METRIC.value, comparison)


def _note(notes: Any, comparison: Comparison) -> Expression:
    return among(and_(notes.model == _MODEL.id, notes.key == comparison.field.key), notes.value, comparison)


def _ordered(found: Any, wanted: Order | MetricOrder, number: int) -> Any:
    """Return the statement ordered by one more field; absent values come last both ways."""
    if isinstance(wanted, Order):
        value: Expression = _MODEL[wanted.field.key]
    else:
        latest = _latest(wanted, number)
        found = found.outerjoin(latest, and_(latest.c.model == _MODEL.id, latest.c.rank == 1))
        value = latest.c.value
    absent = case((value.is_(None), 1), else_=0)
    return found.order_by(absent, value.asc() if wanted.ascending else value.desc())


def _latest(wanted: MetricOrder, number: int) -> Any:
    """The values of a metric, ranked from the latest, as MLflow ranks them: by time, then step, then run."""
    rank = func.row_number().over(
        partition_by=_METRIC.model, order_by=[_METRIC.ts.desc(), _METRIC.step.desc(), _METRIC.run_id.asc()]
    )
    values = select(_METRIC.model, _METRIC.value, rank.label("rank")).where(_METRIC.name == wanted.metric)
    if wanted.dataset_name:
        values = values.where(_METRIC.dataset_name == wanted.dataset_name)
    if wanted.dataset_digest:
        values = values.where(_METRIC.dataset_digest == wanted.dataset_digest)
    return values.subquery(f"latest_{number}")
