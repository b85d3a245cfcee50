"""Calls that write a run's metrics, parameters and tags."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.utils.mlflow_tags import MLFLOW_LOGGED_MODELS
from mlflow.utils.validation import _validate_tag

from mlflow_ws_plugin.errors import ParameterChanged
from mlflow_ws_plugin.plugin import batch
from mlflow_ws_plugin.plugin.faults import all_speaking_mlflow
from mlflow_ws_plugin.plugin.store.parts import StoreParts


@all_speaking_mlflow
class RunDataCalls(StoreParts):
    """What MLflow logs to runs."""

    def log_metric(self, run_id: str, metric: Metric) -> None:
        """Append one point, to the run and, if the metric names one, to a logged model."""
        write = batch.scalar_from_mlflow(metric)
        if metric.model_id is None:
            self._history.metrics.log(run_id, (write,))
            return
        models = batch.model_metrics_from_mlflow(run_id, (metric,))
        self._history.batches.log(run_id, writes=(write,), model_metrics=models)

    def log_param(self, run_id: str, param: Param) -> None:
        """Write one parameter; its value never changes."""
        param = batch.param_from_mlflow(param)
        try:
            self._history.runs.log_parameters(run_id, {param.key: str(param.value)})
        except ParameterChanged as exc:
            key, old, new = exc.changes[0]
            raise MlflowException(
                f"Changing param values is not allowed. Param with key='{key}' was already logged with value='{old}' "
                f"for run ID='{run_id}'. Attempted logging new value '{new}'.",
                INVALID_PARAMETER_VALUE,
            ) from exc

    def set_tag(self, run_id: str, tag: RunTag) -> None:
        """Write one tag, replacing its value."""
        tag = batch.tag_from_mlflow(tag)
        self._history.runs.set_tags(run_id, {tag.key: tag.value})

    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove one tag."""
        self._history.runs.delete_tag(run_id, key)

    def log_batch(
        self, run_id: str, metrics: Sequence[Metric], params: Sequence[Param], tags: Sequence[RunTag]
    ) -> None:
        """Write metrics, parameters and tags in one transaction, all or nothing."""
        batch.check_run_id(run_id)
        writes = batch.scalars_from_mlflow(metrics)
        models = batch.model_metrics_from_mlflow(run_id, metrics)
        if not (params or tags or models):
            batch.check_limits(metrics)
            self._history.metrics.log(run_id, writes)
            return
        params = batch.params_from_mlflow(params)
        labels = batch.tags_from_mlflow(tags)
        batch.check_limits(metrics, params, tags)
        try:
            self._history.batches.log(
                run_id,
                writes=writes,
                parameters={param.key: str(param.value) for param in params},
                tags=labels,
                model_metrics=models,
            )
        except ParameterChanged as exc:
            changes = [{"key": key, "old_value": old, "new_value": new} for key, old, new in exc.changes]
            raise MlflowException(
                f"Changing param values is not allowed. Params were already logged='{changes}' for run ID='{run_id}'.",
                INVALID_PARAMETER_VALUE,
            ) from exc

    def record_logged_model(self, run_id: str, mlflow_model: Any) -> None:
        """Add a model's description to the run's tag of logged models."""
        from mlflow.models import Model

        if not isinstance(mlflow_model, Model):
            raise TypeError(f"Argument 'mlflow_model' should be mlflow.models.Model, got '{type(mlflow_model)}'")
        described = mlflow_model.get_tags_dict()

        def longer(recorded: str | None) -> str:
            value = json.dumps([*json.loads(recorded or "[]"), described])
            _validate_tag(MLFLOW_LOGGED_MODELS, value)
            return value

        self._history.runs.revise_tag(run_id, MLFLOW_LOGGED_MODELS, longer)
