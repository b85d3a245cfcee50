"""Logged models: birth, params, tags, status, metrics, bin."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from mlflow.entities import LoggedModelParameter, LoggedModelStatus, LoggedModelTag, Metric

from .pair import Pair

NAMES = [None, "m", "a model", "ünï ✓", "x" * 500, "-", "a_b"]
BAD_NAMES = ["", "a/b", "a:b", "a.b", "100%", 'say "x"', "it's"]
TAGS = [[], [("k", "v")], [("k", ""), ("mlflow.x", "1")], [("k" * 251, "v")], [("bad?", "v" * 9000)]]


def tags_of(pairs: Any) -> list[LoggedModelTag]:
    return [LoggedModelTag(*pair) for pair in pairs]


def params_of(pairs: Any) -> list[LoggedModelParameter]:
    return [LoggedModelParameter(*pair) for pair in pairs]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name)[:10])
@pytest.mark.parametrize("model_type", [None, "", "Agent"])
@pytest.mark.parametrize("source", [None, "", "<run 0>"])
def test_a_model_is_born_with_what_was_given(shared: Pair, name: Any, model_type: Any, source: Any) -> None:
    run = shared.run() if source else source
    model = shared.model(name=name, model_type=model_type, source_run_id=None if source is None else run or None)
    shared.answers("get_logged_model", model)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused(shared: Pair, name: str) -> None:
    shared.refuses("INVALID_PARAMETER_VALUE", "create_logged_model", "0", name)


@pytest.mark.parametrize("experiment_id", ["99", "abc", "-1"])
def test_a_model_needs_an_experiment(shared: Pair, experiment_id: str) -> None:
    shared.agrees("create_logged_model", experiment_id, "m")


@pytest.mark.parametrize("pairs", TAGS, ids=lambda pairs: str(pairs)[:15])
def test_tags_and_params_given_at_birth_are_kept(shared: Pair, pairs: Any) -> None:
    model = shared.model(name="m", tags=tags_of(pairs), params=params_of(pairs))
    shared.answers("get_logged_model", model)


@pytest.mark.parametrize("pairs", TAGS, ids=lambda pairs: str(pairs)[:15])
def test_tags_are_replaced_and_removed(shared: Pair, pairs: Any) -> None:
    model = shared.model(name="m", tags=tags_of([("k", "old"), ("other", "1")]))
    shared.answers("set_logged_model_tags", model, tags_of(pairs))
    shared.answers("set_logged_model_tags", model, tags_of([*pairs, ("twice", "1"), ("twice", "2")]))
    shared.answers("get_logged_model", model)
    shared.answers("delete_logged_model_tag", model, "other")
    shared.refuses("RESOURCE_DOES_NOT_EXIST", "delete_logged_model_tag", model, "other")
    shared.answers("get_logged_model", model)


@pytest.mark.parametrize(
    "given",
    [[("p", "1")], [("q", "2")], [("q", "2"), ("p", "1")], [("p", "other")], [("q", "1"), ("q", "1")], []],
    ids=str,
)
def test_params_are_written_once(shared: Pair, given: Any) -> None:
    model = shared.model(name="m", params=params_of([("p", "1")]))
    shared.agrees("log_logged_model_params", model, params_of(given))
    shared.answers("get_logged_model", model)


@pytest.mark.parametrize("kind", ["params", "tags"])
def test_a_key_twice_at_birth_is_refused(shared: Pair, kind: str) -> None:
    given = params_of([("k", "1"), ("k", "2")]) if kind == "params" else tags_of([("k", "1"), ("k", "2")])
    shared.refuses("BAD_REQUEST", "create_logged_model", "0", "m", **{kind: given})


@pytest.mark.parametrize("value", ["v" * 500, "v" * 5000, "", "v" * 7000])
def test_values_of_params_are_kept_alike(shared: Pair, value: str) -> None:
    model = shared.model(name="m")
    shared.agrees("log_logged_model_params", model, params_of([("p", value)]))
    shared.answers("get_logged_model", model)


@pytest.mark.parametrize("status", list(LoggedModelStatus))
def test_a_model_is_finalized(shared: Pair, status: LoggedModelStatus) -> None:
    model = shared.model(name="m")
    shared.agrees("finalize_logged_model", model, status)
    shared.answers("get_logged_model", model)
    shared.answers("finalize_logged_model", model, LoggedModelStatus.READY)
    shared.answers("get_logged_model", model)


POINTS: list[tuple[Any, ...]] = [
    (0.5, 1, 0),
    (0.5, 1, 1),
    (0.6, 1, 0),
    (math.nan, 1, 0),
    (math.inf, 2, 0),
    (-math.inf, 2, -1),
    (3, 3, 3),
]
DATASETS: list[tuple[str | None, str | None]] = [(None, None), ("iris", "d1")]


@pytest.mark.parametrize("point", POINTS, ids=str)
@pytest.mark.parametrize(("name", "digest"), DATASETS)
@pytest.mark.parametrize("how", ["log_metric", "log_batch"])
def test_a_metric_of_a_model_is_also_its_runs(shared: Pair, point: Any, name: Any, digest: Any, how: str) -> None:
    run, model = shared.run(), shared.model(name="m")
    metric = Metric("acc", *point, model_id=model, dataset_name=name, dataset_digest=digest)
    given = (run, metric) if how == "log_metric" else (run, [metric, Metric("plain", 1.0, 1, 0)], [], [])
    shared.answers(how, *given)
    shared.answers("get_logged_model", model)
    shared.answers("get_run", run)
    assert len(shared.answers("get_metric_history", run, "acc")["page"]) == 1


@pytest.mark.parametrize(("first", "second"), list(itertools.product(POINTS, POINTS)), ids=str)
@pytest.mark.parametrize("calls", [1, 2])
def test_points_of_a_models_metric_are_kept_alike(shared: Pair, first: Any, second: Any, calls: int) -> None:
    if first[1:] == second[1:] and first != second:
        second = (second[0], second[1] + 1, second[2])  # the judge refuses two values at one time and step
    run, model = shared.run(), shared.model(name="m")
    metrics = [Metric("acc", *point, model_id=model, dataset_name="d", dataset_digest="1") for point in (first, second)]
    if calls == 1:
        shared.answers("log_batch", run, metrics, [], [])
    else:
        for metric in metrics:
            shared.answers("log_metric", run, metric)
    shared.answers("get_logged_model", model)
    shared.answers("get_run", run)


def test_metrics_of_two_runs_and_two_models_stay_apart(shared: Pair) -> None:
    runs, models = shared.runs(2), [shared.model(name="a"), shared.model(name="b")]
    for run, model in itertools.product(runs, models):
        shared.answers("log_metric", run, Metric("acc", 0.5, 1, 0, model_id=model))
        shared.answers("log_batch", run, [Metric("f1", float(i), i, i, model_id=model) for i in range(3)], [], [])
    for model in models:
        shared.answers("get_logged_model", model)
    for run in runs:
        shared.answers("get_run", run)
        shared.answers("get_metric_history", run, "acc")


@pytest.mark.parametrize("how", ["log_metric", "log_batch"])
def test_a_deleted_models_metric_is_taken_alike(shared: Pair, how: str) -> None:
    run, model = shared.run(), shared.model(name="m")
    shared.answers("delete_logged_model", model)
    metric = Metric("acc", 1.0, 1, 0, model_id=model)
    shared.agrees(how, *((run, metric) if how == "log_metric" else (run, [metric], [], [])))
    shared.agrees("get_logged_model", model, True)


def test_a_deleted_model_is_seen_only_on_demand(shared: Pair) -> None:
    model = shared.model(name="m")
    shared.answers("delete_logged_model", model)
    shared.refuses("RESOURCE_DOES_NOT_EXIST", "get_logged_model", model)
    shared.answers("get_logged_model", model, allow_deleted=True)
    changes: tuple[tuple[Any, ...], ...] = (
        ("delete_logged_model", model),
        ("set_logged_model_tags", model, tags_of([("k", "v")])),
        ("delete_logged_model_tag", model, "k"),
        ("log_logged_model_params", model, params_of([("p", "v")])),
        ("finalize_logged_model", model, LoggedModelStatus.READY),
    )
    for call in changes:
        shared.answers(*call)
    shared.answers("get_logged_model", model, True)


@pytest.mark.parametrize(
    "call",
    [
        ("get_logged_model",),
        ("get_logged_model", True),
        ("delete_logged_model",),
        ("finalize_logged_model", LoggedModelStatus.READY),
        ("set_logged_model_tags", tags_of([("k", "v")])),
        ("set_logged_model_tags", []),
        ("delete_logged_model_tag", "k"),
        ("log_logged_model_params", params_of([("p", "v")])),
        ("log_logged_model_params", []),
        ("_hard_delete_logged_model",),
    ],
    ids=lambda call: f"{call[0]} {len(call)}",
)
def test_an_unknown_model_is_not_found(shared: Pair, call: Any) -> None:
    method, *rest = call
    shared.refuses("RESOURCE_DOES_NOT_EXIST", method, "m-unknown", *rest)


def test_a_dataset_without_a_model_is_not_the_runs(shared: Pair) -> None:
    run = shared.run()
    metric = Metric("acc", 0.5, 1, 0, dataset_name="d", dataset_digest="1")
    shared.answers("log_metric", run, metric)
    shared.answers("log_batch", run, [metric, Metric("b", 1.0, 1, 0, dataset_name="d", dataset_digest="1")], [], [])
    shared.answers("get_run", run)
    shared.answers("get_metric_history", run, "acc")


def test_a_model_may_be_measured_by_a_run_of_another_experiment(shared: Pair) -> None:
    run, home = shared.run(shared.experiment("away")), shared.experiment("home")
    model = shared.model(home, name="m")
    shared.answers("log_metric", run, Metric("acc", 0.5, 1, 0, model_id=model))
    shared.answers("get_logged_model", model)
    shared.answers("search_logged_models", [home], "metrics.acc > 0")


def test_a_finished_run_still_measures_a_model(shared: Pair) -> None:
    run, model = shared.run(), shared.model(name="m")
    shared.answers("update_run_info", run, 3, 5, None)
    shared.answers("log_metric", run, Metric("acc", 0.5, 1, 0, model_id=model))
    shared.answers("delete_run", run)
    shared.refuses("INVALID_PARAMETER_VALUE", "log_metric", run, Metric("acc", 0.6, 2, 0, model_id=model))
    shared.answers("get_logged_model", model)
