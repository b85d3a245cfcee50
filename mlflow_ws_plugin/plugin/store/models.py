"""Calls on logged models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlflow.entities import LoggedModel, LoggedModelParameter, LoggedModelStatus, LoggedModelTag
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking import SEARCH_LOGGED_MODEL_MAX_RESULTS_DEFAULT
from mlflow.utils.name_utils import _generate_random_name
from mlflow.utils.search_utils import SearchLoggedModelsPaginationToken
from mlflow.utils.validation import _validate_logged_model_name

from mlflow_ws_plugin.errors import Duplicate
from mlflow_ws_plugin.plugin import batch
from mlflow_ws_plugin.plugin.faults import all_speaking_mlflow
from mlflow_ws_plugin.plugin.store.parts import StoreParts
from mlflow_ws_plugin.plugin.translate import experiment_key, model_to_mlflow


@all_speaking_mlflow
class ModelCalls(StoreParts):
    """What MLflow asks of logged models."""

    def create_logged_model(
        self,
        experiment_id: str,
        name: str | None = None,
        source_run_id: str | None = None,
        tags: Sequence[LoggedModelTag] | None = None,
        params: Sequence[LoggedModelParameter] | None = None,
        model_type: str | None = None,
    ) -> LoggedModel:
        """Begin a logged model, its status pending."""
        _validate_logged_model_name(name)
        record = self._history.models.create(
            experiment_key(experiment_id),
            name=name or _generate_random_name(),
            source_run_id=source_run_id,
            tags=_notes("tag", tags),
            parameters=_notes("parameter", params),
            model_type=model_type,
        )
        return model_to_mlflow(record, self._artifact_root)

    def log_logged_model_params(self, model_id: str, params: Sequence[LoggedModelParameter]) -> None:
        """Write parameters of a logged model."""
        self._history.models.log_parameters(model_id, _notes("parameter", params))

    def get_logged_model(self, model_id: str, allow_deleted: bool = False) -> LoggedModel:
        """Return a logged model."""
        return model_to_mlflow(self._history.models.get(model_id, also_deleted=allow_deleted), self._artifact_root)

    def search_logged_models(
        self,
        experiment_ids: Sequence[str],
        filter_string: str | None = None,
        datasets: Sequence[Mapping[str, Any]] | None = None,
        max_results: int | None = None,
        order_by: Sequence[Mapping[str, Any]] | None = None,
        page_token: str | None = None,
    ) -> PagedList[LoggedModel]:
        """Return a page of the active logged models that fulfil a filter."""
        from mlflow_ws_plugin.plugin import model_queries

        query = model_queries.model_query(experiment_ids, filter_string, datasets, order_by)
        asked: tuple[Any, ...] = (experiment_ids, filter_string, order_by)
        token = SearchLoggedModelsPaginationToken(*asked)
        if page_token:
            token = SearchLoggedModelsPaginationToken.decode(page_token)
            token.validate(*asked)
        most = max_results or SEARCH_LOGGED_MODEL_MAX_RESULTS_DEFAULT
        found = self._history.models.search(query, limit=most + 1, offset=token.offset)
        token.offset += most
        shown = [model_to_mlflow(record, self._artifact_root) for record in found[:most]]
        return PagedList(shown, token=token.encode() if len(found) > most else None)

    def finalize_logged_model(self, model_id: str, status: LoggedModelStatus) -> LoggedModel:
        """Write whether a logged model became ready or failed."""
        return model_to_mlflow(self._history.models.set_status(model_id, status.to_int()), self._artifact_root)

    def set_logged_model_tags(self, model_id: str, tags: Sequence[LoggedModelTag]) -> None:
        """Write tags of a logged model."""
        self._history.models.set_tags(model_id, {tag.key: str(tag.value) for tag in tags})

    def delete_logged_model_tag(self, model_id: str, key: str) -> None:
        """Remove one tag of a logged model."""
        self._history.models.delete_tag(model_id, key)

    def delete_logged_model(self, model_id: str) -> None:
        """Put a logged model into the bin."""
        self._history.models.delete(model_id)

    def _get_deleted_logged_models(self, older_than: int = 0) -> list[str]:
        """Return the ids of models deleted at least `older_than` ms ago; called by `mlflow gc`."""
        return self._history.models.deleted(older_than_ms=older_than)

    def _hard_delete_logged_model(self, model_id: str) -> None:
        """Remove a logged model for good; called by `mlflow gc`."""
        self._history.models.purge(model_id)


def _notes(what: str, given: Sequence[LoggedModelParameter] | Sequence[LoggedModelTag] | None) -> dict[str, str]:
    """Return parameters or tags by key.

    Raises:
        Duplicate: Two have one key.
    """
    for note in given or ():
        batch.check_text(what.capitalize(), note)
    notes = {note.key: note.value for note in given or ()}
    if len(notes) < len(given or ()):
        raise Duplicate(f"A {what} of a logged model is given twice: {sorted(note.key for note in given or ())}.")
    return notes
