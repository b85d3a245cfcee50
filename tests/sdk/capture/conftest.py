"""Folders to work in."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mlflow_ws_plugin import Experiment, Run, Workspace

Begin = Callable[..., Run]


@pytest.fixture
def begin(workspace: Workspace) -> Begin:
    """Begins a run in the current directory."""
    return Experiment(workspace, "digits").start_logging


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, in which there is nothing."""
    made = tmp_path / "work"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs git in the current directory, which is a repository with one commit of `train.py`."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "me")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "me@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    def ask(*question: str) -> str:
        return subprocess.run(["git", *question], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()

    (folder / "train.py").write_text("print(1)\n")
    ask("init", "--initial-branch", "trunk")
    ask("add", "train.py")
    ask("commit", "--message", "first")
    return ask
