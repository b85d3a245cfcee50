"""Native values as MLflow's entities, and back. Functions are named by direction."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from mlflow.entities import Dataset as MlflowDataset
from mlflow.entities import (
    DatasetInput,
    Experiment,
    ExperimentTag,
    InputTag,
    LoggedModel,
    LoggedModelInput,
    LoggedModelOutput,
    LoggedModelStatus,
    Metric,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunOutputs,
    RunTag,
)
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

from mlflow_ws_plugin.history.writing import shown_tags
from mlflow_ws_plugin.records import places, reserved, run
from mlflow_ws_plugin.records.experiment import DEFAULT_ID, ExperimentRecord
from mlflow_ws_plugin.records.lifecycle import PLAIN_STATE, STATUS
from mlflow_ws_plugin.records.model import ModelMetric, ModelRecord
from mlflow_ws_plugin.records.run import Origin, RunRecord
from mlflow_ws_plugin.records.summary import PointRow

_LARGEST = sys.float_info.max


def experiment_key(experiment_id: str | int | None) -> int:
    """Return an experiment's number; None and an empty string mean the default experiment.

    Raises:
        MlflowException: It is not an integer.
    """
    try:
        return int(experiment_id or DEFAULT_ID)
    except (TypeError, ValueError):
        raise MlflowException(
            f"Invalid experiment ID '{experiment_id}'. Experiment ID must be a valid integer.",
            error_code=INVALID_PARAMETER_VALUE,
        ) from None


def number_to_mlflow(value: float, is_nan: int) -> float:
    """Return a stored number as MLflow's SQL store shows it: infinities are the largest doubles."""
    if is_nan:
        return math.nan
    if -_LARGEST <= value <= _LARGEST:
        return value
    return math.copysign(_LARGEST, value)


def points_to_mlflow(key: str, rows: Iterable[PointRow]) -> list[Metric]:
    """Return stored points as metrics of one key, in the same order."""
    return [Metric(key, number_to_mlflow(value, is_nan), ts, step) for step, ts, value, is_nan in rows]


def location_to_mlflow(location: str, artifact_root: str) -> str:
    """Return an artifact location as a URI; those in the workspace are below `artifact_root`, without a slash."""
    return f"{artifact_root}/{quote(location)}" if places.is_relative(location) else location


def experiment_to_mlflow(record: ExperimentRecord, artifact_root: str) -> Experiment:
    """Return MLflow's experiment."""
    return Experiment(
        experiment_id=record.id,
        name=record.name,
        artifact_location=location_to_mlflow(record.artifact_location, artifact_root),
        lifecycle_stage=record.lifecycle,
        tags=[ExperimentTag(key, value) for key, value in record.tags.items()],
        creation_time=record.created_ms,
        last_update_time=record.updated_ms,
    )


def info_to_mlflow(info: run.RunInfo, artifact_root: str) -> RunInfo:
    """Return MLflow's run info."""
    return RunInfo(
        run_id=info.run_id,
        experiment_id=info.experiment_id,
        user_id=info.user,
        status=STATUS[info.state],
        start_time=info.start_ms,
        end_time=info.end_ms,
        lifecycle_stage=info.lifecycle,
        artifact_uri=location_to_mlflow(info.artifact_location, artifact_root),
        run_name=info.name,
    )


def data_to_mlflow(record: RunRecord) -> RunData:
    """Return MLflow's run data: the latest metrics, the parameters, and all tags MLflow sees."""
    return RunData(
        metrics=[
            Metric(key, number_to_mlflow(value, is_nan), ts, step) for key, value, is_nan, ts, step in record.metrics
        ],
        params=[Param(key, value) for key, value in record.parameters.items()],
        tags=[RunTag(key, value) for key, value in tags_to_mlflow(record).items()],
    )


