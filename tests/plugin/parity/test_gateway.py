"""The gateway to language models: secrets, model definitions, endpoints, bindings, and what it all cost."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import pytest
from mlflow.entities import (
    FallbackConfig,
    FallbackStrategy,
    GatewayEndpointModelConfig,
    GatewayEndpointTag,
    GatewayModelLinkageType,
    RoutingStrategy,
)

from .pair import Pair
from .spans import trace

MISSING = "RESOURCE_DOES_NOT_EXIST"
NUMBERS = itertools.count(1)
KEY = {"api_key": "sk-1234567890abcdef"}
UNTRACKED: dict[str, Any] = {"usage_tracking": False}


def new(kind: str) -> str:
    return f"{kind} {next(NUMBERS)}"


def secret(pair: Pair, **given: Any) -> str:
    return pair.born("secret_id", "create_gateway_secret", new("secret"), KEY, **given)


@functools.cache
def key(pair: Pair) -> str:
    """A secret for all models, for encrypting one takes a tenth of a second."""
    return secret(pair)


def model(pair: Pair, provider: str = "openai", **given: Any) -> str:
    args = (new("model"), key(pair), provider, "small")
    return pair.born("model_definition_id", "create_gateway_model_definition", *args, **given)


def config(model_definition_id: str, kind: str = "PRIMARY", **given: Any) -> GatewayEndpointModelConfig:
    linkage = GatewayModelLinkageType(kind)
    return GatewayEndpointModelConfig(model_definition_id=model_definition_id, linkage_type=linkage, **given)


def endpoint(pair: Pair, *models: str, **given: Any) -> str:
    configs = [config(one) for one in models or (model(pair),)]
    return pair.born("endpoint_id", "create_gateway_endpoint", new("endpoint"), configs, **(UNTRACKED | given))


@pytest.mark.parametrize(
    "given",
    [
        (KEY,),
        ({"api_key": "short"}, "openai"),
        ({"aws_access_key_id": "AKIA1234567890", "aws_secret_access_key": "x" * 40}, "bedrock", {"auth_mode": "keys"}),
        ({}, None, None, "ann"),
        ({"api_key": ""},),
        ("no dict",),
        (None,),
    ],
    ids=str,
)
def test_a_secret_is_kept_and_masked(shared: Pair, given: Any) -> None:
    name = new("secret")
    shared.agrees("create_gateway_secret", name, *given)
    shared.agrees("get_secret_info", secret_name=name)


def test_a_name_of_a_secret_is_taken(shared: Pair) -> None:
    name = new("secret")
    for _ in range(2):
        judged, ours = shared.outcomes("create_gateway_secret", name, KEY)
        assert type(judged) is type(ours)


@pytest.mark.parametrize(
    "change",
    [{}, {"secret_value": {"api_key": "sk-0000000000other"}}, {"auth_config": {"auth_mode": "x"}}, {"auth_config": {}}],
    ids=str,
)
def test_a_secret_is_changed_alike(shared: Pair, change: Any) -> None:
    one = secret(shared, provider="openai", auth_config={"auth_mode": "y"})
    shared.agrees("update_gateway_secret", one, **change, updated_by="bob")
    shared.answers("get_secret_info", one)


@pytest.mark.parametrize("given", [{}, {"secret_id": "s-unknown"}, {"secret_name": "unknown"}], ids=str)
def test_an_unknown_secret_is_refused_alike(shared: Pair, given: Any) -> None:
    shared.agrees("get_secret_info", **given)


def test_a_secret_in_use_goes_alike(shared: Pair) -> None:
    one = secret(shared)
    args = (new("model"), one, "openai", "small")
    definition = shared.born("model_definition_id", "create_gateway_model_definition", *args)
    shared.agrees("delete_gateway_secret", one)
    shared.agrees("get_gateway_model_definition", definition)
    shared.agrees("delete_gateway_secret", one)


@pytest.mark.parametrize("provider", [None, "openai", "unknown"])
def test_secrets_and_models_are_listed_by_provider(shared: Pair, provider: str | None) -> None:
    one = secret(shared, provider="openai")
    model(shared, "anthropic")
    shared.lists("list_secret_infos", provider)
    shared.lists("list_gateway_model_definitions", provider)
    shared.lists("list_gateway_model_definitions", secret_id=one)
    shared.lists("list_gateway_endpoints", provider)


def test_a_model_is_changed_and_removed(shared: Pair) -> None:
    one, other = model(shared, created_by="ann"), secret(shared)
    for change in ({}, {"name": new("model")}, {"secret_id": other}, {"model_name": "big", "provider": "anthropic"}):
        shared.answers("update_gateway_model_definition", one, **change, updated_by="bob")
        shared.answers("get_gateway_model_definition", one)
    shared.agrees("update_gateway_model_definition", one, secret_id="s-unknown")
    shared.answers("delete_gateway_model_definition", one)
    for method in (
        "get_gateway_model_definition",
        "update_gateway_model_definition",
        "delete_gateway_model_definition",
    ):
        shared.refuses(MISSING, method, one)


def test_a_model_in_use_stays(shared: Pair) -> None:
    one = model(shared)
    endpoint(shared, one)
    shared.agrees("delete_gateway_model_definition", one)
    shared.answers("get_gateway_model_definition", one)


@pytest.mark.parametrize("secret_id", ["s-unknown", "", None])
def test_a_model_needs_a_secret(shared: Pair, secret_id: Any) -> None:
    judged, ours = shared.outcomes("create_gateway_model_definition", new("model"), secret_id, "openai", "small")
    assert type(judged) is type(ours)
    shared.agrees("get_gateway_model_definition", name="unknown")
    shared.agrees("get_gateway_model_definition")


FALLBACK = FallbackConfig(strategy=FallbackStrategy.SEQUENTIAL, max_attempts=2)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"created_by": "ann", "experiment_id": "0", "usage_tracking": True},
        {"routing_strategy": RoutingStrategy.REQUEST_BASED_TRAFFIC_SPLIT},
        {"fallback_config": FALLBACK},
    ],
    ids=str,
)
def test_an_endpoint_is_kept_as_it_was_given(shared: Pair, given: Any) -> None:
    one = endpoint(shared, model(shared), model(shared), **given)
    shared.answers("get_gateway_endpoint", one)
    shared.answers("list_gateway_endpoints", secret_id="s-unknown")


@pytest.mark.parametrize("experiment_id", ["99999", "abc"])
def test_an_endpoint_is_traced_into_an_experiment_that_is_there(shared: Pair, experiment_id: str) -> None:
    given = {"experiment_id": experiment_id, "usage_tracking": True}
    judged, ours = shared.outcomes("create_gateway_endpoint", new("endpoint"), [config(model(shared))], **given)
    assert (judged.kind, judged.code) == (ours.kind, ours.code)


def test_an_endpoint_is_traced_into_a_new_experiment(shared: Pair) -> None:
    """MLflow's store makes an experiment by itself, which must be one of the workspace."""
    experiment_id = shared.experiment("before the endpoint")
    one = endpoint(shared, usage_tracking=True)
    shared.answers("get_gateway_endpoint", one)
    traced = [side.call("get_gateway_endpoint", (one,)).experiment_id for side in (shared.judge, shared.ours)]
    assert traced == [str(int(experiment_id) + 1)] * 2
    shared.answers("get_experiment", traced[0])
    assert shared.experiment("after the endpoint") == str(int(traced[0]) + 1)


