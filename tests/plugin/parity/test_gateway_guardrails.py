"""Scorers that watch what goes through the gateway."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from mlflow.entities import GatewayEndpointModelConfig, GatewayModelLinkageType
from mlflow.entities.gateway_guardrail import GuardrailAction, GuardrailStage

from .pair import Pair

MISSING, INVALID = "RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"
NUMBERS = itertools.count(1)
BEFORE, CHECK = GuardrailStage.BEFORE, GuardrailAction.VALIDATION


@pytest.fixture(scope="module")
def endpoint(shared: Pair) -> str:
    secret = shared.born("secret_id", "create_gateway_secret", "key", {"api_key": "sk-1234567890"}, "openai")
    model = shared.born("model_definition_id", "create_gateway_model_definition", "m", secret, "openai", "small")
    config = GatewayEndpointModelConfig(model_definition_id=model, linkage_type=GatewayModelLinkageType.PRIMARY)
    return shared.born("endpoint_id", "create_gateway_endpoint", "guarded", [config], usage_tracking=False)


@pytest.fixture(scope="module")
def scorer(shared: Pair) -> str:
    return shared.born("scorer_id", "register_scorer", "0", "watching", json.dumps({"name": "watching"}))


def guard(pair: Pair, scorer: str, **given: Any) -> str:
    args = (f"guard {next(NUMBERS)}", scorer, 1, BEFORE, CHECK)
    return pair.born("guardrail_id", "create_gateway_guardrail", *args, **given)


@pytest.mark.parametrize("stage", list(GuardrailStage))
@pytest.mark.parametrize("action", list(GuardrailAction))
@pytest.mark.parametrize("target", [None, "<endpoint>", "e-unknown"])
def test_a_guardrail_is_kept_as_it_was_given(
    shared: Pair, endpoint: str, scorer: str, stage: Any, action: Any, target: Any
) -> None:
    target = endpoint if target == "<endpoint>" else target
    args = (f"guard {next(NUMBERS)}", scorer, 1, stage, action)
    judged, ours = shared.outcomes("create_gateway_guardrail", *args, action_endpoint_id=target, created_by="ann")
    assert type(judged) is type(ours)
    shared.answers("get_gateway_guardrail", guard(shared, scorer))


@pytest.mark.parametrize(("scorer_id", "version"), [("unknown", 1), ("<scorer>", 9), ("", 1), (None, None)])
def test_a_guardrail_needs_a_scorer(shared: Pair, scorer: str, scorer_id: Any, version: Any) -> None:
    scorer_id = scorer if scorer_id == "<scorer>" else scorer_id
    shared.agrees("create_gateway_guardrail", "g", scorer_id, version, BEFORE, CHECK)


def test_a_scorer_in_code_is_no_guardrail(shared: Pair) -> None:
    code = json.dumps({"name": "code", "call_source": "return True", "call_signature": "()", "original_func_name": "f"})
    scorer = shared.born("scorer_id", "register_scorer", "0", "code", code)
    shared.agrees("create_gateway_guardrail", "in code", scorer, 1, BEFORE, CHECK)


def test_guardrails_are_put_before_endpoints_in_an_order(shared: Pair, endpoint: str, scorer: str) -> None:
    first, second = guard(shared, scorer), guard(shared, scorer)
    for one, order in ((first, 2), (second, 1), (second, 1), ("gr-unknown", 1)):
        shared.agrees("add_guardrail_to_endpoint", endpoint, one, order, "ann")
    shared.agrees("add_guardrail_to_endpoint", "e-unknown", first)
    shared.answers("list_endpoint_guardrail_configs", endpoint)
    for order in (0, 5, None):
        shared.agrees("update_endpoint_guardrail_config", endpoint, first, order)
    shared.agrees("update_endpoint_guardrail_config", endpoint, "gr-unknown", 1)
    for _ in range(2):
        shared.agrees("remove_guardrail_from_endpoint", endpoint, second)
    shared.answers("list_endpoint_guardrail_configs", endpoint)
    shared.agrees("list_endpoint_guardrail_configs", "e-unknown")


def test_a_guardrail_in_use_goes_alike(shared: Pair, endpoint: str, scorer: str) -> None:
    one = guard(shared, scorer)
    shared.answers("add_guardrail_to_endpoint", endpoint, one)
    for _ in range(2):
        shared.agrees("delete_gateway_guardrail", one)
    shared.agrees("get_gateway_guardrail", one)
    shared.answers("list_endpoint_guardrail_configs", endpoint)


def test_guardrails_are_listed(shared: Pair, scorer: str) -> None:
    guard(shared, scorer)
    shared.lists("list_gateway_guardrails")
    for given in ({"max_results": 0}, {"page_token": "no token"}):
        shared.refuses(INVALID, "list_gateway_guardrails", **given)
