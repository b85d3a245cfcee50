"""Files of models: registered from the user's disk, downloaded, moved with the workspace, removed."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Experiment, Model, Run, Workspace
from mlflow_ws_plugin.errors import (
    InvalidName,
    ModelFilesNotFound,
    SourceNotFound,
    StorageError,
    TargetExists,
    TargetUnwritable,
)
from tests.integration.children import started

LOGGED_BY_MLFLOW = pytest.mark.filterwarnings("ignore")  # about type hints and pickles; they change with every version


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model of the user in three files."""
    folder = tmp_path / "my net #1 50%"
    (folder / "inner").mkdir(parents=True)
    for name in ("weights.txt", "inner/layers.txt", "notes.md"):
        (folder / name).write_text(name)
    return folder


def contents(place: Path) -> dict[str, str]:
    """Return the files below a place, by name, hidden ones too."""
    return {path.relative_to(place).as_posix(): path.read_text() for path in place.rglob("*") if path.is_file()}


def test_a_folder_comes_back_as_that_folder(workspace: Workspace, folder: Path, tmp_path: Path) -> None:
    model = Model.register(workspace, folder, "net")
    expected = contents(folder)
    shutil.rmtree(folder)
    path = model.download(tmp_path / "new" / "there")
    assert Path(path) == tmp_path / "new" / "there" / "my net #1 50%"
    assert contents(Path(path)) == expected
    assert [*(tmp_path / "new" / "there").iterdir()] == [Path(path)]


