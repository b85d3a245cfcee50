"""Addresses that are told of what happens in the registry."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.entities.webhook import WebhookAction, WebhookEntity, WebhookEvent, WebhookStatus

from .pair import Pair

INVALID, MISSING = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"
NUMBERS = itertools.count(1)
URL = "https://8.8.8.8/hook"
CREATED = WebhookEvent(WebhookEntity.REGISTERED_MODEL, WebhookAction.CREATED)
TAGGED = WebhookEvent(WebhookEntity.MODEL_VERSION_TAG, WebhookAction.SET)


def hooked(pair: Pair, *events: WebhookEvent, **given: Any) -> str:
    args = (f"hook-{next(NUMBERS)}x", URL, list(events) or [CREATED])
    return pair.born("webhook_id", "create_webhook", *args, **given)


@pytest.mark.parametrize(
    "given",
    [{}, {"description": "ünï ✓", "secret": "s3cret", "status": WebhookStatus.DISABLED}, {"description": ""}],
    ids=str,
)
def test_a_webhook_is_kept_as_it_was_given(registries: Pair, given: Any) -> None:
    registries.answers("get_webhook", hooked(registries, CREATED, TAGGED, **given))


@pytest.mark.parametrize(
    "odd",
    [
        {"name": ""},
        {"name": None},
        {"name": "a b"},
        {"name": "x" * 100},
        {"url": ""},
        {"url": None},
        {"url": "http://8.8.8.8/hook"},
        {"url": "https://127.0.0.1/hook"},
        {"url": "no url"},
        {"events": []},
        {"events": None},
        {"events": [CREATED, CREATED]},
        {"secret": ""},
    ],
    ids=lambda odd: str(odd)[:40],
)
def test_odd_webhooks_are_taken_or_refused_alike(registries: Pair, odd: Any) -> None:
    fields = {"name": f"odd-{next(NUMBERS)}x", "url": URL, "events": [CREATED]}
    judged, ours = registries.outcomes("create_webhook", **(fields | odd))
    assert type(judged) is type(ours)
    registries.agrees("update_webhook", hooked(registries), **odd)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"name": "renamed", "description": "new"},
        {"events": [TAGGED]},
        {"status": WebhookStatus.DISABLED, "secret": "other"},
        {"url": "https://8.8.4.4/other"},
    ],
    ids=lambda change: " ".join(change) or "nothing",
)
def test_a_webhook_is_changed_alike(registries: Pair, change: Any) -> None:
    webhook = hooked(registries, CREATED, secret="s3cret")
    registries.answers("update_webhook", webhook, **change)
    registries.answers("get_webhook", webhook)


def test_webhooks_are_listed_in_pages(registries: Pair) -> None:
    for _ in range(3):
        hooked(registries, TAGGED)
    for method, args in (("list_webhooks", ()), ("list_webhooks_by_event", (TAGGED,))):
        assert len(registries.pages(method, *args, max_results=2)) > 1
        for given in ({}, {"max_results": 0}, {"max_results": -1}, {"max_results": 10**7}, {"page_token": "no token"}):
            registries.agrees(method, *args, **given)


def test_a_webhook_is_removed_once(registries: Pair) -> None:
    webhook = hooked(registries)
    registries.answers("delete_webhook", webhook)
    for method in ("delete_webhook", "get_webhook", "update_webhook"):
        registries.refuses(MISSING, method, webhook)
    registries.answers("list_webhooks")


@pytest.mark.parametrize("method", ["delete_webhook", "get_webhook", "update_webhook"])
@pytest.mark.parametrize("webhook_id", ["unknown", "", None])
def test_an_unknown_webhook_is_refused_alike(registries: Pair, method: str, webhook_id: Any) -> None:
    registries.refuses(MISSING, method, webhook_id)


def test_the_stores_try_no_webhook_themselves(registries: Pair) -> None:
    """MLflow's server does."""
    registries.refuses(None, "test_webhook", hooked(registries))
