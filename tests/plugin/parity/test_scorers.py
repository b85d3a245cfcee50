"""Scorers, their versions, and which of them score new traces."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mlflow.entities import GatewayEndpointModelConfig, GatewayModelLinkageType

from .declared import since
from .pair import Pair, next_millisecond

INVALID, MISSING = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"


def serialized(model: str = "openai:/small", instructions: str = "Is {{ outputs }} good?") -> str:
    judge = {"model": model, "instructions": instructions}
    return json.dumps({"name": "good", "instructions_judge_pydantic_data": judge})


def registered(pair: Pair, experiment_id: str, name: str, model: str = "openai:/small") -> str:
    return pair.born("scorer_id", "register_scorer", experiment_id, name, serialized(model))


@pytest.fixture(scope="module")
def gateway(shared: Pair) -> str:
    """The name of an endpoint of the gateway."""
    secret = shared.born("secret_id", "create_gateway_secret", "key of scorers", {"api_key": "sk-1234567890"}, "openai")
    model = shared.born("model_definition_id", "create_gateway_model_definition", "judge", secret, "openai", "small")
    config = GatewayEndpointModelConfig(model_definition_id=model, linkage_type=GatewayModelLinkageType.PRIMARY)
    shared.born("endpoint_id", "create_gateway_endpoint", "judges", [config], usage_tracking=False)
    return "gateway:/judges"


def test_a_scorer_gets_a_version_more_each_time(shared: Pair) -> None:
    for number in range(3):
        next_millisecond()
        shared.answers(
            "register_scorer", "0", "several", serialized(instructions=f"Is {{{{ outputs }}}} better than {number}?")
        )
    for version in (None, 1, 2, 3, 4, 0, "1"):
        shared.agrees("get_scorer", "0", "several", version)
    shared.answers("list_scorer_versions", "0", "several")


def test_a_scorer_that_asks_the_gateway_names_its_endpoint(shared: Pair, gateway: str) -> None:
    registered(shared, "0", "asking", gateway)
    shared.answers("get_scorer", "0", "asking")
    shared.answers("list_scorers", "0")
    shared.lists("list_endpoint_bindings")


@pytest.mark.parametrize("name", ["", None, " ", "a/b", "x" * 300, "ünï ✓", 1])
def test_odd_names_are_taken_or_refused_alike(shared: Pair, name: Any) -> None:
    shared.agrees("register_scorer", "0", name, serialized())


@pytest.mark.parametrize("given", ["no json", "", serialized("gateway:/unknown"), serialized("no model")])
def test_odd_scorers_are_taken_or_refused_alike(shared: Pair, given: str) -> None:
    shared.agrees("register_scorer", "0", "odd", given)


CALLS: list[tuple[Any, ...]] = [
    ("register_scorer", "s", serialized()),
    ("get_scorer", "s"),
    ("list_scorers",),
    ("list_scorer_versions", "s"),
    ("delete_scorer", "s"),
    ("upsert_online_scoring_config", "s", 0.0),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
@pytest.mark.parametrize("experiment_id", ["99999", "abc", ""])
def test_a_scorer_needs_an_experiment(shared: Pair, call: Any, experiment_id: str) -> None:
    method, *rest = call
    shared.agrees(method, experiment_id, *rest)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_the_scorers_of_a_deleted_experiment_wait_for_its_return(shared: Pair, call: Any) -> None:
    method, *rest = call
    experiment_id = shared.experiment(f"deleted for {method}")
    registered(shared, experiment_id, "s")
    shared.answers("delete_experiment", experiment_id)
    shared.refuses(INVALID, method, experiment_id, *rest)
    shared.answers("restore_experiment", experiment_id)
    shared.agrees(method, experiment_id, *rest)


@since("list_scorers_across_experiments")
def test_scorers_of_several_experiments_are_listed_at_once(shared: Pair) -> None:
    first, second, gone = (shared.experiment(f"scored {number}") for number in range(3))
    for experiment_id in (first, second, gone):
        registered(shared, experiment_id, "across")
    shared.answers("delete_experiment", gone)
    for wanted in ([first, second], [second, first, gone], [], ["99999"], ["abc"], [first, first]):
        shared.agrees("list_scorers_across_experiments", wanted)


def test_versions_of_a_scorer_are_removed_one_by_one_or_all(shared: Pair) -> None:
    experiment_id = shared.experiment("removing")
    for _ in range(3):
        next_millisecond()
        shared.answers("register_scorer", experiment_id, "gone", serialized())
    for version in (2, 2, 9):
        shared.agrees("delete_scorer", experiment_id, "gone", version)
    shared.answers("list_scorer_versions", experiment_id, "gone")
    shared.answers("delete_scorer", experiment_id, "gone")
    for method in ("delete_scorer", "get_scorer", "list_scorer_versions"):
        shared.refuses(MISSING, method, experiment_id, "gone")
    shared.answers("list_scorers", experiment_id)


@pytest.mark.parametrize("rate", [0, 0.25, 1.0, -0.1, 1.5, "1", None])
@pytest.mark.parametrize("filter_string", [None, "status = 'OK'", "nope", 1])
def test_how_many_traces_are_scored_is_set_alike(shared: Pair, gateway: str, rate: Any, filter_string: Any) -> None:
    scorer = registered(shared, "0", "online", gateway)
    shared.agrees("upsert_online_scoring_config", "0", "online", rate, filter_string)
    shared.agrees("get_online_scoring_configs", [scorer])
    shared.lists("get_active_online_scorers")


def test_a_scorer_without_gateway_scores_nothing_by_itself(shared: Pair) -> None:
    registered(shared, "0", "offline")
    shared.agrees("upsert_online_scoring_config", "0", "offline", 0.5)
    shared.agrees("upsert_online_scoring_config", "0", "offline", 0.0)
    shared.refuses(MISSING, "upsert_online_scoring_config", "0", "unknown", 0.5)


@pytest.mark.parametrize("wanted", [[], ["unknown"], [""]], ids=str)
def test_settings_of_unknown_scorers_are_none(shared: Pair, wanted: Any) -> None:
    shared.answers("get_online_scoring_configs", wanted)


def test_active_scorers_of_a_deleted_experiment_are_listed_alike(shared: Pair, gateway: str) -> None:
    experiment_id = shared.experiment("active and deleted")
    registered(shared, experiment_id, "active", gateway)
    shared.answers("upsert_online_scoring_config", experiment_id, "active", 1.0)
    shared.answers("delete_experiment", experiment_id)
    shared.lists("get_active_online_scorers")
