"""The schemas of the chart metrics."""

from __future__ import annotations

import copy
import json
import math
import re
from typing import Any

import numpy as np
import pytest
import torch

from mlflow_ws_plugin.errors import InvalidMetric
from mlflow_ws_plugin.records import charts
from mlflow_ws_plugin.records.metric import Kind

# the examples of Microsoft's page "Migrate logging from SDK v1 to MLflow", as printed there
PUBLISHED = {
    Kind.ACCURACY_TABLE: '{"schema_type": "accuracy_table", "schema_version": "v1", "data": {"probability_tables": '
    "[[[114311, 385689, 0, 0], [0, 0, 385689, 114311]], [[67998, 432002, 0, 0], [0, 0, "
    '432002, 67998]]], "percentile_tables": [[[114311, 385689, 0, 0], [1, 0, 385689, '
    '114310]], [[67998, 432002, 0, 0], [1, 0, 432002, 67997]]], "class_labels": ["0", "1"], '
    '"probability_thresholds": [0.52], "percentile_thresholds": [0.09]}}',
    Kind.CONFUSION_MATRIX: '{"schema_type": "confusion_matrix", "schema_version": "v1", "data": {"class_labels": '
    '["0", "1", "2", "3"], "matrix": [[3, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1]]}}',
    Kind.PREDICTIONS: '{"schema_type": "predictions", "schema_version": "v1", "data": {"bin_averages": [0.25,'
    ' 0.75], "bin_errors": [0.013, 0.042], "bin_counts": [56, 34], "bin_edges": [0.0, 0.5, 1.0]}}',
    Kind.RESIDUALS: '{"schema_type": "residuals", "schema_version": "v1", "data": {"bin_edges": [100, 200, 300], '
    '"bin_counts": [0.88, 20, 30, 50.99]}}',
}
MATRIX, TABLE, RESIDUALS, PREDICTIONS = (
    Kind.CONFUSION_MATRIX,
    Kind.ACCURACY_TABLE,
    Kind.RESIDUALS,
    Kind.PREDICTIONS,
)


def changed(kind: Kind, **data: Any) -> dict[str, Any]:
    """Return a published example with some fields of its data replaced; None removes one."""
    value = json.loads(PUBLISHED[kind])
    value["data"] = {key: one for key, one in (value["data"] | data).items() if one is not None}
    return value


@pytest.mark.parametrize("kind", PUBLISHED)
def test_the_published_examples_are_legal_as_text_and_as_dicts(kind: Kind) -> None:
    text = PUBLISHED[kind]
    expected = json.loads(text)
    assert charts.checked(kind, "m", text) == expected
    assert charts.checked(kind, "m", text.encode()) == expected
    assert charts.checked(kind, "m", expected) == expected


@pytest.mark.parametrize("version", charts.VERSIONS)
def test_every_version_that_was_published_is_known(version: str) -> None:
    assert charts.checked(MATRIX, "m", changed(MATRIX) | {"schema_version": version})["schema_version"] == version


def test_arrays_and_tensors_are_lists() -> None:
    value = changed(
        MATRIX, class_labels=np.array(["a", "b"]), matrix=[np.array([1, 2]), torch.tensor([0.5, 0])], note=np.int64(3)
    )
    assert charts.checked(MATRIX, "m", value)["data"] == {
        "class_labels": ["a", "b"],
        "matrix": [[1, 2], [0.5, 0]],
        "note": 3,
    }


def test_labels_become_text() -> None:
    value = changed(MATRIX, class_labels=np.arange(2), matrix=np.eye(2))
    assert charts.checked(MATRIX, "m", value)["data"]["class_labels"] == ["0", "1"]  # type: ignore[index]


def test_the_histogram_of_numpy_is_legal() -> None:
    counts, edges = np.histogram(np.linspace(-1, 1, 50), bins=5)
    value = changed(RESIDUALS, bin_edges=edges, bin_counts=counts)
    assert charts.checked(RESIDUALS, "m", value)["data"] == {"bin_edges": edges.tolist(), "bin_counts": [10] * 5}


def test_an_empty_bin_has_no_average() -> None:
    value = changed(PREDICTIONS, bin_averages=[math.nan, 0.5], bin_errors=[None, np.nan], more={"x": [math.nan]})
    data: Any = charts.checked(PREDICTIONS, "m", value)["data"]
    assert (data["bin_averages"], data["bin_errors"], data["more"]) == ([None, 0.5], [None, None], {"x": [None]})


def test_a_table_may_have_as_many_counts_as_thresholds() -> None:
    value = changed(TABLE, probability_thresholds=[0.1, 0.5])
    assert charts.checked(TABLE, "m", value)


def test_what_was_passed_is_not_changed() -> None:
    value = changed(MATRIX)
    before = copy.deepcopy(value)
    charts.checked(MATRIX, "m", value)
    assert value == before


