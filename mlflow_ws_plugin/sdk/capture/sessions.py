"""The runs this process works for, from when they begin to when they end: everything that goes on beside training."""

from __future__ import annotations

import os
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mlflow_ws_plugin import announcement, settings
from mlflow_ws_plugin.errors import InvalidInput
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.records.lifecycle import TERMINAL
from mlflow_ws_plugin.sdk import table_files
from mlflow_ws_plugin.sdk.capture import heartbeat, leaving, logs, origin, snapshot, system_metrics
from mlflow_ws_plugin.sdk.capture.aside import attempt
from mlflow_ws_plugin.sdk.capture.logs import Logs
from mlflow_ws_plugin.sdk.capture.outputs import Outputs
from mlflow_ws_plugin.sdk.capture.rounds import ROUNDS, Duty

if TYPE_CHECKING:
    from mlflow_ws_plugin.sdk.calls.parts import RunParts

DEFAULT_OUTPUTS = "./outputs"
LONGEST_RECORDING_S = 30.0
"""The end of a run waits no longer for what is recorded of its beginning."""

_Key = tuple[Path, str]


class Session:
    """What goes on beside one run.

    Args:
        history: Where the run is.
        run_id: Its id.
    """

    def __init__(self, history: RunHistory, run_id: str) -> None:
        self.history = history
        self._run_id = run_id
        self._duties: list[Duty] = []
        self._recording: threading.Thread | None = None
        self._outputs: Outputs | None = None
        self._logs: Logs | None = None

    def capture(self, outputs: str | Path | None, snapshot_directory: str | Path | None) -> None:
        """Begin to keep what the run writes, and record where it comes from; once."""
        if self._recording is not None:
            return
        history, run_id = self.history, self._run_id
        if outputs is not None and settings.CAPTURE_OUTPUTS.is_on():
            self._outputs = Outputs(Path(outputs), history.directory)
        if settings.CAPTURE_LOGS.is_on():
            self._logs = Logs(
                Path(logs.FOLDER),
                without=history.directory,
                limit_bytes=settings.LOG_LIMIT.size_bytes(),
                append=partial(history.files.append, run_id),
                upload=self._upload,
            )
            self._go_on([Duty("following logs/", logs.EVERY_S, self._logs.follow, rest=logs.REST)])
        self._go_on(attempt("sampling of system metrics", lambda: system_metrics.begin(history, run_id)))
        directory = None if snapshot_directory is None else Path(snapshot_directory).absolute()
        self._recording = threading.Thread(
            target=_record, args=(history, run_id, directory), name="mlws recording", daemon=True
        )
        self._recording.start()

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything until now is recorded, so long at most; tell whether it is."""
        if self._logs is not None:
            self._logs.follow()
        if self._recording is not None:
            self._recording.join(timeout_s)
        return self._recording is None or not self._recording.is_alive()

    def finish(self) -> None:
        """Keep what the run wrote, and stop."""
        if self._outputs is not None:
            self._outputs.collect(self._upload)
        if self._logs is not None:
            self._logs.finish()
        if not self.flush(LONGEST_RECORDING_S):
            announcement.problem(f"Git state, packages or snapshot of run {self._run_id} may be incomplete.")
        ROUNDS.remove(self._duties)
        heartbeat.end(self.history, self._run_id)

    def leave(self, ending: leaving.Ending) -> str | None:
        """End the run as the interpreter ends, and return its name and id; None where it had ended already."""
        self.finish()
        info = self.history.runs.info(self._run_id)
        if info.state in TERMINAL:
            return None
        attempt("writing tables for MLflow", lambda: table_files.write(self.history, self._run_id))
        self.history.runs.set_state(self._run_id, ending.state, error=ending.error)
        return f"{info.name} ({self._run_id})"

    def _upload(self, name: str, path: Path) -> None:
        self.history.files.put(self._run_id, [(name, path)])

    def _go_on(self, duties: list[Duty] | None) -> None:
        self._duties += duties or []
        ROUNDS.add(duties or [])


_open: dict[_Key, Session] = {}
"""Those of this process; a forked child begins with none, so that it neither beats for nor ends its parent's runs."""

