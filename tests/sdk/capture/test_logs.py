"""`logs/`: what a run writes there can be read while it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlflow_ws_plugin import Run
from mlflow_ws_plugin.errors import RunFileNotFound
from mlflow_ws_plugin.sdk.capture import logs as logs_module
from tests.integration.children import wait_until
from tests.sdk.capture.conftest import Begin


@pytest.fixture(autouse=True)
def _on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWS_CAPTURE_LOGS", "1")


@pytest.fixture
def logs(folder: Path) -> Path:
    """The folder `logs/`, empty."""
    made = folder / "logs"
    made.mkdir()
    return made


def read(run: Run, name: str) -> bytes:
    """Return what is in a file of a run; nothing where it has none."""
    try:
        return run._history.files.read(run.id, name)
    except RunFileNotFound:
        return b""


def append(path: Path, data: bytes) -> None:
    """Write to the end of a file."""
    with path.open("ab") as file:
        file.write(data)


def test_lines_are_followed_while_they_are_written(begin: Begin, logs: Path) -> None:
    assert logs_module.EVERY_S < 1
    run = begin()
    append(logs / "train.log", b"one\n")
    wait_until(lambda: read(run, "logs/train.log") == b"one\n", limit_s=10)
    append(logs / "train.log", b"two\n")
    wait_until(lambda: read(run, "logs/train.log") == b"one\ntwo\n", limit_s=10)
    append(logs / "train.log", b"last, without an end")
    run.complete()
    assert read(run, "logs/train.log") == b"one\ntwo\nlast, without an end"


def test_the_folder_may_come_later(begin: Begin, folder: Path) -> None:
    run = begin()
    (folder / "logs" / "deep").mkdir(parents=True)
    append(folder / "logs" / "deep" / "a.log", b"text")
    run.flush()
    assert read(run, "logs/deep/a.log") == b"text"


def test_what_was_there_before_is_left_out(begin: Begin, logs: Path) -> None:
    append(logs / "old.log", b"of another run\n")
    append(logs / "both.log", b"of another run\n")
    run = begin()
    append(logs / "both.log", b"of this run\n")
    run.complete()
    assert run.get_file_names() == ["logs/both.log"]
    assert read(run, "logs/both.log") == b"of this run\n"


def test_a_file_begun_anew_is_read_from_its_beginning(begin: Begin, logs: Path) -> None:
    run = begin()
    append(logs / "a.log", b"a long first line\n")
    run.flush()
    (logs / "a.log").write_bytes(b"short\n")
    run.complete()
    assert read(run, "logs/a.log") == b"a long first line\nshort\n"


def test_what_is_no_text_is_kept_whole_at_the_end(begin: Begin, logs: Path) -> None:
    run = begin()
    (logs / "events.bin").write_bytes(bytes(range(256)))
    run.flush()
    assert run.get_file_names() == []
    (logs / "events.bin").write_bytes(bytes(range(256)) * 2)
    run.complete()
    assert read(run, "logs/events.bin") == bytes(range(256)) * 2


def test_large_files_are_left_out_which_is_said_once(
    begin: Begin, logs: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLWS_LOG_LIMIT", "0.001")
    run = begin()
    append(logs / "a.log", b"x" * 1000)
    run.flush()
    append(logs / "a.log", b"y")
    run.flush()
    (logs / "b.bin").write_bytes(bytes(1001))
    run.complete()
    assert run.get_file_names() == ["logs/a.log"]
    assert read(run, "logs/a.log") == b"x" * 1000
    said = capfd.readouterr().err
    assert (said.count("a.log"), said.count("b.bin"), said.count("MLWS_LOG_LIMIT")) == (1, 1, 2)


def test_nothing_is_followed_after_the_end(begin: Begin, logs: Path) -> None:
    run = begin()
    run.complete()
    append(logs / "a.log", b"late")
    run.flush()
    assert run.get_file_names() == []
