"""Where records of a workspace came from: a tag on each says it, and only those of one source are brought up to date.

The tag is ours, so it is left out where records are compared.
"""

from __future__ import annotations

from collections.abc import Mapping

FROM = "mlws.imported.from"
"""Tag: the address of the source, without credentials."""

SOURCE_ID = "mlws.imported.id"
"""Tag of an experiment: its id at the source."""

_OURS = (FROM, SOURCE_ID)


def stamped(tags: Mapping[str, str], source: str) -> dict[str, str]:
    """Return tags with one more, which says that the record came from that source."""
    return {**plain(tags), FROM: source}


def plain(tags: Mapping[str, str] | None) -> dict[str, str]:
    """Return tags without those that say where a record came from."""
    return {key: value for key, value in (tags or {}).items() if key not in _OURS}


def is_from(tags: Mapping[str, str] | None, source: str) -> bool:
    """Tell whether a record came from that source, by its tags."""
    return (tags or {}).get(FROM) == source
