"""Where ours differs from MLflow's SQL store on purpose: each with its reason."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from mlflow.entities import Metric, Param, RunTag

from .pair import Pair, Refusal

ANSWERS = "answers"
INVALID, INTERNAL, BAD = "INVALID_PARAMETER_VALUE", "INTERNAL_ERROR", "BAD_REQUEST"
MISSING, TAKEN = "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS"
LARGEST = sys.float_info.max


@dataclass(frozen=True)
class Difference:
    """One call that the two take differently.

    Attributes:
        law: What ours does.
        reason: Why.
        call: The method and its arguments, from two stores.
        judged: The judge's error code, or that it answers.
        ours: Our error code, or that ours answers.
    """

    law: str
    reason: str
    call: Callable[[Pair], tuple[Any, ...]]
    judged: str
    ours: str


def born_with(*tags: tuple[str, str]) -> Callable[[Pair], tuple[Any, ...]]:
    return lambda _: ("create_run", "0", "ann", 1, [RunTag(*tag) for tag in tags], "x")


def with_metric(key: str, value: Any, timestamp: Any, step: Any) -> Callable[[Pair], tuple[Any, ...]]:
    return lambda pair: ("log_metric", pair.run(), Metric(key, value, timestamp, step))


def after_model_metric(**other: Any) -> Callable[[Pair], tuple[Any, ...]]:
    def prepared(pair: Pair) -> tuple[Any, ...]:
        run, model = pair.run(), pair.model(name="m")
        given = {"value": 1.0, "dataset_name": "d", "dataset_digest": "1"}
        pair.answers("log_metric", run, Metric("m", timestamp=1, step=0, model_id=model, **given))
        return ("log_metric", run, Metric("m", timestamp=1, step=0, model_id=model, **{**given, **other}))

    return prepared


def renamed_to_taken(pair: Pair) -> tuple[Any, ...]:
    return ("rename_experiment", pair.experiment("to rename"), "Default")


RESERVED = "the tag shows a part of the native record, which nothing but a native call changes"
CRASH = "the judge fails inside its own code; ours names the fault"
KEY = "the judge's key of a model's metric leaves out the value and the dataset, so it cannot hold both"
FREE = "the call says enough to begin a run"

DIFFERENCES = [
    Difference("no user", FREE, lambda _: ("create_run", "0", None, 1, [], "x"), INTERNAL, ANSWERS),
    Difference("no start time", FREE, lambda _: ("create_run", "0", "ann", None, [], "x"), INTERNAL, ANSWERS),
    Difference(
        "an empty name tag",
        FREE,
        lambda _: ("create_run", "0", "ann", 1, [RunTag("mlflow.runName", "")], "x"),
        BAD,
        ANSWERS,
    ),
    Difference(
        "a name that is taken", "the judge shows a broken key", renamed_to_taken, BAD, "RESOURCE_ALREADY_EXISTS"
    ),
    Difference("a step of 65 bits", CRASH, with_metric("m", 1.0, 1, 2**63), INTERNAL, INVALID),
    Difference("a time of 65 bits", CRASH, with_metric("m", 1.0, 2**63, 0), INTERNAL, INVALID),
    Difference("a model's metric of another value", KEY, after_model_metric(value=2.0), BAD, ANSWERS),
    Difference("a model's metric of another digest", KEY, after_model_metric(dataset_digest="2"), BAD, ANSWERS),
    Difference(
        "a metric of an unknown model",
        "the judge shows a broken foreign key",
        lambda pair: ("log_metric", pair.run(), Metric("m", 1.0, 1, 0, model_id="m-unknown")),
        BAD,
        MISSING,
    ),
    Difference(
        "a model filter on an unknown attribute",
        CRASH,
        lambda _: ("search_logged_models", ["0"], "nope = 'x'"),
        INTERNAL,
        INVALID,
    ),
    *(
        Difference(
            f"set_tag {key}",
            RESERVED,
            lambda pair, key=key: ("set_tag", pair.run(), RunTag(key, "x")),
            ANSWERS,
            INVALID,
        )
        for key in ("mlws.state", "mlws.property.p", "mlws.metric.m")
    ),
    Difference(
        "log_batch mlws.state",
        RESERVED,
        lambda pair: ("log_batch", pair.run(), [], [], [RunTag("mlws.state", "x")]),
        ANSWERS,
        INVALID,
    ),
]


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.law)
def test_the_two_differ_as_meant(shared: Pair, difference: Difference) -> None:
    found = [
        outcome.code if isinstance(outcome, Refusal) else ANSWERS
        for outcome in shared.outcomes(*difference.call(shared))
    ]
    assert found == [difference.judged, difference.ours], difference.reason


def test_a_batch_that_fails_leaves_nothing_behind(shared: Pair) -> None:
    """The judge commits parameters, metrics, models' metrics and tags one after the other."""
    run = shared.run()
    metrics = [Metric("m", 1.0, 1, 0), Metric("m", 2.0, 2, 1, model_id="m-unknown")]
    shared.outcomes("log_batch", run, metrics, [Param("p", "1")], [RunTag("t", "1")])
    judged, ours = (side.call("get_run", (run,)).data for side in (shared.judge, shared.ours))
    assert (judged.metrics, judged.params) == ({"m": 2.0}, {"p": "1"})
    assert (ours.metrics, ours.params, set(ours.tags)) == ({}, {}, {"mlflow.runName"})