COUNTS = [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        (MATRIX, '{"data": }', "not JSON at line 1, column 10"),
        (MATRIX, b"\xff", "not JSON"),
        (MATRIX, "[" * 100_000, "nested too deep"),
        (MATRIX, "[]", "[] is not a dict"),
        (MATRIX, None, "None is not a dict"),
        (MATRIX, {}, "schema_type is missing. It has nothing"),
        (MATRIX, changed(TABLE), "schema_type is 'accuracy_table'. Use 'confusion_matrix'"),
        (MATRIX, {"schema_type": "confusion_matrix"}, "schema_version is missing. It has 'schema_type'"),
        (MATRIX, changed(MATRIX) | {"schema_version": "2.0"}, "'2.0'. Use 'v1' or '1.0.0' or '1.0.1'"),
        (MATRIX, changed(MATRIX) | {"schema_version": np.eye(2)}, "schema_version is array"),
        (MATRIX, changed(MATRIX) | {"data": [1]}, "data is [1], not a dict. It has class_labels, matrix"),
        (MATRIX, changed(MATRIX) | {"extra": object()}, "extra is <object"),
        (MATRIX, changed(MATRIX, extra={"a": [math.inf]}), "data.extra.a[0] is inf"),
        (MATRIX, changed(MATRIX, matrix=None), "data.matrix is missing. It has 'class_labels'"),
        (MATRIX, changed(MATRIX, class_labels=[]), "data.class_labels is empty"),
        (MATRIX, changed(MATRIX, class_labels="ab"), "data.class_labels is 'ab', not a list"),
        (MATRIX, changed(MATRIX, class_labels=["a", None]), "data.class_labels[1] is None, not a label"),
        (MATRIX, changed(MATRIX, matrix=[COUNTS] * 3), "data.matrix has 3 entries, class_labels has 4"),
        (MATRIX, changed(MATRIX, matrix=[COUNTS, COUNTS, [1, 2, 3], COUNTS]), "data.matrix[2] has 3 entries"),
        (MATRIX, changed(MATRIX, matrix=[COUNTS, COUNTS, 5, COUNTS]), "data.matrix[2] is 5, not a list"),
        (MATRIX, changed(MATRIX, matrix=[[1, 2, 3, "x"]] * 4), "data.matrix[0][3] is 'x', not a number"),
        (MATRIX, changed(MATRIX, matrix=[[1, 2, True, 4]] * 4), "data.matrix[0][2] is True, not a number"),
        (MATRIX, changed(MATRIX, matrix=[[1, math.nan, 3, 4]] * 4), "data.matrix[0][1] is nan, not a number"),
        (MATRIX, changed(MATRIX, matrix=[[1, 2, 3, -4]] * 4), "data.matrix[0][3] is -4, a negative count"),
        (MATRIX, changed(MATRIX, matrix=[[10**400, 2, 3, 4]] * 4), "data.matrix[0][0] is 1000"),
        (TABLE, changed(TABLE, percentile_tables=[[COUNTS] * 2]), "percentile_tables has 1 entry, class_labels has 2"),
        (TABLE, changed(TABLE, probability_tables=[[COUNTS]] * 3), "probability_tables has 3 entries"),
        (
            TABLE,
            changed(TABLE, probability_tables=[[COUNTS] * 3] * 2),
            "probability_tables[0] has 3 entries, which probability_thresholds allows 1 or 2 of",
        ),
        (TABLE, changed(TABLE, probability_tables=[[COUNTS] * 2, [COUNTS]]), "probability_tables[1] has 1 entry"),
        (TABLE, changed(TABLE, probability_tables=[[[1, 2, 3]]] * 2), "probability_tables[0][0] has 3 entries, not 4"),
        (TABLE, changed(TABLE, probability_thresholds=["x"]), "data.probability_thresholds[0] is 'x'"),
        (RESIDUALS, changed(RESIDUALS, bin_counts=[1]), "data.bin_counts has 1 entry, which bin_edges allows 2 or 4"),
        (RESIDUALS, changed(RESIDUALS, bin_edges=[1, 0, 2]), "data.bin_edges[1] is 0, less than the one before"),
        (RESIDUALS, changed(RESIDUALS, bin_edges=[0, math.inf]), "data.bin_edges[1] is inf"),
        (PREDICTIONS, changed(PREDICTIONS, bin_errors=[1]), "data.bin_errors has 1 entry, bin_counts has 2"),
        (PREDICTIONS, changed(PREDICTIONS, bin_averages=[1, "x"]), "data.bin_averages[1] is 'x'"),
    ],
)
def test_what_is_not_legal_is_refused_by_the_name_of_its_field(kind: Kind, value: Any, says: str) -> None:
    with pytest.raises(InvalidMetric, match=re.escape(says)) as caught:
        charts.checked(kind, "m", value)
    assert str(caught.value).startswith(f"{kind.value.replace('_', ' ').capitalize()} 'm': ")
    assert caught.value.hint or "entr" in says
