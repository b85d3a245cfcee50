"""Records of both sides, field by field. Each is seen through one function for both, as a value for each field."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_ws_plugin.plugin.importing.report import Report

Fields = Mapping[str, object]
"""What is compared of a record, by the name that is shown."""


class _Absent:
    """A field that is not there."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


def of_record(report: Report, kind: str, record: str, source: Fields, before: Fields | None, after: Fields) -> None:
    """Account for one record.

    Args:
        report: Where.
        kind: One of `KINDS`.
        record: Its name in the report.
        source: Its fields at the source.
        before: Its fields in the workspace before it was written, None where it was not there.
        after: The same, read back.
    """
    if after != source:
        report.count(kind, source=1, differ=1)
        _note(report, kind, record, source, after)
    else:
        report.count(kind, source=1, there=int(before == source), written=int(before != source))


def of_parts(report: Report, kind: str, record: str, source: Fields, before: Fields, after: Fields) -> None:
    """Account for parts of one record, such as its tags, each of which counts.

    Args:
        report: Where.
        kind: One of `KINDS`.
        record: The record's name in the report.
        source: Its parts at the source.
        before: Its parts in the workspace before they were written.
        after: The same, read back.
    """
    same = {name for name, value in source.items() if after.get(name, ABSENT) == value}
    there = sum(1 for name in same if before.get(name, ABSENT) == source[name])
    more = len(after.keys() - source.keys())
    report.count(
        kind, source=len(source), there=there, written=len(same) - there, differ=len(source) - len(same) + more
    )
    if len(same) < len(source) or more:
        _note(report, kind, record, source, after)


def missing(source: Mapping[str, str], here: Mapping[str, str]) -> dict[str, str]:
    """Return what has another value in the workspace than at the source, or none."""
    return {key: value for key, value in source.items() if here.get(key) != value}


def labelled(label: str, values: Mapping[str, object] | None) -> dict[str, object]:
    """Return values as fields `<label>.<key>`."""
    return {f"{label}.{key}": value for key, value in (values or {}).items()}


def _note(report: Report, kind: str, record: str, source: Fields, here: Fields) -> None:
    for name in sorted(source.keys() | here.keys()):
        there, ours = source.get(name, ABSENT), here.get(name, ABSENT)
        if there != ours:
            report.differs(kind, record, name, there, ours)
