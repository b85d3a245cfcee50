"""The search of traces, what two filters have in common, and sessions that have come to an end."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities import Expectation, Feedback, TraceState

from .pair import Pair, Refusal
from .spans import span, trace

SESSION, USER, RUN = "mlflow.trace.session", "mlflow.trace.user", "mlflow.sourceRun"


@pytest.fixture(scope="module")
def searched(shared: Pair) -> Pair:
    """Five traces in two experiments, none like another."""
    other = shared.experiment("other")
    assert other == "1"
    given: list[tuple[str, str, dict[str, Any]]] = [
        ("tr-1", "0", {"tags": {"color": "red", "mlflow.traceName": "ask"}, "trace_metadata": {SESSION: "s-1"}}),
        ("tr-2", "0", {"state": TraceState.ERROR, "request_time": 2000, "trace_metadata": {SESSION: "s-1"}}),
        ("tr-3", "0", {"tags": {"color": "Blue"}, "execution_duration": 500, "request_time": 3000}),
        ("tr-4", "1", {"client_request_id": "c-4", "trace_metadata": {SESSION: "s-4", USER: "bob"}}),
        ("tr-5", "1", {"state": TraceState.IN_PROGRESS, "execution_duration": None, "trace_metadata": {RUN: "r" * 32}}),
    ]
    for trace_id, experiment_id, fields in given:
        shared.answers("start_trace", trace(trace_id, experiment_id, **fields))
    attributes = {"mlflow.spanInputs": {"question": "Wie geht es?"}, "deep.key": "value"}
    shared.answers("log_spans", "0", [span("tr-1", name="root"), span("tr-1", 2, parent=1, attributes=attributes)])
    shared.answers("log_spans", "1", [span("tr-4", failed=True)])
    shared.answers("create_assessment", Feedback(name="good", value=True, trace_id="tr-1"))
    shared.answers("create_assessment", Expectation(name="answer", value="gut", trace_id="tr-4"))
    return shared


FILTERS = [
    "",
    None,
    "trace.status = 'OK'",
    "status != 'OK'",
    "status IN ('OK', 'ERROR')",
    "attributes.status = 'nope'",
    "timestamp_ms > 1000",
    "trace.timestamp_ms >= 2000 AND trace.timestamp_ms < 3000",
    "timestamp = 1000",
    "execution_time_ms > 5",
    "execution_time >= 5 AND status = 'OK'",
    "end_time > 1",
    "name = 'ask'",
    "trace.name LIKE 'a%'",
    "request_id = 'tr-1'",
    "trace.request_id IN ('tr-1', 'tr-4')",
    "client_request_id = 'c-4'",
    "trace.client_request_id ILIKE 'C%'",
    "run_id = 'rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr'",
    "tags.color = 'red'",
    "tags.color != 'red'",
    "tag.color ILIKE 'B%'",
    "tags.color LIKE 'B%'",
    "tags.color IS NULL",
    "tags.color IS NOT NULL",
    "tags.`mlflow.traceName` = 'ask'",
    "metadata.`mlflow.trace.session` = 's-1'",
    "request_metadata.`mlflow.trace.user` LIKE 'b%'",
    "metadata.`mlflow.trace.session` IS NULL",
    "span.name = 'root'",
    "span.name LIKE 'span%' AND span.status = 'ERROR'",
    "span.type = 'TOOL'",
    "span.type IN ('TOOL', 'LLM')",
    "span.attributes.`deep.key` LIKE '%value%'",
    "span.content LIKE '%geht%'",
    "trace.text LIKE '%geht%'",
    "feedback.good = 'true'",
    "feedback.good IS NULL",
    "expectation.answer = 'gut'",
    "expectation.answer IS NOT NULL",
    "feedback.bad = 'true'",
    "prompt = 'greeting/1'",
    "issue.id = 'iss-1'",
    "nope = 1",
    "tags. = 'x'",
    "status > 'OK'",
    "timestamp_ms = 'late'",
    "status = 'OK' OR status = 'ERROR'",
    "(status = 'OK')",
    "status",
    "name = ask",
    "span.nope = 'x'",
    "tags.color RLIKE 'r.d'",
]
ORDERS: list[Any] = [
    None,
    [],
    ["timestamp_ms ASC"],
    ["timestamp_ms DESC", "request_id"],
    ["execution_time_ms DESC"],
    ["status ASC", "trace.name DESC"],
    ["tags.color ASC"],
    ["metadata.`mlflow.trace.session` DESC"],
    ["run_id ASC"],
    ["nope ASC"],
    ["timestamp_ms UP"],
    ["timestamp_ms ASC", "timestamp_ms DESC"],
    ["experiment_id DESC"],
]


@pytest.mark.parametrize("filter_string", FILTERS)
def test_a_filter_finds_the_same(searched: Pair, filter_string: str | None) -> None:
    found = searched.agrees(
        "search_traces", locations=["0", "1"], filter_string=filter_string, order_by=["timestamp_ms ASC", "request_id"]
    )
    assert isinstance(found, (tuple, Refusal))


def test_filters_find_something_and_not_all(searched: Pair) -> None:
    """The judge itself must tell the traces apart, or agreeing with it would mean nothing."""
    found = searched.answers("search_traces", locations=["0", "1"], filter_string="tags.color = 'red'")
    assert [one["trace_id"] for one in found[0]] == ["tr-1"]


@pytest.mark.parametrize("order_by", ORDERS, ids=str)
def test_an_order_is_the_same(searched: Pair, order_by: Any) -> None:
    searched.agrees("search_traces", locations=["0", "1"], order_by=order_by)


@pytest.mark.parametrize("locations", [["0"], ["1"], ["1", "0"], [], ["99"], ["0", "99"], ["abc"], None], ids=str)
def test_places_bound_the_search(searched: Pair, locations: Any) -> None:
    searched.agrees("search_traces", locations=locations, order_by=["timestamp_ms ASC", "request_id"])
    searched.agrees("search_traces", locations, order_by=["timestamp_ms ASC", "request_id"])


@pytest.mark.parametrize("max_results", [1, 2, 5, 0, -1, 10**6, None, "2"])
def test_a_page_has_the_same_size(searched: Pair, max_results: Any) -> None:
    searched.agrees("search_traces", locations=["0", "1"], max_results=max_results, order_by=["request_id"])


def test_pages_follow_one_another(searched: Pair) -> None:
    order = ["timestamp_ms ASC", "request_id"]
    pages = searched.pages("search_traces", locations=["0", "1"], max_results=2, order_by=order)
    assert [[one["trace_id"] for one in page] for page in pages] == [["tr-1", "tr-4"], ["tr-5", "tr-2"], ["tr-3"]]
    searched.agrees("search_traces", locations=["0"], page_token="no token")


def test_a_model_bounds_the_search(searched: Pair) -> None:
    for model_id in ("m-unknown", ""):
        searched.agrees("search_traces", locations=["0"], model_id=model_id)


@pytest.mark.parametrize(
    "given",
    [
        ("status = 'OK'", "tags.color = 'red'", None),
        ("status = 'OK'", "status = 'ERROR'", None),
        ("status = 'OK'", "status = 'OK'", "timestamp_ms > 1000"),
        ("status = 'OK'", "tags.none = 'x'", None),
        ("", "status = 'OK'", None),
        ("nope", "status = 'OK'", None),
        ("feedback.good = 'true'", "span.name = 'root'", "status = 'OK'"),
    ],
    ids=str,
)
@pytest.mark.parametrize("experiments", [["0"], ["0", "1"], ["99"], [], ["abc"]], ids=str)
def test_two_filters_correlate_alike(searched: Pair, given: Any, experiments: Any) -> None:
    searched.agrees("calculate_trace_filter_correlation", experiments, *given)


@pytest.mark.parametrize(("first", "last"), [(0, 10000), (1000, 2000), (2001, 10000), (0, 1000), (5, 1)])
@pytest.mark.parametrize("given", [{}, {"max_results": 1}, {"filter_string": "status = 'OK'"}], ids=str)
@pytest.mark.parametrize("experiment_id", ["0", "1", "99", "abc"])
def test_sessions_that_ended_are_found(searched: Pair, experiment_id: str, first: int, last: int, given: Any) -> None:
    searched.agrees("find_completed_sessions", experiment_id, first, last, **given)
