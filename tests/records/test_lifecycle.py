"""States, native transitions and MLflow's status."""

from __future__ import annotations

import itertools

import pytest

from mlflow_ws_plugin.errors import IllegalTransition
from mlflow_ws_plugin.records.lifecycle import (
    PLAIN_STATE,
    STATUS,
    TERMINAL,
    TRANSITIONS,
    State,
    transition,
    with_status,
)


def test_every_state_has_a_row_in_every_table() -> None:
    assert set(TRANSITIONS) == set(STATUS) == set(State)
    assert set(PLAIN_STATE) == set(STATUS.values())
    assert all(not TRANSITIONS[state] for state in TERMINAL)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(State, State)), ids=str)
def test_a_transition_is_allowed_if_the_table_says_so(old: State, new: State) -> None:
    if new == old or new in TRANSITIONS[old]:
        assert transition("r", old, new) == new
        return
    with pytest.raises(IllegalTransition, match=f"Run r is {old} and cannot become {new}"):
        transition("r", old, new)


@pytest.mark.parametrize(("state", "status"), list(itertools.product(State, PLAIN_STATE)), ids=str)
def test_mlflow_may_set_any_status_and_an_exact_state_of_it_stays(state: State, status: str) -> None:
    result = with_status(state, status)
    assert STATUS[result] == status
    assert result == (state if STATUS[state] == status else PLAIN_STATE[status])
