"""Old traces, whose spans go from the database into files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .pair import Pair
from .spans import span, trace


def traced(pair: Pair, experiment_id: str, *trace_ids: str) -> list[str]:
    for trace_id in trace_ids:
        pair.answers("log_spans", experiment_id, [span(trace_id), span(trace_id, 2, parent=1)])
        pair.answers("start_trace", trace(trace_id, experiment_id))
    return list(trace_ids)


def archived(pair: Pair, place: Path, **given: Any) -> Any:
    """Archive what is older than a day and return how many were; both sides write the same files."""
    place.mkdir(exist_ok=True)
    settings = {"resolved_trace_archival_location": place.as_uri(), "broader_retention": "1d"} | given
    return pair.agrees("archive_traces", **settings)


def test_archived_traces_are_read_as_before(pair: Pair, tmp_path: Path) -> None:
    trace_ids = traced(pair, "0", "tr-1", "tr-2")
    assert archived(pair, tmp_path / "archive", max_traces_per_pass=1) == ("int", 1)
    assert archived(pair, tmp_path / "archive") == ("int", 1)
    assert archived(pair, tmp_path / "archive") == ("int", 0)
    for trace_id in trace_ids:
        pair.agrees("get_trace", trace_id)
        pair.agrees("get_trace_info", trace_id)
    pair.agrees("batch_get_traces", trace_ids)
    pair.agrees("search_traces", locations=["0"], filter_string="span.name = 'span 1'")
    pair.agrees("log_spans", "0", [span("tr-1", 3)])
    pair.agrees("start_trace", trace("tr-1"))
    pair.answers("set_trace_tag", "tr-1", "k", "v")


@pytest.mark.parametrize(
    "given",
    [
        {"resolved_trace_archival_location": ""},
        {"resolved_trace_archival_location": "no place"},
        {"broader_retention": ""},
        {"broader_retention": "soon"},
        {"broader_retention": "-1d"},
        {"max_traces_per_pass": 0},
        {"max_traces_per_pass": -1},
        {"long_retention_allowlist": ["99999"]},
        {"broader_retention": "100000d"},
    ],
    ids=str,
)
def test_odd_settings_are_taken_or_refused_alike(shared: Pair, tmp_path: Path, given: Any) -> None:
    archived(shared, tmp_path / "archive", **given)


def test_only_the_judge_says_that_it_archives(shared: Pair) -> None:
    """Which experiments want it is said in tags, which MLflow's tables do not hold for ours.

    MLflow's server asks, and refuses to archive over a store that says no.
    """
    assert shared.judge.store.supports_trace_archival is True
    assert shared.ours.store.supports_trace_archival is False