def test_an_endpoint_that_begins_to_trace_gets_an_experiment(shared: Pair) -> None:
    one = endpoint(shared)
    shared.answers("update_gateway_endpoint", one, usage_tracking=True)
    traced = shared.ours.call("get_gateway_endpoint", (one,)).experiment_id
    shared.answers("get_experiment", traced)


def test_the_experiment_of_an_endpoint_may_go(shared: Pair) -> None:
    experiment_id = shared.experiment("traced and deleted")
    one = endpoint(shared, experiment_id=experiment_id, usage_tracking=True)
    shared.answers("delete_experiment", experiment_id)
    shared.answers("get_gateway_endpoint", one)


@pytest.mark.parametrize(
    "configs",
    [[], None, [config("d-unknown")], [config("d-unknown", "FALLBACK", fallback_order=1, weight=0.0)]],
    ids=lambda given: str(given)[:60],
)
def test_an_endpoint_needs_models(shared: Pair, configs: Any) -> None:
    shared.agrees("create_gateway_endpoint", new("endpoint"), configs, **UNTRACKED)


def test_an_endpoint_is_changed_alike(shared: Pair) -> None:
    one, other = endpoint(shared), model(shared)
    changes: list[dict[str, Any]] = [
        {},
        {"name": new("endpoint")},
        {"model_configs": [config(other, weight=0.5)]},
        {"model_configs": [config(other), config(model(shared), "FALLBACK", fallback_order=1)]},
        {"fallback_config": FALLBACK},
        {"routing_strategy": RoutingStrategy.REQUEST_BASED_TRAFFIC_SPLIT},
        {"model_configs": []},
        {"model_configs": [config("d-unknown")]},
        {"experiment_id": "0"},
        {"usage_tracking": False},
    ]
    for change in changes:
        shared.agrees("update_gateway_endpoint", one, **change, updated_by="bob")
        shared.answers("get_gateway_endpoint", one)


