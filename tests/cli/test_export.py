"""`mlws runs export`: every point, in two forms, and a page at a time."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from mlflow_ws_plugin import Experiment, Run, Workspace, uri
from mlflow_ws_plugin.cli import exporting
from mlflow_ws_plugin.errors import RunNotFound
from mlflow_ws_plugin.history import RunHistory
from tests.cli.conftest import Mlws

POINTS = [
    ("loss", None, "scalar", "double", 0, 0.5),
    ("loss", None, "scalar", "double", 1, "NaN"),
    ("loss", None, "scalar", "double", 2, "-Infinity"),
    ("size", None, "scalar", "int", 0, 2**60 + 1),
    ("note", None, "scalar", "string", 0, "a, b\nc"),
    ("t", "x", "table", "int", 0, 1),
    ("t", "y", "table", "string", 0, "one"),
]


def test_csv_has_a_line_for_each_point(mlws: Mlws, run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(mlws("runs", "export", run.id).out)))
    assert tuple(rows[0]) == exporting.COLUMNS
    assert {(row["run_id"], row["experiment"]) for row in rows} == {(run.id, "digits")}
    fields = ("metric", "column", "kind", "type", "step", "value")
    assert [tuple(row[field] for field in fields) for row in rows] == [
        tuple("" if value is None else str(value) for value in point) for point in POINTS
    ]
    assert all(row["timestamp_ms"].isdigit() for row in rows)


def test_json_lines_have_each_run_and_then_its_points(mlws: Mlws, run: Run) -> None:
    run.complete()
    lines = [strict(line) for line in mlws("runs", "export", run.id, "--format", "jsonl").out.splitlines()]
    first, *points = lines
    assert (first["record"], first["run_id"], first["status"]) == ("run", run.id, "Completed")
    assert (first["tags"], first["metrics"]["loss"]) == ({"kind": "test"}, "-Infinity")
    assert {point["record"] for point in points} == {"point"}
    fields = ("metric", "column", "kind", "type", "step", "value")
    assert [tuple(point[field] for field in fields) for point in points] == POINTS


def strict(line: str) -> Any:
    return json.loads(line, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))


def test_all_runs_of_an_experiment_or_of_the_workspace(mlws: Mlws, workspace: Workspace, run: Run) -> None:
    other = Experiment(workspace, "letters").start_logging()
    other.log("m", 1)
    for args, expected in (((), {run.id, other.id}), (("-e", "letters"), {other.id})):
        rows = csv.DictReader(io.StringIO(mlws("runs", "export", *args).out))
        assert {row["run_id"] for row in rows} == expected


def test_a_file_is_written_whole_or_not_at_all(mlws: Mlws, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "points.csv"
    assert mlws("runs", "export", run.id, "-o", target).out == ""
    before = target.read_text()
    assert len(before.splitlines()) > len(POINTS)
    assert mlws("runs", "export", "nope", "-o", target).code == 1
    assert target.read_text() == before


def test_a_series_is_read_a_page_at_a_time(workspace_dir: Path, run: Run) -> None:
    history = RunHistory(uri.of(workspace_dir).directory)
    run.log_list("l", range(25))
    (series,) = [one for one in history.metrics.series(run.id) if one.name == "l"]
    pages = list(history.metrics.pages(run.id, series, 10))
    assert [len(page.points) for page in pages] == [10, 10, 5]
    assert [point[2] for page in pages for point in page.points] == list(range(25))
    with pytest.raises(RunNotFound):
        next(history.metrics.pages("nope", series, 10))


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_memory_does_not_grow_with_the_number_of_points(
    form: str, workspace: Workspace, workspace_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_PAGE", 500)
    history = RunHistory(uri.of(workspace_dir).directory)
    peaks = []
    for points in (1_000, 10_000):
        run = Experiment(workspace, "long").start_logging()
        run.log_list("l", range(points))
        with (tmp_path / "out").open("w") as target:
            tracemalloc.start()
            exporting.write(history, [history.runs.get(run.id)], {}, form, target)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert len((tmp_path / "out").read_text().splitlines()) == 1 + points
    assert peaks[1] < 1.2 * peaks[0]
