"""Chart metrics, through real histograms and matrices, and as MLflow sees them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mlflow import MlflowClient
from mlflow.artifacts import load_dict
from sklearn.metrics import confusion_matrix

from mlflow_ws_plugin import Run, Workspace
from mlflow_ws_plugin.errors import InvalidMetric
from tests.records.test_charts import PUBLISHED

CALLS = {
    "confusion_matrix": Run.log_confusion_matrix,
    "accuracy_table": Run.log_accuracy_table,
    "residuals": Run.log_residuals,
    "predictions": Run.log_predictions,
}
CHARTS = {kind.value: text for kind, text in PUBLISHED.items()}


@pytest.fixture
def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client on the workspace."""
    return MlflowClient(workspace.get_mlflow_tracking_uri())


def recorded(run: Run, file: str) -> Any:
    return json.loads(run._history.files.read(run.id, file))


@pytest.mark.parametrize("kind", CALLS)
def test_a_chart_is_a_file_that_mlflow_reads(run: Run, client: MlflowClient, kind: str) -> None:
    CALLS[kind](run, "my chart/1", CHARTS[kind], "what it shows")
    (file,) = run.get_metrics().values()
    assert run.get_file_names() == [file]
    assert file.startswith("charts/my chart~1/0-")
    (folder,) = client.list_artifacts(run.id, "charts")
    assert [info.path for info in client.list_artifacts(run.id, folder.path)] == [file]
    assert json.loads(Path(client.download_artifacts(run.id, file)).read_text()) == json.loads(CHARTS[kind])
    (series,) = run._history.metrics.series(run.id)
    assert (series.kind, series.type, series.description) == (kind, "artifact", "what it shows")


@pytest.mark.parametrize("kind", CALLS)
def test_a_chart_logged_again_is_another_file(run: Run, kind: str) -> None:
    CALLS[kind](run, "c", CHARTS[kind])
    CALLS[kind](run, "c", json.loads(CHARTS[kind]))
    first, second = run.get_metrics()["c"]
    assert first != second
    assert recorded(run, first) == recorded(run, second) == json.loads(CHARTS[kind])
    assert [point.step for point in run.get_metrics("c", history=True)["c"]] == [0, 1]


def test_the_matrix_of_scikit_learn_is_logged_as_it_is(run: Run, client: MlflowClient) -> None:
    truth, guess = np.array([0, 1, 2, 2, 1]), np.array([0, 2, 2, 2, 1])
    matrix = confusion_matrix(truth, guess)
    value = {
        "schema_type": "confusion_matrix",
        "schema_version": "1.0.0",
        "data": {"class_labels": np.unique(truth), "matrix": matrix},
    }
    run.log_confusion_matrix("c", value)
    run.complete()
    uri = f"{client.get_run(run.id).info.artifact_uri}/{run.get_metrics()['c']}"
    assert load_dict(uri)["data"] == {"class_labels": ["0", "1", "2"], "matrix": matrix.tolist()}


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda chart: chart | {"schema_version": "9"}, "'9'. Use 'v1' or '1.0.0' or '1.0.1'"),
        (lambda chart: chart | {"schema_type": "x"}, "schema_type is 'x'"),
        (lambda chart: chart | {"data": {}}, r"data\.\w+ is missing"),
        (lambda _: "{", "not JSON at line 1"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(run: Run, kind: str, spoil: Any, says: str) -> None:
    with pytest.raises(InvalidMetric, match=says):
        CALLS[kind](run, "c", spoil(json.loads(CHARTS[kind])))
    for name, description in (("", ""), ("c", 5)):
        with pytest.raises(InvalidMetric):
            CALLS[kind](run, name, CHARTS[kind], description)
    assert (run.get_metrics(), run.get_file_names()) == ({}, [])


def test_a_metric_is_of_one_kind(run: Run) -> None:
    run.log_residuals("c", CHARTS["residuals"])
    run.log("m", 1)
    files = run.get_file_names()
    with pytest.raises(InvalidMetric, match="'c' is of kind residuals, not predictions"):
        run.log_predictions("c", CHARTS["predictions"])
    with pytest.raises(InvalidMetric, match="'m' is of kind scalar, not residuals"):
        run.log_residuals("m", CHARTS["residuals"])
    assert run.get_file_names() == files


def test_names_that_differ_only_in_what_a_file_name_cannot_hold_stay_apart(run: Run) -> None:
    run.log_residuals("a/b", CHARTS["residuals"])
    run.log_residuals("a:b", CHARTS["residuals"])
    run.log_residuals("a_b", CHARTS["residuals"])
    assert len(set(run.get_metrics().values())) == len(run.get_file_names()) == 3
