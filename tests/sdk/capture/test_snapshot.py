"""Snapshots of the code a run was made with."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mlflow_ws_plugin import Experiment, Run, Workspace
from mlflow_ws_plugin.errors import InvalidInput, RunFileNotFound
from mlflow_ws_plugin.sdk.capture import snapshot
from tests.sdk.capture.conftest import Begin


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """A run that goes on, without a snapshot."""
    return Experiment(workspace, "digits").start_logging(snapshot_directory=None)


@pytest.fixture(autouse=True)
def _on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWS_SNAPSHOT_LIMIT", "10")


def fill(folder: Path, *names: str) -> None:
    """Write files with a line of text each."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name}\n")


def held(run: Run, folder: Path) -> list[str]:
    """Return the names of the files in a run's newest snapshot."""
    with zipfile.ZipFile(run.restore_snapshot(path=folder)) as packed:
        assert packed.testzip() is None
        return packed.namelist()


def test_code_is_kept_and_comes_back(run: Run, folder: Path, tmp_path: Path) -> None:
    fill(folder, "train.py", "pkg/model.py", "data.csv")
    (folder / "train.py").chmod(0o755)
    snapshot_id = run.take_snapshot(".")
    assert run.get_snapshot_id() == snapshot_id
    assert run.properties["ContentSnapshotId"] == snapshot_id
    assert run.get_file_names() == [f"snapshot/{snapshot_id}.zip"]
    path = run.restore_snapshot(path=tmp_path / "new" / "code.zip")
    with zipfile.ZipFile(path) as packed:
        assert packed.namelist() == ["data.csv", "pkg/model.py", "train.py"]
        assert packed.read("pkg/model.py") == b"pkg/model.py\n"
        assert [entry.external_attr >> 16 & 0o777 for entry in packed.infolist()] == [0o644, 0o644, 0o755]


def test_the_same_content_has_the_same_id_and_bytes(workspace: Workspace, run: Run, folder: Path) -> None:
    fill(folder, "a.py", "b/c.py")
    first = run.take_snapshot(folder)
    os.utime(folder / "a.py", (1, 1))
    other = Experiment(workspace, "digits").start_logging(snapshot_directory=None)
    assert other.take_snapshot(folder) == first
    names = [one._history.files.read(one.id, f"snapshot/{first}.zip") for one in (run, other)]
    assert names[0] == names[1]


def test_the_newest_of_several_is_found_and_none_is_lost(run: Run, folder: Path) -> None:
    fill(folder, "a.py")
    first = run.take_snapshot(folder)
    assert run.take_snapshot(folder) == first
    fill(folder, "b.py")
    second = run.take_snapshot(folder)
    assert run.get_snapshot_id() == second != first
    assert run.properties == {"ContentSnapshotId": first, "ContentSnapshotId.2": second}
    (folder / "b.py").unlink()
    run.take_snapshot(folder)
    assert run.get_snapshot_id() == first
    with zipfile.ZipFile(run.restore_snapshot(second)) as packed:
        assert packed.namelist() == ["a.py", "b.py"]


def test_one_file_can_be_kept(run: Run, folder: Path) -> None:
    fill(folder, "a.py", "b.py")
    run.take_snapshot("b.py")
    assert held(run, folder) == ["b.py"]


def test_what_gitignore_names_is_left_out_and_hidden_files_and_caches_too(run: Run, folder: Path) -> None:
    fill(folder, "a.py", "data/big.csv", "data/keep.csv", "sub/x.log", "sub/own.tmp", "own.tmp", "build/x.py")
    fill(
        folder, ".env", ".git/config", "__pycache__/a.pyc", "outputs/m.bin", "logs/a.log", "env/pyvenv.cfg", "env/l.py"
    )
    (folder / ".gitignore").write_text("# generated\n*.log\n/data/*\n!/data/keep.csv\nbuild/\n")
    (folder / "sub" / ".gitignore").write_text("*.tmp\n")
    run.take_snapshot(folder)
    assert held(run, folder.parent) == ["a.py", "data/keep.csv", "own.tmp"]


def test_amlignore_stands_for_all_gitignores(run: Run, folder: Path) -> None:
    fill(folder, "a.py", "b.csv", "sub/c.py")
    (folder / ".gitignore").write_text("*.py\n")
    (folder / "sub" / ".gitignore").write_text("*.py\n")
    (folder / ".amlignore").write_text("*.csv\n")
    run.take_snapshot(folder)
    assert held(run, folder.parent) == ["a.py", "sub/c.py"]


