"""Values of metrics, as callers give them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from mlflow_ws_plugin.errors import InvalidMetric
from mlflow_ws_plugin.records.metric import Cell, ColumnType, cell_of, is_exact, restored, stored, type_of, widened

INT, DOUBLE, STRING, BOOL = ColumnType.INT, ColumnType.DOUBLE, ColumnType.STRING, ColumnType.BOOL


@pytest.mark.parametrize(
    ("value", "cell", "type_"),
    [
        (0.5, 0.5, DOUBLE),
        (7, 7, INT),
        (True, True, BOOL),
        ("text", "text", STRING),
        (np.float32(0.5), 0.5, DOUBLE),
        (np.int64(7), 7, INT),
        (np.uint64(7), 7, INT),
        (np.bool_(True), True, BOOL),
        (np.array(0.25), 0.25, DOUBLE),
        (torch.tensor(0.25), 0.25, DOUBLE),
        (torch.tensor(3), 3, INT),
        (math.inf, math.inf, DOUBLE),
        (2**70, 2**70, INT),
    ],
)
def test_a_scalar_of_any_library_is_a_plain_one(value: object, cell: Cell, type_: ColumnType) -> None:
    found = cell_of("m", value)
    assert (found, type_of(found)) == (cell, type_)
    assert type(found) is type(cell)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([1, 2], "log_list"),
        (np.zeros(3), "log_list"),
        (torch.zeros(1), "log_list"),
        ((1,), "log_list"),
        ({"a": 1}, "log_table"),
        (None, "NoneType"),
        (1 + 2j, "complex"),
        (object(), "object"),
        ("x" * 70_000, "70000 characters"),
        (2**1030, "1031 bits"),
    ],
)
def test_what_is_no_scalar_is_refused_with_the_right_call(value: object, says: str) -> None:
    with pytest.raises(InvalidMetric, match=says):
        cell_of("m", value)


@pytest.mark.parametrize("value", [0.5, -1.0, math.inf, -math.inf, math.nan])
def test_a_double_comes_back_as_it_was(value: float) -> None:
    assert restored(*stored(value), DOUBLE) == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("old", "new", "type_"), [(INT, DOUBLE, DOUBLE), (DOUBLE, INT, DOUBLE), (BOOL, INT, INT), (BOOL, DOUBLE, DOUBLE)]
)
def test_numbers_widen(old: ColumnType, new: ColumnType, type_: ColumnType) -> None:
    assert widened("m", old, new) == type_


@pytest.mark.parametrize(("old", "new"), [(INT, STRING), (STRING, DOUBLE), (BOOL, STRING)])
def test_text_and_numbers_do_not_mix(old: ColumnType, new: ColumnType) -> None:
    with pytest.raises(InvalidMetric, match="another name"):
        widened("m", old, new)


@pytest.mark.parametrize(("cell", "exact"), [(2**53, True), (2**53 + 1, False), (-(2**53) - 1, False), (0.1, True)])
def test_integers_beyond_2_to_the_53_are_not_exact_as_doubles(cell: Cell, exact: bool) -> None:
    assert is_exact(cell) is exact
