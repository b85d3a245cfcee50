"""The fluent calls: `mlflow.log_metric` and `mlflow.log_metrics`, one at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import mlflow

from benchmarks import targets
from benchmarks.figures import MICROSECONDS, Row, row
from benchmarks.plan import Plan
from benchmarks.targets import Site
from benchmarks.timing import Turn, seconds, take_turns

REGISTRY_SET = "mlflow.log_metric, registry URI set"
REGISTRY_UNSET = "mlflow.log_metric, registry URI not set"
TWENTY = "mlflow.log_metrics of 20, registry URI set"
_CALLS = 200
_WARM = 20
_KEYS = [f"layer{number}/loss" for number in range(20)]


def run(plan: Plan) -> Iterator[Row]:
    """Measure each call by itself, in short runs of `_CALLS` calls."""
    sites = [plan.site(target) for target in targets.LOGGING]
    for name, log, registry in (
        (REGISTRY_SET, _log_one, True),
        (REGISTRY_UNSET, _log_one, False),
        (TWENTY, _log_twenty, True),
    ):
        turns = {site.target.name: _turn(site, log, registry=registry) for site in sites}
        yield row(name, MICROSECONDS, take_turns(turns, plan.rounds(12, 3), plan.budget_s))
    _set_registry(None)


def _turn(site: Site, log: Callable[[int], None], *, registry: bool) -> Turn:
    assert site.store is not None

    def turn() -> list[float]:
        mlflow.set_tracking_uri(site.uri)
        _set_registry(site.uri if registry else None)
        with mlflow.start_run(experiment_id="0"):
            return [seconds(log, step) for step in range(_WARM + _CALLS)][_WARM:]

    return turn


def _set_registry(uri: str | None) -> None:
    """Set MLflow's registry URI; None takes back what MLflow set in the environment as well."""
    mlflow.set_registry_uri(uri)
    if uri is None:
        os.environ.pop("MLFLOW_REGISTRY_URI", None)


def _log_one(step: int) -> None:
    mlflow.log_metric("loss", 1 / (step + 1), step=step)


def _log_twenty(step: int) -> None:
    mlflow.log_metrics(dict.fromkeys(_KEYS, 1 / (step + 1)), step=step)
