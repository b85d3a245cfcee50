"""How runs begin and end: by calls, by a block, by the end of the interpreter, and by being killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Experiment, Run, Workspace
from mlflow_ws_plugin.errors import IllegalTransition, WorkspaceUnusable
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.run import NewRun, Origin
from mlflow_ws_plugin.sdk import capture
from mlflow_ws_plugin.sdk.capture.rounds import ROUNDS
from tests.integration.children import environment, started, wait_until

BEGIN = """
import os, sys, time
from mlflow_ws_plugin import Experiment, Workspace
from mlflow_ws_plugin.sdk import capture
workspace = Workspace.open(sys.argv[1])
run = Experiment(workspace, "e").start_logging()
capture.attend(run)
print(run.id, flush=True)
"""


def ended(workspace_dir: Path, script: str, **changes: str) -> tuple[Run, subprocess.CompletedProcess[str]]:
    """Return the run of a script that has ended, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + script, str(workspace_dir)],
        env=environment(MLWS_QUIET="0", **changes),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    workspace = Workspace.open(workspace_dir)
    return workspace.get_run(done.stdout.split()[0]), done


class TestCalls:
    """`start`, `complete`, `fail`, `cancel`, `flush`."""

    def test_a_second_complete_is_a_no_op(self, run: Run) -> None:
        run.complete()
        ended_ms = run._info.end_ms
        run.complete()
        assert (run.status, run._info.end_ms) == ("Completed", ended_ms)

    def test_logging_after_complete_is_accepted(self, run: Run) -> None:
        run.complete()
        run.log("late", 1)
        run.tag("k", "v")
        assert run.get_metrics() == {"late": 1}
        assert run.status == "Completed"

    def test_a_run_that_was_canceled_stays_so(self, run: Run) -> None:
        run.cancel()
        run.cancel()
        assert run.status == "Canceled"
        with pytest.raises(IllegalTransition, match="Canceled"):
            run.complete()

    def test_mlflow_sees_how_a_run_ended(self, workspace: Workspace, run: Run) -> None:
        run.cancel()
        seen = MlflowClient(workspace.get_mlflow_tracking_uri()).get_run(run.id)
        assert (seen.info.status, seen.data.tags["mlws.state"]) == ("KILLED", "Canceled")

    def test_a_failed_run_keeps_reason_and_code(self, run: Run) -> None:
        run.fail("no more memory", "OOM")
        assert (run.status, run.error) == ("Failed", "OOM: no more memory")

    def test_without_setting_the_status_only_the_reason_is_kept(self, run: Run) -> None:
        run.fail("no more memory", _set_status=False)
        assert (run.status, run.error) == ("Running", "no more memory")
        run.complete(_set_status=False)
        assert run.status == "Running"
        run.complete()
        assert run.status == "Completed"

    def test_start_brings_a_waiting_run_to_running(self, run: Run) -> None:
        history = run._history
        waiting = NewRun(run.experiment.id, "w" * 32, "n", State.NOT_STARTED, "me", Origin.NATIVE, 1)
        history.runs.create(waiting)
        child = Run(run.experiment, "w" * 32)
        child.start()
        child.start()
        assert child.status == "Running"
        child.complete()
        with pytest.raises(IllegalTransition):
            child.start()

    def test_flush_returns_with_everything_recorded(self, run: Run) -> None:
        run.flush()
        run.flush(timeout_seconds=0)

    def test_a_signal_handler_that_ends_the_run_and_exits_in_the_middle_of_a_write_is_heeded(self, run: Run) -> None:
        def handle(*_: object) -> None:
            run.fail("preempted")
            sys.exit(0)

        before = signal.signal(signal.SIGUSR1, handle)
        try:
            with pytest.raises(SystemExit), run._history._database.write():
                signal.raise_signal(signal.SIGUSR1)
        finally:
            signal.signal(signal.SIGUSR1, before)
        assert (run.status, run.error) == ("Failed", "preempted")

    # hypothesis watches the garbage collector: an error that a signal raises in there goes no further
    @pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
    def test_a_run_that_a_signal_handler_ends_is_ended_whenever_the_signal_comes(self, workspace: Workspace) -> None:
        experiment = Experiment(workspace, "digits")
        runs: list[Run] = []

        def handle(*_: object) -> None:
            runs[-1].fail("preempted")
            sys.exit(0)

        before = signal.signal(signal.SIGALRM, handle)
        try:
            for number in range(300):
                runs.append(experiment.start_logging())
                with pytest.raises(SystemExit):
                    _tag_until_interrupted(runs[-1], 0.0002 + number % 37 * 1e-5)
        finally:
            signal.signal(signal.SIGALRM, before)
        assert {run.status for run in runs} == {"Failed"}


