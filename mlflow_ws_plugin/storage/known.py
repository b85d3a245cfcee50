"""What a connection remembers of the runs it appends to, so that the next point need not ask again.

It is true while nobody else has written to the database, which SQLite tells by `PRAGMA data_version`, and while this
connection itself has only appended.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mlflow_ws_plugin.records.series import Series

MOST_SERIES = 50_000
"""About 20 MB."""


@dataclass(slots=True)
class KnownRun:
    """A run that may be written.

    Attributes:
        key: Its number in the database.
        series: Those of its series that were written, by MLflow key.
    """

    key: int
    series: dict[str, Series]


@dataclass(slots=True)
class Known:
    """The runs a connection has appended to, by run id.

    Attributes:
        version: SQLite's data version when this was true.
        runs: What is known of them.
        size: How many series were asked for.
    """

    version: int = -1
    runs: dict[str, KnownRun] = field(default_factory=dict)
    size: int = 0

    def forget(self) -> None:
        """Remember nothing."""
        self.runs.clear()
        self.size = 0

    def forget_midway(self) -> None:
        """Remember nothing, though somebody is in the middle of appending: their summaries must be written.

        A signal handler that ends the run there takes them for exact, before the point is in.
        """
        for run in self.runs.values():
            for one in run.series.values():
                one.steady = 0
        self.forget()

    def add(self, run_id: str, run: KnownRun, more: int) -> None:
        """Remember a run of which `more` series became known; the others go when it gets too much."""
        self.size += more
        if self.size > MOST_SERIES:
            self.forget()
            self.size = len(run.series)
        self.runs[run_id] = run
