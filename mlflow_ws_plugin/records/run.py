"""A run: one training, with everything recorded of it but the points of its metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.model import ModelInput, ModelOutput


class Origin:
    """Which mouth began a run."""

    NATIVE = "native"
    MLFLOW = "mlflow"


class RunInfo(NamedTuple):
    """The run itself, in the order of its row.

    Attributes:
        key: Its number in the database; never shown.
        run_id: Its id everywhere else.
        experiment_id: An integer, as a string.
        number: 1, 2, 3 … within its experiment.
        name: Display name, mutable.
        state: What it is doing.
        lifecycle: One of `Lifecycle.ALL`.
        user: Who began it.
        origin: One of `Origin`.
        parent_id: Run id of its parent, or None.
        start_ms: Milliseconds UTC.
        end_ms: Milliseconds UTC, None while it goes on.
        artifact_location: A URI, or a path relative to the workspace's artifacts.
        error: Why it failed, or None.
        type: What kind of run it is, as whoever began it named it, or None.
        heartbeat_ms: When its process was last seen alive, milliseconds UTC; None where nobody watches it.
    """

    key: int
    run_id: str
    experiment_id: str
    number: int
    name: str
    state: State
    lifecycle: str
    user: str
    origin: str
    parent_id: str | None
    start_ms: int
    end_ms: int | None
    artifact_location: str
    error: str | None
    type: str | None = None
    heartbeat_ms: int | None = None


@dataclass(frozen=True, slots=True)
class NewRun:
    """What a caller says of a run that begins.

    Attributes:
        experiment_id: An integer, as a string.
        run_id: Unique in the workspace.
        name: Display name.
        state: The state it begins in.
        user: Who begins it.
        origin: One of `Origin`.
        start_ms: Milliseconds UTC.
        parent_id: Run id of its parent, or None.
        tags: Its first tags.
        properties: Its first properties.
        type: What kind of run it is, in the caller's own word, or None.
    """

    experiment_id: str
    run_id: str
    name: str
    state: State
    user: str
    origin: str
    start_ms: int
    parent_id: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    type: str | None = None


LatestRow = tuple[str, float, int, int, int]
"""The latest point of a numeric series: `(mlflow_key, value, is_nan, timestamp_ms, step)`."""


class Dataset(NamedTuple):
    """A dataset that runs of an experiment used, identified by name and digest."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str | None
    profile: str | None


class DatasetUse(NamedTuple):
    """A run's use of a dataset; the tags are the use's own, `(key, value)` pairs such as a context."""

    dataset: Dataset
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class RunRecord:
    """A run with its data; filled from several tables, then only read.

    Attributes:
        info: The run itself.
        parameters: Immutable inputs, as text.
        tags: Mutable notes.
        properties: Immutable facts, as text.
        metrics: The latest point of each numeric series.
        texts: The latest value of each text metric.
        datasets: Datasets it used.
        model_inputs: Logged models it used.
        model_outputs: Logged models it made.
    """

    info: RunInfo
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    metrics: list[LatestRow] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    datasets: list[DatasetUse] = field(default_factory=list)
    model_inputs: list[ModelInput] = field(default_factory=list)
    model_outputs: list[ModelOutput] = field(default_factory=list)
