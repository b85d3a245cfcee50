"""What a run is, all in one, and its name and description through both mouths."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import unquote, urlsplit

import mlflow
import numpy as np
import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Run, Workspace
from mlflow_ws_plugin.errors import InvalidName

LOG = "one line\nanother\n"


@pytest.fixture
def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client on the workspace."""
    return MlflowClient(workspace.get_mlflow_tracking_uri())


@pytest.fixture
def logged(run: Run, client: MlflowClient) -> Run:
    """A run with two logs and another file."""
    client.log_text(run.id, LOG, "logs/train.log")
    client.log_text(run.id, "out", "user_logs/std_log.txt")
    client.log_text(run.id, "x", "outputs/model.txt")
    return run


def path_of(address: str) -> Path:
    return Path(unquote(urlsplit(address).path))


class TestGetDetails:
    """`get_details` and what is like it."""

    def test_it_has_the_names_of_the_old_sdk(self, run: Run, client: MlflowClient) -> None:
        run.set_tags({"a": "b"})
        run.add_properties({"data": "v1"})
        client.log_param(run.id, "lr", 0.1)
        details = run.get_details()
        seen = client.get_run(run.id)
        assert {key: details[key] for key in ("runId", "name", "number", "type", "target", "status")} == {
            "runId": run.id,
            "name": run.name,
            "number": 1,
            "type": None,
            "target": "local",
            "status": "Running",
        }
        assert (details["tags"], details["properties"]) == ({"a": "b"}, {"data": "v1"})
        assert (details["parameters"], details["submittedBy"]) == ({"lr": "0.1"}, seen.info.user_id)
        assert details["runDefinition"] == {"script": seen.data.tags["mlflow.source.name"]}
        assert (details["inputDatasets"], details["outputDatasets"], details["logFiles"]) == ([], [], {})
        assert not {"endTimeUtc", "error"} & set(details)

    def test_times_are_utc(self, run: Run, client: MlflowClient) -> None:
        client.set_terminated(run.id, end_time=1_700_000_000_123)
        details = run.get_details()
        assert details["endTimeUtc"] == "2023-11-14T22:13:20.123Z"
        began = datetime.strptime(details["startTimeUtc"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
        assert int(began.timestamp() * 1000) == client.get_run(run.id).info.start_time

    def test_it_says_why_a_run_failed(self, run: Run) -> None:
        assert run.get_detailed_status() == {"status": "Running", "details": None}
        run.fail("no data", "E7")
        assert run.get_details()["error"] == {"error": {"message": "E7: no data"}}
        assert run.get_detailed_status() == {"status": "Failed", "details": "E7: no data"}

    def test_it_lists_datasets_that_mlflow_logged(self, workspace: Workspace) -> None:
        workspace.make_mlflow_default()
        with mlflow.start_run() as active:
            mlflow.log_input(mlflow.data.from_numpy(np.arange(3), name="numbers"), context="training")
        (dataset,) = workspace.get_run(active.info.run_id).get_details()["inputDatasets"]
        assert (dataset["name"], dataset["context"]) == ("numbers", "training")

    def test_logs_have_an_address_or_their_text(self, logged: Run) -> None:
        files = logged.get_details()["logFiles"]
        assert list(files) == ["logs/train.log", "user_logs/std_log.txt"]
        assert path_of(files["logs/train.log"]).read_text() == LOG
        assert logged.get_details_with_logs()["logFiles"] == {"logs/train.log": LOG, "user_logs/std_log.txt": "out"}

    def test_get_status_follows_mlflow(self, run: Run, client: MlflowClient) -> None:
        assert run.get_status() == "Running"
        client.set_terminated(run.id, "KILLED")
        assert run.get_status() == run.status == "Canceled"


class TestLogs:
    """`get_all_logs`."""

    def test_they_are_copied_and_nothing_else_is(self, logged: Run, tmp_path: Path) -> None:
        copies = logged.get_all_logs(tmp_path / "copies")
        assert [Path(copy).relative_to(tmp_path / "copies").as_posix() for copy in copies] == [
            "logs/train.log",
            "user_logs/std_log.txt",
        ]
        assert Path(copies[0]).read_text() == LOG

    def test_without_a_destination_they_go_to_assets(
        self, logged: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert len(logged.get_all_logs()) == 2
        assert (tmp_path / "assets" / logged.id / "logs" / "train.log").read_text() == LOG

    def test_a_run_without_logs_has_none(self, run: Run, tmp_path: Path) -> None:
        assert run.get_all_logs(tmp_path / "copies") == []


class TestNames:
    """`display_name`, `description`, `type`."""

    def test_mlflow_sees_the_display_name_and_sets_it(self, run: Run, client: MlflowClient) -> None:
        run.display_name = "best"
        seen = client.get_run(run.id)
        assert (seen.info.run_name, seen.data.tags["mlflow.runName"], run.name) == ("best", "best", "best")
        client.update_run(run.id, name="better")
        assert run.display_name == "better"
        with pytest.raises(InvalidName):
            run.display_name = ""

    def test_mlflow_sees_the_description_and_sets_it(self, run: Run, client: MlflowClient) -> None:
        assert run.description is None
        run.description = "the **best** one"
        assert client.get_run(run.id).data.tags["mlflow.note.content"] == "the **best** one"
        client.set_tag(run.id, "mlflow.note.content", "not so good")
        assert run.description == "not so good"
        assert run.tags == {}
        run.description = None
        assert run.description is None
        with pytest.raises(InvalidName, match="8001"):
            run.description = "x" * 8001

    def test_a_run_has_no_type_of_itself(self, run: Run) -> None:
        assert run.type is None


def test_the_portal_url_is_the_folder_of_its_files(logged: Run, client: MlflowClient) -> None:
    assert logged.get_portal_url() == client.get_run(logged.id).info.artifact_uri
    assert (path_of(logged.get_portal_url()) / "outputs" / "model.txt").read_text() == "x"


def test_a_notebook_shows_it_with_its_markup_escaped(run: Run) -> None:
    run.display_name = "<b>"
    shown = run._repr_html_()
    assert "&lt;b&gt; (number 1)" in shown
    assert "<b>" not in shown
    assert run.id in shown
