"""Searching runs: filter and order in SQL, then the data of one page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from mlflow_ws_plugin.errors import InvalidQuery
from mlflow_ws_plugin.records.filters import Comparison, Field, Filter, Order
from mlflow_ws_plugin.records.lifecycle import STATUS
from mlflow_ws_plugin.records.run import RunRecord
from mlflow_ws_plugin.storage import inputs, latest, runs, tables
from mlflow_ws_plugin.storage.conditions import Expression, among, compared, condition, run
from mlflow_ws_plugin.storage.connection import WANTED, Connection

_RUN = tables.runs.c
_RUNS = f"{WANTED}SELECT {runs.COLUMNS} FROM wanted CROSS JOIN runs WHERE id = it"
_PARAMETERS = WANTED + "SELECT run, key, value FROM wanted CROSS JOIN parameters WHERE run = it"
_TAGS = WANTED + "SELECT run, key, value FROM wanted CROSS JOIN tags WHERE run = it"
_PROPERTIES = WANTED + "SELECT run, key, value FROM wanted CROSS JOIN properties WHERE run = it"
_LATEST = f"{WANTED}SELECT {latest.COLUMNS} FROM wanted CROSS JOIN series WHERE run = it AND last_value IS NOT NULL"
_TEXTS = WANTED + (
    "SELECT run, mlflow_key, last_text FROM wanted CROSS JOIN series WHERE run = it "
    "AND type = 'string' AND last_text IS NOT NULL"
)
_SUMMARISED = {"value": "last_value", "is_nan": "last_nan", "ts": "last_ts"}
_METRIC_RANK = {"number": 0, "nan": 1, "absent": 2}


def find(
    tx: Connection,
    experiments: Sequence[int],
    tree: Filter,
    order: Sequence[Order],
    lifecycles: Sequence[str],
    limit: int | None,
    offset: int,
    artifact_root: str,
    silent_since_ms: int,
) -> list[RunRecord]:
    """Return runs with their data; see `history.runs.Runs.search`. Their states are those recorded."""
    attributes = _attributes(artifact_root, silent_since_ms)
    found = select(_RUN.id).where(
        _RUN.experiment.in_(experiments), _RUN.lifecycle.in_(lifecycles), _condition(tree, attributes)
    )
    for number, wanted in enumerate(order):
        found = _ordered(found, wanted, number, attributes)
    if not any(wanted.field == Field("attribute", "start_time") for wanted in order):
        found = found.order_by(_RUN.start_ms.desc())
    found = found.order_by(_RUN.run_id)
    page = run(tx, found.limit(-1 if limit is None else limit).offset(offset))
    return with_data(tx, [row[0] for row in page])


def with_data(tx: Connection, keys: list[int]) -> list[RunRecord]:
    """Return runs by their keys, in the same order, with all their data."""
    wanted = (json.dumps(keys),)
    records = {row[0]: RunRecord(runs.info(row)) for row in tx.execute(_RUNS, wanted)}
    for key, name, value in tx.execute(_PARAMETERS, wanted):
        records[key].parameters[name] = value
    for key, name, value in tx.execute(_TAGS, wanted):
        records[key].tags[name] = value
    for key, name, value in tx.execute(_PROPERTIES, wanted):
        records[key].properties[name] = value
    for row in tx.execute(_LATEST, wanted).fetchall():
        records[row[0]].metrics.append(latest.of_row(tx, row))
    for key, name, text in tx.execute(_TEXTS, wanted):
        records[key].texts[name] = text
    return inputs.fill(tx, [records[key] for key in keys])


def _attributes(artifact_root: str, silent_since_ms: int) -> dict[str, Expression]:
    location = _RUN.artifact_location
    absolute = or_(func.instr(location, ":") > 0, func.substr(location, 1, 1) == "/")
    status = case({state.value: status for state, status in STATUS.items()}, value=_RUN.state)
    return {
        "run_id": _RUN.run_id,
        "name": _RUN.name,
        "number": _RUN.number,
        "state": case((_is_silent(silent_since_ms), "NotResponding"), else_=_RUN.state),
        "status": status,
        "user": _RUN.user_name,
        "parent": _RUN.parent,
        "start_time": _RUN.start_ms,
        "end_time": _RUN.end_ms,
        "artifact_uri": case((absolute, location), else_=artifact_root + location),
    }


def _is_silent(since_ms: int) -> Expression:
    """See `history.liveness.is_silent`."""
    series = tables.series.c
    newest = select(func.max(_latest(series, "ts"))).where(series.run == _RUN.id, series.last_value.is_not(None))
    return and_(
        _RUN.state.in_(("Running", "Finalizing")),
        _RUN.heartbeat_ms < since_ms,
        func.coalesce(newest.scalar_subquery(), 0) < since_ms,
    )


def _condition(tree: Filter, attributes: dict[str, Expression]) -> Expression:
    return condition(
        tree,
        {
            "attribute": lambda comparison: compared(_attribute(attributes, comparison.field), comparison),
            "metric": _metric,
            "text": _text,
            "parameter": lambda comparison: _note(tables.parameters.c, comparison),
            "tag": lambda comparison: _note(tables.tags.c, comparison),
            "property": lambda comparison: _note(tables.properties.c, comparison),
            "dataset": _dataset,
        },
    )


def _attribute(attributes: dict[str, Expression], field: Field) -> Expression:
    try:
        return attributes[field.key]
    except KeyError:
        raise InvalidQuery(f"Runs have no attribute {field.key!r}.", f"Use one of {sorted(attributes)}.") from None


def _note(notes: Any, comparison: Comparison) -> Expression:
    return among(and_(notes.run == _RUN.id, notes.key == comparison.field.key), notes.value, comparison)


def _metric(comparison: Comparison) -> Expression:
    """NaN is stored as 0.0 with a mark: it differs from every number, and fulfils nothing else."""
    series = tables.series.c
    mine = and_(series.run == _RUN.id, series.mlflow_key == comparison.field.key, series.last_value.is_not(None))
    if comparison.operator in ("IS NULL", "IS NOT NULL"):
        return among(mine, series.last_value, comparison)
    value, is_nan = _latest(series, "value"), _latest(series, "is_nan")
    fits = compared(value, comparison)
    if comparison.operator == "!=":
        return select(1).where(mine, or_(fits, is_nan == 1)).exists()
    return select(1).where(mine, fits, is_nan == 0).exists()


def _latest(series: Any, column: str) -> Expression:
    """Return the value of a series' latest point, or whether it is NaN; see `storage.series` on summaries behind."""
    points = tables.points.c
    newest_first = (points.step.desc(), points.ts.desc(), points.value.desc(), points.is_nan.desc())
    mine = and_(points.run == series.run, points.series == series.number)
    last = select(points[column]).where(mine).order_by(*newest_first).limit(1).scalar_subquery()
    return case((series.behind == 1, last), else_=series[_SUMMARISED[column]])


