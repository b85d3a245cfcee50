"""Calls that have no native counterpart: each is passed on to MLflow's own store, see `plugin.genai`."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any, TypeVar

from mlflow.entities import Experiment, RunInfo, Span
from mlflow.store.tracking.abstract_store import AbstractStore

from mlflow_ws_plugin.errors import ExperimentNotFound, RunNotFound
from mlflow_ws_plugin.plugin.faults import speaking_mlflow
from mlflow_ws_plugin.plugin.genai import places
from mlflow_ws_plugin.plugin.genai.delegate import Delegate
from mlflow_ws_plugin.plugin.genai.names import delegated
from mlflow_ws_plugin.plugin.store.parts import StoreParts
from mlflow_ws_plugin.plugin.translate import experiment_to_mlflow, info_to_mlflow
from mlflow_ws_plugin.records.experiment import Lifecycle
from mlflow_ws_plugin.records.filters import AllOf

T = TypeVar("T")


class GenAiCalls(StoreParts, AbstractStore):
    """What the calls need that are passed on; `passing_on_the_rest` makes them."""

    async def log_spans_async(self, location: str, spans: list[Span]) -> list[Span]:
        """Log spans in a thread, which newer versions of MLflow declare and older ones leave to their stores."""
        logged: list[Span] = await asyncio.to_thread(self._delegate.call, "log_spans", location, spans)
        return logged

    def link_traces_to_run(self, trace_ids: list[str], run_id: str) -> None:
        """Link traces to a run, which MLflow declares abstract, so that it has to stand here."""
        self._delegate.call("link_traces_to_run", trace_ids, run_id)

    @functools.cached_property
    def _delegate(self) -> Delegate:
        self._history.make()
        root = self._foreign_root or self._artifact_root
        return Delegate(self._history.directory, root, self)

    def shown_experiment(self, key: int) -> Experiment | None:
        """Return an experiment as MLflow's, in the bin or not, or None where there is none of that id."""
        try:
            return experiment_to_mlflow(self._history.experiments.get(key), self._artifact_root)
        except ExperimentNotFound:
            return None

    def own_place(self, experiment_id: str) -> str | None:
        """Return where an experiment's files are, or None if they are not in the workspace."""
        experiment = self.shown_experiment(int(experiment_id))
        location = "" if experiment is None else str(experiment.artifact_location)
        return location if location.startswith(f"{self._artifact_root}/") else None

    def shown_run(self, run_id: str) -> RunInfo | None:
        """Return a run as MLflow's, in the bin or not, or None where there is none of that id."""
        try:
            return info_to_mlflow(self._history.runs.get(run_id).info, self._artifact_root)
        except RunNotFound:
            return None

    def shown_experiments(self) -> list[Experiment]:
        """Return all experiments as MLflow's, those in the bin included."""
        found = self._history.experiments.search(AllOf(), [], lifecycles=Lifecycle.ALL, limit=-1)
        return [experiment_to_mlflow(record, self._artifact_root) for record in found]


def passing_on_the_rest(store: type[T]) -> type[T]:
    """Return a store class with a method more for each call that the installed MLflow declares and it has not."""
    ours = {name for kind in store.__mro__ if kind not in AbstractStore.__mro__ for name in vars(kind)}
    for name in delegated(ours):
        setattr(store, name, _passed_on(name))
    return store


def _passed_on(name: str) -> Callable[..., Any]:
    def method(self: GenAiCalls, /, *args: Any, **kwargs: Any) -> Any:
        return places.shown(self._delegate.call(name, *args, **kwargs), self.own_place)

    declared = getattr(AbstractStore, name, None)
    if declared is not None:
        functools.update_wrapper(method, declared)
        method.__dict__.pop("__isabstractmethod__", None)
    method.__name__ = name
    method.__doc__ = method.__doc__ or f"Pass `{name}` on to MLflow's own store."
    return speaking_mlflow(method)
