"""A workspace that these tests share, each in an experiment of its own: MLflow's tables are made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Workspace, uri


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of that workspace."""
    return tmp_path_factory.mktemp("genai") / "work space #1"


@pytest.fixture
def tracking_uri(home: Path) -> str:
    return str(uri.of(home))


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return Workspace.open(home)


@pytest.fixture
def client(tracking_uri: str) -> MlflowClient:
    """MLflow's client, after MLflow was pointed at the workspace, too."""
    mlflow.set_tracking_uri(tracking_uri)
    return MlflowClient()


@pytest.fixture
def _traced_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have MLflow log each trace in the call that it ends with: waiting for its background costs 2 s a time."""
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
    mlflow.tracing.reset()
    yield
    mlflow.tracing.reset()


@pytest.fixture
def experiment(client: MlflowClient, _traced_at_once: None, request: pytest.FixtureRequest) -> str:
    """The experiment of one test, which is made MLflow's active one."""
    mlflow.set_experiment(request.node.nodeid)
    return str(client.get_experiment_by_name(request.node.nodeid).experiment_id)
