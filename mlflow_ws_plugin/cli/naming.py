"""Which run a RUN on the command line means: its id, the beginning of its id, or its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflow_ws_plugin.cli.experiments import active
from mlflow_ws_plugin.cli.records import NEWEST_FIRST
from mlflow_ws_plugin.errors import InvalidQuery, RunNotFound
from mlflow_ws_plugin.records.filters import AllOf, Comparison, Field

if TYPE_CHECKING:
    from mlflow_ws_plugin.history import RunHistory

SHORTEST = 4
"""Fewer characters are no beginning of an id."""

_WAYS = (("run_id", "LIKE", "{}%"), ("name", "=", "{}"))
_MOST_NAMED = 5


def run_id(history: RunHistory, given: str) -> str:
    """Return the id of the run that is meant; only by its whole id where it is in the bin.

    Raises:
        InvalidQuery: Several runs are meant.
        RunNotFound: None is.
    """
    try:
        return history.runs.info(given).run_id
    except RunNotFound:
        meant = _meant(history, given)
        if not meant:
            raise
    if len(meant) > 1:
        listed = ", ".join(meant[:_MOST_NAMED]) + (" …" if len(meant) > _MOST_NAMED else "")
        raise InvalidQuery(f"{given!r} may be any of {len(meant)} runs: {listed}.", "Give more of the id.")
    return meant[0]


def run_ids(history: RunHistory, given: tuple[str, ...]) -> list[str]:
    """Return the ids of the runs that are meant, each once."""
    return list(dict.fromkeys(run_id(history, one) for one in given))


def _meant(history: RunHistory, given: str) -> list[str]:
    """Return the ids of those whose id begins so; if there is none, of those of that name."""
    experiments = [int(record.id) for record in active(history)]
    for attribute, operator, pattern in _WAYS if len(given) >= SHORTEST else _WAYS[1:]:
        wanted = AllOf((Comparison(Field("attribute", attribute), operator, pattern.format(given)),))
        found = [record.info for record in history.runs.search(experiments, wanted, NEWEST_FIRST)]
        meant = [one.run_id for one in found if operator == "=" or one.run_id.startswith(given)]
        if meant:
            return meant
    return []
