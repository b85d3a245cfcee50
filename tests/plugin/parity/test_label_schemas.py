"""The questions that reviewers answer about traces."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.genai.label_schemas import InputCategorical, InputNumeric, InputPassFail, InputText

from .pair import Pair

INVALID, MISSING, TAKEN = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS"
NUMBERS = itertools.count(1)
INPUTS: list[Any] = [
    InputText(),
    InputText(max_length=10),
    InputPassFail(positive_label="good", negative_label="bad"),
    InputPassFail(positive_label="gut", negative_label="schlecht ✓"),
    InputNumeric(min_value=0, max_value=5),
    InputNumeric(),
    InputCategorical(options=["a", "b"]),
    InputCategorical(options=["a", "b"], multi_select=True),
]
ODD: list[dict[str, Any]] = [
    {"name": ""},
    {"name": None},
    {"name": "x" * 1000},
    {"type": "nope"},
    {"type": None},
    {"input": None},
    {"input": "text"},
    {"input": InputCategorical(options=[])},
    {"input": InputCategorical(options=["a", "a"])},
    {"input": InputNumeric(min_value=5, max_value=0)},
    {"input": InputText(max_length=-1)},
    {"instruction": 1},
    {"instruction": "long " * 10000},
    {"enable_comment": "yes"},
]


def asked(pair: Pair, experiment_id: str = "0", **given: Any) -> str:
    fields = {"name": f"question {next(NUMBERS)}", "type": "feedback", "input": InputText()} | given
    return pair.born("schema_id", "create_label_schema", experiment_id, **fields)


@pytest.mark.parametrize("kind", ["feedback", "expectation"])
@pytest.mark.parametrize("given", INPUTS, ids=str)
def test_a_question_is_kept_as_it_was_given(shared: Pair, kind: str, given: Any) -> None:
    name = f"question {next(NUMBERS)}"
    schema = asked(shared, name=name, type=kind, input=given, instruction="Was? ✓", enable_comment=True)
    shared.answers("get_label_schema", schema)
    shared.answers("get_label_schema_by_name", "0", name)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: str(odd)[:40])
def test_odd_questions_are_taken_or_refused_alike(shared: Pair, odd: Any) -> None:
    fields = {"name": f"question {next(NUMBERS)}", "type": "feedback", "input": InputText()}
    shared.agrees("create_label_schema", "0", **(fields | odd))
    schema = asked(shared)
    shared.agrees("update_label_schema", schema, **{key: value for key, value in odd.items() if key != "type"})
    shared.answers("get_label_schema", schema)


def test_a_name_is_taken_within_its_experiment(shared: Pair) -> None:
    other = shared.experiment("with a question of the same name")
    for experiment_id in ("0", other):
        asked(shared, experiment_id, name="same")
    shared.refuses(TAKEN, "create_label_schema", "0", name="same", type="feedback", input=InputText())
    shared.refuses(TAKEN, "update_label_schema", asked(shared), name="same")


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"name": "renamed"},
        {"instruction": ""},
        {"enable_comment": True},
        {"input": InputText(max_length=5)},
        {"input": INPUTS[2]},
    ],
    ids=str,
)
def test_a_question_is_changed_alike(shared: Pair, change: Any) -> None:
    schema = asked(shared, instruction="Was?")
    shared.agrees("update_label_schema", schema, **change)
    shared.answers("get_label_schema", schema)


def test_each_experiment_has_a_question_that_stays(shared: Pair) -> None:
    experiment_id = shared.experiment("with its own question")
    (first,) = shared.answers("list_label_schemas", experiment_id)["page"]
    assert first["is_default"] is True
    for side in (shared.judge, shared.ours):
        (default,) = side.call("list_label_schemas", (experiment_id,))
        side.know(default.schema_id, "<schema_id 0>")
    shared.refuses(INVALID, "delete_label_schema", "<schema_id 0>")
    shared.agrees("update_label_schema", "<schema_id 0>", name="renamed")
    shared.answers("list_label_schemas", experiment_id)


def test_pages_of_questions_follow_one_another(shared: Pair) -> None:
    experiment_id = shared.experiment("with pages")
    for number in range(3):
        asked(shared, experiment_id, name=f"page {number}")
    pages = shared.pages("list_label_schemas", experiment_id, max_results=2)
    assert [len(page) for page in pages] == [2, 2]
    for given in ({"max_results": 0}, {"page_token": "no token"}):
        shared.refuses(INVALID, "list_label_schemas", experiment_id, **given)


def test_a_question_is_removed(shared: Pair) -> None:
    schema = asked(shared)
    for _ in range(2):
        shared.answers("delete_label_schema", schema)
    for method in ("get_label_schema", "update_label_schema"):
        shared.refuses(MISSING, method, schema)


CALLS: list[tuple[Any, ...]] = [
    ("create_label_schema", (), {"name": "q", "type": "feedback", "input": InputText()}),
    ("get_label_schema_by_name", ("q",), {}),
    ("list_label_schemas", (), {}),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
@pytest.mark.parametrize("experiment_id", ["99999", "abc", ""])
def test_a_question_needs_an_experiment(shared: Pair, call: Any, experiment_id: str) -> None:
    method, args, kwargs = call
    shared.agrees(method, experiment_id, *args, **kwargs)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_the_questions_of_a_deleted_experiment_wait_for_its_return(shared: Pair, call: Any) -> None:
    method, args, kwargs = call
    experiment_id = shared.experiment(f"deleted for {method}")
    schema = asked(shared, experiment_id, name="kept")
    shared.answers("delete_experiment", experiment_id)
    shared.refuses(MISSING, method, experiment_id, *args, **kwargs)
    shared.answers("get_label_schema", schema)
    shared.answers("restore_experiment", experiment_id)
    shared.answers("get_label_schema_by_name", experiment_id, "kept")


@pytest.mark.parametrize("schema_id", ["ls-unknown", "", None])
@pytest.mark.parametrize("method", ["get_label_schema", "update_label_schema", "delete_label_schema"])
def test_an_unknown_question_is_refused_alike(shared: Pair, method: str, schema_id: Any) -> None:
    shared.agrees(method, schema_id)
