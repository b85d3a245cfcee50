"""A workspace as MLflow's default: runs, background logging, system metrics, datasets, models and the registry."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from tests.integration.children import answer_of, environment, run_python, wait_until

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred as AnyType:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*transition_model_version_stage.* is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated"),
    pytest.mark.filterwarnings("ignore:Starting with pandas version 4.0 all arguments of all:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The specified dataset source can be interpreted in multiple ways:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*get_latest_versions.* is deprecated:FutureWarning"),
]


@pytest.fixture
def client(tracking_uri: str) -> MlflowClient:
    """A client of the workspace, which is also what `mlflow.…` calls go to."""
    mlflow.set_tracking_uri(tracking_uri)
    return MlflowClient(tracking_uri)


@pytest.fixture
def fitted() -> Any:
    linear_model = pytest.importorskip("sklearn.linear_model", reason="needs scikit-learn")
    return linear_model.LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])


def steps(client: MlflowClient, run_id: str, key: str) -> list[int]:
    return sorted(metric.step for metric in client.get_metric_history(run_id, key))


def test_an_experiment_is_made_once_and_runs_go_to_it(client: MlflowClient) -> None:
    first = mlflow.set_experiment("my ☃ experiment")
    second = mlflow.set_experiment("my ☃ experiment")
    with mlflow.start_run(run_name="one", description="about it", tags={"a": "b"}) as run:
        mlflow.log_param("p", 1)
        mlflow.log_params({"q": "two", "r": [3]})
        mlflow.set_tag("t", "u")
        mlflow.log_metric("m", 1.5, step=3)
        mlflow.log_metrics({"m": 2.5, "n": 1}, step=4)

    assert first.experiment_id == second.experiment_id
    recorded = client.get_run(run.info.run_id)
    assert recorded.info.experiment_id == first.experiment_id
    assert recorded.info.status == "FINISHED"
    assert recorded.data.params == {"p": "1", "q": "two", "r": "[3]"}
    assert recorded.data.metrics == {"m": 2.5, "n": 1.0}
    assert recorded.data.tags["mlflow.note.content"] == "about it"
    assert (recorded.data.tags["a"], recorded.data.tags["t"]) == ("b", "u")
    assert steps(client, run.info.run_id, "m") == [3, 4]


def test_a_run_that_raises_is_failed_and_one_that_is_killed_is_killed(client: MlflowClient) -> None:
    with pytest.raises(ZeroDivisionError), mlflow.start_run() as failed:
        raise ZeroDivisionError
    killed = mlflow.start_run()
    mlflow.end_run("KILLED")

    assert client.get_run(failed.info.run_id).info.status == "FAILED"
    assert client.get_run(killed.info.run_id).info.status == "KILLED"


def test_nested_runs_know_their_parents(client: MlflowClient) -> None:
    with mlflow.start_run(run_name="top") as top, mlflow.start_run(run_name="mid", nested=True) as middle:
        for name in ("a", "b"):
            with mlflow.start_run(run_name=name, nested=True):
                mlflow.log_param("name", name)

    leaves = client.search_runs(["0"], f"tags.mlflow.parentRunId = '{middle.info.run_id}'")
    assert sorted(run.info.run_name for run in leaves) == ["a", "b"]
    assert client.get_parent_run(middle.info.run_id).info.run_id == top.info.run_id
    assert client.get_parent_run(top.info.run_id) is None
    assert {run.info.status for run in client.search_runs(["0"])} == {"FINISHED"}


def test_a_resumed_run_runs_again_and_goes_on(client: MlflowClient) -> None:
    with mlflow.start_run(run_name="long") as first:
        mlflow.log_metric("m", 1, step=0)
        mlflow.log_param("p", "v")
    ended = client.get_run(first.info.run_id).info.end_time
    with mlflow.start_run(run_id=first.info.run_id) as second:
        during = client.get_run(first.info.run_id).info.status
        mlflow.log_metric("m", 2, step=1)
        mlflow.log_param("p", "v")
        with pytest.raises(MlflowException, match="p"):
            mlflow.log_param("p", "w")

    recorded = client.get_run(first.info.run_id)
    assert second.info.run_id == first.info.run_id
    assert second.info.run_name == "long"
    assert (during, recorded.info.status) == ("RUNNING", "FINISHED")
    assert recorded.info.end_time >= ended
    assert steps(client, first.info.run_id, "m") == [0, 1]


def test_a_run_is_named_by_the_environment(client: MlflowClient, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = client.create_run("0", run_name="given").info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", run_id)
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1)
    assert run.info.run_id == run_id
    assert client.get_run(run_id).data.metrics == {"m": 1.0}


@pytest.mark.usefixtures("client")
def test_search_runs_is_a_data_frame() -> None:
    pytest.importorskip("pandas", reason="needs pandas")
    experiment = mlflow.set_experiment("framed").experiment_id
    for index in range(5):
        with mlflow.start_run(run_name=f"run {index}"):
            mlflow.log_param("index", index)
            mlflow.log_metric("loss", 1 / (index + 1))
            mlflow.set_tag("odd", str(index % 2 == 1))

    frame = mlflow.search_runs(filter_string="metrics.loss < 0.6 and tags.odd = 'True'", order_by=["metrics.loss DESC"])
    assert frame["params.index"].tolist() == ["1", "3"]
    assert frame["metrics.loss"].tolist() == [0.5, 0.25]
    assert frame["tags.mlflow.runName"].tolist() == ["run 1", "run 3"]
    assert frame["status"].unique().tolist() == ["FINISHED"]
    assert frame["start_time"].dt.tz is not None
    assert len(mlflow.search_runs(experiment_names=["framed"], max_results=2)) == 2
    assert mlflow.search_runs([experiment], "params.index = '9'").empty
    assert [run.data.params["index"] for run in mlflow.search_runs(output_format="list")] == ["4", "3", "2", "1", "0"]


def test_background_logging_loses_nothing(client: MlflowClient) -> None:
    with mlflow.start_run() as run:
        for step in range(300):
            mlflow.log_metric("one", step, step=step, synchronous=False)
            mlflow.log_metrics({"two": step, "three": -step}, step=step, synchronous=False)
        mlflow.log_param("single", 1, synchronous=False).wait()
        mlflow.log_params({f"p{i}": i for i in range(250)}, synchronous=False)
        mlflow.set_tag("tag", "x", synchronous=False)
        client.log_batch(
            run.info.run_id, [Metric("four", 1, 1, 1)], [Param("q", "r")], [RunTag("s", "t")], synchronous=False
        )
        mlflow.flush_async_logging()
        early = client.get_run(run.info.run_id)
        assert len(early.data.params) == 252
        mlflow.log_metric("late", 1.0, synchronous=False)

    recorded = client.get_run(run.info.run_id)
    for key in ("one", "two", "three"):
        assert steps(client, run.info.run_id, key) == list(range(300))
    assert recorded.data.metrics["late"] == 1.0
    assert recorded.data.metrics["four"] == 1.0
    assert recorded.data.params == {"single": "1", "q": "r", **{f"p{i}": str(i) for i in range(250)}}
    assert (recorded.data.tags["tag"], recorded.data.tags["s"]) == ("x", "t")


def test_an_error_of_background_logging_reaches_who_waits_for_it(client: MlflowClient) -> None:
    with mlflow.start_run() as run:
        mlflow.log_param("p", "1")
        with pytest.raises(MlflowException, match="'p'"):
            mlflow.log_param("p", "2", synchronous=False).wait()
    assert client.get_run(run.info.run_id).data.params == {"p": "1"}


def test_system_metrics_are_recorded_while_a_run_goes_on(client: MlflowClient) -> None:
    pytest.importorskip("psutil", reason="needs psutil")
    mlflow.set_system_metrics_sampling_interval(0.05)
    mlflow.set_system_metrics_samples_before_logging(1)
    key = "system/cpu_utilization_percentage"
    try:
        with mlflow.start_run(log_system_metrics=True) as run:
            wait_until(lambda: len(client.get_metric_history(run.info.run_id, key)) >= 3)
    finally:
        mlflow.set_system_metrics_sampling_interval(None)
        mlflow.set_system_metrics_samples_before_logging(None)

    recorded = client.get_run(run.info.run_id)
    assert recorded.info.status == "FINISHED"
    history = client.get_metric_history(run.info.run_id, key)
    assert sorted(metric.step for metric in history) == list(range(len(history)))
    assert "system/system_memory_usage_megabytes" in recorded.data.metrics
    assert not [t for t in threading.enumerate() if "SystemMetrics" in t.name and t.is_alive()]


def test_a_dataset_is_an_input_of_its_run_and_can_be_searched_by(client: MlflowClient) -> None:
    pd = pytest.importorskip("pandas", reason="needs pandas")
    frame = pd.DataFrame({"x": [1.5, 2.5], "who": ["a", "b"]})
    dataset = mlflow.data.from_pandas(frame, source="/data/two rows.csv", name="two rows", targets="who")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training", tags={"fold": "1"})
        mlflow.log_input(dataset, context="training", tags={"fold": "1"})
    mlflow.start_run()
    mlflow.end_run()

    (used,) = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert (used.dataset.name, used.dataset.digest) == ("two rows", dataset.digest)
    assert {tag.key: tag.value for tag in used.tags} == {"mlflow.data.context": "training", "fold": "1"}
    assert used.dataset.schema == dataset._to_mlflow_entity().schema
    assert mlflow.data.get_source(used.dataset).uri == "/data/two rows.csv"
    for condition in (
        "dataset.name = 'two rows'",
        f"dataset.digest = '{dataset.digest}'",
        "dataset.context = 'training'",
    ):
        assert [found.info.run_id for found in client.search_runs(["0"], condition)] == [run.info.run_id]


def log_model(model: Any, **options: Any) -> Any:
    return mlflow.sklearn.log_model(
        model, name="line", input_example=[[1.0]], serialization_format="cloudpickle", **options
    )


def test_a_logged_model_loads_by_its_own_and_its_runs_address(client: MlflowClient, fitted: Any) -> None:
    with mlflow.start_run() as run:
        info = log_model(fitted, params={"depth": 3}, tags={"kind": "linear"}, step=2)
        mlflow.log_metric("rmse", 0.5, step=1, model_id=info.model_id)

    model = client.get_logged_model(info.model_id)
    assert (model.name, model.status, model.source_run_id) == ("line", "READY", run.info.run_id)
    assert model.params == {"depth": "3"}
    assert model.tags["kind"] == "linear"
    assert [(metric.key, metric.value, metric.step) for metric in model.metrics] == [("rmse", 0.5, 1)]
    recorded = client.get_run(run.info.run_id)
    assert [(made.model_id, made.step) for made in recorded.outputs.model_outputs] == [(info.model_id, 2)]
    for address in (f"models:/{info.model_id}", f"runs:/{run.info.run_id}/line"):
        assert mlflow.sklearn.load_model(address).predict([[10.0]]).tolist() == pytest.approx([21.0])
        assert mlflow.pyfunc.load_model(address).predict([[10.0]]).tolist() == pytest.approx([21.0])
    assert (
        mlflow.search_logged_models(output_format="list", filter_string="metrics.rmse < 1")[0].model_id == info.model_id
    )
    assert mlflow.last_logged_model().model_id == info.model_id


def test_a_model_without_a_run_goes_through_its_states(client: MlflowClient) -> None:
    experiment = client.create_experiment("models only")
    model = mlflow.initialize_logged_model(name="alone", experiment_id=experiment)
    assert client.get_logged_model(model.model_id).status == "PENDING"
    client.finalize_logged_model(model.model_id, "FAILED")
    assert client.get_logged_model(model.model_id).status == "FAILED"
    assert [found.name for found in client.search_logged_models([experiment])] == ["alone"]


def test_a_registered_model_loads_by_version_alias_and_stage(
    client: MlflowClient, fitted: Any, workspace_dir: Path
) -> None:
    with mlflow.start_run() as run:
        info = log_model(fitted, registered_model_name="line of ☃")
    second = mlflow.register_model(f"runs:/{run.info.run_id}/line", "line of ☃", tags={"a": "b"})
    client.set_registered_model_alias("line of ☃", "champion", "1")
    client.transition_model_version_stage("line of ☃", second.version, "Production")

    assert (workspace_dir / "mlflow.db").exists()
    assert second.version == 2 or second.version == "2"
    first = client.get_model_version_by_alias("line of ☃", "champion")
    assert (str(first.version), first.run_id) == ("1", run.info.run_id)
    assert first.source == f"models:/{info.model_id}"
    assert client.get_model_version("line of ☃", "2").tags == {"a": "b"}
    assert client.get_model_version("line of ☃", "2").current_stage == "Production"
    for address in ("models:/line of ☃@champion", "models:/line of ☃/1", "models:/line of ☃/Production"):
        assert mlflow.sklearn.load_model(address).predict([[10.0]]).tolist() == pytest.approx([21.0])
    found = client.search_model_versions(f"run_id = '{run.info.run_id}'")
    assert sorted(str(version.version) for version in found) == ["1", "2"]
    client.delete_registered_model_alias("line of ☃", "champion")
    with pytest.raises(MlflowException, match="champion"):
        mlflow.sklearn.load_model("models:/line of ☃@champion")


TWO_WORKSPACES = """
import json, sys
import mlflow
from mlflow import MlflowClient
for address in sys.argv[1:]:
    mlflow.set_tracking_uri(address)
    with mlflow.start_run(run_name=address[-1]):
        mlflow.log_metric("m", 1)
