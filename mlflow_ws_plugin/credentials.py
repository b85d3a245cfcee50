"""The secret by which a workspace's server knows this user: from the environment, or from a file only they can read."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.errors import InvalidCredentials

_LEGAL = re.compile(r"[A-Za-z0-9._~+/=\-]+")
"""The characters of a bearer token (RFC 6750, section 2.1)."""


def token() -> str:
    """Return the token in force: `MLWS_TOKEN`, or what is in the file that `MLWS_TOKEN_FILE` names.

    Raises:
        InvalidCredentials: There is none, others may read the file, or it holds what is no token.
    """
    given = settings.TOKEN.get()
    return _checked(given, settings.TOKEN.name) if given else _of_file(Path(settings.TOKEN_FILE.get()).expanduser())


def _of_file(path: Path) -> str:
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8", errors="replace")
    except OSError as exc:
        raise InvalidCredentials(
            f"There is no token: {settings.TOKEN.name} is not set, and {path} cannot be read: {exc.strerror}.",
            f"Set {settings.TOKEN.name}, or write the token into that file and run chmod 600 on it.",
        ) from exc
    if stat.S_IMODE(mode) & 0o077:
        raise InvalidCredentials(
            f"Others may read {path}: its mode is {stat.S_IMODE(mode):o}.",
            f"Run chmod 600 {path}, and renew the token.",
        )
    return _checked(text.strip(), str(path))


def _checked(text: str, place: str) -> str:
    """Return a token. What is none is not shown: it may be a secret all the same."""
    if not _LEGAL.fullmatch(text):
        raise InvalidCredentials(
            f"{place} holds no token: it is empty, or has characters that a token has not.", "Copy the token again."
        )
    return text
