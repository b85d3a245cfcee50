"""Python's garbage collector, held off while many small results are made.

It would walk all of them again and again and find nothing to free: half of the time it takes to read a million points.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Collect nothing within the block, in any thread, unless it was so before."""
    was_on = gc.isenabled()
    gc.disable()
    if was_on:
        _held_off.append(True)
    try:
        yield
    finally:
        if was_on:
            _held_off.clear()
            gc.enable()


_held_off: list[bool] = []
"""Not empty while a block here holds it off."""


def _collect_again() -> None:
    """A child forked in the middle of such a block has no thread that would end it."""
    if _held_off:
        _held_off.clear()
        gc.enable()


os.register_at_fork(after_in_child=_collect_again)
