"""Files on their way into a run."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mlflow_ws_plugin.storage.files import names
from mlflow_ws_plugin.storage.staging import Staging


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of a run: one."""
    place = tmp_path / "run" / "artifacts"
    place.mkdir(parents=True)
    (place / "old").write_text("old")
    return place


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in folder.parent.iterdir() if path != folder]


def test_nothing_is_seen_before_it_is_published(folder: Path) -> None:
    with Staging(folder) as staging:
        staging.add(b"new")
        assert names(folder) == ["old"]
        staging.publish(["a/new"])
        assert names(folder) == ["a/new", "old"]
    assert (names(folder), left_behind(folder)) == (["a/new", "old"], [])


def publish_and_raise(folder: Path, error: BaseException) -> None:
    with Staging(folder) as staging:
        staging.add(b"new")
        staging.add(b"newer")
        staging.publish(["new", "old"])
        raise error


def test_an_error_after_that_takes_back_what_is_new(folder: Path) -> None:
    with pytest.raises(RuntimeError):
        publish_and_raise(folder, RuntimeError("the record was not committed"))
    assert (names(folder), (folder / "old").read_text(), left_behind(folder)) == (["old"], "newer", [])


def test_an_interrupt_leaves_it(folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        publish_and_raise(folder, KeyboardInterrupt())
    assert (names(folder), left_behind(folder)) == (["new", "old"], [])


def test_what_a_killed_process_left_is_removed_a_day_later(folder: Path) -> None:
    for name, age_s in ((".incoming.old", 2 * 86_400), (".incoming.new", 60)):
        left = folder.parent / name
        left.mkdir()
        (left / "0").write_bytes(b"half")
        os.utime(left, (time.time() - age_s,) * 2)
    with Staging(folder) as staging:
        staging.add(b"new")
        staging.publish(["new"])
    assert left_behind(folder) == [".incoming.new"]
