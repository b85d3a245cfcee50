"""What MLflow finds through entry points, as MLflow itself finds it."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore


@pytest.fixture
def store(tracking_uri: str) -> EmbeddedTrackingStore:
    return EmbeddedTrackingStore(tracking_uri)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.txt"
    path.write_text("weights")
    return path


class TestArtifactRepository:
    def test_files_are_written_listed_read_and_deleted(
        self, tracking_uri: str, workspace_dir: Path, file: Path, tmp_path: Path
    ) -> None:
        repository = get_artifact_repository(tracking_uri)
        repository.log_artifact(str(file), "a b/c")
        assert (workspace_dir / "artifacts/a b/c/model.txt").read_text() == "weights"
        assert [found.path for found in repository.list_artifacts("a b/c")] == ["a b/c/model.txt"]
        (tmp_path / "to").mkdir()
        fetched = repository.download_artifacts("a b/c/model.txt", str(tmp_path / "to"))
        assert Path(fetched).read_text() == "weights"
        repository.delete_artifacts("a b")
        assert repository.list_artifacts() == []

    def test_a_place_below_is_the_one_of_the_runs_files(
        self, store: EmbeddedTrackingStore, tracking_uri: str, file: Path
    ) -> None:
        run = store.create_run("0", "ann", 1, [], None).info
        get_artifact_repository(run.artifact_uri).log_artifact(str(file))
        place = f"{tracking_uri}/artifacts/0/{run.run_id}/artifacts"
        assert [found.path for found in get_artifact_repository(place).list_artifacts()] == ["model.txt"]
        fetched = mlflow.artifacts.download_artifacts(f"{place}/model.txt")
        assert Path(fetched).read_text() == "weights"

    @pytest.mark.parametrize("path", ["mlws.db", "artifacts-of-mine", "a"])
    def test_what_is_no_file_of_a_run_is_refused(
        self, store: EmbeddedTrackingStore, tracking_uri: str, path: str
    ) -> None:
        store.create_experiment("e")
        with pytest.raises(
            MlflowException, match=f"{path}.* is in the workspace .*, but not among its files"
        ) as caught:
            get_artifact_repository(f"{tracking_uri}/{path}")
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE"

    def test_no_path_leaves_it(self, tracking_uri: str, file: Path) -> None:
        repository = get_artifact_repository(tracking_uri)
        for path in ("../x", "/etc", "a/../../x"):
            with pytest.raises(MlflowException):
                repository.log_artifact(str(file), path)


class TestDefaultExperiment:
    SCRIPT = "import mlflow\nwith mlflow.start_run() as run: print(run.info.experiment_id)"

    def begun_in_a_job(self, address: str, run_id: str, **environment: str) -> str:
        given = {**os.environ, "MLFLOW_TRACKING_URI": address, "MLWS_RUN_ID": run_id, **environment}
        done = subprocess.run(
            [sys.executable, "-c", self.SCRIPT], env=given, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def test_it_is_that_of_the_jobs_run(self, store: EmbeddedTrackingStore, tracking_uri: str) -> None:
        experiment_id = store.create_experiment("of the job")
        run_id = store.create_run(experiment_id, "ann", 1, [], None).info.run_id
        assert self.begun_in_a_job(tracking_uri, run_id) == experiment_id

    def test_a_chosen_one_comes_first(self, store: EmbeddedTrackingStore, tracking_uri: str) -> None:
        run_id = store.create_run(store.create_experiment("of the job"), "ann", 1, [], None).info.run_id
        chosen = store.create_experiment("chosen")
        assert self.begun_in_a_job(tracking_uri, run_id, MLFLOW_EXPERIMENT_ID=chosen) == chosen

    def test_a_run_of_another_workspace_has_no_say(self, store: EmbeddedTrackingStore, tmp_path: Path) -> None:
        run_id = store.create_run(store.create_experiment("of the job"), "ann", 1, [], None).info.run_id
        assert self.begun_in_a_job(str(uri.of(tmp_path / "another")), run_id) == "0"


class TestRequestAuth:
    def test_requests_to_a_server_carry_the_token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MLFLOW_TRACKING_AUTH", "mlws")
        monkeypatch.setenv("MLWS_TOKEN", "t0ken")
        with listening() as (address, seen):
            MlflowClient(address).get_experiment("0")
        assert seen == ["Bearer t0ken"]

    def test_without_a_token_nothing_is_sent(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("MLFLOW_TRACKING_AUTH", "mlws")
        monkeypatch.setenv("MLWS_TOKEN_FILE", str(tmp_path / "none"))
        with listening() as (address, seen), pytest.raises(Exception, match="There is no token: MLWS_TOKEN is not set"):
            MlflowClient(address).get_experiment("0")
        assert not seen


@contextmanager
def listening() -> Iterator[tuple[str, list[str | None]]]:
    """Serve one experiment, and note what requests carry in their `Authorization`."""
    seen: list[str | None] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"experiment": {"experiment_id": "0", "name": "Default"}}).encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()
