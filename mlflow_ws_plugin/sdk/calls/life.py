"""How a run begins and ends."""

from __future__ import annotations

import traceback

from mlflow_ws_plugin.records import limits
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.sdk.calls.parts import RunParts


class LifeCalls(RunParts):
    """The life of a run."""

    def complete(self) -> None:
        """End the run as `Completed`; on a completed run this does nothing.

        Raises:
            IllegalTransition: The run has ended otherwise.
        """
        self._history.runs.set_state(self.id, State.COMPLETED)

    def fail(self, error_details: str | BaseException | None = None, error_code: str | None = None) -> None:
        """End the run as `Failed`; on a failed run this does nothing.

        Args:
            error_details: Why: a sentence, or the exception, whose traceback is kept; `error` returns it.
            error_code: A short word for it.

        Raises:
            IllegalTransition: The run has ended otherwise.
        """
        self._history.runs.set_state(self.id, State.FAILED, error=_described(error_details, error_code))


def _described(details: str | BaseException | None, code: str | None) -> str | None:
    if isinstance(details, BaseException):
        details = "".join(traceback.format_exception(details)).rstrip()
    text = ": ".join(str(part) for part in (code, details) if part)
    return text[-limits.ERROR_LENGTH :] or None
