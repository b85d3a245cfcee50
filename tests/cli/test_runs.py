"""`mlws runs list`, `show`, `compare` and `delete`, and `mlws experiments`."""

from __future__ import annotations

import csv
import io

import pytest

from mlflow_ws_plugin import Experiment, Run, Workspace
from tests.cli.conftest import Mlws


def test_runs_are_listed_newest_first(mlws: Mlws, workspace: Workspace, run: Run) -> None:
    run.complete()
    later = Experiment(workspace, "letters").start_logging(name="second")
    listed = mlws("runs", "list", "--format", "json").json()
    assert [row["run_id"] for row in listed] == [later.id, run.id]
    assert {key: listed[1][key] for key in ("number", "experiment", "name", "status")} == {
        "number": 1,
        "experiment": "digits",
        "name": "first",
        "status": "Completed",
    }
    assert listed[0]["duration_s"] is None
    assert listed[1]["duration_s"] >= 0
    assert [row["run_id"] for row in mlws("runs", "list", "-e", "digits", "--format", "json").json()] == [run.id]


def test_runs_begun_in_one_millisecond_are_listed_by_number(mlws: Mlws, run: Run) -> None:
    children = run.create_children(count=20)
    with run._history._database.write() as tx:
        tx.execute("UPDATE runs SET start_ms = 1")
    listed = mlws("runs", "list", "--format", "json").json()
    assert [row["number"] for row in listed] == [child.number for child in reversed(children)] + [run.number]


def test_a_cut_list_says_that_there_is_more(mlws: Mlws, workspace: Workspace) -> None:
    for _ in range(3):
        Experiment(workspace, "digits").start_logging()
    done = mlws("runs", "list", "-n", "2", "--format", "csv")
    assert len(done.out.splitlines()) == 1 + 2
    assert "more than these 2" in done.err
    done = mlws("runs", "list", "-n", "0", "--format", "csv")
    assert (len(done.out.splitlines()), done.err) == (1 + 3, "")


def test_a_table_has_aligned_columns_and_a_line_for_each_run(mlws: Mlws, run: Run) -> None:
    header, line = mlws("runs", "list").out.splitlines()
    for value, column in ((run.id, "run_id"), ("digits", "experiment"), ("Running", "status")):
        assert line.index(value) == header.index(column)


def test_a_run_is_shown_whole(mlws: Mlws, run: Run) -> None:
    run._history.files.append(run.id, "logs/a.txt", b"text")
    shown = mlws("runs", "show", run.id, "--format", "json").json()
    assert shown["metrics"] == {"loss": "-Infinity", "size": 2**60 + 1, "note": "a, b\nc", "t/x": 1, "t/y": "one"}
    assert list(shown["metrics"]) == ["loss", "size", "note", "t/x", "t/y"]
    assert shown["tags"] == {"kind": "test"}
    assert shown["files"] == ["logs/a.txt"]
    table = mlws("runs", "show", run.id).out.splitlines()
    assert any(line.split() == ["run_id", run.id] for line in table)
    assert any(line.split(maxsplit=1) == ["metrics.note", "a, b c"] for line in table)
    rows = list(csv.reader(io.StringIO(mlws("runs", "show", run.id, "--format", "csv").out)))
    assert ["metrics.note", "a, b\nc"] in rows
    assert ["metrics.loss", "-Infinity"] in rows


def test_runs_are_compared_field_by_field(mlws: Mlws, workspace: Workspace, run: Run) -> None:
    other = Experiment(workspace, "digits").start_logging(name="first")
    other.log("size", 2**60 + 1)
    run._history.runs.log_parameters(run.id, {"alpha": "0.1"})
    run._history.runs.log_parameters(other.id, {"alpha": "0.2", "beta": "1"})
    lines = {row["field"]: row for row in mlws("runs", "compare", run.id, other.id, "--format", "json").json()}
    assert lines["name"] == {"field": "name", run.id: "first", other.id: "first"}
    assert lines["parameters.alpha"] == {"field": "parameters.alpha", run.id: "0.1", other.id: "0.2"}
    assert lines["parameters.beta"] == {"field": "parameters.beta", run.id: None, other.id: "1"}
    changed = {
        row["field"] for row in mlws("runs", "compare", run.id, other.id, "--changed", "--format", "json").json()
    }
    assert {"parameters.alpha", "parameters.beta", "metrics.loss"} <= changed
    assert not {"name", "experiment", "metrics.size"} & changed


def test_deleted_runs_are_in_the_bin_all_or_none(mlws: Mlws, workspace: Workspace, run: Run) -> None:
    other = Experiment(workspace, "digits").start_logging()
    done = mlws("runs", "delete", run.id, "nope")
    assert done.code == 1
    assert len(mlws("runs", "list", "--format", "json").json()) == 2
    done = mlws("runs", "delete", run.id, other.id)
    assert (done.code, done.out) == (0, "")
    assert f'MLFLOW_TRACKING_URI="{run.experiment.workspace.get_mlflow_tracking_uri()}" mlflow runs restore' in done.err
    assert f"--run-id {run.id}" in done.err
    assert mlws("runs", "list", "--format", "json").json() == []
    assert workspace.get_run(run.id).get_metrics("size") == {"size": 2**60 + 1}


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_experiments_are_listed_oldest_first(form: str, mlws: Mlws, workspace: Workspace) -> None:
    Experiment(workspace, "Aa")
    out = mlws("experiments", "list", "--format", form).out
    assert out.index("Default") < out.index("digits") < out.index("Aa")


@pytest.mark.usefixtures("run")
def test_an_experiment_is_shown_with_its_runs_by_state(mlws: Mlws, workspace: Workspace) -> None:
    Experiment(workspace, "digits").start_logging().complete()
    shown = mlws("experiments", "show", "digits", "--format", "json").json()
    assert (shown["name"], shown["runs"], shown["states"]) == ("digits", 2, {"Running": 1, "Completed": 1})
    assert shown["lifecycle"] == "active"


def test_a_run_is_found_by_its_id_the_beginning_of_it_or_its_name(mlws: Mlws, workspace: Workspace, run: Run) -> None:
    other = Experiment(workspace, "digits").start_logging(run_id="run_2", name="second")
    twins = [Experiment(workspace, "digits").start_logging(run_id=f"twin-{index}", name="twin") for index in range(7)]
    for given, meant in ((run.id, run), (run.id[:8], run), ("first", run), ("run_", other), ("second", other)):
        assert mlws("runs", "show", given, "--format", "json").json()["run_id"] == meant.id
    for given in ("twin", "twin-"):
        done = mlws("runs", "show", given)
        assert f"{given!r} may be any of 7 runs: {twins[-1].id}" in done.err
        assert ("twin-0" in done.err, done.code) == (False, 1)
    for given in (run.id[:3], "runX", "nobody"):
        done = mlws("runs", "show", given)
        assert (given in done.err, done.out, done.code) == (True, "", 1)
    mlws("runs", "delete", "first", run.id)
    assert "first" not in mlws("runs", "list").out
