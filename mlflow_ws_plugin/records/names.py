"""Which names are legal, and the key under which MLflow sees a native metric."""

from __future__ import annotations

import functools
import hashlib
import re

from mlflow_ws_plugin.errors import InvalidMetric, InvalidName
from mlflow_ws_plugin.records import limits

_RUN_ID = re.compile(rf"[a-zA-Z0-9][\w\-]{{0,{limits.RUN_ID_LENGTH - 1}}}\Z")
_NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
_ILLEGAL_IN_MLFLOW = re.compile(r"[^/\w.\- :]")
_HASH_LENGTH = 8


def check_run_id(run_id: str) -> str:
    """Return a legal run id: 1–256 letters, digits, `_` and `-`, the first a letter or digit.

    Raises:
        InvalidName: The id is not legal.
    """
    if isinstance(run_id, str) and _RUN_ID.match(run_id):
        return run_id
    raise InvalidName(
        f"Invalid run id: {run_id!r}.",
        "Use 1 to 256 letters, digits, '_' and '-', beginning with a letter or digit.",
    )


def check_experiment_name(name: str) -> str:
    """Return a legal experiment name: 1–500 printable characters.

    Raises:
        InvalidName: The name is not legal.
    """
    return _check_text("experiment name", name, limits.EXPERIMENT_NAME_LENGTH)


def check_workspace_name(name: str) -> str:
    """Return a legal name of a workspace: that of a directory, not a path.

    Raises:
        InvalidName: The name is not legal.
    """
    name = _check_text("workspace name", name, limits.WORKSPACE_NAME_LENGTH)
    if name in (".", "..") or "/" in name or "\\" in name:
        raise InvalidName(f"Invalid workspace name: {name!r} is a path.", "Workspace.open(directory) takes paths.")
    return name


def check_key(what: str, key: str) -> str:
    """Return a legal key of a parameter, tag or property: 1–250 printable characters.

    Raises:
        InvalidName: The key is not legal.
    """
    return _check_text(what, key, limits.KEY_LENGTH)


def check_metric_name(name: str) -> str:
    """Return a legal metric name: 1–250 printable characters.

    Raises:
        InvalidMetric: The name is not legal.
    """
    if not isinstance(name, str):
        raise InvalidMetric(f"Invalid metric name: {name!r} is of type {type(name).__name__}.", "Pass a string.")
    return _metric_name(name)


@functools.lru_cache(maxsize=4096)
def _metric_name(name: str) -> str:
    try:
        return _check_text("metric name", name, limits.METRIC_NAME_LENGTH)
    except InvalidName as exc:
        raise InvalidMetric(exc.message, exc.hint) from exc


def check_value(what: str, value: str, longest: int) -> str:
    """Return a value that is not longer than it may be.

    Raises:
        InvalidName: It is.
    """
    if len(value) > longest:
        raise InvalidName(f"The {what} has {len(value)} characters.", f"Use at most {longest}.")
    return value


@functools.lru_cache(maxsize=4096)
def mlflow_key(name: str, column: str | None = None) -> str:
    """Return the key under which MLflow sees a series, at most 250 characters.

    A table's column is `<table>/<column>`. Characters illegal in MLflow become `_`, path parts that MLflow
    refuses (empty, `.`, `..`) are replaced, and a key too long is cut and given a hash of the whole.

    Args:
        name: The metric's name.
        column: A table's column; None for metrics of one column.
    """
    key = name if column is None else f"{name}/{column}"
    legal = "/".join(_path_part(part) for part in _ILLEGAL_IN_MLFLOW.sub("_", key).split("/"))
    if len(legal) <= limits.KEY_LENGTH:
        return legal
    digest = hashlib.sha256(key.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{legal[: limits.KEY_LENGTH - _HASH_LENGTH - 1].rstrip('/')}-{digest}"


def column_keys(name: str) -> tuple[str, str]:
    """Return the least and the greatest MLflow key that a column of a table may have; other metrics' lie there too."""
    start = f"{mlflow_key(name)}/"[: limits.KEY_LENGTH - _HASH_LENGTH - 3]  # keys that are cut are so far the same
    return start, f"{start}\U0010ffff"


def _path_part(part: str) -> str:
    if part in ("", ".", ".."):
        return "_" * max(1, len(part))
    return f"__{part[2:]}" if part.startswith("..") else part


def _check_text(what: str, text: str, longest: int) -> str:
    if not isinstance(text, str):
        raise InvalidName(f"Invalid {what}: {text!r} is of type {type(text).__name__}.", "Pass a string.")
    if not text.strip():
        raise InvalidName(f"Invalid {what}: {text!r} is empty.", f"Use 1 to {longest} printable characters.")
    if _NOT_PRINTABLE.search(text):
        raise InvalidName(f"Invalid {what}: {text!r} has control characters.", "Use printable characters.")
    if len(text) > longest:
        raise InvalidName(f"Invalid {what}: {text[:60]!r}… has {len(text)} characters.", f"Use at most {longest}.")
    return text
