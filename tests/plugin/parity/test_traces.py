"""Traces and their spans: birth, tags, reading, removal."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.entities import ExperimentTag, Feedback, TraceState
from mlflow.entities.trace_status import TraceStatus

from .declared import since
from .pair import Pair
from .spans import span, trace

MISSING, INVALID = "RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"
NUMBERS = itertools.count(1)

BIRTHS: list[dict[str, Any]] = [
    {},
    {"state": TraceState.IN_PROGRESS, "execution_duration": None},
    {"state": TraceState.ERROR, "execution_duration": 0},
    {"request_preview": "How?", "response_preview": "So: ✓"},
    {"client_request_id": "their-id"},
    {"tags": {"mlflow.traceName": "answer", "color": "red", "empty": ""}},
    {"trace_metadata": {"mlflow.trace.session": "s-1", "mlflow.trace.user": "ann", "other": "1"}},
    {"trace_metadata": {"mlflow.trace.tokenUsage": '{"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}'}},
    {"trace_metadata": {"mlflow.sourceRun": "no run"}},
    {"assessments": [Feedback(name="good", value=True)]},
    {"tags": {"k" * 300: "v"}},
    {"tags": {"k": "v" * 9000}},
    {"request_time": -1},
]


def new() -> str:
    return f"tr-{next(NUMBERS)}"


def begun(pair: Pair, experiment_id: str = "0", **given: Any) -> str:
    trace_id = new()
    pair.answers("start_trace", trace(trace_id, experiment_id, **given))
    return trace_id


@pytest.mark.parametrize("given", BIRTHS, ids=lambda given: str(given)[:30])
def test_a_trace_is_kept_as_it_was_given(shared: Pair, given: Any) -> None:
    trace_id = new()
    shared.agrees("start_trace", trace(trace_id, **given))
    shared.agrees("get_trace_info", trace_id)


def test_a_trace_that_begins_twice_is_one(shared: Pair) -> None:
    trace_id = begun(shared, tags={"kept": "1", "changed": "1"})
    shared.answers("start_trace", trace(trace_id, tags={"changed": "2"}, state=TraceState.ERROR))
    shared.answers("get_trace_info", trace_id)


def test_a_trace_moves_to_the_experiment_where_it_begins_again(shared: Pair) -> None:
    trace_id, other = begun(shared), shared.experiment("begun again")
    shared.answers("start_trace", trace(trace_id, other))
    shared.answers("get_trace_info", trace_id)


@pytest.mark.parametrize("experiment_id", ["99999", "-1", "abc", ""])
def test_a_trace_needs_an_experiment(shared: Pair, experiment_id: str) -> None:
    shared.agrees("start_trace", trace(new(), experiment_id))
    shared.agrees("log_spans", experiment_id, [span(new())])


def test_a_deleted_experiment_takes_no_trace_until_it_is_restored(shared: Pair) -> None:
    experiment_id = shared.experiment("deleted and restored")
    trace_id = begun(shared, experiment_id)
    shared.answers("delete_experiment", experiment_id)
    shared.refuses(INVALID, "start_trace", trace(new(), experiment_id))
    shared.agrees("log_spans", experiment_id, [span(new())])
    shared.answers("get_trace_info", trace_id)
    shared.answers("set_trace_tag", trace_id, "still", "tagged")
    shared.answers("search_traces", locations=[experiment_id])
    shared.answers("restore_experiment", experiment_id)
    begun(shared, experiment_id)
    shared.answers("search_traces", locations=[experiment_id])


def test_traces_stay_with_an_experiment_that_is_renamed(shared: Pair) -> None:
    experiment_id = shared.experiment("before")
    begun(shared, experiment_id)
    shared.answers("rename_experiment", experiment_id, "after")
    begun(shared, experiment_id)
    taken = shared.experiment("before")
    begun(shared, taken)
    for one in (experiment_id, taken):
        shared.answers("search_traces", locations=[one])


def test_the_files_of_a_trace_lie_where_its_experiment_says(shared: Pair) -> None:
    experiment_id = shared.experiment("elsewhere", artifact_location="s3://bucket/of traces")
    shared.answers("get_trace_info", begun(shared, experiment_id))


def test_tags_of_experiments_change_no_trace(shared: Pair) -> None:
    experiment_id = shared.experiment("tagged", tags=[ExperimentTag("a", "1")])
    shared.answers("set_experiment_tag", experiment_id, ExperimentTag("b", "2"))
    shared.answers("get_trace_info", begun(shared, experiment_id))


@pytest.mark.parametrize("key", ["color", "mlflow.traceName", "mlflow.artifactLocation"])
def test_tags_are_set_replaced_and_removed(shared: Pair, key: str) -> None:
    trace_id = begun(shared)
    for value in ("red", "blue"):
        shared.answers("set_trace_tag", trace_id, key, value)
    shared.answers("get_trace_info", trace_id)
    shared.answers("delete_trace_tag", trace_id, key)
    shared.answers("get_trace_info", trace_id)
    shared.agrees("delete_trace_tag", trace_id, key)


@pytest.mark.parametrize(
    ("key", "value"),
    [("", "v"), (None, "v"), ("k" * 251, "v"), ("k", "v" * 9000), ("bad?", "v"), ("k", None), ("k", 1)],
)
def test_odd_tags_are_taken_or_refused_alike(shared: Pair, key: Any, value: Any) -> None:
    trace_id = begun(shared)
    shared.agrees("set_trace_tag", trace_id, key, value)
    shared.agrees("delete_trace_tag", trace_id, key)
    shared.agrees("get_trace_info", trace_id)


@pytest.mark.parametrize(
    "call", [("get_trace_info",), ("get_trace",), ("set_trace_tag", "k", "v"), ("delete_trace_tag", "k")], ids=str
)
@pytest.mark.parametrize("trace_id", ["tr-unknown", "", "x" * 300])
def test_an_unknown_trace_is_refused(shared: Pair, call: Any, trace_id: str) -> None:
    method, *rest = call
    shared.agrees(method, trace_id, *rest)


SPANS: list[list[dict[str, Any]]] = [
    [{}],
    [{}, {"number": 2, "parent": 1}, {"number": 3, "parent": 2, "failed": True}],
    [{"failed": True}],
    [{"number": 2, "parent": 1}],
    [{"attributes": {"mlflow.spanInputs": {"q": "wie? ✓"}, "mlflow.spanOutputs": [1, None]}}],
    [{"attributes": {"mlflow.chat.tokenUsage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}}}],
    [{"attributes": {"mlflow.llm.cost": {"input_cost": 0.1, "output_cost": 0.2, "total_cost": 0.3}}}],
    [{"attributes": {"session.id": "s-2", "user.id": "ann", "mlflow.llm.model": "small"}}],
    [{"attributes": {"mlflow.traceTag.color": "green", "mlflow.traceTag.mlflow.traceName": "named"}}],
    [{"name": "same"}, {"name": "same", "number": 2, "parent": 1}],
    [{"name": "ünï ✓" * 100}],
]


@pytest.mark.parametrize("given", SPANS, ids=lambda given: str(given)[:40])
def test_spans_are_kept_as_they_were_given(shared: Pair, given: Any) -> None:
    trace_id = new()
    shared.agrees("log_spans", "0", [span(trace_id, **one) for one in given])
    shared.agrees("get_trace_info", trace_id)
    for partial in (False, True):
        shared.agrees("get_trace", trace_id, allow_partial=partial)


def test_spans_and_the_beginning_of_a_trace_come_in_any_order(shared: Pair) -> None:
    early, late = new(), new()
    shared.answers("log_spans", "0", [span(early)])
    shared.answers("start_trace", trace(early, tags={"a": "1"}, request_preview="?"))
    shared.answers("start_trace", trace(late, tags={"a": "1"}))
    shared.answers("log_spans", "0", [span(late)])
    for trace_id in (early, late):
        shared.agrees("get_trace", trace_id)


def test_spans_of_several_traces_are_logged_at_once_and_again(shared: Pair) -> None:
    several = [new(), new()]
    spans = [span(trace_id, number) for trace_id in several for number in (1, 2)]
    for _ in range(2):
        shared.agrees("log_spans", "0", spans)
    shared.agrees("batch_get_traces", several)
    shared.answers("log_spans", "0", [])


def test_traces_are_read_in_batches(shared: Pair) -> None:
    known = [begun(shared), begun(shared, shared.experiment("of a batch"))]
    shared.answers("log_spans", "0", [span(known[0])])
    for wanted in (known, known[::-1], [*known, "tr-unknown"], [], ["tr-unknown"]):
        shared.agrees("batch_get_traces", wanted)
        shared.agrees("batch_get_trace_infos", wanted)


@pytest.mark.parametrize(
    "given",
    [
        {"max_timestamp_millis": 1000},
        {"max_timestamp_millis": 1500, "max_traces": 1},
        {"max_timestamp_millis": 0},
        {"trace_ids": ["<mine>"]},
        {"trace_ids": ["tr-unknown"]},
        {"trace_ids": []},
        {},
        {"trace_ids": ["<mine>"], "max_timestamp_millis": 1},
        {"max_traces": 1},
        {"max_timestamp_millis": 1, "max_traces": 0},
    ],
    ids=str,
)
def test_traces_are_removed_by_age_number_and_id(shared: Pair, given: Any) -> None:
    experiment_id = shared.experiment(f"removed by {given}")
    mine = [begun(shared, experiment_id, request_time=time) for time in (1000, 1000, 2000)]
    if given.get("trace_ids"):
        given = {**given, "trace_ids": [mine[0] if one == "<mine>" else one for one in given["trace_ids"]]}
    shared.agrees("delete_traces", experiment_id, **given)
    shared.answers("search_traces", locations=[experiment_id])
    shared.agrees("_delete_traces", experiment_id, max_timestamp_millis=1)


@pytest.mark.parametrize("experiment_id", ["99999", "abc"])
def test_traces_of_no_experiment_are_removed_alike(shared: Pair, experiment_id: str) -> None:
    shared.agrees("delete_traces", experiment_id, max_timestamp_millis=10)


@since("get_online_trace_details")
def test_details_of_online_traces_are_refused_alike(shared: Pair) -> None:
    shared.agrees("get_online_trace_details", begun(shared), "source", "table")


def test_traces_in_the_old_way_begin_and_end(shared: Pair) -> None:
    given = {"experiment_id": "0", "timestamp_ms": 5, "request_metadata": {"m": "1"}, "tags": {"t": "1"}}
    old = shared.born("request_id", "deprecated_start_trace_v2", **given)
    shared.answers("get_trace_info", old)
    shared.answers("deprecated_end_trace_v2", old, 9, TraceStatus.OK, {"m": "2"}, {"t": "2"})
    shared.agrees("deprecated_end_trace_v2", "tr-unknown", 9, TraceStatus.OK, {}, {})
    shared.answers("get_trace_info", old)
