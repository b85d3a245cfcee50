"""Python's logging kept in a run, files of other processes followed, and what the SDK itself logs."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlflow_ws_plugin import Experiment, Run, RunLogHandler, Workspace
from mlflow_ws_plugin.errors import InvalidInput, InvalidName, RunNotFound
from mlflow_ws_plugin.sdk import log_files
from tests.integration.children import wait_until

LONGEST_S = 20.0


def text_of(run: Run, name: str) -> str:
    """Return a log of a run, empty where it is not there."""
    return run._history.files.read(run.id, name).decode() if name in run.get_file_names() else ""


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """A logger whose handlers are gone afterwards."""
    logger = logging.getLogger("training")
    logger.setLevel(logging.DEBUG)
    yield logger
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


class TestRunLogHandler:
    """`RunLogHandler`."""

    def test_each_record_is_there_when_the_call_returns(self, run: Run, logger: logging.Logger) -> None:
        handler = RunLogHandler(run)
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        logger.addHandler(handler)
        logger.info("epoch %d", 1)
        assert text_of(run, "logs/python.log") == "INFO epoch 1\n"
        broken = {"levelno": logging.WARNING, "levelname": "WARNING", "msg": "ü \ud800"}
        handler.handle(logging.makeLogRecord(broken))  # past the logger: pytest sends what it captures as UTF-8
        assert text_of(run, "logs/python.log") == "INFO epoch 1\nWARNING ü \\ud800\n"

    def test_a_record_says_when_how_grave_and_who(self, run: Run, logger: logging.Logger) -> None:
        logger.addHandler(RunLogHandler(run, "logs/a.log"))
        try:
            raise ValueError("no data")
        except ValueError:
            logger.exception("failed")
        first, *_, last = text_of(run, "logs/a.log").splitlines()
        assert first.startswith("20")
        assert first.endswith(" ERROR training: failed")
        assert last == "ValueError: no data"

    def test_a_level_leaves_out_what_is_below(self, run: Run, logger: logging.Logger) -> None:
        logger.addHandler(RunLogHandler(run, level=logging.WARNING))
        logger.info("no")
        assert run.get_file_names() == []

    @pytest.mark.parametrize("filename", ["../x", "/x", ""])
    def test_a_bad_name_is_refused_at_once(self, run: Run, filename: str) -> None:
        with pytest.raises(InvalidName):
            RunLogHandler(run, filename)

    def test_a_run_that_is_gone_is_refused_at_once(self, run: Run) -> None:
        run._history.runs.purge(run.id)
        with pytest.raises(RunNotFound):
            RunLogHandler(run)

    def test_what_cannot_be_written_is_reported_and_never_raised(
        self, run: Run, capfd: pytest.CaptureFixture[str]
    ) -> None:
        handler = RunLogHandler(run)
        run._history.runs.purge(run.id)
        handler.handle(logging.makeLogRecord({"msg": "lost"}))
        handler.handle(logging.makeLogRecord({"msg": "wrong %d", "args": ("arguments",)}))
        err = capfd.readouterr().err
        assert "RunNotFound" in err
        assert "wrong %d" in err

    def test_the_sdks_own_traces_do_not_chase_their_tail(self, run: Run) -> None:
        ours = logging.getLogger("mlflow_ws_plugin")
        handler = RunLogHandler(run)
        ours.addHandler(handler)
        ours.setLevel(logging.DEBUG)
        try:
            run._history.files.put(run.id, [("a.txt", b"text")])
            run.complete()
        finally:
            ours.removeHandler(handler)
            ours.setLevel(logging.NOTSET)
        lines = text_of(run, "logs/python.log").splitlines()
        assert len(lines) == 2
        assert "a.txt" in lines[0]
        assert lines[1].endswith("is Completed.")

    def test_threads_and_forked_processes_share_it_line_by_line(self, run: Run, logger: logging.Logger) -> None:
        handler = RunLogHandler(run)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)

        def log(who: str) -> None:
            for number in range(50):
                logger.info("%s %d %s", who, number, "x" * 200)

        context = multiprocessing.get_context("fork")
        workers = [threading.Thread(target=log, args=("thread",)) for _ in range(2)]
        workers[0].start()
        children = [context.Process(target=log, args=("process",)) for _ in range(2)]
        for child in children:
            child.start()
        workers[1].start()
        for worker in (*workers, *children):
            worker.join(LONGEST_S)
        assert [child.exitcode for child in children] == [0, 0]
        lines = text_of(run, "logs/python.log").splitlines()
        assert sorted(lines) == sorted(
            f"{who} {number} {'x' * 200}" for who in ("thread", "process") for number in range(50) for _ in range(2)
        )

    def test_nothing_is_lost_with_a_process_that_is_killed(self, workspace_dir: Path) -> None:
        script = (
            "import logging, os, signal\nfrom mlflow_ws_plugin import Experiment, RunLogHandler, Workspace\n"
            f"run = Experiment(Workspace.open({str(workspace_dir)!r}), 'e').start_logging(run_id='killed')\n"
            "logging.basicConfig(level=logging.INFO, handlers=[RunLogHandler(run)])\n"
            "logging.info('last words')\nos.kill(os.getpid(), signal.SIGKILL)"
        )
        done = subprocess.run([sys.executable, "-c", script], check=False)
        assert done.returncode == -signal.SIGKILL
        assert "last words" in text_of(Workspace.open(workspace_dir).get_run("killed"), "logs/python.log")


class TestWatchLog:
    """`Run.watch_log`."""

    def test_a_growing_file_is_followed_until_the_run_ends(self, run: Run, tmp_path: Path) -> None:
        log = tmp_path / "server.log"
        watched = run.watch_log(log)  # it is not there yet
        assert watched.name == "logs/server.log"
        log.write_text("one\n")
        wait_until(lambda: text_of(run, "logs/server.log") == "one\n")
        with log.open("a") as file:
            file.write("two\n")
            file.flush()
            wait_until(lambda: text_of(run, "logs/server.log") == "one\ntwo\n")
            file.write("last")
        run.complete()
        wait_until(lambda: watched not in log_files._watched)
        assert text_of(run, "logs/server.log") == "one\ntwo\nlast"
        with log.open("a") as file:
            file.write("too late")
        watched.stop()
        assert text_of(run, "logs/server.log") == "one\ntwo\nlast"

    def test_stopping_takes_a_last_look(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.log").write_text("text")
        watched = run.watch_log(str(tmp_path / "a.log"), "containers/a.txt")
        watched.stop()
        watched.stop()
        assert text_of(run, "containers/a.txt") == "text"

    def test_a_run_that_ends_elsewhere_ends_the_watch(self, run: Run, tmp_path: Path, workspace: Workspace) -> None:
        (tmp_path / "a.log").write_text("text")
        watched = run.watch_log(tmp_path / "a.log")
        place = workspace.get_mlflow_tracking_uri()
        script = f"from mlflow_ws_plugin import Workspace\nWorkspace.open({place!r}).get_run({run.id!r}).complete()"
        subprocess.run([sys.executable, "-c", script], check=True)
        wait_until(lambda: watched not in log_files._watched)
        assert text_of(run, "logs/a.log") == "text"

    def test_a_file_cut_off_and_written_anew_is_read_from_its_beginning(self, run: Run, tmp_path: Path) -> None:
        log = tmp_path / "a.log"
        log.write_text("a long first part\n")
        watched = run.watch_log(log)
        watched.look()
        log.write_text("anew\n")
        watched.look()
        watched.stop()
        assert text_of(run, "logs/a.log") == "a long first part\nanew\n"

    def test_a_rotated_file_is_read_to_its_end_and_then_the_new_one(self, run: Run, tmp_path: Path) -> None:
        log = tmp_path / "a.log"
        writer = log.open("a")
        writer.write("one\n")
        writer.flush()
        watched = run.watch_log(log)
        watched.look()
        log.rename(tmp_path / "a.log.1")
        writer.write("two\n")  # by who has not noticed yet
        writer.close()
        watched.look()
        log.write_text("three\n")
        watched.look()
        watched.stop()
        assert text_of(run, "logs/a.log") == "one\ntwo\nthree\n"

    def test_a_large_file_is_copied_byte_by_byte(self, run: Run, tmp_path: Path) -> None:
        data = os.urandom(3 * (1 << 20) + 5)
        (tmp_path / "a.bin").write_bytes(data)
        run.watch_log(tmp_path / "a.bin").stop()
        assert run._history.files.read(run.id, "logs/a.bin") == data

    def test_what_could_not_be_kept_is_kept_the_next_time(self, tmp_path: Path) -> None:
        source = log_files.GrowingFile(tmp_path / "a.log")
        (tmp_path / "a.log").write_text("one")
        for piece in source.new():
            assert piece == b"one"
            break  # the disk is full, say
        assert list(source.new()) == [b"one"]
        assert list(source.new()) == []
        source.close()

    def test_bad_input_is_refused_at_once(self, run: Run, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="is a directory"):
            run.watch_log(tmp_path)
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(InvalidInput, match=r"pipe' is not a regular file.*attach-log"):
            run.watch_log(tmp_path / "pipe")
        with pytest.raises(InvalidName):
            run.watch_log(tmp_path / "a.log", "../a.log")
        assert not log_files._watched

    def test_what_cannot_be_read_later_is_said_once_and_training_goes_on(
        self, run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        watched = run.watch_log(tmp_path / "later" / "a.log")
        (tmp_path / "later").write_text("a file where a folder should be")
        wait_until(lambda: "training goes on" in capfd.readouterr().err)
        watched.stop()

    @pytest.mark.parametrize("ending", ["run.complete()", "pass"])
    def test_the_end_of_the_interpreter_takes_a_last_look(
        self, ending: str, workspace_dir: Path, tmp_path: Path
    ) -> None:
        script = (
            "import sys\nfrom mlflow_ws_plugin import Experiment, Workspace\n"
            f"run = Experiment(Workspace.open({str(workspace_dir)!r}), 'e').start_logging(run_id='short')\n"
            f"run.watch_log({str(tmp_path / 'a.log')!r})\n"
            f"open({str(tmp_path / 'a.log')!r}, 'w').write('at the last moment')\n{ending}"
        )
        subprocess.run([sys.executable, "-c", script], check=True)
        run = Workspace.open(workspace_dir).get_run("short")
        assert (run.status, text_of(run, "logs/a.log")) == ("Completed", "at the last moment")

    def test_a_forked_child_copies_nothing_again(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.log").write_text("once")
        watched = run.watch_log(tmp_path / "a.log")
        child = multiprocessing.get_context("fork").Process(target=watched.stop)
        child.start()
        child.join(LONGEST_S)
        assert child.exitcode == 0
        watched.stop()
        assert text_of(run, "logs/a.log") == "once"


class TestOwnLogger:
    """The logger `mlflow_ws_plugin`."""

    def test_what_the_sdk_does_is_said_at_level_debug(
        self, workspace_dir: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG, "mlflow_ws_plugin"):
            run = Experiment(Workspace.open(workspace_dir), "e").start_logging(name="first")
            run._history.files.put(run.id, [("a.txt", b"text")])
            run.complete()
        said = [record.getMessage() for record in caplog.records]
        assert [record.levelno for record in caplog.records] == [logging.DEBUG] * len(said)
        assert said == [
            f"The workspace is {workspace_dir}.",
            f"Run first ({run.id}) of experiment 1 is Running.",
            f"Run {run.id} has the files a.txt.",
            f"Run first ({run.id}) of experiment 1 is Completed.",
        ]

    def test_a_point_is_not_traced(self, run: Run, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            run.log("m", 1)
        assert caplog.records == []

    @pytest.mark.parametrize(
        ("config", "says"), [("", ""), ("logging.basicConfig(level=logging.DEBUG)", "DEBUG:mlflow_ws_plugin.history")]
    )
    def test_it_is_silent_until_it_is_asked(self, config: str, says: str, tmp_path: Path) -> None:
        script = f"import logging\n{config}\nfrom mlflow_ws_plugin import Run\nRun.get_context().complete()\n"
        script += "logging.getLogger('mlflow_ws_plugin.x').error('unheard') if not logging.root.handlers else None"
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert (says in done.stderr) if says else (done.stderr == "")
