"""Filter trees as SQL. What they mean in plain Python is `records.filters.matches`; a property test compares both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, true
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import Select

from mlflow_ws_plugin.errors import InvalidQuery
from mlflow_ws_plugin.records.filters import AllOf, AnyOf, Comparison, Filter
from mlflow_ws_plugin.storage.connection import Connection, Cursor

Expression = ColumnElement[Any]
Owned = Callable[[Comparison], Expression]
"""From a comparison on a kind of field to the condition on the row that is searched."""

_DIALECT = sqlite.dialect(paramstyle="qmark")

_OPERATORS: dict[str, Callable[[Expression, Any], Expression]] = {
    "=": lambda column, value: column == value,
    "!=": lambda column, value: column != value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "LIKE": lambda column, value: column.like(value),
    "ILIKE": lambda column, value: column.ilike(value),
    "IN": lambda column, value: column.in_(value),
    "NOT IN": lambda column, value: column.not_in(value),
}


def run(tx: Connection, statement: Select[Any]) -> Cursor:
    """Execute a statement that SQLAlchemy built on the driver's own connection."""
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    parameters = compiled.params
    return tx.execute(str(compiled), [parameters[name] for name in compiled.positiontup or ()])


def condition(tree: Filter, kinds: Mapping[str, Owned]) -> Expression:
    """Return a filter tree as a condition on the row that is searched.

    Args:
        tree: The filter.
        kinds: How a comparison on each kind of field is said.

    Raises:
        InvalidQuery: A field is of another kind.
    """
    if isinstance(tree, AllOf):
        return and_(true(), *(condition(part, kinds) for part in tree.parts))
    if isinstance(tree, AnyOf):
        return or_(false(), *(condition(part, kinds) for part in tree.parts))
    if tree.field.kind not in kinds:
        raise InvalidQuery(f"{tree.field.kind!r} cannot be searched here.", f"Use one of {sorted(kinds)}.")
    return kinds[tree.field.kind](tree)


def compared(column: Expression, comparison: Comparison) -> Expression:
    """Return one column compared as the comparison says."""
    if comparison.operator == "IS NULL":
        return column.is_(None)
    if comparison.operator == "IS NOT NULL":
        return column.is_not(None)
    return _OPERATORS[comparison.operator](column, comparison.value)


def among(rows: Expression, value: Expression, comparison: Comparison) -> Expression:
    """Return the condition that one of an owner's rows has a fitting value, or for IS NULL that there is no row.

    Args:
        rows: Which rows belong to the owner and the comparison's key.
        value: Their value.
        comparison: What the value must fulfil.
    """
    if comparison.operator == "IS NULL":
        return not_(exists().where(rows))
    if comparison.operator == "IS NOT NULL":
        return exists().where(rows)
    return exists().where(rows, compared(value, comparison))
