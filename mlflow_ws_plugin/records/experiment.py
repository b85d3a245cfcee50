"""An experiment: a named group of runs."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_ID = "0"
DEFAULT_NAME = "Default"


class Lifecycle:
    """Whether an experiment, run or model is there or in the bin."""

    ACTIVE = "active"
    DELETED = "deleted"
    ALL = (ACTIVE, DELETED)


@dataclass(frozen=True, slots=True)
class ExperimentRecord:
    """What is recorded of an experiment.

    Attributes:
        id: An integer, as a string; `"0"` is the experiment `Default`.
        name: Unique in the workspace, deleted experiments included.
        artifact_location: A URI the user gave, or a path relative to the workspace's artifacts.
        lifecycle: One of `Lifecycle.ALL`.
        created_ms: Milliseconds UTC.
        updated_ms: Time of the last rename, delete or restore.
        tags: Mutable notes.
    """

    id: str
    name: str
    artifact_location: str
    lifecycle: str
    created_ms: int
    updated_ms: int
    tags: dict[str, str]
