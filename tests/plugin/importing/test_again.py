"""It is started again: after an interrupt, after the source has grown, and over records from elsewhere."""

from __future__ import annotations

import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.plugin.importing.moving import move
from tests.integration.children import environment, started, wait_until
from tests.plugin.importing import content
from tests.plugin.importing.everything import everything

pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning", "ignore::ResourceWarning")

RUNS, POINTS = 20, 1000


@pytest.fixture
def many(tmp_path: Path) -> str:
    """A database with some runs of some points, each with a file."""
    address = f"sqlite:///{tmp_path}/many.db"
    client = MlflowClient(address)
    experiment = client.create_experiment("many", (tmp_path / "artifacts").as_uri())
    for number in range(RUNS):
        run_id = client.create_run(experiment, number, run_name=f"run {number}").info.run_id
        client.log_batch(run_id, [Metric("loss", number / (step + 1), step, step) for step in range(POINTS)])
        client.log_batch(run_id, [Metric("gain", float(step), step, step) for step in range(POINTS // 10)])
        client.log_text(run_id, f"{number}" * 1000, "note.txt")
        client.set_terminated(run_id, end_time=number + 1)
    return address


def importing(address: str) -> list[str]:
    """Return the command."""
    return [sys.executable, "-m", "mlflow_ws_plugin.cli", "import", "mlflow", address, "--format", "json"]


STAGES: dict[str, Callable[[Path], bool]] = {
    "at the beginning": lambda place: (place / "workspace.db").exists(),
    "among the points": lambda place: _rows(place, "SELECT count(*) > 3 FROM series"),
    "among the files": lambda place: len(list(place.glob("artifacts/*/*/artifacts/note.txt"))) > 3,
}


def _rows(place: Path, query: str) -> bool:
    if not (place / "workspace.db").exists():
        return False
    connection = sqlite3.connect(place / "workspace.db")
    try:
        return bool(connection.execute(query).fetchone()[0])
    except sqlite3.OperationalError:
        return False  # its tables are being made
    finally:
        connection.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("stage", STAGES)
def test_after_an_interrupt_it_ends_as_if_there_had_been_none(
    stage: str, how: signal.Signals, many: str, tmp_path: Path, workspace_dir: Path, tracking_uri: str
) -> None:
    env = environment(MLWS_WORKSPACE=str(workspace_dir))
    with started(importing(many), env=env, stdout=-3, stderr=-3) as process:
        wait_until(lambda: STAGES[stage](workspace_dir) or process.poll() is not None)
        process.send_signal(how)
        process.wait()
    assert move(many, workspace_dir).is_clean
    whole = tmp_path / "whole"
    assert move(many, whole).is_clean
    assert everything(tracking_uri, with_traces=False) == everything(f"mlws://{whole}", with_traces=False)
    assert everything(tracking_uri, with_traces=False) == everything(many, with_traces=False)
    assert not list(workspace_dir.glob("artifacts/**/artifacts/.*"))


def test_what_has_grown_is_brought_up_to_date(growing: str, workspace_dir: Path, tracking_uri: str) -> None:
    move(growing, workspace_dir)
    client = MlflowClient(growing, growing)
    experiment = client.get_experiment_by_name("digits").experiment_id
    (run,) = client.search_runs([experiment], "attributes.run_name = 'goes on'")
    run_id = run.info.run_id
    client.log_batch(run_id, [Metric("late", 1.0, 5, 5), Metric("late", 2.0, 3, 9)])
    client.log_param(run_id, "p", "new")
    client.set_tag(run_id, "t", "new")
    client.log_text(run_id, "new", "new.txt")
    client.set_terminated(run_id, "FAILED", 77)
    (first,) = client.search_runs([experiment], "attributes.run_name = 'first'")
    client.log_batch(first.info.run_id, [Metric("loss", 0.5, 1, 150), Metric("loss", 0.5, 10**14, 300)])
    client.log_text(first.info.run_id, "other", "note.txt")
    client.set_experiment_tag(experiment, "team", "b")
    client.rename_experiment(experiment, "numbers")
    client.create_run("0", run_name="new")
    client.update_registered_model("net", "Another.")
    client.set_registered_model_alias("net", "champion", "1")
    client.create_model_version("net", "s3://elsewhere/new")
    for model in client.search_logged_models([experiment], "name = 'pending'"):
        client.finalize_logged_model(model.model_id, "FAILED")
        client.set_logged_model_tags(model.model_id, {"late": "yes"})
    report = move(growing, workspace_dir)
    assert report.differences == []
    assert report.tallies["metric points"].written == 4
    assert everything(tracking_uri, with_traces=content.WITH_TRACES) == everything(
        growing, with_traces=content.WITH_TRACES
    )


@pytest.mark.parametrize("with_points", [False, True])
def test_what_was_put_into_the_bin_or_taken_out_is_so_here(
    with_points: bool, growing: str, workspace_dir: Path, tracking_uri: str
) -> None:
    move(growing, workspace_dir)
    client = MlflowClient(growing, growing)
    client.restore_experiment(client.get_experiment_by_name("old").experiment_id)
    experiment = client.get_experiment_by_name("digits").experiment_id
    (run,) = client.search_runs([experiment], "attributes.run_name = 'first'")
    if with_points:
        client.log_metric(run.info.run_id, "loss", 9.0, 9, 9)
    client.delete_run(run.info.run_id)
    assert move(growing, workspace_dir).differences == []
    assert everything(tracking_uri, with_traces=False) == everything(growing, with_traces=False)


def test_a_run_from_elsewhere_is_never_written(many: str, tmp_path: Path, workspace_dir: Path) -> None:
    moved = f"sqlite:///{tmp_path}/moved.db"
    move(many, workspace_dir)
    (tmp_path / "many.db").rename(tmp_path / "moved.db")
    client = MlflowClient(moved)
    assert move(moved, workspace_dir).is_clean  # all of it is equal, wherever it came from
    (run,) = client.search_runs([client.get_experiment_by_name("many").experiment_id], max_results=1)
    run_id = run.info.run_id
    client.log_metric(run_id, "loss", 5.0, 5, 5000)
    client.set_tag(run_id, "t", "new")
    client.log_text(run_id, "other", "note.txt")
    before = _run(workspace_dir, run_id)
    report = move(moved, workspace_dir)
    assert {(one.kind, one.field) for one in report.differences if one.record.startswith(run_id)} == {
        ("metric points", "step 5000 at 5 ms"),
        ("tags", "t"),
        ("files", "note.txt"),
    }
    assert _run(workspace_dir, run_id) == before


def _run(place: Path, run_id: str) -> Any:
    return everything(str(uri.of(place)), with_traces=False)["runs"][run_id]


def test_what_was_added_here_is_told_and_stays(many: str, workspace_dir: Path, tracking_uri: str) -> None:
    move(many, workspace_dir)
    client = MlflowClient(tracking_uri)
    (run,) = client.search_runs([client.get_experiment_by_name("many").experiment_id], max_results=1)
    run_id = run.info.run_id
    client.log_metric(run_id, "loss", -1.0, 1, 1)
    client.set_tag(run_id, "mine", "yes")
    RunHistory(workspace_dir).files.put(
        run_id, [("mine.txt", b"mine")]
    )  # MLflow's client remembers the run's old place
    report = move(many, workspace_dir)
    assert sorted((one.kind, one.field, one.source) for one in report.differences) == [
        ("files", "mine.txt", "nothing"),
        ("metric points", "step 1 at 1 ms", "nothing"),
        ("tags", "mine", "nothing"),
    ]
    assert client.get_run(run_id).data.tags["mine"] == "yes"


def test_a_file_that_cannot_be_read_stops_no_other(many: str, tmp_path: Path, workspace_dir: Path) -> None:
    files = sorted((tmp_path / "artifacts").glob("*/artifacts/note.txt"))
    assert len(files) == RUNS
    files[3].unlink()
    files[3].symlink_to(tmp_path / "nowhere")
    report = move(many, workspace_dir)
    assert not report.is_clean
    assert [(one.kind, one.field) for one in report.differences] == [("files", "not copied")]
    assert files[3].parts[-3] in report.differences[0].record
    assert report.tallies["files"].written == RUNS - 1
    assert report.tallies["runs"].written == RUNS
