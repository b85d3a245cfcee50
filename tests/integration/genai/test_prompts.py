"""Prompts of a workspace: registered, loaded, and linked to what used them."""

from __future__ import annotations

import json

import mlflow
import mlflow.genai
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from tests.integration.children import wait_until

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.usefixtures("experiment"),
]


def test_a_prompt_comes_back_by_version_by_alias_and_as_the_latest() -> None:
    mlflow.genai.register_prompt("greet", "Hello {{name}}", commit_message="first", tags={"tone": "plain"})
    mlflow.genai.register_prompt("greet", "Dear {{name}}")
    mlflow.genai.set_prompt_alias("greet", "live", 1)

    first = mlflow.genai.load_prompt("prompts:/greet@live")
    assert (first.version, first.format(name="you"), first.commit_message) == (1, "Hello you", "first")
    assert first.tags == {"tone": "plain"}
    assert mlflow.genai.load_prompt("prompts:/greet/2").template == "Dear {{name}}"
    assert mlflow.genai.load_prompt("greet", version=2).version == 2
    assert mlflow.genai.load_prompt("prompts:/greet@latest").version == 2


def test_a_prompt_of_messages_keeps_their_roles() -> None:
    messages = [{"role": "system", "content": "Be {{tone}}"}, {"role": "user", "content": "{{question}}"}]
    mlflow.genai.register_prompt("talk", messages)
    loaded = mlflow.genai.load_prompt("talk", version=1)
    assert loaded.format(tone="kind", question="how")[1] == {"role": "user", "content": "how"}


def test_prompts_are_searched_and_are_no_models(client: MlflowClient) -> None:
    for name in ("seek-one", "seek-two"):
        mlflow.genai.register_prompt(name, "x")
    mlflow.genai.set_prompt_tag("seek-two", "team", "a")

    assert {prompt.name for prompt in mlflow.genai.search_prompts("name LIKE 'seek%'")} == {"seek-one", "seek-two"}
    assert [prompt.name for prompt in mlflow.genai.search_prompts("tags.team = 'a'")] == ["seek-two"]
    assert client.search_registered_models("name LIKE 'seek%'") == []


def test_a_removed_prompt_is_found_no_more(client: MlflowClient) -> None:
    mlflow.genai.register_prompt("gone", "x")
    mlflow.genai.set_prompt_alias("gone", "live", 1)
    mlflow.genai.delete_prompt_alias("gone", "live")
    with pytest.raises(MlflowException, match="live"):
        mlflow.genai.load_prompt("prompts:/gone@live")
    client.delete_prompt_version("gone", "1")
    client.delete_prompt("gone")
    assert mlflow.genai.load_prompt("prompts:/gone/1", allow_missing=True) is None


def test_a_prompt_loaded_in_a_run_is_linked_to_it(client: MlflowClient) -> None:
    made = mlflow.genai.register_prompt("in-a-run", "x")
    other = mlflow.genai.register_prompt("by-hand", "x")
    with mlflow.start_run() as run:
        mlflow.genai.load_prompt("in-a-run", version=1)
    client.link_prompt_version_to_run(run.info.run_id, other)

    linked = json.loads(client.get_run(run.info.run_id).data.tags["mlflow.linkedPrompts"])
    assert linked == [{"name": made.name, "version": "1"}, {"name": other.name, "version": "1"}]


def test_a_prompt_loaded_in_a_trace_is_linked_to_it(client: MlflowClient, experiment: str) -> None:
    mlflow.genai.register_prompt("in-a-trace", "Hello {{name}}")

    @mlflow.trace
    def greet(name: str) -> str:
        return str(mlflow.genai.load_prompt("in-a-trace", version=1).format(name=name))

    assert greet("you") == "Hello you"
    # MLflow links them in a thread
    found = wait_until(lambda: client.search_traces(locations=[experiment], filter_string="prompt = 'in-a-trace/1'"))
    assert [trace.data.spans[0].outputs for trace in found] == ["Hello you"]
