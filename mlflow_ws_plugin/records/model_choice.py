"""Which versions of registered models are looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mlflow_ws_plugin.errors import InvalidQuery
from mlflow_ws_plugin.records.model_version import FRAMEWORK, ModelVersion
from mlflow_ws_plugin.records.selection import notes

Wanted = str | Mapping[str, object] | Iterable[object] | None
"""What callers say of tags or properties: a key, keys with values, or as in the old SDK `['key', ['key', 'value']]`."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Versions that fulfil all of this; an empty one chooses every version.

    Attributes:
        name: Of the registered model; None for any.
        version: Its number; None for any.
        alias: One of its aliases; None for any.
        run_id: The run that made it; None for any.
        framework: As it was registered; None for any.
        tags: Values of its tags by key; None as a value stands for any.
        properties: The same of its properties.
    """

    name: str | None = None
    version: int | None = None
    alias: str | None = None
    run_id: str | None = None
    framework: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    properties: Mapping[str, str | None] = field(default_factory=dict)

    def fits(self, one: ModelVersion) -> bool:
        """Tell whether a version is chosen."""
        pairs = (
            (self.name, one.name),
            (self.version, one.version),
            (self.run_id, one.run_id),
            (self.framework, one.notes.get(FRAMEWORK)),
        )
        return (
            all(wanted is None or wanted == found for wanted, found in pairs)
            and (self.alias is None or self.alias in one.aliases)
            and _has(one.tags, self.tags)
            and _has(one.properties, self.properties)
        )

    def __str__(self) -> str:
        said = {key: getattr(self, key) for key in self.__slots__}
        return ", ".join(f"{key}={value!r}" for key, value in said.items() if value)


def _has(found: Mapping[str, str], wanted: Mapping[str, str | None]) -> bool:
    return all(key in found and value in (None, found[key]) for key, value in wanted.items())


def wanted_notes(what: str, given: Wanted) -> dict[str, str | None]:
    """Return wanted values of tags or properties by key, None for any.

    Raises:
        InvalidQuery: It is neither a key, nor a dict, nor a list of keys and pairs.
    """
    if given is None or isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        return notes(what, given)  # which refuses what is none of these
    return dict(_pair(what, one) for one in given)


def _pair(what: str, given: object) -> tuple[str, str | None]:
    if isinstance(given, str):
        return given, None
    if isinstance(given, list | tuple) and len(given) == 2:
        return str(given[0]), str(given[1])
    raise InvalidQuery(f"{given!r} in {what} is neither a key nor a pair.", f"Pass {what}=['key', ['key', 'value']].")


def as_version(given: object) -> int | None:
    """Return a version as a number; None stays None.

    Raises:
        InvalidQuery: It is no number.
    """
    if given is None:
        return None
    if isinstance(given, bool) or not str(given).isdecimal():
        raise InvalidQuery(f"{given!r} is not the version of a model.", "Versions are 1, 2, 3 …")
    return int(str(given))
