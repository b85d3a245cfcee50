"""Logging metrics, and reading them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlflow_ws_plugin.sdk import reading, writes
from mlflow_ws_plugin.sdk.calls.parts import RunParts


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