def test_a_file_comes_back_as_that_file(
    workspace: Workspace, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model.register(workspace, folder / "weights.txt", "net")
    monkeypatch.chdir(tmp_path)
    assert Path(model.download()) == Path("weights.txt")
    assert Path("weights.txt").read_text() == "weights.txt"
    workspace.make_mlflow_default()
    assert Path(mlflow.artifacts.download_artifacts(model.url)).read_text() == "weights.txt"


def test_a_file_of_a_run_is_downloaded_without_those_beside_it(run: Run, tmp_path: Path) -> None:
    for name in ("outputs/my #1 50%.txt", "outputs/other.txt", "top.txt"):
        run.upload_file(name, io.StringIO(name))
    workspace = run.experiment.workspace
    one = run.register_model("one", "outputs/my #1 50%.txt").download(tmp_path / "one")
    assert Path(one).name == "my #1 50%.txt"
    assert Path(one).read_text() == "outputs/my #1 50%.txt"
    run.register_model("all", "outputs")
    assert sorted(contents(Path(Model(workspace, "all").download(tmp_path)))) == ["my #1 50%.txt", "other.txt"]
    assert Path(run.register_model("top", "top.txt").download(tmp_path)).read_text() == "top.txt"


def test_only_some_of_a_folder_are_registered_if_so_wanted(workspace: Workspace, folder: Path, tmp_path: Path) -> None:
    model = Model.register(workspace, folder, "net", child_paths=["weights.txt", "./inner"])
    assert sorted(contents(Path(model.download(tmp_path / "x")))) == ["inner/layers.txt", "weights.txt"]
    with pytest.raises(SourceNotFound, match=r"'other\.txt' in '.*my net #1 50%'\. Check child_paths"):
        Model.register(workspace, folder, "net", child_paths=["other.txt"])


def test_a_copy_in_the_workspace_is_no_link_to_the_users_file(workspace: Workspace, folder: Path) -> None:
    Model.register(workspace, folder, "net")
    (folder / "weights.txt").write_text("changed")
    place = Path(Model.get_model_path("net", _workspace=workspace))
    assert (place / "weights.txt").read_text() == "weights.txt"
    assert workspace._history.artifacts in place.parents


def test_a_model_is_found_in_place_by_name_and_version(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Model.register(workspace, folder / "weights.txt", "net")
    Model.register(workspace, folder / "notes.md", "net")
    monkeypatch.setenv("MLWS_WORKSPACE", workspace.get_mlflow_tracking_uri())
    assert Path(Model.get_model_path("net")).read_text() == "notes.md"
    assert Path(Model.get_model_path("net", version=1)).read_text() == "weights.txt"


def test_nothing_is_registered_of_what_cannot_be_read_or_named(
    workspace: Workspace, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceNotFound, match=r"no file in '.*empty'"):
        Model.register(workspace, tmp_path / "empty", "net")
    with pytest.raises(SourceNotFound, match="nowhere"):
        Model.register(workspace, tmp_path / "nowhere", "net")
    for name in ("", "a/b"):
        with pytest.raises(InvalidName):
            Model.register(workspace, folder, name)
    assert Model.list(workspace) == []
    assert contents(workspace._history.artifacts) == {}


def test_what_is_there_is_refused_unless_it_may_be_replaced(workspace: Workspace, folder: Path, tmp_path: Path) -> None:
    model = Model.register(workspace, folder, "net")
    target = tmp_path / "there" / folder.name
    target.mkdir(parents=True)
    (target / "weights.txt").write_text("mine")
    (target / "mine.txt").write_text("mine")
    before = contents(target.parent)
    with pytest.raises(TargetExists, match=r"There is '.*50%' already\. Pass exist_ok=True"):
        model.download(target.parent)
    assert contents(target.parent) == before
    model.download(target.parent, exist_ok=True)
    assert contents(target) == {**contents(folder), "mine.txt": "mine"}
    model.download(str(target.parent), exists_ok=True)
    assert isinstance(TargetExists("x"), FileExistsError)


def test_a_folder_is_never_replaced_by_a_file_nor_a_file_by_a_folder(
    workspace: Workspace, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "a" / "weights.txt").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / folder.name).write_text("mine")
    with pytest.raises(TargetExists, match="is a folder"):
        Model.register(workspace, folder / "weights.txt", "file").download(tmp_path / "a", exist_ok=True)
    with pytest.raises(TargetExists, match="is a file"):
        Model.register(workspace, folder, "folder").download(tmp_path / "b", exist_ok=True)
    assert contents(tmp_path / "b") == {folder.name: "mine"}


def test_a_place_that_cannot_be_written_is_named(workspace: Workspace, folder: Path, tmp_path: Path) -> None:
    model = Model.register(workspace, folder, "net")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(TargetUnwritable, match=r"file.*cannot be written"):
        model.download(tmp_path / "file" / "below")


def test_what_was_registered_through_a_server_is_downloaded_without_it(
    run: Run, workspace: Workspace, folder: Path, tmp_path: Path
) -> None:
    """A server over the workspace records its own addresses of the same files."""
    run.upload_folder("my net", folder)
    address = workspace.get_mlflow_tracking_uri()
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    client.create_registered_model("net")
    place = workspace._history.files.place(run.id).relative_to(workspace._history.artifacts)
    client.create_model_version("net", f"mlflow-artifacts:/{place}/my%20net", run.id)
    assert contents(Path(workspace.models["net"].download(tmp_path / "there"))) == contents(folder)


@pytest.mark.parametrize("source", ["mlflow-artifacts:/../secret", "mlflow-artifacts:/0/gone", "foo://x/y", "http://x"])
def test_files_that_cannot_be_fetched_say_where_they_are(
    workspace: Workspace, workspace_dir: Path, source: str, tmp_path: Path
) -> None:
    address = workspace.get_mlflow_tracking_uri()
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    client.create_registered_model("net")
    client.create_model_version("net", source)
    (workspace_dir / "artifacts").mkdir()
    (workspace_dir / "secret").write_text("secret")
    with pytest.raises(StorageError, match=f"net:1 cannot be fetched from {source}"):
        Model(workspace, "net").download(tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_files_that_are_gone_are_missed_and_never_replaced_by_others(
    run: Run, workspace: Workspace, folder: Path, tmp_path: Path
) -> None:
    run.upload_file("artifacts/weights.txt", folder / "weights.txt")
    made = run.register_model("net", "artifacts")
    shutil.rmtree(workspace._history.files.place(run.id, "artifacts"))
    with pytest.raises(ModelFilesNotFound, match=r"net:1 are not at .*artifacts any more\. Restore them"):
        made.download(tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_a_deleted_model_takes_its_own_copy_with_it_and_nothing_else(
    run: Run, workspace: Workspace, folder: Path, tmp_path: Path
) -> None:
    run.upload_folder("net", folder)
    run.register_model("of run", "net").delete()
    assert "net/weights.txt" in run.get_file_names()
    first, second = (Model.register(workspace, folder, "net") for _ in range(2))
    first.delete()
    assert contents(Path(second.download(tmp_path / "second"))) == contents(folder)
    address = workspace.get_mlflow_tracking_uri()
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    client.copy_model_version("models:/net/2", "copy")
    second.delete()
    copy = Model(workspace, "copy")
    client.create_registered_model("part")
    client.create_model_version("part", f"{client.get_model_version_download_uri('copy', '1')}/inner")
    client.create_registered_model("odd")
    client.create_model_version("odd", f"{workspace._history.artifacts.as_uri()}/registered/../{run.experiment.id}")
    Model(workspace, "odd").delete()
    assert contents(Path(copy.download(tmp_path / "copy"))) == contents(folder)
    copy.delete()
    part = Model(workspace, "part")
    assert contents(Path(part.download(tmp_path / "part"))) == {"layers.txt": "inner/layers.txt"}
    part.delete()
    assert contents(workspace._history.artifacts / "registered") == {}
    assert "net/weights.txt" in run.get_file_names()


@LOGGED_BY_MLFLOW
def test_a_model_that_mlflow_logged_and_registered_is_the_same_object(workspace: Workspace, tmp_path: Path) -> None:
    linear = pytest.importorskip("sklearn.linear_model", reason="needs scikit-learn")
    workspace.make_mlflow_default()
    mlflow.set_experiment("fitted")
    with mlflow.start_run() as active:
        fitted = linear.LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
        info = mlflow.sklearn.log_model(fitted, name="regression", registered_model_name="line")
    mlflow.register_model(f"runs:/{active.info.run_id}/regression", "again")
    mlflow.register_model(f"models:/{info.model_id}", "third")
    assert [*workspace.models] == ["again", "line", "third"]
    for name, model in workspace.models.items():
        path = model.download(tmp_path / "there")
        assert Path(path) == tmp_path / "there" / name
        assert mlflow.sklearn.load_model(path).predict([[3.0]]) == pytest.approx([6.0])
        assert model.run is not None
        assert (model.run.id, model.experiment_name) == (active.info.run_id, "fitted")


@LOGGED_BY_MLFLOW
@pytest.mark.parametrize("keep", [True, False], ids=["copied", "moved"])
def test_a_model_is_downloaded_also_after_the_workspace_was_moved_or_copied(
    keep: bool, workspace: Workspace, workspace_dir: Path, folder: Path, tmp_path: Path
) -> None:
    class Doubler(mlflow.pyfunc.PythonModel):
        """A model that takes no library to load."""

        def predict(self, model_input: list[float]) -> list[float]:
            return [2 * value for value in model_input]

    run = Experiment(workspace, "digits").start_logging()
    run.upload_folder("outputs/net", folder)
    run.register_model("of run", "outputs/net")
    run.register_model("file of run", "outputs/net/weights.txt")
    Model.register(workspace, folder, "own")
    workspace.make_mlflow_default()
    with mlflow.start_run():
        mlflow.pyfunc.log_model(name="doubler", python_model=Doubler(), registered_model_name="logged")
    workspace.close()
    elsewhere = tmp_path / "else where"
    shutil.copytree(workspace_dir, elsewhere)
    shutil.rmtree(workspace_dir / "artifacts" if keep else workspace_dir)

    models = Workspace.open(elsewhere).models
    assert contents(Path(models["of run"].download(tmp_path / "1"))) == contents(folder)
    assert Path(models["file of run"].download(tmp_path / "2")).read_text() == "weights.txt"
    assert contents(Path(models["own"].download(tmp_path / "3"))) == contents(folder)
    assert (Path(models["logged"].download(tmp_path / "4")) / "MLmodel").is_file()
    assert models["of run"].run is not None
    assert models["of run"].run.id == run.id


REGISTERS = """
import sys
from mlflow_ws_plugin import Model, Workspace
workspace = Workspace.open(sys.argv[1])
for _ in range(5):
    print(Model.register(workspace, sys.argv[2], "net", tags={"by": sys.argv[3]}).version)
"""


def test_processes_that_register_one_name_at_once_get_different_versions(
    workspace: Workspace, workspace_dir: Path, folder: Path, tmp_path: Path
) -> None:
    outputs = [tmp_path / f"versions{number}" for number in range(2)]
    with outputs[0].open("w") as one, outputs[1].open("w") as two:
        command = [sys.executable, "-c", REGISTERS, workspace_dir, folder]
        with started([*command, "1"], stdout=one) as first, started([*command, "2"], stdout=two) as second:
            assert (first.wait(), second.wait()) == (0, 0)
    versions = [int(line) for output in outputs for line in output.read_text().split()]
    assert sorted(versions) == [*range(1, 11)]
    assert len({Model.get_model_path("net", version, workspace) for version in versions}) == 10
