"""Searches for runs: MLflow's whole filter grammar."""

from __future__ import annotations

import math
from typing import Any

import pytest
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunStatus, RunTag, ViewType

from .pair import Pair

NAN, INF = math.nan, math.inf
RUNS: list[tuple[dict[str, Any], dict[str, float], dict[str, str], dict[str, str]]] = [
    ({"name": "first", "start_time": 1000}, {"acc": 0.5, "odd key": 1}, {"lr": "0.1", "a.b": "x"}, {"team": "red"}),
    ({"name": "First", "start_time": 2000}, {"acc": NAN, "loss": 0.0}, {"lr": "0.2"}, {"team": "Red", "odd key": "1"}),
    ({"name": "it's", "start_time": 3000}, {"acc": 0.0, "loss": INF}, {"lr": "1e-1"}, {"team": "100%"}),
    ({"name": "a_b", "start_time": 3001}, {"acc": -1.0, "loss": -INF}, {"lr": ""}, {"team": "", "note": "a'b"}),
    ({"name": "aXb", "start_time": 0}, {"a/b": 2, "m.n": 3}, {"Lr": "0.1"}, {"mlflow.note.content": "x y"}),
    ({"name": "bob's", "user": "bob", "start_time": 4000}, {}, {}, {}),
]
ATTRIBUTES = [
    "run_id = '<run 1>'",
    "attributes.run_id != '<run 1>'",
    "run_id IN ('<run 1>', '<run 3>')",
    "run_id NOT IN ('<run 1>', '<run 3>')",
    "run_id in ('<run 2>')",
    "run_id LIKE '%'",
    "run_id = 'none'",
    "attributes.status = 'RUNNING'",
    "status = 'FINISHED'",
    "status != 'RUNNING'",
    "status LIKE 'F%'",
    "status ILIKE 'f%'",
    "status = 'running'",
    "status = 'SCHEDULED'",
    "status = 'KILLED'",
    "run.status = 'FAILED'",
    "attr.user_id = 'bob'",
    "user_id != 'bob'",
    "user_id ILIKE 'B%'",
    "start_time = 3000",
    "start_time != 3000",
    "start_time > 1000 AND start_time <= 3000",
    "attributes.start_time < 1",
    "start_time >= 2000.5",
    "created > 2000",
    "Created <= 2000",
    "attributes.created = 1000",
    "end_time > 0",
    "end_time = 9000",
    "end_time != 9000",
    "artifact_uri LIKE '%artifacts'",
    "artifact_uri LIKE '%<run 2>%'",
    "run_name = 'first'",
    "run_name != 'first'",
    "attributes.run_name LIKE 'f%'",
    "run_name ILIKE 'FIRST'",
    "run_name LIKE 'a_b'",
    'run_name = "it\'s"',
    "attributes.`run name` = 'first'",
    "attributes.`Run name` = 'first'",
    "attributes.`Run Name` LIKE 'F%'",
    "attributes.\"run name\" = 'first'",
    "tags.mlflow.runName = 'first'",
    "tags.`mlflow.runName` ILIKE 'first'",
]
METRICS = [
    *(f"metrics.acc {op} {number}" for op in (">", ">=", "=", "!=", "<", "<=") for number in ("0", "0.5", "-1", "1e9")),
    "metric.acc > 0",
    "metrics.loss > 1e308",
    "metrics.loss < -1e308",
    "metrics.loss = 1.7976931348623157e308",
    "metrics.loss != 1.7976931348623157e308",
    "metrics.loss <= 1.7976931348623157e308",
    "metrics.loss >= -1.7976931348623157e308",
    "metrics.loss > 1.7976931348623157e308",
    "metrics.loss != 0",
    "metrics.loss >= 0 AND metrics.acc <= 0",
    "metrics.`odd key` = 1",
    'metrics."odd key" = 1',
    "metrics.`a/b` = 2",
    "metrics.`m.n` = 3",
    "metrics.m.n = 3",
    "metrics.m.n = 3.0",
    "metrics.none = 0",
    "metrics.none != 0",
    "metrics.Acc > -10",
    "metrics.acc > .4",
]
PARAMS = [
    "params.lr = '0.1'",
    'params.lr = "0.1"',
    "param.lr = '0.1'",
    "parameter.lr = '0.1'",
    "parameters.lr != '0.1'",
    "params.lr != ''",
    "params.lr LIKE '0.%'",
    "params.lr LIKE '%1'",
    "params.lr like '0._'",
    "params.lr ILIKE '1E%'",
    "params.lr ilike '1E%'",
    "params.lr IS NULL",
    "params.lr IS NOT NULL",
    "params.lr is not null",
    "params.Lr IS NOT NULL",
    "params.none IS NULL",
    "params.none = 'x'",
    "params.a.b = 'x'",
    "params.`a.b` = 'x'",
    "params.lr IS NOT NULL AND params.a.b IS NULL",
    "params.lr = ''",
]
TAGS = [
    "tags.team = 'red'",
    "tag.team = 'red'",
    "tags.team != 'red'",
    "tags.team LIKE 'r%'",
    "tags.team LIKE 'R%'",
    "tags.team ILIKE 'R%'",
    "tags.team LIKE '100%'",
    "tags.team LIKE '100\\%'",
    "tags.team = ''",
    "tags.team IS NULL",
    "tags.team IS NOT NULL",
    "tags.`odd key` = '1'",
    "tags.\"odd key\" = '1'",
    "tags.`odd key` IS NULL",
    "tags.mlflow.note.content = 'x y'",
    "tags.`mlflow.note.content` LIKE '% %'",
    'tags.note = "a\'b"',
    "tags.none != 'x'",
    "`tags`.team = 'red'",
]
DATASETS = [
    "dataset.name = 'iris'",
    "datasets.name = 'iris'",
    "dataset.name != 'iris'",
    "dataset.name LIKE 'i%'",
    "dataset.name ILIKE 'IRIS%'",
    "dataset.name IN ('iris', 'mnist')",
    "dataset.name NOT IN ('iris')",
    "dataset.digest = 'd1'",
    "dataset.digest LIKE 'd_'",
    "dataset.digest IN ('d1', 'd9')",
    "dataset.context = 'train'",
    "dataset.context != 'train'",
    "dataset.context ILIKE 'T%'",
    "dataset.context IN ('train', 'eval')",
    "dataset.name = 'iris' AND dataset.context = 'eval'",
    "dataset.name = 'iris' AND dataset.digest = 'd2'",
    "dataset.name = 'none'",
]
COMBINED = [
    None,
    "",
    "params.lr = '0.1' AND tags.team = 'red' AND metrics.acc > 0 AND status = 'RUNNING'",
    "params.lr = '0.1' and metrics.acc = 0.5",
    "metrics.acc > -5 AND metrics.acc < 0.4",
    "dataset.name = 'iris' AND metrics.acc >= 0",
    "   tags.team = 'red'   ",
    "tags.team='red' AND params.lr='0.1'",
    "start_time>0 AND run_name!='first'",
    "metrics.acc>0",
    "params.lr = '0.1'\nAND\ttags.team = 'red'",
    "params.lr = '0.1' AND params.lr = '0.2'",
]
BAD = [
    "metrics.acc",
    "metrics.acc >",
    "metrics.acc > 'x'",
    "metrics.acc > '0.5'",
    "metrics.acc LIKE 'x'",
    "metrics.acc IN (1)",
    "metrics.acc = nan",
    "metrics.acc IS NULL",
    "metrics.a/b = 2",
    "metrics.acc = 1 OR metrics.acc = 2",
    "NOT metrics.acc = 1",
    "(metrics.acc = 1)",
    "params.lr = 0.1",
    "params.lr > '0.1'",
    "params.lr = lr",
    "params.lr IN ('0.1')",
    "params.lr = 0.1'",
    "tags.team > 'a'",
    "tags.team IN ('red')",
    "tags.team = red",
    "attributes.nope = 'x'",
    "nope = 'x'",
    "nope.x = 'x'",
    "experiment_id = '0'",
    "lifecycle_stage = 'active'",
    "status IN ('RUNNING')",
    "status > 'A'",
    "status IS NULL",
    "run_id > 'a'",
    "run_id IN (1, 2)",
    "run_id IN ()",
    "run_id = 1",
    "start_time = '1000'",
    "start_time LIKE '1'",
    "start_time IN (1)",
    "dataset.name > 'a'",
    "dataset.nope = 'x'",
    "dataset.name IS NULL",
    "dataset.name = 1",
    "'red' = tags.team",
    "tags.team == 'red'",
    "tags.team <> 'red'",
    "tags.team = 'red';",
    "tags.team = 'red'; tags.team = 'x'",
    "tags.team = 'red' tags.team = 'blue' nonsense",
    "tags. = 'red'",
    "metrics. > 1",
    "AND",
    "'",
    "tags.team = 'red' AND",
    "run_name IN ('first')",
    "model.name = 'x'",
]


