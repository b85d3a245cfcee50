"""What is measured, a module for each noun. `ALL` is their table of contents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.figures import Row
from benchmarks.plan import Plan
from benchmarks.workloads import (
    batches,
    charts,
    disk,
    fluent,
    histories,
    lightning,
    native,
    pages,
    processes,
    search,
    startup,
)


@dataclass(frozen=True, slots=True)
class Workload:
    """One thing to measure.

    Attributes:
        name: What a user types.
        help: What it is, in a line.
        run: Yields rows as they are measured.
    """

    name: str
    help: str
    run: Callable[[Plan], Iterator[Row]]


ALL = {
    workload.name: workload
    for workload in (
        Workload("fluent", "mlflow.log_metric and log_metrics of 20, call by call", fluent.run),
        Workload("native", "the native SDK: log, log_row, get_metrics and to_pandas", native.run),
        Workload("batches", "the store's log_batch of 1,000 metrics", batches.run),
        Workload("histories", "MlflowClient.get_metric_history of 100k and 1M points", histories.run),
        Workload("charts", "the sampled history of 5 runs × 100k points, as MLflow's UI reads it", charts.run),
        Workload("search", "MlflowClient.search_runs among 10k runs", search.run),
        Workload("pages", "what MLflow's pages ask for, over 10k runs and 5M points", pages.run),
        Workload("disk", "bytes on disk", disk.run),
        Workload("processes", "8 processes logging into one place", processes.run),
        Workload("startup", "a new interpreter's first run in a new place", startup.run),
        Workload("lightning", "a Lightning trainer that logs each step", lightning.run),
    )
}
