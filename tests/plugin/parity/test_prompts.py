"""Prompts and their versions, which the registry keeps as models of a kind."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.store.model_registry.abstract_store import AbstractStore

from .declared import since, taking
from .pair import Pair, next_millisecond

INVALID, MISSING = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"
NUMBERS = itertools.count(1)


def written(pair: Pair, versions: int = 1, **given: Any) -> str:
    name = f"prompt-{next(NUMBERS)}"
    next_millisecond()
    pair.answers("create_prompt", name, **given)
    for number in range(versions):
        next_millisecond()
        pair.answers("create_prompt_version", name, f"Hello {{{{name}}}} {number}")
    return name


@pytest.mark.parametrize(
    "given", [{}, {"description": "ünï ✓", "tags": {"k": "v", "empty": ""}}, {"tags": {}}], ids=str
)
def test_a_prompt_is_kept_as_it_was_given(registries: Pair, given: Any) -> None:
    registries.answers("get_prompt", written(registries, **given))


@pytest.mark.parametrize("name", ["", None, "a/b", "a b", "x" * 300, "ünï ✓"])
def test_odd_names_are_taken_or_refused_alike(registries: Pair, name: Any) -> None:
    registries.agrees("create_prompt", name)
    registries.agrees("get_prompt", name)


def test_a_name_is_taken_by_prompts_and_models_alike(registries: Pair) -> None:
    prompt, model = written(registries), f"model {next(NUMBERS)}"
    registries.answers("create_registered_model", model)
    for method, name in (
        ("create_prompt", prompt),
        ("create_registered_model", prompt),
        ("create_prompt", model),
        ("get_prompt", model),
        ("create_prompt_version", model),
        ("get_prompt_version", model),
        ("search_prompt_versions", model),
    ):
        args = {"create_prompt_version": ("Hi",), "get_prompt_version": (1,)}.get(method, ())
        registries.agrees(method, name, *args)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"description": "first", "tags": {"k": "v"}},
        {"tags": {}},
    ],
    ids=str,
)
@pytest.mark.parametrize("template", ["Hello", "Hello {{name}}, {{ other }} ✓", "", None, "x" * 10_000])
def test_a_version_is_kept_as_it_was_given(registries: Pair, template: Any, given: Any) -> None:
    name = written(registries, versions=0)
    registries.agrees("create_prompt_version", name, template, **given)
    registries.agrees("get_prompt_version", name, 1)


@taking(AbstractStore.create_prompt_version, "response_format")
@pytest.mark.parametrize(
    "given",
    [
        {"template": [{"role": "user", "content": "Hi {{name}}"}]},
        {"template": [{"role": "user"}]},
        {"template": [], "description": "no message"},
        {"template": "Hi", "response_format": {"type": "object"}},
        {"template": "Hi", "model_config": {"model_name": "small", "temperature": 0.5}},
        {"template": "Hi", "model_config": {"temperature": "hot"}},
    ],
    ids=str,
)
def test_messages_formats_and_settings_are_kept(registries: Pair, given: Any) -> None:
    name = written(registries, versions=0)
    registries.agrees("create_prompt_version", name, **given)
    registries.agrees("get_prompt_version", name, 1)


@pytest.mark.parametrize("version", [1, "1", "2", 9, "prod", "latest", 0, None, "", "a b"])
def test_a_version_is_found_by_number_and_alias(registries: Pair, version: Any) -> None:
    name = written(registries, versions=2)
    registries.answers("set_prompt_alias", name, "prod", 1)
    registries.agrees("get_prompt_version", name, version)
    registries.agrees("get_prompt_version_by_alias", name, version)
    registries.agrees("get_prompt_version", "unknown", version)


def test_aliases_of_prompts_move_and_go(registries: Pair) -> None:
    name = written(registries, versions=2)
    for alias, version in (("prod", 1), ("prod", "2"), ("prod", 9), ("latest", 1), ("", 1), (None, 1), ("1", 1)):
        registries.agrees("set_prompt_alias", name, alias, version)
    registries.answers("get_prompt_version_by_alias", name, "prod")
    for _ in range(2):
        registries.agrees("delete_prompt_alias", name, "prod")
    registries.agrees("get_prompt_version_by_alias", name, "prod")


def test_tags_of_prompts_and_versions_are_set_and_removed(registries: Pair) -> None:
    name = written(registries)
    for key, value in (("k", "1"), ("k", "2"), ("", "x"), (None, "x"), ("bad?", "x"), ("none", None)):
        registries.agrees("set_prompt_tag", name, key, value)
        registries.agrees("set_prompt_version_tag", name, 1, key, value)
    registries.answers("get_prompt", name)
    registries.answers("get_prompt_version", name, 1)
    for _ in range(2):
        registries.agrees("delete_prompt_tag", name, "k")
        registries.agrees("delete_prompt_version_tag", name, "1", "k")
    registries.agrees("delete_prompt_version_tag", name, "one", "k")
    registries.agrees("set_prompt_version_tag", name, "one", "k", "v")
    registries.answers("get_prompt", name)


def test_versions_and_prompts_are_removed(registries: Pair) -> None:
    name = written(registries, versions=3)
    for version in (1, "2", 9, "one"):
        registries.agrees("delete_prompt_version", name, version)
    registries.agrees("search_prompt_versions", name)
    registries.answers("delete_prompt", name)
    registries.agrees("get_prompt", name)
    registries.agrees("delete_prompt", name)
    registries.agrees("search_prompt_versions", name)


CALLS: list[tuple[Any, ...]] = [
    ("get_prompt",),
    ("delete_prompt",),
    ("set_prompt_tag", "k", "v"),
    ("delete_prompt_tag", "k"),
    ("create_prompt_version", "Hi"),
    ("get_prompt_version", 1),
    ("delete_prompt_version", 1),
    ("get_prompt_version_by_alias", "prod"),
    ("set_prompt_alias", "prod", 1),
    ("delete_prompt_alias", "prod"),
    ("search_prompt_versions",),
    ("set_prompt_version_tag", 1, "k", "v"),
    ("delete_prompt_version_tag", 1, "k"),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
@pytest.mark.parametrize("name", ["unknown", "", None])
def test_an_unknown_prompt_is_refused_alike(registries: Pair, call: Any, name: Any) -> None:
    method, *rest = call
    registries.agrees(method, name, *rest)


@pytest.fixture(scope="module")
def several(registries: Pair) -> Pair:
    """Three prompts, one of them with three versions."""
    for number in range(3):
        next_millisecond()
        experiments = {"_mlflow_experiment_ids": f",{number},"}
        registries.answers("create_prompt", f"found-{number}x", tags={"color": "red"} | experiments)
    for number in range(3):
        next_millisecond()
        registries.answers("create_prompt_version", "found-2x", f"Hello {number}")
    return registries


@pytest.mark.parametrize(
    "filter_string",
    [
        None,
        "",
        "name = 'found-1x'",
        "name LIKE 'found-%'",
        "tags.color = 'red'",
        "tags.color != 'red'",
        "experiment_id = '1'",
        "experiment_id = 'x'",
        "experiment_id = '1' AND name LIKE 'found-%'",
        "nope = 'x'",
        "name",
    ],
)
def test_prompts_are_found_alike(several: Pair, filter_string: str | None) -> None:
    several.agrees("search_prompts", filter_string, order_by=["name ASC"])


def test_pages_of_prompts_follow_one_another(several: Pair) -> None:
    pages = several.pages("search_prompts", filter_string="name LIKE 'found-%'", max_results=2)
    assert [[one["name"] for one in page] for page in pages] == [["found-0x", "found-1x"], ["found-2x"]]
    for given in ({"max_results": 0}, {"max_results": 2}, {"page_token": "no token"}):
        several.agrees("search_prompts", **given)
        several.agrees("search_prompt_versions", "found-2x", **given)


@since("_parse_experiment_id_filter")
@pytest.mark.parametrize("given", ["experiment_id = '1'", "name = 'x'", "", None, "experiment_id = '1' AND name = 'x'"])
def test_experiments_in_filters_are_read_alike(registries: Pair, given: Any) -> None:
    registries.agrees("_parse_experiment_id_filter", given)


@since("_update_linked_prompts_tag")
def test_the_tag_of_linked_prompts_grows_alike(registries: Pair) -> None:
    entry = {"name": "a", "version": "1"}
    for tag in (None, "", "[]", '[{"name": "a", "version": "1"}]', "no json", "{}"):
        registries.agrees("_update_linked_prompts_tag", tag, [entry])
