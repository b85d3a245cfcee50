"""`Run.get_context()` outside a job: which run it is when either mouth has begun some."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Experiment, Run, Workspace
from mlflow_ws_plugin.errors import ContextIncomplete, WorkspaceUnwritable


@pytest.fixture(autouse=True)
def _default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `tmp_path/default` the default workspace."""
    monkeypatch.setenv("MLWS_WORKSPACE", str(tmp_path / "default"))


def ids(workspace: Workspace) -> set[str]:
    return {run.id for experiment in workspace.experiments.values() for run in experiment.get_runs()}


class TestMlflowsRun:
    """MLflow has an active run."""

    def test_in_any_workspace_it_is_that_run(self, workspace: Workspace) -> None:
        workspace.make_mlflow_default()
        with mlflow.start_run() as active:
            mlflow.log_metric("m", 1)
            for allow_offline in (True, False):
                run = Run.get_context(allow_offline)
                assert run.id == active.info.run_id
            run.log("m", 2)
            run.tag("native", "yes")
            assert mlflow.get_run(run.id).data.tags["native"] == "yes"
        assert run.get_metrics() == {"m": [1.0, 2.0]}
        assert run.status == "Completed"
        assert (ids(workspace), ids(Workspace())) == ({run.id}, set())

    def test_nested_it_is_the_inner_one(self, workspace: Workspace) -> None:
        workspace.make_mlflow_default()
        with mlflow.start_run() as outer:
            with mlflow.start_run(nested=True) as inner:
                assert Run.get_context().id == inner.info.run_id
            assert Run.get_context().id == outer.info.run_id

    def test_a_native_run_that_mlflow_took_up_is_it(self, run: Run) -> None:
        run.experiment.workspace.make_mlflow_default()
        with mlflow.start_run(run.id):
            assert Run.get_context().id == run.id

    def test_it_is_found_after_the_current_directory_changed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        mlflow.set_tracking_uri("mlws:relative")
        with mlflow.start_run() as active:
            (tmp_path / "elsewhere").mkdir()
            monkeypatch.chdir(tmp_path / "elsewhere")
            assert Run.get_context().id == active.info.run_id

    def test_elsewhere_it_is_not(self, tmp_path: Path) -> None:
        mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
        mlflow.create_experiment("foreign", (tmp_path / "files").as_uri())
        mlflow.set_experiment("foreign")
        with mlflow.start_run() as active:
            run = Run.get_context()
        assert run.id != active.info.run_id
        assert ids(Workspace()) == {run.id}

    def test_nor_when_mlflow_was_pointed_at_another_workspace_since(self, workspace: Workspace, tmp_path: Path) -> None:
        workspace.make_mlflow_default()
        with mlflow.start_run() as active:
            Workspace.open(tmp_path / "other").make_mlflow_default()
            assert Run.get_context().id != active.info.run_id
            workspace.make_mlflow_default()
            assert Run.get_context().id == active.info.run_id

    def test_once_it_has_ended_another_is_begun(self, workspace: Workspace) -> None:
        workspace.make_mlflow_default()
        with mlflow.start_run() as active:
            pass
        assert Run.get_context().id != active.info.run_id


class TestNativeRun:
    """`start_logging` or `get_context` has begun a run in the default workspace."""

    def test_it_is_that_run_and_no_second_is_begun(self) -> None:
        run = Experiment(Workspace(), "e").start_logging()
        assert Run.get_context(allow_offline=False).id == Run.get_context().id == run.id
        assert ids(Workspace()) == {run.id}

    def test_it_is_the_newest_that_goes_on(self) -> None:
        experiment = Experiment(Workspace(), "e")
        first, second = experiment.start_logging(), experiment.start_logging()
        assert Run.get_context().id == second.id
        second.complete()
        assert Run.get_context().id == first.id
        first.fail()
        assert Run.get_context().id not in (first.id, second.id)

    def test_threads_that_ask_at_once_begin_one(self) -> None:
        together = threading.Barrier(8)

        def ask(_: int) -> str:
            together.wait(10)
            return Run.get_context().id

        with ThreadPoolExecutor(8) as pool:
            (found,) = set(pool.map(ask, range(8)))
        assert ids(Workspace()) == {found}

    def test_its_children_are_not_it(self) -> None:
        run = Run.get_context()
        run.child_run()
        run.create_children(2)
        assert Run.get_context().id == run.id

    def test_one_that_is_deleted_is_not_it(self) -> None:
        run = Run.get_context()
        MlflowClient(Workspace().get_mlflow_tracking_uri()).delete_run(run.id)
        assert Run.get_context().id != run.id

    def test_one_of_another_workspace_is_not(self, run: Run) -> None:
        assert Run.get_context().id != run.id


def test_it_is_a_run_like_any_other() -> None:
    run = Run.get_context()
    run.log("m", 1.0, step=3)
    run.add_properties({"a": "b"})
    child = run.child_run()
    assert (run.experiment.name, run.number, run.status, run.parent) == ("Default", 1, "Running", None)
    assert (run.get_metrics(), run.properties, run.get_details()["runId"]) == ({"m": 1.0}, {"a": "b"}, run.id)
    assert child.parent is not None
    run.complete()
    assert MlflowClient(Workspace().get_mlflow_tracking_uri()).get_run(run.id).info.status == "FINISHED"


def test_where_nothing_can_be_written_the_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLWS_WORKSPACE")
    monkeypatch.chdir("/proc")
    with pytest.raises(WorkspaceUnwritable, match=r"/proc/\.mlws .* MLWS_WORKSPACE"):
        Run.get_context()


def test_the_old_arguments_and_name_are_accepted() -> None:
    run = Run.get_context(True, False, _batch_upload_metrics=False)
    assert Run.get_submitted_run().id == run.id
    run.complete()
    with pytest.raises(ContextIncomplete):
        Run.get_context(allow_offline=False, used_for_context_manager=True)


def test_mlflow_is_not_imported_for_it(tmp_path: Path) -> None:
    script = (
        "import sys; from mlflow_ws_plugin import Run; Run.get_context().complete(); print('mlflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_workers_forked_from_a_process_work_for_its_run(tmp_path: Path) -> None:
    script = """
import multiprocessing
from mlflow_ws_plugin import Run

def work(number):
    run = Run.get_context()
    run.log("m", number)
    return run.id

run = Run.get_context()
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert set(pool.map(work, range(8))) == {run.id}
run.complete()
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=True, cwd=tmp_path)
    (run,) = Workspace.open(tmp_path / "default").experiments["Default"].get_runs()
    assert run.status == "Completed"
    assert sorted(run.get_metrics()["m"]) == list(range(8))
