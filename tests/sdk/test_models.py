"""Models made of a run's files, in MLflow's registry of the workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Model, Run, Workspace
from mlflow_ws_plugin.errors import InvalidName, RunFileNotFound


@pytest.fixture
def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client on the workspace and its registry."""
    address = workspace.get_mlflow_tracking_uri()
    return MlflowClient(tracking_uri=address, registry_uri=address)


@pytest.fixture
def trained(run: Run, client: MlflowClient) -> Run:
    """A run with a model in two files."""
    client.log_text(run.id, "weights", "outputs/net/weights.txt")
    client.log_text(run.id, "layers", "outputs/net/layers.txt")
    return run


def test_mlflow_finds_it_with_everything_that_was_said_of_it(trained: Run, client: MlflowClient) -> None:
    model = trained.register_model(
        "net",
        "outputs/net",
        {"stage": "test"},
        {"data": "v1"},
        model_framework="PyTorch",
        model_framework_version="2.2",
        description="the **best**",
        datasets=[("training", None)],
    )
    tags = {
        "stage": "test",
        "mlws.property.data": "v1",
        "mlws.model.framework": "PyTorch",
        "mlws.model.framework_version": "2.2",
    }
    assert (model.name, model.version, model.id, model.url) == ("net", 1, "net:1", "models:/net/1")
    assert (model.run_id, model.tags, model.properties) == (trained.id, {"stage": "test"}, {"data": "v1"})
    assert (model.framework, model.framework_version, model.description) == ("PyTorch", "2.2", "the **best**")
    assert model == Model(trained.experiment.workspace, "net")
    seen = client.get_model_version("net", "1")
    assert (seen.run_id, seen.tags, seen.description) == (trained.id, tags, "the **best**")
    (found,) = client.search_model_versions("name = 'net'")
    assert found.version == model.version


def test_its_files_are_downloaded_by_its_address(trained: Run, tmp_path: Path) -> None:
    trained.experiment.workspace.make_mlflow_default()
    model = trained.register_model("net", model_path="./outputs/net/")
    mlflow.artifacts.download_artifacts(model.url, dst_path=str(tmp_path / "there"))
    assert {path.name: path.read_text() for path in (tmp_path / "there").rglob("*.txt")} == {
        "weights.txt": "weights",
        "layers.txt": "layers",
    }


def test_names_need_not_be_escaped(run: Run, client: MlflowClient, tmp_path: Path) -> None:
    client.log_text(run.id, "weights", "net #1/my weights 50%.txt")
    run.experiment.workspace.make_mlflow_default()
    model = run.register_model("net", "net #1/my weights 50%.txt")
    path = mlflow.artifacts.download_artifacts(model.url, dst_path=str(tmp_path / "there"))
    assert Path(path).read_text() == "weights"


def test_each_time_it_is_a_new_version(trained: Run) -> None:
    versions = [trained.register_model("net", "outputs/net/weights.txt").version for _ in range(3)]
    assert versions == [1, 2, 3]


def test_the_path_is_the_name_where_none_is_given(run: Run, client: MlflowClient) -> None:
    client.log_text(run.id, "x", "net")
    assert run.register_model("net").url == "models:/net/1/net"


def test_what_a_model_says_of_itself_cannot_be_assigned(trained: Run) -> None:
    model = trained.register_model("net", "outputs/net")
    for name in ("name", "version", "tags", "aliases", "run_id"):
        with pytest.raises(AttributeError):
            setattr(model, name, "x")


def test_the_name_of_a_prompt_is_no_name_of_a_model(trained: Run, client: MlflowClient) -> None:
    trained.experiment.workspace.make_mlflow_default()
    client.register_prompt("greeting", "Hello {{name}}")
    with pytest.raises(InvalidName, match="'greeting' is the name of a prompt"):
        trained.register_model("greeting", "outputs/net")
    assert "greeting" not in trained.experiment.workspace.models


@pytest.mark.parametrize("path", ["outputs/ne", "model.pkl", "net"])
def test_a_file_that_is_not_there_is_refused_with_those_that_are(trained: Run, client: MlflowClient, path: str) -> None:
    with pytest.raises(RunFileNotFound, match=rf"{path}'.*outputs/net/layers\.txt, outputs/net/weights\.txt"):
        trained.register_model("net", path)
    assert client.search_registered_models() == []


def test_a_run_without_files_says_so(run: Run) -> None:
    with pytest.raises(RunFileNotFound, match="no files"):
        run.register_model("net")


@pytest.mark.parametrize(
    "arguments",
    [
        {"model_name": "", "model_path": "outputs/net"},
        {"model_name": "a/b:c", "model_path": "outputs/net"},
        {"model_name": "net", "model_path": "../net"},
        {"model_name": "net", "model_path": "outputs/net", "tags": {"": 1}},
        {"model_name": "net", "model_path": "outputs/net", "properties": {"k": "x" * 8001}},
    ],
)
def test_what_is_not_legal_registers_nothing(trained: Run, client: MlflowClient, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidName):
        trained.register_model(**arguments)
    assert client.search_registered_models() == []
