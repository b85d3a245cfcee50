"""What `mlflow gc` calls: what is in the bin, and its removal for good."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities import Dataset, DatasetInput, LoggedModelInput, LoggedModelOutput, Metric, Param, ViewType

from .pair import Pair

HOUR_MS = 3_600_000


def in_bin(pair: Pair, method: str, **given: Any) -> list[str]:
    found = [sorted(side.outcome(method, (), given)) for side in (pair.judge, pair.ours)]
    assert found[0] == found[1]
    return list(found[0])


@pytest.mark.parametrize("noun", ["run", "logged_model"])
def test_what_is_deleted_is_in_the_bin(pair: Pair, noun: str) -> None:
    kept, deleted, restored = pair.runs(3) if noun == "run" else [pair.model(name="m") for _ in range(3)]
    assert in_bin(pair, f"_get_deleted_{noun}s") == []
    pair.answers(f"delete_{noun}", deleted)
    if noun == "run":
        pair.answers("delete_run", restored)
        pair.answers("restore_run", restored)
    assert in_bin(pair, f"_get_deleted_{noun}s") == [deleted]
    assert in_bin(pair, f"_get_deleted_{noun}s", older_than=0) == [deleted]
    assert in_bin(pair, f"_get_deleted_{noun}s", older_than=HOUR_MS) == []
    assert in_bin(pair, f"_get_deleted_{noun}s", older_than=-HOUR_MS) == [deleted]
    pair.answers(f"get_{noun}", kept)


def test_runs_of_a_deleted_experiment_are_in_the_bin(pair: Pair) -> None:
    experiment = pair.experiment("deleted")
    runs = pair.runs(2, experiment)
    pair.answers("delete_experiment", experiment)
    assert in_bin(pair, "_get_deleted_runs") == runs
    pair.answers("restore_experiment", experiment)
    assert in_bin(pair, "_get_deleted_runs") == []


@pytest.mark.parametrize("deleted_first", [True, False])
def test_a_removed_run_is_gone_with_all_it_had(pair: Pair, deleted_first: bool) -> None:
    run, other = pair.runs(2)
    model = pair.model(name="m", source_run_id=run)
    for each in (run, other):
        pair.answers("log_batch", each, [Metric("m", 1.0, 1, 0, model_id=model)], [Param("p", "1")], [])
        pair.answers("log_inputs", each, [DatasetInput(Dataset("d", "1", "local", "{}"))], [LoggedModelInput(model)])
        pair.answers("log_outputs", each, [LoggedModelOutput(model, 1)])
    if deleted_first:
        pair.answers("delete_run", run)
    pair.answers("_hard_delete_run", run)
    pair.refuses("RESOURCE_DOES_NOT_EXIST", "get_run", run)
    pair.refuses("RESOURCE_DOES_NOT_EXIST", "_hard_delete_run", run)
    pair.answers("get_metric_history", run, "m")
    pair.answers("get_run", other)
    pair.answers("search_runs", ["0"], "metrics.m > 0", ViewType.ALL)
    pair.answers("_search_datasets", ["0"])
    assert in_bin(pair, "_get_deleted_runs") == []


@pytest.mark.parametrize("deleted_first", [True, False])
def test_a_removed_model_is_gone(pair: Pair, deleted_first: bool) -> None:
    run, model = pair.run(), pair.model(name="m")
    pair.answers("log_metric", run, Metric("m", 1.0, 1, 0, model_id=model))
    pair.answers("log_outputs", run, [LoggedModelOutput(model, 1)])
    if deleted_first:
        pair.answers("delete_logged_model", model)
    pair.answers("_hard_delete_logged_model", model)
    pair.refuses("RESOURCE_DOES_NOT_EXIST", "get_logged_model", model, True)
    pair.answers("search_logged_models", ["0"])
    assert pair.answers("get_run", run)["data"]["metrics"] == {"m": ("float", 1.0)}


def test_only_a_deleted_experiment_is_removed(pair: Pair) -> None:
    experiment = pair.experiment("to remove")
    pair.experiment("kept")
    run = pair.run(experiment)
    pair.refuses("RESOURCE_DOES_NOT_EXIST", "_hard_delete_experiment", experiment)
    pair.answers("get_experiment", experiment)
    pair.answers("delete_experiment", experiment)
    pair.answers("_hard_delete_run", run)
    pair.answers("_hard_delete_experiment", experiment)
    pair.refuses("RESOURCE_DOES_NOT_EXIST", "get_experiment", experiment)
    pair.refuses("RESOURCE_DOES_NOT_EXIST", "_hard_delete_experiment", experiment)
    assert pair.answers("get_experiment_by_name", "to remove") is None
    pair.experiment("to remove")


@pytest.mark.parametrize("run_id", ["unknown", "", "a/b"])
def test_an_unknown_run_cannot_be_removed(pair: Pair, run_id: str) -> None:
    pair.refuses("RESOURCE_DOES_NOT_EXIST", "_hard_delete_run", run_id)
