"""Taking turns and reading the clock."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

Turn = Callable[[], list[float]]
"""One target's part in a round; returns what it measured."""


def seconds(call: Callable[..., Any], *arguments: Any) -> float:
    """Return how long one call takes."""
    began = perf_counter()
    call(*arguments)
    return perf_counter() - began


def once(call: Callable[[], Any]) -> Turn:
    """Return a turn of one timed call."""
    return lambda: [seconds(call)]


def take_turns(turns: Mapping[str, Turn], rounds: int, budget_s: float) -> dict[str, list[float]]:
    """Let every target measure once a round, each round beginning with another, and return what each measured.

    Args:
        turns: The targets' turns by name.
        rounds: How many.
        budget_s: A target that has spent this much gets no further turn.
    """
    names = list(turns)
    found: dict[str, list[float]] = {name: [] for name in names}
    spent = dict.fromkeys(names, 0.0)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            if spent[name] < budget_s:
                gc.collect()
                began = perf_counter()
                found[name] += turns[name]()
                spent[name] += perf_counter() - began
    return found
