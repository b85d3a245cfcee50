"""Calls on what runs used and made: datasets and logged models."""

from __future__ import annotations

from collections.abc import Sequence

from mlflow.entities import DatasetInput, LoggedModelInput, LoggedModelOutput, _DatasetSummary
from mlflow.utils.validation import _validate_dataset_inputs, _validate_run_id

from mlflow_ws_plugin.plugin.faults import all_speaking_mlflow
from mlflow_ws_plugin.plugin.store.parts import StoreParts
from mlflow_ws_plugin.plugin.translate import dataset_from_mlflow, experiment_key
from mlflow_ws_plugin.records.model import ModelInput, ModelOutput

_MOST_DATASETS = 1000


@all_speaking_mlflow
class InputCalls(StoreParts):
    """What MLflow logs of inputs and outputs."""

    def log_inputs(
        self,
        run_id: str,
        datasets: list[DatasetInput] | None = None,
        models: Sequence[LoggedModelInput] | None = None,
    ) -> None:
        """Record the datasets and models a run used."""
        _validate_run_id(run_id)
        if datasets is not None and not isinstance(datasets, list):
            raise TypeError(f"Argument 'datasets' should be a list, got '{type(datasets)}'")
        _validate_dataset_inputs(datasets or [])
        self._history.inputs.log(
            run_id,
            datasets=[dataset_from_mlflow(given) for given in datasets or ()],
            models=[ModelInput(model.model_id) for model in models or ()],
        )

    def log_outputs(self, run_id: str, models: Sequence[LoggedModelOutput]) -> None:
        """Record the models a run made."""
        self._history.inputs.log_outputs(run_id, [ModelOutput(model.model_id, model.step or 0) for model in models])

    def _search_datasets(self, experiment_ids: Sequence[str]) -> list[_DatasetSummary]:
        """Return distinct datasets used in some experiments, 1,000 at most."""
        keys = [experiment_key(experiment_id) for experiment_id in experiment_ids]
        return [
            _DatasetSummary(experiment_id=str(experiment), name=name, digest=digest, context=context)
            for experiment, name, digest, context in self._history.inputs.datasets_of(keys, limit=_MOST_DATASETS)
        ]
