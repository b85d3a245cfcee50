"""How data is written to standard output: aligned columns, JSON or CSV.

JSON has no NaN and no infinities: they are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, as in CSV.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

import click

Row = Mapping[str, object]


def show(rows: Sequence[Row], columns: Sequence[str], form: str) -> None:
    """Write rows.

    Args:
        rows: Values by column; one that is absent or None is empty, in JSON null.
        columns: What to write, in order.
        form: One of `options.FORMATS`.
    """
    _WRITERS[form](rows, columns)


def show_one(record: Row, form: str) -> None:
    """Write one record: a line for each field; JSON nested as it is, else inner fields as `<outer>.<inner>`."""
    if form == "json":
        click.echo(as_json(record, indent=2))
        return
    show([{"field": field, "value": value} for field, value in flat(record).items()], ["field", "value"], form)


def flat(record: Row) -> dict[str, object]:
    """Return a record with the fields of inner mappings as `<outer>.<inner>`, and lists as text."""
    fields: dict[str, object] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            fields |= {f"{name}.{inner}": cell for inner, cell in value.items()}
        else:
            fields[name] = ", ".join(map(str, value)) if isinstance(value, list) else value
    return fields


def plain(value: object) -> object:
    """Return a value as JSON and CSV can hold it."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"


def as_json(value: object, indent: int | None = None) -> str:
    """Return a value as JSON text that every parser takes."""
    return json.dumps(_plain_within(value), ensure_ascii=False, indent=indent, allow_nan=False)


def iso_time(ms: int | None) -> str | None:
    """Return a time as text, UTC to the second."""
    if ms is None:
        return None
    return f"{datetime.fromtimestamp(ms / 1000, timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


def _plain_within(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _plain_within(inner) for key, inner in value.items()}
    return [_plain_within(inner) for inner in value] if isinstance(value, list) else plain(value)


def _write_json(rows: Sequence[Row], columns: Sequence[str]) -> None:
    click.echo(as_json([{column: row.get(column) for column in columns} for row in rows], indent=2))


def _write_csv(rows: Sequence[Row], columns: Sequence[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([plain(row.get(column)) for column in columns] for row in rows)


def _write_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    lines = [list(columns), *([_text(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _text(value: object) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else "" if value is None else str(value)
    return " ".join(text.split())  # a line stays a line


_WRITERS = {"table": _write_table, "json": _write_json, "csv": _write_csv}
