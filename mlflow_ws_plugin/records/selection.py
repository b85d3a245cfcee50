"""Which runs a listing shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlflow_ws_plugin.errors import InvalidQuery
from mlflow_ws_plugin.records.lifecycle import State

Notes = str | Mapping[str, object] | None
"""What callers say of tags or properties: a key that must be there, or keys with their values."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Runs that fulfil all of this; an empty one selects every run.

    Attributes:
        type: The type they have; None for any.
        state: The state they are seen in; None for any.
        tags: Values of their tags by key; None as a value stands for any.
        properties: The same of their properties.
    """

    type: str | None = None
    state: State | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    properties: Mapping[str, str | None] = field(default_factory=dict)


def selection(type_: str | None, tags: Notes, properties: Notes, status: str | None = None) -> Selection:
    """Return what a caller wants to see.

    Raises:
        InvalidQuery: The tags or properties are neither a key nor a dict, or there is no such status.
    """
    return Selection(type_, _state(status), notes("tags", tags), notes("properties", properties))


def notes(what: str, given: Notes) -> dict[str, str | None]:
    """Return wanted values by key, None for any.

    Raises:
        InvalidQuery: It is neither a key nor a dict.
    """
    if given is None:
        return {}
    if isinstance(given, str):
        return {given: None}
    if isinstance(given, Mapping):
        return {str(key): None if value is None else str(value) for key, value in given.items()}
    raise InvalidQuery(f"{what}={given!r} is neither a key nor a dict.", f"Pass {what}='key' or {{'key': 'value'}}.")


def _state(status: str | None) -> State | None:
    if status is None:
        return None
    try:
        return State(status)
    except ValueError:
        states = ", ".join(state.value for state in State)
        raise InvalidQuery(f"There is no status {status!r}.", f"Use one of {states}.") from None
