"""A metric whose cells are files of the run: an image, or a chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mlflow_ws_plugin.records.metric import Kind


@dataclass(frozen=True, slots=True)
class FileMetric:
    """One cell of such a metric, and its files.

    Attributes:
        name: The metric's name.
        kind: What it is.
        description: Kept when not empty.
        step: Its step; None for the one after the greatest so far, 0 at first.
        timestamp_ms: When it was logged, milliseconds UTC.
        stem: Returns the name of its files, without their endings, at a step.
        contents: What is in them, by ending; the first is the one that the cell names.
        tags: Tags the run gets with it.
    """

    name: str
    kind: Kind
    description: str
    step: int | None
    timestamp_ms: int
    stem: Callable[[int], str]
    contents: Mapping[str, bytes]
    tags: Mapping[str, str] = field(default_factory=dict)
