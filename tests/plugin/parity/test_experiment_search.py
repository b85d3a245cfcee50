"""Searches for experiments: filters, orders, pages, view types."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities import ExperimentTag, ViewType

from .pair import Pair, next_millisecond

EXPERIMENTS: list[tuple[str, dict[str, str]]] = [
    ("alpha", {"team": "red", "odd key": "1"}),
    ("Alpha 2", {"team": "Red"}),
    ("beta_1", {"team": "blue", "note": "100%"}),
    ("betaX1", {"team": ""}),
    ("it's", {"a.b": "x"}),
    ("zeta", {}),
]
FILTERS = [
    None,
    "",
    "name = 'alpha'",
    "name != 'alpha'",
    'name = "alpha"',
    "attribute.name = 'alpha'",
    "name LIKE 'beta_1'",
    "name LIKE 'beta%'",
    "name LIKE 'BETA%'",
    "name ILIKE 'ALPHA%'",
    "name = 'alpha' name = 'beta'",
    "name LIKE '%'",
    "name LIKE '%\\_1'",
    'name = "it\'s"',
    "experiment_id = '1'",
    "experiment_id != '1'",
    "experiment_id IN ('1', '3')",
    "experiment_id NOT IN ('1', '3')",
    "creation_time > 0",
    "creation_time < 5",
    "creation_time >= 1 AND last_update_time >= 1",
    "last_update_time != 3",
    "creation_time = 99999999999999",
    "tags.team = 'red'",
    "tag.team = 'red'",
    "tags.team != 'red'",
    "tags.team = ''",
    "tags.team LIKE 'r%'",
    "tags.team ILIKE 'r%'",
    "tags.`odd key` = '1'",
    "tags.\"odd key\" = '1'",
    "tags.a.b = 'x'",
    "tags.`a.b` = 'x'",
    "tags.team IS NULL",
    "tags.team IS NOT NULL",
    "tags.team is null",
    "tags.none = 'x'",
    "tags.none != 'x'",
    "tags.team = 'red' AND name LIKE 'a%'",
    "tags.team = 'red' AND tags.`odd key` = '1'",
    "tags.team = 'red' and tags.team = 'blue'",
    "tags.note LIKE '100\\%'",
    "tags.note = '100%'",
]
BAD_FILTERS = [
    "name",
    "name =",
    "name = alpha",
    "name > 'a'",
    "name IN ('alpha')",
    "name = 'a' OR name = 'b'",
    "NOT name = 'a'",
    "(name = 'a')",
    "experiment_id = 'x'",
    "experiment_id = 1",
    "experiment_id LIKE '1'",
    "experiment_id > '1'",
    "experiment_id IN ('x')",
    "experiment_id IN ()",
    "experiment_id IN ('1'",
    "creation_time = 'x'",
    "creation_time LIKE '1'",
    "creation_time = 1.5",
    "creation_time IN (1)",
    "lifecycle_stage = 'active'",
    "params.x = '1'",
    "metrics.x > 1",
    "attributes.name = 'alpha'",
    "name IS NULL",
    "tags.team > 'a'",
    "tags.team IN ('red')",
    "tags.team = 1",
    "tags.team =",
    "name = 'a'; name = 'b'",
    "name ilike 'alpha%'",
    "name like '%'",
    "'alpha' = name",
]
ORDERS: list[list[str] | None] = [
    None,
    [],
    ["name"],
    ["name DESC"],
    ["name asc"],
    ["experiment_id"],
    ["experiment_id DESC"],
    ["creation_time"],
    ["creation_time DESC"],
    ["last_update_time DESC"],
    ["last_update_time ASC", "name DESC"],
    ["attribute.name"],
    ["`name` DESC"],
    ["name", "name DESC"],
]
BAD_ORDERS = [["nope"], ["tags.team"], ["name SIDEWAYS"], ["name ASC DESC"], [""], ["lifecycle_stage"], ["attr.name"]]


@pytest.fixture(scope="module")
def filled(shared: Pair) -> Pair:
    """The experiments of the table, one deleted, one renamed."""
    ids = [shared.experiment(name, tags=[ExperimentTag(*tag) for tag in tags.items()]) for name, tags in EXPERIMENTS]
    next_millisecond()
    shared.answers("rename_experiment", ids[0], "alpha")
    next_millisecond()
    deleted = shared.experiment("deleted one", tags=[ExperimentTag("team", "red")])
    shared.answers("delete_experiment", deleted)
    return shared


def names(found: dict[str, Any]) -> list[str]:
    return [experiment["name"] for experiment in found["page"]]


@pytest.mark.parametrize("filter_string", FILTERS)
def test_filters_find_the_same(filled: Pair, filter_string: str | None) -> None:
    filled.answers("search_experiments", filter_string=filter_string)
    filled.answers("search_experiments", ViewType.ALL, 3, filter_string, ["name"])


@pytest.mark.parametrize("filter_string", BAD_FILTERS)
def test_bad_filters_are_refused(filled: Pair, filter_string: str) -> None:
    filled.refuses("INVALID_PARAMETER_VALUE", "search_experiments", filter_string=filter_string)


@pytest.mark.parametrize("order_by", ORDERS)
def test_orders_are_the_same(filled: Pair, order_by: list[str] | None) -> None:
    filled.answers("search_experiments", ViewType.ALL, order_by=order_by)


@pytest.mark.parametrize("order_by", BAD_ORDERS)
def test_bad_orders_are_refused(filled: Pair, order_by: list[str]) -> None:
    filled.refuses("INVALID_PARAMETER_VALUE", "search_experiments", order_by=order_by)


@pytest.mark.parametrize("view", [ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL])
def test_view_types_show_their_stages(filled: Pair, view: int) -> None:
    found = names(filled.answers("search_experiments", view))
    assert ("deleted one" in found) == (view != ViewType.ACTIVE_ONLY)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 100, 50_000])
@pytest.mark.parametrize("order_by", [None, ["name"]])
def test_pages_follow_each_other(filled: Pair, size: int, order_by: list[str] | None) -> None:
    pages = filled.pages("search_experiments", view_type=ViewType.ALL, max_results=size, order_by=order_by)
    assert sum(map(len, pages)) == len(EXPERIMENTS) + 2


@pytest.mark.parametrize("size", [0, -1, 50_001, None])
def test_bad_page_sizes_are_refused(filled: Pair, size: int | None) -> None:
    filled.refuses("INVALID_PARAMETER_VALUE", "search_experiments", max_results=size)


@pytest.mark.parametrize("token", ["nonsense", "e30=", "eyJvZmZzZXQiOiAieCJ9", "bm9uc2Vuc2U="])
def test_bad_tokens_are_refused_alike(filled: Pair, token: str) -> None:
    filled.agrees("search_experiments", page_token=token)
