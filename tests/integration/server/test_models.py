"""Files of models, for clients on another machine than the server's: none of them may be given a path."""

from __future__ import annotations

from pathlib import Path

import mlflow
import pytest

from mlflow_ws_plugin import Workspace
from mlflow_ws_plugin.sdk.model import Model
from tests.integration.server.serving import Served

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


def fetched(served: Served, address: str, folder: Path) -> dict[str, str]:
    """Return the files at an address, as a client of the server gets them."""
    mlflow.set_tracking_uri(served.address)
    mlflow.set_registry_uri(served.address)
    folder.mkdir(exist_ok=True)
    top = Path(mlflow.artifacts.download_artifacts(address, dst_path=str(folder)))
    return {str(path.relative_to(top)): path.read_text() for path in top.rglob("*") if path.is_file()}


def place(served: Served, name: str, version: str) -> str:
    return str(served.client.get_model_version_download_uri(name, version))


def test_a_model_of_a_run_in_the_directory_comes_through_the_server(served: Served, tmp_path: Path) -> None:
    run_id = served.embedded.create_run("0").info.run_id
    served.embedded.log_text(run_id, "weights", "net é/weights.txt")
    served.embedded.create_registered_model("of the directory")
    source = f"{served.embedded.get_run(run_id).info.artifact_uri}/net é"
    served.embedded.create_model_version("of the directory", source, run_id)
    assert place(served, "of the directory", "1").startswith("mlflow-artifacts:/0/")
    assert fetched(served, "models:/of the directory/1", tmp_path / "to") == {"weights.txt": "weights"}


def test_a_native_model_comes_through_the_server(served: Served, tmp_path: Path) -> None:
    (tmp_path / "net.txt").write_text("weights")
    with Workspace.open(served.directory) as workspace:
        Model.register(workspace, str(tmp_path / "net.txt"), "native net")
    assert place(served, "native net", "1").startswith("mlflow-artifacts:/")
    assert fetched(served, "models:/native net/1", tmp_path / "to") == {"net.txt": "weights"}


def test_a_logged_model_registered_through_the_server_comes_through_it(served: Served, tmp_path: Path) -> None:
    (tmp_path / "weights.txt").write_text("weights")
    model = served.client.create_logged_model("0", name="net")
    served.client.log_model_artifacts(model.model_id, str(tmp_path))
    served.client.finalize_logged_model(model.model_id, "READY")
    served.client.create_registered_model("logged net")
    served.client.create_model_version("logged net", f"models:/{model.model_id}", model_id=model.model_id)
    assert place(served, "logged net", "1").startswith("mlflow-artifacts:/0/models/")
    assert served.embedded.get_model_version_download_uri("logged net", "1").startswith("file:///")
    assert fetched(served, "models:/logged net/1", tmp_path / "to") == {"weights.txt": "weights"}
