"""Translating in and out again gives what was there."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from mlflow.entities import Metric

from mlflow_ws_plugin.plugin import batch, translate
from mlflow_ws_plugin.records.experiment import ExperimentRecord
from mlflow_ws_plugin.records.run import Dataset, DatasetUse

TEXT = st.text(max_size=20)
STEPS = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.floats(allow_infinity=False)
LARGEST = 1.7976931348623157e308


@given(st.lists(st.tuples(STEPS, st.integers(0, 2**62), NUMBERS), min_size=1, max_size=20))
def test_points_come_back_as_the_metrics_they_were(points: list[tuple[int, int, float]]) -> None:
    metrics = [Metric("m", value, ts, step) for step, ts, value in points]
    (write,) = batch.scalars_from_mlflow(metrics)
    back = translate.points_to_mlflow(write.mlflow_key, write.points)
    assert [(m.key, m.timestamp, m.step) for m in back] == [(m.key, m.timestamp, m.step) for m in metrics]
    for old, new in zip(metrics, back, strict=True):
        assert new.value == old.value or (math.isnan(new.value) and math.isnan(old.value))


@given(st.sampled_from([math.inf, -math.inf]))
def test_infinities_are_kept_and_shown_as_the_largest_doubles(value: float) -> None:
    write = batch.scalar_from_mlflow(Metric("m", value, 1, 0))
    assert write.points == [(0, 1, value, 0)]
    (shown,) = translate.points_to_mlflow("m", write.points)
    assert shown.value == math.copysign(LARGEST, value)


@given(st.lists(st.tuples(st.sampled_from("abc"), NUMBERS), max_size=20))
def test_a_batch_becomes_one_write_a_key_in_order(given_metrics: list[tuple[str, float]]) -> None:
    metrics = [Metric(key, value, 1, step) for step, (key, value) in enumerate(given_metrics)]
    writes = batch.scalars_from_mlflow(metrics)
    assert [write.mlflow_key for write in writes] == list(dict.fromkeys(key for key, _ in given_metrics))
    assert sorted(row[0] for write in writes for row in write.points) == list(range(len(metrics)))


DATASETS = st.builds(
    DatasetUse,
    st.builds(Dataset, TEXT, TEXT, TEXT, TEXT, st.none() | TEXT, st.none() | TEXT),
    st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
)


@given(DATASETS)
def test_a_dataset_comes_back_as_it_was(use: DatasetUse) -> None:
    (shown,) = translate.datasets_to_mlflow([use])
    assert translate.dataset_from_mlflow(shown) == use


@given(st.dictionaries(TEXT, TEXT, max_size=3), st.text("ab /%#?é", min_size=1))
def test_an_experiment_is_shown_whole(tags: dict[str, str], location: str) -> None:
    record = ExperimentRecord("7", "name", f"x{location}", "active", 1, 2, tags)
    shown = translate.experiment_to_mlflow(record, "file:///root")
    assert (shown.experiment_id, shown.name, shown.tags, shown.creation_time) == ("7", "name", tags, 1)
    assert shown.artifact_location.startswith("file:///root/x")
    assert not set(shown.artifact_location) & set(" #?é")