def test_the_workspace_is_left_out(folder: Path) -> None:
    run = Experiment(Workspace.open(folder / "record"), "e").start_logging(snapshot_directory=None)
    fill(folder, "a.py")
    run.take_snapshot(folder)
    assert held(run, folder.parent) == ["a.py"]


def test_other_workspaces_are_left_out_too(run: Run, folder: Path) -> None:
    fill(folder, "train.py")
    Experiment(Workspace.open(folder / "other"), "digits")
    run.take_snapshot(folder)
    assert held(run, folder.parent) == ["train.py"]


def test_what_may_not_be_looked_at_is_left_out(run: Run, folder: Path) -> None:
    fill(folder, "train.py")
    (folder / "loop").symlink_to("loop")
    (folder / "closed").symlink_to("train.py/inside")
    run.take_snapshot(folder)
    assert held(run, folder.parent) == ["train.py"]


def test_no_more_of_a_file_is_read_than_its_size_says(run: Run, folder: Path) -> None:
    (folder / "endless").symlink_to("/proc/self/status")
    run.take_snapshot(folder)
    with zipfile.ZipFile(run.restore_snapshot(path=folder.parent)) as packed:
        assert packed.read("endless") == b""


def test_the_kernels_own_folders_are_no_code() -> None:
    selection = snapshot.select(Path("/"), 0, Path("/nowhere"))
    assert not [name for name in selection.left_out if name.startswith(("proc/", "sys/", "dev/"))]


def test_over_the_limit_code_goes_first_and_one_line_says_what_is_left_out(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLWS_SNAPSHOT_LIMIT", "0.01")
    (folder / "weights.bin").write_bytes(bytes(5_000))
    (folder / "small.bin").write_bytes(bytes(100))
    (folder / "huge.bin").write_bytes(bytes(2_000_000))
    (folder / "train.py").write_bytes(b"#" * 8_000)
    run.take_snapshot(folder)
    assert held(run, tmp_path) == ["small.bin", "train.py"]
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert "2 files, 2.0 MB" in said
    assert "huge.bin, weights.bin" in said
    assert "MLWS_SNAPSHOT_LIMIT" in said


def test_a_directory_that_is_not_there_is_refused(run: Run, folder: Path) -> None:
    with pytest.raises(InvalidInput, match="nowhere"):
        run.take_snapshot(folder / "nowhere")


def test_a_run_without_a_snapshot_says_so(run: Run) -> None:
    with pytest.raises(RunFileNotFound, match="take_snapshot"):
        run.get_snapshot_id()
    with pytest.raises(RunFileNotFound, match="take_snapshot"):
        run.restore_snapshot()
    with pytest.raises(RunFileNotFound, match="unknown"):
        run.restore_snapshot("unknown")


def test_the_directory_of_a_run_that_begins_is_kept_beside_it(begin: Begin, folder: Path) -> None:
    fill(folder, "a.py")
    run = begin(snapshot_directory=".")
    run.complete()
    assert held(run, folder.parent) == ["a.py"]


def test_where_containers_begin_there_is_no_code(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir("/")
    run = begin()
    run.complete()
    assert run.get_file_names() == []
    assert "/ is no directory of code" in capfd.readouterr().err


def test_a_directory_that_is_not_there_does_not_stop_a_run_that_begins(
    begin: Begin, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = begin(snapshot_directory=folder / "nowhere")
    run.complete()
    assert run.status == "Completed"
    assert "nowhere" in capfd.readouterr().err


@pytest.mark.parametrize("busy_s", [0.0, 0.05, 0.1, 0.15, 0.2])
def test_a_snapshot_is_whole_whenever_the_interpreter_ends(
    busy_s: float, workspace: Workspace, folder: Path, workspace_dir: Path
) -> None:
    for number in range(400):
        (folder / f"{number}.txt").write_bytes(os.urandom(8_000))
    script = f"""
import time
from mlflow_ws_plugin import Experiment, Workspace
Experiment(Workspace.open({str(workspace_dir)!r}), "digits").start_logging()
end = time.monotonic() + {busy_s}
while time.monotonic() < end: pass
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    assert "failed" not in done.stderr
    (run,) = workspace.experiments["digits"].get_runs()
    assert len(held(run, folder)) == 400
