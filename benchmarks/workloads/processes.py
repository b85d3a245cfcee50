"""Several processes logging into one place at once, a point a call, through MLflow's client."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import figures, targets
from benchmarks.figures import Figure, Row
from benchmarks.plan import Plan
from benchmarks.targets import Site
from benchmarks.timing import Turn, take_turns
from benchmarks.writer import KEY, Written, write

RATE = "8 processes into one place, together"
CALL = "8 processes into one place, one call"
WORST = "8 processes into one place, worst wait"
ERRORS = "8 processes into one place, errors"
LOST = "8 processes into one place, points lost"
_PROCESSES = 8
_PATIENCE_S = 300
_LOADED = ["benchmarks.writer", "mlflow.store.tracking.sqlalchemy_store", "mlflow_ws_plugin.plugin.tracking_store"]
"""Imported once for all processes; nothing is opened before they part."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one turn saw."""

    written: list[Written]
    lost: int


def run(plan: Plan) -> Iterator[Row]:
    """Let the processes of each target write for some seconds, then count what can be read back."""
    seen: dict[str, list[_Seen]] = {target.name: [] for target in targets.KEEPING}
    sites = [plan.site(target) for target in targets.KEEPING]
    lasting_s = plan.size(5, 2)
    turns = {site.target.name: _turn(site, lasting_s, seen[site.target.name]) for site in sites}
    found = take_turns(turns, plan.rounds(3, 1), budget_s=_PATIENCE_S)
    yield figures.row(RATE, figures.RATE, found)
    calls = {
        name: [one for turn in of for process in turn.written for one in process.waits_s] for name, of in seen.items()
    }
    yield figures.row(CALL, figures.MICROSECONDS, calls)
    yield Row(WORST, figures.MILLISECONDS, {name: Figure(max(of) * 1e3, None, len(of)) for name, of in calls.items()})
    errors = {name: sum(process.errors for turn in of for process in turn.written) for name, of in seen.items()}
    yield Row(ERRORS, figures.COUNT, {name: Figure(of, None, len(seen[name])) for name, of in errors.items()})
    lost = {name: sum(turn.lost for turn in of) for name, of in seen.items()}
    yield Row(LOST, figures.COUNT, {name: Figure(of, None, len(seen[name])) for name, of in lost.items()})


def _turn(site: Site, lasting_s: float, seen: list[_Seen]) -> Turn:
    client = site.client

    def turn() -> list[float]:
        run_ids = [site.new_run().info.run_id for _ in range(_PROCESSES)]
        written = _write(site.uri, run_ids, lasting_s)
        there = sum(len(client.get_metric_history(run_id, KEY)) for run_id in run_ids)
        done = sum(process.acknowledged for process in written)
        seen.append(_Seen(written, max(0, done - there)))
        taken_s = max(process.ended for process in written) - min(process.began for process in written)
        return [sum(len(process.waits_s) for process in written) / taken_s]

    return turn


def _write(uri: str, run_ids: list[str], lasting_s: float) -> list[Written]:
    """Run the processes and return what each did; they share nothing with this one, and begin together."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    barrier, answers = context.Barrier(len(run_ids)), context.SimpleQueue()
    writers = [context.Process(target=write, args=(uri, run_id, lasting_s, barrier, answers)) for run_id in run_ids]
    for process in writers:
        process.start()
    written: list[Written] = [answers.get() for _ in writers]
    for process in writers:
        process.join()
    return written
