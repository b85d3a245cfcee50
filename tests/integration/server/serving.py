"""A real `mlflow server` over a new workspace, and the two ways to it."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient

from mlflow_ws_plugin import uri
from tests.integration.children import environment, free_port, started, wait_until

WORKERS = 4
"""MLflow's default."""

AT_ONCE = 16
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_CRYPTO_KEK_PASSPHRASE": "what the gateway's secrets are sealed with",
    "MLFLOW_GATEWAY_API_BASE_ALLOWED_SCHEMES": "http,https",
    "MLFLOW_GATEWAY_API_BASE_ALLOW_PRIVATE_IPS": "true",
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https",
    "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
}
"""What lets MLflow's gateway and webhooks talk to a neighbour on this machine."""


@dataclass(frozen=True)
class Served:
    """A workspace, and the server over it."""

    directory: Path
    address: str
    log: Path
    first_answers: list[int]
    """Status codes of the requests that came in together, when no worker had opened the workspace yet."""

    @property
    def client(self) -> MlflowClient:
        """A client that goes through the server."""
        return MlflowClient(self.address)

    @property
    def embedded(self) -> MlflowClient:
        """A client that reads the directory itself."""
        return MlflowClient(str(uri.of(self.directory)))


@contextmanager
def serving(place: Path) -> Iterator[Served]:
    """Yield a server as users start it, over a workspace that is not there yet."""
    directory, port = place / "work space #1", free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", str(uri.of(directory))]
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS)]
    log = place / "log"
    with (
        log.open("w") as file,
        started(
            [*command, *options], cwd=place, env=environment(**SETTINGS), stdout=file, stderr=subprocess.STDOUT
        ) as process,
    ):
        wait_until(lambda: _is_up(address, process))
        wait_until(lambda: log.read_text().count("Application startup complete") == WORKERS)
        yield Served(directory, address, log, _all_at_once(f"{address}/api/2.0/mlflow/experiments/get?experiment_id=0"))


def _is_up(address: str, process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None, "the server has ended"
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _all_at_once(address: str) -> list[int]:
    def status(_: int) -> int:
        with urllib.request.urlopen(address, timeout=60) as response:
            return int(response.status)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(status, range(AT_ONCE)))
