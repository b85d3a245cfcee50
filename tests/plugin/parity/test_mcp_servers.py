"""Servers of the model context protocol, their versions, tags and aliases."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.entities.mcp_server import MCPStatus, MCPTool
from mlflow.entities.mcp_server_version import ConnectOptionSettings

from .pair import Pair, next_millisecond
from .spans import trace

INVALID, MISSING, TAKEN = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS"
NUMBERS = itertools.count(1)
ICONS = [{"src": "https://8.8.8.8/a.png"}]


def server(pair: Pair, **given: Any) -> str:
    name = f"org.example/server-{next(NUMBERS)}"
    next_millisecond()
    pair.answers("create_mcp_server", name, **given)
    return name


def version(pair: Pair, name: str, number: str = "1.0.0", **given: Any) -> None:
    next_millisecond()
    pair.answers("create_mcp_server_version", {"name": name, "version": number, "description": "d"}, **given)


@pytest.mark.parametrize(
    "given",
    [{}, {"description": "ünï ✓", "created_by": "ann"}, {"icons": ICONS}, {"icons": [{"no": "src"}]}, {"icons": "x"}],
    ids=str,
)
def test_a_server_is_kept_as_it_was_given(shared: Pair, given: Any) -> None:
    name = f"org.example/server-{next(NUMBERS)}"
    shared.agrees("create_mcp_server", name, **given)
    shared.agrees("get_mcp_server", name)


@pytest.mark.parametrize("name", ["", None, "no slash", "a/b", "a/b/c", "org.example/" + "x" * 300, "Org/Ünï ✓"])
def test_odd_names_are_taken_or_refused_alike(shared: Pair, name: Any) -> None:
    shared.agrees("create_mcp_server", name)
    shared.agrees("create_mcp_server_version", {"name": name, "version": "1.0.0"})


def test_a_name_is_taken(shared: Pair) -> None:
    shared.refuses(TAKEN, "create_mcp_server", server(shared))


@pytest.mark.parametrize(
    "change", [{}, {"description": "new"}, {"description": None, "display_name": "Shown"}, {"icons": ICONS}], ids=str
)
def test_a_server_is_changed_alike(shared: Pair, change: Any) -> None:
    name = server(shared, description="old")
    shared.answers("update_mcp_server", name, **change, last_updated_by="bob")
    shared.answers("get_mcp_server", name)


def test_a_server_with_an_active_version_stays(shared: Pair) -> None:
    name = server(shared)
    version(shared, name, status=MCPStatus.ACTIVE)
    shared.refuses(INVALID, "delete_mcp_server", name)
    shared.answers("update_mcp_server_version", name, "1.0.0", status=MCPStatus.DEPRECATED)
    shared.answers("delete_mcp_server", name)
    for call in (("get_mcp_server", name), ("get_mcp_server_version", name, "1.0.0"), ("delete_mcp_server", name)):
        shared.refuses(MISSING, *call)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"source": "https://example.org", "created_by": "ann", "status": MCPStatus.ACTIVE},
        {"status": MCPStatus.DELETED},
        {"status": MCPStatus.DEPRECATED},
        {"tools": []},
        {"tools": [MCPTool(name="add", description="adds", input_schema={"type": "object"})]},
        {"tools": [MCPTool(name="add", icons=[{"no": "src"}])]},
        {"tools": None},
        {"connect_options": {"stdio": ConnectOptionSettings(hidden=True)}},
    ],
    ids=str,
)
def test_a_version_is_kept_as_it_was_given(shared: Pair, given: Any) -> None:
    name = server(shared)
    shared.agrees("create_mcp_server_version", {"name": name, "version": "1.0.0", "extra": [1, None]}, **given)
    shared.agrees("get_mcp_server_version", name, "1.0.0")
    shared.answers("get_mcp_server", name)


def test_a_version_makes_the_server_it_needs(shared: Pair) -> None:
    name = f"org.example/server-{next(NUMBERS)}"
    version(shared, name, created_by="ann")
    shared.answers("get_mcp_server", name)


@pytest.mark.parametrize("number", ["", None, "1", "1.0", "v1.0.0", "1.0.0-rc.1+build", "01.0.0", "latest"])
def test_odd_versions_are_taken_or_refused_alike(shared: Pair, number: Any) -> None:
    name = server(shared)
    shared.agrees("create_mcp_server_version", {"name": name, "version": number})
    shared.agrees("create_mcp_server_version", {"name": name, "version": number})


@pytest.mark.parametrize("status", list(MCPStatus))
@pytest.mark.parametrize("later", list(MCPStatus))
def test_a_version_goes_from_state_to_state_alike(shared: Pair, status: MCPStatus, later: MCPStatus) -> None:
    name = server(shared)
    version(shared, name)
    for state in (status, later):
        shared.agrees("update_mcp_server_version", name, "1.0.0", status=state)
    shared.agrees("get_mcp_server_version", name, "1.0.0")
    shared.agrees("delete_mcp_server_version", name, "1.0.0")
    shared.agrees("get_mcp_server_version", name, "1.0.0")


def test_tools_of_a_version_are_changed(shared: Pair) -> None:
    name = server(shared)
    version(shared, name)
    options = {"stdio": ConnectOptionSettings(hidden=True)}
    for change in ({"tools": [MCPTool(name="add")]}, {"tools": None}, {"connect_options": options}, {"status": None}):
        shared.agrees("update_mcp_server_version", name, "1.0.0", **change, last_updated_by="bob")
    shared.answers("get_mcp_server_version", name, "1.0.0")


def test_the_latest_version_is_the_same(shared: Pair) -> None:
    name = server(shared)
    shared.refuses(MISSING, "get_latest_mcp_server_version", name)
    for number, status in (
        ("1.0.0", MCPStatus.ACTIVE),
        ("2.0.0", None),
        ("1.10.0", MCPStatus.ACTIVE),
        ("3.0.0-a", None),
    ):
        version(shared, name, number, status=status)
        shared.answers("get_latest_mcp_server_version", name)
        shared.answers("get_mcp_server", name)


def test_aliases_name_versions(shared: Pair) -> None:
    name = server(shared)
    for number in ("1.0.0", "2.0.0"):
        version(shared, name, number)
        shared.answers("set_mcp_server_alias", name, "prod", number)
        shared.answers("get_mcp_server_version_by_alias", name, "prod")
    for alias, number in (("prod", "9.9.9"), ("latest", "1.0.0"), ("", "1.0.0"), (None, "1.0.0"), ("a b", "1.0.0")):
        shared.agrees("set_mcp_server_alias", name, alias, number)
    shared.agrees("get_mcp_server_version_by_alias", name, "latest")
    for _ in range(2):
        shared.agrees("delete_mcp_server_alias", name, "prod")
    shared.refuses(MISSING, "get_mcp_server_version_by_alias", name, "prod")
    shared.answers("get_mcp_server", name)


def test_tags_are_set_replaced_and_removed(shared: Pair) -> None:
    name = server(shared)
    version(shared, name)
    for key, value in (("k", "1"), ("k", "2"), ("", "x"), (None, "x"), ("k" * 300, "x"), ("long", "v" * 10000)):
        shared.agrees("set_mcp_server_tag", name, key, value)
        shared.agrees("set_mcp_server_version_tag", name, "1.0.0", key, value)
    shared.answers("get_mcp_server", name)
    shared.answers("get_mcp_server_version", name, "1.0.0")
    for _ in range(2):
        shared.agrees("delete_mcp_server_tag", name, "k")
        shared.agrees("delete_mcp_server_version_tag", name, "1.0.0", "k")
    shared.answers("get_mcp_server", name)


CALLS: list[tuple[Any, ...]] = [
    ("get_mcp_server",),
    ("update_mcp_server",),
    ("delete_mcp_server",),
    ("get_mcp_server_version", "1.0.0"),
    ("update_mcp_server_version", "1.0.0", MCPStatus.ACTIVE),
    ("delete_mcp_server_version", "1.0.0"),
    ("get_mcp_server_version_by_alias", "prod"),
    ("get_latest_mcp_server_version",),
    ("search_mcp_server_versions",),
    ("set_mcp_server_tag", "k", "v"),
    ("delete_mcp_server_tag", "k"),
    ("set_mcp_server_version_tag", "1.0.0", "k", "v"),
    ("delete_mcp_server_version_tag", "1.0.0", "k"),
    ("set_mcp_server_alias", "prod", "1.0.0"),
    ("delete_mcp_server_alias", "prod"),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
@pytest.mark.parametrize("name", ["org.example/unknown", "", None])
def test_an_unknown_server_is_refused_alike(shared: Pair, call: Any, name: Any) -> None:
    method, *rest = call
    shared.agrees(method, name, *rest)


@pytest.fixture(scope="module")
def several(shared: Pair) -> str:
    """The common beginning of the names of three servers; the last has three versions."""
    for number in range(3):
        shared.answers("create_mcp_server", f"com.found/s{number}", description=f"number {number}")
        shared.answers("set_mcp_server_tag", f"com.found/s{number}", "color", "red" if number else "blue")
    for number, status in (("1.0.0", MCPStatus.ACTIVE), ("1.1.0", MCPStatus.DRAFT), ("2.0.0-rc.1", MCPStatus.ACTIVE)):
        version(shared, "com.found/s2", number, status=status)
    return "com.found/"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"filter_string": "name LIKE 'com.found/%'"},
        {"filter_string": "name = 'com.found/s1'"},
        {"filter_string": "tags.color = 'red' AND name LIKE 'com.found/%'"},
        {"filter_string": "status = 'active'"},
        {"filter_string": "has_access_endpoints = 'true'"},
        {"filter_string": "nope = 'x'"},
        {"filter_string": "name"},
        {"filter_string": "name > 'a'"},
        {"order_by": ["name DESC"]},
        {"order_by": ["created_at ASC", "name"]},
        {"order_by": ["nope"]},
        {"order_by": ["name", "name DESC"]},
        {"max_results": 1, "order_by": ["name"]},
        {"max_results": 0},
        {"max_results": 10**7},
        {"page_token": "no token"},
    ],
    ids=str,
)
def test_servers_are_found_alike(shared: Pair, several: str, given: Any) -> None:
    assert several
    shared.agrees("search_mcp_servers", **({"order_by": ["name ASC"]} | given))


def test_pages_of_servers_follow_one_another(shared: Pair, several: str) -> None:
    pages = shared.pages(
        "search_mcp_servers", filter_string=f"name LIKE '{several}%'", max_results=2, order_by=["name ASC"]
    )
    assert [len(page) for page in pages] == [2, 1]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"filter_string": "status = 'active'"},
        {"filter_string": "status != 'active'"},
        {"filter_string": "version = '1.1.0'"},
        {"filter_string": "tags.none = 'x'"},
        {"filter_string": "nope = 'x'"},
        {"order_by": ["version DESC"]},
        {"order_by": ["created_at ASC"]},
        {"order_by": ["nope"]},
        {"max_results": 1},
        {"max_results": -1},
        {"page_token": "no token"},
    ],
    ids=str,
)
def test_versions_are_found_alike(shared: Pair, several: str, given: Any) -> None:
    shared.agrees("search_mcp_server_versions", f"{several}s2", **given)


def test_versions_are_linked_to_traces_alike(shared: Pair) -> None:
    name = server(shared)
    version(shared, name)
    shared.answers("start_trace", trace("tr-1"))
    ours = shared.ours.call("get_mcp_server_version", (name, "1.0.0"))
    shared.agrees("link_mcp_server_versions_to_trace", "tr-1", [ours])
    shared.agrees("get_mcp_server_versions_for_trace", "tr-1")
