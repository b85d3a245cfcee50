"""Issues that were found in traces."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities.assessment import IssueReference
from mlflow.entities.issue import IssueSeverity, IssueStatus

from .pair import Pair
from .spans import trace

MISSING = "RESOURCE_DOES_NOT_EXIST"


def found(pair: Pair, experiment_id: str = "0", **given: Any) -> str:
    named = {"name": "slow", "description": "it takes long"} | given
    return pair.born("issue_id", "create_issue", experiment_id, **named)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"severity": IssueSeverity.HIGH, "status": IssueStatus.RESOLVED},
        {"root_causes": ["a", "ünï ✓"], "categories": ["latency"]},
        {"root_causes": [], "categories": []},
        {"created_by": "ann", "name": "", "description": ""},
        {"description": "long " * 2000},
    ],
    ids=lambda given: " ".join(given),
)
def test_an_issue_is_kept_as_it_was_given(shared: Pair, given: Any) -> None:
    shared.answers("get_issue", found(shared, **given))


@pytest.mark.parametrize("experiment_id", ["99999", "abc", "", None])
def test_an_issue_needs_an_experiment(shared: Pair, experiment_id: Any) -> None:
    shared.agrees("create_issue", experiment_id, "slow", "it takes long")


def test_a_deleted_experiment_takes_no_issue(shared: Pair) -> None:
    experiment_id = shared.experiment("deleted with an issue")
    issue = found(shared, experiment_id)
    shared.answers("delete_experiment", experiment_id)
    shared.refuses(MISSING, "create_issue", experiment_id, "slow", "it takes long")
    shared.answers("get_issue", issue)
    shared.answers("search_issues", experiment_id)


def test_an_issue_may_name_the_run_that_found_it(shared: Pair) -> None:
    run, other = shared.runs(2, shared.experiment("of the run"))
    of_run = found(shared, source_run_id=run)
    found(shared, source_run_id=run, name="another")
    shared.answers("get_issue", of_run)
    for who in (run, other):
        shared.answers("search_issues", filter_string=f"source_run_id = '{who}'")
        shared.answers("search_issues", "0", f"source_run_id != '{who}'")


def test_an_issue_may_name_a_deleted_run(shared: Pair) -> None:
    run = shared.run()
    shared.answers("delete_run", run)
    shared.answers("get_issue", found(shared, source_run_id=run))


@pytest.mark.parametrize("run_id", ["unknown", "0" * 32, ""])
def test_an_issue_names_no_unknown_run(shared: Pair, run_id: str) -> None:
    judged, ours = shared.outcomes("create_issue", "0", "slow", "long", source_run_id=run_id)
    assert (judged.kind, judged.code) == (ours.kind, ours.code)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"status": IssueStatus.REJECTED},
        {"name": "renamed"},
        {"description": ""},
        {"severity": IssueSeverity.LOW, "status": IssueStatus.RESOLVED},
    ],
    ids=lambda change: " ".join(change) or "nothing",
)
def test_an_issue_is_changed_alike(shared: Pair, change: Any) -> None:
    issue = found(shared, severity=IssueSeverity.MEDIUM)
    shared.answers("update_issue", issue, **change)
    shared.answers("get_issue", issue)


@pytest.mark.parametrize("method", ["get_issue", "update_issue"])
@pytest.mark.parametrize("issue_id", ["iss-unknown", "", None])
def test_an_unknown_issue_is_refused(shared: Pair, method: str, issue_id: Any) -> None:
    shared.refuses(MISSING, method, issue_id)


@pytest.fixture(scope="module")
def several(shared: Pair) -> str:
    """An experiment with four issues; the worst is referred to by a trace."""
    experiment_id = shared.experiment("several")
    for number, severity in enumerate((None, IssueSeverity.HIGH, IssueSeverity.LOW, IssueSeverity.HIGH)):
        status = IssueStatus.RESOLVED if number == 3 else IssueStatus.PENDING
        issue = found(shared, experiment_id, name=f"issue {number}", severity=severity, status=status)
    shared.answers("start_trace", trace("tr-with-issue", experiment_id))
    reference = IssueReference(issue_id=issue, issue_name="issue 3", trace_id="tr-with-issue")
    shared.agrees("create_assessment", reference)
    shared.answers("get_trace_info", "tr-with-issue")
    return experiment_id


@pytest.mark.parametrize(
    "filter_string",
    [
        None,
        "",
        "status = 'pending'",
        "status != 'pending'",
        "status = 'pending' AND status != 'resolved'",
        "source_run_id = 'none'",
        "status LIKE 'p%'",
        "nope = 'x'",
        "status = pending",
        "status",
    ],
)
@pytest.mark.parametrize("counted", [False, True])
def test_issues_are_found_alike(shared: Pair, several: str, filter_string: str | None, counted: bool) -> None:
    shared.agrees("search_issues", several, filter_string, include_trace_count=counted)


def test_pages_of_issues_follow_one_another(shared: Pair, several: str) -> None:
    pages = shared.pages("search_issues", several, max_results=3)
    assert [[one["name"] for one in page] for page in pages] == [["issue 3", "issue 1", "issue 2"], ["issue 0"]]


@pytest.mark.parametrize("given", [{"max_results": 0}, {"max_results": 10**7}, {"page_token": "no token"}], ids=str)
def test_pages_that_cannot_be_are_refused(shared: Pair, several: str, given: Any) -> None:
    shared.refuses("INVALID_PARAMETER_VALUE", "search_issues", several, **given)


@pytest.mark.parametrize("experiment_id", ["99999", "abc", None])
def test_issues_of_other_experiments_are_searched_alike(shared: Pair, experiment_id: Any) -> None:
    shared.agrees("search_issues", experiment_id, "status = 'resolved'")


def test_traces_are_found_by_their_issue(shared: Pair, several: str) -> None:
    issue = shared.judge.call("search_issues", (several,), {"max_results": 1})[0].issue_id
    ours = shared.ours.call("search_issues", (several,), {"max_results": 1})[0].issue_id
    known = (shared.judge._said(issue), shared.ours._said(ours))
    assert known[0] == known[1]
    shared.agrees("search_traces", locations=[several], filter_string=f"issue.id = '{known[0]}'")
