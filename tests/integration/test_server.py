"""`mlflow server` over a workspace: its REST interface, its artifact proxy, and its pages in a real browser."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from mlflow_ws_plugin import uri
from tests.integration.children import environment, free_port, started, wait_until

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOADED_MS = 60_000


@dataclass(frozen=True)
class Served:
    """A workspace, and the server over it."""

    directory: Path
    address: str

    @property
    def client(self) -> MlflowClient:
        """A client that goes through the server."""
        return MlflowClient(self.address)

    @property
    def embedded(self) -> MlflowClient:
        """A client that reads the directory itself."""
        return MlflowClient(str(uri.of(self.directory)))


def answers(address: str, process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None, "the server has ended"
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    place = tmp_path_factory.mktemp("served")
    directory, port = place / "work space #1", free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", str(uri.of(directory))]
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    env = environment(MLFLOW_DISABLE_TELEMETRY="true")
    with (
        (place / "log").open("w") as log,
        started([*command, *options], cwd=place, env=env, stdout=log, stderr=subprocess.STDOUT) as process,
    ):
        wait_until(lambda: answers(address, process))
        yield Served(directory, address)


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


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("chromium")),
            executable_path=str(CHROMIUM),
            headless=True,
            args=FLAGS,
            viewport={"width": 1400, "height": 1000},
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page()
    opened.set_default_timeout(LOADED_MS)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shown(served: Served) -> tuple[str, str]:
    """An experiment and a run with things to see."""
    client = served.embedded
    experiment = client.create_experiment("seen in a browser")
    run_id = client.create_run(experiment, run_name="visible-run").info.run_id
    for step in range(50):
        client.log_metric(run_id, "train/loss", 1 / (step + 1), step=step, timestamp=1_700_000_000_000 + step * 1000)
    client.log_metric(run_id, "accuracy", 0.8125)
    client.log_param(run_id, "learning_rate", "0.0375")
    client.set_tag(run_id, "colour", "teal")
    client.log_text(run_id, "text in the file", "notes.txt")
    client.set_terminated(run_id)
    return experiment, run_id


def picture(page: Any, place: Path, name: str) -> None:
    page.screenshot(path=str(place / f"{name}.png"))
    if folder := os.environ.get("MLWS_TEST_PICTURES"):
        shutil.copy(place / f"{name}.png", folder)


@pytest.mark.usefixtures("shown")
def test_the_page_of_experiments_lists_them(served: Served, page: Any, tmp_path: Path) -> None:
    page.goto(f"{served.address}/#/experiments")
    page.get_by_role("link", name="seen in a browser").first.wait_for()
    picture(page, tmp_path, "experiments")


def test_the_page_of_an_experiment_lists_its_runs(
    served: Served, shown: tuple[str, str], page: Any, tmp_path: Path
) -> None:
    page.goto(f"{served.address}/#/experiments/{shown[0]}/runs")
    page.get_by_text("visible-run").first.wait_for()
    picture(page, tmp_path, "runs")


def test_the_page_of_a_run_shows_its_name_parameters_and_metrics(
    served: Served, shown: tuple[str, str], page: Any, tmp_path: Path
) -> None:
    page.goto(f"{served.address}/#/experiments/{shown[0]}/runs/{shown[1]}")
    for text in ("visible-run", "learning_rate", "0.0375", "accuracy", "0.8125", "train/loss", "0.02", "teal"):
        page.get_by_text(text).first.wait_for()
    page.get_by_text("Finished").first.wait_for()
    picture(page, tmp_path, "run")


def test_the_charts_of_a_run_are_drawn(served: Served, shown: tuple[str, str], page: Any, tmp_path: Path) -> None:
    page.goto(f"{served.address}/#/experiments/{shown[0]}/runs/{shown[1]}/model-metrics")
    page.locator(".js-plotly-plot .scatterlayer .trace").first.wait_for(state="attached")
    picture(page, tmp_path, "charts")


def test_a_file_of_a_run_is_shown(served: Served, shown: tuple[str, str], page: Any, tmp_path: Path) -> None:
    page.goto(f"{served.address}/#/experiments/{shown[0]}/runs/{shown[1]}/artifacts")
    page.get_by_text("notes.txt").first.click()
    page.get_by_text("text in the file").first.wait_for()
    picture(page, tmp_path, "file")
