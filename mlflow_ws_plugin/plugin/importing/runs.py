"""Runs: made with their own ids and times, filled, and compared field by field, point by point, file by file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mlflow.entities import Run

from mlflow_ws_plugin.plugin.importing import comparing, files, inputs, metrics, provenance
from mlflow_ws_plugin.plugin.importing.experiments import Home
from mlflow_ws_plugin.plugin.importing.report import Report
from mlflow_ws_plugin.plugin.importing.source import Source
from mlflow_ws_plugin.plugin.importing.target import Target
from mlflow_ws_plugin.records import reserved
from mlflow_ws_plugin.records.lifecycle import PLAIN_STATE, STATUS, State
from mlflow_ws_plugin.records.run import NewRun, Origin

_KIND = "runs"


@dataclass(frozen=True, slots=True)
class _Copied:
    """A run on its way.

    Attributes:
        told: The run at the source.
        before: What it was in the workspace, None where it is new.
        here: What it is there now.
        is_ours: Whether it came from that source, and may be written; one from elsewhere is only compared.
    """

    told: Run
    before: Run | None
    here: Run
    is_ours: bool


def copy(
    report: Report, source: Source, target: Target, run_ids: list[str], home: Home, *, tell: Callable[[int], None]
) -> None:
    """Copy runs with all that belongs to them, and compare them.

    Args:
        report: Where they are counted.
        source: Where they are.
        target: Where they go.
        run_ids: The runs.
        home: Their experiment's home.
        tell: Is told of points that are done.
    """
    begun: dict[str, _Copied] = {}
    for run_id in run_ids:
        with report.going_on(_KIND, run_id):
            begun[run_id] = _begin(report, source, target, run_id, home)
    told = {run_id: run.told for run_id, run in begun.items()}
    metrics.copy(report, source, target, told, {run_id for run_id, run in begun.items() if run.is_ours}, tell)
    for run_id, run in begun.items():
        with report.going_on(_KIND, run_id):
            _finish(report, source, target, run, home)


def _begin(report: Report, source: Source, target: Target, run_id: str, home: Home) -> _Copied:
    """Write a run without its points and files."""
    told, before = source.run(run_id), target.run(run_id)
    is_ours = before is None or provenance.is_from(before.data.tags, source.name)
    if before is None:
        with report.writing():
            target.history.arrivals.run(_born(source, told, home))
    here = before or target.run(run_id)
    assert here is not None  # it was there, or is now
    if is_ours:
        _write_notes(report, target, told, here)
        inputs.write(target, told, here)
    return _Copied(told, before, here, is_ours)


def _finish(report: Report, source: Source, target: Target, run: _Copied, home: Home) -> None:
    """Copy a run's files, write how it stands, and compare it."""
    run_id = run.told.info.run_id
    with report.going_on("files", run_id):
        place, folder = source.files(run.told.info.artifact_uri), target.folder(run.here.info.artifact_uri)
        if source.is_out_of_reach(place):
            report.leaves("runs whose files may be on the server's own disk")
        files.copy(report, run_id, place, folder, is_ours=run.is_ours)
    if run.is_ours:
        _settle(report, target, run.told, run.here)
    after = target.run(run_id)
    assert after is not None  # only this import writes it
    _account(report, run.told, home, run.before, after)


def _born(source: Source, told: Run, home: Home) -> NewRun:
    """Return a run as it begins: it goes on until all of it is here."""
    tags = told.data.tags
    return NewRun(
        experiment_id=home.id,
        run_id=told.info.run_id,
        name=told.info.run_name or "",
        state=State.RUNNING,
        user=told.info.user_id or "",
        origin=Origin.NATIVE if reserved.STATE in tags else Origin.MLFLOW,
        start_ms=told.info.start_time or 0,
        parent_id=tags.get(reserved.PARENT),
        tags=provenance.stamped(tags, source.name),
    )


def _write_notes(report: Report, target: Target, told: Run, here: Run) -> None:
    parameters = {key: value for key, value in told.data.params.items() if key not in here.data.params}
    tags = comparing.missing(provenance.plain(told.data.tags), here.data.tags)
    tags.pop(reserved.STATE, None)  # settled at the end
    if parameters or tags:
        with report.writing():
            target.history.arrivals.notes(told.info.run_id, parameters=parameters, tags=tags)


def _settle(report: Report, target: Target, told: Run, here: Run) -> None:
    if _facts(told, "") != _facts(here, "") or _state(told) != _state(here):
        info = told.info
        with report.writing():
            target.history.arrivals.settle_run(
                info.run_id,
                name=info.run_name or "",
                state=_state(told),
                end_ms=info.end_time,
                lifecycle=info.lifecycle_stage,
            )


def _state(run: Run) -> State:
    """Return the exact state, where a run of another workspace says it, else what its status means."""
    exact = run.data.tags.get(reserved.STATE)
    if exact in State.__members__.values() and STATUS[State(exact)] == run.info.status:
        return State(exact)
    return PLAIN_STATE[run.info.status]


def _account(report: Report, told: Run, home: Home, before: Run | None, after: Run) -> None:
    run_id = told.info.run_id
    was = None if before is None else _facts(before, before.info.experiment_id)
    comparing.of_record(report, _KIND, run_id, _facts(told, home.id), was, _facts(after, after.info.experiment_id))
    for kind, parts in _PARTS.items():
        comparing.of_parts(report, kind, run_id, parts(told), parts(before) if before else {}, parts(after))


def _facts(run: Run, experiment_id: str) -> dict[str, object]:
    info = run.info
    return {
        "experiment": experiment_id,
        "name": info.run_name or "",
        "user": info.user_id or "",
        "status": info.status,
        "start": info.start_time or 0,
        "end": info.end_time,
        "lifecycle": info.lifecycle_stage,
    }


_PARTS: dict[str, Callable[[Run], comparing.Fields]] = {
    "params": lambda run: run.data.params,
    "tags": lambda run: provenance.plain(run.data.tags),
    "inputs": inputs.fields,
}
"""What a run has several of, each of which is counted."""
