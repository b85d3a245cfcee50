"""Searches: the SQL of a filter tree agrees with its plain meaning, on random runs and random trees."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlflow_ws_plugin.errors import InvalidQuery
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.records.filters import AllOf, AnyOf, Comparison, Facts, Field, Filter, Order, matches
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.metric import ColumnType, Kind
from mlflow_ws_plugin.records.run import Dataset, DatasetUse, NewRun, Origin, RunRecord
from mlflow_ws_plugin.records.series import SeriesWrite

KEYS = ("a", "b")
WORDS = ("", "x", "X", "xy", "%", "_", "a\\b", "ß", "é", "日本", "x\ny")
NUMBERS = (0.0, -0.0, 1.0, -1.5, 1e300, math.inf, -math.inf, math.nan)
RUNS = 40


def scalar(key: str, value: float) -> SeriesWrite:
    """One point."""
    row = (0, 1, 0.0, 1) if math.isnan(value) else (0, 1, value, 0)
    return SeriesWrite(key, key, None, Kind.SCALAR, ColumnType.DOUBLE, [row])


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunHistory]:
    """Forty runs that have each value of each kind, or lack it, in many combinations."""
    found = RunHistory(tmp_path_factory.mktemp("search"))
    for number in range(RUNS):
        fill(found, number)
    yield found
    found.close()


def fill(history: RunHistory, number: int) -> None:
    """Begin one run and log to it."""
    words = [WORDS[number % len(WORDS)], WORDS[(number * 7 + 3) % len(WORDS)]]
    run = NewRun(
        experiment_id="0",
        run_id=f"run{number}",
        name=words[0],
        state=State.RUNNING if number % 3 else State.QUEUED,
        user=words[1],
        origin=Origin.NATIVE,
        start_ms=1000 + number % 5,
        tags={"a": words[1]} if number % 2 else {},
        properties={"b": words[0]} if number % 4 else {},
    )
    history.runs.create(run)
    history.runs.log_parameters(run.run_id, dict(list(zip(KEYS, words, strict=True))[: number % 3]))
    writes = [scalar("a", NUMBERS[number % len(NUMBERS)])] if number % 5 else []
    if number % 7 == 0:
        writes.append(SeriesWrite("t", "t", None, Kind.SCALAR, ColumnType.STRING, [], [(0, 1, words[1])]))
    if writes:
        history.metrics.log(run.run_id, writes)
    if number % 6 == 0:
        dataset = Dataset(words[0], str(number % 4), "local", "source", None, None)
        history.inputs.log(run.run_id, datasets=[DatasetUse(dataset, (("mlflow.data.context", words[1]),))])


def facts(record: RunRecord) -> Facts:
    """Return what a filter looks at in a run."""
    info = record.info
    latest = {key: math.nan if is_nan else value for key, value, is_nan, _, _ in record.metrics}
    attributes = {"run_id": info.run_id, "name": info.name, "user": info.user, "start_time": info.start_ms}
    return Facts(
        {
            "attribute": attributes,
            "metric": latest,
            "parameter": record.parameters,
            "tag": record.tags,
            "property": record.properties,
            "text": record.texts,
        },
        tuple(
            {"name": use.dataset.name, "digest": use.dataset.digest, "context": dict(use.tags)["mlflow.data.context"]}
            for use in record.datasets
        ),
    )


TEXT_FIELDS = [
    *(Field(kind, key) for kind in ("parameter", "tag", "property") for key in KEYS),
    *(Field("attribute", key) for key in ("run_id", "name", "user")),
    *(Field("dataset", key) for key in ("name", "digest", "context")),
    Field("text", "t"),
]
NUMBER_FIELDS = [Field("metric", "a"), Field("metric", "none"), Field("attribute", "start_time")]
EXISTENCE = [field for field in [*TEXT_FIELDS, *NUMBER_FIELDS] if field.kind not in ("attribute", "dataset")]

TEXT = st.builds(
    Comparison, st.sampled_from(TEXT_FIELDS), st.sampled_from(["=", "!=", "LIKE", "ILIKE"]), st.sampled_from(WORDS)
)
MEMBER = st.builds(
    Comparison,
    st.sampled_from(TEXT_FIELDS),
    st.sampled_from(["IN", "NOT IN"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(tuple),
)
NUMBER = st.builds(
    Comparison,
    st.sampled_from(NUMBER_FIELDS),
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    st.sampled_from([0.0, 1.0, -1.5, 1002.0, math.inf]),
)
PRESENCE = st.builds(Comparison, st.sampled_from(EXISTENCE), st.sampled_from(["IS NULL", "IS NOT NULL"]))
TREES: st.SearchStrategy[Filter] = st.recursive(
    TEXT | MEMBER | NUMBER | PRESENCE,
    lambda inner: (
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=5,
)


@given(tree=TREES)
@settings(max_examples=400, deadline=None)
def test_the_sql_of_a_filter_means_what_the_filter_means(history: RunHistory, tree: Filter) -> None:
    everything = history.runs.search([0], AllOf(), [])
    assert len(everything) == RUNS
    expected = {record.info.run_id for record in everything if matches(tree, facts(record))}
    assert {record.info.run_id for record in history.runs.search([0], tree, [])} == expected


ORDERS = st.lists(
    st.builds(Order, st.sampled_from([field for field in EXISTENCE if field.kind != "text"]), st.booleans()),
    max_size=2,
    unique_by=lambda order: order.field,
)


@given(order=ORDERS, size=st.integers(1, 17))
@settings(max_examples=60, deadline=None)
def test_pages_joined_are_the_whole_search(history: RunHistory, order: list[Order], size: int) -> None:
    whole = [record.info.run_id for record in history.runs.search([0], AllOf(), order)]
    pages = [
        record.info.run_id
        for offset in range(0, RUNS, size)
        for record in history.runs.search([0], AllOf(), order, limit=size, offset=offset)
    ]
    assert pages == whole
    assert len(set(whole)) == RUNS


def test_absent_values_come_last_both_ways(history: RunHistory) -> None:
    field = Field("metric", "a")
    for ascending in (True, False):
        found = history.runs.search([0], AllOf(), [Order(field, ascending)])
        values = [facts(record).values["metric"].get("a") for record in found]
        ranks = [2 if value is None else int(math.isnan(value)) for value in values]
        assert ranks == sorted(ranks)
        numbers = [value for value in values if value is not None and not math.isnan(value)]
        assert numbers == sorted(numbers, reverse=not ascending)


@pytest.mark.parametrize("field", [Field("attribute", "colour"), Field("planet", "a")])
def test_an_unknown_field_is_refused_with_those_there_are(history: RunHistory, field: Field) -> None:
    with pytest.raises(InvalidQuery, match="Use one of"):
        history.runs.search([0], Comparison(field, "=", "x"), [])


def test_an_empty_place_finds_nothing(tmp_path: Path) -> None:
    assert RunHistory(tmp_path / "not there").runs.search([0], AllOf(), []) == []
