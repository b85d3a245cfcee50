"""In which ways a field of an entity can be compared between the sides, and rows that say it of each field."""

from __future__ import annotations

SAME = "same"
ANY_ORDER = "same, in any order"
ID = "kind of id"
TIME = "time"
LOCATION = "location"


class Ignored(str):
    """Why a field is not compared."""


NO_WORKSPACES = Ignored("MLflow's own, different notion of workspaces")


def row(same: str = "", *, ids: str = "", times: str = "", any_order: str = "", **ignored: Ignored) -> dict[str, str]:
    """Return how each field of an entity is compared.

    Args:
        same: Names of the fields that are the same on both sides, with spaces between them.
        ids: Those that hold an id made by the store.
        times: Those that hold the time of the call.
        any_order: Those that hold several things in no certain order.
        ignored: Those that are not compared, and why.
    """
    named = ((SAME, same), (ID, ids), (TIME, times), (ANY_ORDER, any_order))
    return {field: how for how, fields in named for field in fields.split()} | dict(ignored)
