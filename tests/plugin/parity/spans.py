"""Traces and spans that tests give to both sides, the same at every run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mlflow.entities import Span, TraceInfo, TraceLocation, TraceState
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags

_STEP_NS = 1_000_000_000


def trace(trace_id: str, experiment_id: str = "0", **given: Any) -> TraceInfo:
    """Return the beginning of a trace that was asked at 1 s and took 5 ms, unless told otherwise."""
    fields = {"request_time": 1000, "state": TraceState.OK, "execution_duration": 5}
    location = TraceLocation.from_experiment_id(experiment_id)
    return TraceInfo(trace_id=trace_id, trace_location=location, **(fields | given))


def span(
    trace_id: str,
    number: int = 1,
    *,
    parent: int | None = None,
    name: str | None = None,
    failed: bool = False,
    attributes: Mapping[str, Any] | None = None,
) -> Span:
    """Return a span that begins at its number's second and takes one.

    Args:
        trace_id: The trace it belongs to.
        number: Its own, unique in the trace.
        parent: The number of the span around it.
        name: What it is called, `span <number>` unless given.
        failed: Whether it ended with an error.
        attributes: What was recorded in it, beside what MLflow needs.
    """
    recorded = {"mlflow.traceRequestId": trace_id, "mlflow.spanType": "TOOL"} | dict(attributes or {})
    began = number * _STEP_NS
    return Span(
        ReadableSpan(
            name=name or f"span {number}",
            context=_context(trace_id, number),
            parent=None if parent is None else _context(trace_id, parent),
            attributes={key: json.dumps(value) for key, value in recorded.items()},
            events=[Event("happened", {"of": number}, began)],
            start_time=began,
            end_time=began + _STEP_NS,
            status=Status(StatusCode.ERROR, "broken") if failed else Status(StatusCode.OK),
            resource=Resource.get_empty(),
        )
    )


def _context(trace_id: str, number: int) -> SpanContext:
    of_trace = int.from_bytes(trace_id.encode()[-16:].rjust(16, b"-"), "big")
    return SpanContext(of_trace, number, is_remote=False, trace_flags=TraceFlags(1))
