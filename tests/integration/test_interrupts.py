"""Signals in the middle of a write: Ctrl-C, and handlers that log, as Lightning's do on Slurm."""

from __future__ import annotations

from pathlib import Path

from mlflow_ws_plugin import Workspace
from tests.integration.children import answer_of, run_python

INTERRUPTED = """
import json, signal, sys
from concurrent.futures import ThreadPoolExecutor
from mlflow_ws_plugin import Experiment, Workspace
run = Experiment(Workspace.open(sys.argv[1]), "e").start_logging()

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
other = ThreadPoolExecutor(1)
logged, interrupts = 0, 0
while interrupts < 400:
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0002 + interrupts % 37 * 1e-5)
        while True:
            run.log("m", float(logged), step=logged)
            logged += 1
    except KeyboardInterrupt:
        interrupts += 1
        assert run.status == "Running"
        other.submit(run.log, "thread", interrupts).result(30)
signal.setitimer(signal.ITIMER_REAL, 0)
run.log("after", 1)
print(json.dumps([run.id, logged]))
"""


def test_no_interrupt_leaves_a_lock_or_loses_what_was_logged(workspace_dir: Path) -> None:
    run_id, logged = answer_of(run_python(INTERRUPTED, str(workspace_dir)))
    metrics = Workspace.open(workspace_dir).get_run(run_id).get_metrics()
    points = metrics["m"]
    assert isinstance(points, list)
    assert sorted(set(points))[:logged] == [float(step) for step in range(logged)]
    assert len(set(points)) <= logged + 1
    assert (metrics["after"], metrics["thread"]) == (1, list(range(1, 401)))


HANDLED = """
import json, signal, sys
from mlflow_ws_plugin import Experiment, Workspace
run = Experiment(Workspace.open(sys.argv[1]), "e").start_logging()
handled = 0

def log(*_):
    global handled
    run.tag("last", handled)
    run.log("handled", handled)
    run.log("m", -1.0 - handled)
    run.get_metrics("handled")
    handled += 1

signal.signal(signal.SIGALRM, log)
logged, armed = 0, -1
while handled < 200:
    if armed < handled:
        armed = handled
        signal.setitimer(signal.ITIMER_REAL, 0.0002 + handled % 37 * 1e-5)
    run.log("m", float(logged))
    logged += 1
signal.setitimer(signal.ITIMER_REAL, 0)
run.complete()
print(json.dumps([run.id, logged, handled]))
"""


def test_a_signal_handler_may_log_in_the_middle_of_a_write(workspace_dir: Path) -> None:
    run_id, logged, handled = answer_of(run_python(HANDLED, str(workspace_dir)))
    run = Workspace.open(workspace_dir).get_run(run_id)
    metrics = run.get_metrics()
    assert metrics["handled"] == list(range(handled))
    assert sorted(metrics["m"]) == sorted([*map(float, range(logged)), *(-1.0 - i for i in range(handled))])  # type: ignore[call-overload]
    assert (run.tags["last"], run.status) == (str(handled - 1), "Completed")
