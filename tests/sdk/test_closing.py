"""A closed workspace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mlflow_ws_plugin import Experiment, Run, Workspace
from mlflow_ws_plugin.errors import WorkspaceClosed

USES: dict[str, Callable[[Workspace, Experiment, Run], object]] = {
    "experiment": lambda workspace, _, __: Experiment(workspace, "other"),
    "experiments": lambda workspace, _, __: workspace.experiments,
    "get_run": lambda workspace, _, run: workspace.get_run(run.id),
    "get_details": lambda workspace, _, __: workspace.get_details(),
    "start_logging": lambda _, experiment, __: experiment.start_logging(),
    "get_runs": lambda _, experiment, __: list(experiment.get_runs()),
    "archive": lambda _, experiment, __: experiment.archive(),
    "log": lambda _, __, run: run.log("loss", 2.0),
    "log_row": lambda _, __, run: run.log_row("table", x=2.0),
    "tag": lambda _, __, run: run.tag("key", "value"),
    "upload_file": lambda _, __, run: run.upload_file("here.py", __file__),
    "get_file_names": lambda _, __, run: run.get_file_names(),
    "get_metrics": lambda _, __, run: run.get_metrics(),
    "child_run": lambda _, __, run: run.child_run(),
    "fail": lambda _, __, run: run.fail("late"),
}


@pytest.fixture
def closed(tmp_path: Path) -> tuple[Workspace, Experiment, Run]:
    workspace = Workspace.open(tmp_path / "lab")
    run = Experiment(workspace, "digits").start_logging()
    run.log("loss", 1.0)
    run.complete()
    workspace.close()
    return workspace, run.experiment, run


@pytest.mark.parametrize("use", USES)
def test_every_use_is_refused_and_writes_nothing(use: str, closed: tuple[Workspace, Experiment, Run]) -> None:
    workspace, _, run = closed
    with pytest.raises(WorkspaceClosed, match=r"lab is closed\. Workspace\.open\(\) opens it again"):
        USES[use](*closed)
    again = Workspace.open(workspace._uri.directory)
    assert list(again.experiments) == ["Default", "digits"]
    (only,) = again.experiments["digits"].get_runs()
    assert (only.id, only.status, only.get_metrics(), only.get_tags()) == (run.id, "Completed", {"loss": 1.0}, {})
    assert "here.py" not in only.get_file_names()


def test_closing_twice_is_fine_and_other_objects_of_the_directory_stay_open(tmp_path: Path) -> None:
    workspace, other = Workspace.open(tmp_path), Workspace.open(tmp_path)
    run = Experiment(other, "digits").start_logging()
    workspace.close()
    workspace.close()
    run.log("loss", 1.0)
    assert run.status == "Running"
    run.complete()


def test_other_threads_are_refused_too(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path)
    run = Experiment(workspace, "digits").start_logging()
    run.complete()
    closing, raised = threading.Event(), []

    def work() -> None:
        run.log("loss", 1.0)
        opened.set()
        closing.wait(60)
        try:
            run.log("loss", 2.0)
        except WorkspaceClosed as exc:
            raised.append(exc)

    opened = threading.Event()
    thread = threading.Thread(target=work)
    thread.start()
    assert opened.wait(60)
    workspace.close()
    closing.set()
    thread.join()
    assert len(raised) == 1
    assert Workspace.open(tmp_path).get_run(run.id).get_metrics() == {"loss": 1.0}


def test_runs_that_go_on_are_ended_and_that_is_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLWS_QUIET", "0")
    (tmp_path / "train.log").write_text("epoch 1\n")
    with Workspace.open(tmp_path / "lab") as workspace:
        run = Experiment(workspace, "digits").start_logging(snapshot_directory=None)
        child = run.child_run()
        run.watch_log(tmp_path / "train.log")
    assert "and 1 more: the workspace was closed without complete(); recorded as Completed." in capfd.readouterr().err
    again = Workspace.open(tmp_path / "lab")
    assert [again.get_run(one.id).status for one in (run, child)] == ["Completed", "Completed"]
    again.get_run(run.id).download_file("logs/train.log", str(tmp_path / "copy.log"))
    assert (tmp_path / "copy.log").read_text() == "epoch 1\n"


@pytest.mark.parametrize(("error", "status"), [(ValueError("bad"), "Failed"), (KeyboardInterrupt(), "Canceled")])
def test_what_leaves_the_block_says_how_they_end(tmp_path: Path, error: BaseException, status: str) -> None:
    def train() -> None:
        with Workspace.open(tmp_path) as workspace:
            Experiment(workspace, "digits").start_logging()
            raise error

    with pytest.raises(type(error)):
        train()
    (run,) = Workspace.open(tmp_path).experiments["digits"].get_runs()
    assert run.status == status
