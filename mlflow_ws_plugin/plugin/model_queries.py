"""MLflow's searches for logged models, read by its own parser, as native queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

from mlflow_ws_plugin.plugin.translate import experiment_key
from mlflow_ws_plugin.records.filters import AllOf, Comparison, Field, Filter, Order
from mlflow_ws_plugin.records.model_query import MetricOrder, ModelQuery, OnDataset

_KINDS = {"attributes": "attribute", "metrics": "metric", "params": "parameter", "tags": "tag"}
_ATTRIBUTES = {
    "creation_timestamp_ms": "created_ms",
    "creation_timestamp": "created_ms",
    "creation_time": "created_ms",
    "last_updated_timestamp_ms": "updated_ms",
    "last_updated_timestamp": "updated_ms",
    "experiment_id": "experiment",
    "lifecycle_stage": "lifecycle",
    **{
        name: name
        for name in ("model_id", "name", "artifact_location", "status", "model_type", "source_run_id", "status_message")
    },
}
"""MLflow's names of a logged model's attributes, and ours."""


def model_query(
    experiment_ids: Sequence[str],
    filter_string: str | None,
    datasets: Sequence[Mapping[str, Any]] | None,
    order_by: Sequence[Mapping[str, Any]] | None,
) -> ModelQuery:
    """Return the query of a `search_logged_models` call.

    Raises:
        MlflowException: The filter, a dataset or an order is not legal.
    """
    if datasets and not all(dataset.get("dataset_name") for dataset in datasets):
        raise MlflowException(
            "`dataset_name` in the `datasets` clause must be specified.", error_code=INVALID_PARAMETER_VALUE
        )
    return ModelQuery(
        experiment_ids=tuple(map(experiment_key, experiment_ids)),
        condition=_condition(filter_string),
        datasets=tuple(OnDataset(d["dataset_name"], d.get("dataset_digest")) for d in datasets or ()),
        order=tuple(map(_order, order_by or ())),
    )


def _condition(filter_string: str | None) -> Filter:
    from mlflow.utils.search_logged_model_utils import parse_filter_string

    try:
        comparisons = parse_filter_string(filter_string)
    except ValueError as exc:
        raise MlflowException.invalid_parameter_value(f"Invalid filter {filter_string!r}: {exc}.") from exc
    return AllOf(
        tuple(
            Comparison(_field(parsed.entity.type.value, parsed.entity.key), parsed.op, parsed.value)
            for parsed in comparisons
        )
    )


def _field(entity: str, key: str) -> Field:
    kind = _KINDS[entity]
    return Field(kind, _attribute(key) if kind == "attribute" else key)


def _attribute(name: str) -> str:
    try:
        return _ATTRIBUTES[name]
    except KeyError:
        raise MlflowException.invalid_parameter_value(f"Invalid filter attribute: {name!r}.") from None


def _order(given: Mapping[str, Any]) -> Order | MetricOrder:
    if "field_name" not in given:
        raise MlflowException.invalid_parameter_value("`field_name` in the `order_by` clause must be specified.")
    name, ascending = given["field_name"], given.get("ascending", True)
    if "." not in name:
        if name not in _ATTRIBUTES:
            raise MlflowException.invalid_parameter_value(f"Invalid order by field name: {name}")
        return Order(Field("attribute", _ATTRIBUTES[name]), ascending)
    entity, metric = name.split(".", 1)
    if entity != "metrics":
        raise MlflowException.invalid_parameter_value(
            f"Invalid order by field name: {name}. Only metrics are supported."
        )
    return MetricOrder(metric, ascending, given.get("dataset_name"), given.get("dataset_digest"))
