"""Design §3, row by row and in both directions: what one mouth says, the other reads. All through real MLflow calls."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Experiment, MetricPoint, Run, Workspace
from mlflow_ws_plugin.records.lifecycle import STATUS, State


@pytest.fixture
def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client on the workspace."""
    return MlflowClient(workspace.get_mlflow_tracking_uri())


def points(client: MlflowClient, run: Run, key: str) -> list[tuple[int, float]]:
    """Return step and value of each point MLflow sees."""
    return [(metric.step, metric.value) for metric in client.get_metric_history(run.id, key)]


MLFLOW_ON_PANDAS_3 = pytest.mark.filterwarnings("ignore:For backward compatibility, 'str' dtypes")

# native → MLflow


def test_a_scalar_is_a_metric(run: Run, client: MlflowClient) -> None:
    run.log("loss", 0.5)
    run.log("loss", np.float32(0.25), step=9)
    assert points(client, run, "loss") == [(0, 0.5), (9, 0.25)]


def test_a_list_is_a_metric_whose_step_is_the_index(run: Run, client: MlflowClient) -> None:
    run.log_list("Fibonacci", [0, 1, 1, 2])
    assert points(client, run, "Fibonacci") == [(0, 0), (1, 1), (2, 1), (3, 2)]


def test_a_numeric_column_is_a_metric_below_the_table(run: Run, client: MlflowClient) -> None:
    run.log_row("wave", angle=0.5, cos=0.88)
    run.log_row("wave", angle=1.0, cos=0.54)
    assert points(client, run, "wave/cos") == [(0, 0.88), (1, 0.54)]


@MLFLOW_ON_PANDAS_3
def test_a_whole_table_is_read_by_load_table(run: Run, client: MlflowClient) -> None:
    run.log_row("wave", angle=0.5, note="a")
    run.log_row("wave", angle=math.nan, cos=1.0)
    run.log_table("other", {"x": [1, 2]})
    run.flush()
    run.complete()
    mlflow.set_tracking_uri(run.experiment.workspace.get_mlflow_tracking_uri())  # where load_table searches
    found = client.load_table(run.experiment.id, "wave.json", [run.id])
    expected = pd.DataFrame({"angle": [0.5, None], "note": ["a", None], "cos": [None, 1.0]})
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert list(client.load_table(run.experiment.id, "other.json")["x"]) == [1, 2]
    assert client.get_run(run.id).data.tags["mlflow.loggedArtifacts"].count("wave.json") == 1


def test_a_table_is_shown_to_mlflow_and_not_a_second_table_here(run: Run) -> None:
    run.log_table("R² (test)", {"x": [1, 2]})
    run.complete()
    expected = {"R² (test)": {"x": [1, 2]}}
    assert "R² _test_.json" in run.get_file_names()
    assert run.get_metrics() == run.get_metrics("R² (test)") == expected
    assert run.get_metrics("R² _test_") == {}


def test_a_table_grows_in_mlflows_file_too(run: Run, tmp_path: Path) -> None:
    for row in ({"x": 1}, {"x": 0.5, "y": "a"}):
        run.log_row("t", **row)
        run.flush()
    run.download_file("t.json", tmp_path / "t.json")
    assert json.loads((tmp_path / "t.json").read_text()) == {"columns": ["x", "y"], "data": [[1.0, None], [0.5, "a"]]}


