"""Records that were made elsewhere and come in as they are: with their ids, times and ends, in the bin or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlflow_ws_plugin.errors import ExperimentExists, RunExists
from mlflow_ws_plugin.history import existence, writing
from mlflow_ws_plugin.history.appending import append
from mlflow_ws_plugin.history.clock import now_ms
from mlflow_ws_plugin.records import places
from mlflow_ws_plugin.records.experiment import ExperimentRecord, Lifecycle
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.metric import ColumnType, Kind
from mlflow_ws_plugin.records.model import ModelInput, ModelOutput, ModelRecord
from mlflow_ws_plugin.records.run import DatasetUse, NewRun
from mlflow_ws_plugin.records.series import SeriesWrite
from mlflow_ws_plugin.records.summary import PointRow
from mlflow_ws_plugin.storage import experiments, inputs, models, runs, series
from mlflow_ws_plugin.storage.sqlite import Database


class Arrivals:
    """What comes into a workspace from elsewhere. Nothing here asks whether a record may still be written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def experiment(self, name: str, created_ms: int, updated_ms: int, tags: Mapping[str, str]) -> ExperimentRecord:
        """Write an experiment that is not there, and return it. Its files are in the workspace.

        Raises:
            ExperimentExists: The name is taken.
        """
        with self._database.write() as tx:
            if experiments.by_name(tx, name):
                raise ExperimentExists(f"Experiment(name={name}) already exists.", "Rename one of the two.")
            key = experiments.insert(tx, name, created_ms)
            experiments.place(tx, key, str(key))
            experiments.date(tx, key, created_ms, updated_ms)
            for tag, value in tags.items():
                experiments.set_tag(tx, key, tag, value)
            return existence.any_experiment(tx, key)

    def revise_experiment(self, told: ExperimentRecord) -> None:
        """Write what is told of an experiment, its place left out; its runs stay where they are, and its other tags.

        Raises:
            ExperimentExists: Another one has the name.
        """
        key = int(told.id)
        with self._database.write() as tx:
            other = experiments.by_name(tx, told.name)
            if other is not None and other.id != told.id:
                raise ExperimentExists(f"Experiment(name={told.name}) already exists.", "Rename one of the two.")
            experiments.rename(tx, key, told.name, told.updated_ms)
            experiments.set_lifecycle(tx, key, told.lifecycle, told.updated_ms)
            experiments.date(tx, key, told.created_ms, told.updated_ms)
            for tag, value in told.tags.items():
                experiments.set_tag(tx, key, tag, value)

    def run(self, run: NewRun) -> None:
        """Write a run that is not there. Its files are in the workspace, wherever those of its experiment are.

        Raises:
            ExperimentNotFound: No experiment has this id.
            RunExists: The run id is taken.
        """
        parts = writing.split_reserved(run.tags, run.start_ms)
        with self._database.write() as tx:
            found = experiments.next_run(tx, int(run.experiment_id))
            if found is None:
                raise existence.experiment_not_found(run.experiment_id)
            if runs.lifecycle(tx, run.run_id):
                raise RunExists(f"Run {run.run_id!r} is in this workspace already.", "Choose another run id.")
            runs.insert(tx, run, found[0], places.of_run(run.experiment_id, run.run_id))
            key = existence.any_run(tx, run.run_id).key
            runs.set_tags(tx, key, parts.tags)
            runs.insert_properties(tx, key, parts.properties)
            if parts.texts:
                append(tx, key, parts.texts, {})

    def settle_run(self, run_id: str, *, name: str, state: State, end_ms: int | None, lifecycle: str) -> None:
        """Write how a run stands, when all else of it has come in.

        Raises:
            RunNotFound: No run has this id.
        """
        with self._database.write() as tx:
            info = existence.any_run(tx, run_id)
            runs.set_state(tx, info.key, state, end_ms)
            runs.rename(tx, info.key, name)
            series.settle(tx, info.key)
            if lifecycle != info.lifecycle:
                runs.set_lifecycle(tx, info.key, lifecycle, now_ms() if lifecycle == Lifecycle.DELETED else None)

    def notes(self, run_id: str, *, parameters: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Write parameters and tags of a run; others of it stay.

        Raises:
            RunNotFound: No run has this id.
            ParameterChanged: A parameter has another value already.
            ReservedTag: A tag shows part of the native record, which has another value.
        """
        with self._database.write() as tx:
            key = existence.any_run(tx, run_id).key
            writing.parameters(tx, key, run_id, parameters)
            writing.tags(tx, key, run_id, tags)

    def points(self, run_id: str, key: str, points: list[PointRow]) -> None:
        """Append points to the series of an MLflow key, which begins with them; those in it already stay.

        Raises:
            RunNotFound: No run has this id.
        """
        write = SeriesWrite(key, key, None, Kind.SCALAR, ColumnType.DOUBLE, points, by_key=True)
        with self._database.write() as tx:
            run = existence.any_run(tx, run_id).key
            append(tx, run, [write], series.find(tx, run, [key]))

    def inputs(
        self,
        run_id: str,
        *,
        datasets: Sequence[DatasetUse] = (),
        models: Sequence[ModelInput] = (),
        outputs: Sequence[ModelOutput] = (),
    ) -> None:
        """Write what a run used and made; outputs must be new.

        Raises:
            RunNotFound: No run has this id.
        """
        with self._database.write() as tx:
            info = existence.any_run(tx, run_id)
            for use in datasets:
                inputs.insert_dataset(tx, info.key, int(info.experiment_id), use)
            inputs.insert_model_inputs(tx, info.key, models)
            inputs.insert_model_outputs(tx, info.key, outputs)

    def model(self, told: ModelRecord) -> None:
        """Write a logged model that is not there, or what is new of one that is; what else it has stays."""
        with self._database.write() as tx:
            key = models.key_of(tx, told.model_id)
            if key is None:
                models.insert(tx, told)
                key = existence.model_key(tx, told.model_id)
            recorded = existence.any_model(tx, told.model_id)
            models.set_status(tx, key, told.status, told.updated_ms)
            models.set_tags(tx, key, told.tags)
            new = {name: value for name, value in told.parameters.items() if name not in recorded.parameters}
            models.insert_parameters(tx, key, new)
            models.insert_metrics(tx, key, told.metrics)
