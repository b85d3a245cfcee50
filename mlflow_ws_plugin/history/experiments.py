"""Experiments: birth, name, bin and tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from mlflow_ws_plugin.errors import Conflict, ExperimentExists, ExperimentNotEmpty, TagNotFound
from mlflow_ws_plugin.history import existence
from mlflow_ws_plugin.history.clock import now_ms
from mlflow_ws_plugin.records.experiment import DEFAULT_ID, ExperimentRecord, Lifecycle
from mlflow_ws_plugin.storage import experiments, models, runs
from mlflow_ws_plugin.storage.connection import Connection
from mlflow_ws_plugin.storage.sqlite import Database

if TYPE_CHECKING:
    from mlflow_ws_plugin.records.filters import Filter, Order


class Experiments:
    """The experiments of a workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        name: str,
        *,
        artifact_location: Callable[[str], str] | str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> ExperimentRecord:
        """Begin an experiment.

        Args:
            name: A legal name.
            artifact_location: A URI, or a function from the new id to one; None keeps files in the workspace.
            tags: Its first tags.

        Raises:
            ExperimentExists: The name is taken, perhaps by an experiment in the bin.
        """
        with self._database.write() as tx:
            if experiments.by_name(tx, name):
                raise _exists(name)
            key = experiments.insert(tx, name, now_ms())
            place = artifact_location(str(key)) if callable(artifact_location) else artifact_location
            experiments.place(tx, key, place or str(key))
            for tag, value in (tags or {}).items():
                experiments.set_tag(tx, key, tag, value)
            return existence.any_experiment(tx, key)

    def get(self, experiment_id: int) -> ExperimentRecord:
        """Return an experiment, in the bin or not.

        Raises:
            ExperimentNotFound: No experiment has this id.
        """
        with self._database.read() as tx:
            return existence.any_experiment(tx, experiment_id)

    def by_name(self, name: str) -> ExperimentRecord | None:
        """Return the experiment of a name, in the bin or not, or None."""
        with self._database.read() as tx:
            return experiments.by_name(tx, name)

    def get_or_create(self, name: str) -> ExperimentRecord:
        """Return the experiment of a name, begun now if there is none.

        Raises:
            ExperimentNotActive: It is in the bin.
        """
        found = self.by_name(name)
        if found is None:
            try:
                return self.create(name)
            except ExperimentExists:
                found = self.by_name(name)
                if found is None:
                    raise
        existence.check_active(found.id, found.lifecycle)
        return found

    def search(
        self, condition: Filter, order: Sequence[Order], *, lifecycles: Sequence[str], limit: int, offset: int = 0
    ) -> list[ExperimentRecord]:
        """Return experiments that fulfil a condition.

        Args:
            condition: What they must fulfil.
            order: What to order by.
            lifecycles: Those of `Lifecycle.ALL` that are wanted.
            limit: Experiments at most.
            offset: Experiments to leave out at the beginning.
        """
        from mlflow_ws_plugin.storage import experiment_search

        with self._database.read() as tx:
            return experiment_search.find(tx, condition, order, lifecycles, limit, offset)

    def rename(self, experiment_id: int, name: str) -> None:
        """Give an experiment another name.

        Raises:
            ExperimentNotFound: No experiment has this id.
            Conflict: It is in the bin.
            ExperimentExists: The name is taken.
        """
        with self._database.write() as tx:
            found = existence.any_experiment(tx, experiment_id)
            if found.lifecycle != Lifecycle.ACTIVE:
                raise Conflict("Cannot rename a non-active experiment.", "Restore it first.")
            other = experiments.by_name(tx, name)
            if other is not None and other.id != found.id:
                raise _exists(name)
            experiments.rename(tx, experiment_id, name, now_ms())

    def delete(self, experiment_id: int) -> None:
        """Put an active experiment and its runs into the bin.

        Raises:
            ExperimentNotFound: No active experiment has this id.
        """
        self._move(experiment_id, Lifecycle.ACTIVE, Lifecycle.DELETED)

    def restore(self, experiment_id: int) -> None:
        """Take a deleted experiment and all its runs out of the bin.

        Raises:
            ExperimentNotFound: No deleted experiment has this id.
        """
        self._move(experiment_id, Lifecycle.DELETED, Lifecycle.ACTIVE)

    def set_tags(self, experiment_id: int, values: Mapping[str, str]) -> None:
        """Write tags, replacing their values.

        Raises:
            ExperimentNotFound: No experiment has this id.
            ExperimentNotActive: It is in the bin.
        """
        with self._database.write() as tx:
            existence.active_experiment(tx, experiment_id)
            for key, value in values.items():
                experiments.set_tag(tx, experiment_id, key, value)

    def remove_tags(self, experiment_id: int, keys: Iterable[str]) -> None:
        """Remove tags; those the experiment does not have are no error.

        Raises:
            ExperimentNotFound: No experiment has this id.
            ExperimentNotActive: It is in the bin.
        """
        with self._database.write() as tx:
            existence.active_experiment(tx, experiment_id)
            for key in keys:
                experiments.delete_tag(tx, experiment_id, key)

    def set_tag(self, experiment_id: int, key: str, value: str) -> None:
        """Write one tag, replacing its value.

        Raises:
            ExperimentNotFound: No experiment has this id.
            ExperimentNotActive: It is in the bin.
        """
        with self._database.write() as tx:
            existence.active_experiment(tx, experiment_id)
            experiments.set_tag(tx, experiment_id, key, value)

    def delete_tag(self, experiment_id: int, key: str) -> None:
        """Remove one tag.

        Raises:
            ExperimentNotFound: No experiment has this id.
            ExperimentNotActive: It is in the bin.
            TagNotFound: It has no such tag.
        """
        with self._database.write() as tx:
            existence.active_experiment(tx, experiment_id)
            if not experiments.delete_tag(tx, experiment_id, key):
                raise TagNotFound(f"No tag with name: {key} in experiment with id {experiment_id}")

    def active_among(self, experiment_ids: Sequence[int]) -> list[int]:
        """Return those of the ids that are active experiments."""
        with self._database.read() as tx:
            found = {id_: experiments.by_id(tx, id_) for id_ in experiment_ids}
        return [id_ for id_, record in found.items() if record is not None and record.lifecycle == Lifecycle.ACTIVE]

    def purge(self, experiment_id: int) -> None:
        """Remove an experiment of the bin, with its runs and models, for good. Files stay where they are.

        Raises:
            ExperimentNotFound: No deleted experiment has this id.
        """
        with self._database.write() as tx:
            self._in_stage(tx, experiment_id, Lifecycle.DELETED)
            for run in runs.ids_of(tx, experiment_id):
                runs.delete(tx, run)
            for model in models.ids_of(tx, experiment_id):
                models.delete(tx, model)
            experiments.delete(tx, experiment_id)

    def purge_empty(self, experiment_id: int) -> None:
        """Remove an experiment without runs and models for good, in the bin or not.

        Raises:
            ExperimentNotFound: No experiment has this id.
            ExperimentNotEmpty: It has runs or models, perhaps in the bin; or it is the default experiment.
        """
        with self._database.write() as tx:
            found = existence.any_experiment(tx, experiment_id)
            if found.id == DEFAULT_ID:
                raise ExperimentNotEmpty(f"Experiment {found.name!r} is in every workspace.", "It stays.")
            if runs.ids_of(tx, experiment_id) or models.ids_of(tx, experiment_id):
                raise ExperimentNotEmpty(
                    f"Experiment {found.name!r} has runs or models.",
                    "Call archive(); `mlflow gc` removes what is archived for good.",
                )
            experiments.delete(tx, experiment_id)

    def _move(self, experiment_id: int, source: str, target: str) -> None:
        with self._database.write() as tx:
            self._in_stage(tx, experiment_id, source)
            now = now_ms()
            experiments.set_lifecycle(tx, experiment_id, target, now)
            runs.set_lifecycle_of_all(tx, experiment_id, target, now if target == Lifecycle.DELETED else None)

    @staticmethod
    def _in_stage(tx: Connection, experiment_id: int, lifecycle: str) -> None:
        found = experiments.by_id(tx, experiment_id)
        if found is None or found.lifecycle != lifecycle:
            raise existence.experiment_not_found(experiment_id)


def _exists(name: str) -> ExperimentExists:
    return ExperimentExists(
        f"Experiment(name={name}) already exists.", "Choose another name; a deleted experiment keeps its own."
    )
