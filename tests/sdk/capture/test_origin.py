"""Where a run comes from: git, packages, machine."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Run, Workspace
from mlflow_ws_plugin.sdk.capture.git import state_of, without_credentials
from mlflow_ws_plugin.sdk.capture.machine import command
from tests.sdk.capture.conftest import Begin


@pytest.fixture
def captured(begin: Begin) -> Begin:
    """Begins a run, and returns it when everything of its beginning is recorded."""

    def begun() -> Run:
        run = begin()
        run.flush()
        return run

    return begun


def text(run: Run, name: str) -> str:
    """Return the text of a file of a run."""
    return run._history.files.read(run.id, name).decode()


class TestGit:
    """The state of the repository."""

    @pytest.fixture(autouse=True)
    def _on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MLWS_CAPTURE_GIT", "1")
        monkeypatch.setattr(sys, "argv", ["train.py"])

    def test_a_clean_repository(self, workspace: Workspace, captured: Begin, git: Callable[..., str]) -> None:
        git("remote", "add", "origin", "https://me:secret@example.org/a/b.git?token=secret")
        commit = git("rev-parse", "HEAD")
        remote = "https://example.org/a/b.git"
        run = captured()
        assert run.properties == {
            "git.commit": commit,
            "git.branch": "trunk",
            "git.remote": remote,
            "git.dirty": "False",
        }
        tags = MlflowClient(workspace.get_mlflow_tracking_uri()).get_run(run.id).data.tags
        assert tags["mlflow.source.git.commit"] == commit
        assert tags["mlflow.source.git.branch"] == "trunk"
        assert tags["mlflow.source.git.repoURL"] == remote
        assert run.get_file_names() == []

    def test_uncommitted_changes_are_kept_so_that_they_can_be_applied(
        self, captured: Begin, folder: Path, git: Callable[..., str]
    ) -> None:
        (folder / "train.py").write_text("print(2)\n")
        (folder / "staged.bin").write_bytes(bytes(range(256)))
        git("add", "staged.bin")
        run = captured()
        assert run.properties["git.dirty"] == "True"
        (folder / "kept.diff").write_bytes(run._history.files.read(run.id, "system/git.diff"))
        git("reset", "--hard")
        git("apply", "kept.diff")
        assert (folder / "train.py").read_text() == "print(2)\n"
        assert (folder / "staged.bin").read_bytes() == bytes(range(256))

    def test_a_detached_head_has_no_branch(self, captured: Begin, git: Callable[..., str]) -> None:
        git("checkout", "--detach")
        found = captured().properties
        assert "git.branch" not in found
        assert len(found["git.commit"]) == 40

    def test_the_scripts_repository_is_found_from_elsewhere(
        self, captured: Begin, folder: Path, git: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "argv", [str(folder / "train.py")])
        monkeypatch.chdir("/")
        assert captured().properties["git.commit"] == git("rev-parse", "HEAD")

    @pytest.mark.usefixtures("folder")
    def test_outside_a_repository_there_is_nothing(self, captured: Begin) -> None:
        assert captured().properties == {}

    def test_without_git_there_is_nothing(
        self, captured: Begin, git: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert git("status") != ""
        monkeypatch.setenv("PATH", "")
        assert captured().properties == {}

    def test_a_repository_without_commits(self, folder: Path, git: Callable[..., str]) -> None:
        git("checkout", "--orphan", "fresh")
        found = state_of([folder])
        assert found is not None
        assert (found.commit, found.branch, found.remote, found.diff) == ("", "fresh", "", b"")


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ("https://example.org/a.git", "https://example.org/a.git"),
        ("https://token@example.org/a.git", "https://example.org/a.git"),
        ("https://user:pass@word@example.org:8443/a.git", "https://example.org:8443/a.git"),
        ("http://user:secret@example.org/a.git?private_token=secret#x", "http://example.org/a.git"),
        ("ssh://git:secret@example.org:22/a.git", "ssh://git@example.org:22/a.git"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("/srv/git/a.git", "/srv/git/a.git"),
        ("file:///srv/git/a.git", "file:///srv/git/a.git"),
        ("", ""),
    ],
)
def test_a_remote_is_shown_without_credentials(remote: str, shown: str) -> None:
    assert without_credentials(remote) == shown


class TestMachine:
    """Command line, script, Python and host."""

    @pytest.fixture(autouse=True)
    def _on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MLWS_CAPTURE_MACHINE", "1")

    def test_they_are_properties_and_the_script_is_a_file(
        self, captured: Begin, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "src").mkdir()
        (folder / "src" / "train.py").write_text("print(1)\n")
        monkeypatch.setattr(sys, "argv", ["src/train.py", "--alpha", "0.5", "a b"])
        run = captured()
        assert run.properties == {
            "command": "src/train.py --alpha 0.5 'a b'",
            "script": "src/train.py",
            "python.version": platform.python_version(),
            "host": platform.node(),
            "process": str(os.getpid()),
        }
        assert text(run, "system/train.py") == "print(1)\n"

    @pytest.mark.usefixtures("folder")
    def test_names_that_are_no_utf_8_are_shown(self, captured: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "argv", ["\udcff.py", "\udcfe"])
        run = captured()
        assert run.properties["command"] == r"'\udcff.py' '\udcfe'"
        assert run.get_details()["runDefinition"] == {"script": r"\udcff.py"}

    def test_a_notebook_is_not_the_program_that_runs_it(
        self, captured: Begin, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "ipykernel_launcher.py").write_text("print(1)\n")
        monkeypatch.setattr(sys, "argv", ["ipykernel_launcher.py", "-f", "kernel.json"])
        run = captured()
        assert "script" not in run.properties
        assert run.get_file_names() == []

    @pytest.mark.usefixtures("folder")
    def test_at_a_prompt_there_is_no_script(self, captured: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "argv", ["-c"])
        run = captured()
        assert "script" not in run.properties
        assert run.get_file_names() == []


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["t.py", "--password", "x", "--lr", "1"], "t.py --password '***' --lr 1"),
        (["t.py", "--api-key=x", "--monkey=y"], "t.py '--api-key=***' --monkey=y"),
        (["t.py", "--hf_token=x", "-v"], "t.py '--hf_token=***' -v"),
        (["t.py", "--use-token", "--lr", "1"], "t.py --use-token --lr 1"),
        (["t.py", "--db-passwd", "x", "y"], "t.py --db-passwd '***' y"),
    ],
)
def test_values_that_sound_like_secrets_are_hidden(arguments: list[str], shown: str) -> None:
    assert command(arguments) == shown


def test_packages_are_a_file_that_pip_reads(captured: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWS_CAPTURE_PACKAGES", "1")
    run = captured()
    assert run.properties == {}
    lines = text(run, "system/packages.txt").splitlines()
    assert f"mlflow=={importlib.metadata.version('mlflow')}" in lines
    assert lines == sorted(lines, key=lambda line: line.partition("==")[0].lower())
    assert all("==" in line for line in lines)


def test_everything_can_be_turned_off(captured: Begin, folder: Path) -> None:
    (folder / "outputs").mkdir()
    run = captured()
    assert run.properties == {}
    (folder / "outputs" / "a.txt").write_text("a")
    run.complete()
    assert run.get_file_names() == []


def test_a_wrong_setting_is_said_and_the_run_goes_on(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLWS_HEARTBEAT_INTERVAL", "often")
    run = begin()
    assert "MLWS_HEARTBEAT_INTERVAL='often'" in capfd.readouterr().err
    monkeypatch.setenv("MLWS_HEARTBEAT_INTERVAL", "15")
    run.complete()
    assert run.status == "Completed"
