"""Traces that MLflow makes by itself of calls to a model; the model here is a function."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient

httpx = pytest.importorskip("httpx2", reason="needs httpx2")
openai = pytest.importorskip("openai", reason="needs openai")

pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning")


def reply(request: Any) -> Any:
    """Answer as OpenAI's server does."""
    question = json.loads(request.content)["messages"][-1]["content"]
    if question == "never":
        return httpx.Response(400, json={"error": {"message": "nothing is known of never"}})
    message = {"role": "assistant", "content": question.upper()}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    choices = [{"index": 0, "finish_reason": "stop", "message": message}]
    completion = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    return httpx.Response(200, json={**completion, "choices": choices, "usage": usage})


@pytest.fixture
def chat(experiment: str) -> Iterator[Any]:  # noqa: ARG001
    """OpenAI's client, whose calls are traced."""
    mlflow.openai.autolog(silent=True)
    with httpx.Client(transport=httpx.MockTransport(reply)) as network:
        yield openai.OpenAI(api_key="none", base_url="http://nowhere", http_client=network, max_retries=0)
    mlflow.openai.autolog(disable=True, silent=True)


def ask(chat: Any, question: str) -> str:
    asked = chat.chat.completions.create(model="m", messages=[{"role": "user", "content": question}])
    return str(asked.choices[0].message.content)


def test_a_call_of_a_model_is_a_trace_with_its_messages_and_its_tokens(
    chat: Any, client: MlflowClient, experiment: str
) -> None:
    assert ask(chat, "how") == "HOW"
    (trace,) = client.search_traces(locations=[experiment])
    (span,) = trace.data.spans
    assert (span.name, span.span_type) == ("Completions", "CHAT_MODEL")
    assert span.inputs["messages"] == [{"role": "user", "content": "how"}]
    assert span.outputs["choices"][0]["message"]["content"] == "HOW"
    assert trace.info.token_usage == {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}


def test_a_call_within_a_traced_function_is_a_span_of_its_trace(
    chat: Any, client: MlflowClient, experiment: str
) -> None:
    with mlflow.start_run() as run, mlflow.start_span("agent"):
        ask(chat, "how")
        ask(chat, "why")
    (trace,) = client.search_traces(locations=[experiment], run_id=run.info.run_id)
    assert [span.name for span in trace.data.spans] == ["agent", "Completions", "Completions"]
    assert trace.info.token_usage["total_tokens"] == 6


def test_a_call_that_the_model_refuses_is_a_trace_in_error(chat: Any, client: MlflowClient, experiment: str) -> None:
    with pytest.raises(openai.BadRequestError, match="nothing is known"):
        ask(chat, "never")
    (trace,) = client.search_traces(locations=[experiment], filter_string="trace.status = 'ERROR'")
    assert "nothing is known" in trace.data.spans[0].events[0].attributes["exception.message"]
