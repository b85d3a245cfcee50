"""A run: one training, and everything recorded of it.

A table of contents: what a run can be told and asked is in `sdk.calls`, a module each subject.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflow_ws_plugin.errors import RunNotFound
from mlflow_ws_plugin.sdk import context
from mlflow_ws_plugin.sdk.calls.files import FileCalls
from mlflow_ws_plugin.sdk.calls.life import LifeCalls
from mlflow_ws_plugin.sdk.calls.metrics import MetricCalls
from mlflow_ws_plugin.sdk.calls.notes import NoteCalls

if TYPE_CHECKING:
    from mlflow_ws_plugin.sdk.experiment import Experiment


class Run(MetricCalls, NoteCalls, FileCalls, LifeCalls):
    """An existing run of an experiment. `Experiment.start_logging()` begins one.

    Args:
        experiment: Where it is.
        run_id: Its id.

    Attributes:
        experiment: Where it is.
        id: Its id, also for MLflow.

    Raises:
        RunNotFound: The experiment has no such run.
    """

    def __init__(self, experiment: Experiment, run_id: str) -> None:
        self.experiment = experiment
        self.id = run_id
        self._history = experiment.workspace._history
        if self._info.experiment_id != experiment.id:
            raise RunNotFound(
                f"Run {run_id} is not in experiment {experiment.name!r}.", "Use workspace.get_run(), which finds it."
            )

    @classmethod
    def get_context(cls, allow_offline: bool = True) -> Run:
        """Return the run this process works for.

        Inside a submitted job that is the job's run. Elsewhere it is one begun now in the experiment `Default` of the
        default workspace, the same one at every call until it has ended.

        Args:
            allow_offline: Whether a run may be begun here.

        Raises:
            ContextIncomplete: The job's environment is half set, or there is none and `allow_offline` is false.
        """
        return context.current_run(allow_offline)

    @property
    def number(self) -> int:
        """1, 2, 3 … within its experiment."""
        return self._info.number

    @property
    def name(self) -> str:
        """Display name."""
        return self._info.name

    @property
    def status(self) -> str:
        """What it is doing now: `Running`, `Completed`, `Failed` …, see `records.lifecycle.State`."""
        return self._info.state.value

    @property
    def error(self) -> str | None:
        """What `fail()` was told, or None."""
        return self._info.error

    def __repr__(self) -> str:
        return f"<Run {self.name!r}, number {self.number} of {self.experiment.name!r}, {self.status}, id {self.id}>"
