"""MLflow's search grammar, read by its own parser, as filter trees and orders."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.utils.search_utils import SearchExperimentsUtils, SearchUtils

from mlflow_ws_plugin.plugin.translate import experiment_key
from mlflow_ws_plugin.records import reserved
from mlflow_ws_plugin.records.filters import AllOf, AnyOf, Comparison, Field, Filter, Order, Value

_EQUALITY = ("=", "!=", "IN", "NOT IN")
_TEXT = ("=", "!=", "LIKE", "ILIKE")
_NUMBER = ("=", "!=", "<", "<=", ">", ">=")
_RUN_ATTRIBUTES = {"run_name": "name", "user_id": "user"}
"""MLflow's names of a run's attributes where ours differ."""


def run_filter(text: str | None) -> AllOf:
    """Return the tree of a `search_runs` filter.

    Raises:
        MlflowException: The filter is not legal.
    """
    return AllOf(tuple(_run_comparison(**_named(parsed)) for parsed in SearchUtils.parse_search_filter(text)))


def _named(parsed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what MLflow's parser found in one comparison, as keyword arguments."""
    return {"type_": parsed["type"], **{name: value for name, value in parsed.items() if name != "type"}}


def _run_comparison(type_: str, key: str, comparator: str, value: Any = None) -> Filter:
    operator = comparator.upper()
    key = SearchUtils.translate_key_alias(key)
    if SearchUtils.is_string_attribute(type_, key, operator):
        return Comparison(_run_attribute(key), operator, value)
    if SearchUtils.is_numeric_attribute(type_, key, operator):
        return Comparison(Field("attribute", key), operator, float(value))
    if SearchUtils.is_metric(type_, operator):
        return _as_shown(Comparison(Field("metric", key), operator, float(value)))
    if SearchUtils.is_param(type_, operator):
        return Comparison(Field("parameter", key), operator, value)
    if SearchUtils.is_tag(type_, operator):
        return Comparison(tag_field(key), operator, value)
    if SearchUtils.is_dataset(type_, operator):
        return Comparison(Field("dataset", key), operator, value)
    raise MlflowException(f"Invalid search expression type '{type_}'", error_code=INVALID_PARAMETER_VALUE)


def _as_shown(comparison: Comparison) -> Filter:
    """MLflow is shown infinities as the largest doubles, so what it compares with one of those means both."""
    field, operator, value = comparison.field, comparison.operator, comparison.value
    if not isinstance(value, float) or abs(value) != sys.float_info.max:
        return comparison
    infinite = Comparison(field, operator, math.copysign(math.inf, value))
    if operator in ("=", "!="):
        return (AnyOf if operator == "=" else AllOf)((comparison, infinite))
    return infinite if operator in (("<=", ">") if value > 0 else (">=", "<")) else comparison


def _run_attribute(key: str) -> Field:
    """MLflow searches a run's name in its tag."""
    return Field("tag", reserved.RUN_NAME) if key == "run_name" else Field("attribute", _RUN_ATTRIBUTES.get(key, key))


def tag_field(key: str) -> Field:
    """Return the field that an MLflow tag means; some tags show parts of the native record."""
    if key == reserved.STATE:
        return Field("attribute", "state")
    for prefix, kind in ((reserved.PROPERTY, "property"), (reserved.TEXT_METRIC, "text")):
        if key.startswith(prefix):
            return Field(kind, key.removeprefix(prefix))
    return Field("tag", key)


def run_order(clauses: Sequence[str] | None) -> list[Order]:
    """Return the orders of a `search_runs` call.

    Raises:
        MlflowException: A clause is not legal, or a field is named twice.
    """
    orders: list[Order] = []
    for clause in clauses or ():
        type_, key, ascending = SearchUtils.parse_order_by_for_search_runs(clause)
        order = Order(_order_field(type_, SearchUtils.translate_key_alias(key)), ascending)
        if any(order.field == other.field for other in orders):
            raise MlflowException(f"`order_by` contains duplicate fields: {clauses}")
        orders.append(order)
    return orders


def _order_field(type_: str, key: str) -> Field:
    if SearchUtils.is_attribute(type_, key, "="):
        return Field("attribute", _RUN_ATTRIBUTES.get(key, key))
    if SearchUtils.is_metric(type_, "="):
        return Field("metric", key)
    if SearchUtils.is_tag(type_, "="):
        return tag_field(key)
    if SearchUtils.is_param(type_, "="):
        return Field("parameter", key)
    raise MlflowException(f"Invalid identifier type '{type_}'", error_code=INVALID_PARAMETER_VALUE)


def experiment_filter(text: str | None) -> AllOf:
    """Return the tree of a `search_experiments` filter.

    Raises:
        MlflowException: The filter is not legal.
    """
    return AllOf(
        tuple(_experiment_comparison(**_named(parsed)) for parsed in SearchExperimentsUtils.parse_search_filter(text))
    )


def _experiment_comparison(type_: str, key: str, comparator: str, value: Any = None) -> Comparison:
    if type_ == "tag":
        if comparator not in (*_TEXT, "IS NULL", "IS NOT NULL"):
            raise MlflowException.invalid_parameter_value(f"Invalid comparator for tag: {comparator}")
        return Comparison(Field("tag", key), comparator, value)
    if type_ != "attribute":
        raise MlflowException.invalid_parameter_value(f"Invalid token type: {type_}")
    return Comparison(Field("attribute", key), comparator, _experiment_value(key, comparator, value))


def _experiment_value(key: str, comparator: str, value: Any) -> Value:
    if key == "experiment_id":
        if comparator not in _EQUALITY:
            raise MlflowException.invalid_parameter_value(f"Invalid comparator for experiment_id: {comparator}")
        return tuple(map(experiment_key, value)) if isinstance(value, tuple) else experiment_key(value)
    if SearchExperimentsUtils.is_string_attribute("attribute", key, comparator) and comparator not in _TEXT:
        raise MlflowException.invalid_parameter_value(f"Invalid comparator for string attribute: {comparator}")
    if not SearchExperimentsUtils.is_numeric_attribute("attribute", key, comparator):
        return str(value)
    if comparator not in _NUMBER:
        raise MlflowException.invalid_parameter_value(f"Invalid comparator for numeric attribute: {comparator}")
    if isinstance(value, float):
        raise MlflowException.invalid_parameter_value(f"Invalid value for numeric attribute '{key}': {str(value)!r}")
    try:
        return int(value)
    except (TypeError, ValueError):
        raise MlflowException.invalid_parameter_value(
            f"Invalid value for numeric attribute '{key}': {value!r}"
        ) from None


def experiment_order(clauses: Sequence[str] | None) -> list[Order]:
    """Return the orders of a `search_experiments` call, newest first by default, the id deciding ties.

    Raises:
        MlflowException: A clause is not legal.
    """
    orders = []
    for clause in clauses or ("creation_time DESC", "experiment_id ASC"):
        type_, key, ascending = SearchExperimentsUtils.parse_order_by_for_search_experiments(clause)
        if type_ != "attribute":
            raise MlflowException.invalid_parameter_value(f"Invalid order_by entity: {type_}")
        orders.append(Order(Field("attribute", key), ascending))
    by_id = Field("attribute", "experiment_id")
    return orders if any(order.field == by_id for order in orders) else [*orders, Order(by_id, ascending=False)]
