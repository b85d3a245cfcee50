"""Versions of registered models: birth, stages, tags, copies, search."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.entities.model_registry import ModelVersionTag

from .pair import Pair, next_millisecond

INVALID, MISSING = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"
NUMBERS = itertools.count(1)
SOURCE = "s3://bucket/files"
STAGED = pytest.mark.filterwarnings("ignore:.*[sS]tages:FutureWarning")


def registered(pair: Pair, versions: int = 0) -> str:
    name = f"model {next(NUMBERS)}"
    pair.answers("create_registered_model", name)
    for _ in range(versions):
        next_millisecond()
        pair.answers("create_model_version", name, SOURCE)
    return name


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"run_id": "0" * 32, "run_link": "https://example.org", "description": "ünï ✓"},
        {"tags": [ModelVersionTag("k", "v"), ModelVersionTag("empty", "")]},
        {"tags": []},
        {"local_model_path": "/some/where"},
        {"description": ""},
        {"tags": [ModelVersionTag("k" * 300, "v")]},
    ],
    ids=lambda given: str(given)[:40],
)
def test_a_version_is_kept_as_it_was_given(registries: Pair, given: Any) -> None:
    name = registered(registries)
    registries.agrees("create_model_version", name, SOURCE, **given)
    registries.agrees("get_model_version", name, "1")
    registries.agrees("get_model_version_download_uri", name, "1")
    registries.answers("get_registered_model", name)


@pytest.mark.parametrize("source", [None, "", "relative/path", "file:///data/model", "models:/unknown/1", "models:/x"])
def test_odd_sources_are_taken_or_refused_alike(registries: Pair, source: Any) -> None:
    name = registered(registries)
    registries.agrees("create_model_version", name, source)
    registries.agrees("get_model_version_download_uri", name, "1")


def test_a_version_made_of_another_lies_where_that_lies(registries: Pair) -> None:
    name, other = registered(registries, versions=1), registered(registries)
    registries.answers("create_model_version", other, f"models:/{name}/1")
    registries.answers("get_model_version", other, "1")
    registries.answers("get_model_version_download_uri", other, "1")


def test_a_version_is_copied(registries: Pair) -> None:
    name, other = registered(registries, versions=1), registered(registries)
    original = registries.judge.call("get_model_version", (name, 1))
    for target in (other, other, f"{other} new", name, "", None):
        registries.agrees("copy_model_version", original, target)
    registries.answers("get_registered_model", other)
    registries.answers("get_model_version_download_uri", f"{other} new", 1)


def test_numbers_are_never_given_twice(registries: Pair) -> None:
    name = registered(registries, versions=3)
    registries.answers("delete_model_version", name, "2")
    registries.answers("create_model_version", name, SOURCE)
    registries.answers("delete_model_version", name, "4")
    registries.answers("create_model_version", name, SOURCE)
    registries.answers("search_model_versions", f"name = '{name}'")


@pytest.mark.parametrize("version", ["1", 1, "9", 0, -1, "one", None, "", 1.5])
@pytest.mark.parametrize(
    "call",
    [
        ("get_model_version",),
        ("get_model_version_download_uri",),
        ("update_model_version", "new"),
        ("set_model_version_tag", ModelVersionTag("k", "v")),
        ("delete_model_version_tag", "k"),
        ("delete_model_version",),
    ],
    ids=lambda call: call[0],
)
def test_odd_numbers_are_taken_or_refused_alike(registries: Pair, call: Any, version: Any) -> None:
    method, *rest = call
    name = registered(registries, versions=1)
    registries.agrees(method, name, version, *rest)
    registries.agrees(method, "unknown", version, *rest)
    registries.agrees("get_model_version", name, 1)


@pytest.mark.parametrize("description", ["new", "", None])
def test_a_description_is_changed(registries: Pair, description: Any) -> None:
    name = registered(registries, versions=1)
    registries.agrees("update_model_version", name, "1", description)
    registries.answers("get_model_version", name, "1")


def test_tags_are_set_replaced_and_removed(registries: Pair) -> None:
    name = registered(registries, versions=1)
    for key, value in (("k", "1"), ("k", "2"), ("", "x"), (None, "x"), ("bad?", "x"), ("k" * 300, "x"), ("none", None)):
        registries.agrees("set_model_version_tag", name, "1", ModelVersionTag(key, value))
    registries.answers("get_model_version", name, "1")
    for _ in range(2):
        registries.agrees("delete_model_version_tag", name, "1", "k")
    registries.answers("get_model_version", name, "1")


@STAGED
@pytest.mark.parametrize("stage", ["Staging", "production", "Archived", "None", "nope", "", None])
@pytest.mark.parametrize("archive", [False, True])
def test_a_version_goes_from_stage_to_stage(registries: Pair, stage: Any, archive: bool) -> None:
    name = registered(registries, versions=3)
    for number in ("1", "2"):
        registries.agrees("transition_model_version_stage", name, number, stage, archive)
    registries.answers("search_model_versions", f"name = '{name}'")
    for stages in (None, [], [stage], ["Staging", "None"], ["nope"]):
        registries.agrees("get_latest_versions", name, stages)
    registries.answers("get_registered_model", name)
    registries.agrees("transition_model_version_stage", name, "9", stage, archive)


def test_a_version_is_ready_when_it_is_made(registries: Pair) -> None:
    made = registries.judge.call("get_model_version", (registered(registries, versions=1), 1))
    registries.answers("_await_model_version_creation", made, 1)
    registries.answers("_await_model_version_creation_impl", made, 1)


def test_a_version_takes_its_aliases_along(registries: Pair) -> None:
    name = registered(registries, versions=2)
    for number in ("1", "2"):
        registries.answers("set_registered_model_alias", name, f"alias-of-{number}x", number)
    registries.answers("delete_model_version", name, "2")
    registries.answers("get_registered_model", name)
    registries.agrees("get_model_version_by_alias", name, "alias-of-2x")


@pytest.fixture(scope="module")
def several(registries: Pair) -> Pair:
    """Four versions of two models."""
    for name, run in (("found a", "a" * 32), ("found b", "b" * 32)):
        registries.answers("create_registered_model", name)
        for number in (1, 2):
            next_millisecond()
            tags = [ModelVersionTag("color", "red" if number == 1 else "Blue")]
            registries.answers("create_model_version", name, f"s3://{name}/{number}", run_id=run, tags=tags)
    return registries


@pytest.mark.parametrize(
    "filter_string",
    [
        None,
        "",
        "name = 'found a'",
        "name LIKE 'found%' AND name != 'found a'",
        "name ILIKE 'FOUND%'",
        f"run_id = '{'a' * 32}'",
        f"run_id IN ('{'a' * 32}', '{'b' * 32}')",
        "run_id IN ()",
        "run_id = 'none'",
        "source_path = 's3://found a/1'",
        "source_path LIKE 's3://found%'",
        "version_number = 2",
        "version_number > 1 AND name LIKE 'found%'",
        "version_number = 'two'",
        "tags.color = 'red'",
        "tags.color ILIKE 'b%'",
        "tags.color != 'red'",
        "name = found",
        "name > 'a'",
        "nope = 'x'",
        "name",
    ],
)
def test_versions_are_found_alike(several: Pair, filter_string: str | None) -> None:
    several.agrees("search_model_versions", filter_string, order_by=["name ASC", "version_number ASC"])


@pytest.mark.parametrize(
    "order_by",
    [
        None,
        [],
        ["name DESC"],
        ["version_number DESC", "name ASC"],
        ["creation_timestamp ASC"],
        ["last_updated_timestamp DESC"],
        ["nope"],
        ["name UP"],
        ["name", "name DESC"],
    ],
    ids=str,
)
def test_versions_are_ordered_alike(several: Pair, order_by: Any) -> None:
    several.agrees("search_model_versions", "name LIKE 'found%'", order_by=order_by)


def test_pages_of_versions_follow_one_another(several: Pair) -> None:
    order = ["name ASC", "version_number ASC"]
    pages = several.pages("search_model_versions", filter_string="name LIKE 'found%'", max_results=3, order_by=order)
    assert [len(page) for page in pages] == [3, 1]
    for given in ({"max_results": 0}, {"max_results": 10**7}, {"page_token": "no token"}):
        several.refuses(INVALID, "search_model_versions", **given)
