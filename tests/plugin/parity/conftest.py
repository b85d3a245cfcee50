"""The two stores that parity tests compare."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.plugin.mlflow_database import FILE_NAME
from mlflow_ws_plugin.plugin.registry_store import open_registry
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore

from .declared import YOUNGER, is_declared
from .judge import RegistryStore, SqlAlchemyStore
from .pair import Pair, Side

collect_ignore = [module for module, call in YOUNGER.items() if not is_declared(call)]

_JUDGES_ARTIFACTS = "file:///judge/artifacts"


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's database with nothing in it; making one takes its migrations seconds, copying it does not."""
    path = tmp_path_factory.mktemp("judge") / "empty.db"
    SqlAlchemyStore(f"sqlite:///{path}", _JUDGES_ARTIFACTS)._dispose_engine()
    return path


def _prepared(directory: Path, empty_database: Path) -> tuple[str, str]:
    """Return the addresses of a database and of a workspace, with MLflow's tables ready in both."""
    workspace = directory / "work space #1"
    RunHistory(workspace).make()
    shutil.copy(empty_database, workspace / FILE_NAME)
    shutil.copy(empty_database, directory / "judge.db")
    return f"sqlite:///{directory}/judge.db", str(uri.of(workspace))


@contextmanager
def _opened(directory: Path, empty_database: Path) -> Iterator[Pair]:
    database, workspace = _prepared(directory, empty_database)
    judge = SqlAlchemyStore(database, _JUDGES_ARTIFACTS)
    ours = EmbeddedTrackingStore(workspace)
    yield Pair(Side(judge, _JUDGES_ARTIFACTS), Side(ours, ours.artifact_root_uri))
    judge._dispose_engine()


@pytest.fixture
def pair(tmp_path: Path, empty_database: Path) -> Iterator[Pair]:
    """Two empty stores."""
    with _opened(tmp_path, empty_database) as pair:
        yield pair


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Pair]:
    """Two stores that the tests of one module share; each works on runs of its own, or only reads."""
    with _opened(tmp_path_factory.mktemp("shared"), empty_database) as pair:
        yield pair


@pytest.fixture(scope="module")
def registries(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Pair]:
    """Two model registries that the tests of one module share; each works on models of its own, or only reads."""
    database, workspace = _prepared(tmp_path_factory.mktemp("registries"), empty_database)
    judge, ours = RegistryStore(database), open_registry(workspace)
    yield Pair(Side(judge, _JUDGES_ARTIFACTS), Side(ours, ours._artifacts.as_uri()))
    judge.engine.dispose()
    ours.engine.dispose()
