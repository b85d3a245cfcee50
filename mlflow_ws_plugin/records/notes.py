"""Notes on a run or experiment, as text: tags, properties and parameters."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_ws_plugin.errors import InvalidInput
from mlflow_ws_plugin.records.names import check_key, check_value


def readable(text: str) -> str:
    r"""Return a text in which bytes that are no UTF-8, as in names of files, are shown as `\udcff`."""
    return text.encode(errors="backslashreplace").decode()


def as_text(what: str, values: Mapping[str, object], longest: int) -> dict[str, str]:
    """Return values as they are recorded: `str(value)`, and None as `""`.

    Args:
        what: What they are, for messages: `"tag"`.
        values: By keys of 1–250 printable characters.
        longest: Characters a value may have.

    Raises:
        InvalidInput: There is no dict.
        InvalidName: A key or value is not legal.
    """
    if not isinstance(values, Mapping):
        raise InvalidInput(f"{values!r} is no dict.", f"Pass each {what} by its key: {{'key': 'value'}}.")
    texts = {check_key(what, key): "" if value is None else str(value) for key, value in values.items()}
    for key, text in texts.items():
        check_value(f"value of {what} {key!r}", text, longest)
    return texts
