"""Traces: with their spans, tags, assessments and attached files, and the runs they are linked to."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlflow.entities import Span, TraceData, TraceInfo, TraceLocation
from mlflow.exceptions import MlflowException, MlflowTraceDataNotFound
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.utils.mlflow_tags import MLFLOW_ARTIFACT_LOCATION

from mlflow_ws_plugin.plugin.importing import comparing, experiments, files, provenance
from mlflow_ws_plugin.plugin.importing.experiments import Home
from mlflow_ws_plugin.plugin.importing.report import Report
from mlflow_ws_plugin.plugin.importing.source import Source
from mlflow_ws_plugin.plugin.importing.target import Target

ARE_COPIED = hasattr(AbstractStore, "log_spans") and hasattr(AbstractStore, "batch_get_traces")
"""Whether the installed MLflow keeps spans in its database; older ones are not copied from."""

_PAGE = 100
_MOST_LINKS = 100
_SPANS_LOCATION = "mlflow.trace.spansLocation"
_IN_STORE = ("TRACKING_STORE", "ARCHIVE_REPO")
_PLACES = (MLFLOW_ARTIFACT_LOCATION, _SPANS_LOCATION)
"""Tags that say where a trace is kept."""
_FINALIZED = "mlflow.trace.infoFinalized"
"""Metadata by which MLflow's store notes how it came by a trace."""
_SPANS_FILE = "traces.json"


class Traces:
    """Traces of one side.

    Args:
        store: MLflow's tracking store.
        address: Its address.
    """

    def __init__(self, store: Any, address: str) -> None:
        self._store = store
        self._address = address

    def of_experiment(self, experiment_id: str, condition: str | None = None) -> Iterator[TraceInfo]:
        """Yield an experiment's traces that fulfil a condition."""
        token = None
        where = _where(self._store, experiment_id)
        while True:
            found, token = self._store.search_traces(
                filter_string=condition, max_results=_PAGE, page_token=token, **where
            )
            yield from found
            if not token:
                return

    def of_run(self, experiment_id: str, run_id: str) -> set[str]:
        """Return the ids of the traces that are linked to a run."""
        return {info.trace_id for info in self.of_experiment(experiment_id, f"attributes.run_id = '{run_id}'")}

    def info(self, trace_id: str) -> TraceInfo | None:
        """Return a trace without its spans, or None."""
        try:
            found: TraceInfo = self._store.get_trace_info(trace_id)
        except MlflowException as exc:
            if exc.error_code not in ("RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"):
                raise
            return None
        return found

    def spans(self, info: TraceInfo) -> list[Span]:
        """Return a trace's spans, wherever they are kept."""
        if info.tags.get(_SPANS_LOCATION) in _IN_STORE:
            return list(self._store.get_trace(info.trace_id, allow_partial=True).data.spans)
        if MLFLOW_ARTIFACT_LOCATION not in info.tags:
            return []
        try:
            files = get_artifact_repository(info.tags[MLFLOW_ARTIFACT_LOCATION], tracking_uri=self._address)
            return list(TraceData.from_dict(files.download_trace_data()).spans)
        except MlflowTraceDataNotFound:
            return []


def _where(store: Any, experiment_id: str) -> dict[str, list[str]]:
    named = inspect.signature(store.search_traces).parameters
    return {"locations" if "locations" in named else "experiment_ids": [experiment_id]}


