"""The native SDK: `run.log` and `run.log_row`, and reading metrics back."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figures import MICROSECONDS, MILLISECONDS, SECONDS, Row, row
from benchmarks.plan import Plan
from benchmarks.targets import MLWS
from benchmarks.timing import Turn, seconds, take_turns
from mlflow_ws_plugin import Experiment, Run, Workspace

LOG = "run.log of the native SDK"
ROWS = "run.log_row, 3 tables of 1,000 rows of 15 columns"
METRICS = "run.get_metrics of 1,000 metrics of 100 points"
FRAME = "run.to_pandas of a metric of 1M points"
_CALLS = 1000
_WARM = 20
_POINTS = 1_000_000
_AT_ONCE = 100_000


def run(plan: Plan) -> Iterator[Row]:
    """Measure each call by itself, and whole reads."""
    experiment = Experiment(Workspace.open(plan.folder), "speed")
    for name, unit, turn, rounds in (
        (LOG, MICROSECONDS, lambda: _log(experiment), plan.rounds(5, 2)),
        (ROWS, SECONDS, lambda: _rows(experiment), plan.rounds(3, 1)),
        (METRICS, MILLISECONDS, _reading(_many_metrics(experiment)), plan.rounds(5, 2)),
        (FRAME, SECONDS, _framing(_long_metric(experiment)), plan.rounds(3, 1)),
    ):
        yield row(name, unit, take_turns({MLWS.name: turn}, rounds, plan.budget_s))


def _log(experiment: Experiment) -> list[float]:
    with experiment.start_logging() as native:
        return [seconds(native.log, "loss", 1 / (number + 1)) for number in range(_WARM + _CALLS)][_WARM:]


def _rows(experiment: Experiment) -> list[float]:
    rows = [{f"column{column}": number * 0.5 + column for column in range(15)} for number in range(1000)]
    with experiment.start_logging() as native:

        def log_all() -> None:
            for table in ("a", "b", "c"):
                for cells in rows:
                    native.log_row(table, **cells)

        return [seconds(log_all)]


def _many_metrics(experiment: Experiment) -> Run:
    with experiment.start_logging() as native:
        for number in range(1000):
            native.log_list(f"metric{number}", [number + step * 0.5 for step in range(100)])
    return native


def _long_metric(experiment: Experiment) -> Run:
    with experiment.start_logging() as native:
        for first in range(0, _POINTS, _AT_ONCE):
            native.log_list("loss", [step * 0.5 for step in range(first, first + _AT_ONCE)])
    return native


def _reading(native: Run) -> Turn:
    return lambda: [seconds(native.get_metrics)]


def _framing(native: Run) -> Turn:
    return lambda: [seconds(native.to_pandas, "loss")]
