"""A run: one training, and everything recorded of it.

A table of contents: what a run can be told and asked is in `sdk.calls`, a module each subject.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflow_ws_plugin import absent
from mlflow_ws_plugin.absent import SaysWhatIsAbsent
from mlflow_ws_plugin.errors import RunNotFound
from mlflow_ws_plugin.sdk import context
from mlflow_ws_plugin.sdk.calls.charts import ChartCalls
from mlflow_ws_plugin.sdk.calls.family import FamilyCalls
from mlflow_ws_plugin.sdk.calls.files import FileCalls
from mlflow_ws_plugin.sdk.calls.images import ImageCalls
from mlflow_ws_plugin.sdk.calls.life import LifeCalls
from mlflow_ws_plugin.sdk.calls.logs import LogCalls
from mlflow_ws_plugin.sdk.calls.metrics import MetricCalls
from mlflow_ws_plugin.sdk.calls.models import ModelCalls
from mlflow_ws_plugin.sdk.calls.notes import NoteCalls
from mlflow_ws_plugin.sdk.calls.snapshots import SnapshotCalls
from mlflow_ws_plugin.sdk.calls.waiting import WaitCalls

if TYPE_CHECKING:
    from mlflow_ws_plugin.sdk.experiment import Experiment


class Run(
    MetricCalls,
    NoteCalls,
    ImageCalls,
    ChartCalls,
    FileCalls,
    SnapshotCalls,
    LogCalls,
    LifeCalls,
    FamilyCalls,
    WaitCalls,
    ModelCalls,
    SaysWhatIsAbsent,
):
    """An existing run of an experiment. `Experiment.start_logging()` begins one.

    Args:
        experiment: Where it is.
        run_id: Its id.
        outputs: Accepted for scripts of the AzureML SDK v1: a folder is collected for runs that are begun here.
        **kwargs: Likewise accepted, and not used.

    Attributes:
        experiment: Where it is.
        id: Its id, also for MLflow.

    Raises:
        RunNotFound: The experiment has no such run.
    """

    _absent = absent.OF_RUN

    def __init__(
        self,
        experiment: Experiment,
        run_id: str,
        outputs: object = None,  # noqa: ARG002
        **kwargs: object,  # noqa: ARG002
    ) -> None:
        self.experiment = experiment
        self.id = run_id
        self._history = experiment.workspace._history
        if self._info.experiment_id != experiment.id:
            raise RunNotFound(
                f"Run {run_id} is not in experiment {experiment.name!r}.", "Use workspace.get_run(), which finds it."
            )

    @classmethod
    def _of(cls, experiment: Experiment, run_id: str) -> Run:
        """Return a run that is known to be there."""
        run = cls.__new__(cls)
        run.experiment = experiment
        run.id = run_id
        run._history = experiment.workspace._history
        return run

    @classmethod
    def get_context(
        cls,
        allow_offline: bool = True,
        used_for_context_manager: bool = False,  # noqa: ARG003
        **kwargs: object,  # noqa: ARG003
    ) -> Run:
        """Return the run this process works for: the first of these that there is.

        1. Inside a submitted job, the job's run.
        2. MLflow's active run, where MLflow is imported and its tracking URI is a workspace.
        3. The newest run that `start_logging` or this call began in the default workspace, in this process or the one
           it was forked from, and that has not ended.
        4. A run begun now in the experiment `Default` of the default workspace: a run like any other.

        Args:
            allow_offline: Whether a run may be begun here.
            used_for_context_manager: Accepted for scripts of the AzureML SDK v1, and not used.
            **kwargs: Likewise.

        Raises:
            ContextIncomplete: The job's environment is half set, or there is no run and `allow_offline` is false.
        """
        return context.current_run(allow_offline)

    @classmethod
    def get_submitted_run(cls, **kwargs: object) -> Run:  # noqa: ARG003
        """Return what `get_context()` returns: its older name."""
        return cls.get_context()

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
