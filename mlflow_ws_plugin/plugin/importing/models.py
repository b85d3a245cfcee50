"""Logged models: with their own ids, times, notes, metrics and files."""

from __future__ import annotations

import math
import sys

from mlflow.entities import LoggedModel

from mlflow_ws_plugin.plugin.importing import comparing, files, provenance
from mlflow_ws_plugin.plugin.importing.experiments import Home
from mlflow_ws_plugin.plugin.importing.report import Report
from mlflow_ws_plugin.plugin.importing.source import Source
from mlflow_ws_plugin.plugin.importing.target import Target
from mlflow_ws_plugin.records import places
from mlflow_ws_plugin.records.experiment import Lifecycle
from mlflow_ws_plugin.records.model import ModelMetric, ModelRecord

_KIND = "logged models"
_LARGEST = sys.float_info.max


def copy(report: Report, source: Source, target: Target, told: LoggedModel, home: Home) -> None:
    """Copy one logged model with its files, and compare it; one from elsewhere with that id is only compared."""
    model_id = told.model_id
    before = target.model(model_id)
    is_ours = before is None or provenance.is_from(before.tags, source.name)
    wanted = _fields(told, home.id)
    was = _fields(before, before.experiment_id) if before else None
    if is_ours and was != wanted:
        with report.writing():
            target.history.arrivals.model(_record(source, told, home))
    after = target.model(model_id)
    assert after is not None  # it was there, or is now
    with report.going_on("files", model_id):
        place = source.files(told.artifact_location)
        files.copy(report, model_id, place, target.folder(after.artifact_location), is_ours=is_ours)
    comparing.of_record(report, _KIND, model_id, wanted, was, _fields(after, after.experiment_id))


def _record(source: Source, told: LoggedModel, home: Home) -> ModelRecord:
    return ModelRecord(
        key=0,
        model_id=told.model_id,
        experiment_id=home.id,
        name=told.name,
        artifact_location=places.of_model(home.id, told.model_id),
        created_ms=told.creation_timestamp,
        updated_ms=told.last_updated_timestamp,
        status=told.status.to_int(),
        lifecycle=Lifecycle.ACTIVE,
        model_type=told.model_type,
        source_run_id=told.source_run_id,
        status_message=told.status_message,
        tags=provenance.stamped(told.tags, source.name),
        parameters=dict(told.params or {}),
        metrics=_metrics(told),
    )


def _fields(model: LoggedModel, experiment_id: str) -> dict[str, object]:
    return {
        "experiment": experiment_id,
        "name": model.name,
        "created": model.creation_timestamp,
        "updated": model.last_updated_timestamp,
        "type": model.model_type or "",
        "run": model.source_run_id or "",
        "status": str(model.status),
        "status message": model.status_message or "",
        **comparing.labelled("params", model.params),
        **comparing.labelled("tags", provenance.plain(model.tags)),
        "metrics": sorted(_metrics(model), key=repr),
    }


def _metrics(model: LoggedModel) -> list[ModelMetric]:
    """Return a model's metrics as MLflow's SQL store keeps them: NaN as 0, infinities as the largest doubles."""
    return [
        ModelMetric(
            metric.key,
            0.0 if math.isnan(metric.value) else max(-_LARGEST, min(_LARGEST, float(metric.value))),
            metric.timestamp,
            metric.step,
            metric.run_id or "",
            metric.dataset_name or None,
            metric.dataset_digest or None,
        )
        for metric in model.metrics or ()
    ]