@pytest.fixture(scope="module")
def filled(shared: Pair) -> Pair:
    """The runs of the table, `<run 1>` the first, in every status, some with datasets, one deleted."""
    for born, metrics, params, tags in RUNS:
        run = shared.run(**born)
        logged = [Metric(key, value, 1, 0) for key, value in metrics.items()]
        shared.answers(
            "log_batch", run, logged, [Param(*p) for p in params.items()], [RunTag(*t) for t in tags.items()]
        )
    for number, status in enumerate(RunStatus.all_status(), 1):
        shared.answers("update_run_info", f"<run {number}>", status, 9000 if number > 2 else None, None)
    train = DatasetInput(Dataset("iris", "d1", "local", "{}"), [InputTag("mlflow.data.context", "train")])
    evaluate = DatasetInput(Dataset("mnist", "d2", "local", "{}"), [InputTag("mlflow.data.context", "eval")])
    plain = DatasetInput(Dataset("Iris", "d2", "local", "{}"), [])
    for run, used in (("<run 1>", [train]), ("<run 2>", [train, evaluate]), ("<run 3>", [plain, evaluate])):
        shared.answers("log_inputs", run, used)
    shared.answers("log_metric", "<run 1>", Metric("acc", -9.0, 0, -1))
    shared.answers("delete_run", shared.run(name="deleted", start_time=10, tags=[RunTag("team", "red")]))
    elsewhere = shared.experiment("elsewhere")
    shared.run(elsewhere, name="elsewhere", start_time=20, tags=[RunTag("team", "red")])
    return shared


