"""Heartbeats, and the runs that are not heard of any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.history.clock import now_ms
from mlflow_ws_plugin.history.liveness import MISSED
from mlflow_ws_plugin.records.filters import Comparison, Field
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.run import NewRun, Origin
from tests.history.test_steady_series import write

RUN = "r" * 32
INTERVAL_S = 15.0


@pytest.fixture(autouse=True)
def _interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWS_HEARTBEAT_INTERVAL", str(INTERVAL_S))


@pytest.fixture
def history(workspace_dir: Path) -> RunHistory:
    """A history with one run that goes on."""
    made = RunHistory(workspace_dir)
    made.runs.create(NewRun("0", RUN, "name", State.RUNNING, "me", Origin.NATIVE, now_ms()))
    return made


def beat_ago(history: RunHistory, intervals: float) -> None:
    """Make the run's last heartbeat so many intervals old."""
    with history._database.write() as tx:
        then = now_ms() - int(1000 * INTERVAL_S * intervals)
        tx.execute("UPDATE runs SET heartbeat_ms = ? WHERE run_id = ?", (then, RUN))


def states(history: RunHistory) -> set[str]:
    """Return the run's state as each way of reading gives it."""
    found = history.runs.search([0], Comparison(Field("attribute", "run_id"), "=", RUN), [])
    by_state = [
        state.value
        for state in State
        if history.runs.search([0], Comparison(Field("attribute", "state"), "=", state.value), [])
    ]
    infos = [history.runs.info(RUN), history.runs.get(RUN).info, found[0].info, *history.runs.family(RUN)]
    return {*(info.state.value for info in infos), *by_state}


def test_a_run_without_heartbeats_is_never_silent(history: RunHistory) -> None:
    assert history.runs.info(RUN).heartbeat_ms is None
    assert states(history) == {"Running"}


def test_a_run_does_not_respond_after_four_missed_heartbeats_and_revives_with_the_next(history: RunHistory) -> None:
    beat_ago(history, MISSED - 0.5)
    assert states(history) == {"Running"}
    beat_ago(history, MISSED + 0.5)
    assert states(history) == {"NotResponding"}
    history.liveness.beat([RUN, "unknown"])
    assert states(history) == {"Running"}


def test_a_run_that_does_not_respond_is_recorded_as_running(history: RunHistory) -> None:
    beat_ago(history, 10)
    assert states(history) == {"NotResponding"}
    with history._database.read() as tx:
        assert tx.execute("SELECT state FROM runs WHERE run_id = ?", (RUN,)).fetchone() == ("Running",)


def test_newer_numbers_revive_a_run(history: RunHistory) -> None:
    beat_ago(history, 10)
    old, new = now_ms() - 1_000_000, now_ms()
    history.metrics.log(RUN, [write("loss", (0, old, 1.0, 0))])
    assert states(history) == {"NotResponding"}
    for step in range(1, 6):  # the summary stays behind
        history.metrics.log(RUN, [write("loss", (step, new + step, 1.0, 0))])
    assert states(history) == {"Running"}


def test_a_run_that_has_ended_is_not_silent_and_beats_no_more(history: RunHistory) -> None:
    beat_ago(history, 10)
    history.runs.set_state(RUN, State.COMPLETED)
    before = history.runs.info(RUN).heartbeat_ms
    history.liveness.beat([RUN])
    assert states(history) == {"Completed"}
    assert history.runs.info(RUN).heartbeat_ms == before


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELED, State.FINALIZING])
def test_a_run_that_does_not_respond_can_be_ended(history: RunHistory, state: State) -> None:
    beat_ago(history, 10)
    assert history.runs.set_state(RUN, state).state is state


def test_whoever_goes_on_with_a_silent_run_through_mlflow_need_not_beat(history: RunHistory) -> None:
    beat_ago(history, 10)
    history.runs.update(RUN, status="RUNNING")
    assert states(history) == {"Running"}
    assert history.runs.info(RUN).heartbeat_ms is None


def test_a_live_run_that_mlflow_resumes_keeps_its_heartbeat(history: RunHistory) -> None:
    history.liveness.beat([RUN])
    history.runs.update(RUN, status="RUNNING")
    assert history.runs.info(RUN).heartbeat_ms is not None


def test_an_interval_of_zero_turns_it_off(history: RunHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    beat_ago(history, 10)
    monkeypatch.setenv("MLWS_HEARTBEAT_INTERVAL", "0")
    assert states(history) == {"Running"}
