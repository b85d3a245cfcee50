"""Samples of the machine while a run goes on."""

from __future__ import annotations

import sys

import psutil
import pytest
from mlflow.system_metrics.metrics.cpu_monitor import CPUMonitor
from mlflow.system_metrics.metrics.disk_monitor import DiskMonitor
from mlflow.system_metrics.metrics.network_monitor import NetworkMonitor

from mlflow_ws_plugin import Run
from mlflow_ws_plugin.sdk.capture import system_metrics
from mlflow_ws_plugin.sdk.capture.system_metrics import Sampler
from tests.integration.children import wait_until
from tests.sdk.capture.conftest import Begin


def test_the_names_are_those_of_mlflow_so_that_its_pages_show_them() -> None:
    names: set[str] = set()
    for monitor in (CPUMonitor(), DiskMonitor(), NetworkMonitor()):
        monitor.collect_metrics()
        names |= {f"system/{name}" for name in monitor.metrics}
    assert set(Sampler(psutil).sample()) == names


def test_values_are_percentages_and_megabytes() -> None:
    found = Sampler(psutil).sample()
    assert all(0 <= value <= 100 for name, value in found.items() if name.endswith("percentage"))
    assert 0 < found["system/system_memory_usage_megabytes"] < psutil.virtual_memory().total / 1e6


def test_they_are_sampled_while_the_run_goes_on(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_metrics, "EVERY_S", 0.05)
    monkeypatch.setenv("MLWS_SYSTEM_METRICS", "1")
    run = begin()
    key = "system/cpu_utilization_percentage"
    wait_until(lambda: len(run._history.metrics.history(run.id, key)) >= 2, limit_s=30)
    run.complete()
    assert [point[0] for point in run._history.metrics.history(run.id, key)][:2] == [0, 1]


def test_they_are_off_by_default(run: Run) -> None:
    assert system_metrics.begin(run._history, run.id) == []


def test_without_psutil_that_is_said_and_the_run_goes_on(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLWS_SYSTEM_METRICS", "1")
    monkeypatch.setitem(sys.modules, "psutil", None)
    run = begin()
    run.complete()
    assert run.status == "Completed"
    assert "pip install psutil" in capfd.readouterr().err
