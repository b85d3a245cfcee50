"""Workspaces, experiments, and the life of a run."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Experiment, Run, Workspace
from mlflow_ws_plugin.errors import (
    ContextIncomplete,
    ExperimentNotActive,
    IllegalTransition,
    InvalidInput,
    InvalidName,
    RunExists,
    RunFileNotFound,
    RunNotFound,
)


def test_opening_a_workspace_makes_nothing(workspace_dir: Path) -> None:
    assert list(Workspace.open(workspace_dir).experiments) == ["Default"]
    assert not workspace_dir.exists()


def test_the_default_workspace_is_the_one_named_by_the_environment(
    workspace_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Workspace().get_mlflow_tracking_uri() == Workspace.open(tmp_path / ".mlws").get_mlflow_tracking_uri()
    monkeypatch.setenv("MLWS_WORKSPACE", str(workspace_dir))
    assert Workspace().get_mlflow_tracking_uri() == Workspace.open(workspace_dir).get_mlflow_tracking_uri()
    monkeypatch.setenv("MLWS_WORKSPACE", Workspace.open(workspace_dir).get_mlflow_tracking_uri())
    assert Workspace().name == workspace_dir.name


def test_the_tracking_uri_is_absolute_and_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Workspace.open("a b#c").get_mlflow_tracking_uri() == f"mlws://{tmp_path}/a%20b%23c"


def test_an_experiment_is_begun_once(workspace: Workspace) -> None:
    first, second = Experiment(workspace, "digits"), Experiment(workspace, "digits")
    assert (first.id, first.name) == (second.id, "digits")
    assert list(workspace.experiments) == ["Default", "digits"]
    assert workspace.experiments["digits"].id == first.id


def test_a_run_knows_itself(workspace: Workspace, run: Run) -> None:
    again = workspace.get_run(run.id)
    assert (again.id, again.name, again.experiment.name) == (run.id, run.name, "digits")
    assert (run.number, run.status, run.parameters, run.properties, run.tags) == (1, "Running", {}, {}, {})
    assert Run(run.experiment, run.id).number == 1
    assert len(run.id) == 32


def test_a_run_may_have_an_id_and_a_name_of_its_own(workspace: Workspace) -> None:
    experiment = Experiment(workspace, "digits")
    run = experiment.start_logging(name="best", run_id="digits_1700000000_0a1b2c3d")
    assert (run.name, workspace.get_run(run.id).name) == ("best", "best")
    with pytest.raises(RunExists, match=run.id):
        experiment.start_logging(run_id=run.id)
    for run_id in ("", "../x", "a b", "x" * 257):
        with pytest.raises(InvalidName):
            experiment.start_logging(run_id=run_id)
    assert experiment.start_logging().number == 2


def test_complete_ends_a_run_and_twice_is_fine(run: Run) -> None:
    run.complete()
    run.complete()
    assert run.status == "Completed"
    with pytest.raises(IllegalTransition, match="Completed and cannot become Failed"):
        run.fail()


@pytest.mark.parametrize(
    ("details", "code", "expected"),
    [(None, None, None), ("no data", None, "no data"), ("no data", "E7", "E7: no data"), (ValueError("x"), None, "x")],
)
def test_fail_keeps_why(run: Run, details: str | BaseException | None, code: str | None, expected: str | None) -> None:
    run.fail(details, code)
    recorded = run.error
    assert run.status == "Failed"
    assert recorded == expected or (isinstance(details, ValueError) and recorded == "ValueError: x")


def test_what_is_no_workspace_is_refused(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput, match=r"Workspace\.open"):
        Experiment("digits", workspace)  # type: ignore[arg-type]


def test_the_repr_of_a_run_says_which_it_is(run: Run) -> None:
    for part in (run.name, "number 1", "'digits'", "Running", run.id):
        assert part in repr(run)
    assert "'digits'" in repr(run.experiment)


def test_an_unknown_run_is_not_found(workspace: Workspace, run: Run) -> None:
    for call in (lambda: workspace.get_run("nope"), lambda: Run(run.experiment, "nope")):
        with pytest.raises(RunNotFound, match="nope"):
            call()


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 501, None])
def test_an_illegal_experiment_name_is_refused_and_nothing_is_made(workspace_dir: Path, name: str) -> None:
    with pytest.raises(InvalidName):
        Experiment(Workspace.open(workspace_dir), name)
    assert not workspace_dir.exists()


def test_a_deleted_experiment_is_not_begun_again(workspace: Workspace, run: Run) -> None:
    MlflowClient(workspace.get_mlflow_tracking_uri()).delete_experiment(run.experiment.id)
    with pytest.raises(ExperimentNotActive):
        Experiment(workspace, "digits")


def test_files_are_listed_and_downloaded(
    workspace: Workspace, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = MlflowClient(workspace.get_mlflow_tracking_uri())
    client.log_text(run.id, "one", "a/one.txt")
    client.log_text(run.id, "two", "two.txt")
    assert run.get_file_names() == ["a/one.txt", "two.txt"]
    monkeypatch.chdir(tmp_path)
    run.download_file("a/one.txt")
    run.download_file("two.txt", "new/folder/2.txt")
    (tmp_path / "there").mkdir()
    run.download_file("two.txt", tmp_path / "there")
    found = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt")]
    assert {"one.txt", "new/folder/2.txt", "there/two.txt"} <= set(found)
    with pytest.raises(RunFileNotFound, match=r"'three.txt'.*a/one.txt, two.txt"):
        run.download_file("three.txt")
    with pytest.raises(InvalidName):
        run.download_file("../../workspace.db")


def test_a_run_and_a_workspace_can_be_pickled(run: Run) -> None:
    copy = pickle.loads(pickle.dumps(run))
    copy.log("m", 1)
    assert run.get_metrics() == {"m": 1}


def test_a_run_of_another_experiment_is_not_found_there(workspace: Workspace, run: Run) -> None:
    with pytest.raises(RunNotFound, match="'other'"):
        Run(Experiment(workspace, "other"), run.id)


def test_a_closed_standard_error_does_not_stop_a_run(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWS_QUIET", "0")
    closed = open(os.devnull, "w")  # noqa: PTH123, SIM115
    closed.close()
    for stderr in (closed, None):
        monkeypatch.setattr(sys, "stderr", stderr)
        assert Experiment(workspace, "e").start_logging().status == "Running"


class TestContext:
    """`Run.get_context()`."""

    def test_outside_a_job_it_is_one_run_of_the_default_workspace_until_it_ends(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        run = Run.get_context()
        run.log("m", 1)
        assert Run.get_context().id == run.id
        assert Workspace().get_run(run.id).get_metrics() == {"m": 1}
        run.complete()
        assert Run.get_context().id != run.id

    def test_in_a_job_it_is_the_run_of_the_job(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MLWS_RUN_ID", run.id)
        monkeypatch.setenv("MLWS_WORKSPACE", run.experiment.workspace.get_mlflow_tracking_uri())
        assert Run.get_context(allow_offline=False).id == run.id

    def test_half_a_jobs_environment_is_refused(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MLWS_RUN_ID", run.id)
        with pytest.raises(ContextIncomplete, match="MLWS_WORKSPACE"):
            Run.get_context()

    def test_without_a_job_none_is_begun_if_that_is_not_allowed(self) -> None:
        with pytest.raises(ContextIncomplete, match="start_logging"):
            Run.get_context(allow_offline=False)
