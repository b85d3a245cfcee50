"""`outputs/`: what a run writes there is kept when it ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlflow_ws_plugin import Experiment, Run, Workspace
from tests.sdk.capture.conftest import Begin


@pytest.fixture(autouse=True)
def _on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWS_CAPTURE_OUTPUTS", "1")


def read(run: Run, name: str) -> bytes:
    """Return what is in a file of a run."""
    return run._history.files.read(run.id, name)


def test_new_and_changed_files_are_kept_and_old_ones_are_not(begin: Begin, folder: Path) -> None:
    outputs = folder / "outputs"
    outputs.mkdir()
    for name in ("old.txt", "appended.txt", "replaced.txt"):
        (outputs / name).write_text("before")
    run = begin()
    with (outputs / "appended.txt").open("a") as file:
        file.write(" and after")
    (outputs / "fresh.txt").write_text("after!")
    (outputs / "fresh.txt").replace(outputs / "replaced.txt")
    (outputs / "sub").mkdir()
    (outputs / "sub" / "model.bin").write_bytes(bytes(1000))
    (outputs / "gone.txt").write_text("x")
    (outputs / "gone.txt").unlink()
    assert run.get_file_names() == []
    run.complete()
    assert run.get_file_names() == ["outputs/appended.txt", "outputs/replaced.txt", "outputs/sub/model.bin"]
    assert read(run, "outputs/appended.txt") == b"before and after"
    assert read(run, "outputs/sub/model.bin") == bytes(1000)


def test_none_are_kept_if_that_is_said(begin: Begin, folder: Path) -> None:
    run = begin(outputs=False)
    (folder / "outputs").mkdir()
    (folder / "outputs" / "a.txt").write_text("a")
    run.complete()
    assert run.get_file_names() == []


def test_another_folder_can_be_named_and_a_change_of_directory_does_not_matter(
    begin: Begin, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin(outputs="results")
    (folder / "results").mkdir()
    (folder / "results" / "a.txt").write_text("a")
    monkeypatch.chdir(tmp_path)
    run.complete()
    assert run.get_file_names() == ["outputs/a.txt"]


@pytest.mark.parametrize("end", ["fail", "cancel"])
def test_they_are_kept_however_the_run_ends(begin: Begin, folder: Path, end: str) -> None:
    run = begin()
    (folder / "outputs").mkdir()
    (folder / "outputs" / "a.txt").write_text("a")
    getattr(run, end)()
    assert run.get_file_names() == ["outputs/a.txt"]


def test_the_workspace_itself_and_what_is_no_file_are_left_out(folder: Path) -> None:
    outputs = folder / "outputs"
    run = Experiment(Workspace.open(outputs / "mlws"), "e").start_logging()
    os.mkfifo(outputs / "pipe")
    (outputs / "nowhere").symlink_to(outputs / "not there")
    (outputs / "a.txt").write_text("a")
    (outputs / "link").symlink_to(outputs / "a.txt")
    run.complete()
    assert run.get_file_names() == ["outputs/a.txt", "outputs/link"]


def test_a_file_that_cannot_be_kept_is_said_and_the_others_are(
    begin: Begin, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = begin()
    outputs = folder / "outputs"
    outputs.mkdir()
    (outputs / "a.txt").write_text("a")
    (outputs / "b.txt").write_text("b")
    place = run._history.artifacts / run._info.artifact_location / "outputs" / "a.txt"
    (place / "in the way").mkdir(parents=True)
    run.complete()
    assert run.status == "Completed"
    assert read(run, "outputs/b.txt") == b"b"
    said = capfd.readouterr().err
    assert str(outputs / "a.txt") in said
    assert said.count("\n") == 1