@pytest.mark.parametrize("text", ['{"mine": 1}', "no json", '{"columns": ["x"], "data": [[3]]}'])
def test_a_table_takes_no_file_from_the_user(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    run.upload_file("report.json", io.StringIO(text))
    run.log_row("report", x=1)
    run.log_row("other", x=1)
    run.flush()
    run.complete()
    run.download_file("report.json", tmp_path / "report.json")
    assert (tmp_path / "report.json").read_text() == text
    assert "other.json" in run.get_file_names()
    assert capsys.readouterr().err.count("'report.json'") == 1
    assert run.get_metrics("report") == {"report": {"x": 1}}


@pytest.mark.parametrize(("value", "shown"), [(True, 1.0), (False, 0.0)])
def test_a_bool_is_a_metric_of_one_or_zero(run: Run, client: MlflowClient, value: bool, shown: float) -> None:
    run.log("flag", value)
    assert points(client, run, "flag") == [(0, shown)]
    assert run.get_metrics() == {"flag": value}


def test_a_text_is_a_tag(run: Run, client: MlflowClient) -> None:
    run.log("stage", "warming up")
    assert client.get_run(run.id).data.tags["mlws.metric.stage"] == "warming up"


def test_a_tag_is_a_tag(run: Run, client: MlflowClient) -> None:
    run.tag("kind", "test")
    assert client.get_run(run.id).data.tags["kind"] == "test"


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_the_status_that_mlflow_knows(workspace: Workspace, client: MlflowClient, state: State) -> None:
    run = Experiment(workspace, "states").start_logging()
    with run._history._database.write() as tx:
        tx.execute("UPDATE runs SET state = ? WHERE run_id = ?", (state.value, run.id))
    seen = client.get_run(run.id)
    assert seen.info.status == STATUS[state]
    assert seen.data.tags["mlws.state"] == state


# MLflow → native


def test_a_metric_is_a_scalar(run: Run, client: MlflowClient) -> None:
    client.log_metric(run.id, "loss", 0.5, timestamp=1000, step=3)
    client.log_metric(run.id, "loss", math.inf, timestamp=2000, step=4)
    assert run.get_metrics(history=True) == {"loss": [MetricPoint(3, 1000, 0.5), MetricPoint(4, 2000, math.inf)]}


def test_a_param_is_a_parameter_and_a_tag_a_tag(run: Run, client: MlflowClient) -> None:
    client.log_param(run.id, "alpha", 0.5)
    client.set_tag(run.id, "kind", "test")
    assert run.parameters == {"alpha": "0.5"}
    assert run.tags == {"kind": "test"}


@MLFLOW_ON_PANDAS_3
def test_a_logged_table_is_a_table_metric(run: Run, client: MlflowClient) -> None:
    client.log_table(run.id, pd.DataFrame({"x": [1, 2], "note": ["a", "b"]}), "tables/results.json")
    client.log_table(run.id, {"x": 3, "note": "c"}, "tables/results.json")
    expected: Any = {"x": [1, 2, 3], "note": ["a", "b", "c"]}
    assert run.get_metrics() == {"tables/results": expected}
    assert run.get_metrics("tables/results") == {"tables/results": expected}
    assert run.get_metrics("results") == {}
    assert list(run.to_pandas("tables/results")["x"]) == [1, 2, 3]


def test_a_table_of_lists_is_a_table_of_their_text(run: Run, client: MlflowClient) -> None:
    client.log_dict(run.id, {"columns": ["x"], "data": [[[1, 2]], [None]]}, "t.json")
    client.set_tag(run.id, "mlflow.loggedArtifacts", '[{"path": "t.json", "type": "table"}]')
    assert run.get_metrics() == {"t": {"x": "[1, 2]"}}


@pytest.mark.parametrize("tag", ["no json", "5", '[{"type": "table"}]', '[{"path": "gone.json", "type": "table"}]'])
def test_a_tag_that_names_no_table_is_a_tag(run: Run, client: MlflowClient, tag: str) -> None:
    client.set_tag(run.id, "mlflow.loggedArtifacts", tag)
    run.log("loss", 1.0)
    assert run.get_metrics() == {"loss": 1.0}


def test_a_nested_run_is_below_its_parent(workspace: Workspace, run: Run) -> None:
    mlflow.set_tracking_uri(workspace.get_mlflow_tracking_uri())
    with mlflow.start_run(run.id), mlflow.start_run(nested=True, experiment_id=run.experiment.id) as child:
        mlflow.log_metric("loss", 1)
    assert run.get_metrics(recursive=True) == {child.info.run_id: {"loss": 1.0}}
