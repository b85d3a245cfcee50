"""MLflow's gateway and webhooks over a workspace: real requests, to a neighbour that plays the provider."""

from __future__ import annotations

from typing import Any

from tests.integration.children import wait_until
from tests.integration.server.asking import Answer, ask
from tests.integration.server.neighbour import ANSWER, Neighbour
from tests.integration.server.serving import Served

MESSAGES = [{"role": "user", "content": "say something"}]


def invoked(served: Served, endpoint: str) -> Answer:
    """Return the answer of an endpoint to a chat, asked for as OpenAI's clients do."""
    return ask(f"{served.address}/gateway/mlflow/v1/chat/completions", {"model": endpoint, "messages": MESSAGES})


def test_an_endpoint_passes_a_chat_on_with_the_secret(
    served: Served, neighbour: Neighbour, content: dict[str, Any]
) -> None:
    answer = invoked(served, "seen-endpoint")
    assert (answer.status, answer.json["choices"][0]["message"]["content"]) == (200, ANSWER)
    request = neighbour.posted_to("/v1/chat/completions")[-1]
    assert request.headers["authorization"] == "Bearer sk-tested"
    assert (request.body["model"], request.body["messages"]) == ("gpt-test", MESSAGES)
    assert content["endpoint"]


def test_the_calls_of_an_endpoint_are_traced_in_a_native_experiment(served: Served, content: dict[str, Any]) -> None:
    experiment = served.embedded.get_experiment(content["gateway_experiment"])
    assert experiment.name == "gateway/seen-endpoint"
    assert invoked(served, "seen-endpoint").status == 200
    found = wait_until(lambda: served.embedded.search_traces(locations=[experiment.experiment_id]))
    assert found[0].info.experiment_id == experiment.experiment_id


def test_an_unknown_endpoint_is_refused_with_its_name(served: Served) -> None:
    answer = invoked(served, "nobody's")
    assert answer.status == 404
    assert "nobody's" in answer.body.decode()


def test_the_secret_is_not_in_the_workspace_in_clear(served: Served, content: dict[str, Any]) -> None:
    assert content["secret"]
    for path in served.directory.glob("*.db*"):
        assert b"sk-tested" not in path.read_bytes()


def test_endpoints_secrets_and_models_are_made_changed_and_removed(served: Served, neighbour: Neighbour) -> None:
    from mlflow.entities.gateway_endpoint import GatewayEndpointModelConfig, GatewayModelLinkageType

    store = served.client._tracking_client.store
    secret = store.create_gateway_secret(
        "short-lived", {"api_key": "first"}, provider="openai", auth_config={"api_base": f"{neighbour.address}/v1"}
    )
    model = store.create_gateway_model_definition("short-lived", secret.secret_id, "openai", "gpt-short")
    config = GatewayEndpointModelConfig(model.model_definition_id, GatewayModelLinkageType.PRIMARY, 1.0)
    endpoint = store.create_gateway_endpoint("short-lived", [config], usage_tracking=False)
    assert invoked(served, "short-lived").status == 200
    store.update_gateway_endpoint(endpoint.endpoint_id, name="renamed")
    assert invoked(served, "renamed").status == 200
    store.delete_gateway_endpoint(endpoint.endpoint_id)
    store.delete_gateway_model_definition(model.model_definition_id)
    store.delete_gateway_secret(secret.secret_id)
    assert "short-lived" not in [one.secret_name for one in store.list_secret_infos()]


def test_a_webhook_is_called_when_a_model_is_registered(
    served: Served, neighbour: Neighbour, content: dict[str, Any]
) -> None:
    assert content["experiment"]
    served.client.create_registered_model("announced model")
    posted = wait_until(lambda: neighbour.posted_to("/hook"))
    assert "announced model" in [one.body["data"]["name"] for one in posted]
