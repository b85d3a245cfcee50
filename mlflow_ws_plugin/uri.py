"""The address of a workspace.

| spelling | workspace |
|---|---|
| `mlws:///abs/dir` | embedded, in that directory |
| `mlws:rel/dir` | embedded, relative to the current directory when parsed |
| `/abs/dir`, `rel/dir`, `~/dir` | the same, as a plain path (only where a path is asked for) |

Paths are percent-encoded in an address and decoded when it is parsed.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urlsplit

from mlflow_ws_plugin.errors import InvalidUri

SCHEME = "mlws"
SPELLINGS = "Write mlws:///abs/dir or mlws:rel/dir."
_HAS_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]+:")


@dataclass(frozen=True, slots=True)
class WorkspaceUri:
    """Where a workspace is.

    Attributes:
        directory: Absolute directory of the embedded workspace.
    """

    directory: Path

    def __str__(self) -> str:
        return f"{SCHEME}://{quote(os.fsencode(self.directory))}"


def parse(address: str) -> WorkspaceUri:
    """Return the workspace that an address names.

    Args:
        address: One of the spellings above, with the scheme.

    Raises:
        InvalidUri: The scheme is another, a host is named, or there is no path.
    """
    try:
        parts = urlsplit(address)
    except ValueError as exc:
        raise InvalidUri(f"{address!r} is not an address: {exc}.", SPELLINGS) from exc
    if parts.scheme != SCHEME:
        raise InvalidUri(f"{address!r} is not a workspace address: its scheme is {parts.scheme!r}.", SPELLINGS)
    if parts.netloc:
        raise InvalidUri(
            f"{address!r} names a host, {parts.netloc!r}, but an embedded workspace is a directory.",
            f"Write {SCHEME}:///{parts.netloc}{parts.path} with three slashes for a directory.",
        )
    if parts.query or parts.fragment:
        raise InvalidUri(f"{address!r} has an unescaped '?' or '#'.", "Write %3F for '?' and %23 for '#'.")
    if not parts.path.strip("/"):
        raise InvalidUri(f"{address!r} names no directory.", SPELLINGS)
    return _embedded(os.fsdecode(unquote_to_bytes(os.fsencode(parts.path))))


def of(place: str | Path) -> WorkspaceUri:
    """Return the workspace at a directory or address, whichever is given.

    Raises:
        InvalidUri: It is an address, but not a legal one.
    """
    given: object = place
    if not isinstance(given, str | Path):
        raise InvalidUri(f"{given!r} is not a directory.", "Pass a path, or an address such as mlws:///abs/dir.")
    if isinstance(place, str) and _HAS_SCHEME.match(place):
        return parse(place)
    if not str(place).strip():
        raise InvalidUri(f"{place!r} names no directory.", "Pass a directory, or an address such as mlws:///abs/dir.")
    return _embedded(str(place))


def _embedded(path: str) -> WorkspaceUri:
    if "\0" in path:
        raise InvalidUri(f"{path!r} has a NUL character.", SPELLINGS)
    try:
        return WorkspaceUri(Path(os.path.abspath(Path(path).expanduser())))
    except RuntimeError as exc:
        raise InvalidUri(f"{path!r} begins with nobody's home.", "Write the directory out.") from exc
