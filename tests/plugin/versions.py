"""Where older versions of MLflow differ from 3.17, whose behaviour is ours whatever version is installed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import mlflow
from packaging.version import Version

INSTALLED = Version(mlflow.__version__)


@dataclass(frozen=True)
class Difference:
    """What an older version does, and what of the tests shows it.

    Attributes:
        before: The oldest tested version that does as ours does.
        why: What the older version does.
        shown_by: Patterns: of test ids in `TESTS`, of reported differences in `ANSWERS`.
        runs: Whether the tests can run there; False where they would spoil a store that others share.
    """

    before: str
    why: str
    shown_by: tuple[str, ...]
    runs: bool = True

    def concerns(self, text: str) -> bool:
        """Tell whether a test id or a reported difference is one of the installed version."""
        return Version(self.before) > INSTALLED and any(re.search(pattern, text) for pattern in self.shown_by)


_NOT_A_NUMBER = r".*[\[-](abc|x|1\.5|1e3|0x1|1_000|٣|\['0', 'x'|\['x')"
_CONFORMANCE = r"test_conformance.py::test_(what_mlflow|what_is_inherited|parameters_are|every_call).*"

TESTS = (
    # Calls
    Difference(
        "3.17",
        "has no call for which experiments are active",
        (_CONFORMANCE + "filter_active", "only_active_ones", "test_ids_are_understood"),
    ),
    Difference(
        "3.17",
        "has no call for the indices of a sample",
        (_CONFORMANCE + "_evenly_spaced", "evenly_spaced_indices_are"),
    ),
    Difference("3.17", "has its own background logging of spans", (r"inherited_there_too\[log_spans_async",)),
    Difference(
        "3.11",
        "has no calls to remove tags of experiments and logged models, none to link traces, and none to sample",
        (
            _CONFORMANCE
            + r"\[(delete_experiment_tag|get_metric_history_bulk_interval|get_logged_model|link_traces_to_run)\]",
            _CONFORMANCE + r"\[(_hard_delete_logged_model|_get_deleted_logged_models)\]",
            r"(fail_alike|not_written|judges_does)\[.*delete_experiment_tag",
            r"test_experiments.py::test_a_tag_is_removed_once",
            r"not_found\[(_hard_delete_logged_model|get_logged_model 2)",
            r"test_a_removed_model_is_gone",
            r"test_metric_history.py::test_a_deleted_run_is_still_read",
            r"is_in_the_bin\[logged_model",
            r"test_a_deleted_model_is_seen_only_on_demand|test_a_deleted_models_metric_is_taken_alike",
            r"answered_there\[deprecated_(start|end)_trace_v2",
        ),
    ),
    Difference(
        "3.11", "begins a trace by another call", (r"genai/test_(delegate|runs).py::test_(?!a_run_that|a_run_is)",)
    ),
    # Experiments
    Difference(
        "3.17",
        "takes any new name and any tag of an experiment",
        (
            r"test_experiments.py::test_a_bad_name_is_refused",
            r"test_experiments.py::test_an_illegal_tag_is_refused",
            r"test_experiments.py::test_a_legal_tag_is_kept\[k{10}",
        ),
        runs=False,
    ),
    Difference("3.17", "finds no experiment by its id", (r"test_experiment_search.py.*same\[experiment_id ",)),
    Difference("3.17", "compares times with fractions", (r"test_experiment_search.py.*refused\[creation_time = 1\.5",)),
    Difference(
        "3.17",
        "calls an id that is no number not found, or fails inside itself",
        (
            "(ids_are_understood|unknown_experiment_fail|needs_an_experiment)" + _NOT_A_NUMBER,
            "run_search_filters.*experiments_are_chosen" + _NOT_A_NUMBER,
            "test_a_history_of_an_unknown_run_is_the_judges",
        ),
    ),
    # Metrics
    Difference(
        "3.17",
        "fails when a NaN comes twice",
        (
            r"(the_judges|kept_alike)\[.*\(nan, (\d+), (\d)\)-\(nan, \2, \3\)\]",
            r"test_equal_points_are_one_point\[.*-nan",
            r"test_random_sequences.py::test_runs_are_(found|read)_alike_after",
        ),
    ),
    Difference(
        "3.17",
        "takes NaN for 0 where it is compared",
        (
            r"test_run_search_filters.py::test_(metrics|combined_filters)_find_the_same\[.*metrics\.acc [<>!=]",
            r"test_a_filter_keeps_its_order_on_every_page",
        ),
    ),
    Difference(
        "3.17",
        "samples by steps, not by points, or not at all",
        (
            r"test_metric_sampling.py::test_a_sample",
            r"test_metric_sampling.py::test_(half_an_interval|a_run_asked_for_twice)",
            r"test_random_sequences.py::test_histories_are_sampled",
        ),
    ),
    Difference("3.17", "orders models by the last point written", (r"judges_latest_point_orders\[False",)),
    # Searches
    Difference("3.17", "knows LIKE of models in capitals only", (r"model_search.py::test_filters.*\[name like",)),
    Difference(
        "3.11",
        "knows no IS NULL",
        (r"find_the_same\[.*(?i:is (not )?null)", "of_filters_finds_something", "ordered_by_reserved_tags"),
    ),
    Difference("3.11", "needs a page size", ("test_no_page_size_is_everything",)),
    Difference("3.11", "fails where a dataset and a metric are asked for", (r"combined_filters.*dataset\.",)),
    Difference(
        "3.11",
        "shows no outputs of runs it has found",
        ("test_a_run_is_found_by_its_whole_place", "test_pages_follow_each_other"),
    ),
    # Inputs
    Difference("3.11", "fills in `{}` for what a dataset has not", ("test_inputs.py::test_.*dataset",)),
    Difference("3.11", "shows no dataset of an experiment twice", ("test_summaries_(are_distinct|show_what_deleted)",)),
    # Traces
    Difference(
        "3.17",
        "removes no experiment that has traces",
        (r"test_removed_experiments.*(goes_with_it|is_searched_alike)",),
    ),
    # Places
    Difference("3.17", "came with SQLAlchemy 2.0, which finds no file with `?`", (r"address_of_a_database.*why\?",)),
)
"""Tests that fail on an older version."""

ANSWERS = (
    Difference("3.11", "shows no outputs of runs it has found", (r"\.outputs: judge None; ours \{'is': 'RunOutputs'",)),
)
"""Differences of an older version that tests pass over."""


def of_test(test_id: str) -> Difference | None:
    """Return why a test fails on the installed version, or None if it must not."""
    return next((row for row in TESTS if row.concerns(test_id)), None)


def is_known(difference: str) -> bool:
    """Tell whether a reported difference between the stores is the installed version's."""
    return any(row.concerns(difference) for row in ANSWERS)
