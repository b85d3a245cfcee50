"""Requests of a client that knows neither MLflow nor us: JSON over HTTP, from the standard library."""

from __future__ import annotations

import contextlib
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


def ask(
    address: str, payload: Any = None, *, method: str | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """Return the answer to a request, whatever its status; with a payload it is a POST unless a method is given.

    Args:
        address: The URL.
        payload: Bytes are sent as they are, anything else as JSON.
        method: GET, POST, PUT, PATCH or DELETE.
        headers: More headers.
    """
    data = payload if isinstance(payload, bytes | None) else json.dumps(payload).encode()
    kind = {} if data is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(address, data, {**kind, **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, answer.read())
    except urllib.error.HTTPError as error:
        with contextlib.closing(error):
            return Answer(error.code, error.read())
