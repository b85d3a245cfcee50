"""Logged models: birth, status, tags, parameters, search and bin."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mlflow_ws_plugin.errors import TagNotFound
from mlflow_ws_plugin.history import existence
from mlflow_ws_plugin.history.clock import now_ms
from mlflow_ws_plugin.records import places
from mlflow_ws_plugin.records.experiment import Lifecycle
from mlflow_ws_plugin.records.model import ModelRecord
from mlflow_ws_plugin.storage import models
from mlflow_ws_plugin.storage.sqlite import Database

if TYPE_CHECKING:
    from mlflow_ws_plugin.records.model_query import ModelQuery


PENDING = 1
"""MLflow's status of a model whose files are on their way."""


class Models:
    """The logged models of a workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        experiment_id: int,
        *,
        name: str,
        source_run_id: str | None = None,
        tags: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        model_type: str | None = None,
    ) -> ModelRecord:
        """Begin a logged model, its status pending.

        Raises:
            ExperimentNotFound: No experiment has this id.
            ExperimentNotActive: It is in the bin.
        """
        with self._database.write() as tx:
            experiment = existence.active_experiment(tx, experiment_id)
            model_id = f"m-{uuid.uuid4().hex}"
            now = now_ms()
            record = ModelRecord(
                key=0,
                model_id=model_id,
                experiment_id=experiment.id,
                name=name,
                artifact_location=places.of_model(experiment.artifact_location, model_id),
                created_ms=now,
                updated_ms=now,
                status=PENDING,
                lifecycle=Lifecycle.ACTIVE,
                model_type=model_type,
                source_run_id=source_run_id,
                status_message=None,
            )
            models.insert(tx, record)
            key = existence.model_key(tx, model_id)
            models.insert_parameters(tx, key, parameters or {})
            models.set_tags(tx, key, tags or {})
            return existence.any_model(tx, model_id)

    def get(self, model_id: str, *, also_deleted: bool = False) -> ModelRecord:
        """Return a logged model.

        Raises:
            ModelNotFound: No model has this id, or it is in the bin and `also_deleted` is off.
        """
        with self._database.read() as tx:
            found = existence.any_model(tx, model_id)
        if found.lifecycle == Lifecycle.DELETED and not also_deleted:
            raise existence.model_not_found(model_id)
        return found

    def search(self, query: ModelQuery, *, limit: int, offset: int = 0) -> list[ModelRecord]:
        """Return active models that fulfil a query, `limit` at most, the first `offset` left out."""
        from mlflow_ws_plugin.storage import model_search

        with self._database.read() as tx:
            return model_search.find(tx, query, limit, offset)

    def set_status(self, model_id: str, status: int) -> ModelRecord:
        """Write a model's status, one of MLflow's `LoggedModelStatus` as an integer.

        Raises:
            ModelNotFound: No model has this id.
        """
        with self._database.write() as tx:
            models.set_status(tx, existence.model_key(tx, model_id), status, now_ms())
            return existence.any_model(tx, model_id)

    def set_tags(self, model_id: str, tags: Mapping[str, str]) -> None:
        """Write tags, replacing their values.

        Raises:
            ModelNotFound: No model has this id.
        """
        with self._database.write() as tx:
            models.set_tags(tx, existence.model_key(tx, model_id), tags)

    def delete_tag(self, model_id: str, key: str) -> None:
        """Remove one tag.

        Raises:
            ModelNotFound: No model has this id.
            TagNotFound: It has no such tag.
        """
        with self._database.write() as tx:
            if not models.delete_tag(tx, existence.model_key(tx, model_id), key):
                raise TagNotFound(f"No tag with key {key!r} found for model with ID {model_id!r}.")

    def log_parameters(self, model_id: str, values: Mapping[str, str]) -> None:
        """Write parameters.

        Raises:
            ModelNotFound: No model has this id.
            Duplicate: One is recorded already.
        """
        with self._database.write() as tx:
            models.insert_parameters(tx, existence.model_key(tx, model_id), values)

    def delete(self, model_id: str) -> None:
        """Put a model into the bin.

        Raises:
            ModelNotFound: No model has this id.
        """
        with self._database.write() as tx:
            models.set_lifecycle(tx, existence.model_key(tx, model_id), Lifecycle.DELETED, now_ms())

    def deleted(self, *, older_than_ms: int = 0) -> list[str]:
        """Return the ids of models that have been in the bin for at least a time."""
        with self._database.read() as tx:
            return models.deleted_before(tx, now_ms() - older_than_ms)

    def purge(self, model_id: str) -> None:
        """Remove a model and everything recorded of it for good. Files stay where they are.

        Raises:
            ModelNotFound: No model has this id.
        """
        with self._database.write() as tx:
            models.delete(tx, existence.model_key(tx, model_id))
