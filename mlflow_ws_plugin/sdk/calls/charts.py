"""Chart metrics: confusion matrices, accuracy tables, residuals and predictions, in their published schemas."""

from __future__ import annotations

import json
import time
import uuid

from mlflow_ws_plugin.records import charts
from mlflow_ws_plugin.records.file_metric import FileMetric
from mlflow_ws_plugin.records.metric import Kind
from mlflow_ws_plugin.records.names import check_metric_name
from mlflow_ws_plugin.sdk import writes
from mlflow_ws_plugin.sdk.calls.parts import RunParts


class ChartCalls(RunParts):
    """Charts of a run, each a JSON file of the run below `charts/`."""

    def log_confusion_matrix(self, name: str, value: object, description: str = "") -> None:
        """Append a confusion matrix to the metric `name`; none logged before is overwritten.

        Args:
            name: 1–250 printable characters.
            value: A dict, or the JSON of one: `{"schema_type": "confusion_matrix", "schema_version": "1.0.0", "data":
                {"class_labels": [n labels], "matrix": [n rows of n counts]}}`. NumPy arrays and tensors are taken for
                lists.
            description: What it shows; kept when not empty.

        Raises:
            InvalidMetric: The value does not follow the schema: the message names the field; or `name` is a metric of
                another kind, or not legal.
            MetricKeyTaken: MLflow would see two metrics under one key.
            StorageError: The run's files are not on this machine, or cannot be written.
        """
        self._log_chart(Kind.CONFUSION_MATRIX, name, value, description)

    def log_accuracy_table(self, name: str, value: object, description: str = "") -> None:
        """Append an accuracy table to the metric `name`: what ROC, precision–recall and lift curves are drawn from.

        Args:
            name: 1–250 printable characters.
            value: A dict, or the JSON of one: `{"schema_type": "accuracy_table", "schema_version": "1.0.0", "data":
                {"class_labels": [n labels], "probability_thresholds": [m numbers], "percentile_thresholds": [k
                numbers], "probability_tables": [n lists of m counts], "percentile_tables": [n lists of k counts]}}`,
                where counts are `[TP, FP, TN, FN]` of one class against the rest. The published example has one more
                of them than thresholds, so that is taken too.
            description: What it shows; kept when not empty.

        Raises:
            InvalidMetric: The value does not follow the schema: the message names the field; or `name` is a metric of
                another kind, or not legal.
            MetricKeyTaken: MLflow would see two metrics under one key.
            StorageError: The run's files are not on this machine, or cannot be written.
        """
        self._log_chart(Kind.ACCURACY_TABLE, name, value, description)

    def log_residuals(self, name: str, value: object, description: str = "") -> None:
        """Append a histogram of residuals to the metric `name`.

        Args:
            name: 1–250 printable characters.
            value: A dict, or the JSON of one: `{"schema_type": "residuals", "schema_version": "1.0.0", "data":
                {"bin_edges": [n + 1 rising numbers], "bin_counts": [n numbers]}}`. The published example has open bins
                at both ends, `n - 1` edges, so that is taken too.
            description: What it shows; kept when not empty.

        Raises:
            InvalidMetric: The value does not follow the schema: the message names the field; or `name` is a metric of
                another kind, or not legal.
            MetricKeyTaken: MLflow would see two metrics under one key.
            StorageError: The run's files are not on this machine, or cannot be written.
        """
        self._log_chart(Kind.RESIDUALS, name, value, description)

    def log_predictions(self, name: str, value: object, description: str = "") -> None:
        """Append a chart of predictions against true values to the metric `name`.

        Args:
            name: 1–250 printable characters.
            value: A dict, or the JSON of one: `{"schema_type": "predictions", "schema_version": "1.0.0", "data":
                {"bin_edges": [n + 1 rising numbers], "bin_counts": [n numbers], "bin_averages": [n numbers],
                "bin_errors": [n numbers]}}`. An average or error may be NaN or None, for an empty bin.
            description: What it shows; kept when not empty.

        Raises:
            InvalidMetric: The value does not follow the schema: the message names the field; or `name` is a metric of
                another kind, or not legal.
            MetricKeyTaken: MLflow would see two metrics under one key.
            StorageError: The run's files are not on this machine, or cannot be written.
        """
        self._log_chart(Kind.PREDICTIONS, name, value, description)

    def _log_chart(self, kind: Kind, name: str, value: object, description: str) -> None:
        check_metric_name(name)
        unique = uuid.uuid4().hex[:8]
        content = json.dumps(charts.checked(kind, name, value), allow_nan=False)
        metric = FileMetric(
            name=name,
            kind=kind,
            description=writes.description_of(name, description),
            step=None,
            timestamp_ms=int(time.time() * 1000),
            stem=lambda step: charts.stem(name, step, unique),
            contents={".json": content.encode()},
        )
        self._history.files.log(self.id, metric)
