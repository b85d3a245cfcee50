"""How each field of each entity of MLflow is compared between its SQL store and ours.

An entity or field that has no row here fails the test that met it. A row whose field the installed MLflow has not yet
is passed over.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from mlflow import entities
from mlflow.entities.metric import MetricWithRunId
from mlflow.store.entities.paged_list import PagedList
from mlflow.utils.time import get_current_time_millis

from .genai_rows import GENAI_ROWS
from .registry_rows import REGISTRY_ROWS
from .rules import ANY_ORDER, ID, LOCATION, NO_WORKSPACES, SAME, TIME, Ignored

_TRACES = Ignored("traces are kept by MLflow's own store")

POLICY: dict[type, dict[str, str]] = {
    entities.Experiment: {
        "experiment_id": SAME,
        "name": SAME,
        "artifact_location": LOCATION,
        "lifecycle_stage": SAME,
        "tags": SAME,
        "creation_time": TIME,
        "last_update_time": TIME,
        "workspace": NO_WORKSPACES,
        "trace_location": _TRACES,
        "effective_trace_archival_retention": _TRACES,
    },
    entities.Run: {"info": SAME, "data": SAME, "inputs": SAME, "outputs": SAME},
    entities.RunInfo: {
        "run_id": ID,
        "experiment_id": SAME,
        "user_id": SAME,
        "status": SAME,
        "start_time": SAME,
        "end_time": SAME,
        "lifecycle_stage": SAME,
        "artifact_uri": LOCATION,
        "run_name": SAME,
    },
    entities.RunData: {"metrics": SAME, "params": SAME, "tags": SAME, "_metric_objs": ANY_ORDER},
    entities.RunInputs: {"dataset_inputs": ANY_ORDER, "model_inputs": ANY_ORDER},
    entities.RunOutputs: {"model_outputs": ANY_ORDER},
    entities.Metric: {
        "key": SAME,
        "value": SAME,
        "timestamp": SAME,
        "step": SAME,
        "model_id": ID,
        "dataset_name": SAME,
        "dataset_digest": SAME,
        "run_id": ID,
    },
    MetricWithRunId: {
        "key": SAME,
        "value": SAME,
        "timestamp": SAME,
        "step": SAME,
        "model_id": ID,
        "dataset_name": SAME,
        "dataset_digest": SAME,
        "run_id": ID,
    },
    entities.DatasetInput: {"dataset": SAME, "tags": ANY_ORDER},
    entities.Dataset: {
        "name": SAME,
        "digest": SAME,
        "source_type": SAME,
        "source": SAME,
        "schema": SAME,
        "profile": SAME,
    },
    entities.InputTag: {"key": SAME, "value": SAME},
    entities.LoggedModelInput: {"model_id": ID},
    entities.LoggedModelOutput: {"model_id": ID, "step": SAME},
    entities._DatasetSummary: {"experiment_id": SAME, "name": SAME, "digest": SAME, "context": SAME},
    entities.LoggedModel: {
        "experiment_id": SAME,
        "model_id": ID,
        "name": SAME,
        "artifact_location": LOCATION,
        "creation_timestamp": TIME,
        "last_updated_timestamp": TIME,
        "model_type": SAME,
        "source_run_id": ID,
        "status": SAME,
        "status_message": SAME,
        "tags": SAME,
        "params": SAME,
        "metrics": ANY_ORDER,
        "model_uri": SAME,
    },
}

DELEGATED = GENAI_ROWS | REGISTRY_ROWS
"""The rows of what MLflow's own stores keep for ours, by the names of the classes."""

Said = Callable[[str], str]
"""Returns a text of one side with its ids and places replaced by names that both sides share."""

_BEGAN_MS = get_current_time_millis()
NOW = "<now>"
"""What the time of a call is shown as; times that tests give are far in the past."""


class Described:
    """Entities as plain values that can be compared between the sides.

    Args:
        said: How texts of this side are shown.
    """

    def __init__(self, said: Said) -> None:
        self._said = said

    def __call__(self, value: Any) -> Any:
        """Return a value as texts, numbers with their types, lists and dicts."""
        if isinstance(value, PagedList):
            return {"page": [self(item) for item in value], "another": bool(value.token)}
        if isinstance(value, list):
            return [self(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self(item) for item in value)
        if isinstance(value, dict):
            return {key: self(item) for key, item in value.items()}
        if isinstance(value, set):
            return {"set": sorted(map(self, value))}
        if isinstance(value, Enum):
            return f"{type(value).__name__}.{value.name}"
        if isinstance(value, str):
            return self._said(str(value))
        if isinstance(value, bytes):
            return ("bytes", self._said(value.decode()))
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return self._number(value)
        return self._entity(value)

    def _number(self, value: float) -> Any:
        if isinstance(value, int) and _BEGAN_MS <= value <= get_current_time_millis():
            return NOW
        return (type(value).__name__, "nan" if math.isnan(value) else value)

    def _entity(self, value: Any) -> dict[str, Any]:
        rows = POLICY.get(type(value)) or DELEGATED.get(type(value).__name__)
        assert rows is not None, f"POLICY has no row for {type(value).__name__}"
        fields = set(fields_of(value))
        unknown = fields - set(rows)
        assert not unknown, f"POLICY has no row for {type(value).__name__}.{sorted(unknown)}"
        compared = {name: how for name, how in rows.items() if name in fields and not isinstance(how, Ignored)}
        return {"is": type(value).__name__} | {
            name: self._field(getattr(value, name), how) for name, how in compared.items()
        }

    def _field(self, value: Any, how: str) -> Any:
        shown = self(value)
        if how == ANY_ORDER and shown is not None:
            return sorted(shown, key=repr)
        if how == ID:
            assert shown is None or shown.startswith("<"), f"{shown!r} is no id"
        if how == TIME:
            assert shown == NOW, f"{shown!r} is no time of this test"
        if how == LOCATION:
            assert shown is not None, "no location"
        return shown


def fields_of(entity: Any) -> Iterable[str]:
    """Return the names of an entity's public properties and variables."""
    properties = (name for name, _ in inspect.getmembers(type(entity), lambda member: isinstance(member, property)))
    return [*properties, *(name for name in vars(entity) if not name.startswith("_"))]
