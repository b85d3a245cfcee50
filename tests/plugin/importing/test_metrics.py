"""Points on their way: in blocks that end between moments, and a page at a time."""

from __future__ import annotations

import tracemalloc
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow import MlflowClient
from mlflow.entities import Metric

from mlflow_ws_plugin.plugin.importing import source
from mlflow_ws_plugin.plugin.importing.metrics import Disordered, whole_moments
from mlflow_ws_plugin.plugin.importing.moving import move
from tests.plugin.importing.everything import everything

IN_TIME = itemgetter(1, 0, 2, 3)
rows = st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from([0.0, 1.0]), st.integers(0, 1))


def in_pages(points: list[source.PointRow], size: int) -> list[list[source.PointRow]]:
    """Return points in pages of a size."""
    return [points[at : at + size] for at in range(0, len(points), size)]


@given(st.lists(rows), st.integers(1, 7))
def test_blocks_have_every_point_once_and_split_no_moment(points: list[source.PointRow], size: int) -> None:
    as_mlflow_orders = sorted(points, key=itemgetter(1, 0, 2))
    blocks = list(whole_moments(in_pages(as_mlflow_orders, size)))
    assert [row for block in blocks for row in block] == sorted(set(points), key=IN_TIME)
    moments = [{row[:2] for row in block} for block in blocks]
    assert sum(map(len, moments)) == len(set().union(*moments))
    assert all(blocks)


def test_what_comes_too_late_is_no_block() -> None:
    with pytest.raises(Disordered):
        list(whole_moments([[(0, 5, 1.0, 0), (1, 6, 1.0, 0)], [(0, 4, 1.0, 0)]]))


@pytest.mark.parametrize("page", [1, 7, 100])
def test_pages_of_any_size_give_the_same(
    page: int, database: str, workspace_dir: Path, tracking_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "POINTS_PAGE", page)
    assert move(database, workspace_dir).differences == []
    assert everything(tracking_uri, with_traces=False) == everything(database, with_traces=False)


def test_points_out_of_order_are_copied_from_pages(
    tmp_path: Path, workspace_dir: Path, tracking_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    client = MlflowClient(str(tmp_path / "mlruns"))
    run_id = client.create_run("0").info.run_id
    for step, ts in ((3, 30), (1, 10), (2, 20), (2, 20), (0, 40)):
        client.log_metric(run_id, "m", float(step), ts, step)
    assert move(str(tmp_path / "mlruns"), workspace_dir).differences == []
    assert [(one.step, one.timestamp) for one in MlflowClient(tracking_uri).get_metric_history(run_id, "m")] == [
        (1, 10),
        (2, 20),
        (3, 30),
        (0, 40),
    ]


def test_memory_does_not_grow_with_the_number_of_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "POINTS_PAGE", 500)
    peaks = []
    for number, points in enumerate((5_000, 20_000)):
        address = f"sqlite:///{tmp_path}/{number}.db"
        client = MlflowClient(address)
        run_id = client.create_run("0").info.run_id
        for at in range(0, points, 1000):
            client.log_batch(run_id, [Metric("m", float(step), step, step) for step in range(at, at + 1000)])
        move(address, tmp_path / f"warm {number}", only=["Default"])
        tracemalloc.start()
        move(address, tmp_path / f"workspace {number}", only=["Default"])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]  # of four times the points; all of them at once would be three times as much
