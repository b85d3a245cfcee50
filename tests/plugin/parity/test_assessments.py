"""Assessments of traces: feedback, expectations and references to issues."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.entities import AssessmentError, AssessmentSource, Expectation, Feedback
from mlflow.entities.assessment import ExpectationValue, FeedbackValue

from .pair import Pair
from .spans import span, trace

NUMBERS = itertools.count(1)
HUMAN = AssessmentSource("HUMAN", "ann")
ERROR = AssessmentError("RATE_LIMIT", "too often", "at line 1")


def begun(pair: Pair) -> str:
    trace_id = f"tr-{next(NUMBERS)}"
    pair.answers("start_trace", trace(trace_id))
    return trace_id


def assessed(pair: Pair, trace_id: str, kind: type = Feedback, **given: Any) -> str:
    return pair.born("assessment_id", "create_assessment", kind(trace_id=trace_id, **{"name": "good", **given}))


FEEDBACK: list[dict[str, Any]] = [
    {"value": True},
    {"value": 0.5},
    {"value": 3},
    {"value": "so so ✓"},
    {"value": ["a", "b"]},
    {"value": {"a": 1.5}},
    {"value": None, "error": ERROR},
    {"value": 1, "source": HUMAN, "rationale": "because", "metadata": {"k": "v", "mlflow.x": "1"}},
    {"value": 1, "span_id": "0000000000000001"},
    {"value": 1, "name": "other name"},
    {"value": 1, "valid": False},
]
EXPECTATIONS: list[dict[str, Any]] = [
    {"value": "42"},
    {"value": 42},
    {"value": ["a", {"b": None}]},
    {"value": {"deep": {"er": 1}}},
    {"value": "x", "source": HUMAN, "metadata": {"k": "v"}},
]


@pytest.mark.parametrize(
    ("kind", "given"),
    [*((Feedback, given) for given in FEEDBACK), *((Expectation, given) for given in EXPECTATIONS)],
    ids=lambda given: str(given)[:30],
)
def test_an_assessment_is_kept_as_it_was_given(shared: Pair, kind: Any, given: Any) -> None:
    trace_id = begun(shared)
    assessment = assessed(shared, trace_id, kind, **given)
    shared.answers("get_assessment", trace_id, assessment)
    shared.answers("get_trace_info", trace_id)


def test_an_assessment_takes_the_place_of_another(shared: Pair) -> None:
    trace_id = begun(shared)
    first = assessed(shared, trace_id, value=True)
    second = assessed(shared, trace_id, value=False, overrides=first)
    for assessment in (first, second):
        shared.answers("get_assessment", trace_id, assessment)
    shared.answers("delete_assessment", trace_id, second)
    shared.answers("get_assessment", trace_id, first)
    unknown = Feedback(name="good", value=1, trace_id=trace_id, overrides="a-unknown")
    shared.refuses("RESOURCE_DOES_NOT_EXIST", "create_assessment", unknown)


@pytest.mark.parametrize("trace_id", ["tr-unknown", "", None])
def test_an_assessment_needs_a_trace(shared: Pair, trace_id: Any) -> None:
    shared.agrees("create_assessment", Feedback(name="good", value=1, trace_id=trace_id))


CHANGES: list[dict[str, Any]] = [
    {},
    {"name": "renamed"},
    {"rationale": "another"},
    {"metadata": {"added": "1"}},
    {"feedback": FeedbackValue(0.1)},
    {"feedback": FeedbackValue(None, ERROR)},
    {"expectation": ExpectationValue("other")},
    {"expectation": ExpectationValue("other"), "feedback": FeedbackValue(1)},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: " ".join(change) or "nothing")
@pytest.mark.parametrize("kind", [Feedback, Expectation])
def test_an_assessment_is_changed_alike(shared: Pair, kind: Any, change: Any) -> None:
    trace_id = begun(shared)
    assessment = assessed(shared, trace_id, kind, value="x", metadata={"k": "v"})
    shared.agrees("update_assessment", trace_id, assessment, **change)
    shared.answers("get_assessment", trace_id, assessment)


def test_an_assessment_is_removed_once(shared: Pair) -> None:
    trace_id = begun(shared)
    assessment = assessed(shared, trace_id, value=1)
    for _ in range(2):
        shared.agrees("delete_assessment", trace_id, assessment)
    shared.agrees("get_assessment", trace_id, assessment)
    shared.answers("get_trace_info", trace_id)


@pytest.mark.parametrize("method", ["get_assessment", "update_assessment", "delete_assessment"])
@pytest.mark.parametrize("trace_id", ["<known>", "tr-unknown"])
def test_an_unknown_assessment_is_refused(shared: Pair, method: str, trace_id: str) -> None:
    known = begun(shared)
    shared.agrees(method, known if trace_id == "<known>" else trace_id, "a-unknown")


def test_assessments_go_with_their_trace(shared: Pair) -> None:
    trace_id = begun(shared)
    assessment = assessed(shared, trace_id, value=1)
    shared.answers("delete_traces", "0", trace_ids=[trace_id])
    shared.agrees("get_assessment", trace_id, assessment)


def test_assessments_are_shown_with_the_spans_of_their_trace(shared: Pair) -> None:
    trace_id = begun(shared)
    shared.answers("log_spans", "0", [span(trace_id)])
    assessed(shared, trace_id, value=1, span_id="0000000000000001")
    shared.answers("get_trace", trace_id)


def test_a_trace_of_a_deleted_experiment_is_assessed_alike(shared: Pair) -> None:
    experiment_id = shared.experiment("assessed and deleted")
    shared.answers("start_trace", trace("tr-of-deleted", experiment_id))
    shared.answers("delete_experiment", experiment_id)
    assessment = assessed(shared, "tr-of-deleted", value=1)
    shared.answers("get_assessment", "tr-of-deleted", assessment)


@pytest.mark.parametrize("removed", ["run", "experiment", "run for good"])
def test_assessments_go_with_the_run_that_made_them(pair: Pair, removed: str) -> None:
    experiment_id = pair.experiment("of the run")
    run = pair.run(experiment_id)
    pair.answers("start_trace", trace("tr-1"))
    for made_by in ({"mlflow.assessment.sourceRunId": run}, {}):
        assessed(pair, "tr-1", value=1, metadata=made_by)
    pair.answers(*{"experiment": ("delete_experiment", experiment_id)}.get(removed, ("delete_run", run)))
    if removed == "run for good":
        pair.answers("_hard_delete_run", run)
    pair.answers("get_trace_info", "tr-1")
    if removed == "run":
        pair.answers("restore_run", run)
        pair.answers("get_trace_info", "tr-1")
