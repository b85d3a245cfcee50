"""Logging metrics, and reading them back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mlflow_ws_plugin.history import collecting
from mlflow_ws_plugin.records.series import SeriesCells
from mlflow_ws_plugin.sdk import frames, reading, table_files, tabular, writes
from mlflow_ws_plugin.sdk.calls.parts import RunParts

if TYPE_CHECKING:
    from pandas import DataFrame


class MetricCalls(RunParts):
    """Metrics of a run."""

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

    def log_table(self, name: str, value: object, description: str = "") -> None:
        """Append rows to the table metric `name`.

        Args:
            name: 1–250 printable characters.
            value: A dict of columns (lists of equal length, at most 1,000 columns; a single value is a list of one),
                a list of rows, each a dict of cells, or a pandas frame, whose index is left out. None is an absent
                cell.
            description: What the table is; kept when not empty.

        Raises:
            InvalidMetric: The name, a column or a value is not legal, or the columns differ in length.
            MetricKeyTaken: MLflow would see two metrics under one key.
        """
        self._history.metrics.log(self.id, writes.table(name, tabular.columns(name, value), description))

    def get_metrics(
        self,
        name: str | None = None,
        recursive: bool = False,
        run_type: str | None = None,
        populate: bool = False,
        *,
        history: bool = False,
    ) -> dict[str, Any]:
        """Return metrics by name, in the order they began.

        A metric logged once is its value; one logged more often, or by `log_list`, is a list by step; a table is a
        dict of columns, single values for one row, else lists of equal length with None for absent cells; an image or
        chart is the name of its file, or a list of them.

        Args:
            name: Only this metric; `{}` where the run has none of that name.
            recursive: Return `{run_id: metrics}` for this run and all runs below it; those without metrics are left
                out.
            run_type: With `recursive`, only of runs of this type.
            populate: Instead of file names, return `MetricFile` values with the files' contents.
            history: Instead of values, return lists of `MetricPoint` with step, time and value; for a table a dict of
                them by column.

        Raises:
            RunFileNotFound: With `populate`, a file of a metric was removed.
        """
        if not recursive:
            return self._metrics(self.id, name, populate, history)
        family = [info for info in self._history.runs.family(self.id) if run_type in (None, info.type)]
        found = {info.run_id: self._metrics(info.run_id, name, populate, history) for info in family}
        return {run_id: metrics for run_id, metrics in found.items() if metrics}

    def _metrics(self, run_id: str, name: str | None, populate: bool, history: bool) -> dict[str, Any]:
        with collecting.paused():
            read = self._read(run_id, name)
            if populate:
                read = reading.populated(read, lambda file: self._history.files.read(run_id, file))
            return reading.histories(read) if history else reading.metrics(read)

    def _read(self, run_id: str, name: str | None) -> list[SeriesCells]:
        """Return a run's series, and the tables that MLflow logged to it."""
        native = self._history.metrics.read(run_id, name)
        theirs = table_files.read(self._history, run_id)
        return native + [read for read in theirs if name in (None, read.series.name)]

    def get_metric_summaries(self) -> dict[str, reading.MetricSummary]:
        """Return points, last, minimum and maximum of each numeric metric, those of tables by `<table>/<column>`."""
        return reading.summaries(self._history.metrics.series(self.id))

    def to_pandas(self, name: str | None = None) -> DataFrame:
        """Return metrics as a pandas frame, every point of them.

        Without a name, a row for each cell of all metrics: `metric` (a table's columns by `<table>/<column>`), `step`,
        `time` (UTC, to the millisecond) and `value`. The name of a table gives the table as it was logged, a row for
        each row, by `step`. Any other name gives the rows of that metric.

        Args:
            name: Only this metric; an empty frame where the run has none of that name.

        Raises:
            PackageMissing: pandas is not installed.
        """
        with collecting.paused():
            read = self._read(self.id, name)
            is_table = name is not None and bool(read) and read[0].series.column is not None
            return frames.of_table(read) if is_table else frames.of_metrics(read)
