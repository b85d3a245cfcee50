"""What is logged natively, and what is read back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlflow_ws_plugin import MetricSummary, Run
from mlflow_ws_plugin.errors import InvalidMetric, InvalidName, MetricKeyTaken, ReservedTag

FIBONACCI = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]


def test_a_value_logged_once_is_itself_and_logged_often_a_list(run: Run) -> None:
    run.log("once", 0.5)
    for value in (1, 2, 3):
        run.log("often", value)
    assert run.get_metrics() == {"once": 0.5, "often": [1, 2, 3]}


@pytest.mark.parametrize("value", [7, 0.25, True, "text", np.int64(7), np.float32(0.25), math.inf, 2**60 + 1])
def test_a_value_comes_back_with_its_type(run: Run, value: Any) -> None:
    run.log("m", value)
    (back,) = run.get_metrics().values()
    assert back == value
    assert type(back) is type(value.item() if hasattr(value, "item") else value)


def test_nan_is_kept(run: Run) -> None:
    run.log("m", math.nan)
    run.log("m", 1.0)
    first, second = run.get_metrics()["m"]  # type: ignore[misc]
    assert math.isnan(first)
    assert second == 1.0


def test_an_integer_series_given_a_float_is_one_of_floats(run: Run) -> None:
    run.log("m", 1)
    run.log("m", 0.5)
    assert run.get_metrics() == {"m": [1.0, 0.5]}


def test_the_calls_of_the_source_page_fill_the_record(run: Run) -> None:
    run.log_list(name="Fibonacci", value=FIBONACCI)
    for i in range(-10, 10):
        run.log(name="Sigmoid", value=1 / (1 + np.exp(-i)))
    sines: dict[str, list[float]] = {"angle": [], "sine": []}
    for i in range(-10, 10):
        angle = i / 2.0
        run.log_row(name="Cosine Wave", angle=angle, cos=np.cos(angle))
        sines["angle"].append(angle)
        sines["sine"].append(np.sin(angle))
    run.log_table(name="Sine Wave", value=sines)
    metrics: Any = run.get_metrics()
    assert metrics["Fibonacci"] == FIBONACCI
    assert len(metrics["Sigmoid"]) == 20
    assert metrics["Cosine Wave"]["cos"] == [np.cos(i / 2.0) for i in range(-10, 10)]
    assert metrics["Sine Wave"] == sines


@pytest.mark.parametrize("values", [[1], [], (1, 2), range(3), iter([1, 2]), np.arange(3), [1, 0.5], ["a", "b"]])
def test_a_list_is_a_list_whatever_its_length(run: Run, values: Any) -> None:
    values = list(values)
    run.log_list("l", iter(values))
    assert run.get_metrics() == {"l": values}


def test_rows_may_bring_new_columns_and_lack_old_ones(run: Run) -> None:
    run.log_row("t", a=1, b=0.5)
    run.log_row("t", b=0.25, c="x")
    assert run.get_metrics() == {"t": {"a": [1, None], "b": [0.5, 0.25], "c": [None, "x"]}}


def test_one_row_is_a_dict_of_values(run: Run) -> None:
    run.log_row("t", x=1, y=0.4)
    assert run.get_metrics() == {"t": {"x": 1, "y": 0.4}}


def test_none_in_a_table_is_an_absent_cell_and_a_row_of_none_no_row(run: Run) -> None:
    run.log_table("t", {"a": [1, None, 3], "b": [None, None, 0.5]})
    assert run.get_metrics() == {"t": {"a": [1, 3], "b": [None, 0.5]}}


def test_what_numpy_masks_is_an_absent_cell_and_no_number(run: Run) -> None:
    masked = np.ma.masked_array([1.0, 2.0, 3.0], mask=[False, True, False])
    run.log_table("table", {"x": masked, "y": [1, 2, 3]})
    assert run.get_metrics("table")["table"]["x"] == [1.0, None, 3.0]
    for call in (lambda: run.log("x", masked[1]), lambda: run.log_list("x", masked)):
        with pytest.raises(InvalidMetric, match=r"'x' has a masked value.*filled"):
            call()


def test_a_step_may_be_given(run: Run) -> None:
    run.log("m", 3.0, step=20)
    run.log("m", 1.0, step=np.int64(10))
    run.log("m", 4.0)
    assert run.get_metrics() == {"m": [1.0, 3.0, 4.0]}
    assert run.get_metric_summaries()["m"] == MetricSummary(3, 4.0, 21, 1.0, 4.0)


def test_one_metric_can_be_asked_for(run: Run) -> None:
    run.log("a", 1)
    run.log("b", 2)
    assert run.get_metrics("b") == {"b": 2}
    assert run.get_metrics("nothing") == {}


def test_a_table_of_a_thousand_rows_and_fifteen_columns_is_read_back(run: Run) -> None:
    table = {f"column {number}": [number + row / 8 for row in range(1000)] for number in range(15)}
    run.log_table("wide", table)
    assert run.get_metrics() == {"wide": table}


@pytest.mark.parametrize(
    "name", ["t", "t (°)", "a//b", "/", "..", "t" * 239, "t" * 240, "t" * 241, "t/" * 125, "é" * 250]
)
@pytest.mark.parametrize("column", ["x", "/", "x" * 250])
def test_a_table_is_known_by_its_name_however_long_it_is(run: Run, name: str, column: str) -> None:
    run.log(f"{name[:240]}-", 1)
    run.log_row(name, **{column: 1})
    run.log_row(name, **{column: 2, "y": 3})
    with pytest.raises(MetricKeyTaken, match="is a table already"):
        run.log(name, 1)
    assert run.get_metrics(name) == {name: {column: [1, 2], "y": [None, 3]}}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda run: run.log("m", [1, 2]), "log_list"),
        (lambda run: run.log("m", {"a": 1}), "log_table"),
        (lambda run: run.log("m", None), "None"),
        (lambda run: run.log("", 1), "''"),
        (lambda run: run.log("m" * 251, 1), "251 characters"),
        (lambda run: run.log("m", 1, step=0.5), "0.5"),
        (lambda run: run.log("m", 1, step=2**63), "64-bit"),
        (lambda run: run.log("m", 1, 5), "5"),
        (lambda run: run.log_list("m", "text"), "'text'"),
        (lambda run: run.log_list("m", 5), "given 5"),
        (lambda run: run.log_list("m", [[1]]), "single values"),
        (lambda run: run.log_list("m", np.array(5)), r"array\(5\)"),
        (lambda run: run.log_list("m", pd.DataFrame({"x": [1]})), "list of numbers"),
        (lambda run: run.log_list("m", [1, "a"]), "string"),
        (lambda run: run.log_row("t"), "no cells"),
        (lambda run: run.log_row("t", {"a": 1}), "by name"),
        (lambda run: run.log_row("t", a=[1, [2]]), "sequence|length"),
        (lambda run: run.log_table("t", {}), "no columns"),
        (lambda run: run.log_table("t", [1]), "Row 0"),
        (lambda run: run.log_table("t", {"a": [1], "b": [1, 2]}), "'a' has 1, 'b' has 2"),
        (lambda run: run.log_table("t", {"a": [1], "b": [{}]}), "'t/b' cannot be the mapping"),
        (lambda run: run.log_table("t", {"a": [1, 2], "b": [1, "x"]}), "'t/b' holds values of type int"),
        (lambda run: run.log_table("t", pd.DataFrame({"a": [1.5]}).to_dict()), r"Column 'a' .* \{0: 1.5\}"),
        (lambda run: run.log_table("t", pd.DataFrame([[1, 2]], columns=["a", "a"])), "2 columns 'a'"),
        (lambda run: run.log_table("t", pd.DataFrame([[1, 2]], columns=[1, "1"])), "2 columns '1'"),
        (lambda run: run.log_table("t", {str(i): [1] for i in range(1001)}), "1001 columns"),
    ],
)
def test_bad_input_is_refused_at_the_call_and_nothing_is_written(run: Run, call: Any, says: str) -> None:
    with pytest.raises(InvalidMetric, match=says):
        call(run)
    assert run.get_metrics() == {}


def test_two_metrics_cannot_share_the_key_that_mlflow_sees(run: Run) -> None:
    run.log_row("t", a=1)
    with pytest.raises(MetricKeyTaken):
        run.log("t/a", 1)
    with pytest.raises(MetricKeyTaken):
        run.log("t", 1)
    run.log("m", 1)
    with pytest.raises(MetricKeyTaken):
        run.log_row("m", a=1)
    assert run.get_metrics() == {"t": {"a": 1}, "m": 1}


def test_a_tag_is_text(run: Run) -> None:
    run.tag("a", 5)
    run.tag("b")
    assert run.tags == {"a": "5", "b": ""}


def test_a_bad_tag_is_refused(run: Run) -> None:
    for key, value, error in (("", "x", InvalidName), ("a", "x" * 8001, InvalidName), ("mlws.state", "x", ReservedTag)):
        with pytest.raises(error):
            run.tag(key, value)
    assert run.tags == {}


def test_the_latest_text_is_the_one_at_the_greatest_step(run: Run) -> None:
    run.log("t", "a", step=10)
    run.log("t", "b", step=5)
    assert run._history.runs.get(run.id).texts == {"t": "a"}
    run.log("t", "c")
    assert run.get_metrics() == {"t": ["b", "a", "c"]}
    assert run._history.metrics.series(run.id)[0].last_step == 11


def test_large_and_small_integers_at_one_step_stay_apart(run: Run) -> None:
    run.log("n", 2**60 + 1, step=0)
    run.log("n", 7, step=0)
    assert sorted(run.get_metrics()["n"]) == [7, 2**60 + 1]  # type: ignore[call-overload]


def test_what_is_empty_takes_the_type_of_what_comes_first(run: Run) -> None:
    run.log_row("t", a=1, b=None)
    run.log_row("t", a=2, b="x")
    run.log_list("l", [])
    run.log_list("l", ["a"])
    assert run.get_metrics() == {"t": {"a": [1, 2], "b": [None, "x"]}, "l": ["a"]}


def test_two_columns_cannot_share_the_key_that_mlflow_sees(run: Run) -> None:
    with pytest.raises(MetricKeyTaken, match=r"'u/a_' as 'u/a_', which metric 'u/a\?'"):
        run.log_row("u", **{"a?": 1, "a_": 2})
    assert run.get_metrics() == {}
