"""Addresses of workspaces."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.errors import InvalidUri

PARTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=20).filter(
    lambda part: part not in (".", "..")
)


@given(st.lists(PARTS, min_size=1, max_size=4))
def test_an_address_names_the_directory_it_was_made_from(parts: list[str]) -> None:
    directory = Path("/", *parts)
    address = str(uri.WorkspaceUri(directory))
    assert uri.parse(address).directory == directory
    assert not set(address) & set(" #?")


def test_a_relative_address_is_made_absolute_when_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert uri.parse("mlws:a/b").directory == tmp_path / "a" / "b"
    assert uri.of("a/../b").directory == tmp_path / "b"


def test_a_directory_of_other_bytes_than_utf_8_has_an_address_too() -> None:
    directory = Path(os.fsdecode(b"/tmp/\xff\xfe"))
    assert uri.parse(str(uri.WorkspaceUri(directory))).directory == directory


def test_a_plain_path_may_begin_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert uri.of("~/runs").directory == Path("/somewhere/runs")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("mlws://host", "'host'"),
        ("mlws://host/dir", "mlws:///host/dir"),
        ("mlws:", "names no directory"),
        ("mlws:///", "names no directory"),
        ("mlws:///a?b", "%3F"),
        ("mlws:///a#b", "%23"),
        ("sqlite:///a.db", "'sqlite'"),
        ("mlws:///a%00b", "NUL"),
        ("mlws://[x", "not an address"),
        ("mlws:~nobody-at-all/x", "nobody's home"),
    ],
)
def test_a_wrong_address_is_refused_with_its_own_sentence(address: str, says: str) -> None:
    with pytest.raises(InvalidUri) as caught:
        uri.parse(address)
    assert says in str(caught.value)


@pytest.mark.parametrize("place", ["", "  ", None, b"x", 5])
def test_what_is_no_path_is_refused(place: str) -> None:
    with pytest.raises(InvalidUri):
        uri.of(place)
