"""What `get_metrics` and `to_pandas` return."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Experiment, MetricPoint, Run, Workspace
from mlflow_ws_plugin.errors import InvalidMetric


def places(points: list[MetricPoint]) -> list[tuple[int, Any]]:
    """Return points without their times."""
    return [(point.step, point.value) for point in points]


def test_the_history_has_step_time_and_value(run: Run) -> None:
    run.log("loss", 0.5, step=3)
    run.log("loss", 0.25, step=7)
    run.log_row("t", x=1, y="a")
    run.log_row("t", x=2)
    found = run.get_metrics(history=True)
    assert places(found["loss"]) == [(3, 0.5), (7, 0.25)]
    assert places(found["t"]["x"]) == [(0, 1), (1, 2)]
    assert places(found["t"]["y"]) == [(0, "a")]
    assert all(isinstance(point.timestamp_ms, int) for point in found["loss"])


def test_metrics_of_one_name_are_only_those(run: Run) -> None:
    run.log("a", 1)
    run.log("b", 2)
    assert run.get_metrics("b") == {"b": 2}
    assert run.get_metrics("c") == {}


def test_recursive_metrics_are_those_of_the_family_by_run(run: Run) -> None:
    experiment = run.experiment
    client = MlflowClient(experiment.workspace.get_mlflow_tracking_uri())
    child = client.create_run(experiment.id, tags={"mlflow.parentRunId": run.id}).info.run_id
    silent = client.create_run(experiment.id, tags={"mlflow.parentRunId": run.id}).info.run_id
    grandchild = client.create_run(experiment.id, tags={"mlflow.parentRunId": child}).info.run_id
    run.log("loss", 1.0)
    client.log_metric(grandchild, "loss", 0.5)
    client.log_metric(child, "loss", 0.75)
    found = run.get_metrics(recursive=True)
    assert found == {run.id: {"loss": 1.0}, child: {"loss": 0.75}, grandchild: {"loss": 0.5}}
    assert silent not in found
    client.set_tag(run.id, "mlflow.parentRunId", grandchild)
    assert run.get_metrics(recursive=True) == found  # a circle is walked once


@pytest.mark.parametrize(
    "value",
    [
        {"x": [1, 2], "y": [0.5, None]},
        [{"x": 1, "y": 0.5}, {"x": 2}],
        pd.DataFrame({"x": [1, 2], "y": [0.5, None]}, dtype=object),
    ],
)
def test_a_table_may_be_columns_rows_or_a_frame(run: Run, value: Any) -> None:
    run.log_table("t", value)
    assert run.get_metrics() == {"t": {"x": [1, 2], "y": [0.5, None]}}


def test_an_absent_value_of_pandas_is_an_absent_cell(run: Run) -> None:
    some = {"x": pd.array([1, pd.NA], dtype="Int64"), "z": pd.array([0.5, pd.NA], dtype="Float64"), "y": ["a", "b"]}
    run.log_table("t", pd.DataFrame(some))
    assert run.get_metrics() == {"t": {"x": [1, None], "z": [0.5, None], "y": ["a", "b"]}}


def test_nan_in_a_column_of_floats_is_a_value(run: Run) -> None:
    run.log_table("t", pd.DataFrame({"x": [1.0, math.nan]}))
    first, second = run.get_metrics()["t"]["x"]
    assert first == 1.0
    assert math.isnan(second)


@pytest.mark.parametrize(
    ("value", "said"), [("text", "'text'"), (5, "5"), ([1, 2], "Row 0 of table 't' is 1"), ([], "no columns")]
)
def test_what_is_no_table_is_refused(run: Run, value: Any, said: str) -> None:
    with pytest.raises(InvalidMetric, match=said):
        run.log_table("t", value)
    assert run.get_metrics() == {}


def test_all_points_of_all_metrics_make_a_frame(run: Run) -> None:
    run.log("loss", 0.5)
    run.log("loss", math.nan)
    run.log("count", 3)
    run.log("note", "text")
    run.log_row("t", x=1.0)
    frame = run.to_pandas()
    assert list(frame.columns) == ["metric", "step", "time", "value"]
    assert list(frame["metric"]) == ["loss", "loss", "count", "note", "t/x"]
    assert str(frame["time"].dtype) == "datetime64[ms, UTC]"
    assert [value for value in frame["value"] if not (isinstance(value, float) and math.isnan(value))] == [
        0.5,
        3,
        "text",
        1.0,
    ]


@pytest.mark.parametrize(
    ("values", "dtype"), [([1.0, math.nan], "float64"), ([1, 2], "int64"), ([True, False], "bool"), (["a"], "object")]
)
def test_a_frame_of_one_metric_has_its_type(run: Run, values: list[Any], dtype: str) -> None:
    run.log_list("m", values)
    frame = run.to_pandas("m")
    assert frame["value"].dtype == dtype
    np.testing.assert_array_equal(frame["value"].to_numpy(), np.array(values, dtype=dtype))
    assert list(frame["step"]) == list(range(len(values)))


def test_a_table_is_a_frame_as_it_was_logged(run: Run) -> None:
    given = pd.DataFrame({"angle": [0.0, 0.5], "cos": [1.0, 0.88]})
    run.log_table("wave", given)
    pd.testing.assert_frame_equal(run.to_pandas("wave"), given.rename_axis("step"))


def test_a_run_without_metrics_is_an_empty_frame(run: Run) -> None:
    assert len(run.to_pandas()) == 0
    assert list(run.to_pandas("m").columns) == ["metric", "step", "time", "value"]


def test_the_runs_of_an_experiment_are_a_frame(run: Run) -> None:
    experiment = run.experiment
    run.log("loss", 0.5)
    run.log("loss", 0.25)
    run.log("stage", "late")
    run.log_row("t", x=3)
    run.tag("kind", "test")
    run.add_properties({"fact": "f"})
    run.log_parameters({"alpha": 1})
    run.complete()
    second = experiment.start_logging(name="second")
    second.log("loss", math.nan)
    frame = experiment.to_pandas().set_index("run_id")
    first = frame.loc[run.id]
    assert first["number"] == 1
    assert first["status"] == "Completed"
    assert (first["metrics.loss"], first["metrics.stage"], first["metrics.t/x"]) == (0.25, "late", 3)
    assert (first["parameters.alpha"], first["properties.fact"], first["tags.kind"]) == ("1", "f", "test")
    assert first["end_time"] >= first["start_time"]
    assert frame.loc[second.id, "name"] == "second"
    assert math.isnan(frame.loc[second.id, "metrics.loss"])
    assert pd.isna(frame.loc[second.id, "end_time"])
    assert not [name for name in frame.columns if name.startswith("tags.mlflow.")]


def test_an_experiment_without_runs_is_an_empty_frame(workspace: Workspace) -> None:
    frame = Experiment(workspace, "empty").to_pandas()
    assert len(frame) == 0
    assert list(frame.columns) == ["run_id", "number", "name", "status", "start_time", "end_time"]
