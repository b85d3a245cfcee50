"""Runs: birth, state, bin, tags, parameters and properties."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from mlflow_ws_plugin.errors import (
    IllegalTransition,
    PropertyChanged,
    ReservedTag,
    RunExists,
    RunNotActive,
    RunNotFound,
    TagNotFound,
)
from mlflow_ws_plugin.history import existence, liveness, writing
from mlflow_ws_plugin.history.appending import append
from mlflow_ws_plugin.history.clock import now_ms
from mlflow_ws_plugin.records import lifecycle, places, reserved
from mlflow_ws_plugin.records.experiment import Lifecycle
from mlflow_ws_plugin.records.lifecycle import TERMINAL, State
from mlflow_ws_plugin.records.run import NewRun, RunInfo, RunRecord
from mlflow_ws_plugin.records.selection import Selection
from mlflow_ws_plugin.storage import experiments, heartbeats, inputs, listings, runs, series
from mlflow_ws_plugin.storage.connection import Connection
from mlflow_ws_plugin.storage.sqlite import Database

if TYPE_CHECKING:
    from mlflow_ws_plugin.records.filters import Filter, Order


_log = logging.getLogger(__name__)


class Runs:
    """The runs of a workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, run: NewRun) -> RunRecord:
        """Begin a run.

        Tags that show part of a native record become that part: copying all tags of a run copies its properties.

        Raises:
            ExperimentNotFound: No experiment has this id.
            ExperimentNotActive: It is in the bin.
            RunExists: The run id is taken.
        """
        with self._database.write() as tx:
            record = runs.fill(tx, RunRecord(_begun(tx, run)))
        _trace(record.info)
        return record

    def create_all(self, born: Sequence[NewRun]) -> None:
        """Begin several runs, all or none.

        Raises:
            ExperimentNotFound: No experiment has one of the ids.
            ExperimentNotActive: It is in the bin.
            RunExists: A run id is taken.
        """
        with self._database.write() as tx:
            begun = [_begun(tx, run) for run in born]
        for info in begun:
            _trace(info)

    def info(self, run_id: str) -> RunInfo:
        """Return a run without its data.

        Raises:
            RunNotFound: No run has this id.
        """
        with self._database.read() as tx:
            return liveness.seen(tx, existence.any_run(tx, run_id))

    def get(self, run_id: str) -> RunRecord:
        """Return a run with its data, in the bin or not.

        Raises:
            RunNotFound: No run has this id.
        """
        with self._database.read() as tx:
            record = runs.fill(tx, RunRecord(liveness.seen(tx, existence.any_run(tx, run_id))))
            return inputs.fill(tx, [record])[0]

    def family(self, run_id: str) -> list[RunInfo]:
        """Return a run and all runs below it that are not in the bin, level by level.

        Raises:
            RunNotFound: No run has this id.
        """
        with self._database.read() as tx:
            existence.any_run(tx, run_id)
            return [liveness.seen(tx, info) for info in runs.family(tx, run_id)]

    def listed(self, experiment_id: int, wanted: Selection, *, with_children: bool = False) -> list[RunInfo]:
        """Return the selected runs of an experiment that are not in the bin, newest first.

        Args:
            experiment_id: The experiment.
            wanted: Which of its runs.
            with_children: Whether runs below others are among them.
        """
        with self._database.read() as tx:
            return _seen(tx, listings.of_experiment(tx, experiment_id, wanted, with_children=with_children), wanted)

    def below(self, run_id: str, wanted: Selection, *, recursive: bool) -> list[RunInfo]:
        """Return the selected children of a run, or with `recursive` all runs below it, newest first.

        Raises:
            RunNotFound: No run has this id.
        """
        with self._database.read() as tx:
            existence.any_run(tx, run_id)
            return _seen(tx, listings.below(tx, run_id, wanted, recursive=recursive), wanted)

    def search(
        self,
        experiment_ids: Sequence[int],
        condition: Filter,
        order: Sequence[Order],
        *,
        lifecycles: Sequence[str] = (Lifecycle.ACTIVE,),
        limit: int | None = None,
        offset: int = 0,
        artifact_root: str = "",
    ) -> list[RunRecord]:
        """Return runs that fulfil a condition, with their data.

        Args:
            experiment_ids: Where to look.
            condition: What they must fulfil.
            order: What to order by; newest first after that.
            lifecycles: Those of `Lifecycle.ALL` that are wanted.
            limit: Runs at most; None for all.
            offset: Runs to leave out at the beginning.
            artifact_root: What is shown before artifact locations within the workspace.
        """
        from mlflow_ws_plugin.storage import run_search

        with self._database.read() as tx:
            silent_ms = liveness.silent_since_ms()
            found = run_search.find(
                tx, experiment_ids, condition, order, lifecycles, limit, offset, artifact_root, silent_ms
            )
            for record in found:
                record.info = liveness.seen(tx, record.info)
            return found

    def set_state(self, run_id: str, state: State, *, error: str | None = None) -> RunInfo:
        """Bring a run into a state, as a native call may; a terminal state sets the end time.

        In a signal handler, it stays so even if the handler's error undoes the write in whose middle it was called.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
            IllegalTransition: The run cannot go there from where it is.
        """
        self._database.after_this(lambda: self._set_again(run_id, state, error))
        with self._database.write() as tx:
            info = existence.active_run_info(tx, run_id)
            if info.state != state:
                new = lifecycle.transition(run_id, info.state, state)
                runs.set_state(tx, info.key, new, now_ms() if new in TERMINAL else None, error)
                if new in TERMINAL:
                    series.settle(tx, info.key)
            info = existence.any_run(tx, run_id)
        _trace(info)
        return info

    def _set_again(self, run_id: str, state: State, error: str | None) -> None:
        with suppress(IllegalTransition, RunNotActive, RunNotFound):  # which the handler was told already
            self.set_state(run_id, state, error=error)

    def set_error(self, run_id: str, error: str | None) -> None:
        """Write why a run fails, without ending it; None leaves what is recorded.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
        """
        with self._database.write() as tx:
            info = existence.active_run_info(tx, run_id)
            runs.set_state(tx, info.key, info.state, None, error)

    def update(
        self, run_id: str, *, status: str | None = None, end_ms: int | None = None, name: str | None = None
    ) -> RunInfo:
        """Change what MLflow calls a run's info; whatever is None stays as it is.

        Args:
            run_id: The run.
            status: A key of `lifecycle.PLAIN_STATE`; any may follow any.
            end_ms: Milliseconds UTC.
            name: Display name.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
        """
        with self._database.write() as tx:
            info = existence.active_run_info(tx, run_id)
            state = lifecycle.with_status(info.state, status) if status else info.state
            if state != info.state or end_ms is not None:
                runs.set_state(tx, info.key, state, end_ms)
                if state in TERMINAL:
                    series.settle(tx, info.key)
            if status == "RUNNING" and liveness.is_silent(tx, info._replace(state=state)):
                heartbeats.forget(tx, info.key)  # somebody goes on with it who sends none
            if name:
                runs.rename(tx, info.key, name)
                runs.set_tags(tx, info.key, {reserved.RUN_NAME: name})
            info = existence.any_run(tx, run_id)
        _trace(info)
        return info

    def delete(self, run_id: str) -> None:
        """Put a run into the bin; putting it there twice is no error.

        Raises:
            RunNotFound: No run has this id.
        """
        with self._database.write() as tx:
            runs.set_lifecycle(tx, existence.any_run(tx, run_id).key, Lifecycle.DELETED, now_ms())

    def restore(self, run_id: str) -> None:
        """Take a run out of the bin; one that is not there stays.

        Raises:
            RunNotFound: No run has this id.
        """
        with self._database.write() as tx:
            runs.set_lifecycle(tx, existence.any_run(tx, run_id).key, Lifecycle.ACTIVE, None)

    def deleted(self, *, older_than_ms: int = 0) -> list[str]:
        """Return the ids of runs that have been in the bin for at least a time."""
        with self._database.read() as tx:
            return runs.deleted_before(tx, now_ms() - older_than_ms)

    def purge(self, run_id: str) -> None:
        """Remove a run and everything recorded of it for good. Files stay where they are.

        Raises:
            RunNotFound: No run has this id.
        """
        with self._database.write() as tx:
            runs.delete(tx, existence.any_run(tx, run_id).key)

    def log_parameters(self, run_id: str, values: Mapping[str, str]) -> None:
        """Write parameters; those recorded with the same value already are left alone.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
            ParameterChanged: One has another value already; none is written.
        """
        with self._database.write() as tx:
            writing.parameters(tx, existence.active_run(tx, run_id), run_id, values)

    def set_tags(self, run_id: str, values: Mapping[str, str]) -> None:
        """Write tags, replacing their values.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
            ReservedTag: One shows part of the native record, which has another value; none is written.
        """
        with self._database.write() as tx:
            writing.tags(tx, existence.active_run(tx, run_id), run_id, values)

    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove one tag.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
            TagNotFound: It has no such tag.
        """
        with self._database.write() as tx:
            run = existence.active_run(tx, run_id)
            if not runs.delete_tag(tx, run, key):
                raise TagNotFound(f"No tag with name: {key} in run with id {run_id}")
            if key == reserved.PARENT:
                runs.set_parent(tx, run, None)

    def remove_tags(self, run_id: str, keys: Iterable[str]) -> None:
        """Remove tags; those the run does not have are no error.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
            ReservedTag: One shows part of the native record; none is removed.
        """
        with self._database.write() as tx:
            run = existence.active_run(tx, run_id)
            for key in keys:
                if reserved.is_reserved(key):
                    raise ReservedTag(f"Tag {key!r} of run {run_id} shows part of its native record.", "It stays.")
                runs.delete_tag(tx, run, key)
                if key == reserved.PARENT:
                    runs.set_parent(tx, run, None)

    def revise_tag(self, run_id: str, key: str, revise: Callable[[str | None], str]) -> None:
        """Write one tag whose new value depends on the old, in one transaction.

        Args:
            run_id: The run.
            key: The tag.
            revise: Returns the new value from the old one, None where there is none; may raise to leave it.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
        """
        with self._database.write() as tx:
            run = existence.active_run(tx, run_id)
            writing.tags(tx, run, run_id, {key: revise(runs.tag(tx, run, key))})

    def add_properties(self, run_id: str, values: Mapping[str, str]) -> None:
        """Write properties; those recorded with the same value already are left alone.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
            PropertyChanged: One has another value already; none is written.
        """
        with self._database.write() as tx:
            run = existence.active_run(tx, run_id)
            recorded = runs.properties(tx, run)
            for key, value in values.items():
                if recorded.get(key, value) != value:
                    raise PropertyChanged(
                        f"Property {key!r} of run {run_id} is {recorded[key]!r} and never changes to {value!r}.",
                        "Use a tag for what may change.",
                    )
            runs.insert_properties(tx, run, {key: value for key, value in values.items() if key not in recorded})


def _trace(info: RunInfo) -> None:
    """Say what a run is doing now, to those who log at level DEBUG; outside of a transaction: they may log to a run."""
    _log.debug("Run %s (%s) of experiment %s is %s.", info.name, info.run_id, info.experiment_id, info.state.value)


def _begun(tx: Connection, run: NewRun) -> RunInfo:
    """Begin a run inside a writing transaction."""
    parts = writing.split_reserved(run.tags, run.start_ms)
    found = experiments.next_run(tx, int(run.experiment_id))
    if found is None:
        raise existence.experiment_not_found(run.experiment_id)
    number, stage, location = found
    existence.check_active(run.experiment_id, stage)
    if runs.lifecycle(tx, run.run_id):
        raise RunExists(f"Run {run.run_id!r} is in this workspace already.", "Choose another run id.")
    runs.insert(tx, run, number, places.of_run(location, run.run_id))
    info = existence.any_run(tx, run.run_id)
    runs.set_tags(tx, info.key, parts.tags)
    runs.insert_properties(tx, info.key, {**parts.properties, **run.properties})
    if parts.texts:
        append(tx, info.key, parts.texts, {})
    return info


def _seen(tx: Connection, found: list[RunInfo], wanted: Selection) -> list[RunInfo]:
    """Return runs as their readers see them, without those that are seen in another state than the wanted."""
    seen = [liveness.seen(tx, info) for info in found]
    return [info for info in seen if wanted.state in (None, info.state)]