def search(pair: Pair, filter_string: str | None, view: int = ViewType.ACTIVE_ONLY) -> list[Any]:
    found, _ = pair.answers("_search_runs", ["0"], filter_string, view, 100, None, None)
    return [run["info"]["run_id"] for run in found]


@pytest.mark.parametrize("filter_string", ATTRIBUTES)
def test_attributes_find_the_same(filled: Pair, filter_string: str) -> None:
    search(filled, filter_string)


@pytest.mark.parametrize("filter_string", METRICS)
def test_metrics_find_the_same(filled: Pair, filter_string: str) -> None:
    search(filled, filter_string)


@pytest.mark.parametrize("filter_string", PARAMS)
def test_params_find_the_same(filled: Pair, filter_string: str) -> None:
    search(filled, filter_string)


@pytest.mark.parametrize("filter_string", TAGS)
def test_tags_find_the_same(filled: Pair, filter_string: str) -> None:
    search(filled, filter_string)


@pytest.mark.parametrize("filter_string", DATASETS)
def test_datasets_find_the_same(filled: Pair, filter_string: str) -> None:
    search(filled, filter_string)


@pytest.mark.parametrize("filter_string", COMBINED)
def test_combined_filters_find_the_same(filled: Pair, filter_string: str | None) -> None:
    for view in (ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL):
        search(filled, filter_string, view)


@pytest.mark.parametrize("filter_string", BAD)
def test_bad_filters_are_refused_alike(filled: Pair, filter_string: str) -> None:
    filled.agrees("_search_runs", ["0"], filter_string, ViewType.ALL, 100, [], None)


def test_the_table_of_filters_finds_something(filled: Pair) -> None:
    """A table in which most filters find nothing or everything would prove nothing."""
    filters = [*ATTRIBUTES, *METRICS, *PARAMS, *TAGS, *DATASETS]
    found = [filled.judge.call("_search_runs", (["0"], text, ViewType.ALL, 100, None, None))[0] for text in filters]
    assert sum(0 < len(runs) < len(RUNS) for runs in found) > len(filters) * 0.6


@pytest.mark.parametrize("view", [ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL])
def test_view_types_show_their_stages(filled: Pair, view: int) -> None:
    assert len(search(filled, None, view)) == {1: len(RUNS), 2: 1, 3: len(RUNS) + 1}[view]


@pytest.mark.parametrize("ids", [["0", "1"], ["1", "0"], ["1"], [], ["0", "0"], ["99"], ["x"], ["0", "x"]], ids=str)
def test_experiments_are_chosen_alike(filled: Pair, ids: list[str]) -> None:
    filled.agrees("_search_runs", ids, "tags.team = 'red'", ViewType.ALL, 100, ["run_name"], None)


def test_a_run_is_found_by_its_whole_place(filled: Pair) -> None:
    found = []
    for side in (filled.judge, filled.ours):
        uri = side.call("get_run", ("<run 2>",)).info.artifact_uri
        runs, _ = side.store._search_runs(["0"], f"artifact_uri = '{uri}'", ViewType.ALL, 10, [], None)
        found.append(side.shown(runs))
    assert found[0] == found[1]
    assert len(found[0]) == 1


@pytest.mark.parametrize("count", [2000, 40_000])
def test_a_search_may_name_thousands_of_experiments(filled: Pair, count: int) -> None:
    ids = [str(i) for i in range(count)]
    filled.agrees("_search_runs", ids, "tags.team = 'red'", ViewType.ALL, 100, None, None)


def test_a_search_may_name_thousands_of_runs(filled: Pair) -> None:
    ids = ", ".join(f"'{i}'" for i in range(2000))
    search(filled, f"run_id IN ({ids}, '<run 1>')")
    search(filled, f"run_id NOT IN ({ids}, '<run 1>')")
