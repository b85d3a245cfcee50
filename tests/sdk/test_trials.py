"""Trials of a real Optuna study as child runs."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator

import optuna
import pytest
from optuna import Study, Trial, TrialPruned
from optuna.trial import FrozenTrial, TrialState

from mlflow_ws_plugin import OptunaTrials, Run

optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial: Trial) -> float:
    x = trial.suggest_float("x", -5, 5)
    trial.suggest_categorical("kind", ["a", "b"])
    for step in range(3):
        trial.report(x * x + 3 - step, step)
    return x * x


def study_of(name: str | None = None, **settings: object) -> Study:
    return optuna.create_study(study_name=name, sampler=optuna.samplers.RandomSampler(seed=1), **settings)


def children(run: Run) -> dict[str, Run]:
    """Return the child runs by name."""
    return {child.name: child for child in run.get_children()}


def test_each_trial_is_a_child_run(run: Run) -> None:
    study = study_of()
    study.optimize(objective, n_trials=4, callbacks=[OptunaTrials(run)])
    found = children(run)
    assert set(found) == {f"trial {number}" for number in range(4)}
    for trial in study.trials:
        child = found[f"trial {trial.number}"]
        assert child.parameters == {key: str(value) for key, value in trial.params.items()}
        assert child.get_metrics() == {
            "intermediate_value": [trial.intermediate_values[step] for step in range(3)],
            "value": trial.value,
        }
        assert (child.status, child.tags["optuna.state"]) == ("Completed", "COMPLETE")
        info = child._info
        assert trial.datetime_start is not None
        assert trial.datetime_complete is not None
        assert (info.start_ms, info.end_ms) == (
            int(trial.datetime_start.timestamp() * 1000),
            int(trial.datetime_complete.timestamp() * 1000),
        )
    assert {child.id for child in run.get_children(type="trial")} == {child.id for child in found.values()}


def test_the_parent_shows_the_best(run: Run) -> None:
    study = study_of(direction="maximize")
    study.optimize(objective, n_trials=5, callbacks=[OptunaTrials(run)])
    best = children(run)[f"trial {study.best_trial.number}"]
    assert run.tags["best_run_id"] == best.id
    assert json.loads(run.tags["best_parameters"]) == study.best_params
    values = [trial.value for trial in study.trials]
    assert run.get_metrics() == {"best_value": [max(values[: count + 1]) for count in range(5)]}  # type: ignore[type-var]
    assert best.get_metrics()["value"] == study.best_value


def test_pruned_and_failed_trials_are_canceled_and_failed(run: Run) -> None:
    def fate(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        if trial.number == 0:
            raise TrialPruned
        if trial.number == 1:
            raise ValueError("no data")
        return x

    trials = OptunaTrials(run)
    study = study_of()
    with warnings.catch_warnings(record=True):
        study.optimize(fate, n_trials=3, catch=(ValueError,), callbacks=[trials])
    found = children(run)
    states = [(found[f"trial {number}"].status, found[f"trial {number}"].tags["optuna.state"]) for number in range(3)]
    assert states == [("Canceled", "PRUNED"), ("Failed", "FAIL"), ("Completed", "COMPLETE")]
    assert "value" not in found["trial 0"].get_metrics()


def test_an_objective_can_log_to_the_run_of_its_trial(run: Run) -> None:
    trials = OptunaTrials(run)

    def logging_objective(trial: Trial) -> float:
        child = trials.run_of(trial)
        assert trials.run_of(trial).id == child.id
        assert child.status == "Running"
        child.log("loss", 0.5)
        return trial.suggest_float("x", 0, 1)

    study = study_of()
    study.optimize(logging_objective, n_trials=2, callbacks=[trials])
    found = children(run)
    assert len(found) == 2
    for child in found.values():
        assert child.status == "Completed"
        assert child.get_metrics()["loss"] == 0.5
        assert set(child.parameters) == {"x"}


def test_a_study_of_the_past_is_recorded_once(run: Run) -> None:
    study = study_of()
    study.optimize(objective, n_trials=3)
    study.ask()  # one that goes on
    for _ in range(2):
        OptunaTrials(run).record(study)
    assert len(children(run)) == 3
    assert run.get_metrics()["best_value"][-1] == study.best_value  # type: ignore[index]
    assert all(child.get_metrics()["value"] >= 0 for child in children(run).values())


def test_a_trial_whose_error_ended_the_study_is_recorded_afterwards(run: Run) -> None:
    trials = OptunaTrials(run)
    study = study_of()

    def failing(trial: Trial) -> float:
        trials.run_of(trial).log("loss", 1)
        raise ValueError("no data")

    with warnings.catch_warnings(record=True), pytest.raises(ValueError, match="no data"):
        study.optimize(failing, n_trials=1, callbacks=[trials])
    assert children(run)["trial 0"].status == "Running"
    trials.record(study)
    assert children(run)["trial 0"].status == "Failed"


def test_several_objectives_have_a_front(run: Run) -> None:
    def two(trial: Trial) -> tuple[float, float]:
        x = trial.suggest_float("x", 0, 1)
        return x, 1 - x

    study = study_of(directions=["minimize", "minimize"])
    study.optimize(two, n_trials=3, callbacks=[OptunaTrials(run)])
    found = children(run)
    assert set(json.loads(run.tags["best_run_ids"])) == {child.id for child in found.values()}
    assert set(found["trial 0"].get_metrics()) == {"value_0", "value_1"}


def test_a_study_without_a_feasible_trial_has_no_best(run: Run) -> None:
    def infeasible(trial: Trial) -> float:
        trial.set_constraint("memory", 1.0)
        return objective(trial)

    study = study_of()
    study.optimize(infeasible, n_trials=2, callbacks=[OptunaTrials(run)])
    assert len(children(run)) == 2
    assert run.get_metrics() == {}
    assert run.tags == {}


def test_two_studies_and_two_threads_do_not_meet(run: Run) -> None:
    trials = OptunaTrials(run)
    for name in ("one", "two"):
        study_of(name).optimize(objective, n_trials=4, n_jobs=2, callbacks=[trials])
    assert len(list(run.get_children())) == 8


@pytest.fixture(autouse=True)
def _quiet_optuna() -> Iterator[None]:
    """Metric names, a constraint or two: what Optuna calls experimental warns, and warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        yield


def test_named_objectives_are_metrics_of_these_names(run: Run) -> None:
    study = study_of()
    study.set_metric_names(["validation loss"])
    study.optimize(objective, n_trials=1, callbacks=[OptunaTrials(run)])
    assert "validation loss" in children(run)["trial 0"].get_metrics()


def test_a_trial_that_goes_on_is_not_recorded(run: Run) -> None:
    study = study_of()
    trial = study.ask()
    frozen: FrozenTrial = study.trials[trial.number]
    assert frozen.state is TrialState.RUNNING
    OptunaTrials(run)(study, frozen)
    assert children(run) == {}
