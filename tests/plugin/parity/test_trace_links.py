"""Traces of runs, of prompts and of what the stores say of themselves."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities.model_registry import PromptVersion

from .declared import since
from .pair import Pair
from .spans import trace

INVALID = "INVALID_PARAMETER_VALUE"


def begun(pair: Pair, trace_id: str) -> str:
    pair.answers("start_trace", trace(trace_id))
    return trace_id


def found(pair: Pair, filter_string: str) -> list[str]:
    traces, _ = pair.answers("search_traces", locations=["0"], filter_string=filter_string, order_by=["request_id"])
    return [one["trace_id"] for one in traces]


def test_traces_linked_to_a_run_are_found_by_it(shared: Pair) -> None:
    run, other = shared.runs(2)
    linked = [begun(shared, "tr-linked-a"), begun(shared, "tr-linked-b")]
    begun(shared, "tr-not-linked")
    for _ in range(2):
        shared.answers("link_traces_to_run", linked, run)
    assert found(shared, f"run_id = '{run}'") == linked
    assert found(shared, f"run_id = '{other}'") == []


def test_traces_of_a_deleted_run_are_found(shared: Pair) -> None:
    run = shared.run()
    shared.answers("link_traces_to_run", [begun(shared, "tr-of-deleted")], run)
    shared.answers("delete_run", run)
    assert found(shared, f"run_id = '{run}'") == ["tr-of-deleted"]
    shared.agrees("link_traces_to_run", [begun(shared, "tr-after")], run)


def test_a_run_that_traces_name_is_found_by_their_metadata(shared: Pair) -> None:
    run = shared.run()
    shared.answers("start_trace", trace("tr-naming", trace_metadata={"mlflow.sourceRun": run}))
    shared.answers("get_trace_info", "tr-naming")
    assert found(shared, f"run_id = '{run}'") == ["tr-naming"]


@pytest.mark.parametrize("traces", [[], ["tr-unknown"], ["tr"] * 101, None], ids=lambda given: str(given)[:15])
@pytest.mark.parametrize("run_id", ["<run>", "unknown", "", None])
def test_odd_links_to_runs_are_taken_or_refused_alike(shared: Pair, traces: Any, run_id: Any) -> None:
    run = shared.run() if run_id == "<run>" else run_id
    shared.agrees("link_traces_to_run", traces, run)


def test_links_to_runs_are_undone_alike(shared: Pair) -> None:
    run = shared.run()
    shared.answers("link_traces_to_run", [begun(shared, "tr-to-unlink")], run)
    shared.agrees("unlink_traces_from_run", ["tr-to-unlink"], run)
    shared.agrees("unlink_traces_from_run", [], run)


def version(name: str, number: int) -> PromptVersion:
    return PromptVersion(name=name, version=number, template="Hello {{name}}", creation_timestamp=1)


def test_traces_are_found_by_the_prompts_they_used(shared: Pair) -> None:
    trace_id = begun(shared, "tr-prompted")
    for given in ([version("greeting", 1)], [version("greeting", 1), version("farewell", 2)], []):
        shared.answers("link_prompts_to_trace", trace_id, given)
    shared.agrees("search_traces", locations=["0"], filter_string="prompt = 'greeting/1'")
    shared.agrees("search_traces", locations=["0"], filter_string="prompt = 'farewell/1'")
    shared.answers("get_trace_info", trace_id)


def test_prompts_are_linked_to_no_unknown_trace(shared: Pair) -> None:
    shared.agrees("link_prompts_to_trace", "tr-unknown", [version("greeting", 1)])
    shared.answers("link_prompts_to_trace", "tr-unknown", [])


@since("resolve_trace_archival_config")
def test_where_old_traces_go_is_decided_alike(shared: Pair) -> None:
    given = {"default_trace_archival_location": "s3://b/a", "default_retention": "30d"}
    judged, ours = (side.call("resolve_trace_archival_config", (), given) for side in (shared.judge, shared.ours))
    assert judged == ours
