"""Waiting until a run has ended."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

from mlflow_ws_plugin import announcement
from mlflow_ws_plugin.errors import InvalidInput, RunFailed
from mlflow_ws_plugin.records.lifecycle import TERMINAL, State
from mlflow_ws_plugin.records.run import RunInfo
from mlflow_ws_plugin.sdk import capture
from mlflow_ws_plugin.sdk.calls.details import DetailCalls
from mlflow_ws_plugin.sdk.log_stream import LogStream, heading

EVERY_S = 0.5
"""Seconds between two looks."""


class WaitCalls(DetailCalls):
    """Waiting until a run has ended."""

    def wait_for_completion(
        self,
        show_output: bool = False,
        wait_post_processing: bool = False,  # noqa: ARG002
        raise_on_error: bool = True,
    ) -> dict[str, Any]:
        """Wait until the run has ended, whoever ends it, and return what `get_details()` does.

        Ctrl-C ends the waiting, not the run. A run whose process is gone (`NotResponding`) is waited for on, in case it
        comes back; standard error says so, once.

        Args:
            show_output: Print what is and comes into the run's logs, half a second behind, and a summary at the end.
            wait_post_processing: Accepted for scripts of the AzureML SDK v1: nothing comes after the end.
            raise_on_error: Whether a failed run raises.

        Raises:
            RunFailed: The run has failed; the message has the reason.
            InvalidInput: The main thread waits for a run that this very process is to end.
        """
        show = _print if show_output else _leave_out
        show([self._lines()])
        with LogStream(self._history, self.id) as stream:
            for _ in self._looks():
                show(stream.new())
        info = self._info
        show([heading("Execution Summary"), self._lines(Status=info.state.value)])
        if raise_on_error and info.state is State.FAILED:
            raise RunFailed(self.id, info.error)
        return self.get_details()

    def _looks(self) -> Iterator[RunInfo]:
        """Yield the run as it is now and then, and at last once it has ended."""
        has_gone = False
        while (info := self._info).state not in TERMINAL:
            if threading.current_thread() is threading.main_thread() and capture.attends(self):
                raise InvalidInput(
                    f"Run {self.id} was begun in this process, which would wait for itself.", "End it: run.complete()."
                )
            yield info
            if info.state is State.NOT_RESPONDING and not has_gone:
                announcement.problem(f"Run {self.id} does not respond: its process may be gone.")
            has_gone = info.state is State.NOT_RESPONDING
            time.sleep(EVERY_S)
        yield info

    def _lines(self, **more: str) -> str:
        lines = {"RunId": self.id, **more, "Files": self.get_portal_url()}
        return "".join(f"{name}: {value}\n" for name, value in lines.items())


def _print(texts: Iterable[str]) -> None:
    for text in texts:
        sys.stdout.write(text)
        sys.stdout.flush()


def _leave_out(_: Iterable[str]) -> None:
    """Nobody wants to see it: a stream of logs that is not asked for more reads nothing."""
