"""Why a run fails, as text."""

from __future__ import annotations

import traceback

from mlflow_ws_plugin.records import limits
from mlflow_ws_plugin.records.notes import readable


def described(details: str | BaseException | None, code: str | None = None) -> str | None:
    """Return the end of a sentence, or of an exception's traceback: what is kept; None where there is nothing."""
    if isinstance(details, BaseException):
        details = "".join(traceback.format_exception(details)).rstrip()
    text = ": ".join(str(part) for part in (code, details) if part)
    return readable(text)[-limits.ERROR_LENGTH :] or None
