"""The token of this user."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlflow_ws_plugin import credentials
from mlflow_ws_plugin.errors import InvalidCredentials


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is not there yet, where the token is looked for."""
    monkeypatch.delenv("MLWS_TOKEN", raising=False)
    monkeypatch.setenv("MLWS_TOKEN_FILE", str(tmp_path / "token"))
    return tmp_path / "token"


def test_a_token_is_in_the_environment_before_it_is_in_a_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("of-the-file\n")
    file.chmod(0o600)
    assert credentials.token() == "of-the-file"
    monkeypatch.setenv("MLWS_TOKEN", "of-the-environment")
    assert credentials.token() == "of-the-environment"


def test_where_there_is_none_both_places_are_named(file: Path) -> None:
    with pytest.raises(InvalidCredentials, match=f"MLWS_TOKEN is not set, and {file} cannot be read"):
        credentials.token()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o602])
def test_a_file_that_others_may_read_is_refused(file: Path, mode: int) -> None:
    file.write_text("secret")
    file.chmod(mode)
    with pytest.raises(InvalidCredentials, match=f"its mode is {mode:o}. Run chmod 600 {file}"):
        credentials.token()


@pytest.mark.parametrize("text", ["", "two words", "a\nb", "naïve"])
def test_what_is_no_token_is_refused_and_not_shown(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(InvalidCredentials) as caught:
        credentials.token()
    assert str(file) in str(caught.value)
    assert not text or text not in str(caught.value).replace(str(file), "")
