"""The comparison itself: it must fail where it has no rule, and see every difference."""

from __future__ import annotations

import math
from typing import Any

import pytest
from mlflow import entities
from mlflow.store.entities.paged_list import PagedList

from . import policy, rules
from .pair import Pair, require_same

described = policy.Described(str)


class Grown(entities.Param):
    """An entity of a newer MLflow."""

    def __init__(self) -> None:
        super().__init__("k", "v")
        self.color = "red"


def test_an_entity_without_a_row_fails() -> None:
    with pytest.raises(AssertionError, match="no row for Param"):
        described(entities.Param("k", "v"))


def test_a_field_without_a_row_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(policy.POLICY, Grown, {"key": rules.SAME, "value": rules.SAME})
    with pytest.raises(AssertionError, match=r"no row for Grown.\['color'\]"):
        described(Grown())


ROWS = {entity.__name__: row for entity, row in policy.POLICY.items()} | policy.DELEGATED


@pytest.mark.parametrize("entity", ROWS)
def test_every_row_says_how_each_field_is_compared(entity: str) -> None:
    known = (rules.SAME, rules.ANY_ORDER, rules.ID, rules.TIME, rules.LOCATION)
    assert all(how in known or isinstance(how, rules.Ignored) for how in ROWS[entity].values())


@pytest.mark.parametrize(
    ("judged", "ours"),
    [
        (1, 1.0),
        (1, True),
        (0.0, math.nan),
        ("1", 1),
        (None, ""),
        (None, []),
        ([1], (1,)),
        ([1, 2], [2, 1]),
        (entities.InputTag("k", "1"), entities.InputTag("k", "2")),
        (PagedList([1], "token"), PagedList([1], None)),
        ({"a": 1}, {"a": 1, "b": 2}),
    ],
)
def test_a_difference_is_seen(judged: Any, ours: Any) -> None:
    with pytest.raises(AssertionError, match="ours differs"):
        require_same(described(judged), described(ours))


def test_nan_is_the_same_as_nan() -> None:
    require_same(described([math.nan]), described([math.nan]))


def test_a_call_that_only_one_refuses_is_seen(pair: Pair) -> None:
    pair.judge.store.delete_experiment("0")
    with pytest.raises(AssertionError, match="lifecycle_stage: judge 'deleted'; ours 'active'"):
        pair.agrees("get_experiment", "0")
