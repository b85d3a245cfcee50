"""Where files are: artifact locations, as URIs or relative to the workspace, and names of files within a run."""

from __future__ import annotations

import hashlib
import posixpath
import re

from mlflow_ws_plugin.errors import InvalidName

RUN_FOLDER = "artifacts"
MODELS_FOLDER = "models"

_PART_BYTES = 120
"""Of 255 that a file system allows; the rest is for what comes after a key."""
_HASH_LENGTH = 8

_URI = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]*:")


def is_relative(location: str) -> bool:
    """Tell whether a location is within the workspace, and so moves with it."""
    return not _URI.match(location) and not location.startswith("/")


def below(location: str, *parts: str) -> str:
    """Return a place below a location; a URI's query and fragment stay at the end."""
    if is_relative(location):
        return posixpath.join(location, *parts)
    match = re.match(r"([^?#]*)(.*)", location, re.DOTALL)
    assert match is not None  # the pattern matches every text
    return posixpath.join(match[1], *parts) + match[2]


def of_run(experiment_location: str, run_id: str) -> str:
    """Return where a run's files are."""
    return below(experiment_location, run_id, RUN_FOLDER)


def of_model(experiment_location: str, model_id: str) -> str:
    """Return where a logged model's files are."""
    return below(experiment_location, MODELS_FOLDER, model_id, RUN_FOLDER)


def check_file_name(name: str) -> str:
    r"""Return a file's name within its run in normal form: `./a//b` and `a\b` are `a/b`.

    Raises:
        InvalidName: It is no text, empty, absolute, or leads out of the run.
    """
    if not isinstance(name, str):
        raise InvalidName(f"{name!r} is not the name of a file of a run.", "Pass a string.")
    try:
        name.encode(errors="surrogateescape")  # as names on disk are, which need not be UTF-8
    except UnicodeEncodeError as exc:
        raise InvalidName(f"{name!r} is not the name of a file of a run.", "Leave out lone surrogates.") from exc
    normal = posixpath.normpath(name.replace("\\", "/"))
    if not name or normal == "." or normal.startswith("/") or ".." in normal.split("/") or "\0" in name:
        raise InvalidName(f"{name!r} is not the name of a file of a run.", "Use a relative path without '..'.")
    return normal


def part_of(key: str) -> str:
    """Return an MLflow key as one part of a file name, at most 120 bytes: `/` is `~`, as in MLflow's images."""
    flat = key.replace("/", "~").replace(":", "_")
    data = flat.encode()
    if len(data) <= _PART_BYTES:
        return flat
    digest = hashlib.sha256(data).hexdigest()[:_HASH_LENGTH]
    return f"{data[: _PART_BYTES - _HASH_LENGTH - 1].decode(errors='ignore')}-{digest}"
