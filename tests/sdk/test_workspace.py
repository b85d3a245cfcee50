"""How a workspace is found: by default, by directory, by name, and by configuration file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Experiment, Run, Workspace
from mlflow_ws_plugin.errors import (
    InvalidConfig,
    InvalidInput,
    InvalidName,
    WorkspaceExists,
    WorkspaceNotFound,
    WorkspaceUnwritable,
)

AZURE = {"subscription_id": "0000", "resource_group": "rg", "workspace_name": "ml-team"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory that is the current one."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    return project


def directory(workspace: Workspace) -> Path:
    return workspace._uri.directory


def written(path: Path, said: object) -> Path:
    """Return a configuration file, written now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(said if isinstance(said, str) else json.dumps(said))
    return path


class TestDefault:
    """`Workspace()`."""

    def test_it_is_in_the_current_directory(self, project: Path) -> None:
        assert directory(Workspace()) == project / ".mlws"
        assert not (project / ".mlws").exists()

    def test_the_nearest_configuration_file_is_followed(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        written(project.parent / "mlws.json", {"workspace": "far"})
        written(project / "mlws.json", {"workspace": "near"})
        (project / "a" / "b").mkdir(parents=True)
        monkeypatch.chdir(project / "a" / "b")
        assert directory(Workspace()) == project / "near"

    def test_the_environment_goes_before_a_configuration_file(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written(project / "mlws.json", {"workspace": "configured"})
        monkeypatch.setenv("MLWS_WORKSPACE", str(project / "chosen"))
        assert directory(Workspace()) == project / "chosen"

    @pytest.mark.parametrize("said", [{"workspace": "x"}, {"model_type": "bert"}, [], "not json"])
    def test_other_programs_config_json_is_not_ours(self, project: Path, said: object) -> None:
        written(project / "config.json", said)
        assert directory(Workspace()) == project / ".mlws"


class TestConfig:
    """`from_config` and `write_config`."""

    def test_what_is_written_is_found(self, project: Path) -> None:
        workspace = Workspace.open("elsewhere/ws")
        assert workspace.write_config() == project / "mlws.json"
        assert directory(Workspace.from_config()) == directory(Workspace()) == project / "elsewhere" / "ws"

    def test_a_workspace_within_the_project_moves_with_it(self, project: Path, tmp_path: Path) -> None:
        run = Experiment(Workspace.open("ws"), "e").start_logging()
        run.experiment.workspace.write_config()
        project.rename(tmp_path / "moved")
        assert Workspace.from_config(tmp_path / "moved").get_run(run.id).id == run.id

    def test_one_outside_the_project_is_named_by_its_whole_path(self, project: Path, tmp_path: Path) -> None:
        path = Workspace.open(tmp_path / "ws #1").write_config(project / "new" / "folder", "other.json")
        assert json.loads(path.read_text()) == {"workspace": str(tmp_path / "ws #1")}
        assert directory(Workspace.from_config("new/folder", _file_name="other.json")) == tmp_path / "ws #1"
        assert directory(Workspace.from_config(path)) == tmp_path / "ws #1"

    @pytest.mark.parametrize("place", ["mlws.json", ".azureml/config.json", "aml_config/config.json"])
    @pytest.mark.parametrize("said", ["ws", "mlws:{project}/ws", "{project}/ws"])
    def test_a_file_may_have_the_places_and_spellings_of_either_sdk(self, project: Path, place: str, said: str) -> None:
        written(project / place, {"workspace": said.format(project=project)})
        assert directory(Workspace.from_config()) == project / "ws"

    @pytest.mark.parametrize("place", [".azureml/config.json", "aml_config/config.json", "config.json"])
    def test_one_of_the_old_sdk_means_the_directory_of_that_name(self, project: Path, place: str) -> None:
        written(project / place, AZURE)
        assert directory(Workspace.from_config(auth=None)) == project / "ml-team"
        assert directory(Workspace.from_config(project / place)) == project / "ml-team"

    def test_without_one_it_says_what_it_looked_for(self, project: Path) -> None:
        with pytest.raises(WorkspaceNotFound, match=r"mlws\.json.*write_config"):
            Workspace.from_config()
        with pytest.raises(WorkspaceNotFound, match=r"mine\.json"):
            Workspace.from_config(project, _file_name="mine.json")

    def test_a_path_that_is_not_there_is_not_searched_above(self, project: Path) -> None:
        written(project / "mlws.json", {"workspace": "ws"})
        with pytest.raises(WorkspaceNotFound, match=r"missing\.json is not there"):
            Workspace.from_config("missing.json")

    def test_a_name_that_was_chosen_is_found_by_it_even_config_json(self, project: Path) -> None:
        Workspace.open("ws").write_config(file_name="config.json")
        assert directory(Workspace.from_config(_file_name="config.json")) == project / "ws"

    @pytest.mark.parametrize(
        ("said", "says"),
        [
            ("{", "cannot be read"),
            ([], "no JSON object"),
            ({}, "names no workspace"),
            ({"workspace": 5}, "names no workspace"),
            ({"workspace": "mlws://host/x"}, "three slashes"),
        ],
    )
    def test_a_broken_one_is_refused_with_its_path(self, project: Path, said: object, says: str) -> None:
        written(project / "mlws.json", said)
        for call in (Workspace, Workspace.from_config):
            with pytest.raises(InvalidConfig, match=rf"project/mlws\.json.*{says}"):
                call()

    def test_an_old_name_that_leads_elsewhere_is_refused(self, project: Path) -> None:
        written(project / "config.json", {"workspace_name": "../../etc"})
        with pytest.raises(InvalidName, match="is a path"):
            Workspace.from_config()

    def test_where_it_cannot_be_written_that_is_said(self, project: Path) -> None:
        (project / "file").write_text("")
        with pytest.raises(WorkspaceUnwritable, match="file"):
            Workspace().write_config(project / "file")

    def test_the_environment_goes_before_one_that_is_not_named(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written(project / "mlws.json", {"workspace": "copy"})
        monkeypatch.setenv("MLWS_WORKSPACE", str(project / "real"))
        assert directory(Workspace.from_config()) == project / "real"
        assert directory(Workspace.from_config(project)) == project / "copy"


class TestName:
    """`get`, `create`, and the old constructor."""

    def test_the_default_workspace_is_found_by_its_name(self, project: Path) -> None:
        assert directory(Workspace.get(".mlws")) == project / ".mlws"
        written(project / "config.json", AZURE)
        for found in (
            Workspace.get("ml-team", None, "0000", "rg"),
            Workspace.get(name="ml-team", subscription_id="0000", resource_group="rg"),
            Workspace("0000", "rg", "ml-team"),
            Workspace(subscription_id="0000", resource_group="rg", workspace_name="ml-team", auth=None),
        ):
            assert directory(found) == project / "ml-team"

    def test_a_created_one_is_found_beside_the_default(self, project: Path) -> None:
        made = Workspace.create("team", subscription_id="0000", location="westeurope")
        assert directory(made) == directory(Workspace.get("team")) == project / "team"
        assert (project / "team" / "workspace.db").is_file()
        with pytest.raises(WorkspaceExists, match="team"):
            Workspace.create("team")
        assert Workspace.create("team", exist_ok=True).name == "team"

    def test_an_unknown_name_makes_nothing_and_says_how_to(self, project: Path) -> None:
        (project / "src").mkdir()
        for call in (lambda: Workspace.get("src"), lambda: Workspace("0", "rg", "src")):
            with pytest.raises(WorkspaceNotFound, match=r"'src'.*Workspace\.create\('src'\).*MLWS_WORKSPACE"):
                call()
        assert list((project / "src").iterdir()) == []

    @pytest.mark.parametrize("name", ["", "a/b", "..", "a\\b", None])
    @pytest.mark.usefixtures("project")
    def test_a_name_is_no_path(self, name: str) -> None:
        with pytest.raises(InvalidName):
            Workspace.get(name)

    @pytest.mark.usefixtures("project")
    def test_a_directory_is_not_taken_for_a_subscription(self) -> None:
        with pytest.raises(InvalidInput, match=r"Workspace\.open\('my-workspace'\)"):
            Workspace("my-workspace")


def test_its_details_say_where_it_is(run: Run, workspace_dir: Path, tracking_uri: str) -> None:
    assert run.experiment.workspace.get_details() == {
        "id": tracking_uri,
        "name": workspace_dir.name,
        "directory": str(workspace_dir),
        "artifacts": str(workspace_dir / "artifacts"),
        "mlflowTrackingUri": tracking_uri,
        "experiments": ["Default", "digits"],
    }


def test_the_first_cell_of_old_notebooks_prints(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    print(workspace.name, workspace.resource_group, workspace.location, workspace.subscription_id, sep="\n")  # noqa: T201
    assert capsys.readouterr().out == f"{workspace.name}\nlocal\nlocal\nlocal\n"


class TestMlflowDefault:
    """`make_mlflow_default`."""

    def test_mlflow_records_runs_and_models_there(self, workspace: Workspace, tracking_uri: str) -> None:
        workspace.make_mlflow_default()
        assert (mlflow.get_tracking_uri(), mlflow.get_registry_uri()) == (tracking_uri, tracking_uri)
        with mlflow.start_run() as active:
            mlflow.log_metric("m", 1)
        assert workspace.get_run(active.info.run_id).get_metrics() == {"m": 1.0}
        MlflowClient().create_registered_model("net")
        assert [model.name for model in MlflowClient(registry_uri=tracking_uri).search_registered_models()] == ["net"]

    def test_so_do_its_subprocesses(self, workspace: Workspace, tracking_uri: str, tmp_path: Path) -> None:
        workspace.make_mlflow_default()
        script = "import mlflow; print(mlflow.get_tracking_uri(), mlflow.get_registry_uri())"
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == [tracking_uri, tracking_uri]
