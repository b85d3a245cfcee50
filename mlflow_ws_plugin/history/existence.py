"""What a write finds first: the run or experiment must be there and, mostly, not in the bin."""

from __future__ import annotations

from collections.abc import Sequence

from mlflow_ws_plugin.errors import ExperimentNotActive, ExperimentNotFound, ModelNotFound, RunNotActive, RunNotFound
from mlflow_ws_plugin.records.experiment import ExperimentRecord, Lifecycle
from mlflow_ws_plugin.records.model import ModelRecord
from mlflow_ws_plugin.records.run import RunInfo
from mlflow_ws_plugin.storage import experiments, models, runs, series
from mlflow_ws_plugin.storage.connection import Connection
from mlflow_ws_plugin.storage.known import Known, KnownRun


def active_run(tx: Connection, run_id: str) -> int:
    """Return the key of a run that may be written.

    Raises:
        RunNotFound: No run has this id.
        RunNotActive: The run is in the bin.
    """
    return _active(run_id, runs.lifecycle(tx, run_id))


def _active(run_id: str, found: tuple[int, str] | None) -> int:
    if found is None:
        raise run_not_found(run_id)
    key, lifecycle = found
    if lifecycle != Lifecycle.ACTIVE:
        raise RunNotActive(
            f"The run {run_id} must be in the 'active' state. Current state is {lifecycle}.", "Restore it first."
        )
    return key


def active_run_and_series(tx: Connection, known: Known, run_id: str, keys: Sequence[str]) -> KnownRun:
    """Return a run that may be written, and at least those of its series that have one of these keys.

    Raises:
        RunNotFound: No run has this id.
        RunNotActive: The run is in the bin.
    """
    run = known.runs.get(run_id)
    if run is None:
        row, found = series.with_run(tx, run_id, keys)
        run = KnownRun(_active(run_id, row), found)
        known.add(run_id, run, len(keys))
        return run
    missing = [key for key in keys if key not in run.series]
    if missing:
        run.series.update(series.find(tx, run.key, missing))
        known.add(run_id, run, len(missing))
    return run


def any_run(tx: Connection, run_id: str) -> RunInfo:
    """Return a run, in the bin or not.

    Raises:
        RunNotFound: No run has this id.
    """
    found = runs.by_id(tx, run_id)
    if found is None:
        raise run_not_found(run_id)
    return found


def active_run_info(tx: Connection, run_id: str) -> RunInfo:
    """Return a run that may be written.

    Raises:
        RunNotFound: No run has this id.
        RunNotActive: The run is in the bin.
    """
    active_run(tx, run_id)
    return any_run(tx, run_id)


def run_not_found(run_id: str) -> RunNotFound:
    """Return the error for an unknown run."""
    return RunNotFound(f"Run with id={run_id} not found", "Check the id, and that it was recorded in this workspace.")


def any_experiment(tx: Connection, experiment_id: int) -> ExperimentRecord:
    """Return an experiment, in the bin or not.

    Raises:
        ExperimentNotFound: No experiment has this id.
    """
    found = experiments.by_id(tx, experiment_id)
    if found is None:
        raise experiment_not_found(experiment_id)
    return found


def active_experiment(tx: Connection, experiment_id: int) -> ExperimentRecord:
    """Return an experiment that may be written.

    Raises:
        ExperimentNotFound: No experiment has this id.
        ExperimentNotActive: The experiment is in the bin.
    """
    found = any_experiment(tx, experiment_id)
    check_active(found.id, found.lifecycle)
    return found


def check_active(experiment_id: str, lifecycle: str) -> None:
    """Refuse an experiment in the bin.

    Raises:
        ExperimentNotActive: It is.
    """
    if lifecycle != Lifecycle.ACTIVE:
        raise ExperimentNotActive(
            f"The experiment {experiment_id} must be in the 'active' state. Current state is {lifecycle}.",
            "Restore it first.",
        )


def experiment_not_found(experiment_id: int | str) -> ExperimentNotFound:
    """Return the error for an unknown experiment."""
    return ExperimentNotFound(
        f"No Experiment with id={experiment_id} exists", "List experiments with `workspace.experiments`."
    )


def any_model(tx: Connection, model_id: str) -> ModelRecord:
    """Return a logged model, in the bin or not.

    Raises:
        ModelNotFound: No model has this id.
    """
    found = models.by_id(tx, model_id)
    if found is None:
        raise model_not_found(model_id)
    return found


def model_key(tx: Connection, model_id: str) -> int:
    """Return the key of a logged model, in the bin or not.

    Raises:
        ModelNotFound: No model has this id.
    """
    found = models.key_of(tx, model_id)
    if found is None:
        raise model_not_found(model_id)
    return found


def model_not_found(model_id: str) -> ModelNotFound:
    """Return the error for an unknown logged model."""
    return ModelNotFound(f"Logged model with ID '{model_id}' not found.")
