"""What cannot be imported from is said before anything is made, in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.errors import ExperimentNotFound, InvalidInput, InvalidUri, SourceNotFound, SourceUnreadable
from mlflow_ws_plugin.plugin.importing import opening
from mlflow_ws_plugin.plugin.importing.moving import move
from tests.integration.children import free_port


def _older(place: Path) -> str:
    """Return a database whose tables another version of MLflow made."""
    address = f"sqlite:///{place}/older.db"
    MlflowClient(address).search_experiments()
    with sqlite3.connect(place / "older.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0a8213491aaa'")
        connection.execute("DROP TABLE trace_tags")
    connection.close()
    return address


def _foreign(place: Path) -> str:
    with sqlite3.connect(place / "foreign.db") as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    return f"sqlite:///{place}/foreign.db"


def _empty(place: Path) -> str:
    (place / "empty").mkdir()
    return str(place / "empty")


UNREADABLE: dict[str, tuple[Callable[[Path], str], type[InvalidInput], str]] = {
    "unknown scheme": (lambda _: "ftp://host/runs", SourceUnreadable, "'ftp://host/runs' is no tracking address"),
    "no database": (lambda place: f"sqlite:///{place}/no.db", SourceNotFound, "There is no database '.*no.db'"),
    "older tables": (_older, SourceUnreadable, "mlflow db upgrade"),
    "foreign database": (_foreign, SourceUnreadable, "is no database of MLflow"),
    "no folder": (lambda place: f"{place}/mlruns", SourceNotFound, "There is no folder '.*mlruns'"),
    "other folder": (_empty, SourceUnreadable, "is no folder of MLflow's runs"),
    "no workspace": (lambda place: str(uri.of(place / "none")), SourceNotFound, "There is no workspace at"),
    "bad workspace": (lambda _: "mlws://host/dir", InvalidUri, "names a host"),
    "no server": (lambda _: f"http://127.0.0.1:{free_port()}", SourceUnreadable, "cannot be read"),
    "no driver": (lambda _: "mssql+pymssql://me:secret@host/db", SourceUnreadable, "cannot be read"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_said_in_a_line_and_nothing_is_made(
    what: str, tmp_path: Path, workspace_dir: Path
) -> None:
    address, error, said = UNREADABLE[what]
    with pytest.raises(error, match=said) as caught:
        move(given := address(tmp_path), workspace_dir)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert not workspace_dir.exists()
    assert what != "no database" or not Path(given.removeprefix("sqlite:///")).exists()


def test_an_older_database_is_left_as_it_is(tmp_path: Path, workspace_dir: Path) -> None:
    address = _older(tmp_path)
    before = (tmp_path / "older.db").read_bytes()
    with pytest.raises(SourceUnreadable):
        move(address, workspace_dir)
    assert (tmp_path / "older.db").read_bytes() == before


def test_a_workspace_is_not_moved_into_itself(workspace_dir: Path, tracking_uri: str) -> None:
    MlflowClient(tracking_uri).create_experiment("e")
    with pytest.raises(SourceUnreadable, match="is the workspace itself"):
        move(tracking_uri, workspace_dir)


def test_an_unknown_experiment_is_said(database: str, workspace_dir: Path) -> None:
    with pytest.raises(ExperimentNotFound, match="'nope'"):
        move(database, workspace_dir, only=["digits", "nope"])
    assert not workspace_dir.exists()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("sqlite:///a b.db", "sqlite:///{here}/a b.db"),
        ("mlruns", "file://{here}/mlruns"),
        ("./mlruns/", "file://{here}/mlruns"),
    ],
)
def test_a_source_is_known_by_its_whole_address(
    address: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    MlflowClient(f"sqlite:///{tmp_path}/a b.db").search_experiments()
    (tmp_path / "mlruns" / ".trash").mkdir(parents=True)
    assert opening.name_of(address) == name.format(here=tmp_path)


@pytest.mark.parametrize("address", ["https://me:secret@host/path", "postgresql://me:secret@host/db"])
def test_a_source_is_known_without_credentials(address: str) -> None:
    assert "secret" not in opening._public(address)
