"""One server for all its tests, what is behind its pages, and the browser that looks at them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.children import answer_of, run
from tests.integration.server.neighbour import Neighbour, listening
from tests.integration.server.serving import Served, serving

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOADED_MS = 30_000
CONTENT = "tests.integration.server.content"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a workspace that its first requests made."""
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(scope="session")
def neighbour() -> Iterator[Neighbour]:
    """What the server's gateway and webhooks talk to."""
    with listening() as server:
        yield server


@pytest.fixture(scope="session")
def content(served: Served, neighbour: Neighbour) -> dict[str, Any]:
    """Ids of what a user's script put behind every page."""
    made = run([sys.executable, "-W", "ignore", "-m", CONTENT, served.address, neighbour.address])
    return dict(answer_of(made))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("chromium")),
            executable_path=str(CHROMIUM),
            headless=True,
            args=FLAGS,
            viewport={"width": 1400, "height": 1000},
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page()
    opened.set_default_timeout(LOADED_MS)
    yield opened
    opened.close()
