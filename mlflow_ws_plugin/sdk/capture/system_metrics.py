"""Processor, memory, disk and network while a run goes on, under MLflow's names for them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.errors import PackageMissing
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.sdk import writes
from mlflow_ws_plugin.sdk.capture.rounds import Duty

if TYPE_CHECKING:
    from types import ModuleType

EVERY_S = 10.0
_MB = 1e6


def begin(history: RunHistory, run_id: str) -> list[Duty]:
    """Return the duty to sample; none unless `MLWS_SYSTEM_METRICS` is on.

    Raises:
        PackageMissing: It is on, and psutil is not installed.
    """
    if not settings.SYSTEM_METRICS.is_on():
        return []
    sampler = Sampler(_psutil())

    def sample() -> None:
        rows = sampler.sample().items()
        history.metrics.log(run_id, [writes.scalar(name, value, "", None) for name, value in rows])

    return [Duty("sampling of system metrics", EVERY_S, sample)]


class Sampler:
    """Reads the counters of the machine; network traffic counts from its beginning.

    Args:
        psutil: The package of that name.
    """

    def __init__(self, psutil: Any) -> None:
        self._psutil = psutil
        self._first = psutil.net_io_counters()
        psutil.cpu_percent()  # the next call answers for the time since this one

    def sample(self) -> dict[str, float]:
        """Return percentages and megabytes by metric name."""
        memory, disk = self._psutil.virtual_memory(), self._psutil.disk_usage("/")
        return {
            "system/cpu_utilization_percentage": float(self._psutil.cpu_percent()),
            "system/system_memory_usage_megabytes": memory.used / _MB,
            "system/system_memory_usage_percentage": memory.used / memory.total * 100,
            "system/disk_usage_percentage": float(disk.percent),
            "system/disk_usage_megabytes": disk.used / _MB,
            "system/disk_available_megabytes": disk.free / _MB,
            **self._network(),
        }

    def _network(self) -> dict[str, float]:
        now = self._psutil.net_io_counters()
        if now is None or self._first is None:  # a container without network devices
            return {}
        return {
            "system/network_receive_megabytes": (now.bytes_recv - self._first.bytes_recv) / _MB,
            "system/network_transmit_megabytes": (now.bytes_sent - self._first.bytes_sent) / _MB,
        }


def _psutil() -> ModuleType:
    try:
        return import_module("psutil")
    except ImportError as exc:
        raise PackageMissing("psutil is not installed.", "pip install psutil, or unset MLWS_SYSTEM_METRICS.") from exc
