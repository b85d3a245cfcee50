"""Registered models: names, tags, aliases, search."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.entities.model_registry import RegisteredModelTag

from .pair import Pair, next_millisecond

INVALID, MISSING, TAKEN = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS"
NUMBERS = itertools.count(1)


def registered(pair: Pair, **given: Any) -> str:
    name = f"model {next(NUMBERS)}"
    next_millisecond()
    pair.answers("create_registered_model", name, **given)
    return name


def version(pair: Pair, name: str, **given: Any) -> None:
    next_millisecond()
    pair.answers("create_model_version", name, "s3://bucket/files", **given)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"description": "ünï ✓", "tags": [RegisteredModelTag("k", "v"), RegisteredModelTag("empty", "")]},
        {"tags": []},
        {"deployment_job_id": "job"},
        {"description": ""},
        {"tags": [RegisteredModelTag("k" * 300, "v")]},
        {"tags": [RegisteredModelTag("k", "v" * 200_000)]},
        {"tags": [RegisteredModelTag("same", "1"), RegisteredModelTag("same", "2")]},
    ],
    ids=lambda given: str(given)[:40],
)
def test_a_model_is_kept_as_it_was_given(registries: Pair, given: Any) -> None:
    name = f"model {next(NUMBERS)}"
    judged, ours = registries.outcomes("create_registered_model", name, **given)
    assert type(judged) is type(ours)
    registries.agrees("get_registered_model", name)


@pytest.mark.parametrize("name", ["", None, "a/b", "a:b", " ", "x" * 300, "ünï ✓", 1])
def test_odd_names_are_taken_or_refused_alike(registries: Pair, name: Any) -> None:
    registries.agrees("create_registered_model", name)
    registries.agrees("rename_registered_model", registered(registries), name)


def test_a_name_is_taken(registries: Pair) -> None:
    first, second = registered(registries), registered(registries)
    registries.refuses(TAKEN, "create_registered_model", first)
    judged, ours = registries.outcomes("rename_registered_model", second, first)
    assert (judged.kind, judged.code) == (ours.kind, ours.code)


def test_a_model_is_renamed_with_all_it_has(registries: Pair) -> None:
    name = registered(registries, tags=[RegisteredModelTag("k", "v")])
    version(registries, name)
    registries.answers("set_registered_model_alias", name, "prod", "1")
    registries.answers("rename_registered_model", name, f"{name} renamed")
    registries.refuses(MISSING, "get_registered_model", name)
    registries.answers("get_registered_model", f"{name} renamed")
    registries.answers("get_model_version_by_alias", f"{name} renamed", "prod")


@pytest.mark.parametrize("change", [("new",), ("",), (None,), ("new", "job")], ids=str)
def test_a_description_is_changed_alike(registries: Pair, change: Any) -> None:
    name = registered(registries, description="old")
    registries.agrees("update_registered_model", name, *change)
    registries.answers("get_registered_model", name)


def test_tags_are_set_replaced_and_removed(registries: Pair) -> None:
    name = registered(registries)
    for key, value in (("k", "1"), ("k", "2"), ("", "x"), (None, "x"), ("bad?", "x"), ("k" * 300, "x"), ("none", None)):
        registries.agrees("set_registered_model_tag", name, RegisteredModelTag(key, value))
    registries.answers("get_registered_model", name)
    for _ in range(2):
        registries.agrees("delete_registered_model_tag", name, "k")
    registries.agrees("delete_registered_model_tag", name, None)
    registries.answers("get_registered_model", name)


def test_aliases_name_versions(registries: Pair) -> None:
    name = registered(registries)
    for number in ("1", "2"):
        version(registries, name)
        registries.answers("set_registered_model_alias", name, "prod", number)
        registries.answers("get_model_version_by_alias", name, "prod")
    for alias, number in (
        ("prod", "9"),
        ("latest", "1"),
        ("v1", "1"),
        ("1", "1"),
        ("", "1"),
        (None, "1"),
        ("a b", "1"),
    ):
        registries.agrees("set_registered_model_alias", name, alias, number)
    registries.agrees("get_model_version_by_alias", name, "latest")
    registries.answers("get_registered_model", name)
    for _ in range(2):
        registries.agrees("delete_registered_model_alias", name, "prod")
    registries.refuses(INVALID, "get_model_version_by_alias", name, "prod")
    registries.answers("get_registered_model", name)


def test_a_model_goes_with_its_versions(registries: Pair) -> None:
    name = registered(registries, tags=[RegisteredModelTag("k", "v")])
    version(registries, name)
    registries.answers("set_registered_model_alias", name, "prod", "1")
    registries.answers("delete_registered_model", name)
    registries.refuses(MISSING, "get_registered_model", name)
    registries.refuses(MISSING, "get_model_version", name, "1")
    registries.answers("create_registered_model", name)
    registries.answers("get_registered_model", name)


CALLS: list[tuple[Any, ...]] = [
    ("get_registered_model",),
    ("update_registered_model", "d"),
    ("rename_registered_model", "other name"),
    ("delete_registered_model",),
    ("set_registered_model_tag", RegisteredModelTag("k", "v")),
    ("delete_registered_model_tag", "k"),
    ("set_registered_model_alias", "prod", "1"),
    ("delete_registered_model_alias", "prod"),
    ("get_model_version_by_alias", "prod"),
    ("get_model_version_by_alias", "latest"),
    ("get_latest_versions",),
    ("create_model_version", "s3://bucket/files"),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
@pytest.mark.parametrize("name", ["unknown", "", None])
def test_an_unknown_model_is_refused_alike(registries: Pair, call: Any, name: Any) -> None:
    method, *rest = call
    registries.agrees(method, name, *rest)


@pytest.fixture(scope="module")
def several(registries: Pair) -> Pair:
    """Three models."""
    for number in range(3):
        next_millisecond()
        tags = [RegisteredModelTag("color", "red" if number else "Blue")]
        registries.answers("create_registered_model", f"several/{number}".replace("/", "-"), tags=tags)
    return registries


@pytest.mark.parametrize(
    "filter_string",
    [
        None,
        "",
        "name = 'several-1'",
        "name LIKE 'several-%'",
        "name ILIKE 'SEVERAL-%' AND name != 'several-0'",
        "name IN ('several-1', 'several-2')",
        "tags.color = 'red'",
        "tags.color != 'red'",
        "tags.color ILIKE 'b%'",
        "tag.`color` LIKE 'B%'",
        "name = several",
        "name > 'a'",
        "nope = 'x'",
        "description = 'x'",
        "name",
    ],
)
def test_models_are_found_alike(several: Pair, filter_string: str | None) -> None:
    several.agrees("search_registered_models", filter_string, order_by=["name ASC"])


@pytest.mark.parametrize(
    "order_by",
    [None, [], ["name DESC"], ["timestamp ASC", "name"], ["last_updated_timestamp DESC"], ["nope"], ["name UP"]],
)
def test_models_are_ordered_alike(several: Pair, order_by: Any) -> None:
    several.agrees("search_registered_models", "name LIKE 'several-%'", order_by=order_by)


def test_pages_of_models_follow_one_another(several: Pair) -> None:
    pages = several.pages("search_registered_models", filter_string="name LIKE 'several-%'", max_results=2)
    assert [[one["name"] for one in page] for page in pages] == [["several-0", "several-1"], ["several-2"]]


@pytest.mark.parametrize("given", [{"max_results": 0}, {"max_results": 10**7}, {"page_token": "no token"}], ids=str)
def test_odd_pages_are_shown_or_refused_alike(several: Pair, given: Any) -> None:
    several.agrees("search_registered_models", **given)
