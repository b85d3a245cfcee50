"""`mlws runs attach-log`: logs of other programs land in the record while they are written."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mlflow_ws_plugin import Run
from tests.cli.conftest import Mlws
from tests.integration.children import wait_until

MLWS = Path(sys.executable).parent / "mlws"
LONGEST_S = 20.0


def text_of(run: Run, name: str) -> str:
    """Return a log of a run, empty where it is not there."""
    return run._history.files.read(run.id, name).decode() if name in run.get_file_names() else ""


@pytest.fixture
def attach(run: Run, workspace_dir: Path):
    """Start `mlws runs attach-log` for the run."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*args: str | Path) -> subprocess.Popen[bytes]:
        command = [MLWS, "runs", "attach-log", "-w", workspace_dir, run.id, *args]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_standard_input_is_kept_line_by_line_until_it_ends(attach, run: Run) -> None:
    process = attach("-")
    for line in ("one\n", "two\n"):
        process.stdin.write(line.encode())
        process.stdin.flush()
        wait_until(lambda line=line: text_of(run, "logs/stdin.log").endswith(line))
    _, err = process.communicate(b"three")
    assert (process.returncode, err) == (0, b"")
    assert text_of(run, "logs/stdin.log") == "one\ntwo\nthree"


def test_the_log_may_have_a_name_and_the_run_may_have_ended(attach, run: Run) -> None:
    run.complete()
    process = attach("-", "--name", "containers/web.txt")
    process.communicate(b"late\n")
    assert process.returncode == 0
    assert text_of(run, "containers/web.txt") == "late\n"


def test_a_growing_file_is_followed_until_the_run_ends(attach, run: Run, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("before\n")
    process = attach(log)
    wait_until(lambda: text_of(run, "logs/server.log") == "before\n")
    with log.open("a") as file:
        file.write("while\n")
    wait_until(lambda: text_of(run, "logs/server.log") == "before\nwhile\n")
    run.complete()
    _, err = process.communicate(timeout=LONGEST_S)
    assert (process.returncode, err) == (0, b"")


def test_ctrl_c_ends_it(attach, run: Run, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("one\n")
    process = attach(log)
    wait_until(lambda: text_of(run, "logs/server.log") == "one\n")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=LONGEST_S)
    assert (process.returncode, err) == (0, b"")
    assert run.status == "Running"


def test_what_is_attached_twice_is_written_on(attach, run: Run) -> None:
    for text in (b"one\n", b"two\n"):
        attach("-").communicate(text)
    assert text_of(run, "logs/stdin.log") == "one\ntwo\n"


def test_a_file_that_cannot_be_read_is_one_line(run: Run, mlws: Mlws, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = mlws("runs", "attach-log", run.id, tmp_path / "file" / "a.log")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "cannot be read: Not a directory" in done.err


def test_a_file_of_an_ended_run_is_kept_whole(run: Run, tmp_path: Path, mlws: Mlws) -> None:
    run.complete()
    log = tmp_path / "server.log"
    log.write_text("all of it\n")
    done = mlws("runs", "attach-log", run.id, log, "--name", "a.log")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert text_of(run, "a.log") == "all of it\n"


@pytest.mark.parametrize(
    ("args", "says"),
    [(("nope", "-"), "nope"), (("RUN", "/"), "is a directory"), (("RUN", "-", "--name", "../x"), "'../x'")],
)
def test_bad_input_is_one_line(args: tuple[str, ...], says: str, run: Run, mlws: Mlws) -> None:
    done = mlws("runs", "attach-log", *(run.id if arg == "RUN" else arg for arg in args))
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert says in done.err
