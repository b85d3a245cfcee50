"""How parameters and tags join a run, inside a writing transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlflow_ws_plugin.errors import ParameterChanged, ReservedTag
from mlflow_ws_plugin.history import existence, liveness
from mlflow_ws_plugin.records import reserved
from mlflow_ws_plugin.records.metric import ColumnType, Kind
from mlflow_ws_plugin.records.names import mlflow_key
from mlflow_ws_plugin.records.run import RunRecord
from mlflow_ws_plugin.records.series import SeriesWrite
from mlflow_ws_plugin.storage import runs
from mlflow_ws_plugin.storage.connection import Connection


def parameters(tx: Connection, run: int, run_id: str, values: Mapping[str, str]) -> None:
    """Write parameters; those recorded with the same value already are left alone.

    Raises:
        ParameterChanged: One has another value already.
    """
    recorded = runs.parameters(tx, run, values)
    changes = [(key, recorded[key], value) for key, value in values.items() if recorded.get(key, value) != value]
    if changes:
        raise ParameterChanged(run_id, changes)
    runs.insert_parameters(tx, run, {key: value for key, value in values.items() if key not in recorded})


def tags(tx: Connection, run: int, run_id: str, values: Mapping[str, str]) -> None:
    """Write tags, replacing their values; the run's name and parent follow their tags.

    Raises:
        ReservedTag: One shows part of the native record, which has another value.
    """
    plain = {key: value for key, value in values.items() if not reserved.is_reserved(key)}
    if len(plain) < len(values):
        _check_reserved(tx, run_id, {key: value for key, value in values.items() if key not in plain})
    if not plain.get(reserved.RUN_NAME, "a name"):
        del plain[reserved.RUN_NAME]  # a run keeps its name, as in MLflow
    if reserved.RUN_NAME in plain:
        runs.rename(tx, run, plain[reserved.RUN_NAME])
    if reserved.PARENT in plain:
        runs.set_parent(tx, run, plain[reserved.PARENT])
    runs.set_tags(tx, run, plain)


def _check_reserved(tx: Connection, run_id: str, values: Mapping[str, str]) -> None:
    shown = shown_tags(runs.fill(tx, RunRecord(liveness.seen(tx, existence.any_run(tx, run_id)))))
    for key, value in values.items():
        if shown.get(key) != value:
            raise ReservedTag(
                f"Tag {key!r} of run {run_id} shows part of its native record, "
                f"{_has(shown.get(key))}; it cannot be set to {value!r}.",
                "Choose another key.",
            )


def _has(value: str | None) -> str:
    return "which has none" if value is None else f"which is {value!r}"


def shown_tags(record: RunRecord) -> dict[str, str]:
    """Return the reserved tags by which MLflow sees the native parts of a run."""
    return {
        reserved.STATE: record.info.state.value,
        **{reserved.PROPERTY + key: value for key, value in record.properties.items()},
        **{reserved.TEXT_METRIC + key: value for key, value in record.texts.items()},
    }


@dataclass(slots=True)
class BirthTags:
    """What the tags given at a run's birth really are."""

    tags: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    texts: list[SeriesWrite] = field(default_factory=list)


def split_reserved(values: Mapping[str, str], now_ms: int) -> BirthTags:
    """Return tags copied from another run as the parts of a native record that they showed; its state is left out."""
    parts = BirthTags()
    for key, value in values.items():
        if key.startswith(reserved.PROPERTY):
            parts.properties[key.removeprefix(reserved.PROPERTY)] = value
        elif key.startswith(reserved.TEXT_METRIC):
            parts.texts.append(_text(key.removeprefix(reserved.TEXT_METRIC), value, now_ms))
        elif key != reserved.STATE:
            parts.tags[key] = value
    return parts


def _text(name: str, value: str, now_ms: int) -> SeriesWrite:
    return SeriesWrite(
        mlflow_key(name), name, None, Kind.SCALAR, ColumnType.STRING, points=[], texts=[(0, now_ms, value)], counts=True
    )
