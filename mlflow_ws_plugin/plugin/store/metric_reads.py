"""Calls that read metrics: whole, in pages, of many runs, and sampled for charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlflow.entities import Metric
from mlflow.entities.metric import MetricWithRunId
from mlflow.exceptions import MlflowException
from mlflow.store.entities.paged_list import PagedList

from mlflow_ws_plugin.history import collecting
from mlflow_ws_plugin.plugin import pages
from mlflow_ws_plugin.plugin.faults import all_speaking_mlflow
from mlflow_ws_plugin.plugin.store.parts import StoreParts
from mlflow_ws_plugin.plugin.translate import points_to_mlflow
from mlflow_ws_plugin.records.summary import PointRow


@all_speaking_mlflow
class MetricReadCalls(StoreParts):
    """What MLflow reads of metrics."""

    @collecting.paused()
    def get_metric_history(
        self, run_id: str, metric_key: str, max_results: int | None = None, page_token: str | None = None
    ) -> PagedList[Metric]:
        """Return a page of a metric's points by (time, step, value)."""
        offset = pages.offset_of(page_token)
        after = pages.point_of(page_token)
        skip = offset if after is None else 0
        if max_results is None:
            rows = self._history.metrics.history(run_id, metric_key, after=after, skip=skip)
            return PagedList(points_to_mlflow(metric_key, rows), None)
        rows = self._history.metrics.history(run_id, metric_key, limit=max_results + 1, after=after, skip=skip)
        page = rows[:max_results]
        token = pages.history_token(offset + max_results, page[-1]) if len(rows) > max_results > 0 else None
        return PagedList(points_to_mlflow(metric_key, page), token)

    @collecting.paused()
    def get_metric_history_bulk(
        self, run_ids: Sequence[str], metric_key: str, max_results: int | None
    ) -> list[MetricWithRunId]:
        """Return a metric's points of several runs by (run id, time, step, value), `max_results` in all."""
        found: list[MetricWithRunId] = []
        for run_id in sorted(set(run_ids)):
            left = -1 if max_results is None else max_results - len(found)
            if left == 0:
                break
            found += _of_run(run_id, metric_key, self._history.metrics.history(run_id, metric_key, limit=left))
        return found

    def get_metric_history_bulk_interval(
        self,
        run_ids: Sequence[str],
        metric_key: str,
        max_results: int,
        start_step: int | None,
        end_step: int | None,
    ) -> list[MetricWithRunId]:
        """Return an even sample of a metric for each of several runs, its last point always among them."""
        if (start_step is None) != (end_step is None):
            raise MlflowException.invalid_parameter_value(
                "Both start_step and end_step must be specified together, or neither may be specified."
            )
        steps = None if start_step is None or end_step is None else (start_step, end_step)
        sample, most = self._history.metrics.sample, max(1, max_results)
        return [
            metric
            for run_id in run_ids
            for metric in _of_run(run_id, metric_key, sample(run_id, metric_key, most=most, steps=steps))
        ]

    def get_metric_history_bulk_interval_from_steps(
        self, run_id: str, metric_key: str, steps: Sequence[int], max_results: int
    ) -> list[MetricWithRunId]:
        """Return a metric's points at some steps by (step, time, value)."""
        rows = self._history.metrics.at_steps(run_id, metric_key, steps, limit=max_results)
        return _of_run(run_id, metric_key, rows)

    def get_max_step_for_metric(self, run_id: str, metric_key: str) -> int:
        """Return a metric's greatest step, 0 where it has no points."""
        return self._history.metrics.last_step(run_id, metric_key) or 0


def _of_run(run_id: str, key: str, rows: Iterable[PointRow]) -> list[MetricWithRunId]:
    return [MetricWithRunId(run_id=run_id, metric=metric) for metric in points_to_mlflow(key, rows)]
