"""What callers of MLflow log, checked as MLflow checks it, as native writes."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Iterable, Sequence

from mlflow.entities import LoggedModelParameter, LoggedModelTag, Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import BAD_REQUEST
from mlflow.utils.validation import (
    MAX_METRICS_PER_BATCH,
    _validate_batch_log_limits,
    _validate_metric,
    _validate_param,
    _validate_param_keys_unique,
    _validate_run_id,
    _validate_tag,
)

from mlflow_ws_plugin.records.metric import ColumnType, Kind
from mlflow_ws_plugin.records.model import ModelMetric
from mlflow_ws_plugin.records.series import SeriesWrite
from mlflow_ws_plugin.records.summary import PointRow

_LARGEST = sys.float_info.max


def scalar_from_mlflow(metric: Metric) -> SeriesWrite:
    """Return one metric as a write.

    Raises:
        MlflowException: Its name, value, time or step is not legal.
    """
    key = metric.key
    return SeriesWrite(key, key, None, Kind.SCALAR, ColumnType.DOUBLE, [_point(metric, key)], by_key=True)


def scalars_from_mlflow(metrics: Sequence[Metric]) -> list[SeriesWrite]:
    """Return the metrics of a batch as one write a key, in the order of their first points.

    MLflow's check of a metric costs 5 µs, most of it for the name; a name is checked once in a process, and values of
    exactly the right types need no more.

    Raises:
        MlflowException: A name, value, time or step is not legal.
    """
    writes: dict[str, SeriesWrite] = {}
    for index, metric in enumerate(metrics):
        key = metric.key
        point = _point(metric, key, index)
        if key in writes:
            writes[key].points.append(point)
        else:
            writes[key] = SeriesWrite(key, key, None, Kind.SCALAR, ColumnType.DOUBLE, [point], by_key=True)
    return list(writes.values())


def model_metrics_from_mlflow(run_id: str, metrics: Iterable[Metric]) -> dict[str, list[ModelMetric]]:
    """Return those metrics that belong to logged models, by model id."""
    found: dict[str, list[ModelMetric]] = {}
    for metric in metrics:
        if metric.model_id is not None:
            found.setdefault(metric.model_id, []).append(
                ModelMetric(
                    name=metric.key,
                    value=_model_value(metric.value),
                    timestamp_ms=int(metric.timestamp),
                    step=int(metric.step),
                    run_id=run_id,
                    dataset_name=metric.dataset_name,
                    dataset_digest=metric.dataset_digest,
                )
            )
    return found


def params_from_mlflow(params: Iterable[Param]) -> list[Param]:
    """Return legal parameters, their values cut where MLflow cuts them.

    Raises:
        MlflowException: A key or value is not legal.
    """
    return [param_from_mlflow(param, path=f"params[{i}]") for i, param in enumerate(params)]


def param_from_mlflow(param: Param, path: str = "") -> Param:
    """Return a legal parameter, its value cut where MLflow cuts it.

    Raises:
        MlflowException: The key or value is not legal.
    """
    if param.value is None:
        raise MlflowException(f"Parameter {param.key!r} has no value. Pass a string.", BAD_REQUEST)
    legal: Param = _validate_param(param.key, param.value, path=path)
    return legal


def tags_from_mlflow(tags: Iterable[RunTag]) -> dict[str, str]:
    """Return legal tags; the last of several with one key counts.

    Raises:
        MlflowException: A key or value is not legal.
    """
    legal = [tag_from_mlflow(tag, path=f"tags[{i}]") for i, tag in enumerate(tags)]
    return {tag.key: tag.value for tag in legal}


def tag_from_mlflow(tag: RunTag, path: str = "") -> RunTag:
    """Return a legal tag, its value cut where MLflow cuts it.

    Raises:
        MlflowException: The key or value is not legal.
    """
    check_text("Tag", tag)
    legal: RunTag = _validate_tag(tag.key, tag.value, path=path)
    return legal


def check_text(what: str, note: RunTag | Param | LoggedModelTag | LoggedModelParameter) -> None:
    """Refuse a tag or parameter whose key or value is not text.

    Raises:
        MlflowException: It is not.
    """
    texts: tuple[object, ...] = (note.value, "" if note.key is None else note.key)  # MLflow's check speaks of no key
    if not all(isinstance(text, str) for text in texts):
        raise MlflowException(f"{what} {note.key!r} = {note.value!r} is not text. Pass strings.", BAD_REQUEST)


def check_limits(metrics: Sequence[Metric], params: Sequence[Param] = (), tags: Sequence[RunTag] = ()) -> None:
    """Refuse a batch that is too large or names a parameter twice.

    Raises:
        MlflowException: It is, or does.
    """
    if params or tags or len(metrics) > MAX_METRICS_PER_BATCH:
        _validate_batch_log_limits(metrics, params, tags)
        _validate_param_keys_unique(params)


@functools.lru_cache(maxsize=1024)
def check_run_id(run_id: str) -> None:
    """Refuse a run id that is not legal.

    Raises:
        MlflowException: It is not.
    """
    _validate_run_id(run_id)


@functools.lru_cache(maxsize=65_536)
def _is_legal_name(key: object) -> bool:
    try:
        _validate_metric(key, 0.0, 0, 0)
    except (MlflowException, TypeError):
        return False
    return True


def _point(metric: Metric, key: object, index: int | None = None) -> PointRow:
    """Return a metric as a point; what is exactly of the types that MLflow asks for needs no check but of its name."""
    value, ts, step = metric.value, metric.timestamp, metric.step
    plain = (type(value) is float or type(value) is int) and type(ts) is int and type(step) is int and ts >= 0
    if not plain or not _is_legal_name(key):
        _validate_metric(key, value, ts, step, path="" if index is None else f"metrics[{index}]")
    value = float(value)
    return (int(step), int(ts), value, 0) if value == value else (int(step), int(ts), 0.0, 1)


def _model_value(value: float) -> float:
    """Models' metrics are kept as MLflow's SQL store keeps them: NaN as 0, infinities as the largest doubles."""
    if math.isnan(value):
        return 0.0
    return max(-_LARGEST, min(_LARGEST, float(value)))
