"""Inputs and outputs of runs: the datasets and logged models they used and made."""

from __future__ import annotations

from collections.abc import Sequence

from mlflow_ws_plugin.history import existence
from mlflow_ws_plugin.records.model import ModelInput, ModelOutput
from mlflow_ws_plugin.records.run import DatasetUse
from mlflow_ws_plugin.storage import inputs
from mlflow_ws_plugin.storage.sqlite import Database


class Inputs:
    """What a workspace's runs used and made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def log(self, run_id: str, *, datasets: Sequence[DatasetUse] = (), models: Sequence[ModelInput] = ()) -> None:
        """Record what a run used. A dataset it has used already, by name and digest, is left alone.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
        """
        with self._database.write() as tx:
            info = existence.active_run_info(tx, run_id)
            for use in datasets:
                inputs.insert_dataset(tx, info.key, int(info.experiment_id), use)
            inputs.insert_model_inputs(tx, info.key, models)

    def log_outputs(self, run_id: str, models: Sequence[ModelOutput]) -> None:
        """Record the models a run made.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
            Duplicate: One is recorded as an output of this run already.
        """
        with self._database.write() as tx:
            inputs.insert_model_outputs(tx, existence.active_run(tx, run_id), models)

    def datasets_of(self, experiment_ids: Sequence[int], *, limit: int) -> list[inputs.DatasetSummaryRow]:
        """Return distinct `(experiment, name, digest, context)` of datasets used in some experiments."""
        with self._database.read() as tx:
            return inputs.summaries(tx, experiment_ids, limit)