def tags_to_mlflow(record: RunRecord) -> dict[str, str]:
    """Return a run's tags with those that show its native parts.

    The exact state is shown where MLflow's status does not say it, and on every native run.
    """
    info = record.info
    if info.origin == Origin.MLFLOW and not record.properties and not record.texts and _is_plain(info):
        return record.tags
    shown = {**record.tags, **shown_tags(record)}
    if info.origin == Origin.MLFLOW and _is_plain(info):
        del shown[reserved.STATE]
    return shown


def _is_plain(info: run.RunInfo) -> bool:
    return PLAIN_STATE[STATUS[info.state]] == info.state


def run_to_mlflow(record: RunRecord, artifact_root: str) -> Run:
    """Return MLflow's run, with what it used and made."""
    return Run(
        info_to_mlflow(record.info, artifact_root),
        data_to_mlflow(record),
        RunInputs(
            dataset_inputs=datasets_to_mlflow(record.datasets),
            model_inputs=[LoggedModelInput(model.model_id) for model in record.model_inputs],
        ),
        outputs_to_mlflow(record),
    )


def new_run_to_mlflow(record: RunRecord, artifact_root: str) -> Run:
    """Return MLflow's run as `create_run` answers it: without outputs."""
    return Run(info_to_mlflow(record.info, artifact_root), data_to_mlflow(record), RunInputs(dataset_inputs=[]))


def found_run_to_mlflow(record: RunRecord, artifact_root: str) -> Run:
    """Return MLflow's run as `search_runs` answers it: without model inputs."""
    inputs = RunInputs(dataset_inputs=datasets_to_mlflow(record.datasets))
    return Run(info_to_mlflow(record.info, artifact_root), data_to_mlflow(record), inputs, outputs_to_mlflow(record))


def outputs_to_mlflow(record: RunRecord) -> RunOutputs:
    """Return the models a run made."""
    return RunOutputs([LoggedModelOutput(model.model_id, model.step) for model in record.model_outputs])


def datasets_to_mlflow(uses: Sequence[run.DatasetUse]) -> list[DatasetInput]:
    """Return the datasets a run used."""
    return [
        DatasetInput(
            dataset=MlflowDataset(
                name=use.dataset.name,
                digest=use.dataset.digest,
                source_type=use.dataset.source_type,
                source=use.dataset.source,
                schema=use.dataset.schema,
                profile=use.dataset.profile,
            ),
            tags=[InputTag(key, value) for key, value in use.tags],
        )
        for use in uses
    ]


def dataset_from_mlflow(given: DatasetInput) -> run.DatasetUse:
    """Return a use of a dataset."""
    dataset = given.dataset
    return run.DatasetUse(
        run.Dataset(
            name=dataset.name,
            digest=dataset.digest,
            source_type=dataset.source_type,
            source=dataset.source,
            schema=dataset.schema,
            profile=dataset.profile,
        ),
        tuple((tag.key, tag.value) for tag in given.tags),
    )


def model_to_mlflow(record: ModelRecord, artifact_root: str) -> LoggedModel:
    """Return MLflow's logged model."""
    return LoggedModel(
        experiment_id=record.experiment_id,
        model_id=record.model_id,
        name=record.name,
        artifact_location=location_to_mlflow(record.artifact_location, artifact_root),
        creation_timestamp=record.created_ms,
        last_updated_timestamp=record.updated_ms,
        model_type=record.model_type,
        source_run_id=record.source_run_id,
        status=LoggedModelStatus.from_int(record.status),
        status_message=record.status_message,
        tags=record.tags or None,
        params=record.parameters or None,
        metrics=[model_metric_to_mlflow(record.model_id, metric) for metric in record.metrics] or None,
    )


def model_metric_to_mlflow(model_id: str, metric: ModelMetric) -> Metric:
    """Return one value of a logged model's metric."""
    return Metric(
        key=metric.name,
        value=metric.value,
        timestamp=metric.timestamp_ms,
        step=metric.step,
        model_id=model_id,
        dataset_name=metric.dataset_name,
        dataset_digest=metric.dataset_digest,
        run_id=metric.run_id,
    )
