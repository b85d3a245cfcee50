"""Files that are copied into a run and out of it."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Run, Workspace
from mlflow_ws_plugin.errors import (
    InvalidInput,
    InvalidName,
    RunFileNotFound,
    RunNotActive,
    SourceNotFound,
    SourceUnreadable,
    StorageError,
    UnequalLists,
    WorkspaceUnwritable,
)


@pytest.fixture
def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client on the workspace."""
    return MlflowClient(workspace.get_mlflow_tracking_uri())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with two files and two folders of files."""
    place = tmp_path / "here"
    for name in ("one.txt", "two.bin", "folder/three.txt", "folder/deep/four.txt", "other/five.txt"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(name)
    monkeypatch.chdir(place)
    return place


def run_directory(run: Run) -> Path:
    """Return the directory of the workspace that holds a run's files and what is on its way into them."""
    return run._history.files._folder(run.id).parent


def left_behind(run: Run) -> list[str]:
    """Return what is there beside the run's files."""
    return [path.name for path in run_directory(run).iterdir() if path.name != "artifacts"]


def mlflow_names(client: MlflowClient, run: Run, path: str | None = None) -> list[str]:
    """Return all files of a run as MLflow lists them."""
    found: list[str] = []
    for info in client.list_artifacts(run.id, path):
        found += mlflow_names(client, run, info.path) if info.is_dir else [info.path]
    return sorted(found)


class TestUpload:
    """`upload_file`, `upload_files` and `upload_folder`."""

    def test_mlflow_finds_a_file_where_it_was_put(self, run: Run, client: MlflowClient, here: Path) -> None:
        run.upload_file("a/b/1.txt", "one.txt")
        assert (mlflow_names(client, run), run.get_file_names()) == (["a/b/1.txt"], ["a/b/1.txt"])
        assert Path(client.download_artifacts(run.id, "a/b/1.txt")).read_text() == "one.txt"
        assert left_behind(run) == []
        assert here.joinpath("one.txt").exists()

    @pytest.mark.parametrize("name", ["a/b", "./a//b", "a\\b", "a/./b"])
    def test_a_name_is_put_in_its_normal_form(self, run: Run, here: Path, name: str) -> None:
        run.upload_file(name, here / "one.txt")
        assert run.get_file_names() == ["a/b"]

    @pytest.mark.parametrize("source", [io.BytesIO(b"x\0y"), io.StringIO("x\0y")])
    def test_a_stream_is_read_to_its_end(self, run: Run, tmp_path: Path, source: Any) -> None:
        run.upload_file("s", source)
        run.download_file("s", tmp_path / "s")
        assert (tmp_path / "s").read_bytes() == b"x\0y"

    def test_a_large_file_is_copied_whole(self, run: Run, tmp_path: Path) -> None:
        data = os.urandom(3_000_001)
        (tmp_path / "large").write_bytes(data)
        run.upload_file("large", tmp_path / "large")
        assert run._history.files.read(run.id, "large") == data

    @pytest.mark.usefixtures("here")
    def test_a_file_of_the_same_name_is_replaced(self, run: Run) -> None:
        run.upload_file("f", "one.txt")
        run.upload_file("f", "two.bin")
        assert run._history.files.read(run.id, "f") == b"two.bin"

    @pytest.mark.usefixtures("here")
    def test_a_run_takes_files_after_its_end(self, run: Run) -> None:
        run.complete()
        run.upload_file("late.txt", "one.txt")
        assert run.get_file_names() == ["late.txt"]

    def test_several_files_are_copied_at_once(self, run: Run, client: MlflowClient, here: Path) -> None:
        assert run.upload_files(["1", "x/2"], ["one.txt", here / "two.bin"]) is None
        assert mlflow_names(client, run) == ["1", "x/2"]
        written = run.upload_files(["./3"], ["one.txt"], return_artifacts=True, timeout_seconds=5, datastore_name="d")
        assert written == ["3"]

    def test_a_folder_keeps_its_shape(self, run: Run, client: MlflowClient, here: Path) -> None:
        run.upload_folder("f", "folder")
        run.upload_folder(".", here / "other", datastore_name="d")
        assert mlflow_names(client, run) == ["f/deep/four.txt", "f/three.txt", "five.txt"]

    def test_links_in_a_folder_are_followed_but_not_in_circles(self, run: Run, here: Path) -> None:
        (here / "folder/file").symlink_to(here / "one.txt")
        (here / "folder/linked").symlink_to(here / "other")
        (here / "folder/circle").symlink_to(here / "folder")
        run.upload_folder("f", "folder")
        assert run.get_file_names() == ["f/deep/four.txt", "f/file", "f/linked/five.txt", "f/three.txt"]

    @pytest.mark.usefixtures("here")
    def test_a_workspace_is_not_copied_into_itself(self, run: Run, tmp_path: Path) -> None:
        run.upload_folder("all", tmp_path)
        assert "all/here/one.txt" in run.get_file_names()
        assert not any("workspace.db" in name for name in run.get_file_names())

    @pytest.mark.usefixtures("here")
    def test_what_is_logged_by_mlflow_and_natively_is_one_set_of_files(self, run: Run, client: MlflowClient) -> None:
        client.log_text(run.id, "m", "d/m.txt")
        run.upload_file("d/n.txt", "one.txt")
        client.log_artifact(run.id, "two.bin", "d")
        assert mlflow_names(client, run) == run.get_file_names() == ["d/m.txt", "d/n.txt", "d/two.bin"]


