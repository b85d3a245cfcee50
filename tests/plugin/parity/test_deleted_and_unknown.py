"""Every call on runs and experiments that are deleted or not there."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities import (
    Dataset,
    DatasetInput,
    ExperimentTag,
    LoggedModelInput,
    LoggedModelOutput,
    Metric,
    Param,
    RunStatus,
    RunTag,
    ViewType,
)
from mlflow.models import Model

from .pair import Pair

METRIC, DATASET = Metric("m", 1.0, 1, 0), DatasetInput(Dataset("d", "1", "local", "{}"))
RUN_WRITES: list[tuple[Any, ...]] = [
    ("log_metric", METRIC),
    ("log_metric", Metric("m", 1.0, 1, 0, model_id="m-unknown")),
    ("log_param", Param("p", "1")),
    ("set_tag", RunTag("t", "1")),
    ("set_tag", RunTag("mlflow.runName", "1")),
    ("delete_tag", "t"),
    ("delete_tag", "mlflow.runName"),
    ("log_batch", [], [], []),
    ("log_batch", [METRIC], [], []),
    ("log_batch", [], [Param("p", "1")], []),
    ("log_batch", [], [], [RunTag("t", "1")]),
    ("log_inputs",),
    ("log_inputs", []),
    ("log_inputs", [DATASET]),
    ("log_inputs", None, [LoggedModelInput("m-x")]),
    ("log_outputs", []),
    ("log_outputs", [LoggedModelOutput("m-x", 1)]),
    ("record_logged_model", Model()),
    ("update_run_info", None, None, None),
    ("update_run_info", RunStatus.FINISHED, 1, "x"),
]
RUN_MOVES: list[tuple[Any, ...]] = [("delete_run",), ("restore_run",), ("_hard_delete_run",)]
RUN_READS: list[tuple[Any, ...]] = [("get_run",), ("get_metric_history", "m"), ("get_metric_history", "m", 3)]
EXPERIMENT_WRITES: list[tuple[Any, ...]] = [
    ("set_experiment_tag", ExperimentTag("t", "1")),
    ("delete_experiment_tag", "t"),
    ("delete_experiment_tag", "none"),
    ("create_run", "ann", 1, [], "x"),
    ("create_logged_model", "m"),
]
EXPERIMENT_MOVES: list[tuple[Any, ...]] = [
    ("rename_experiment", "other"),
    ("delete_experiment",),
    ("restore_experiment",),
    ("_hard_delete_experiment",),
]
UNKNOWN = ["unknown", "0" * 32, "", "a/b", "x" * 300]


def named(call: Any) -> str:
    return " ".join([call[0], *(type(argument).__name__ for argument in call[1:])])


@pytest.mark.parametrize("call", [*RUN_WRITES, *RUN_MOVES, *RUN_READS], ids=named)
@pytest.mark.parametrize("run_id", UNKNOWN, ids=lambda run_id: run_id[:10])
def test_calls_on_an_unknown_run_fail_alike(shared: Pair, call: Any, run_id: str) -> None:
    method, *rest = call
    shared.agrees(method, run_id, *rest)


@pytest.mark.parametrize("call", RUN_WRITES, ids=named)
def test_a_deleted_run_is_not_written(shared: Pair, call: Any) -> None:
    run = shared.run(tags=[RunTag("t", "1")])
    shared.answers("delete_run", run)
    method, *rest = call
    refusal = shared.refuses("INVALID_PARAMETER_VALUE", method, run, *rest)
    assert "must be in the 'active' state" in refusal.message
    shared.answers("get_run", run)


@pytest.mark.parametrize("call", [*RUN_MOVES, *RUN_READS], ids=named)
def test_a_deleted_run_is_read_and_moved(shared: Pair, call: Any) -> None:
    run = shared.run()
    shared.answers("delete_run", run)
    method, *rest = call
    shared.answers(method, run, *rest)


@pytest.mark.parametrize("call", [*EXPERIMENT_WRITES, *EXPERIMENT_MOVES, ("get_experiment",)], ids=named)
@pytest.mark.parametrize("id_", ["99999", "abc", "-1"])
def test_calls_on_an_unknown_experiment_fail_alike(shared: Pair, call: Any, id_: str) -> None:
    method, *rest = call
    shared.agrees(method, id_, *rest)


@pytest.mark.parametrize("call", EXPERIMENT_WRITES, ids=named)
def test_a_deleted_experiment_is_not_written(shared: Pair, call: Any) -> None:
    id_ = shared.experiment(f"deleted, {named(call)} {EXPERIMENT_WRITES.index(call)}", tags=[ExperimentTag("t", "1")])
    shared.answers("delete_experiment", id_)
    method, *rest = call
    shared.refuses("INVALID_PARAMETER_VALUE", method, id_, *rest)
    shared.answers("get_experiment", id_)


@pytest.mark.parametrize("call", EXPERIMENT_MOVES, ids=named)
def test_a_deleted_experiment_is_moved_alike(shared: Pair, call: Any) -> None:
    id_ = shared.experiment(f"moved, {named(call)}")
    shared.experiment(f"younger than {id_}")  # the judge gives the greatest id again once it is free
    shared.answers("delete_experiment", id_)
    method, *rest = call
    shared.agrees(method, id_, *rest)
    shared.agrees("get_experiment", id_)


def test_a_run_of_a_deleted_experiment_is_written_once_it_is_restored(shared: Pair) -> None:
    id_ = shared.experiment("deleted, run restored")
    run = shared.run(id_)
    shared.answers("delete_experiment", id_)
    shared.answers("restore_run", run)
    shared.agrees("log_metric", run, METRIC)
    shared.agrees("set_tag", run, RunTag("t", "1"))
    shared.answers("get_run", run)
    shared.answers("search_runs", [id_], "", ViewType.ACTIVE_ONLY)


def test_recorded_models_are_listed_in_a_tag(shared: Pair) -> None:
    run = shared.run()
    for flavor in ("sklearn", "pytorch"):
        model = Model(artifact_path=flavor, utc_time_created="2026-01-01", model_uuid="u")
        shared.answers("record_logged_model", run, model.add_flavor(flavor, version="1"))
        shared.answers("get_run", run)


@pytest.mark.parametrize("given", [None, "model", {}, METRIC], ids=lambda given: type(given).__name__)
def test_only_a_model_is_recorded(shared: Pair, given: Any) -> None:
    shared.refuses(None, "record_logged_model", shared.run(), given)
