"""What every test can ask for: an empty workspace, MLflow pointed at it, and a clean global state afterwards."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlflow_ws_plugin import uri

_REQUIRE_ALL = "MLWS_REQUIRE_ALL"
_NEEDS = "needs "
_LEAKING = ("MLFLOW_RUN_ID", "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_EXPERIMENT_ID")


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWS_QUIET", "1")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")


@pytest.fixture(autouse=True)
def _nothing_beside_runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Record nothing beside runs where a test does not ask for it, and leave no run of one test to the next."""
    for setting in ("GIT", "PACKAGES", "MACHINE", "OUTPUTS", "LOGS"):
        monkeypatch.setenv(f"MLWS_CAPTURE_{setting}", "0")
    for setting in ("HEARTBEAT_INTERVAL", "SNAPSHOT_LIMIT"):
        monkeypatch.setenv(f"MLWS_{setting}", "0")
    yield
    sessions = sys.modules.get("mlflow_ws_plugin.sdk.capture.sessions")
    if sessions is not None:
        sessions.abandon_all()


@pytest.fixture(autouse=True)
def _clean_mlflow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave no active run, address or experiment of one test to the next."""
    for variable in _LEAKING:
        monkeypatch.delenv(variable, raising=False)
    yield
    mlflow = sys.modules.get("mlflow")
    if mlflow is None:
        return
    while mlflow.active_run():
        mlflow.end_run()
    mlflow.set_tracking_uri(None)
    mlflow.set_registry_uri(None)
    mlflow.tracking.fluent._active_experiment_id = None
    for variable in _LEAKING:
        os.environ.pop(variable, None)


@pytest.fixture
def workspace_dir(tmp_path: Path) -> Path:
    """The directory of a workspace that is not there yet; its path needs percent-encoding."""
    return tmp_path / "work space #1"


@pytest.fixture
def tracking_uri(workspace_dir: Path) -> str:
    """The address of that workspace."""
    return str(uri.of(workspace_dir))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Fail what was skipped for a missing package where nothing may be missing."""
    report = yield
    reason = str(report.longrepr[-1]) if report.skipped and isinstance(report.longrepr, tuple) else ""
    if os.environ.get(_REQUIRE_ALL) == "1" and _NEEDS in reason:
        report.outcome = "failed"
        report.longrepr = f"{reason}, and {_REQUIRE_ALL}=1 allows no skip"
    return report
