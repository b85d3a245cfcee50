"""A whole tracking address, moved into a workspace. Doing it again goes on where it ended, and changes nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from mlflow.entities import Experiment
from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.abstract_store import AbstractStore as RegistryStore
from tqdm import tqdm

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.errors import ExperimentNotFound, SourceUnreadable
from mlflow_ws_plugin.plugin.importing import experiments, models, opening, runs, source
from mlflow_ws_plugin.plugin.importing.experiments import Homes
from mlflow_ws_plugin.plugin.importing.registry import RegistryCopy
from mlflow_ws_plugin.plugin.importing.report import Report
from mlflow_ws_plugin.plugin.importing.source import Source
from mlflow_ws_plugin.plugin.importing.target import Target
from mlflow_ws_plugin.plugin.importing.traces import ARE_COPIED, TraceCopy

_SHOWN_AFTER_S = 1


def move(address: str, directory: Path, *, only: Sequence[str] = ()) -> Report:
    """Copy what a tracking address holds into a workspace, compare the two, and return the account of it.

    What is there already is left alone. Records that came from the same address are brought up to date; others that
    have the same id are compared, and never written.

    Args:
        address: The tracking address, as MLflow takes it.
        directory: The workspace's directory; it is made if it is not there.
        only: Names of the experiments to copy, without the registry then; all by default.

    Raises:
        SourceUnreadable: MLflow knows no such address, nothing is there, it cannot be read, or it is the workspace.
        ExperimentNotFound: The source has no experiment of one of the names.
        StorageError: The workspace cannot be written.
    """
    report = Report()
    with source.opened(address, report) as there:
        if there.name == str(uri.of(directory)):
            raise SourceUnreadable(f"{address!r} is the workspace itself.", "Choose another with --workspace.")
        found = _chosen(there, only)
        with tqdm(unit=" runs", delay=_SHOWN_AFTER_S, disable=None) as bar:
            _Move(report, there, Target(directory), bar).everything(found, with_registry=not only)
    return report


def _chosen(there: Source, only: Collection[str]) -> list[Experiment]:
    try:
        found = list(there.experiments())
    except MlflowException as exc:
        raise SourceUnreadable(f"{there.name!r} cannot be read: {exc.message}") from exc
    missing = sorted(set(only) - {experiment.name for experiment in found})
    if missing:
        raise ExperimentNotFound(f"The source has no experiment {missing[0]!r}.", "List them with MLflow.")
    return [experiment for experiment in found if not only or experiment.name in only]


class _Move:
    def __init__(self, report: Report, there: Source, target: Target, bar: Any) -> None:
        self._report = report
        self._source = there
        self._target = target
        self._bar = bar
        self._points = 0
        self._homes = Homes(there, target)
        self._traces = TraceCopy(report, there, target) if ARE_COPIED and there.has_genai else None

    def everything(self, found: Sequence[Experiment], *, with_registry: bool) -> None:
        for told in found:
            with self._report.going_on("experiments", told.name):
                self._experiment(told)
        if with_registry:
            RegistryCopy(self._report, self._source, self._target).copy()
        self._count_the_rest([told.experiment_id for told in found], with_registry)

    def _experiment(self, told: Experiment) -> None:
        home = self._homes.find(told)
        for page in self._source.run_ids(told.experiment_id):
            self._bar.total = (self._bar.total or 0) + len(page)
            runs.copy(self._report, self._source, self._target, page, home, tell=self._tell)
            self._bar.update(len(page))
        for model in self._source.models(told.experiment_id):
            with self._report.going_on("logged models", model.model_id):
                models.copy(self._report, self._source, self._target, model, home)
        if self._traces is not None and self._traces.copy(home):
            for run_id in self._run_ids(told):
                with self._report.going_on("trace links", run_id):
                    self._traces.link(run_id, home)
        experiments.settle(self._report, self._source, self._target, home)

    def _run_ids(self, told: Experiment) -> Iterator[str]:
        for page in self._source.run_ids(told.experiment_id):
            yield from page

    def _tell(self, points: int) -> None:
        self._points += points
        self._bar.set_postfix_str(f"{self._points:,} points", refresh=False)

    def _count_the_rest(self, experiment_ids: list[str], with_registry: bool) -> None:
        """Count what is at the source and not copied, where it can tell."""
        for kind, count in _NOT_COPIED.items() if self._source.has_genai else ():
            if kind in _OF_REGISTRY and not with_registry:
                continue
            number = _number(count, self._source, experiment_ids)
            if number:
                self._report.not_copied[kind] = number


def _number(count: Callable[[Source, list[str]], int], there: Source, experiment_ids: list[str]) -> int:
    """Return a count, 0 where the source cannot tell."""
    try:
        with opening.asked_once():
            return count(there, experiment_ids)
    except (MlflowException, NotImplementedError, AttributeError, TypeError):
        return 0


def _length(there: Source, call: Callable[[str | None], Any]) -> int:
    return sum(1 for _ in there.paged(call))


def _registry(there: Source) -> RegistryStore:
    if there.registry is None:
        raise NotImplementedError
    return there.registry


_NOT_COPIED: dict[str, Callable[[Source, list[str]], int]] = {
    "traces, which need a newer MLflow": lambda there, ids: 0 if ARE_COPIED else len(there.store.search_traces(ids)[0]),
    "evaluation datasets": lambda there, ids: _length(
        there, lambda token: there.store.search_datasets(experiment_ids=ids, page_token=token)
    ),
    "scorers": lambda there, ids: sum(len(there.store.list_scorers(id_)) for id_ in ids),
    "logged models in the bin": lambda there, _: len(there.store._get_deleted_logged_models()),
    "webhooks": lambda there, _: _length(there, lambda token: _registry(there).list_webhooks(page_token=token)),
}
"""Records that are not copied, and how a source counts them."""

_OF_REGISTRY = ("webhooks",)
