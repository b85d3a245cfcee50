"""Evaluation datasets: birth, tags, experiments, search."""

from __future__ import annotations

from typing import Any

import pytest

from .pair import Pair

INVALID, MISSING = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"


def born(pair: Pair, name: str = "questions", **given: Any) -> str:
    return pair.born("dataset_id", "create_dataset", name, **given)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"tags": {"k": "v", "empty": "", "mlflow.user": "ann"}},
        {"tags": {}},
        {"experiment_ids": ["0"]},
        {"experiment_ids": []},
        {"experiment_ids": ["0", "99999"]},
        {"name": "ünï ✓"},
        {"name": "same name"},
    ],
    ids=str,
)
def test_a_dataset_is_kept_as_it_was_given(shared: Pair, given: Any) -> None:
    dataset = born(shared, **given)
    shared.answers("get_dataset", dataset)
    shared.answers("get_dataset_experiment_ids", dataset)


@pytest.mark.parametrize("given", [{"name": None}, {"name": "x" * 1000}, {"name": "a", "tags": {"k": "v" * 10000}}])
def test_odd_datasets_are_taken_or_refused_alike(shared: Pair, given: Any) -> None:
    judged, ours = shared.outcomes("create_dataset", **given)
    assert type(judged) is type(ours)


def test_tags_are_set_replaced_and_removed(shared: Pair) -> None:
    dataset = born(shared, tags={"kept": "1", "replaced": "1"})
    for tags in ({"replaced": "2", "new": "3"}, {"none": None}, {"number": 1}, {}):
        shared.agrees("set_dataset_tags", dataset, tags)
        shared.answers("get_dataset", dataset)
    for _ in range(2):
        shared.agrees("delete_dataset_tag", dataset, "new")
    shared.answers("get_dataset", dataset)


def test_a_dataset_belongs_to_experiments_and_leaves_them(shared: Pair) -> None:
    first, second = shared.experiment("first home"), shared.experiment("second home")
    dataset = born(shared, experiment_ids=[first])
    for method in ("add_dataset_to_experiments", "remove_dataset_from_experiments"):
        for wanted in ([second], [first, second], [], ["99999"], ["abc"]):
            shared.agrees(method, dataset, wanted)
            homes = [side.call("get_dataset_experiment_ids", (dataset,)) for side in (shared.judge, shared.ours)]
            assert sorted(homes[0]) == sorted(homes[1])


def test_a_new_experiment_is_known_when_a_dataset_is_added(shared: Pair) -> None:
    dataset, experiment_id = born(shared), shared.experiment("just made")
    shared.answers("add_dataset_to_experiments", dataset, [experiment_id])
    shared.answers("get_dataset_experiment_ids", dataset)


def test_a_deleted_experiment_keeps_its_datasets(shared: Pair) -> None:
    experiment_id = shared.experiment("home that goes")
    dataset, other = born(shared, experiment_ids=[experiment_id]), born(shared)
    shared.answers("delete_experiment", experiment_id)
    shared.answers("search_datasets", [experiment_id])
    shared.agrees("add_dataset_to_experiments", other, [experiment_id])
    shared.answers("get_dataset_experiment_ids", dataset)


CALLS: list[tuple[Any, ...]] = [
    ("get_dataset",),
    ("delete_dataset",),
    ("set_dataset_tags", {"k": "v"}),
    ("delete_dataset_tag", "k"),
    ("get_dataset_experiment_ids",),
    ("add_dataset_to_experiments", ["0"]),
    ("remove_dataset_from_experiments", ["0"]),
    ("upsert_dataset_records", [{"inputs": {"q": 1}}]),
    ("delete_dataset_records", ["r-1"]),
    ("_load_dataset_records",),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
@pytest.mark.parametrize("dataset_id", ["d-unknown", ""])
def test_an_unknown_dataset_is_refused_alike(shared: Pair, call: Any, dataset_id: str) -> None:
    method, *rest = call
    shared.agrees(method, dataset_id, *rest)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_a_removed_dataset_is_unknown(shared: Pair, call: Any) -> None:
    dataset = born(shared, tags={"k": "v"}, experiment_ids=["0"])
    shared.answers("upsert_dataset_records", dataset, [{"inputs": {"q": 1}}])
    shared.answers("delete_dataset", dataset)
    method, *rest = call
    shared.agrees(method, dataset, *rest)


@pytest.fixture(scope="module")
def several(shared: Pair) -> str:
    """An experiment with three datasets."""
    experiment_id = shared.experiment("several")
    for number in range(3):
        color = {"color": "red" if number else "blue"}
        born(shared, f"several {number}", tags=color, experiment_ids=[experiment_id])
    return experiment_id


@pytest.mark.parametrize(
    "filter_string",
    [
        None,
        "",
        "name = 'several 1'",
        "name LIKE 'several%'",
        "name ILIKE 'SEVERAL%' AND name != 'several 0'",
        "tags.color = 'red'",
        "tags.color != 'red'",
        "created_time > 0",
        "last_update_time < 1",
        "created_by = 'ann'",
        "nope = 'x'",
        "name = several",
        "name > 'a'",
        "name",
    ],
)
def test_datasets_are_found_alike(shared: Pair, several: str, filter_string: str | None) -> None:
    shared.agrees("search_datasets", [several], filter_string, order_by=["name ASC"])


@pytest.mark.parametrize(
    "order_by",
    [None, [], ["name DESC"], ["created_time ASC"], ["last_update_time DESC"], ["nope"], ["name UP"]],
    ids=str,
)
def test_datasets_are_ordered_alike(shared: Pair, several: str, order_by: Any) -> None:
    shared.agrees("search_datasets", [several], order_by=order_by)


def test_pages_of_datasets_follow_one_another(shared: Pair, several: str) -> None:
    pages = shared.pages("search_datasets", [several], max_results=2, order_by=["name ASC"])
    assert [[one["name"] for one in page] for page in pages] == [["several 0", "several 1"], ["several 2"]]


@pytest.mark.parametrize("given", [{"max_results": 0}, {"max_results": 10**7}, {"page_token": "no token"}], ids=str)
def test_pages_that_cannot_be_are_refused(shared: Pair, several: str, given: Any) -> None:
    shared.refuses(INVALID, "search_datasets", [several], **given)


@pytest.mark.parametrize("experiments", [["99999"], ["abc"], ["0", "99999"]], ids=str)
def test_datasets_of_other_experiments_are_searched_alike(shared: Pair, experiments: Any) -> None:
    shared.agrees("search_datasets", experiments, "name LIKE 'several%'")
