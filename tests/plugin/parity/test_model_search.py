"""Searches for logged models: filters, datasets, orders, pages."""

from __future__ import annotations

import math
from typing import Any

import pytest
from mlflow.entities import LoggedModelParameter, LoggedModelStatus, LoggedModelTag, Metric

from .pair import Pair

FILTERS: list[str | None] = [
    None,
    "",
    "name = 'a'",
    "name != 'a'",
    "name LIKE 'B%'",
    "name ILIKE 'b%'",
    "name like 'b%'",
    "name IN ('a', 'b')",
    "name IN ('a')",
    "name NOT IN ('a', 'b')",
    "attributes.name = 'a'",
    "model_type = 'Agent'",
    "model_type != 'Agent'",
    "model_id = '<model 1>'",
    "model_id IN ('<model 1>', '<model 2>')",
    "source_run_id = '<run 0>'",
    "source_run_id != '<run 0>'",
    "status = 'READY'",
    "status != 'READY'",
    "status = 2",
    "status = '2'",
    "status_message = 'x'",
    "creation_timestamp > 0",
    "creation_time > 0",
    "creation_timestamp_ms > 0",
    "last_updated_timestamp > 0",
    "last_updated_timestamp_ms < 5",
    "creation_timestamp = 5",
    "experiment_id = '0'",
    "experiment_id = 0",
    "lifecycle_stage = 'active'",
    "artifact_location LIKE '%models%'",
    "params.p = '1'",
    "params.p != '1'",
    "params.p LIKE '%'",
    "params.p ILIKE 'X'",
    "params.p IN ('1', 'x')",
    "params.`odd key` = '1'",
    "params.none = '1'",
    "tags.t = 'red'",
    "tags.t != 'red'",
    "tags.t LIKE 'r%'",
    "tags.t ILIKE 'R%'",
    "tags.t NOT IN ('red')",
    "tags.`a.b` = 'x'",
    "metrics.acc > 0.5",
    "metrics.acc >= 0.5",
    "metrics.acc = 0",
    "metrics.acc != 0.5",
    "metrics.acc < 0.8",
    "metrics.acc > 1e300",
    "metrics.`a/b` = 2",
    "metrics.none > 0",
    "metrics.acc > 0 AND tags.t = 'red'",
    "metrics.acc > 0 AND metrics.acc < 0.8",
    "metrics.acc > 0.8 AND metrics.`a/b` = 2",
    "params.p = '1' AND tags.t = 'red' AND name = 'a'",
    "tags.t = 'red' AND tags.`a.b` = 'x'",
    "params.p = '1' and name = 'a'",
]
BAD_FILTERS = [
    "name",
    "name = ",
    "name > 'a'",
    "metrics.acc LIKE 'x'",
    "metrics.acc IN (1)",
    "params.p > '1'",
    "params.p IS NULL",
    "nope.x = 'x'",
    "param.p = '1'",
    "tag.t = 'x'",
    "name = 'a' OR name = 'b'",
    "(name = 'a')",
    "name = 'a'; name = 'b'",
    "creation_timestamp LIKE 'x'",
    "name IN (1",
    "AND",
]
CRASHING_FILTERS = [
    "metrics.acc = 'x'",
    "metrics.acc = name",
    "creation_timestamp = 'x'",
    "nope = 'x'",
    "tags = 'x'",
]
DATASETS: list[Any] = [
    [],
    [{"dataset_name": "iris"}],
    [{"dataset_name": "iris", "dataset_digest": "d1"}],
    [{"dataset_name": "iris", "dataset_digest": "d2"}],
    [{"dataset_name": "iris", "dataset_digest": "d2"}, {"dataset_name": "mnist"}],
    [{"dataset_name": "mnist"}],
    [{"dataset_name": "none"}],
]
BAD_DATASETS: list[Any] = [[{}], [{"dataset_name": ""}], [{"dataset_digest": "d1"}], [{"dataset_name": "iris"}, {}]]
ORDERS: list[Any] = [
    [],
    [{"field_name": "name"}],
    [{"field_name": "name", "ascending": False}],
    [{"field_name": "name", "ascending": True}, {"field_name": "creation_timestamp", "ascending": True}],
    [{"field_name": "creation_timestamp"}],
    [{"field_name": "creation_timestamp", "ascending": False}],
    [{"field_name": "creation_time"}],
    [{"field_name": "creation_timestamp_ms"}],
    [{"field_name": "last_updated_timestamp", "ascending": False}],
    [{"field_name": "model_type"}],
    [{"field_name": "model_type", "ascending": False}],
    [{"field_name": "status"}, {"field_name": "name"}],
    [{"field_name": "source_run_id"}],
    [{"field_name": "status_message"}],
    [{"field_name": "experiment_id"}],
    [{"field_name": "lifecycle_stage"}],
    [{"field_name": "metrics.acc"}],
    [{"field_name": "metrics.acc", "ascending": False}],
    [{"field_name": "metrics.acc", "dataset_name": "iris"}],
    [{"field_name": "metrics.acc", "ascending": False, "dataset_name": "iris", "dataset_digest": "d2"}],
    [{"field_name": "metrics.acc", "dataset_digest": "d1"}],
    [{"field_name": "metrics.acc", "dataset_name": "none"}],
    [{"field_name": "metrics.a/b", "ascending": False}, {"field_name": "name"}],
    [{"field_name": "metrics.none"}],
    [{"field_name": "name"}, {"field_name": "name", "ascending": False}],
]
BAD_ORDERS: list[Any] = [
    [{"field_name": "nope"}],
    [{"field_name": "params.p"}],
    [{"field_name": "tags.t"}],
    [{"field_name": "metric.acc"}],
    [{"field_name": "attributes.name"}],
    [{"field_name": ""}],
]
MODELS: list[tuple[dict[str, Any], list[tuple[Any, ...]]]] = [
    ({"name": "a", "tags": {"t": "red"}, "params": {"p": "1"}}, [("acc", 0.9, 1, 0, "iris", "d1")]),
    ({"name": "b", "model_type": "Agent", "tags": {"t": "Red", "a.b": "x"}}, [("acc", 0.1, 1, 0, "iris", "d2")]),
    (
        {"name": "a", "params": {"p": "x", "odd key": "1"}},
        [("acc", math.nan, 1, 0, None, None), ("a/b", 2, 1, 0, None, None)],
    ),
    (
        {"name": "B", "tags": {"t": ""}, "params": {"p": ""}},
        [("acc", 0.2, 5, 0, "iris", "d1"), ("acc", 0.7, 9, 1, "mnist", "d2"), ("acc", 0.95, 9, 0, "iris", "d2")],
    ),
    ({"name": "c", "model_type": "agent"}, []),
    (
        {"name": "d"},
        [("acc", math.inf, 1, 0, "mnist", "d1"), ("a/b", 2, 2, 0, None, None), ("a/b", 1, 1, 5, None, None)],
    ),
]


