"""A run: one training, and everything recorded of it."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mlflow_ws_plugin.errors import RunNotFound
from mlflow_ws_plugin.records import limits, reserved
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.names import check_key, check_value
from mlflow_ws_plugin.sdk import context, reading, writes

if TYPE_CHECKING:
    from mlflow_ws_plugin.records.run import RunInfo
    from mlflow_ws_plugin.sdk.experiment import Experiment


class Run:
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

    @property
    def parameters(self) -> dict[str, str]:
        """Its parameters, as text; they never change."""
        return self._history.runs.get(self.id).parameters

    @property
    def properties(self) -> dict[str, str]:
        """Its properties, as text; they never change."""
        return self._history.runs.get(self.id).properties

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, without those MLflow makes for itself (`mlflow.…`)."""
        tags = self._history.runs.get(self.id).tags
        return {key: value for key, value in tags.items() if not key.startswith(reserved.MLFLOW)}

    @property
    def _info(self) -> RunInfo:
        return self._history.runs.info(self.id)

    def log(self, name: str, value: object, description: str = "", step: int | None = None) -> None:
        """Append one point to the metric `name`. It is durable against kill -9 when the call returns.

        A run that has ended takes metrics, tags and files still.

        Args:
            name: 1–250 printable characters.
            value: A number (Python, NumPy or a 0-d tensor), bool or string; NaN and infinities are kept. A string makes
                a text metric.
            description: What the metric is; kept when not empty.
            step: Position on the x axis; the one after the greatest so far by default, 0 at first.

        Raises:
            InvalidMetric: The name, value or step is not legal, or text and numbers would mix.
            MetricKeyTaken: MLflow would see two metrics under one key.
        """
        self._history.metrics.log(self.id, (writes.scalar(name, value, description, step),))

    def log_list(self, name: str, value: Iterable[object], description: str = "") -> None:
        """Append values to the list metric `name`; their steps are their indices.

        Args:
            name: 1–250 printable characters.
            value: Numbers, bools or strings; an empty one makes an empty list metric.
            description: What the metric is; kept when not empty.

        Raises:
            InvalidMetric: The name or a value is not legal, or text and numbers would mix.
            MetricKeyTaken: MLflow would see two metrics under one key.
        """
        self._history.metrics.log(self.id, (writes.sequence(name, value, description),))

    def log_row(self, name: str, description: str | None = None, **kwargs: object) -> None:
        """Append one row to the table metric `name`; a column new to the table is added to it.

        Args:
            name: 1–250 printable characters.
            description: What the table is; kept when not empty.
            **kwargs: The row's cells by column: numbers, bools or strings; None leaves one out.

        Raises:
            InvalidMetric: The name, a column or a value is not legal, or text and numbers would mix in a column.
            MetricKeyTaken: MLflow would see two metrics under one key.
        """
        self._history.metrics.log(self.id, writes.row(name, kwargs, "" if description is None else description))

    def log_table(self, name: str, value: Mapping[str, object], description: str = "") -> None:
        """Append rows to the table metric `name`.

        Args:
            name: 1–250 printable characters.
            value: Columns by name, lists of equal length, at most 1,000 columns; a single value is a list of one.
            description: What the table is; kept when not empty.

        Raises:
            InvalidMetric: The name, a column or a value is not legal, or the columns differ in length.
            MetricKeyTaken: MLflow would see two metrics under one key.
        """
        self._history.metrics.log(self.id, writes.table(name, value, description))

    def get_metrics(self, name: str | None = None) -> dict[str, object]:
        """Return metrics by name, in the order they began.

        A metric logged once is its value; one logged more often, or by `log_list`, is a list by step; a table is a
        dict of columns, single values for one row, else lists of equal length with None for absent cells.

        Args:
            name: Only this metric; `{}` where the run has none of that name.
        """
        return reading.metrics(self._history.metrics.read(self.id, name))

    def get_metric_summaries(self) -> dict[str, reading.MetricSummary]:
        """Return points, last, minimum and maximum of each numeric metric, those of tables by `<table>/<column>`."""
        return reading.summaries(self._history.metrics.series(self.id))

    def tag(self, key: str, value: object = None) -> None:
        """Set one tag, replacing its value.

        Args:
            key: 1–250 printable characters.
            value: At most 8,000 characters; anything but a string is recorded as `str(value)`, None as `""`.

        Raises:
            InvalidName: The key or value is not legal.
            ReservedTag: The key begins with `mlws.` and shows part of the record.
        """
        text = "" if value is None else str(value)
        check_value(f"value of tag {key!r}", text, limits.TAG_VALUE_LENGTH)
        self._history.runs.set_tags(self.id, {check_key("tag", key): text})

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

    def get_file_names(self) -> list[str]:
        """Return the names of the run's files, with forward slashes, in order."""
        return self._history.files.names(self.id)

    def download_file(self, name: str, output_file_path: str | Path | None = None) -> None:
        """Copy one of the run's files.

        Args:
            name: One of `get_file_names()`.
            output_file_path: Where to; an existing directory gets the file under its own name, which is also the
                default, in the current directory. Parent directories are made; an existing file is replaced.

        Raises:
            RunFileNotFound: The run has no such file; the message lists those it has.
            InvalidName: The name leads out of the run.
        """
        target = Path(output_file_path or ".")
        if target.is_dir():
            target = target / Path(name).name
        self._history.files.download(self.id, name, target)

    def __repr__(self) -> str:
        return f"<Run {self.name!r}, number {self.number} of {self.experiment.name!r}, {self.status}, id {self.id}>"


def _described(details: str | BaseException | None, code: str | None) -> str | None:
    if isinstance(details, BaseException):
        details = "".join(traceback.format_exception(details)).rstrip()
    text = ": ".join(str(part) for part in (code, details) if part)
    return text[-limits.ERROR_LENGTH :] or None
