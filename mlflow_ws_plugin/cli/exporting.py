"""Every point of runs as CSV or JSON Lines, a page at a time: memory does not grow with the number of points."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from mlflow_ws_plugin.cli import records
from mlflow_ws_plugin.cli.output import as_json, plain
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.records.run import RunRecord
from mlflow_ws_plugin.records.series import Series
from mlflow_ws_plugin.sdk import reading

COLUMNS = ("run_id", "experiment", "metric", "column", "kind", "type", "step", "timestamp_ms", "value")

_PAGE = 10_000
_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode

Point = tuple[object, ...]
"""One point in the order of `COLUMNS`."""


def write(
    history: RunHistory, found: Sequence[RunRecord], experiments: Mapping[str, str], form: str, target: IO[str]
) -> None:
    """Write all points of runs, with a progress bar on a terminal.

    Args:
        history: Where the runs are.
        found: The runs.
        experiments: Names of experiments by id.
        form: `csv` or `jsonl`.
        target: Where to.
    """
    from tqdm import tqdm

    with tqdm(unit=" points", unit_scale=True, delay=1, disable=None) as bar:
        writer = _WRITERS[form](target)
        for record in found:
            series = history.metrics.series(record.info.run_id)
            bar.total = (bar.total or 0) + sum(one.summary.size for one in series if one.summary)
            writer.run(record, series, experiments)
            for points in _pages(history, record, experiments, series):
                writer.points(points)
                bar.update(len(points))


def _pages(
    history: RunHistory, record: RunRecord, experiments: Mapping[str, str], series: Sequence[Series]
) -> Iterator[list[Point]]:
    info = record.info
    experiment = experiments.get(info.experiment_id, info.experiment_id)
    for one in series:
        label = (info.run_id, experiment, one.name, one.column, one.kind.value, one.type.value)
        for page in history.metrics.pages(info.run_id, one, _PAGE):
            yield [(*label, *point) for point in reading.points(page)]


class _CsvWriter:
    def __init__(self, target: IO[str]) -> None:
        self._writer = csv.writer(target, lineterminator="\n")
        self._writer.writerow(COLUMNS)

    def run(self, record: RunRecord, series: Sequence[Series], experiments: Mapping[str, str]) -> None:
        """Write nothing: a CSV file has lines of one kind."""

    def points(self, points: Sequence[Point]) -> None:
        """Write a line for each point."""
        self._writer.writerows((*point[:-1], plain(point[-1])) for point in points)


class _JsonLinesWriter:
    def __init__(self, target: IO[str]) -> None:
        self._target = target

    def run(self, record: RunRecord, series: Sequence[Series], experiments: Mapping[str, str]) -> None:
        """Write a line that says what the run is."""
        self._target.write(f"{as_json({'record': 'run', **records.whole(record, series, experiments)})}\n")

    def points(self, points: Sequence[Point]) -> None:
        """Write a line for each point."""
        for *label, value in points:
            line = {"record": "point", **dict(zip(COLUMNS, (*label, plain(value)), strict=True))}
            self._target.write(f"{_ENCODE(line)}\n")


_WRITERS: dict[str, type[_CsvWriter] | type[_JsonLinesWriter]] = {"csv": _CsvWriter, "jsonl": _JsonLinesWriter}
