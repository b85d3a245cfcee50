"""Waiting until a run has ended."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mlflow_ws_plugin import Experiment, Run, Workspace
from mlflow_ws_plugin.errors import InvalidInput, RunFailed

OTHER = """
import sys
from mlflow_ws_plugin import Experiment, Workspace
run = Experiment(Workspace.open(sys.argv[1]), "digits").start_logging(snapshot_directory=None)
print(run.id, flush=True)
sys.stdin.readline()
run._history.files.append(run.id, "logs/train.txt", b"epoch 1\\n")
run._history.files.append(run.id, "logs/train.txt", "caf\\u00e9 ".encode()[:-2])
sys.stdin.readline()
run._history.files.append(run.id, "logs/train.txt", "\\u00e9\\n".encode()[1:])
run._history.files.append(run.id, "user_logs/std.txt", b"done\\n")
run.complete() if sys.argv[2] == "well" else run.fail("out of memory")
"""


class Elsewhere:
    """A run of another process, which goes on a step at a time."""

    def __init__(self, directory: Path, how: str) -> None:
        command = [sys.executable, "-c", OTHER, str(directory), how]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.run = Workspace.open(directory).get_run(self._process.stdout.readline().strip())

    def go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def end(self) -> None:
        self._process.communicate(timeout=60)
        assert self._process.returncode == 0


def test_what_another_process_logs_is_shown_until_it_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = Elsewhere(tmp_path, "well")
    elsewhere.go_on()
    elsewhere.go_on()
    run = elsewhere.run
    details = run.wait_for_completion(show_output=True)
    elsewhere.end()
    assert details["status"] == "Completed"
    url = run.get_portal_url()
    assert capsys.readouterr().out == (
        f"RunId: {run.id}\nFiles: {url}\n"
        "\nStreaming logs/train.txt\n========================\nepoch 1\ncafé\n"
        "\nStreaming user_logs/std.txt\n===========================\ndone\n"
        f"\nExecution Summary\n=================\nRunId: {run.id}\nStatus: Completed\nFiles: {url}\n"
    )


def test_a_failed_run_raises_its_reason_unless_that_is_not_wanted(tmp_path: Path) -> None:
    elsewhere = Elsewhere(tmp_path, "badly")
    waiting = threading.Timer(0.1, lambda: (elsewhere.go_on(), elsewhere.go_on()))
    waiting.start()
    with pytest.raises(RunFailed, match=rf"Run {elsewhere.run.id} failed: out of memory\. Its logs:") as caught:
        elsewhere.run.wait_for_completion()
    elsewhere.end()
    assert (caught.value.run_id, caught.value.reason) == (elsewhere.run.id, "out of memory")
    assert elsewhere.run.wait_for_completion(raise_on_error=False)["error"]["error"]["message"] == "out of memory"


def test_a_run_that_has_ended_is_not_waited_for(run: Run) -> None:
    run.complete()
    assert run.wait_for_completion(True, True, True)["status"] == "Completed"


def test_nobody_waits_for_what_this_process_is_to_end(run: Run) -> None:
    with pytest.raises(InvalidInput, match=r"wait for itself\. End it"):
        run.wait_for_completion()
    with pytest.raises(InvalidInput, match="wait for itself"):
        run.wait_for_completion(show_output=True)


def test_a_thread_may_wait_for_the_main_thread(workspace: Workspace) -> None:
    run = Experiment(workspace, "digits").start_logging()
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(run.wait_for_completion()["status"]))
    thread.start()
    run.complete()
    thread.join(60)
    assert seen == ["Completed"]


def test_a_run_whose_process_is_gone_is_said_once_and_waited_for_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    run = Experiment(workspace, "digits").start_logging()
    with run._history._database.write() as tx:
        tx.execute("UPDATE runs SET heartbeat_ms = 1")
    monkeypatch.setenv("MLWS_HEARTBEAT_INTERVAL", "1")
    assert run.status == "NotResponding"
    monkeypatch.setattr("mlflow_ws_plugin.sdk.calls.waiting.EVERY_S", 0.01)
    thread = threading.Thread(target=run.wait_for_completion)
    thread.start()
    said = ""
    while "does not respond" not in said:
        said += capfd.readouterr().err
    run.complete()
    thread.join(60)
    said += capfd.readouterr().err
    assert said == f"Run {run.id} does not respond: its process may be gone.\n"
