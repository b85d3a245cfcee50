"""What callers of MLflow log, checked as MLflow checks it, as native writes."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence

from mlflow.entities import Metric, Param, RunTag
from mlflow.utils.validation import (
    _validate_batch_log_limits,
    _validate_metric,
    _validate_param,
    _validate_param_keys_unique,
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
    _validate_metric(metric.key, metric.value, metric.timestamp, metric.step)
    return _write(metric.key, [_point(metric)])


def scalars_from_mlflow(metrics: Sequence[Metric]) -> list[SeriesWrite]:
    """Return the metrics of a batch as one write a key, in the order of their first points.

    MLflow's check of each metric costs 1.3 µs, most of it for the name; names are checked once, and values of exactly
    the right types need no more.

    Raises:
        MlflowException: A name, value, time or step is not legal.
    """
    points: dict[str, list[PointRow]] = {}
    for index, metric in enumerate(metrics):
        key, value, ts, step = metric.key, metric.value, metric.timestamp, metric.step
        if key in points and type(value) is float and type(ts) is int and ts >= 0 and type(step) is int:
            points[key].append((step, ts, value, 0) if value == value else (step, ts, 0.0, 1))
        else:
            _validate_metric(key, value, ts, step, path=f"metrics[{index}]")
            points.setdefault(key, []).append(_point(metric))
    return [_write(key, rows) for key, rows in points.items()]


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
    return [_validate_param(param.key, param.value, path=f"params[{i}]") for i, param in enumerate(params)]


def tags_from_mlflow(tags: Iterable[RunTag]) -> dict[str, str]:
    """Return legal tags; the last of several with one key counts.

    Raises:
        MlflowException: A key or value is not legal.
    """
    legal = [_validate_tag(tag.key, tag.value, path=f"tags[{i}]") for i, tag in enumerate(tags)]
    return {tag.key: _text(tag.value) for tag in legal}


def check_limits(metrics: Sequence[Metric], params: Sequence[Param], tags: Sequence[RunTag]) -> None:
    """Refuse a batch that is too large or names a parameter twice.

    Raises:
        MlflowException: It is, or does.
    """
    _validate_batch_log_limits(metrics, params, tags)
    _validate_param_keys_unique(params)


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def _write(key: str, points: list[PointRow]) -> SeriesWrite:
    return SeriesWrite(key, key, None, Kind.SCALAR, ColumnType.DOUBLE, points, by_key=True)


def _point(metric: Metric) -> PointRow:
    value = float(metric.value)
    if value != value:
        return (int(metric.step), int(metric.timestamp), 0.0, 1)
    return (int(metric.step), int(metric.timestamp), value, 0)


def _model_value(value: float) -> float:
    """Models' metrics are kept as MLflow's SQL store keeps them: NaN as 0, infinities as the largest doubles."""
    if math.isnan(value):
        return 0.0
    return max(-_LARGEST, min(_LARGEST, float(value)))
