"""The states of a run, the native transitions between them, and MLflow's coarser status."""

from __future__ import annotations

from enum import Enum

from mlflow_ws_plugin.errors import IllegalTransition


class State(str, Enum):
    """What a run is doing. The value is what is stored and shown."""

    NOT_STARTED = "NotStarted"
    QUEUED = "Queued"
    PREPARING = "Preparing"
    STARTING = "Starting"
    RUNNING = "Running"
    FINALIZING = "Finalizing"
    CANCEL_REQUESTED = "CancelRequested"
    NOT_RESPONDING = "NotResponding"
    COMPLETED = "Completed"
    FAILED = "Failed"
    CANCELED = "Canceled"

    __str__ = str.__str__


TERMINAL = frozenset({State.COMPLETED, State.FAILED, State.CANCELED})

_BEFORE_RUNNING = {State.QUEUED, State.PREPARING, State.STARTING, State.RUNNING}
_ENDINGS = {State.FINALIZING, State.CANCEL_REQUESTED, State.NOT_RESPONDING, *TERMINAL}

TRANSITIONS: dict[State, set[State]] = {
    State.NOT_STARTED: _BEFORE_RUNNING | {State.FAILED, State.CANCELED},
    State.QUEUED: _BEFORE_RUNNING | {State.FAILED, State.CANCELED, State.CANCEL_REQUESTED},
    State.PREPARING: {State.STARTING, State.RUNNING, State.FAILED, State.CANCELED, State.CANCEL_REQUESTED},
    State.STARTING: {State.RUNNING, State.FAILED, State.CANCELED, State.CANCEL_REQUESTED},
    State.RUNNING: _ENDINGS,
    State.FINALIZING: {State.NOT_RESPONDING, *TERMINAL},
    State.CANCEL_REQUESTED: {State.FINALIZING, State.NOT_RESPONDING, *TERMINAL},
    State.NOT_RESPONDING: {State.RUNNING, State.FINALIZING, State.CANCEL_REQUESTED, *TERMINAL},
    State.COMPLETED: set(),
    State.FAILED: set(),
    State.CANCELED: set(),
}
"""What a native call may do. MLflow's `update_run_info` may go from any status to any."""

STATUS: dict[State, str] = {
    State.NOT_STARTED: "SCHEDULED",
    State.QUEUED: "SCHEDULED",
    State.PREPARING: "SCHEDULED",
    State.STARTING: "SCHEDULED",
    State.RUNNING: "RUNNING",
    State.FINALIZING: "RUNNING",
    State.CANCEL_REQUESTED: "RUNNING",
    State.NOT_RESPONDING: "RUNNING",
    State.COMPLETED: "FINISHED",
    State.FAILED: "FAILED",
    State.CANCELED: "KILLED",
}
"""The status MLflow shows for each state."""

PLAIN_STATE: dict[str, State] = {
    "SCHEDULED": State.QUEUED,
    "RUNNING": State.RUNNING,
    "FINISHED": State.COMPLETED,
    "FAILED": State.FAILED,
    "KILLED": State.CANCELED,
}
"""The state a run takes when MLflow sets its status."""


def transition(run_id: str, old: State, new: State) -> State:
    """Return the state after a native call asked for `new`; asking for the state it has is no error.

    Raises:
        IllegalTransition: `TRANSITIONS` does not allow it.
    """
    if new == old or new in TRANSITIONS[old]:
        return new
    allowed = ", ".join(sorted(TRANSITIONS[old]))
    hint = f"It may become {allowed}." if allowed else "It has ended; start a new run."
    raise IllegalTransition(f"Run {run_id} is {old} and cannot become {new}.", hint)


def with_status(state: State, status: str) -> State:
    """Return the state after MLflow set a status; a state that already maps to it stays as it is."""
    return state if STATUS[state] == status else PLAIN_STATE[status]
