"""Traces in a workspace: made, searched, and annotated, all through MLflow's public calls."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import AssessmentSource, Expectation, Trace
from mlflow.entities.trace_location import MlflowExperimentLocation
from mlflow.exceptions import MlflowException
from mlflow.tracing.utils.copy import copy_trace_to_experiment

from tests.integration.children import answer_of, environment, run_python

pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning")

SESSION, USER = "mlflow.trace.session", "mlflow.trace.user"
PERSON = AssessmentSource(source_type="HUMAN", source_id="ann")


@mlflow.trace
def ask(question: str, session: str | None = None) -> str:
    mlflow.update_current_trace(
        tags={"first": question[0]}, metadata={SESSION: session or "none", USER: "ann"}, client_request_id=question
    )
    return look_up(question)


@mlflow.trace(span_type="RETRIEVER", attributes={"k": 3})
def look_up(question: str) -> str:
    if question == "never":
        raise LookupError("nothing is known of never")
    return question.upper()


def found(client: MlflowClient, experiment: str, condition: str | None = None) -> list[Trace]:
    return list(client.search_traces(locations=[experiment], filter_string=condition, order_by=["timestamp_ms ASC"]))


def asked(traces: list[Trace]) -> list[Any]:
    return [trace.data.spans[0].inputs["question"] for trace in traces]


def shape(trace: Trace) -> dict[str, str | None]:
    """Return each span's name with that of its parent."""
    names = {span.span_id: span.name for span in trace.data.spans}
    return {span.name: names.get(span.parent_id) for span in trace.data.spans}


def test_nested_calls_are_nested_spans_with_what_went_in_and_out(client: MlflowClient, experiment: str) -> None:
    ask("how")

    (trace,) = found(client, experiment)
    assert shape(trace) == {"ask": None, "look_up": "ask"}
    root, child = trace.data.spans
    assert (child.span_type, child.inputs, child.outputs) == ("RETRIEVER", {"question": "how"}, "HOW")
    assert child.attributes["k"] == 3
    assert root.start_time_ns <= child.start_time_ns <= child.end_time_ns <= root.end_time_ns
    assert (trace.info.state, trace.info.client_request_id) == ("OK", "how")
    assert trace.info.experiment_id == experiment


def test_a_call_that_raises_is_a_trace_in_error_with_its_exception(client: MlflowClient, experiment: str) -> None:
    with pytest.raises(LookupError, match="nothing is known"):
        ask("never")

    (trace,) = found(client, experiment, "trace.status = 'ERROR'")
    assert [span.status.status_code for span in trace.data.spans] == ["ERROR", "ERROR"]
    assert trace.data.spans[1].events[0].attributes["exception.message"] == "nothing is known of never"


