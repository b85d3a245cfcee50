"""The command `mlws`, in this process, and a workspace that it works on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlflow_ws_plugin import Experiment, Run, Workspace
from mlflow_ws_plugin.cli.program import main


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return what it wrote, parsed as strictly as JSON is defined."""
        return json.loads(self.out, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))


Mlws = Callable[..., Done]


@pytest.fixture
def mlws(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, workspace_dir: Path) -> Mlws:
    """Call it with arguments; the workspace is in the environment."""
    monkeypatch.setenv("MLWS_WORKSPACE", str(workspace_dir))

    def call(*args: str | Path) -> Done:
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(arg) for arg in args])
        return Done(int(caught.value.code or 0), *capfd.readouterr())

    return call


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """The workspace it works on."""
    return Workspace.open(workspace_dir)


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """A run with metrics of every kind of number."""
    run = Experiment(workspace, "digits").start_logging(name="first")
    for value in (0.5, float("nan"), float("-inf")):
        run.log("loss", value)
    run.log("size", 2**60 + 1)
    run.log("note", "a, b\nc")
    run.log_row("t", x=1, y="one")
    run.tag("kind", "test")
    return run
