"""What the integration tests share: MLflow's client on the workspace, and the two Lightning packages."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import ModuleType

import pytest
from mlflow import MlflowClient

FLAVOURS = ("lightning.pytorch", "pytorch_lightning")


@pytest.fixture(params=FLAVOURS)
def flavour(request: pytest.FixtureRequest) -> ModuleType:
    """One of the two packages; they share no class."""
    return pytest.importorskip(request.param, reason=f"needs {request.param}")


@pytest.fixture
def lightning() -> ModuleType:
    """One of them, where which one cannot matter."""
    return pytest.importorskip(FLAVOURS[0], reason=f"needs {FLAVOURS[0]}")


@pytest.fixture
def client(tracking_uri: str) -> MlflowClient:
    return MlflowClient(tracking_uri)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Undo what Lightning does to SIGINT when it is interrupted."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)
