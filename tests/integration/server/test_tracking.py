"""`mlflow server` over a workspace: classic tracking by MLflow's client, and the artifact proxy."""

from __future__ import annotations

import contextlib
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from tests.integration.server.serving import AT_ONCE, Served

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


def test_workers_that_open_a_new_workspace_together_all_answer(served: Served) -> None:
    assert served.first_answers == [200] * AT_ONCE
    assert [found.name for found in served.embedded.search_experiments(filter_string="name = 'Default'")] == ["Default"]


def test_what_is_logged_over_http_is_in_the_workspace(served: Served) -> None:
    experiment = served.client.create_experiment("over http ☃", tags={"a": "b"})
    run_id = served.client.create_run(experiment, run_name="remote", tags={"t": "u"}).info.run_id
    served.client.log_param(run_id, "p", "v")
    served.client.log_metric(run_id, "loss", float("nan"), step=0)
    for step in range(1, 4):
        served.client.log_metric(run_id, "loss", 1 / step, step=step)
    served.client.log_batch(run_id, [Metric("acc", i, i, i) for i in range(900)], [Param("q", "r")], [RunTag("s", "☃")])
    served.client.set_terminated(run_id)

    for client in (served.client, served.embedded):
        run = client.get_run(run_id)
        assert (run.info.run_name, run.info.status) == ("remote", "FINISHED")
        assert run.data.params == {"p": "v", "q": "r"}
        assert run.data.metrics == {"loss": pytest.approx(1 / 3), "acc": 899.0}
        assert (run.data.tags["t"], run.data.tags["s"]) == ("u", "☃")
        history = sorted(client.get_metric_history(run_id, "loss"), key=lambda metric: metric.step)
        assert [metric.step for metric in history] == [0, 1, 2, 3]
        assert history[0].value != history[0].value
        assert len(client.get_metric_history(run_id, "acc")) == 900
        assert client.get_experiment(experiment).tags["a"] == "b"


def test_what_is_logged_into_the_directory_is_seen_over_http_at_once(served: Served) -> None:
    run_id = served.embedded.create_run("0", run_name="local").info.run_id
    served.embedded.log_metric(run_id, "m", 1.5, step=7)
    run = served.client.get_run(run_id)
    assert (run.info.run_name, run.data.metrics) == ("local", {"m": 1.5})


def test_search_pages_and_filters_over_http(served: Served) -> None:
    experiment = served.client.create_experiment("searched")
    for index in range(7):
        run_id = served.client.create_run(experiment, run_name=f"r{index}").info.run_id
        served.client.log_metric(run_id, "loss", index)
    first = served.client.search_runs([experiment], "metrics.loss > 1", order_by=["metrics.loss DESC"], max_results=3)
    rest = served.client.search_runs(
        [experiment], "metrics.loss > 1", order_by=["metrics.loss DESC"], max_results=3, page_token=first.token
    )
    assert [run.info.run_name for run in [*first, *rest]] == ["r6", "r5", "r4", "r3", "r2"]
    assert rest.token is None
    names = [found.name for found in served.client.search_experiments(filter_string="name LIKE 'search%'")]
    assert names == ["searched"]


def test_errors_over_http_keep_their_codes(served: Served) -> None:
    run_id = served.client.create_run("0").info.run_id
    served.client.log_param(run_id, "p", "1")
    for code, call in {
        "RESOURCE_DOES_NOT_EXIST": lambda: served.client.get_run("0" * 32),
        "INVALID_PARAMETER_VALUE": lambda: served.client.log_param(run_id, "p", "2"),
        "RESOURCE_ALREADY_EXISTS": lambda: served.client.create_experiment("Default"),
    }.items():
        with pytest.raises(MlflowException) as caught:
            call()
        assert caught.value.error_code == code


def test_files_go_through_the_proxy_and_into_the_workspace(served: Served, tmp_path: Path) -> None:
    run_id = served.client.create_run("0").info.run_id
    source = tmp_path / "a b ☃.bin"
    source.write_bytes(bytes(range(256)) * 4000)
    served.client.log_artifact(run_id, str(source), "deep/er")
    served.client.log_text(run_id, "hello", "note.txt")

    assert served.client.get_run(run_id).info.artifact_uri.startswith("mlflow-artifacts:/")
    assert [item.path for item in served.client.list_artifacts(run_id)] == ["deep", "note.txt"]
    assert [item.file_size for item in served.client.list_artifacts(run_id, "deep/er")] == [1_024_000]
    got = served.client.download_artifacts(run_id, "deep/er", str(tmp_path))
    assert (Path(got) / source.name).read_bytes() == source.read_bytes()
    kept = served.directory / "artifacts" / "0" / run_id / "artifacts"
    assert (kept / "note.txt").read_text() == "hello"
    assert served.embedded.get_run(run_id).info.artifact_uri == kept.as_uri()
    assert Path(served.embedded.download_artifacts(run_id, "note.txt")).read_text() == "hello"


def test_files_logged_into_the_directory_are_served(served: Served, tmp_path: Path) -> None:
    run_id = served.embedded.create_run("0").info.run_id
    served.embedded.log_text(run_id, "from inside", "sub/inside.txt")
    assert Path(served.client.download_artifacts(run_id, "sub/inside.txt", str(tmp_path))).read_text() == "from inside"


@pytest.mark.parametrize(
    "path", ["../workspace.db", "..%2Fworkspace.db", "%2e%2e/workspace.db", "a/..%2f..%2fworkspace.db", "%2Fetc/passwd"]
)
def test_the_proxy_serves_nothing_outside_the_files(path: str, served: Served) -> None:
    served.embedded.create_run("0")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{served.address}/api/2.0/mlflow-artifacts/artifacts/{path}", timeout=30)
    with contextlib.closing(caught.value):
        assert 400 <= caught.value.code < 500
        assert b"SQLite format" not in caught.value.read()


def test_the_server_leaves_nothing_beside_the_workspace(served: Served) -> None:
    served.client.search_experiments()
    assert {path.name for path in served.directory.parent.iterdir()} <= {served.directory.name, "log"}


def test_a_model_is_logged_and_registered_over_http(served: Served) -> None:
    experiment = served.client.create_experiment("models")
    run_id = served.client.create_run(experiment).info.run_id
    model = served.client.create_logged_model(experiment, name="net", source_run_id=run_id, params={"k": "v"})
    served.client.finalize_logged_model(model.model_id, "READY")
    served.client.create_registered_model("served net")
    served.client.create_model_version("served net", f"runs:/{run_id}/net", run_id)

    assert served.embedded.get_logged_model(model.model_id).params == {"k": "v"}
    assert [found.model_id for found in served.client.search_logged_models([experiment])] == [model.model_id]
    assert str(served.embedded.get_model_version("served net", "1").run_id) == run_id