def _tag_until_interrupted(run: Run, after_s: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, after_s)
    for value in range(2000):
        run.tag("k", value)
    sys.exit(0)  # the handler's own SystemExit was swallowed, by a callback of the garbage collector


class TestBlock:
    """`with run:`."""

    def test_the_end_of_the_block_completes_the_run(self, run: Run) -> None:
        with run as same:
            same.log("m", 1)
        assert same is run
        assert run.status == "Completed"

    def test_an_exception_fails_the_run_and_goes_on_its_way(self, run: Run) -> None:
        with pytest.raises(ZeroDivisionError), run:
            _ = 1 / 0
        assert run.status == "Failed"
        assert run.error is not None
        assert "Traceback" in run.error
        assert "ZeroDivisionError: division by zero" in run.error

    def test_an_exception_about_a_name_that_is_no_utf_8_fails_it_too(self, run: Run) -> None:
        with pytest.raises(FileNotFoundError), run:
            Path("\udcff.txt").read_text()
        assert run.status == "Failed"
        assert (run.error or "").endswith(r"No such file or directory: '\udcff.txt'")

    @pytest.mark.parametrize("code", [0, None])
    def test_a_successful_exit_completes_the_run(self, run: Run, code: int | None) -> None:
        with pytest.raises(SystemExit), run:
            sys.exit(code)
        assert (run.status, run.error) == ("Completed", None)

    @pytest.mark.parametrize("code", [1, "no data"])
    def test_another_exit_fails_it(self, run: Run, code: object) -> None:
        with pytest.raises(SystemExit), run:
            raise SystemExit(code)
        assert run.status == "Failed"
        assert f"SystemExit: {code}" in (run.error or "")

    def test_ctrl_c_cancels_it(self, run: Run) -> None:
        with pytest.raises(KeyboardInterrupt), run:
            raise KeyboardInterrupt
        assert run.status == "Canceled"

    def test_a_run_ended_inside_keeps_its_end(self, run: Run) -> None:
        with run:
            run.fail("on purpose")
        assert (run.status, run.error) == ("Failed", "on purpose")

    def test_a_failure_of_the_record_does_not_hide_the_exception(
        self, run: Run, capfd: pytest.CaptureFixture[str]
    ) -> None:
        run._history.runs.purge(run.id)
        with pytest.raises(ZeroDivisionError), run:
            _ = 1 / 0
        assert "RunNotFound" in capfd.readouterr().err


class TestEndOfTheInterpreter:
    """A script that ends without `complete()`."""

    @pytest.mark.parametrize(
        ("script", "state", "error"),
        [
            ("", "Completed", None),
            ("sys.exit(0)", "Completed", None),
            ("sys.exit(3)", "Failed", "SystemExit: 3"),
            ("sys.exit('no data')", "Failed", "SystemExit: no data"),
            ("exit(3)", "Failed", "SystemExit: 3"),
            ("quit()", "Completed", None),
            ("raise ValueError('too bad')", "Failed", "ValueError: too bad"),
            ("raise KeyboardInterrupt", "Canceled", "KeyboardInterrupt"),
            ("sys.excepthook = lambda *_: None\nraise ValueError('quiet')", "Failed", "ValueError: quiet"),
        ],
    )
    def test_the_state_is_true_and_said(self, workspace_dir: Path, script: str, state: str, error: str | None) -> None:
        run, done = ended(workspace_dir, f"run.log('m', 1)\n{script}")
        assert run.status == state
        assert (error or "") in (run.error or "")
        assert run.get_metrics() == {"m": 1}
        said = [line for line in done.stderr.splitlines() if "without complete()" in line]
        assert len(said) == 1
        assert run.name in said[0]
        assert said[0].endswith(f"recorded as {state}.")

    def test_a_run_that_was_ended_is_not_spoken_of(self, workspace_dir: Path) -> None:
        run, done = ended(workspace_dir, "run.fail('on purpose')")
        assert (run.status, run.error) == ("Failed", "on purpose")
        assert "without complete()" not in done.stderr

    def test_a_run_that_mlflow_ended_is_left_alone(self, workspace_dir: Path) -> None:
        script = "from mlflow import MlflowClient\n"
        script += "MlflowClient(workspace.get_mlflow_tracking_uri()).set_terminated(run.id, 'KILLED')"
        run, done = ended(workspace_dir, script)
        assert run.status == "Canceled"
        assert "without complete()" not in done.stderr

    def test_many_runs_that_were_left_are_one_line(self, workspace_dir: Path) -> None:
        script = "children = [Experiment(workspace, 'e').start_logging() for _ in range(3)]\nchildren[0].complete()"
        run, done = ended(workspace_dir, script)
        (line,) = [line for line in done.stderr.splitlines() if "without complete()" in line]
        assert f"Run {run.name} ({run.id}) and 2 more: " in line

    def test_quiet_is_quiet(self, workspace_dir: Path) -> None:
        run, done = ended(workspace_dir, "os.environ['MLWS_QUIET'] = '1'")
        assert run.status == "Completed"
        assert "without complete()" not in done.stderr

    def test_a_forked_child_does_not_end_its_parents_run(self, workspace_dir: Path) -> None:
        script = """
if os.fork() == 0:
    sys.exit(1)
os.wait()
print(run.status)
run.complete()
"""
        run, done = ended(workspace_dir, script)
        assert done.stdout.split()[1] == "Running"
        assert run.status == "Completed"


