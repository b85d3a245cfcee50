"""The record in a directory."""

from __future__ import annotations

import pickle
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlflow_ws_plugin.errors import (
    InvalidMetric,
    ParameterChanged,
    RunNotActive,
    RunNotFound,
    WorkspaceUnusable,
    WorkspaceUnwritable,
)
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.records.metric import ColumnType
from mlflow_ws_plugin.storage import known
from tests.history.record_store_contract import RecordStoreContract, at, begin, write


class TestEmbeddedRecord(RecordStoreContract):
    """The contract, on SQLite."""

    @pytest.fixture
    def history(self, workspace_dir: Path) -> Iterator[RunHistory]:
        """An empty workspace."""
        history = RunHistory(workspace_dir)
        yield history
        history.release()


def test_reading_makes_nothing(workspace_dir: Path) -> None:
    history = RunHistory(workspace_dir)
    history.check()
    assert history.experiments.get(0).name == "Default"
    assert not workspace_dir.exists()


def test_a_workspace_is_made_by_the_first_write_and_seen_by_those_who_have_read(workspace_dir: Path) -> None:
    reader, writer = RunHistory(workspace_dir), RunHistory(workspace_dir)
    assert reader.experiments.by_name("e") is None
    writer.experiments.create("e")
    assert reader.experiments.by_name("e") is not None


def test_a_file_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("something else")
    with pytest.raises(WorkspaceUnusable, match="is a file"):
        RunHistory(tmp_path / "file")


def test_a_pickled_history_is_one_of_the_same_directory(workspace_dir: Path) -> None:
    history = RunHistory(workspace_dir)
    run_id = begin(history)
    copy = pickle.loads(pickle.dumps(history))
    copy.metrics.log(run_id, [write("m", at(0))])
    assert len(history.metrics.history(run_id, "m")) == 1


def test_a_file_is_listed_and_copied_whole(workspace_dir: Path, tmp_path: Path) -> None:
    history = RunHistory(workspace_dir)
    run_id = begin(history)
    folder = workspace_dir / "artifacts" / history.runs.info(run_id).artifact_location
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "b.txt").write_text("text")
    assert history.files.names(run_id) == ["a/b.txt"]
    history.files.download(run_id, "./a//b.txt", tmp_path / "new" / "copy.txt")
    assert (tmp_path / "new" / "copy.txt").read_text() == "text"


def test_two_who_write_to_one_series_in_turn_keep_its_summary_right(workspace_dir: Path) -> None:
    first, second = RunHistory(workspace_dir), RunHistory(workspace_dir)
    run_id = begin(first)
    for step in range(20):
        (first if step % 3 else second).metrics.log(run_id, [write("m", at(step, float(step)), at(step, -1.0))])
    (series,) = second.metrics.series(run_id)
    assert series.summary is not None
    assert (series.summary.size, series.summary.minimum, series.summary.maximum) == (40, -1.0, 19.0)
    assert series.summary.last_value == 19.0


def test_a_run_deleted_by_one_is_closed_for_the_other_who_knew_it(workspace_dir: Path) -> None:
    first, second = RunHistory(workspace_dir), RunHistory(workspace_dir)
    run_id = begin(first)
    first.metrics.log(run_id, [write("m", at(0))])
    second.runs.delete(run_id)
    with pytest.raises(RunNotActive):
        first.metrics.log(run_id, [write("m", at(1))])
    second.runs.purge(run_id)
    with pytest.raises(RunNotFound):
        first.metrics.log(run_id, [write("m", at(1))])


def test_what_an_undone_write_knew_is_forgotten(workspace_dir: Path) -> None:
    history = RunHistory(workspace_dir)
    run_id = begin(history)
    history.metrics.log(run_id, [write("m", at(0, 1.0))])
    text = write("t", type=ColumnType.STRING, texts=[(0, 1, "x")])
    history.metrics.log(run_id, [text])
    wrong = write("t", at(1))
    with pytest.raises(InvalidMetric):
        history.metrics.log(run_id, [write("m", at(1, 9.0)), write("new", at(0)), wrong])
    history.batches.log(run_id, writes=[write("m", at(1, 9.0))], parameters={"a": "1"})
    with pytest.raises(ParameterChanged):
        history.batches.log(run_id, writes=[write("m", at(2, 9.0)), write("n", at(0))], parameters={"a": "2"})
    history.metrics.log(run_id, [write("new", at(0)), write("m", at(2, 0.5))])
    summaries = {one.mlflow_key: one.summary for one in history.metrics.series(run_id) if one.summary}
    assert (summaries["m"].size, summaries["m"].maximum, set(summaries)) == (3, 9.0, {"m", "new"})
    assert [one.number for one in history.metrics.series(run_id)] == [1, 2, 3]


def test_a_run_of_more_series_than_are_remembered_is_recorded(
    workspace_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "MOST_SERIES", 10)
    history = RunHistory(workspace_dir)
    runs = [begin(history), begin(history)]
    for step in range(3):
        for run_id in runs:
            history.metrics.log(run_id, [write(f"m{number}", at(step)) for number in range(25)])
    assert all(len(history.metrics.history(run_id, "m24")) == 3 for run_id in runs)


def test_a_reader_sees_a_workspace_that_was_made_anew(workspace_dir: Path) -> None:
    reader = RunHistory(workspace_dir)
    RunHistory(workspace_dir).experiments.create("old")
    assert reader.experiments.by_name("old")
    shutil.rmtree(workspace_dir)
    RunHistory(workspace_dir).experiments.create("new")
    limit = time.monotonic() + 10
    while not reader.experiments.by_name("new"):
        assert time.monotonic() < limit


def test_closing_leaves_the_connections_of_other_threads(workspace_dir: Path) -> None:
    history = RunHistory(workspace_dir)
    run_id = begin(history)
    with ThreadPoolExecutor(1) as other:
        other.submit(history.metrics.log, run_id, [write("m", at(0))]).result()
        open_files = len(list(Path("/proc/self/fd").iterdir()))
        history.release()
        history.release()
        other.submit(history.metrics.log, run_id, [write("m", at(1))]).result()
        assert len(list(Path("/proc/self/fd").iterdir())) < open_files
    assert len(history.metrics.history(run_id, "m")) == 2


@pytest.mark.parametrize("name", ["x" * 300, "a" * 200 + "/" + "b" * 300])
def test_a_name_too_long_for_the_system_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceUnwritable, match="too long"):
        RunHistory(tmp_path / name).make()
