"""The model registry of a workspace."""

from __future__ import annotations

import shutil
from pathlib import Path

import mlflow
import pytest

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.plugin.mlflow_database import database_address
from mlflow_ws_plugin.plugin.registry_store import here


def register(directory: Path) -> None:
    """Log a model into a workspace and register it, as a logged model and from a run."""

    class Doubler(mlflow.pyfunc.PythonModel):
        """A model that takes no library to load."""

        def predict(self, model_input: list[float]) -> list[float]:
            return [2 * value for value in model_input]

    mlflow.set_tracking_uri(str(uri.of(directory)))
    mlflow.set_registry_uri(str(uri.of(directory)))
    with mlflow.start_run() as run:
        mlflow.pyfunc.log_model(name="doubler", python_model=Doubler(), registered_model_name="doubler")
        mlflow.log_text("old style", "plain/file.txt")
    client = mlflow.MlflowClient()
    client.create_registered_model("plain")
    client.create_model_version("plain", f"{run.info.artifact_uri}/plain", run.info.run_id)


@pytest.mark.filterwarnings("ignore")  # MLflow's own, about type hints and pickles, change with every version
@pytest.mark.parametrize("keep", [True, False], ids=["copied", "moved"])
def test_registered_models_are_found_after_the_workspace_was_moved_or_copied(
    keep: bool, workspace_dir: Path, tmp_path: Path
) -> None:
    register(workspace_dir)
    elsewhere = tmp_path / "else where"
    shutil.copytree(workspace_dir, elsewhere)
    shutil.rmtree(workspace_dir / "artifacts" if keep else workspace_dir)

    mlflow.set_tracking_uri(str(uri.of(elsewhere)))
    mlflow.set_registry_uri(str(uri.of(elsewhere)))
    model = mlflow.pyfunc.load_model("models:/doubler/1")
    assert list(model.predict([1.0, 2.5])) == [2.0, 5.0]
    folder = mlflow.artifacts.download_artifacts("models:/plain/1", dst_path=str(tmp_path / "download"))
    assert (Path(folder) / "file.txt").read_text() == "old style"


def test_a_location_outside_every_workspace_stays(tmp_path: Path) -> None:
    (tmp_path / "artifacts").mkdir()
    for location in ("s3://bucket/artifacts/x", "file:///data/x", "file:///x/artifacts", "mlflow-artifacts:/0/x"):
        assert here(location, tmp_path / "artifacts") == location


@pytest.mark.parametrize("name", ["plain", "a b#", "50%", "100%25", "why?"])
def test_the_address_of_a_database_names_its_file(name: str, tmp_path: Path) -> None:
    from sqlalchemy import create_engine

    path = tmp_path / name / "a.db"
    path.parent.mkdir()
    engine = create_engine(database_address(path))
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
        connection.commit()
    engine.dispose()
    assert path.stat().st_size
