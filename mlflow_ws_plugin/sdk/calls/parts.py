"""What every group of calls needs: the run's id, its experiment, and the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflow_ws_plugin.history import RunHistory

if TYPE_CHECKING:
    from mlflow_ws_plugin.records.run import RunInfo
    from mlflow_ws_plugin.sdk.experiment import Experiment


class RunParts:
    """The parts of a run, set by its constructor.

    Attributes:
        experiment: Where it is.
        id: Its id, also for MLflow.
    """

    experiment: Experiment
    id: str
    _history: RunHistory

    @property
    def _info(self) -> RunInfo:
        return self._history.runs.info(self.id)
