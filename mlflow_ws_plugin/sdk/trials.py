"""Trials of a tuning library as child runs. Nothing here imports Optuna."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from mlflow_ws_plugin.errors import RunExists
from mlflow_ws_plugin.records import limits
from mlflow_ws_plugin.records.lifecycle import TERMINAL
from mlflow_ws_plugin.sdk import capture
from mlflow_ws_plugin.sdk.birth import new_run

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial

    from mlflow_ws_plugin.sdk.run import Run

RUN_TYPE = "trial"
"""The type of the child runs: `run.get_children(type="trial")`."""

_MOST_BEST = 200
"""Trials of a Pareto front that the parent names."""

_STATUS = {"COMPLETE": "FINISHED", "PRUNED": "KILLED", "FAIL": "FAILED"}
"""How a child run ends, as MLflow says it, by the state of its trial; other states are not the end."""


class OptunaTrials:
    """Records each trial of an Optuna study as a child run: a callback of `study.optimize`.

        study.optimize(objective, n_trials=50, callbacks=[OptunaTrials(run)])

    A child has the trial's parameters, its value as the metric `value` (of several objectives, the study's metric
    names, else `value_0`, `value_1` …), what the trial reported as `intermediate_value` by step, its times, and its
    state: `Completed`, `Canceled` for a pruned one, `Failed`; the tag `optuna.state` has Optuna's word. The parent has
    the metric `best_value` by trial, and the tags `best_run_id` and `best_parameters` (JSON); of several objectives
    only `best_run_ids`, those of the Pareto front, 200 at most.

    A trial is recorded once, whoever records it and however often: several processes may work on one study.

    Args:
        run: The parent.
    """

    def __init__(self, run: Run) -> None:
        self._parent = run

    def __call__(self, study: Study, trial: FrozenTrial) -> None:
        """Record one trial that has ended.

        Raises:
            InvalidName: A parameter's name or value is not legal.
            RunNotActive: The parent is in the bin.
        """
        self._record(study, trial)

    def record(self, study: Study) -> None:
        """Record all trials of a study that have ended and are not recorded yet.

        For studies of the past, and for trials whose error ended `study.optimize` before it could call back.

        Raises:
            InvalidName: A parameter's name or value is not legal.
            RunNotActive: The parent is in the bin.
        """
        for trial in study.get_trials(deepcopy=False):
            self._record(study, trial)

    def run_of(self, trial: Trial) -> Run:
        """Return the child run of a trial that goes on, begun now if it is not there: what an objective logs to.

        Raises:
            RunNotActive: The parent is in the bin.
        """
        child = self._child(trial.study, trial.number, trial.datetime_start)
        capture.attend(child)
        return child

    def _record(self, study: Study, trial: FrozenTrial) -> None:
        if trial.state.name not in _STATUS:
            return
        child = self._child(study, trial.number, trial.datetime_start)
        if child.status in TERMINAL:
            return
        child.log_parameters(trial.params)
        for step, value in sorted(trial.intermediate_values.items()):
            child.log("intermediate_value", value, step=step)
        for name, value in zip(_names(study), trial.values or (), strict=False):
            child.log(name, value)
        child.tag("optuna.state", trial.state.name)
        capture.finish(child)
        ended_ms = _ms(trial.datetime_complete)
        child._history.runs.update(child.id, status=_STATUS[trial.state.name], end_ms=ended_ms)
        self._show_best(study, trial)

    def _child(self, study: Study, number: int, began: datetime | None) -> Run:
        """Return the child run of a trial, begun if it is not there."""
        parent = self._parent
        run_id = self._run_id(study, number)
        born = new_run(parent.experiment.id, name=f"trial {number}", run_id=run_id, parent_id=parent.id)
        with suppress(RunExists):  # whoever came first has begun it
            parent._history.runs.create(replace(born, type=RUN_TYPE, start_ms=_ms(began) or born.start_ms))
        return parent._of(parent.experiment, run_id)

    def _run_id(self, study: Study, number: int) -> str:
        """Return the id that the run of a trial has, whoever records it."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{self._parent.id}/{study.study_name}/{number}").hex

    def _show_best(self, study: Study, trial: FrozenTrial) -> None:
        if trial.state.name != "COMPLETE":
            return
        if len(study.directions) > 1:
            front = [self._run_id(study, one.number) for one in study.best_trials[:_MOST_BEST]]
            self._parent.tag("best_run_ids", json.dumps(front))
            return
        try:
            best = study.best_trial
        except ValueError:  # no trial so far meets the study's constraints
            return
        self._parent.log("best_value", best.value, step=trial.number)
        parameters = json.dumps(best.params, default=str)[: limits.TAG_VALUE_LENGTH]
        self._parent.set_tags({"best_run_id": self._run_id(study, best.number), "best_parameters": parameters})


def _names(study: Study) -> Sequence[str]:
    """Return the metrics of a study's objectives."""
    if study.metric_names:
        return study.metric_names
    count = len(study.directions)
    return ["value"] if count == 1 else [f"value_{place}" for place in range(count)]


def _ms(time: datetime | None) -> int | None:
    """Return one of Optuna's times, which are local and have no zone, in milliseconds UTC."""
    return None if time is None else int(time.timestamp() * 1000)
