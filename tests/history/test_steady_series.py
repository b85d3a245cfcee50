"""Series that grow point by point: their summaries are written seldom, and always read as if they were not."""

from __future__ import annotations

import random
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.history.appending import append_points
from mlflow_ws_plugin.records.filters import AllOf, Comparison, Field, Order
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.series import Series
from mlflow_ws_plugin.records.summary import PointRow, began, grown
from mlflow_ws_plugin.storage.series import EVERY, STEADY
from tests.history.record_store_contract import begin, write

_LOSS = Field("metric", "loss")


def _series(history: RunHistory, run_id: str) -> Series:
    (found,) = history.metrics.series(run_id)
    return found


def _is_behind(history: RunHistory) -> list[int]:
    with sqlite3.connect(history.directory / "workspace.db") as connection:
        return [row[0] for row in connection.execute("SELECT behind FROM series ORDER BY number")]


def test_a_summary_that_is_behind_reads_as_if_it_were_not(workspace_dir: Path) -> None:
    writer, reader = RunHistory(workspace_dir), RunHistory(workspace_dir)
    run_id = begin(writer)
    summary = None
    for step in range(STEADY + 2 * EVERY + 5):
        point = (step, 1000 + step, float((step * 37) % 101), 0)
        writer.metrics.log(run_id, [write("loss", point)])
        summary = began(point) if summary is None else grown(summary, point)
        assert _series(reader, run_id).summary == summary
        assert reader.runs.get(run_id).metrics == [("loss", point[2], 0, point[1], step)]
    assert _is_behind(writer) == [1]


@pytest.mark.parametrize(
    "end", [lambda h, r: h.runs.set_state(r, State.COMPLETED), lambda h, r: h.runs.update(r, status="FINISHED")]
)
def test_summaries_are_exact_when_the_run_has_ended(
    workspace_dir: Path, end: Callable[[RunHistory, str], object]
) -> None:
    history = RunHistory(workspace_dir)
    run_id = begin(history)
    for step in range(STEADY + 7):
        history.metrics.log(run_id, [write("loss", (step, step, float(step), 0))])
    before = _series(history, run_id).summary
    assert _is_behind(history) == [1]
    end(history, run_id)
    assert _is_behind(history) == [0]
    assert _series(history, run_id).summary == before


def test_searches_see_the_latest_point(workspace_dir: Path) -> None:
    history = RunHistory(workspace_dir)
    falling, rising, ends_in_nan = (begin(history, start_ms=number) for number in range(3))
    for step in range(STEADY + 20):
        history.metrics.log(falling, [write("loss", (step, step, 100.0 - step, 0))])
        history.metrics.log(rising, [write("loss", (step, step, float(step), 0))])
        history.metrics.log(ends_in_nan, [write("loss", (step, step, 0.0, int(step > STEADY + 5)))])

    def found(operator: str, value: float) -> list[str]:
        records = history.runs.search([0], Comparison(_LOSS, operator, value), [Order(_LOSS, True)])
        return [record.info.run_id for record in records]

    last = STEADY + 19
    assert found("=", float(last)) == [rising]
    assert found("=", 100.0 - last) == [falling]
    assert found("<", 1.0) == []
    assert found("!=", float(last)) == [falling, ends_in_nan]
    everything = history.runs.search([0], AllOf(()), [Order(_LOSS, False)])
    assert [record.info.run_id for record in everything] == [falling, rising, ends_in_nan]
    assert everything[0].metrics == [("loss", 100.0 - last, 0, last, last)]


@pytest.mark.parametrize("seed", range(8))
def test_whoever_writes_in_whatever_order_the_summary_is_that_of_the_points(workspace_dir: Path, seed: int) -> None:
    chance = random.Random(seed)
    writers = [RunHistory(workspace_dir), RunHistory(workspace_dir)]
    run_id = begin(writers[0])
    recorded: set[tuple[int, int, float]] = set()
    step = 0
    for _ in range(300):
        writer = writers[chance.random() < 0.02]
        step += chance.choice([1, 1, 1, 1, 1, 1, 0, 3])
        at = chance.randrange(step + 1) if chance.random() < 0.02 else step
        size = 5 if chance.random() < 0.01 else 1
        points: list[PointRow] = [(at + n, 1000 + at, chance.choice([0.5, 1.5, float(at)]), 0) for n in range(size)]
        writer.metrics.log(run_id, [write("loss", *points)])
        recorded.update(point[:3] for point in points)
        step = max(step, at + size - 1)
        if chance.random() < 0.1:
            _check(_series(RunHistory(workspace_dir), run_id), recorded)
    _check(_series(writers[1], run_id), recorded)


def _check(series: Series, recorded: set[tuple[int, int, float]]) -> None:
    summary = series.summary
    assert summary is not None
    values = [value for _, _, value in recorded]
    assert summary.size == len(recorded)
    assert (summary.first_step, *summary[2:5]) == (min(recorded)[0], *max(recorded))
    assert (summary.minimum, summary.maximum) == (min(values), max(values))


def test_columns_of_a_table_are_never_behind(workspace_dir: Path) -> None:
    history = RunHistory(workspace_dir)
    run_id = begin(history)
    table = {"name": "t", "column": "x", "counts": True}
    for row in range(STEADY + 20):
        history.metrics.log(run_id, [write("t/x", (0, row, float(row), 0), **table)])
        history.metrics.log(run_id, [write("t/x", (2 * row + 1, row, 0.0, 0), by_key=True)])
    assert _is_behind(history) == [0]


def test_a_workspace_of_the_first_schema_is_brought_up_to_date(workspace_dir: Path) -> None:
    history = RunHistory(workspace_dir)
    run_id = begin(history)
    history.metrics.log(run_id, [write("loss", (0, 0, 1.0, 0))])
    history.release()
    with sqlite3.connect(workspace_dir / "workspace.db") as old:
        old.execute("ALTER TABLE series DROP COLUMN behind")
        old.execute("ALTER TABLE runs DROP COLUMN type")
        old.execute("ALTER TABLE runs DROP COLUMN heartbeat_ms")
        old.execute("UPDATE alembic_version SET version_num = '0001'")
    old.close()
    again = RunHistory(workspace_dir)
    again.metrics.log(run_id, [write("loss", (1, 1, 2.0, 0))])
    assert _series(again, run_id).next_step == 2


def test_a_point_that_comes_in_after_a_signal_handler_ended_the_run_is_summarised(
    workspace_dir: Path,
) -> None:
    history = RunHistory(workspace_dir)
    run_id = begin(history)
    for step in range(STEADY + 5):
        history.metrics.log(run_id, [write("loss", (step, step, float(step), 0))])
    before = signal.signal(signal.SIGUSR1, lambda *_: history.runs.set_state(run_id, State.COMPLETED))
    try:
        with history._database.append() as (tx, known):
            run = known.runs[run_id]
            signal.raise_signal(signal.SIGUSR1)
            assert append_points(tx, run, [write("loss", (100, 100, 100.0, 0))])
    finally:
        signal.signal(signal.SIGUSR1, before)
    summary = _series(RunHistory(workspace_dir), run_id).summary
    assert summary is not None
    assert (summary.size, summary.last_step, summary.maximum) == (STEADY + 6, 100, 100.0)
    assert history.runs.get(run_id).metrics == [("loss", 100.0, 0, 100, 100)]
