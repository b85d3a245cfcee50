"""Batches: metrics, parameters and tags of a run in one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from mlflow_ws_plugin.history import existence, writing
from mlflow_ws_plugin.history.appending import append
from mlflow_ws_plugin.records.model import ModelMetric
from mlflow_ws_plugin.records.series import SeriesWrite
from mlflow_ws_plugin.storage import models
from mlflow_ws_plugin.storage.sqlite import Database


class Batches:
    """Batches written to a workspace's runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def log(
        self,
        run_id: str,
        *,
        writes: Sequence[SeriesWrite] = (),
        parameters: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        model_metrics: Mapping[str, Sequence[ModelMetric]] | None = None,
    ) -> None:
        """Write all of it, or nothing.

        Args:
            run_id: The run.
            writes: Cells to append, one entry a series.
            parameters: Parameters, as text.
            tags: Tags, as text.
            model_metrics: Metrics of logged models, by model id.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
            ParameterChanged: A parameter has another value already.
            ReservedTag: A tag shows part of the native record, which has another value.
            InvalidMetric: Text and numbers would mix in one column.
            ModelNotFound: A metric's model is unknown.
        """
        again = partial(self.log, run_id, writes=writes, parameters=parameters, tags=tags, model_metrics=model_metrics)
        if self._database.after_this(again):
            return
        with self._database.append() as (tx, known):
            found = existence.active_run_and_series(tx, known, run_id, [write.mlflow_key for write in writes])
            run = found.key
            if parameters:
                writing.parameters(tx, run, run_id, parameters)
            if writes:
                append(tx, run, writes, found.series)
            for model_id, metrics in (model_metrics or {}).items():
                models.insert_metrics(tx, existence.model_key(tx, model_id), metrics)
            if tags:
                writing.tags(tx, run, run_id, tags)
