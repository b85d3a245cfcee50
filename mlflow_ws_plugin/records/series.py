"""A series: one typed column of a metric. Every metric is a list of them, most often of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlflow_ws_plugin.records.metric import ColumnType, Kind
from mlflow_ws_plugin.records.summary import PointRow, Summary


@dataclass(slots=True)
class Series:
    """A recorded series. Whoever appends to it keeps it true.

    Attributes:
        number: 1, 2, 3 … within its run.
        mlflow_key: The key MLflow sees, unique within the run.
        name: The metric's name.
        column: The table column; None for metrics of one column.
        kind: What the metric is.
        type: What its cells are.
        description: What the caller said of it.
        last_text: The latest cell of a text or file series.
        last_step: The step of the latest cell of a text or file series.
        summary: What is known of its points; None for text and files.
        steady: Points appended one at a time since its summary was last written as exact.
    """

    number: int
    mlflow_key: str
    name: str
    column: str | None
    kind: Kind
    type: ColumnType
    description: str
    last_text: str | None
    last_step: int | None
    summary: Summary | None
    steady: int = 0

    @property
    def next_step(self) -> int:
        """The step after its greatest, 0 where it is empty."""
        last = self.last_step if self.summary is None else self.summary.last_step
        return 0 if last is None else last + 1


@dataclass(frozen=True, slots=True)
class SeriesCells:
    """A series with everything in it.

    Attributes:
        series: The series.
        points: Numeric cells by (step, time, value).
        texts: Text cells by (step, time), `(step, timestamp_ms, text)`.
    """

    series: Series
    points: list[PointRow]
    texts: list[tuple[int, int, str]]


@dataclass(slots=True)
class SeriesWrite:
    """Cells to append to one series.

    Attributes:
        mlflow_key: The key MLflow sees.
        name: The metric's name.
        column: The table column; None for metrics of one column.
        kind: What the metric is, if it begins here.
        type: What these cells are.
        points: Numeric cells; their steps are relative when the write `counts`.
        texts: Text cells, `(step, timestamp_ms, text)`; also the exact form of integers beyond 2^53.
        description: Kept when not empty.
        counts: Steps are 0, 1, 2 … after the last recorded one, assigned inside the writing transaction.
        by_key: The series is meant by its MLflow key alone, whatever native metric it belongs to.
    """

    mlflow_key: str
    name: str
    column: str | None
    kind: Kind
    type: ColumnType
    points: list[PointRow]
    texts: Sequence[tuple[int, int, str]] = ()
    description: str = ""
    counts: bool = False
    by_key: bool = False
