"""A logged model: what a run made, with its own tags, parameters and metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class ModelMetric(NamedTuple):
    """One value of a logged model's metric; infinities and NaN as MLflow's SQL store keeps them."""

    name: str
    value: float
    timestamp_ms: int
    step: int
    run_id: str
    dataset_name: str | None
    dataset_digest: str | None


class ModelInput(NamedTuple):
    """A logged model that a run used."""

    model_id: str


class ModelOutput(NamedTuple):
    """A logged model that a run made, at a step."""

    model_id: str
    step: int


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What is recorded of a logged model.

    Attributes:
        key: Its number in the database; never shown.
        model_id: `m-` and 32 hexadecimal digits.
        experiment_id: An integer, as a string.
        name: Need not be unique.
        artifact_location: A URI, or a path relative to the workspace's artifacts.
        created_ms: Milliseconds UTC.
        updated_ms: Milliseconds UTC.
        status: MLflow's `LoggedModelStatus` as an integer.
        lifecycle: One of `Lifecycle.ALL`.
        model_type: Free text, or None.
        source_run_id: The run that made it, or None.
        status_message: Free text, or None.
        tags: Mutable notes.
        parameters: Immutable inputs.
        metrics: All values of all its metrics.
    """

    key: int
    model_id: str
    experiment_id: str
    name: str
    artifact_location: str
    created_ms: int
    updated_ms: int
    status: int
    lifecycle: str
    model_type: str | None
    source_run_id: str | None
    status_message: str | None
    tags: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    metrics: list[ModelMetric] = field(default_factory=list)
