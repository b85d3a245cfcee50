"""What an import found, wrote and could not make equal: counts, and a line for each difference."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from mlflow_ws_plugin.errors import StorageError, WorkspaceError

KINDS = (
    "experiments",
    "runs",
    "metric points",
    "params",
    "tags",
    "inputs",
    "logged models",
    "files",
    "bytes",
    "registered models",
    "versions",
    "prompts",
    "traces",
    "spans",
    "assessments",
    "trace links",
)
"""What is counted, in the order it is shown. Params, tags and inputs are those of runs."""

MOST_LISTED = 1000
"""Differences that are kept to be shown; all are counted."""

FAILURES = (MlflowException, WorkspaceError, SQLAlchemyError, OSError, ValueError, KeyError)
"""What one record may fail with while the others are copied: an old or damaged store raises any of these."""

_SHOWN = 120


@dataclass(slots=True)
class Tally:
    """Counts of one kind.

    Attributes:
        source: At the source.
        there: Already in the workspace, and equal.
        written: Written now, and equal.
        differ: Not equal after all, or in the workspace only.
    """

    source: int = 0
    there: int = 0
    written: int = 0
    differ: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one record that is not in the workspace what it is at the source.

    Attributes:
        kind: One of `KINDS`.
        record: Which record.
        field: Which field.
        source: The value there, or what went wrong.
        here: The value in the workspace, None where something went wrong.
    """

    kind: str
    record: str
    field: str
    source: str
    here: str | None

    def __str__(self) -> str:
        if self.here is None:
            return f"{self.kind}: {self.record}: {self.field}: {self.source}"
        return f"{self.kind}: {self.record}: {self.field}: {self.source} at the source, {self.here} here"


@dataclass(slots=True)
class Report:
    """The account of one import.

    Attributes:
        tallies: Counts by kind.
        differences: The first `MOST_LISTED` of them.
        differing: How many there are.
        not_copied: How many records of kinds that are not copied are at the source, where it can tell.
        reading_s: Seconds spent reading the source.
        writing_s: Seconds spent writing to the workspace and reading back.
    """

    tallies: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    differences: list[Difference] = field(default_factory=list)
    differing: int = 0
    not_copied: dict[str, int] = field(default_factory=dict)
    reading_s: float = 0.0
    writing_s: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether everything is equal."""
        return self.differing == 0

    def count(self, kind: str, *, source: int = 0, there: int = 0, written: int = 0, differ: int = 0) -> None:
        """Add to the counts of a kind."""
        tally = self.tallies[kind]
        tally.source += source
        tally.there += there
        tally.written += written
        tally.differ += differ

    def differs(self, kind: str, record: str, name: str, source: object, here: object) -> None:
        """Note a difference; it is counted among the records by whoever notes it."""
        self._list(Difference(kind, record, name, _shown(source), _shown(here)))

    def leaves(self, kind: str) -> None:
        """Count one more record that is not copied."""
        self.not_copied[kind] = self.not_copied.get(kind, 0) + 1

    def failed(self, kind: str, record: str, exc: Exception) -> None:
        """Note that a record could not be copied or read."""
        self.count(kind, source=1, differ=1)
        self._list(Difference(kind, record, "not copied", " ".join(str(exc).split()), None))

    def _list(self, difference: Difference) -> None:
        self.differing += 1
        if len(self.differences) < MOST_LISTED:
            self.differences.append(difference)

    @contextmanager
    def going_on(self, kind: str, record: str) -> Iterator[None]:
        """Note a failure of one record in the block, and go on with the next; not where the workspace itself fails."""
        try:
            yield
        except StorageError:
            raise
        except FAILURES as exc:
            self.failed(kind, record, exc)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Count the time of the block as reading the source."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.reading_s += time.perf_counter() - began

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Count the time of the block as writing to the workspace."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.writing_s += time.perf_counter() - began


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
