"""The native SDK's `run.log`."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figures import MICROSECONDS, Row, row
from benchmarks.plan import Plan
from benchmarks.targets import MLWS
from benchmarks.timing import Turn, seconds, take_turns

LOG = "run.log of the native SDK"
_CALLS = 1000
_WARM = 20


def run(plan: Plan) -> Iterator[Row]:
    """Measure each call by itself."""
    try:
        turn = _turn(plan)
    except (ImportError, AttributeError) as exc:
        yield Row(LOG, MICROSECONDS, {}, {MLWS.name: f"the SDK is not there: {exc}"})
        return
    yield row(LOG, MICROSECONDS, take_turns({MLWS.name: turn}, plan.rounds(5, 2), plan.budget_s))


def _turn(plan: Plan) -> Turn:
    from mlflow_ws_plugin import Experiment, Workspace

    experiment = Experiment(Workspace.open(plan.folder), "speed")

    def turn() -> list[float]:
        native = experiment.start_logging()
        found = [seconds(native.log, "loss", 1 / (number + 1)) for number in range(_WARM + _CALLS)]
        native.complete()
        return found[_WARM:]

    return turn