@pytest.fixture(scope="module")
def filled(shared: Pair) -> Pair:
    """The models of the table, `<model 1>` the first; a deleted one; one in another experiment."""
    run = shared.run()
    for side in (shared.judge, shared.ours):
        side.know(side._ids[run], "<run 0>")
    names = []
    for number, (given, metrics) in enumerate(MODELS):
        tags = [LoggedModelTag(*tag) for tag in given.get("tags", {}).items()]
        params = [LoggedModelParameter(*param) for param in given.get("params", {}).items()]
        source = "<run 0>" if number % 2 else None
        rest = {"name": given["name"], "model_type": given.get("model_type"), "source_run_id": source}
        names.append(shared.model(tags=tags, params=params, **rest))
        for key, value, timestamp, step, dataset, digest in metrics:
            metric = Metric(key, value, timestamp, step, names[-1], dataset, digest)
            shared.answers("log_metric", run, metric)
    for number, name in enumerate(names):
        for side in (shared.judge, shared.ours):
            side.know(side._ids[name], f"<model {number + 1}>")
    shared.answers("finalize_logged_model", "<model 1>", LoggedModelStatus.READY)
    shared.answers("finalize_logged_model", "<model 2>", LoggedModelStatus.FAILED)
    shared.answers("delete_logged_model", shared.model(name="deleted", tags=[LoggedModelTag("t", "red")]))
    shared.model(shared.experiment("elsewhere"), name="elsewhere")
    return shared


@pytest.mark.parametrize("filter_string", FILTERS)
def test_filters_find_the_same(filled: Pair, filter_string: str | None) -> None:
    filled.answers("search_logged_models", ["0"], filter_string)