def test_infinity_and_the_largest_double_are_two_points(shared: Pair) -> None:
    """The native record keeps infinities as they are; MLflow is shown what its own store would show."""
    run = shared.run()
    for value in (math.inf, LARGEST):
        shared.answers("log_metric", run, Metric("m", value, 1, 0))
    judged, ours = (side.call("get_metric_history", (run, "m")) for side in (shared.judge, shared.ours))
    assert [metric.value for metric in judged] == [LARGEST]
    assert [metric.value for metric in ours] == [LARGEST, LARGEST]


def test_a_page_of_no_points_has_no_next_one(shared: Pair) -> None:
    """Who follows the judge's token never ends."""
    run = shared.run()
    shared.log(run, "m", (1.0, 1, 0))
    judged, ours = (side.call("get_metric_history", (run, "m", 0)) for side in (shared.judge, shared.ours))
    assert (list(judged), bool(judged.token), list(ours), ours.token) == ([], True, [], None)


def test_the_id_of_a_removed_experiment_is_not_given_again(pair: Pair) -> None:
    """Files of the removed one may still lie where those of the new one would go."""
    removed = pair.experiment("removed")
    pair.answers("delete_experiment", removed)
    pair.answers("_hard_delete_experiment", removed)
    assert pair.outcomes("create_experiment", "new") == (removed, str(int(removed) + 1))


def test_no_experiment_id_means_the_default_one(shared: Pair) -> None:
    """The judge writes a run that belongs to no experiment, which no search finds, or refuses it."""
    for nothing in (None, ""):
        shown = shared.ours.call("create_run", (nothing, "ann", 1, [], "x"))
        assert shown.info.experiment_id == "0"


def test_reserved_tags_given_at_birth_become_the_parts_they_show(shared: Pair) -> None:
    """Tools copy a run by giving its tags to a new one."""
    given = [RunTag("mlws.property.p", "1"), RunTag("mlws.metric.m", "text"), RunTag("mlws.state", "Completed")]
    born = shared.ours.call("create_run", ("0", "ann", 1, given, "copy"))
    found = shared.ours.store.get_run(born.info.run_id)
    assert found.info.status == "RUNNING"
    assert {key: found.data.tags[key] for key in ("mlws.property.p", "mlws.metric.m")} == {
        "mlws.property.p": "1",
        "mlws.metric.m": "text",
    }
    shared.ours.store.set_tag(born.info.run_id, RunTag("mlws.property.p", "1"))


@pytest.mark.parametrize("key", ["mlws.property.p", "mlws.metric.m", "mlws.state"])
def test_runs_are_found_and_ordered_by_reserved_tags(pair: Pair, key: str) -> None:
    """What is shown as a tag can be searched as one."""
    store = pair.ours.store
    for value in ("b", "a"):
        tags = [RunTag("mlws.property.p", value), RunTag("mlws.metric.m", value)]
        store.create_run("0", "ann", 1, tags, f"run {value}")
    shown = store.search_runs(["0"], f"tags.`{key}` IS NOT NULL", 1)
    assert {run.info.run_name for run in shown} == {"run a", "run b"}
    ordered = store.search_runs(["0"], "", 1, order_by=[f"tags.`{key}` ASC"])
    values = [run.data.tags.get(key) for run in ordered]
    assert values == sorted(values, key=str)


@pytest.mark.parametrize("key", ["mlws.property.p", "mlws.metric.m"])
def test_a_reserved_tag_cannot_be_deleted(pair: Pair, key: str) -> None:
    """It would come back at once."""
    run = pair.ours.call("create_run", ("0", "ann", 1, [RunTag(key, "1")], "x"))
    outcome = pair.ours.outcome("delete_tag", (run.info.run_id, key), {})
    assert isinstance(outcome, Refusal)
    assert pair.ours.store.get_run(run.info.run_id).data.tags[key] == "1"


def test_refusals_of_changed_parameters_are_worded_as_the_judges(shared: Pair) -> None:
    """MLflow's users find them by their words; the hint of the native error is left out."""
    run = shared.run()
    shared.answers("log_param", run, Param("p", "1"))
    shared.refuses(INVALID, "log_param", run, Param("p", "2"))
    shared.refuses(INVALID, "log_batch", run, [], [Param("p", "2")], [])
