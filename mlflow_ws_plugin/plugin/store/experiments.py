"""Calls on experiments."""

from __future__ import annotations

from collections.abc import Sequence

from mlflow.entities import Experiment, ExperimentTag, ViewType
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking import SEARCH_MAX_RESULTS_DEFAULT
from mlflow.utils.uri import append_to_uri_path, resolve_uri_if_local
from mlflow.utils.validation import (
    _validate_experiment_artifact_location_length,
    _validate_experiment_name,
    _validate_experiment_tag,
)

from mlflow_ws_plugin.plugin import pages
from mlflow_ws_plugin.plugin.faults import all_speaking_mlflow
from mlflow_ws_plugin.plugin.store.genai import GenAiCalls
from mlflow_ws_plugin.plugin.translate import experiment_key, experiment_to_mlflow
from mlflow_ws_plugin.records.experiment import Lifecycle


@all_speaking_mlflow
class ExperimentCalls(GenAiCalls):
    """What MLflow asks of experiments."""

    def create_experiment(
        self, name: str, artifact_location: str | None = None, tags: Sequence[ExperimentTag] | None = None
    ) -> str:
        """Begin an experiment and return its id."""
        _validate_experiment_name(name)
        if artifact_location:
            artifact_location = resolve_uri_if_local(artifact_location)
            _validate_experiment_artifact_location_length(artifact_location)
        for tag in tags or ():
            _validate_experiment_tag(tag.key, tag.value)
        created = self._history.experiments.create(
            name,
            artifact_location=artifact_location or (self._place_of_experiment if self._foreign_root else None),
            tags={tag.key: str(tag.value) for tag in tags or ()},
        )
        return created.id

    def _place_of_experiment(self, experiment_id: str) -> str:
        return str(append_to_uri_path(self._foreign_root, experiment_id))

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Return an experiment, deleted or not."""
        return experiment_to_mlflow(self._history.experiments.get(experiment_key(experiment_id)), self._artifact_root)

    def get_experiment_by_name(self, experiment_name: str) -> Experiment | None:
        """Return the experiment of a name, deleted or not, or None."""
        found = self._history.experiments.by_name(experiment_name)
        return None if found is None else experiment_to_mlflow(found, self._artifact_root)

    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int = SEARCH_MAX_RESULTS_DEFAULT,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """Return a page of the experiments that fulfil a filter."""
        from mlflow_ws_plugin.plugin import queries

        pages.check_max_results(max_results)
        condition = queries.experiment_filter(filter_string)
        order = queries.experiment_order(order_by)
        offset = pages.offset_of(page_token)
        found = self._history.experiments.search(
            condition, order, lifecycles=pages.lifecycles(view_type), limit=max_results + 1, offset=offset
        )
        shown = [experiment_to_mlflow(record, self._artifact_root) for record in found[:max_results]]
        return PagedList(shown, pages.next_token(offset, max_results, found))

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Give an active experiment another name."""
        _validate_experiment_name(new_name)
        self._history.experiments.rename(experiment_key(experiment_id), new_name)

    def delete_experiment(self, experiment_id: str) -> None:
        """Put an experiment and its runs into the bin; the assessments that they made are removed, as MLflow does."""
        key = experiment_key(experiment_id)
        self._history.experiments.delete(key)
        self._delegate.bury_all(str(key))

    def restore_experiment(self, experiment_id: str) -> None:
        """Take an experiment and all its runs out of the bin."""
        self._history.experiments.restore(experiment_key(experiment_id))

    def set_experiment_tag(self, experiment_id: str, tag: ExperimentTag) -> None:
        """Write one tag of an experiment."""
        _validate_experiment_tag(tag.key, tag.value)
        self._history.experiments.set_tag(experiment_key(experiment_id), tag.key, str(tag.value))

    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Remove one tag of an experiment."""
        self._history.experiments.delete_tag(experiment_key(experiment_id), key)

    def filter_active_experiment_ids(self, experiment_ids: Sequence[str]) -> list[str]:
        """Return those of the ids that are active experiments."""
        return [str(key) for key in self._history.experiments.active_among([experiment_key(i) for i in experiment_ids])]

    def _hard_delete_experiment(self, experiment_id: str) -> None:
        """Remove a deleted experiment for good, with its traces and the like; called by `mlflow gc`."""
        key = experiment_key(experiment_id)
        if self._history.experiments.get(key).lifecycle == Lifecycle.DELETED:
            self._delegate.forget(experiment_id)
        self._history.experiments.purge(key)
