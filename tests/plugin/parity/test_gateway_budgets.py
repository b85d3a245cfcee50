"""What the gateway may spend."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.entities.gateway_budget_policy import (
    BudgetAction,
    BudgetDuration,
    BudgetDurationUnit,
    BudgetTargetScope,
    BudgetUnit,
)
from mlflow.store.tracking.abstract_store import AbstractStore

from .declared import taking
from .pair import Pair

MISSING, INVALID = "RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"
NUMBERS = itertools.count(1)
WEEKLY: dict[str, Any] = {
    "budget_unit": BudgetUnit.USD,
    "budget_amount": 10.5,
    "duration": BudgetDuration(BudgetDurationUnit.DAYS, 7),
    "target_scope": BudgetTargetScope.GLOBAL,
    "budget_action": BudgetAction.ALERT,
}


def planned(pair: Pair, **given: Any) -> str:
    return pair.born("budget_policy_id", "create_budget_policy", **(WEEKLY | given))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"created_by": "ann", "budget_action": BudgetAction.REJECT},
        {"budget_amount": 0},
        {"budget_amount": -1.0},
        {"duration": BudgetDuration(BudgetDurationUnit.MONTHS, 1)},
        {"target_scope": BudgetTargetScope.WORKSPACE},
    ],
    ids=lambda given: str(given)[:60],
)
def test_a_budget_is_kept_as_it_was_given(shared: Pair, given: Any) -> None:
    shared.agrees("create_budget_policy", **(WEEKLY | given))
    shared.answers("get_budget_policy", planned(shared))


@taking(AbstractStore.create_budget_policy, "target_value")
@pytest.mark.parametrize("scope", ["ENDPOINT", "USER", "GLOBAL", "NOPE"])
@pytest.mark.parametrize("target", [None, "", "e-unknown"])
def test_a_budget_of_one_endpoint_or_user_names_it(shared: Pair, scope: str, target: Any) -> None:
    shared.agrees("create_budget_policy", **(WEEKLY | {"target_scope": scope, "target_value": target}))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"budget_amount": 1.0, "updated_by": "bob"},
        {"duration": BudgetDuration(BudgetDurationUnit.HOURS, 2)},
        {"budget_action": BudgetAction.REJECT, "target_scope": BudgetTargetScope.WORKSPACE},
    ],
    ids=lambda change: " ".join(change) or "nothing",
)
def test_a_budget_is_changed_alike(shared: Pair, change: Any) -> None:
    policy = planned(shared)
    shared.agrees("update_budget_policy", policy, **change)
    shared.answers("get_budget_policy", policy)


def test_a_budget_is_removed_once(shared: Pair) -> None:
    policy = planned(shared)
    shared.answers("delete_budget_policy", policy)
    for method in ("delete_budget_policy", "get_budget_policy", "update_budget_policy"):
        shared.refuses(MISSING, method, policy)


def test_budgets_are_listed(shared: Pair) -> None:
    for _ in range(2):
        planned(shared)
    shared.lists("list_budget_policies")
    assert [page["another"] for page in shared.outcomes("list_budget_policies", max_results=1)] == [True, True]
    for given in ({"max_results": 0}, {"page_token": "no token"}):
        shared.refuses(INVALID, "list_budget_policies", **given)
