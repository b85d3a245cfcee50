"""Runs: birth, info, bin."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.entities import RunStatus, RunTag

from .pair import Pair

NAMED = [RunTag("mlflow.runName", "tagged")]
ODD_NAMES = ["x", " ", "näme ✓", "a" * 250, "a" * 300, "with\nnewline", "/:.%\"'"]


def as_born(pair: Pair, *args: Any, **kwargs: Any) -> Any:
    return pair.answers("create_run", *args, **kwargs)


def test_a_run_is_born_with_what_was_given(shared: Pair) -> None:
    born = as_born(shared, "0", "ann", 1234, [RunTag("a", "1")], "first")
    assert born["info"]["run_name"] == "first"
    assert born["data"]["tags"] == {"a": "1", "mlflow.runName": "first"}
    assert born["info"]["status"] == "RUNNING"


@pytest.mark.parametrize(
    ("user", "start_time", "tags", "name"),
    list(itertools.product(["ann", ""], [0, 1234], [None, [], NAMED, [RunTag("k", "v")]], ["tagged", "", None])),
)
def test_every_combination_of_arguments_is_taken_alike(shared: Pair, user, start_time, tags, name) -> None:
    as_born(shared, "0", user, start_time, tags, name)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_taken_alike(shared: Pair, name: str) -> None:
    as_born(shared, "0", "ann", 1, [], name)
    shared.agrees("update_run_info", shared.run(), None, None, name)


def test_a_name_may_not_contradict_the_name_tag(shared: Pair) -> None:
    shared.refuses("INVALID_PARAMETER_VALUE", "create_run", "0", "ann", 1, NAMED, "other")


@pytest.mark.parametrize("experiment_id", ["99", "abc", 0, "0", "-1", "1.5"])
def test_experiment_ids_are_understood_alike(shared: Pair, experiment_id: Any) -> None:
    shared.agrees("create_run", experiment_id, "ann", 1, [], "x")


@pytest.mark.parametrize(
    "tags",
    [
        [RunTag("k", "1"), RunTag("j", "2")],
        [RunTag("k", "")],
        [RunTag("mlflow.user", "bob")],
        [RunTag("mlflow.parentRunId", "no such run")],
        [RunTag("k", "v" * 8000)],
        [RunTag("unicode ✓", "ü")],
    ],
    ids=lambda tags: tags[0].key + tags[0].value[:10],
)
def test_tags_given_at_birth_are_taken_alike(shared: Pair, tags: list[RunTag]) -> None:
    as_born(shared, "0", "ann", 1, tags, None)


def test_a_nested_run_names_its_parent_in_a_tag(shared: Pair) -> None:
    parent = shared.run()
    child = shared.run(tags=[RunTag("mlflow.parentRunId", parent)])
    assert shared.answers("get_run", child)["data"]["tags"]["mlflow.parentRunId"] == parent


@pytest.mark.parametrize("status", [None, *RunStatus.all_status()])
@pytest.mark.parametrize("end_time", [None, 0, 5000])
@pytest.mark.parametrize("name", [None, "", "renamed"])
def test_info_changes_where_something_is_given(shared: Pair, status, end_time, name) -> None:
    run = shared.run()
    shared.answers("update_run_info", run, status, end_time, name)
    shared.answers("get_run", run)


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(RunStatus.all_status(), 2)))
def test_any_status_may_follow_any(shared: Pair, first: int, second: int) -> None:
    run = shared.run()
    shared.answers("update_run_info", run, first, 5000, None)
    shared.answers("update_run_info", run, second, None, None)
    shared.answers("get_run", run)


@pytest.mark.parametrize("status", [0, 6, 99, -1])
def test_an_unknown_status_is_refused(shared: Pair, status: int) -> None:
    shared.breaks("update_run_info", shared.run(), status, None, None)


def test_renaming_a_run_without_a_name_tag_gives_it_one(shared: Pair) -> None:
    run = shared.run()
    shared.answers("delete_tag", run, "mlflow.runName")
    shared.answers("get_run", run)
    shared.answers("update_run_info", run, None, None, "new")
    assert shared.answers("get_run", run)["data"]["tags"] == {"mlflow.runName": "new"}


def test_a_deleted_run_is_still_read_and_can_be_restored(shared: Pair) -> None:
    run = shared.run()
    for call in ("delete_run", "delete_run", "restore_run", "restore_run"):
        shared.answers(call, run)
        shared.answers("get_run", run)


@pytest.mark.parametrize("run_id", ["nope", "", "a/b", "0" * 32, None])
def test_an_unknown_run_is_not_found(shared: Pair, run_id: str | None) -> None:
    shared.refuses("RESOURCE_DOES_NOT_EXIST", "get_run", run_id)
