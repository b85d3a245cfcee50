"""`mlws models list`, `show` and `download`."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlflow_ws_plugin import Model, Run, Workspace
from tests.cli.conftest import Mlws


@pytest.fixture
def models(workspace: Workspace, run: Run, tmp_path: Path) -> list[Model]:
    """Two versions of `net`, the first of a run and called best, and one of `other`."""
    (tmp_path / "weights.txt").write_text("weights")
    run.upload_file("outputs/first.txt", tmp_path / "weights.txt")
    first = run.register_model("net", "outputs/first.txt", {"kind": "test"}, {"data": "v1"}, model_framework="Onnx")
    first.set_alias("best")
    rest = [Model.register(workspace, tmp_path / "weights.txt", name) for name in ("net", "other")]
    return [first, *rest]


@pytest.mark.usefixtures("models")
def test_models_are_listed_newest_first_by_their_latest_versions(mlws: Mlws) -> None:
    def listed(*args: str) -> list[tuple[str, int]]:
        return [(row["name"], row["version"]) for row in mlws("models", "list", *args, "--format", "json").json()]

    assert listed() == [("other", 1), ("net", 2)]
    assert listed("net") == [("net", 2), ("net", 1)]
    assert listed("--all") == [("other", 1), ("net", 2), ("net", 1)]


def test_a_table_has_a_line_for_each_model(mlws: Mlws, models: list[Model]) -> None:
    header, *lines = mlws("models", "list", "net").out.splitlines()
    assert header.split() == ["name", "version", "aliases", "stage", "run_id", "created"]
    assert lines[1].split() == ["net", "1", "best", models[0].run_id, f"{models[0].created_time:%Y-%m-%dT%H:%M:%SZ}"]


def test_a_model_is_shown_whole(mlws: Mlws, models: list[Model]) -> None:
    shown = mlws("models", "show", "net@best", "--format", "json").json()
    assert shown == mlws("models", "show", "net:1", "--format", "json").json()
    assert shown.pop("created")
    assert shown == {
        "name": "net",
        "version": 1,
        "aliases": ["best"],
        "stage": None,
        "run_id": models[0].run_id,
        "experiment_name": "digits",
        "framework": "Onnx",
        "framework_version": None,
        "description": "",
        "url": "models:/net/1/first.txt",
        "properties": {"data": "v1"},
        "tags": {"kind": "test"},
    }
    assert mlws("models", "show", "net", "--format", "json").json()["version"] == 2


@pytest.mark.usefixtures("models")
def test_a_download_says_where_the_copy_is_and_replaces_only_if_told_to(mlws: Mlws, tmp_path: Path) -> None:
    target = tmp_path / "there" / "first.txt"
    done = mlws("models", "download", "net@best", target.parent)
    assert (done.code, done.out) == (0, f"{target}\n")
    assert target.read_text() == "weights"
    target.write_text("mine")
    done = mlws("models", "download", "net:1", target.parent)
    assert (done.code, done.out, target.read_text()) == (1, "", "mine")
    assert str(target) in done.err
    assert mlws("models", "download", "net:1", target.parent, "--replace").code == 0
    assert target.read_text() == "weights"


def test_an_at_may_be_part_of_a_name(mlws: Mlws, run: Run) -> None:
    run.upload_file("net", __file__)
    run.register_model("me@home", "net")
    assert mlws("models", "show", "me@home", "--format", "json").json()["name"] == "me@home"


@pytest.mark.usefixtures("models")
def test_a_model_that_is_not_there_is_an_error_in_one_line(mlws: Mlws) -> None:
    for given, says in (("nut", "'nut'"), ("net:7", "version=7"), ("net:x", "'net:x'"), ("net@worst", "'worst'")):
        done = mlws("models", "show", given)
        assert (done.code, done.out) == (1, "")
        *_, line = done.err.splitlines()
        assert line.startswith("mlws: ")
        assert says in line


def test_an_empty_workspace_has_no_models(mlws: Mlws, workspace_dir: Path) -> None:
    done = mlws("models", "list", "--format", "json")
    assert done.json() == []
    assert f"No model is registered in {workspace_dir}" in done.err
    assert not workspace_dir.exists()
