"""Queues of traces that people review."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.genai.label_schemas import InputText

from .pair import Pair, next_millisecond
from .spans import trace

INVALID, MISSING, TAKEN = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS"
NUMBERS = itertools.count(1)


def opened(pair: Pair, experiment_id: str = "0", **given: Any) -> str:
    fields = {"name": f"queue {next(NUMBERS)}", "queue_type": "custom"} | given
    return pair.born("queue_id", "create_review_queue", experiment_id, **fields)


def asked(pair: Pair, experiment_id: str = "0") -> str:
    fields = {"name": f"question {next(NUMBERS)}", "type": "feedback", "input": InputText()}
    return pair.born("schema_id", "create_label_schema", experiment_id, **fields)


@pytest.mark.parametrize("given", [{}, {"users": ["bob", "Ann "], "created_by": "eve"}, {"users": []}], ids=str)
def test_a_queue_is_kept_as_it_was_given(shared: Pair, given: Any) -> None:
    name = f"Queue {next(NUMBERS)}"
    queue = opened(shared, name=name, schema_ids=[asked(shared), asked(shared)], **given)
    shared.answers("get_review_queue", queue)
    for spelling in (name, name.lower(), name.upper()):
        shared.answers("get_review_queue_by_name", "0", name=spelling)


@pytest.mark.parametrize(
    "odd",
    [
        {"name": ""},
        {"name": None},
        {"name": "x" * 1000},
        {"queue_type": "nope"},
        {"queue_type": "user"},
        {"queue_type": "user", "name": "zoe", "users": ["zoe"]},
        {"users": "ann"},
        {"users": [f"user {number}" for number in range(500)]},
        {"schema_ids": ["ls-unknown"]},
        {"schema_ids": "ls-1"},
        {"created_by": ""},
    ],
    ids=lambda odd: str(odd)[:40],
)
def test_odd_queues_are_taken_or_refused_alike(shared: Pair, odd: Any) -> None:
    shared.agrees("create_review_queue", "0", **({"name": f"odd {next(NUMBERS)}", "queue_type": "custom"} | odd))


def test_a_name_is_taken_whatever_its_case(shared: Pair) -> None:
    opened(shared, name="Same")
    shared.refuses(TAKEN, "create_review_queue", "0", name="sAME", queue_type="custom")
    opened(shared, shared.experiment("of the same name"), name="Same")


def test_a_question_of_another_experiment_is_not_asked(shared: Pair) -> None:
    elsewhere = asked(shared, shared.experiment("of another question"))
    shared.agrees("create_review_queue", "0", name="elsewhere", queue_type="custom", schema_ids=[elsewhere])


def test_each_user_has_one_queue(shared: Pair) -> None:
    for user in ("ann", "ann", " Ann", "", None):
        shared.agrees("get_or_create_user_queue", "0", user=user)
    shared.born("queue_id", "get_or_create_user_queue", "0", user="mine")
    opened(shared, name="taken")
    shared.refuses(TAKEN, "get_or_create_user_queue", "0", user="taken")


CHANGES: list[dict[str, Any]] = [
    {},
    {"name": "renamed"},
    {"name": ""},
    {"users": ["zoe"]},
    {"users": []},
    {"schema_ids": []},
    {"schema_ids": ["ls-unknown"]},
    {"new_owner": "zoe"},
    {"new_owner": ""},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_queue_is_changed_alike(shared: Pair, change: Any) -> None:
    queue = opened(shared, users=["ann"], schema_ids=[asked(shared)])
    shared.agrees("update_review_queue", queue, **change)
    shared.answers("get_review_queue", queue)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_queue_with_items_keeps_its_questions(shared: Pair, change: Any) -> None:
    queue = opened(shared, schema_ids=[asked(shared)])
    shared.answers("add_items_to_review_queue", queue, item_ids=["tr-1"])
    if change.get("name"):
        change = {"name": f"renamed {next(NUMBERS)}"}
    shared.agrees("update_review_queue", queue, **change)
    shared.answers("get_review_queue", queue)


def test_the_queue_of_a_user_is_fixed(shared: Pair) -> None:
    queue = shared.born("queue_id", "get_or_create_user_queue", "0", user="fixed")
    shared.refuses(INVALID, "update_review_queue", queue, name="renamed")


def test_items_come_and_go(shared: Pair) -> None:
    queue = opened(shared)
    for items in (["tr-1", "tr-2"], ["tr-2", "tr-3", "tr-3"], [], None, "tr-1", [1], [""]):
        next_millisecond()
        shared.agrees("add_items_to_review_queue", queue, item_ids=items)
        shared.agrees("list_review_queue_items", queue)
    shared.agrees("add_items_to_review_queue", queue, item_ids=["x"], item_type="nope")
    for items in (["tr-2", "tr-unknown"], [], None):
        shared.agrees("remove_items_from_review_queue", queue, item_ids=items)
        shared.answers("list_review_queue_items", queue)


def test_items_go_with_their_traces(shared: Pair) -> None:
    queue = opened(shared)
    shared.answers("start_trace", trace("tr-queued"))
    shared.answers("add_items_to_review_queue", queue, item_ids=["tr-queued", "tr-other"])
    shared.answers("delete_traces", "0", trace_ids=["tr-queued"])
    shared.answers("list_review_queue_items", queue)


@pytest.mark.parametrize("status", ["pending", "complete", "declined", "nope", None])
@pytest.mark.parametrize("who", ["ann", "", None, "x" * 300], ids=lambda who: str(who)[:5])
@pytest.mark.parametrize("item", ["tr-1", "tr-unknown"])
def test_an_item_is_reviewed_alike(shared: Pair, status: Any, who: Any, item: str) -> None:
    queue = opened(shared)
    shared.answers("add_items_to_review_queue", queue, item_ids=["tr-1", "tr-2"])
    for _ in range(2):
        shared.agrees("set_review_queue_item_status", queue, item_id=item, status=status, completed_by=who)
    shared.agrees("list_review_queue_items", queue, status=status)
    shared.agrees("set_review_queue_item_status", queue, item_id=item, status="pending")
    shared.answers("list_review_queue_items", queue)


def test_pages_of_items_and_queues_follow_one_another(shared: Pair) -> None:
    experiment_id = shared.experiment("with pages")
    queues = [opened(shared, experiment_id, users=["ann"]) for _ in range(3)]
    shared.answers("add_items_to_review_queue", queues[0], item_ids=["tr-1", "tr-2", "tr-3"])
    items = shared.pages("list_review_queue_items", queues[0], max_results=2)
    assert [[one["item_id"] for one in page] for page in items] == [["tr-1", "tr-2"], ["tr-3"]]
    pages = shared.pages("list_review_queues", experiment_id, max_results=2)
    assert [[one["queue_id"] for one in page] for page in pages] == [queues[:0:-1], queues[:1]]
    for given in ({"user": "ann"}, {"user": "bob"}, {"item_id": "tr-1"}, {"item_id": "tr-9"}, {"user": ""}):
        shared.agrees("list_review_queues", experiment_id, **given)
    for given in ({"max_results": 0}, {"page_token": "no token"}):
        shared.refuses(INVALID, "list_review_queues", experiment_id, **given)
        shared.refuses(INVALID, "list_review_queue_items", queues[0], **given)


CALLS: list[tuple[Any, ...]] = [
    ("create_review_queue", {"name": "q", "queue_type": "custom"}),
    ("get_or_create_user_queue", {"user": "ann"}),
    ("get_review_queue_by_name", {"name": "q"}),
    ("list_review_queues", {}),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
@pytest.mark.parametrize("experiment_id", ["99999", "abc", ""])
def test_a_queue_needs_an_experiment(shared: Pair, call: Any, experiment_id: str) -> None:
    method, kwargs = call
    shared.agrees(method, experiment_id, **kwargs)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_the_queues_of_a_deleted_experiment_wait_for_its_return(shared: Pair, call: Any) -> None:
    method, kwargs = call
    experiment_id = shared.experiment(f"deleted for {method}")
    queue = opened(shared, experiment_id, name="kept")
    shared.answers("delete_experiment", experiment_id)
    shared.refuses(MISSING, method, experiment_id, **kwargs)
    shared.answers("get_review_queue", queue)
    shared.answers("restore_experiment", experiment_id)
    shared.answers("get_review_queue_by_name", experiment_id, name="kept")


QUEUE_CALLS: list[tuple[Any, ...]] = [
    ("get_review_queue", {}),
    ("update_review_queue", {"name": "renamed"}),
    ("delete_review_queue", {}),
    ("add_items_to_review_queue", {"item_ids": ["tr-1"]}),
    ("remove_items_from_review_queue", {"item_ids": ["tr-1"]}),
    ("list_review_queue_items", {}),
    ("set_review_queue_item_status", {"item_id": "tr-1", "status": "pending"}),
]


@pytest.mark.parametrize("call", QUEUE_CALLS, ids=lambda call: call[0])
@pytest.mark.parametrize("queue_id", ["rq-unknown", "", None])
def test_an_unknown_queue_is_refused_alike(shared: Pair, call: Any, queue_id: Any) -> None:
    method, kwargs = call
    shared.agrees(method, queue_id, **kwargs)


def test_a_removed_queue_takes_its_items_along(shared: Pair) -> None:
    queue = opened(shared, users=["ann"], schema_ids=[asked(shared)])
    shared.answers("add_items_to_review_queue", queue, item_ids=["tr-1"])
    shared.answers("delete_review_queue", queue)
    shared.refuses(MISSING, "get_review_queue", queue)
    shared.refuses(MISSING, "list_review_queue_items", queue)