print(json.dumps([[run.info.run_name for run in MlflowClient(a).search_runs(["0"])] for a in sys.argv[1:]]))
"""


def test_one_process_may_use_two_workspaces(tmp_path: Path) -> None:
    addresses = [f"mlws://{tmp_path}/{name}" for name in "ab"]
    assert answer_of(run_python(TWO_WORKSPACES, *addresses)) == [["a"], ["b"]]


SAYS = "import mlflow\nwith mlflow.start_run(run_name='named') as run: pass\nprint(run.info.run_id)"


def test_the_line_at_the_start_of_a_run_is_on_standard_error_and_can_be_silenced(
    tracking_uri: str, workspace_dir: Path, tmp_path: Path
) -> None:
    loud = run_python(SAYS, cwd=tmp_path, env=environment(MLFLOW_TRACKING_URI=tracking_uri, MLWS_QUIET="0"))
    quiet = run_python(SAYS, cwd=tmp_path, env=environment(MLFLOW_TRACKING_URI=tracking_uri, MLWS_QUIET="1"))

    run_id = loud.stdout.strip()
    assert re.fullmatch("[0-9a-f]{32}", run_id)
    (line,) = [line for line in loud.stderr.splitlines() if run_id in line]
    assert "named" in line
    assert str(workspace_dir) in line
    assert f'"{tracking_uri}"' in line
    assert quiet.stdout.strip() not in quiet.stderr
    assert str(workspace_dir) not in quiet.stderr


def test_what_the_line_says_to_type_is_what_starts_the_page(tracking_uri: str, tmp_path: Path) -> None:
    loud = run_python(SAYS, cwd=tmp_path, env=environment(MLFLOW_TRACKING_URI=tracking_uri, MLWS_QUIET=""))
    command = re.search(r"mlflow ui .*", loud.stderr)
    assert command is not None
    assert command[0] == f'mlflow ui --backend-store-uri "{tracking_uri}"'


def test_the_address_is_exported_to_subprocesses(client: MlflowClient, tracking_uri: str) -> None:
    assert os.environ["MLFLOW_TRACKING_URI"] == tracking_uri
    child = "import mlflow\nwith mlflow.start_run(run_name='child') as r: mlflow.log_metric('m', 2)"
    run_python(child)
    (run,) = client.search_runs(["0"])
    assert (run.info.run_name, run.data.metrics) == ("child", {"m": 2.0})
