"""A whole address is moved in: everything is there afterwards, once, and the source is as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.plugin.importing.moving import move
from mlflow_ws_plugin.plugin.importing.report import Report
from tests.plugin.importing import content
from tests.plugin.importing.conftest import filled, fingerprint
from tests.plugin.importing.everything import everything

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*Any type hint is inferred:UserWarning", "ignore::FutureWarning", "ignore::ResourceWarning"
)


def counted(report: Report) -> dict[str, tuple[int, int, int, int]]:
    """Return what is in a report's table."""
    return {kind: (one.source, one.there, one.written, one.differ) for kind, one in report.tallies.items()}


def test_everything_is_there_afterwards_and_as_it_was(
    kind: str, source: str, workspace_dir: Path, tracking_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = move(source, workspace_dir)
    assert (report.differences, report.is_clean) == ([], True)
    assert all(one.source == one.written and not one.there for one in report.tallies.values())
    assert report.tallies["metric points"].source == sum(map(len, content.SERIES.values())) + 4
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    with_traces = content.WITH_TRACES and kind != "file"
    assert everything(tracking_uri, with_traces=with_traces) == everything(source, with_traces=with_traces)


def test_doing_it_again_writes_nothing(source: str, workspace_dir: Path) -> None:
    first = move(source, workspace_dir)
    before = fingerprint(workspace_dir)
    again = move(source, workspace_dir)
    assert again.is_clean
    assert counted(again) == {kind: (one.source, one.source, 0, 0) for kind, one in first.tallies.items()}
    assert fingerprint(workspace_dir) == before


@pytest.mark.parametrize("kind", ["sqlite", "file", "mlws"])
def test_the_source_is_only_read(kind: str, sources: Callable[[str], tuple[str, Path]], workspace_dir: Path) -> None:
    address, place = sources(kind)
    before = fingerprint(place)
    move(address, workspace_dir)
    assert fingerprint(place) == before


def test_a_folder_without_a_bin_gets_none(tmp_path: Path, workspace_dir: Path) -> None:
    source = filled("file", tmp_path)
    for path in sorted((Path(source) / ".trash").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (Path(source) / ".trash").rmdir()
    assert move(f"file://{source}", workspace_dir).is_clean
    assert not (Path(source) / ".trash").exists()


def test_a_workspace_without_mlflows_tables_gets_none(tmp_path: Path, workspace_dir: Path) -> None:
    RunHistory(tmp_path / "plain").make()
    before = fingerprint(tmp_path / "plain")
    assert move(f"mlws://{tmp_path}/plain", workspace_dir).is_clean
    assert fingerprint(tmp_path / "plain").keys() == before.keys()


def test_only_the_named_experiments_are_copied_and_no_registry(database: str, workspace_dir: Path) -> None:
    report = move(database, workspace_dir, only=["old"])
    assert (counted(report)["experiments"], counted(report)["runs"]) == ((1, 0, 1, 0), (1, 0, 1, 0))
    assert counted(report)["registered models"] == (0, 0, 0, 0)


def test_the_default_experiments_are_one(database: str, workspace_dir: Path, tracking_uri: str) -> None:
    move(database, workspace_dir)
    assert len(MlflowClient(tracking_uri).search_runs(["0"])) == 1


def test_what_was_in_the_workspace_stays(database: str, workspace_dir: Path, tracking_uri: str) -> None:
    client = MlflowClient(tracking_uri)
    mine = client.create_experiment("digits", tags={"team": "mine", "more": "yes"})
    run_id = client.create_run(mine).info.run_id
    report = move(database, workspace_dir)
    assert [(one.kind, one.record, one.field, one.source, one.here) for one in report.differences] == [
        ("experiments", "digits", "tags.team", "'a'", "'mine'")
    ]
    found = client.get_experiment(mine)
    assert (found.tags["team"], found.tags["more"], found.tags["mlflow.note.content"]) == ("mine", "yes", "Tries.")
    assert run_id in {run.info.run_id for run in client.search_runs([mine])}
    assert len(client.search_runs([mine], "params.lr = '0.1'")) == 1


def test_models_point_into_the_workspace(database: str, workspace_dir: Path, tracking_uri: str) -> None:
    move(database, workspace_dir)
    client = MlflowClient(tracking_uri, tracking_uri)
    root = (workspace_dir / "artifacts").as_uri()
    for number in ("1", "3"):
        assert client.get_model_version("net", number).source.startswith(root)
        assert client.get_model_version_download_uri("net", number).startswith(root)
    assert client.get_model_version("net", "4").source == "s3://elsewhere/model"


def test_after_it_the_next_version_follows_the_last(database: str, workspace_dir: Path, tracking_uri: str) -> None:
    move(database, workspace_dir)
    client = MlflowClient(tracking_uri, tracking_uri)
    assert int(client.create_model_version("net", "s3://elsewhere/model").version) == 5
