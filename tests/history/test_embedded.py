"""The record in a directory."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlflow_ws_plugin.errors import WorkspaceUnusable
from mlflow_ws_plugin.history import RunHistory
from tests.history.record_store_contract import RecordStoreContract, at, begin, write


class TestEmbeddedRecord(RecordStoreContract):
    """The contract, on SQLite."""

    @pytest.fixture
    def history(self, workspace_dir: Path) -> Iterator[RunHistory]:
        """An empty workspace."""
        history = RunHistory(workspace_dir)
        yield history
        history.close()


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
