"""How a run begins and ends."""

from __future__ import annotations

from types import TracebackType
from typing import TypeVar

from mlflow_ws_plugin.errors import FlushTimedOut
from mlflow_ws_plugin.records.lifecycle import TERMINAL, State
from mlflow_ws_plugin.sdk import capture, table_files
from mlflow_ws_plugin.sdk.calls.parts import RunParts
from mlflow_ws_plugin.sdk.capture import leaving
from mlflow_ws_plugin.sdk.capture.aside import attempt
from mlflow_ws_plugin.sdk.failure import described

Self = TypeVar("Self", bound="LifeCalls")


class LifeCalls(RunParts):
    """The life of a run.

    Whoever ends a run first has what it wrote into `outputs/` and `logs/` kept. Values, files, tags and properties are
    accepted after the end, too.
    """

    def start(self) -> None:
        """Bring a run that waits to `Running`, and send its heartbeat from this process; a running one stays so.

        Raises:
            IllegalTransition: The run has ended, or is about to.
        """
        self._history.runs.set_state(self.id, State.RUNNING)
        capture.attend(self)

    def complete(self, _set_status: bool = True) -> None:
        """End the run as `Completed`; on a completed run this does nothing.

        Blocks until what it wrote into `outputs/` is kept, and what is recorded of its beginning is there.

        Args:
            _set_status: False keeps what the run wrote, but leaves its state.

        Raises:
            IllegalTransition: The run has ended otherwise.
        """
        self._keep()
        if _set_status:
            self._history.runs.set_state(self.id, State.COMPLETED)

    def fail(
        self,
        error_details: str | BaseException | None = None,
        error_code: str | None = None,
        _set_status: bool = True,
    ) -> None:
        """End the run as `Failed`; on a failed run this does nothing.

        Args:
            error_details: Why: a sentence, or the exception, whose traceback is kept; `error` returns it.
            error_code: A short word for it.
            _set_status: False keeps the reason and what the run wrote, but leaves its state.

        Raises:
            IllegalTransition: The run has ended otherwise.
        """
        self._keep()
        error = described(error_details, error_code)
        if _set_status:
            self._history.runs.set_state(self.id, State.FAILED, error=error)
        else:
            self._history.runs.set_error(self.id, error)

    def cancel(self) -> None:
        """End the run as `Canceled`; on a canceled run this does nothing.

        The code that works for the run goes on: stop it yourself.

        Raises:
            IllegalTransition: The run has ended otherwise.
        """
        self._keep()
        self._history.runs.set_state(self.id, State.CANCELED)

    def flush(self, timeout_seconds: float = 300) -> None:
        """Wait until everything is recorded.

        Values, tags and files are when their call returns; this waits for what is recorded beside: the last lines in
        `logs/`, tables as files that `mlflow.load_table` reads, and git state, packages and snapshot of the run's
        beginning.

        Args:
            timeout_seconds: Seconds to wait at most.

        Raises:
            FlushTimedOut: It took longer; it goes on.
        """
        attempt("writing tables for MLflow", lambda: table_files.write(self._history, self.id))
        if not capture.flush(self, timeout_seconds):
            raise FlushTimedOut(f"Run {self.id} was not recorded whole after {timeout_seconds:g} s.", "It goes on.")

    def __enter__(self: Self) -> Self:
        """Return the run; the end of the block ends it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the run, unless it has ended already; whatever left the block goes on its way.

        `Completed` where the block ended, or was left by `SystemExit` with 0 or None; `Canceled` where Ctrl-C left it;
        `Failed` for any other exception. The traceback is kept.
        """
        if exc is None:
            self._end(leaving.of_exception(None))
        else:
            attempt("ending a run", lambda: self._end(leaving.of_exception(exc)))

    def _keep(self) -> None:
        """Keep what the run wrote, and show its tables to MLflow. Never raises."""
        capture.finish(self)
        attempt("writing tables for MLflow", lambda: table_files.write(self._history, self.id))

    def _end(self, ending: leaving.Ending) -> None:
        self._keep()
        if self._info.state not in TERMINAL:
            self._history.runs.set_state(self.id, ending.state, error=ending.error)
