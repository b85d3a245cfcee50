"""Metrics: appending cells, and reading series whole, in pages or sampled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlflow_ws_plugin.history import existence
from mlflow_ws_plugin.history.appending import append, append_points
from mlflow_ws_plugin.records.metric import NUMERIC
from mlflow_ws_plugin.records.series import Series, SeriesCells, SeriesWrite
from mlflow_ws_plugin.records.summary import PointRow
from mlflow_ws_plugin.storage import cells, points, sampling, series
from mlflow_ws_plugin.storage.connection import Connection
from mlflow_ws_plugin.storage.points import EVERYTHING
from mlflow_ws_plugin.storage.sqlite import Database


class Metrics:
    """The metrics of a workspace's runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def log(self, run_id: str, writes: Sequence[SeriesWrite]) -> None:
        """Append cells to one or several series, in one transaction.

        Raises:
            RunNotFound: No run has this id.
            RunNotActive: The run is in the bin.
            InvalidMetric: Text and numbers would mix in one column.
            MetricKeyTaken: Another metric has the key that MLflow would see.
        """
        if self._database.after_this(lambda: self.log(run_id, writes)):
            return
        with self._database.append() as (tx, known):
            if append_points(tx, known.runs.get(run_id), writes):
                return
            run = existence.active_run_and_series(tx, known, run_id, [write.mlflow_key for write in writes])
            append(tx, run.key, writes, run.series)

    def series(self, run_id: str) -> list[Series]:
        """Return a run's series in the order they began.

        Raises:
            RunNotFound: No run has this id.
        """
        with self._database.read() as tx:
            return series.all_of(tx, existence.any_run(tx, run_id).key)

    def read(self, run_id: str, name: str | None = None) -> list[SeriesCells]:
        """Return a run's series with everything in them, in the order they began.

        Args:
            run_id: The run.
            name: Only the series of this metric.

        Raises:
            RunNotFound: No run has this id.
        """
        with self._database.read() as tx:
            run = existence.any_run(tx, run_id).key
            return [
                SeriesCells(one, points.by_step(tx, run, one.number), cells.of_series(tx, run, one.number))
                for one in (series.all_of(tx, run) if name is None else series.named(tx, run, name))
            ]

    def pages(self, run_id: str, one: Series, size: int) -> Iterator[SeriesCells]:
        """Yield everything in a series by (step, time, value), numeric cells so many at a time.

        Each page sees the series as it is when it is read. Text comes in one page.

        Args:
            run_id: The run.
            one: One of `series(run_id)`.
            size: Points of a page at most.

        Raises:
            RunNotFound: No run has this id.
        """
        after: PointRow | None = None
        while True:
            with self._database.read() as tx:
                run = existence.any_run(tx, run_id).key
                page = points.by_step(tx, run, one.number, size, after)
                texts = cells.of_series(tx, run, one.number)
            if page or texts:
                yield SeriesCells(one, page, texts)
            if len(page) < size:
                return
            after = page[-1]

    def history(
        self, run_id: str, key: str, *, limit: int = EVERYTHING, after: PointRow | None = None, skip: int = 0
    ) -> list[PointRow]:
        """Return a page of the series of an MLflow key, by (time, step, value); empty where there is none.

        Args:
            run_id: The run.
            key: The series' MLflow key.
            limit: Points at most; all by default.
            after: The last point of the page before.
            skip: Points to leave out at the beginning, for those who cannot name the last point.
        """
        with self._database.read() as tx:
            run, found = _series(tx, run_id, key)
            if found is None or found.summary is None:
                return []
            wanted = limit if limit < 0 else limit + skip
            page = points.by_time(tx, run, found.number, bool(found.summary.in_order), wanted, after)
        return page[skip:] if skip else page

    def at_steps(self, run_id: str, key: str, steps: Sequence[int], *, limit: int) -> list[PointRow]:
        """Return the points of an MLflow key at some steps, by (step, time, value)."""
        with self._database.read() as tx:
            run, found = _series(tx, run_id, key)
            return points.at_steps(tx, run, found.number, steps, limit) if found else []

    def sample(self, run_id: str, key: str, *, most: int, steps: tuple[int, int] | None = None) -> list[PointRow]:
        """Return an even sample of the series of an MLflow key, by (step, time, value), its last point included.

        Args:
            run_id: The run.
            key: The series' MLflow key.
            most: Points at most.
            steps: First and last step wanted, both included; None for all.
        """
        with self._database.read() as tx:
            run, found = _series(tx, run_id, key)
            if found is None or found.summary is None or found.type not in NUMERIC:
                return []
            return sampling.sample(tx, run, found.number, found.summary, most, steps)

    def last_step(self, run_id: str, key: str) -> int | None:
        """Return the greatest step of the series of an MLflow key, or None."""
        with self._database.read() as tx:
            _, found = _series(tx, run_id, key)
            return found.summary.last_step if found and found.summary else None


def _series(tx: Connection, run_id: str, key: str) -> tuple[int, Series | None]:
    """Return a run's key and its series of an MLflow key, None where there is no such run or series."""
    run, found = series.with_run(tx, run_id, [key])
    return (run[0], found.get(key)) if run else (0, None)