class TestBadUpload:
    """What is refused leaves the run as it was."""

    @pytest.mark.usefixtures("here")
    @pytest.mark.parametrize(
        ("call", "error", "says"),
        [
            (lambda run: run.upload_file("f", "nothing.txt"), SourceNotFound, "no file 'nothing.txt'"),
            (lambda run: run.upload_file("f", "nothing.txt"), FileNotFoundError, "Check the path"),
            (lambda run: run.upload_file("f", "folder"), SourceUnreadable, "a folder. Pass a file; upload_folder"),
            (lambda run: run.upload_file("f", "/dev/zero"), SourceUnreadable, "not a regular file"),
            (lambda run: run.upload_file("f", "a\0b"), SourceUnreadable, "null"),
            (lambda run: run.upload_file("f", b"bytes"), InvalidInput, "b'bytes'.*BytesIO"),
            (lambda run: run.upload_file("f", None), InvalidInput, "None"),
            (lambda run: run.upload_file("../f", "one.txt"), InvalidName, r"'\.\./f'"),
            (lambda run: run.upload_file("/f", "one.txt"), InvalidName, "'/f'"),
            (lambda run: run.upload_file("", "one.txt"), InvalidName, "''"),
            (lambda run: run.upload_file(Path("f"), "one.txt"), InvalidName, "Path.*Pass a string"),
            (lambda run: run.upload_folder(None, "folder"), InvalidName, "None"),
            (lambda run: run.upload_file("kept", "one.txt"), InvalidName, "'kept' is a folder"),
            (lambda run: run.upload_file("kept/it/f", "one.txt"), InvalidName, "'kept/it', which is a file"),
            (lambda run: run.upload_file("f" * 300, "one.txt"), InvalidName, "too long"),
            (lambda run: run.upload_file("f\ud800", "one.txt"), InvalidName, r"'f\\ud800'"),
            (lambda run: run.upload_files(["a", "b"], ["one.txt"]), UnequalLists, "2 names were given for 1 paths"),
            (lambda run: run.upload_files(["a", "b"], ["one.txt"]), TypeError, "2 names"),
            (lambda run: run.upload_files("ab", ["one.txt", "two.bin"]), InvalidInput, "names is 'ab'"),
            (lambda run: run.upload_files(["a", "./a"], ["one.txt", "two.bin"]), InvalidName, "'a' is given 2 times"),
            (lambda run: run.upload_files(["a", "b"], ["one.txt", "nothing"]), SourceNotFound, "'nothing'"),
            (lambda run: run.upload_files(["a", "kept"], ["one.txt", "two.bin"]), InvalidName, "'kept' is a folder"),
            (lambda run: run.upload_files(["a", "a/b"], ["one.txt", "two.bin"]), StorageError, "could not be written"),
            (lambda run: run.upload_folder("f", "nothing"), SourceNotFound, "'nothing'"),
            (lambda run: run.upload_folder("f", "one.txt"), SourceUnreadable, "is a file. Use upload_file"),
            (lambda run: run.upload_folder("../f", "folder"), InvalidName, r"'\.\./f'"),
        ],
    )
    def test_it_is_named_and_nothing_is_written(self, run: Run, call: Any, error: type[Exception], says: str) -> None:
        run.upload_file("kept/it", "one.txt")
        with pytest.raises(error, match=says):
            call(run)
        assert run.get_file_names() == ["kept/it"]
        assert left_behind(run) == []

    def test_a_stream_that_breaks_leaves_nothing(self, run: Run) -> None:
        class Breaking(io.RawIOBase):
            """Gives a little, and then fails."""

            given = False

            def read(self, size: int = -1) -> bytes:  # noqa: ARG002
                if self.given:
                    raise OSError(5, "Input/output error")
                self.given = True
                return b"x" * 10

        with pytest.raises(SourceUnreadable, match="Input/output error"):
            run.upload_file("f", Breaking())
        closed = io.BytesIO()
        closed.close()
        with pytest.raises(SourceUnreadable, match="closed"):
            run.upload_file("f", closed)
        assert (run.get_file_names(), left_behind(run)) == ([], [])

    def test_a_dangling_link_in_a_folder_is_named(self, run: Run, here: Path) -> None:
        (here / "folder/gone").symlink_to(here / "nowhere")
        with pytest.raises(SourceNotFound, match="gone"):
            run.upload_folder("f", "folder")
        assert run.get_file_names() == []

    @pytest.mark.usefixtures("here")
    def test_a_run_in_the_bin_takes_no_files(self, run: Run, client: MlflowClient) -> None:
        client.delete_run(run.id)
        with pytest.raises(RunNotActive):
            run.upload_file("f", "one.txt")

    @pytest.mark.usefixtures("here")
    def test_a_place_that_cannot_be_written_is_named(self, run: Run) -> None:
        place = run_directory(run)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("in the way")
        with pytest.raises(WorkspaceUnwritable, match=run.id):
            run.upload_file("f", "one.txt")