class TraceCopy:
    """Copies traces into a workspace, and compares them.

    Args:
        report: Where all is counted.
        source: Where they are.
        target: Where they go.
    """

    def __init__(self, report: Report, source: Source, target: Target) -> None:
        self._report = report
        self._source = source
        self._target = target
        self._there = Traces(source.store, source.address)
        self._here = Traces(target.store, target.address)

    def copy(self, home: Home) -> bool:
        """Copy and compare an experiment's traces; tell whether it has any."""
        found = False
        for told in self._there.of_experiment(home.told.experiment_id):
            found = True
            with self._report.going_on("traces", told.trace_id):
                self._copy_one(told, home)
        return found

    def link(self, run_id: str, home: Home) -> None:
        """Link a run's traces, and compare the links."""
        told = self._there.of_run(home.told.experiment_id, run_id)
        before = self._here.of_run(home.id, run_id)
        missing = sorted(told - before)
        for at in range(0, len(missing), _MOST_LINKS):
            with self._report.writing():
                self._target.store.link_traces_to_run(missing[at : at + _MOST_LINKS], run_id)
        after = self._here.of_run(home.id, run_id) if missing else before
        sides = [dict.fromkeys(side, "linked") for side in (told, before, after)]
        comparing.of_parts(self._report, "trace links", run_id, *sides)

    def _copy_one(self, told: TraceInfo, home: Home) -> None:
        with self._report.reading():
            spans = self._there.spans(told)
        before = self._here.info(told.trace_id)
        is_ours = before is None or provenance.is_from(before.tags, self._source.name)
        was = self._seen(before)
        wanted = _Seen(_facts(told, home.id), _assessments(told), _spans(spans))
        if is_ours and was != wanted:
            experiments.open_again(self._target, home)
            with self._report.writing():
                self._write(told, spans, was, home)
        after = self._here.info(told.trace_id)
        assert after is not None  # it was there, or is now
        self._copy_files(told, after, is_ours)
        self._account(told.trace_id, wanted, was if before else None, self._seen(after))

    def _write(self, told: TraceInfo, spans: list[Span], was: _Seen, home: Home) -> None:
        """Write a trace, or what is missing of it: MLflow adds to one that is there."""
        wanted = _assessments(told)
        changed = [id_ for id_, one in was.assessments.items() if wanted.get(id_, one) != one]
        for id_ in changed:
            self._target.store.delete_assessment(told.trace_id, id_)
        kept = was.assessments.keys() - changed
        assessments = [one for one in told.assessments if one.assessment_id not in kept]
        tags = {key: value for key, value in told.tags.items() if key not in _PLACES}
        self._target.store.start_trace(
            dataclasses.replace(
                told,
                trace_location=TraceLocation.from_experiment_id(home.id),
                trace_metadata={key: value for key, value in told.trace_metadata.items() if key != _FINALIZED},
                tags=provenance.stamped(tags, self._source.name),
                assessments=assessments,
            )
        )
        if spans:
            self._target.store.log_spans(home.id, spans)

    def _copy_files(self, told: TraceInfo, after: TraceInfo, is_ours: bool) -> None:
        location, place = told.tags.get(MLFLOW_ARTIFACT_LOCATION), after.tags.get(MLFLOW_ARTIFACT_LOCATION)
        if location and place:
            with self._report.going_on("files", told.trace_id):
                folder: Path = self._target.folder(place)
                there = self._source.files(location)
                files.copy(self._report, told.trace_id, there, folder, is_ours=is_ours, skip=(_SPANS_FILE,))

    def _seen(self, info: TraceInfo | None) -> _Seen:
        if info is None:
            return _Seen({}, {}, {})
        return _Seen(_facts(info, info.experiment_id), _assessments(info), _spans(self._here.spans(info)))

    def _account(self, trace_id: str, wanted: _Seen, was: _Seen | None, after: _Seen) -> None:
        comparing.of_record(self._report, "traces", trace_id, wanted.facts, was.facts if was else None, after.facts)
        before = was or _Seen({}, {}, {})
        comparing.of_parts(self._report, "spans", trace_id, wanted.spans, before.spans, after.spans)
        comparing.of_parts(
            self._report, "assessments", trace_id, wanted.assessments, before.assessments, after.assessments
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _Seen:
    """A trace as it is compared."""

    facts: comparing.Fields
    assessments: comparing.Fields
    spans: comparing.Fields


def _facts(info: TraceInfo, experiment_id: str | None) -> dict[str, object]:
    tags = {key: value for key, value in provenance.plain(info.tags).items() if key not in _PLACES}
    metadata = {key: value for key, value in info.trace_metadata.items() if key != _FINALIZED}
    return {
        "experiment": experiment_id,
        "time": info.request_time,
        "duration": info.execution_duration,
        "state": str(info.state),
        "request": info.request_preview,
        "response": info.response_preview,
        "client's id": info.client_request_id,
        **comparing.labelled("tags", tags),
        **comparing.labelled("metadata", metadata),
    }


def _assessments(info: TraceInfo) -> dict[str, object]:
    """Return a trace's assessments; over HTTP MLflow does not say of expectations that they are valid."""
    return {str(one.assessment_id): {"valid": True, **one.to_dictionary()} for one in info.assessments}


def _spans(spans: list[Span]) -> dict[str, object]:
    return {span.span_id: span.to_dict() for span in spans}
