"""What users put behind a tracking address: a bit of everything, through MLflow's client."""

from __future__ import annotations

import json
import math
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import (
    AssessmentSource,
    Dataset,
    DatasetInput,
    Expectation,
    Feedback,
    InputTag,
    LoggedModelInput,
    LoggedModelOutput,
    Metric,
    Param,
    RunTag,
    Span,
)
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, Status, StatusCode
from packaging.version import Version

from tests.plugin.parity import spans

WITH_TRACES = Version(mlflow.__version__) >= Version("3.11")
TRACE = "tr-0123456789abcdef0123456789abcdef"
ODD_NAME = "data é #1.bin" if Version(mlflow.__version__) >= Version("3.17") else "data 1.bin"
"""Older servers give out no file with such a name."""
BEGAN_MS = 1_700_000_000_000
INF = math.inf
NAN = math.nan

SERIES = {
    "loss": [(step, BEGAN_MS + 10 * step, 1 / (step + 1)) for step in range(300)],
    "odd": [(0, 5, NAN), (0, 5, 0.0), (1, 5, INF), (2, 6, -INF), (-3, 7, 1e-300), (2**40, 8, 2.0)],
    "val/acc best": [(3, 100, 0.1), (2, 200, 0.2), (1, 300, 0.3), (1, 300, 0.4)],
}
"""Points `(step, time, value)` of metrics."""


def fill(address: str, place: Path, *, with_traces: bool = WITH_TRACES, behind: str | None = None) -> None:
    """Put a bit of everything there.

    Args:
        address: The tracking address.
        place: A folder for files on their way.
        with_traces: Whether the store keeps traces with their spans.
        behind: Of a server, the address of its database: over HTTP a span would name its trace in another way.
    """
    client = MlflowClient(address, address)
    experiment = client.create_experiment("digits", tags={"team": "a", "mlflow.note.content": "Tries."})
    run_id = _trained(client, experiment, place)
    _child(client, experiment, run_id)
    _in_the_bin(client, experiment)
    client.log_metric(client.create_run("0").info.run_id, "m", 1.0)
    model_id = _model(client, experiment, run_id, place)
    _registry(client, run_id, model_id)
    if with_traces:
        _trace(MlflowClient(behind or address), experiment, run_id)


def _trained(client: MlflowClient, experiment: str, place: Path) -> str:
    run = client.create_run(experiment, BEGAN_MS, {"kind": "test", "mlflow.note.content": "The first."}, "first")
    run_id: str = run.info.run_id
    for key, points in SERIES.items():
        client.log_batch(run_id, [Metric(key, value, ts, step) for step, ts, value in points])
    client.log_batch(
        run_id, [], [Param("lr", "0.1"), Param("long", "x" * 3000), Param("empty", "")], [RunTag("t", "ü")]
    )
    dataset = Dataset("mnist", "d1", "local", "/data", '{"n": 1}', None)
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    (place / "deep" / "er").mkdir(parents=True)
    (place / "note.txt").write_text("hello")
    (place / "deep" / "er" / ODD_NAME).write_bytes(bytes(range(256)) * 20)
    client.log_artifacts(run_id, str(place), "files")
    client.log_artifact(run_id, str(place / "note.txt"))
    client.set_terminated(run_id, "FINISHED", BEGAN_MS + 99_000)
    return run_id


def _child(client: MlflowClient, experiment: str, parent: str) -> None:
    child = client.create_run(experiment, BEGAN_MS + 5, {"mlflow.parentRunId": parent}, "second").info.run_id
    client.log_metric(child, "loss", 0.25, BEGAN_MS + 6, 0)
    client.set_terminated(child, "KILLED", BEGAN_MS + 7)
    client.set_terminated(client.create_run(experiment, BEGAN_MS + 8).info.run_id, "FAILED", BEGAN_MS + 9)
    client.create_run(experiment, BEGAN_MS + 10, run_name="goes on")


def _in_the_bin(client: MlflowClient, experiment: str) -> None:
    gone = client.create_run(experiment, BEGAN_MS + 20, run_name="gone").info.run_id
    client.log_metric(gone, "loss", 7.0, BEGAN_MS, 1)
    client.delete_run(gone)
    old = client.create_experiment("old")
    client.log_param(client.create_run(old, BEGAN_MS).info.run_id, "p", "1")
    client.delete_experiment(old)


def _model(client: MlflowClient, experiment: str, run_id: str, place: Path) -> str:
    model = client.create_logged_model(experiment, "net", run_id, {"best": "yes"}, {"layers": "3"}, "cnn")
    model_id: str = model.model_id
    client.log_model_artifacts(model_id, str(place))
    client.finalize_logged_model(model_id, "READY")
    client.log_batch(
        run_id,
        [Metric("acc", 0.5, BEGAN_MS, 4, model_id=model_id, dataset_name="mnist", dataset_digest="d1", run_id=run_id)],
    )
    client.log_outputs(run_id, [LoggedModelOutput(model_id, 4)])
    user = client.create_run(experiment, BEGAN_MS + 30, run_name="user").info.run_id
    client.log_inputs(user, models=[LoggedModelInput(model_id)])
    client.create_logged_model(experiment, "pending")
    return model_id


def _registry(client: MlflowClient, run_id: str, model_id: str) -> None:
    client.create_registered_model("net", {"owner": "me"}, "The net.")
    place = client.get_run(run_id).info.artifact_uri
    client.create_model_version("net", f"{place}/files", run_id, {"v": "1"}, description="First.")
    client.create_model_version("net", f"{place}/files", run_id)
    client.create_model_version("net", client.get_logged_model(model_id).artifact_location, run_id, model_id=model_id)
    client.create_model_version("net", "s3://elsewhere/model")
    client.delete_model_version("net", "2")
    client.set_registered_model_alias("net", "champion", "3")
    client.create_registered_model("empty")
    client.register_prompt("greet", "Say {{what}}.", "First words.", {"lang": "en"})
    client.register_prompt("greet", "Say {{what}} twice.")
    client.set_prompt_alias("greet", "live", 1)


def _trace(client: MlflowClient, experiment: str, run_id: str) -> None:
    store = client._tracking_client.store
    info = spans.trace(
        TRACE,
        experiment,
        request_preview="what?",
        response_preview="that",
        client_request_id="c1",
        trace_metadata={"mlflow.sourceRun": "another", "mlflow.trace.session": "s"},
        tags={"mlflow.traceName": "ask", "colour": "red"},
    )
    store.start_trace(info)
    store.log_spans(experiment, [_span(1), _span(2, parent=1)])
    human = AssessmentSource("HUMAN", "me")
    store.create_assessment(Feedback(name="good", value=True, source=human, trace_id=TRACE, rationale="It is."))
    store.create_assessment(Expectation(name="answer", value="that", source=human, trace_id=TRACE))
    store.link_traces_to_run([TRACE], run_id)


def _span(number: int, parent: int | None = None) -> Span:
    """Return a span whose trace's id is that of OpenTelemetry, as it is where MLflow makes them."""
    context = SpanContext(int(TRACE.removeprefix("tr-"), 16), number, is_remote=False)
    around = None if parent is None else SpanContext(context.trace_id, parent, is_remote=False)
    noted = {"mlflow.traceRequestId": json.dumps(TRACE), "mlflow.spanInputs": json.dumps({"n": number, "w": "ü"})}
    status = Status(StatusCode.OK) if parent is None else Status(StatusCode.ERROR, "broken")
    return Span(
        ReadableSpan(f"span {number}", context, around, attributes=noted, start_time=number, end_time=9, status=status)
    )
