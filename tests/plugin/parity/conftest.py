"""The two stores that parity tests compare."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore

from .judge import SqlAlchemyStore
from .pair import Pair, Side

_JUDGES_ARTIFACTS = "file:///judge/artifacts"


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's database with nothing in it; making one takes its migrations seconds, copying it does not."""
    path = tmp_path_factory.mktemp("judge") / "empty.db"
    SqlAlchemyStore(f"sqlite:///{path}", _JUDGES_ARTIFACTS)._dispose_engine()
    return path


@contextmanager
def _opened(directory: Path, empty_database: Path) -> Iterator[Pair]:
    database = directory / "judge.db"
    shutil.copy(empty_database, database)
    judge = SqlAlchemyStore(f"sqlite:///{database}", _JUDGES_ARTIFACTS)
    ours = EmbeddedTrackingStore(str(uri.of(directory / "work space #1")))
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