class TestDownload:
    """`download_files`."""

    @pytest.fixture(autouse=True)
    def _files(self, run: Run, here: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        run.upload_folder("out", here / "folder")
        run.upload_files(["out.txt", "model_a", "model_b"], [here / "one.txt"] * 3)
        (tmp_path / "there").mkdir()
        monkeypatch.chdir(tmp_path / "there")

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({}, ["model_a", "model_b", "out.txt", "out/deep/four.txt", "out/three.txt"]),
            ({"output_directory": "d/e", "batch_size": 1, "timeout_seconds": 1, "prefix": "out.txt"}, ["d/e/out.txt"]),
            ({"prefix": "out"}, ["out/deep/four.txt", "out/three.txt"]),
            ({"prefix": "out/"}, ["out/deep/four.txt", "out/three.txt"]),
            ({"prefix": "out/", "append_prefix": False}, ["deep/four.txt", "three.txt"]),
            ({"prefix": "out", "append_prefix": False}, ["deep/four.txt", "three.txt"]),
            ({"prefix": "model_", "append_prefix": False}, ["a", "b"]),
            ({"prefix": "model_a", "append_prefix": False}, ["model_a"]),
            ({"prefix": "mod", "output_paths": ["x", "y/z"], "output_directory": "d"}, ["d/x", "d/y/z"]),
        ],
    )
    def test_files_are_written_where_they_are_wanted(
        self, run: Run, options: dict[str, Any], expected: list[str]
    ) -> None:
        run.download_files(**options)
        assert sorted(path.as_posix() for path in Path().rglob("*") if path.is_file()) == expected

    def test_what_does_not_fit_is_refused_before_anything_is_written(self, run: Run) -> None:
        with pytest.raises(RunFileNotFound, match=r"begins with 'no'\. It has model_a, model_b"):
            run.download_files(prefix="no")
        with pytest.raises(UnequalLists, match="1 output paths were given for 2 files"):
            run.download_files(prefix="model", output_paths=["x"])
        with pytest.raises(InvalidInput, match="'xy'"):
            run.download_files(prefix="model", output_paths="xy")
        assert list(Path().iterdir()) == []
