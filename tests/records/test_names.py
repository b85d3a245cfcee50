"""Names and the keys MLflow sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.utils.validation import _validate_metric_name

from mlflow_ws_plugin.errors import InvalidMetric, InvalidName
from mlflow_ws_plugin.records import names

NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=250).filter(str.strip)


@given(NAMES, st.none() | NAMES)
def test_mlflow_accepts_the_key_of_every_legal_metric(name: str, column: str | None) -> None:
    key = names.mlflow_key(name, column)
    _validate_metric_name(key)
    assert 1 <= len(key) <= 250


@pytest.mark.parametrize("name", ["loss", "val/loss", "a b", "x-y_z.1:2"])
def test_a_name_that_mlflow_accepts_is_its_own_key(name: str) -> None:
    assert names.mlflow_key(name) == name


def test_a_column_is_below_its_table() -> None:
    assert names.mlflow_key("wave", "sine") == "wave/sine"


def test_long_names_that_begin_alike_have_different_keys() -> None:
    assert names.mlflow_key("a" * 250, "x") != names.mlflow_key("a" * 250, "y")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\0", "a" * 251, 5, None])
def test_an_illegal_metric_name_is_refused(name: object) -> None:
    with pytest.raises(InvalidMetric):
        names.check_metric_name(name)  # type: ignore[arg-type]


@pytest.mark.parametrize("run_id", ["", "-a", "a/b", "../a", "a b", "a" * 257, "a\n", None])
def test_an_illegal_run_id_is_refused(run_id: object) -> None:
    with pytest.raises(InvalidName):
        names.check_run_id(run_id)  # type: ignore[arg-type]


@pytest.mark.parametrize("run_id", ["a", "0" * 32, "digits_1700000000_0a1b2c3d", "a" * 256])
def test_a_legal_run_id_is_returned(run_id: str) -> None:
    assert names.check_run_id(run_id) == run_id
