"""Environment variables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.errors import InvalidInput

README = Path(__file__).parent.parent / "README.md"


@pytest.mark.parametrize("setting", settings.ALL, ids=lambda setting: setting.name)
def test_every_setting_is_ours_and_explained(setting: settings.Setting) -> None:
    assert re.fullmatch(r"MLWS_[A-Z_]+", setting.name)
    assert setting.help.endswith(".")
    assert setting.name in README.read_text()


def test_every_setting_is_listed() -> None:
    rows = [value for value in vars(settings).values() if isinstance(value, settings.Setting)]
    assert tuple(rows) == settings.ALL


@pytest.mark.parametrize(("text", "is_on"), [("", False), ("0", False), ("No", False), ("1", True), ("yes", True)])
def test_a_flag_is_on_unless_it_says_no(text: str, is_on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWS_QUIET", text)
    assert settings.QUIET.is_on() is is_on


@pytest.mark.parametrize("text", ["soon", "-1", "inf", "nan"])
def test_a_duration_that_is_none_is_refused_with_its_value(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWS_BUSY_TIMEOUT", text)
    with pytest.raises(InvalidInput, match=f"MLWS_BUSY_TIMEOUT='{text}'"):
        settings.BUSY_TIMEOUT.seconds()


def test_a_word_that_is_no_choice_is_refused_with_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWS_DURABILITY", "maybe")
    with pytest.raises(InvalidInput, match=r"'maybe' is not one of .*'full'"):
        settings.DURABILITY.get()
