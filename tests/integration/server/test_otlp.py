"""Traces that OpenTelemetry's own exporter sends."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities import Trace

from tests.integration.children import wait_until
from tests.integration.server.asking import ask
from tests.integration.server.serving import Served

QUESTION = "what is exported"


@pytest.fixture
def exporters() -> Any:
    return pytest.importorskip(
        "opentelemetry.exporter.otlp.proto.http.trace_exporter",
        reason="needs opentelemetry-exporter-otlp-proto-http",
    )


def exported(served: Served, exporters: Any, experiment: str) -> None:
    """Send two spans, one within the other, as an instrumented program does."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    exporter = exporters.OTLPSpanExporter(
        endpoint=f"{served.address}/v1/traces", headers={"x-mlflow-experiment-id": experiment}
    )
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("tests")
    with (
        tracer.start_as_current_span("outer", attributes={"question": QUESTION}),
        tracer.start_as_current_span("inner"),
    ):
        pass
    provider.shutdown()


def test_an_exported_trace_is_found_through_the_server_and_in_the_directory(served: Served, exporters: Any) -> None:
    experiment = served.embedded.create_experiment("exported to")
    exported(served, exporters, experiment)
    for client in (served.client, served.embedded):
        (trace,) = wait_until(lambda reader=client: whole(reader, experiment))
        assert sorted(span.name for span in trace.data.spans) == ["inner", "outer"]
        (outer,) = (span for span in trace.data.spans if span.name == "outer")
        assert outer.attributes["question"] == QUESTION


def whole(client: Any, experiment: str) -> list[Trace]:
    """Return the traces of an experiment that have both spans."""
    found = client.search_traces(locations=[experiment])
    return [trace for trace in found if len(trace.data.spans) == 2]


def test_a_trace_without_an_experiment_is_refused_with_a_sentence(served: Served) -> None:
    answer = ask(f"{served.address}/v1/traces", b"", headers={"Content-Type": "application/x-protobuf"})
    assert 400 <= answer.status < 500
    assert "x-mlflow-experiment-id" in answer.body.decode().lower()