def _text(comparison: Comparison) -> Expression:
    series = tables.series.c
    mine = and_(series.run == _RUN.id, series.mlflow_key == comparison.field.key, series.type == "string")
    return among(mine, series.last_text, comparison)


def _dataset(comparison: Comparison) -> Expression:
    uses, datasets, notes = tables.run_datasets.c, tables.datasets.c, tables.run_dataset_tags.c
    mine = and_(uses.run == _RUN.id, datasets.id == uses.dataset)
    if comparison.field.key != "context":
        return among(mine, datasets[comparison.field.key], comparison)
    context = and_(notes.run == uses.run, notes.dataset == uses.dataset, notes.key == inputs.CONTEXT_TAG)
    return among(and_(mine, context), notes.value, comparison)


def _ordered(found: Any, wanted: Order, number: int, attributes: dict[str, Expression]) -> Any:
    """Return the statement ordered by one more field; absent values come last both ways, NaN before them."""
    if wanted.field.kind == "attribute":
        value = _attribute(attributes, wanted.field)
        rank = case((value.is_(None), 1), else_=0)
    elif wanted.field.kind in ("metric", "text"):
        series = tables.series.alias(f"order_{number}")
        found = found.outerjoin(series, and_(series.c.run == _RUN.id, series.c.mlflow_key == wanted.field.key))
        value = _latest(series.c, "value") if wanted.field.kind == "metric" else series.c.last_text
        is_nan = _latest(series.c, "is_nan") == 1
        rank = case((value.is_(None), _METRIC_RANK["absent"]), (is_nan, _METRIC_RANK["nan"]), else_=0)
    else:
        notes = _NOTES[wanted.field.kind].alias(f"order_{number}")
        found = found.outerjoin(notes, and_(notes.c.run == _RUN.id, notes.c.key == wanted.field.key))
        value = notes.c.value
        rank = case((value.is_(None), 1), else_=0)
    return found.order_by(rank, value.asc() if wanted.ascending else value.desc())


_NOTES = {"parameter": tables.parameters, "tag": tables.tags, "property": tables.properties}
