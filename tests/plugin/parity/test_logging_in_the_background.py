"""Calls that return before their work is done: what is there once it is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mlflow.entities import Metric, Param, RunTag

from .declared import since
from .pair import Pair, Side, require_same
from .spans import span

CALLS: list[tuple[Any, ...]] = [
    ("log_metric_async", Metric("m", 1.0, 1, 0)),
    ("log_param_async", Param("p", "1")),
    ("set_tag_async", RunTag("t", "1")),
    ("log_batch_async", [Metric("m", 2.0, 1, 1)], [Param("q", "1")], [RunTag("u", "1")]),
]

ENDS = [("flush_async_logging",), ("shut_down_async_logging",)]


def logged(pair: Pair, run: str) -> list[Any]:
    """Make all the calls on both sides, and return what can be waited for."""
    return [side.call(method, (run, *rest)) for side in (pair.judge, pair.ours) for method, *rest in CALLS]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_what_was_logged_is_there_after_waiting(shared: Pair, call: Any) -> None:
    method, *rest = call
    run = shared.run()
    for side in (shared.judge, shared.ours):
        side.call(method, (run, *rest)).wait()
    shared.answers("get_run", run)


@pytest.mark.parametrize("call", ENDS, ids=lambda call: call[0])
def test_all_is_there_after_the_queue_is_emptied(pair: Pair, call: tuple[str]) -> None:
    run = pair.run()
    logged(pair, run)
    pair.answers(*call)
    pair.answers("get_run", run)


def test_a_queue_that_takes_no_more_does_what_it_has(pair: Pair) -> None:
    run = pair.run()
    operations = logged(pair, run)
    pair.answers("end_async_logging")
    for operation in operations:
        operation.wait()
    pair.answers("get_run", run)


def awaited(side: Side, method: str, *args: Any) -> Any:
    """Return what a call answers once it is awaited; an older MLflow declares it, and can nothing yet."""
    try:
        return side.shown(asyncio.run(side.call(method, args)))
    except NotImplementedError as exc:
        return str(exc)


@since("log_spans_async")
def test_spans_are_logged_beside_other_work(shared: Pair) -> None:
    judged, ours = (awaited(side, "log_spans_async", "0", [span("tr-1")]) for side in (shared.judge, shared.ours))
    require_same(judged, ours)
    shared.agrees("get_trace", "tr-1")


@since("supports_workspaces")
def test_neither_side_knows_workspaces_as_mlflow_means_them(shared: Pair, registries: Pair) -> None:
    for pair in (shared, registries):
        assert pair.judge.store.supports_workspaces is False
        assert pair.ours.store.supports_workspaces is False