os.register_at_fork(after_in_child=_open.clear)


def attend(*runs: RunParts) -> None:
    """Begin to beat for runs of one workspace, which end with the interpreter; nothing else is kept. For child runs.

    Never raises: what fails is said on standard error.
    """
    new = [run for run in runs if _key(run) not in _open]
    if not new:
        return
    history = new[0]._history
    _open.update({_key(run): Session(history, run.id) for run in new})
    leaving.watch(leave_all)
    attempt("the heartbeat of a run", lambda: heartbeat.begin(history, [run.id for run in new]))


def begin(
    run: RunParts,
    *,
    outputs: str | Path | bool | None = DEFAULT_OUTPUTS,
    snapshot_directory: str | Path | None = None,
) -> None:
    """Begin everything that goes on beside a run that begins in this process; takes a few milliseconds.

    Never raises: what fails is said on standard error.

    Args:
        run: The run.
        outputs: The folder whose new and changed files are kept when the run ends; False or None for none.
        snapshot_directory: The directory whose code is kept; None for none.
    """
    folder = DEFAULT_OUTPUTS if outputs is True else outputs or None
    directory = snapshot_directory or None
    attend(run)
    attempt("recording beside a run", lambda: _open[_key(run)].capture(folder, directory))


def attends(run: RunParts) -> bool:
    """Tell whether this process began the run, and has not ended it yet."""
    return _key(run) in _open


def flush(run: RunParts, timeout_s: float) -> bool:
    """Wait until everything until now is recorded, so long at most; tell whether it is."""
    session = _open.get(_key(run))
    return session is None or session.flush(timeout_s)


def finish(run: RunParts) -> None:
    """Keep what a run wrote, and stop everything beside it, if this process began that. Never raises."""
    session = _open.pop(_key(run), None)
    if session is not None:
        attempt("keeping what a run wrote", session.finish)


def leave_all() -> None:
    """End all runs that go on, the youngest first, because the interpreter ends. Never raises."""
    _leave([*_open], leaving.of_interpreter(), "the program ended")


def leave(history: RunHistory, exc: BaseException | None) -> None:
    """End the runs of a workspace that go on, because it is closed, perhaps by an exception. Never raises."""
    keys = [key for key, session in _open.items() if session.history is history]
    _leave(keys, leaving.of_exception(exc), "the workspace was closed")


def _leave(keys: list[_Key], ending: leaving.Ending, what: str) -> None:
    left = []
    for key in reversed(keys):
        session = _open.pop(key, None)
        if session is not None:
            left.append(attempt("ending a run", partial(session.leave, ending)))
    announcement.runs_left([run for run in left if run], ending.state.value, what)


def abandon_all() -> None:
    """Stop everything beside all runs, and leave those as they are."""
    _open.clear()
    heartbeat.forget()
    ROUNDS.stop()


def _key(run: RunParts) -> _Key:
    return run._history.directory, run.id


def _record(history: RunHistory, run_id: str, directory: Path | None) -> None:
    attempt("recording the machine", lambda: origin.record_machine(history, run_id))
    attempt("recording the state of git", lambda: origin.record_git(history, run_id))
    attempt("recording packages", lambda: origin.record_packages(history, run_id))
    if directory is not None and settings.SNAPSHOT_LIMIT.size_bytes():
        attempt(f"a snapshot of {directory}", lambda: _take_snapshot(history, run_id, directory))


def _take_snapshot(history: RunHistory, run_id: str, directory: Path) -> None:
    """Keep the code in a directory, unless that is `/`, where containers begin: it holds `/etc/shadow` and all else."""
    if directory == Path("/"):
        raise InvalidInput("/ is no directory of code.", "Run in that of yours, or pass it as snapshot_directory.")
    snapshot.take(history, run_id, directory)
