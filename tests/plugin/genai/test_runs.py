"""Runs that traces, issues and assessments name."""

from __future__ import annotations

import pytest
from mlflow.entities import AssessmentSource, Feedback, TraceInfo, TraceLocation, TraceState
from mlflow.entities.assessment_source import AssessmentSourceType
from mlflow.exceptions import MlflowException

from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.run import NewRun, Origin

LONG = "name-of-the-run-" * 16
SOURCE_RUN = "mlflow.assessment.sourceRunId"


@pytest.fixture
def store(tracking_uri: str) -> EmbeddedTrackingStore:
    return EmbeddedTrackingStore(tracking_uri)


@pytest.fixture
def long_run(store: EmbeddedTrackingStore) -> str:
    """A native run whose id has 256 characters, where MLflow's columns are 32 wide."""
    new = NewRun("0", LONG, "long", State.RUNNING, "ann", Origin.MLFLOW, start_ms=1)
    return RunHistory(store.directory).runs.create(new).info.run_id


def trace(trace_id: str) -> TraceInfo:
    return TraceInfo(trace_id, TraceLocation.from_experiment_id("0"), 1, TraceState.OK, execution_duration=1)


def feedback(store: EmbeddedTrackingStore, trace_id: str, run_id: str) -> str:
    judge = AssessmentSource(AssessmentSourceType.CODE, "judge")
    made = Feedback(name="good", value=True, trace_id=trace_id, source=judge, metadata={SOURCE_RUN: run_id})
    return str(store.create_assessment(made).assessment_id)


def test_an_issue_names_a_run_by_an_id_of_any_length(store: EmbeddedTrackingStore, long_run: str) -> None:
    issue = store.create_issue("0", "slow", "it takes long", source_run_id=long_run)
    assert store.get_issue(issue.issue_id).source_run_id == LONG
    assert [one.issue_id for one in store.search_issues(filter_string=f"source_run_id = '{LONG}'")] == [issue.issue_id]


def test_traces_are_linked_to_a_run_by_an_id_of_any_length(store: EmbeddedTrackingStore, long_run: str) -> None:
    for number in range(3):
        store.start_trace(trace(f"tr-{number}"))
    store.link_traces_to_run(["tr-0", "tr-2"], long_run)
    found, _ = store.search_traces(locations=["0"], filter_string=f"run_id = '{LONG}'")
    assert {info.trace_id for info in found} == {"tr-0", "tr-2"}


def test_what_names_a_removed_run_names_none(store: EmbeddedTrackingStore, long_run: str) -> None:
    issue = store.create_issue("0", "slow", "it takes long", source_run_id=long_run)
    store.delete_run(long_run)
    assert store.get_issue(issue.issue_id).source_run_id == LONG
    store._hard_delete_run(long_run)
    assert store.get_issue(issue.issue_id).source_run_id is None
    with pytest.raises(MlflowException, match="FOREIGN KEY"):
        store.create_issue("0", "slow", "it takes long", source_run_id=long_run)


def test_a_deleted_run_takes_its_assessments_along(store: EmbeddedTrackingStore) -> None:
    store.start_trace(trace("tr-1"))
    first, second = (store.create_run("0", "ann", 1, [], None).info.run_id for _ in range(2))
    gone, kept = feedback(store, "tr-1", first), feedback(store, "tr-1", second)
    store.delete_run(first)
    assert {one.assessment_id for one in store.get_trace_info("tr-1").assessments} == {kept}
    with pytest.raises(MlflowException, match=gone):
        store.get_assessment("tr-1", gone)


def test_a_run_is_deleted_without_a_second_database(store: EmbeddedTrackingStore) -> None:
    run_id = store.create_run("0", "ann", 1, [], None).info.run_id
    store.delete_run(run_id)
    store._hard_delete_run(run_id)
    assert not [path.name for path in store.directory.iterdir() if path.name.startswith("mlflow.db")]
