"""What traces, scorers, issues and the like are worth once their experiment or run is removed for good."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mlflow.entities import Feedback

from .pair import Pair, Refusal
from .spans import span, trace

JUDGE = json.dumps({"name": "good", "instructions_judge_pydantic_data": {"model": "openai:/m", "instructions": "x"}})


def filled(pair: Pair) -> str:
    """Begin an experiment that has one of each, and return its id."""
    experiment_id = pair.experiment("to remove")
    pair.experiment("younger")  # the judge gives the greatest id again once it is free
    pair.answers("log_spans", experiment_id, [span("tr-1")])
    pair.answers("start_trace", trace("tr-1", experiment_id))
    pair.answers("create_assessment", Feedback(name="good", value=1, trace_id="tr-1"))
    pair.answers("register_scorer", experiment_id, "scorer", JUDGE)
    pair.born("issue_id", "create_issue", experiment_id, "slow", "long")
    pair.answers("create_dataset", "questions", experiment_ids=[experiment_id])
    return experiment_id


READS: list[tuple[Any, ...]] = [
    ("get_trace_info", "tr-1"),
    ("get_trace", "tr-1"),
    ("batch_get_traces", ["tr-1"]),
    ("set_trace_tag", "tr-1", "k", "v"),
    ("search_issues",),
    ("search_datasets",),
    ("get_active_online_scorers",),
]


@pytest.mark.parametrize("call", READS, ids=lambda call: call[0])
def test_what_a_removed_experiment_held_goes_with_it(pair: Pair, call: Any) -> None:
    experiment_id = filled(pair)
    pair.answers("delete_experiment", experiment_id)
    pair.answers("_hard_delete_experiment", experiment_id)
    pair.agrees(*call)


def test_a_removed_experiment_is_searched_alike(pair: Pair) -> None:
    experiment_id = filled(pair)
    pair.answers("delete_experiment", experiment_id)
    pair.answers("_hard_delete_experiment", experiment_id)
    for call in (
        ("search_traces", [experiment_id]),
        ("list_scorers", experiment_id),
        ("search_issues", experiment_id),
        ("start_trace", trace("tr-2", experiment_id)),
    ):
        pair.agrees(*call)


def test_ours_removes_the_traces_whatever_the_version(pair: Pair) -> None:
    """Older MLflow fails where there are some."""
    experiment_id = pair.ours.call("create_experiment", ("to remove",))
    pair.ours.call("start_trace", (trace("tr-1", experiment_id),))
    pair.ours.call("delete_experiment", (experiment_id,))
    pair.ours.call("_hard_delete_experiment", (experiment_id,))
    assert isinstance(pair.ours.outcome("get_trace_info", ("tr-1",), {}), Refusal)
    assert isinstance(pair.ours.outcome("get_experiment", (experiment_id,), {}), Refusal)


def test_traces_of_a_removed_run_stay(pair: Pair) -> None:
    run = pair.run()
    pair.answers("start_trace", trace("tr-1", trace_metadata={"mlflow.sourceRun": run}))
    pair.answers("link_traces_to_run", ["tr-1"], run)
    pair.answers("delete_run", run)
    pair.answers("_hard_delete_run", run)
    pair.agrees("get_trace_info", "tr-1")
    pair.agrees("search_traces", ["0"], f"run_id = '{run}'")


def test_an_issue_outlives_the_run_that_found_it_alike(pair: Pair) -> None:
    run = pair.run()
    issue = pair.born("issue_id", "create_issue", "0", "slow", "long", source_run_id=run)
    pair.answers("delete_run", run)
    pair.answers("get_issue", issue)
    pair.answers("_hard_delete_run", run)
    pair.agrees("get_issue", issue)
    pair.agrees("search_issues", "0", f"source_run_id = '{run}'")


def test_an_experiment_goes_with_its_runs_and_their_issues(pair: Pair) -> None:
    experiment_id = pair.experiment("to remove")
    pair.experiment("younger")
    run = pair.run(experiment_id)
    issue = pair.born("issue_id", "create_issue", experiment_id, "slow", "long", source_run_id=run)
    elsewhere = pair.born("issue_id", "create_issue", "0", "slow", "long", source_run_id=run)
    pair.answers("delete_experiment", experiment_id)
    pair.answers("_hard_delete_run", run)
    pair.answers("_hard_delete_experiment", experiment_id)
    for one in (issue, elsewhere):
        pair.agrees("get_issue", one)