class TestHeartbeat:
    """A run whose process is not heard of."""

    @pytest.fixture(autouse=True)
    def _short_interval(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MLWS_HEARTBEAT_INTERVAL", "0.1")

    def test_a_killed_process_leaves_a_run_that_does_not_respond_and_revives(
        self, workspace_dir: Path, workspace: Workspace
    ) -> None:
        command = [sys.executable, "-c", f"{BEGIN}time.sleep(600)", str(workspace_dir)]
        with started(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            run = workspace.get_run(process.stdout.readline().strip())
            first_ms = run._info.heartbeat_ms
            assert first_ms is not None
            wait_until(lambda: (run._info.heartbeat_ms or 0) > first_ms + 500)
            assert run.status == "Running"
            process.kill()
            assert process.wait() == -signal.SIGKILL
        wait_until(lambda: run.status == "NotResponding")
        client = MlflowClient(workspace.get_mlflow_tracking_uri())
        seen = client.get_run(run.id)
        assert (seen.info.status, seen.data.tags["mlws.state"]) == ("RUNNING", "NotResponding")
        assert len(client.search_runs([run.experiment.id], "tags.`mlws.state` = 'NotResponding'")) == 1
        run.start()
        assert run.status == "Running"
        run.complete()
        assert run.status == "Completed"

    def test_a_forked_child_does_not_beat_for_its_parents_run(self, workspace_dir: Path) -> None:
        script = """
pid = os.fork()
if pid == 0:
    import threading
    from mlflow_ws_plugin.sdk.capture.rounds import ROUNDS
    run.complete(_set_status=False)
    os._exit(ROUNDS._thread is not None or threading.active_count() != 1)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
run.complete()
"""
        run, done = ended(workspace_dir, script)
        assert done.stdout.split()[1] == "0"
        assert run.status == "Completed"

    def test_a_child_forked_while_a_round_is_made_begins_a_run_of_its_own(self, workspace_dir: Path) -> None:
        script = """
for number in range(20):
    pid = os.fork()
    if pid == 0:
        own = Experiment(workspace, "e").start_logging()
        capture.attend(own)
        own.log("m", number)
        own.complete()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
run.complete()
"""
        run, done = ended(workspace_dir, script, MLWS_HEARTBEAT_INTERVAL="0.001")
        assert done.returncode == 0, done.stderr
        assert run.status == "Completed"

    def test_the_thread_ends_with_the_last_run(self, run: Run) -> None:
        capture.attend(run)
        thread = ROUNDS._thread
        assert thread is not None
        run.complete()
        wait_until(lambda: not thread.is_alive())
        assert ROUNDS._thread is None

    def test_a_heart_that_fails_says_so_once_and_training_goes_on(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("MLWS_BUSY_TIMEOUT", "0.01")
        capture.attend(run)
        said: list[str] = []

        def is_said() -> bool:
            said.append(capfd.readouterr().err)
            return "heartbeat of a run failed" in "".join(said)

        before_ms = run._info.heartbeat_ms or 0
        other = sqlite3.connect(run._history._database.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        wait_until(is_said, limit_s=20)
        other.execute("ROLLBACK")
        other.close()
        wait_until(lambda: (run._info.heartbeat_ms or 0) > before_ms)
        is_said()
        assert "".join(said).count("heartbeat of a run failed") == 1

    def test_a_heart_makes_no_new_workspace_where_one_was_removed(self, run: Run, workspace_dir: Path) -> None:
        workspace_dir.rename(workspace_dir.with_name("moved"))
        with pytest.raises(WorkspaceUnusable, match="removed"):
            RunHistory(workspace_dir).liveness.beat([run.id])
        assert not workspace_dir.exists()


def test_a_killed_process_loses_no_value(workspace_dir: Path, workspace: Workspace) -> None:
    script = "run.log_list('m', list(range(100)))\nprint('logged', flush=True)\ntime.sleep(600)"
    with started([sys.executable, "-c", BEGIN + script, str(workspace_dir)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        run = workspace.get_run(process.stdout.readline().strip())
        assert process.stdout.readline() == "logged\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert run.get_metrics() == {"m": list(range(100))}