def test_models_are_attached_and_detached(shared: Pair) -> None:
    one, other = endpoint(shared), model(shared)
    for _ in range(2):
        shared.agrees("attach_model_to_endpoint", one, config(other), "ann")
    shared.agrees("attach_model_to_endpoint", one, config("d-unknown"))
    shared.agrees("attach_model_to_endpoint", "e-unknown", config(other))
    shared.answers("get_gateway_endpoint", one)
    shared.agrees("detach_model_from_endpoint", one, other, "FALLBACK")
    for _ in range(2):
        shared.agrees("detach_model_from_endpoint", one, other)
    shared.agrees("detach_model_from_endpoint", "e-unknown", other)
    shared.answers("get_gateway_endpoint", one)


def test_tags_of_endpoints_are_set_replaced_and_removed(shared: Pair) -> None:
    one = endpoint(shared)
    for key, value in (("k", "1"), ("k", "2"), ("none", None), ("", "x"), ("k" * 300, "x"), ("long", "v" * 10000)):
        shared.agrees("set_gateway_endpoint_tag", one, GatewayEndpointTag(key, value))
    shared.answers("get_gateway_endpoint", one)
    for _ in range(2):
        shared.agrees("delete_gateway_endpoint_tag", one, "k")
    shared.answers("get_gateway_endpoint", one)


def test_bindings_come_and_go(shared: Pair) -> None:
    one = endpoint(shared)
    shared.answers("create_endpoint_binding", one, "scorer", "no scorer", "ann")
    for given in ({}, {"endpoint_id": one}, {"resource_type": "scorer"}, {"resource_id": "unknown"}):
        shared.lists("list_endpoint_bindings", **given)
    shared.agrees("create_endpoint_binding", one, "nope", "x")
    shared.agrees("create_endpoint_binding", "e-unknown", "scorer", "x")
    for _ in range(2):
        shared.agrees("delete_endpoint_binding", one, "scorer", "no scorer")


@pytest.mark.parametrize(
    "call",
    [
        ("get_gateway_endpoint",),
        ("update_gateway_endpoint",),
        ("delete_gateway_endpoint",),
        ("set_gateway_endpoint_tag", GatewayEndpointTag("k", "v")),
        ("delete_gateway_endpoint_tag", "k"),
        ("delete_gateway_secret",),
        ("update_gateway_secret",),
    ],
    ids=lambda call: call[0],
)
def test_what_is_unknown_is_refused_alike(shared: Pair, call: Any) -> None:
    method, *rest = call
    shared.agrees(method, "e-unknown", *rest)


def test_an_endpoint_is_removed_with_its_bindings(shared: Pair) -> None:
    one = endpoint(shared)
    shared.answers("create_endpoint_binding", one, "scorer", "x")
    shared.answers("delete_gateway_endpoint", one)
    shared.refuses(MISSING, "get_gateway_endpoint", one)
    shared.lists("list_endpoint_bindings", endpoint_id=one)


@pytest.mark.parametrize("bounds", [(0, 10_000), (1000, 1001), (1001, 2000), (0, 1)])
@pytest.mark.parametrize("workspace", [None, "default", "other"])
def test_what_the_gateway_cost_is_summed_alike(shared: Pair, bounds: tuple[int, int], workspace: str | None) -> None:
    metadata = {
        "mlflow.gateway.endpointId": "e-1",
        "mlflow.trace.cost": '{"input_cost": 0.5, "output_cost": 0.25, "total_cost": 0.75}',
    }
    shared.answers("start_trace", trace(new("tr").replace(" ", "-"), trace_metadata=metadata))
    shared.answers("sum_gateway_trace_cost", *bounds, workspace)
