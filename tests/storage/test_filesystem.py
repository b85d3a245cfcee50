"""Which file system a workspace is on, and how SQLite is told to treat it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.storage import filesystem
from mlflow_ws_plugin.storage.sqlite import Database


def pragma(directory: Path, name: str) -> object:
    """Return a setting of the connection to a workspace."""
    with Database(directory).write() as tx:
        tx.execute("SELECT 1")
    with Database(directory).read() as tx:
        return tx.execute(f"PRAGMA {name}").fetchone()[0]


def mounts(text: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system say that these are its mounts."""
    path.write_text(text)
    monkeypatch.setattr(filesystem, "MOUNTS", path)


def test_the_deepest_mount_that_holds_a_path_says_its_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"30 22 0:40 / {tmp_path}/with\\040space rw,relatime shared:1 - nfs4 host:/x rw\n",
        tmp_path / "mountinfo",
        monkeypatch,
    )
    assert filesystem.kind_of(tmp_path / "with space" / "workspace.db") == "nfs4"
    assert filesystem.kind_of(tmp_path / "with") == "ext4"


def test_where_the_system_does_not_say_nothing_is_remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem, "MOUNTS", tmp_path / "nothing")
    assert filesystem.kind_of(tmp_path) == ""
    assert not filesystem.is_remote(tmp_path)


def test_a_local_workspace_has_a_write_ahead_log(workspace_dir: Path) -> None:
    assert pragma(workspace_dir, "journal_mode") == "wal"
    assert pragma(workspace_dir, "synchronous") == 1


def test_full_durability_syncs_every_call(workspace_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWS_DURABILITY", "full")
    assert pragma(workspace_dir, "synchronous") == 2


def test_a_workspace_on_a_network_file_system_warns_and_has_a_rollback_journal(
    tmp_path: Path, workspace_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts(f"30 22 0:40 / {tmp_path.resolve()} rw - nfs host:/x rw\n", tmp_path / "mountinfo", monkeypatch)
    with pytest.warns(UserWarning, match=r"workspace.db is on a network file system \(nfs\)"):
        RunHistory(workspace_dir).make()
    assert pragma(workspace_dir, "journal_mode") == "delete"
