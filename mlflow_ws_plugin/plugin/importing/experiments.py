"""Experiments: each finds its own in the workspace, by the source it came from or by its name, or is made there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlflow.entities import Experiment

from mlflow_ws_plugin.plugin.importing import comparing, provenance
from mlflow_ws_plugin.plugin.importing.report import Report
from mlflow_ws_plugin.plugin.importing.source import Source
from mlflow_ws_plugin.plugin.importing.target import Target
from mlflow_ws_plugin.records.experiment import DEFAULT_ID, DEFAULT_NAME, ExperimentRecord, Lifecycle
from mlflow_ws_plugin.records.filters import AllOf

_KIND = "experiments"


@dataclass(frozen=True, slots=True)
class Home:
    """The experiment of the workspace that one of the source is copied into.

    Attributes:
        id: Its id in the workspace.
        told: The experiment at the source.
        before: What it was in the workspace, None where it is new.
        is_ours: Whether it came from that source, and is brought up to date; else it only takes in the runs.
    """

    id: str
    told: Experiment
    before: ExperimentRecord | None
    is_ours: bool


class Homes:
    """Finds homes for experiments, or makes them.

    Args:
        source: Where the experiments are.
        target: Where their homes are.
    """

    def __init__(self, source: Source, target: Target) -> None:
        self._source = source
        self._target = target
        here = target.history.experiments.search(AllOf(), [], lifecycles=Lifecycle.ALL, limit=-1)
        ours = [record for record in here if provenance.is_from(record.tags, source.name)]
        self._ours = {record.tags.get(provenance.SOURCE_ID): record for record in ours}

    def find(self, told: Experiment) -> Home:
        """Return the home of an experiment, made now if there is none. It is not in the bin before `settle`."""
        record = self._ours.get(told.experiment_id)
        if record is not None:
            return Home(record.id, told, record, is_ours=True)
        record = self._target.history.experiments.by_name(told.name)
        if record is not None:
            return Home(record.id, told, record, is_ours=_is_untouched(self._target, record))
        times = told.creation_time or 0, told.last_update_time or 0
        made = self._target.history.arrivals.experiment(told.name, *times, _tags(self._source, told))
        return Home(made.id, told, None, is_ours=True)


def _is_untouched(target: Target, record: ExperimentRecord) -> bool:
    """Tell whether this is the default experiment, as every new workspace has it."""
    if (record.id, record.name, record.tags) != (DEFAULT_ID, DEFAULT_NAME, {}):
        return False
    return not target.history.runs.search([int(DEFAULT_ID)], AllOf(), [], lifecycles=Lifecycle.ALL, limit=1)


def open_again(target: Target, home: Home) -> None:
    """Take an experiment out of the bin, without its runs, until it is settled."""
    record = target.history.experiments.get(int(home.id))
    if record.lifecycle == Lifecycle.DELETED and home.is_ours:
        target.history.arrivals.revise_experiment(replace(record, lifecycle=Lifecycle.ACTIVE, tags={}))


def settle(report: Report, source: Source, target: Target, home: Home) -> None:
    """Write how an experiment stands, when all else of it is copied, and compare it."""
    told = home.told
    if home.is_ours:
        record = target.history.experiments.get(int(home.id))
        if _is_behind(source, told, record):
            target.history.arrivals.revise_experiment(_as_told(source, told, record))
    else:
        _add_tags(target, home)
    _account(report, target, home)


def _is_behind(source: Source, told: Experiment, record: ExperimentRecord) -> bool:
    return _as_told(source, told, record) != replace(record, tags=_tags(source, told)) or bool(
        comparing.missing(_tags(source, told), record.tags)
    )


def _as_told(source: Source, told: Experiment, record: ExperimentRecord) -> ExperimentRecord:
    return replace(
        record,
        name=told.name,
        lifecycle=told.lifecycle_stage,
        created_ms=told.creation_time or 0,
        updated_ms=told.last_update_time or 0,
        tags=_tags(source, told),
    )


def _tags(source: Source, told: Experiment) -> dict[str, str]:
    return {**provenance.stamped(told.tags, source.name), provenance.SOURCE_ID: told.experiment_id}


def _add_tags(target: Target, home: Home) -> None:
    """Give an experiment that was here already those tags it has not."""
    record = target.history.experiments.get(int(home.id))
    new = {key: value for key, value in provenance.plain(home.told.tags).items() if key not in record.tags}
    if new:
        target.history.arrivals.revise_experiment(replace(record, tags=new))


def _account(report: Report, target: Target, home: Home) -> None:
    told = home.told
    source = _fields(told.name, told.lifecycle_stage, told.tags)
    after = target.history.experiments.get(int(home.id))
    seen, was = _seen(after), _seen(home.before) if home.before else None
    if home.is_ours:
        times = {"created": told.creation_time or 0, "updated": told.last_update_time or 0}
        seen = seen | _times(after)
        was = was | _times(home.before) if was is not None and home.before else None
        comparing.of_record(report, _KIND, told.name, source | times, was, seen)
        return
    only = {name: value for name, value in seen.items() if name in source}
    before = {name: value for name, value in (was or {}).items() if name in source}
    comparing.of_record(report, _KIND, told.name, source, before, only)


def _seen(record: ExperimentRecord) -> dict[str, object]:
    return _fields(record.name, record.lifecycle, record.tags)


def _times(record: ExperimentRecord) -> dict[str, object]:
    return {"created": record.created_ms, "updated": record.updated_ms}


def _fields(name: str, lifecycle: str, tags: dict[str, str]) -> dict[str, object]:
    return {"name": name, "lifecycle": lifecycle, **comparing.labelled("tags", provenance.plain(tags))}
