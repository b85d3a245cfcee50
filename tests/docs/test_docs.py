"""The docs say what the code says: made pages are up to date, every public name has its place, links lead somewhere."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import mlflow_ws_plugin
from tests.docs import reference

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted(reference.DOCS.glob("*.md"))]
CLASSES = [name for name in mlflow_ws_plugin.__all__ if inspect.isclass(getattr(mlflow_ws_plugin, name))]


@pytest.mark.parametrize("page", reference.pages())
def test_a_made_page_is_what_the_code_says(page: str) -> None:
    assert (reference.DOCS / page).read_text() == reference.pages()[page], "run: make docs"


@pytest.mark.parametrize("name", mlflow_ws_plugin.__all__)
def test_every_public_name_has_a_heading_and_a_docstring(name: str) -> None:
    assert f"\n## {name}\n" in (reference.DOCS / "reference.md").read_text()
    assert inspect.getdoc(getattr(mlflow_ws_plugin, name))


@pytest.mark.parametrize("name", CLASSES)
def test_every_public_member_has_a_docstring(name: str) -> None:
    missing = [key for key, one in reference.public_members(getattr(mlflow_ws_plugin, name)) if not inspect.getdoc(one)]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target
