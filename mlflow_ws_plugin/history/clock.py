"""The time, as the record keeps it."""

from __future__ import annotations

import time


def now_ms() -> int:
    """Return milliseconds UTC since 1970."""
    return int(time.time() * 1000)