def test_spans_of_a_thread_that_was_given_the_context_are_in_the_trace(client: MlflowClient, experiment: str) -> None:
    with mlflow.start_span("both") as span:
        span.set_inputs({"question": "both"})
        contexts = [contextvars.copy_context() for _ in range(4)]
        threads = [threading.Thread(target=one.run, args=(look_up, f"q{at}")) for at, one in enumerate(contexts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    alone = threading.Thread(target=look_up, args=("alone",))
    alone.start()
    alone.join(60)

    both, other = found(client, experiment)
    assert {one.outputs for one in both.data.spans[1:]} == {"Q0", "Q1", "Q2", "Q3"}
    assert {one.parent_id for one in both.data.spans[1:]} == {both.data.spans[0].span_id}
    assert [one.outputs for one in other.data.spans] == ["ALONE"]


def test_tasks_of_asyncio_are_spans_of_the_trace_they_began_in(client: MlflowClient, experiment: str) -> None:
    @mlflow.trace
    async def part(name: str) -> str:
        await asyncio.sleep(0)
        return name

    @mlflow.trace
    async def whole(question: str) -> list[str]:
        return list(await asyncio.gather(part(f"{question} 1"), part(f"{question} 2")))

    async def twice() -> None:
        await asyncio.gather(whole("a"), whole("b"))

    asyncio.run(twice())
    traces = found(client, experiment)
    parts = [[one.outputs for one in trace.data.spans[1:]] for trace in traces]
    assert dict(zip(asked(traces), parts, strict=True)) == {"a": ["a 1", "a 2"], "b": ["b 1", "b 2"]}


def test_a_generator_is_one_span_with_all_it_gave(client: MlflowClient, experiment: str) -> None:
    @mlflow.trace
    def words(question: str) -> Any:
        yield from question.split()

    assert list(words("one two")) == ["one", "two"]
    (trace,) = found(client, experiment)
    assert trace.data.spans[0].outputs == ["one", "two"]


def test_traces_are_found_by_what_is_known_of_them(client: MlflowClient, experiment: str) -> None:
    for question in ("how", "why"):
        ask(question, session=f"talk about {question}")
    with mlflow.start_run() as run:
        ask("when")
    with pytest.raises(LookupError):
        ask("never")

    how, *_ = found(client, experiment)
    conditions = {
        "tags.first = 'h'": ["how"],
        f"metadata.`{SESSION}` = 'talk about why'": ["why"],
        "trace.status = 'OK'": ["how", "why", "when"],
        f"run_id = '{run.info.run_id}'": ["when"],
        f"trace.timestamp_ms < {how.info.timestamp_ms}": [],
        f"trace.timestamp_ms >= {how.info.timestamp_ms}": ["how", "why", "when", "never"],
        "trace.client_request_id = 'why'": ["why"],
        "trace.name = 'look_up'": [],
        "span.name = 'look_up' AND tags.first = 'w'": ["why", "when"],
        "trace.text LIKE '%WHEN%'": ["when"],
    }
    assert {condition: asked(found(client, experiment, condition)) for condition in conditions} == conditions


def test_found_traces_are_a_data_frame_of_pandas(experiment: str) -> None:
    for question in ("how", "why"):
        ask(question)
    frame = mlflow.search_traces(locations=[experiment])
    assert sorted(frame["client_request_id"]) == ["how", "why"]
    assert set(frame["state"]) == {"OK"}
    assert {"trace_id", "request", "response", "spans", "tags", "assessments", "execution_duration"} <= set(frame)


def test_sessions_are_traces_with_one_id(experiment: str) -> None:
    for question, session in (("a", "one"), ("b", "two"), ("c", "one")):
        ask(question, session)
    sessions = mlflow.search_sessions(locations=[experiment])
    assert {one.id: sorted(asked(one.traces)) for one in sessions} == {"one": ["a", "c"], "two": ["b"]}


def test_feedback_is_given_overridden_and_removed(client: MlflowClient, experiment: str) -> None:
    ask("how")
    (trace_id,) = [trace.info.trace_id for trace in found(client, experiment)]
    first = mlflow.log_feedback(trace_id=trace_id, name="good", value=True, source=PERSON, rationale="so it seems")
    second = mlflow.override_feedback(trace_id=trace_id, assessment_id=first.assessment_id, value=False)

    said = {one.assessment_id: one for one in mlflow.get_trace(trace_id).info.assessments}
    assert (said[first.assessment_id].valid, said[second.assessment_id].valid) == (False, True)
    assert said[second.assessment_id].overrides == first.assessment_id
    assert said[first.assessment_id].source == PERSON
    assert len(found(client, experiment, "feedback.good = 'false'")) == 1
    mlflow.delete_assessment(trace_id=trace_id, assessment_id=second.assessment_id)
    (left,) = mlflow.get_trace(trace_id).info.assessments
    assert (left.assessment_id, left.valid, left.rationale) == (first.assessment_id, True, "so it seems")


def test_an_expectation_is_of_any_shape_and_may_change(client: MlflowClient, experiment: str) -> None:
    ask("how")
    (trace_id,) = [trace.info.trace_id for trace in found(client, experiment)]
    made = mlflow.log_expectation(trace_id=trace_id, name="facts", value={"all": ["a", 1]}, source=PERSON)
    assert mlflow.get_assessment(trace_id, made.assessment_id).expectation.value == {"all": ["a", 1]}
    mlflow.update_assessment(trace_id, made.assessment_id, Expectation(name="facts", value="none"))
    assert mlflow.get_assessment(trace_id, made.assessment_id).expectation.value == "none"


@pytest.mark.filterwarnings("ignore:``mlflow.tracing.fluent.log_trace`` is deprecated:FutureWarning")
def test_a_trace_of_another_system_is_logged_whole(client: MlflowClient, experiment: str) -> None:
    trace_id = mlflow.log_trace(name="old", request={"question": "how"}, response="HOW", tags={"origin": "logs"})
    (trace,) = found(client, experiment, "tags.origin = 'logs'")
    assert trace.info.trace_id == trace_id
    assert (trace.data.spans[0].name, trace.data.spans[0].outputs) == ("old", "HOW")


def test_removed_traces_are_found_no_more(client: MlflowClient, experiment: str) -> None:
    for question in ("a", "b", "c"):
        ask(question)
    _, second, last = found(client, experiment)
    assert client.delete_traces(experiment, trace_ids=[second.info.trace_id]) == 1
    assert asked(found(client, experiment)) == ["a", "c"]
    assert client.delete_traces(experiment, max_timestamp_millis=last.info.timestamp_ms, max_traces=1) == 1
    assert asked(found(client, experiment)) == ["c"]
    with pytest.raises(MlflowException, match=second.info.trace_id):
        mlflow.log_feedback(trace_id=second.info.trace_id, name="good", value=True)


def test_a_trace_is_linked_to_a_run_that_has_ended(client: MlflowClient, experiment: str) -> None:
    with mlflow.start_run() as run:
        ask("inside")
    ask("outside")
    outside = found(client, experiment)[-1]
    client.link_traces_to_run([outside.info.trace_id], run.info.run_id)
    assert asked(found(client, experiment, f"run_id = '{run.info.run_id}'")) == ["inside", "outside"]
    with mlflow.start_run(run_id=run.info.run_id):
        ask("again")
    assert asked(found(client, experiment, f"run_id = '{run.info.run_id}'")) == ["inside", "outside", "again"]


def test_a_trace_names_the_model_that_was_active(experiment: str) -> None:
    model = mlflow.set_active_model(name="agent")
    try:
        ask("how")
    finally:
        mlflow.clear_active_model()
    ask("why")
    traces = mlflow.search_traces(locations=[experiment], model_id=model.model_id, return_type="list")
    assert asked(traces) == ["how"]


def test_a_trace_goes_to_the_experiment_that_it_is_sent_to(client: MlflowClient, experiment: str) -> None:
    other = client.create_experiment(f"{experiment}, but another")
    mlflow.tracing.set_destination(MlflowExperimentLocation(other))
    try:
        look_up("there")
    finally:
        mlflow.tracing.reset()
    assert found(client, experiment) == []
    assert asked(found(client, other)) == ["there"]


def test_a_trace_written_as_json_is_copied_into_another_experiment(client: MlflowClient, experiment: str) -> None:
    ask("how")
    (trace,) = found(client, experiment)
    other = client.create_experiment(f"copies of {experiment}")
    copy_trace_to_experiment(Trace.from_json(trace.to_json()).to_dict(), other)
    (copy,) = found(client, other)
    assert shape(copy) == shape(trace)
    assert [span.outputs for span in copy.data.spans] == [span.outputs for span in trace.data.spans]


SCRIPT = """
import json, sys, mlflow
mlflow.set_experiment(experiment_id=sys.argv[1])
@mlflow.trace
def ask(question):
    return question
for number in range(20):
    ask(str(number))
print(json.dumps(mlflow.get_last_active_trace_id()))
"""


@pytest.mark.parametrize("in_background", ["true", "false"])
def test_traces_of_a_process_that_ends_at_once_are_all_there(
    in_background: str, client: MlflowClient, experiment: str, tracking_uri: str
) -> None:
    settings = environment(MLFLOW_TRACKING_URI=tracking_uri, MLFLOW_ENABLE_ASYNC_TRACE_LOGGING=in_background)
    last = answer_of(run_python(SCRIPT, experiment, env=settings))

    traces = found(client, experiment)
    assert sorted(map(int, asked(traces))) == list(range(20))
    assert client.get_trace(last).data.spans[0].outputs == "19"
