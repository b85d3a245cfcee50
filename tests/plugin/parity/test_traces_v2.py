"""Traces as MLflow 3.1 kept them, whose store gives them their ids."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities.trace_status import TraceStatus

from .pair import Pair

INVALID, MISSING = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"
NAMED = {"mlflow.traceName": "ask"}


def begun(pair: Pair, experiment_id: str = "0", **given: Any) -> str:
    fields = {"timestamp_ms": 1000, "request_metadata": {}, "tags": {}} | given
    return pair.born("request_id", "start_trace", experiment_id, **fields)


@pytest.mark.parametrize(
    "given", [{}, {"tags": NAMED}, {"request_metadata": {"k": "v"}}, {"timestamp_ms": -1}], ids=str
)
@pytest.mark.parametrize("status", list(TraceStatus))
def test_a_trace_begins_and_ends(shared: Pair, given: Any, status: TraceStatus) -> None:
    trace = begun(shared, **given)
    shared.agrees("get_trace_info", trace)
    shared.agrees("end_trace", trace, 3000, status, {"k": "later"}, {"color": "red"})
    shared.agrees("get_trace_info", trace)


@pytest.mark.parametrize("experiment_id", ["99999", "abc"])
def test_a_trace_needs_an_experiment(shared: Pair, experiment_id: str) -> None:
    shared.agrees("start_trace", experiment_id, 1000, {}, {})


def test_a_deleted_experiment_takes_no_trace(shared: Pair) -> None:
    experiment_id = shared.experiment("deleted")
    begun(shared, experiment_id)
    shared.answers("delete_experiment", experiment_id)
    shared.refuses(INVALID, "start_trace", experiment_id, 1000, {}, {})
    shared.agrees("search_traces", [experiment_id])


def test_tags_are_set_replaced_and_removed(shared: Pair) -> None:
    trace = begun(shared)
    for key, value in (("k", "1"), ("k", "2"), ("", "x"), ("bad?", "x"), ("k" * 300, "x")):
        shared.agrees("set_trace_tag", trace, key, value)
    for _ in range(2):
        shared.agrees("delete_trace_tag", trace, "k")
    shared.answers("get_trace_info", trace)


@pytest.mark.parametrize(
    "call", [("get_trace_info",), ("end_trace", 1, TraceStatus.OK, {}, {}), ("delete_trace_tag", "k")], ids=str
)
def test_an_unknown_trace_is_refused(shared: Pair, call: Any) -> None:
    method, *rest = call
    shared.refuses(MISSING, method, "tr-unknown", *rest)


@pytest.mark.parametrize("given", [{"max_timestamp_millis": 1000}, {"max_timestamp_millis": 9000, "max_traces": 1}, {}])
def test_traces_are_removed_by_age_and_number(shared: Pair, given: Any) -> None:
    experiment_id = shared.experiment(f"removed by {given}")
    for time in (1000, 2000, 3000):
        begun(shared, experiment_id, timestamp_ms=time)
    shared.agrees("delete_traces", experiment_id, **given)
    shared.agrees("_delete_traces", experiment_id, max_timestamp_millis=1)
    shared.answers("search_traces", [experiment_id])


@pytest.mark.parametrize(
    "filter_string",
    ["", None, "status = 'OK'", "timestamp_ms > 1000", "tags.color = 'red'", "name = 'ask'", "nope = 1", "status"],
)
@pytest.mark.parametrize("order_by", [["timestamp_ms ASC"], ["timestamp_ms DESC"], ["nope"]], ids=str)
def test_traces_are_found_alike(shared: Pair, filter_string: Any, order_by: Any) -> None:
    experiment_id = shared.experiment(f"searched {filter_string} {order_by}")
    for time, tags in ((1000, {"color": "red"}), (2000, NAMED)):
        begun(shared, experiment_id, timestamp_ms=time, tags=tags)
    shared.agrees("search_traces", [experiment_id], filter_string, order_by=order_by)
    shared.agrees("search_traces", [experiment_id], max_results=1, order_by=order_by)


def test_details_of_online_traces_are_refused_alike(shared: Pair) -> None:
    shared.agrees("get_online_trace_details", begun(shared), "warehouse", "table", "request")
