"""What the statements of this room need of a database connection; SQLite's own has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

Row = tuple[Any, ...]

WANTED = "WITH wanted (it) AS (SELECT value FROM json_each(?)) "
"""Before a statement that takes a JSON list as its first parameter and joins its items as `wanted.it`.

The join must be a CROSS JOIN, which SQLite never turns round: it takes the list for larger than any table."""


class Cursor(Protocol):
    """The outcome of one statement."""

    @property
    def rowcount(self) -> int:
        """Rows that the statement changed."""
        ...

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows that are left."""
        ...


class Connection(Protocol):
    """An open transaction on a database. Placeholders are `?`."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Cursor:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Cursor:
        """Run one statement for each row of parameters."""
        ...