@pytest.mark.parametrize("filter_string", BAD_FILTERS)
def test_bad_filters_are_refused_alike(filled: Pair, filter_string: str) -> None:
    filled.agrees("search_logged_models", ["0"], filter_string)


@pytest.mark.parametrize("filter_string", CRASHING_FILTERS)
def test_filters_that_crash_the_judge_are_refused_with_mlflows_exception(filled: Pair, filter_string: str) -> None:
    filled.breaks("search_logged_models", ["0"], filter_string)


@pytest.mark.parametrize("datasets", DATASETS, ids=str)
@pytest.mark.parametrize(
    "filter_string", [None, "metrics.acc > 0.5", "metrics.acc <= 0.2", "name = 'a'", "metrics.`a/b` > 0"]
)
def test_datasets_narrow_metrics_and_models(filled: Pair, datasets: Any, filter_string: str | None) -> None:
    filled.answers("search_logged_models", ["0"], filter_string, datasets)


@pytest.mark.parametrize("datasets", BAD_DATASETS, ids=str)
def test_a_dataset_needs_a_name(filled: Pair, datasets: Any) -> None:
    filled.refuses("INVALID_PARAMETER_VALUE", "search_logged_models", ["0"], None, datasets)


@pytest.mark.parametrize("order_by", ORDERS, ids=str)
def test_orders_are_the_judges(filled: Pair, order_by: Any) -> None:
    filled.answers("search_logged_models", ["0"], order_by=order_by)
    filled.answers("search_logged_models", ["0", "1"], None, DATASETS[1], None, order_by)


@pytest.mark.parametrize("order_by", BAD_ORDERS, ids=str)
def test_bad_orders_are_refused(filled: Pair, order_by: Any) -> None:
    filled.refuses("INVALID_PARAMETER_VALUE", "search_logged_models", ["0"], order_by=order_by)


@pytest.mark.parametrize("size", [1, 2, 5, 6, 7, None, 0])
@pytest.mark.parametrize("order_by", [None, [{"field_name": "metrics.acc"}]], ids=str)
def test_pages_follow_each_other(filled: Pair, size: int | None, order_by: Any) -> None:
    pages = filled.pages("search_logged_models", ["0"], max_results=size, order_by=order_by)
    assert sum(map(len, pages)) == len(MODELS)


@pytest.mark.parametrize("token", ["nonsense", "e30=", "bm9uc2Vuc2U="])
def test_bad_tokens_are_refused_alike(filled: Pair, token: str) -> None:
    filled.agrees("search_logged_models", ["0"], page_token=token)


@pytest.mark.parametrize(
    "other",
    [{"filter_string": "name = 'a'"}, {"order_by": [{"field_name": "name"}]}, {"experiment_ids": ["1"]}],
    ids=str,
)
def test_a_token_is_of_one_search(filled: Pair, other: Any) -> None:
    for side in (filled.judge, filled.ours):
        token = side.store.search_logged_models(["0"], max_results=1).token
        outcome = side.outcome("search_logged_models", (), {"experiment_ids": ["0"], **other, "page_token": token})
        assert outcome.code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize("ids", [["0"], ["1"], ["0", "1"], [], ["99"], ["0", "0"]], ids=str)
def test_experiments_are_chosen_alike(filled: Pair, ids: list[str]) -> None:
    filled.answers("search_logged_models", ids, order_by=[{"field_name": "name"}])


@pytest.mark.parametrize("way", [True, False])
def test_of_a_models_metric_the_judges_latest_point_orders(shared: Pair, way: bool) -> None:
    experiment = shared.experiment(f"latest {way}")
    first, second = shared.runs(2)
    points = [
        [(0.9, 1, 0, first), (0.1, 2, 0, second)],
        [(0.2, 5, 5, first), (0.8, 5, 6, first)],
        [(0.3, 1, 1, first), (0.7, 1, 1, second)],
        [(0.4, 9, 0, second), (0.6, 1, 9, second)],
        [],
    ]
    for rows in points:
        model = shared.model(experiment, name="m")
        for value, timestamp, step, run in rows:
            shared.answers("log_metric", run, Metric("acc", value, timestamp, step, model))
    order = [{"field_name": "metrics.acc", "ascending": way}]
    shared.answers("search_logged_models", [experiment], order_by=order)
    shared.answers("search_logged_models", [experiment], "metrics.acc > 0.5", order_by=order)
