"""Where servers of the model context protocol are reached."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.entities.mcp_server import MCPRemoteTransportType, MCPStatus

from .pair import Pair, next_millisecond

INVALID, MISSING = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"
NUMBERS = itertools.count(1)
URL = "https://example.org/mcp"


@pytest.fixture
def server(shared: Pair) -> str:
    """The name of a server with two versions, the second of which is called prod."""
    name = f"org.example/server-{next(NUMBERS)}"
    for number in ("1.0.0", "2.0.0"):
        next_millisecond()
        server_json = {"name": name, "version": number}
        shared.answers("create_mcp_server_version", server_json, status=MCPStatus.ACTIVE)
    shared.answers("set_mcp_server_alias", name, "prod", "2.0.0")
    return name


def opened(pair: Pair, server: str, **given: Any) -> str:
    target = {} if "server_alias" in given else {"server_version": "1.0.0"}
    return pair.born("id", "create_mcp_access_endpoint", server, URL, **(target | given))


@pytest.mark.parametrize(
    "given",
    [
        {"server_version": "1.0.0"},
        {"server_alias": "prod", "created_by": "ann"},
        {"server_alias": "latest"},
        {"server_version": "1.0.0", "transport_type": MCPRemoteTransportType.SSE},
        {"server_version": "1.0.0", "server_alias": "prod"},
        {},
        {"server_version": "9.9.9"},
        {"server_alias": "unknown"},
    ],
    ids=str,
)
def test_an_endpoint_names_one_version(shared: Pair, server: str, given: Any) -> None:
    shared.agrees("create_mcp_access_endpoint", server, URL, **given)
    shared.answers("search_mcp_access_endpoints", server)
    shared.answers("get_mcp_server", server)


@pytest.mark.parametrize("url", ["", " ", None, "no url", "x" * 3000])
def test_odd_addresses_are_taken_or_refused_alike(shared: Pair, server: str, url: Any) -> None:
    shared.agrees("create_mcp_access_endpoint", server, url, server_version="1.0.0")
    endpoint = opened(shared, server)
    shared.agrees("update_mcp_access_endpoint", server, endpoint, url=url)
    shared.answers("get_mcp_access_endpoint", server, endpoint)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"server_version": "2.0.0"},
        {"server_alias": "prod"},
        {"server_alias": "unknown"},
        {"server_version": "9.9.9"},
        {"server_version": "2.0.0", "server_alias": "prod"},
        {"server_version": None},
        {"transport_type": MCPRemoteTransportType.SSE},
        {"transport_type": None},
        {"url": "https://example.org/other", "last_updated_by": "bob"},
    ],
    ids=str,
)
def test_an_endpoint_is_changed_alike(shared: Pair, server: str, change: Any) -> None:
    endpoint = opened(shared, server)
    shared.agrees("update_mcp_access_endpoint", server, endpoint, **change)
    shared.answers("get_mcp_access_endpoint", server, endpoint)


def test_an_endpoint_follows_its_alias(shared: Pair, server: str) -> None:
    endpoint = opened(shared, server, server_alias="prod")
    shared.answers("set_mcp_server_alias", server, "prod", "1.0.0")
    shared.answers("get_mcp_access_endpoint", server, endpoint)
    shared.agrees("delete_mcp_server_alias", server, "prod")
    shared.agrees("get_mcp_access_endpoint", server, endpoint)


def test_an_endpoint_goes_with_its_version(shared: Pair, server: str) -> None:
    endpoint = opened(shared, server)
    shared.answers("update_mcp_server_version", server, "1.0.0", status=MCPStatus.DRAFT)
    shared.agrees("delete_mcp_server_version", server, "1.0.0")
    shared.agrees("get_mcp_access_endpoint", server, endpoint)
    shared.answers("search_mcp_access_endpoints", server)
    shared.agrees("create_mcp_access_endpoint", server, URL, server_version="1.0.0")


def test_an_endpoint_is_removed_once(shared: Pair, server: str) -> None:
    endpoint = opened(shared, server)
    shared.agrees("delete_mcp_access_endpoint", "org.example/unknown", endpoint)
    for _ in range(2):
        shared.agrees("delete_mcp_access_endpoint", server, endpoint)
    shared.agrees("get_mcp_access_endpoint", server, endpoint)


@pytest.mark.parametrize(
    "method", ["get_mcp_access_endpoint", "update_mcp_access_endpoint", "delete_mcp_access_endpoint"]
)
@pytest.mark.parametrize("endpoint", ["ae-unknown", "", None])
def test_an_unknown_endpoint_is_refused_alike(shared: Pair, server: str, method: str, endpoint: Any) -> None:
    shared.agrees(method, server, endpoint)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"server_version": "1.0.0"},
        {"server_alias": "prod"},
        {"server_version": "9.9.9"},
        {"filter_string": "status = 'active'"},
        {"filter_string": "transport_type = 'sse'"},
        {"filter_string": "nope = 'x'"},
        {"order_by": ["created_at DESC"]},
        {"order_by": ["nope"]},
        {"max_results": 1},
        {"max_results": 0},
        {"page_token": "no token"},
    ],
    ids=str,
)
def test_endpoints_are_found_alike(shared: Pair, server: str, given: Any) -> None:
    opened(shared, server)
    opened(shared, server, server_alias="prod", transport_type=MCPRemoteTransportType.SSE)
    shared.agrees("search_mcp_access_endpoints", server, **({"order_by": ["created_at ASC"]} | given))
