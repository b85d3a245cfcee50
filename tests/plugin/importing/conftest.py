"""Tracking addresses of several kinds with a bit of everything behind them."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from mlflow_ws_plugin import uri
from tests.integration.children import environment, free_port, started, wait_until
from tests.integration.server.serving import _is_up
from tests.plugin.importing import content

ADDRESSES: dict[str, Callable[[Path], str]] = {
    "sqlite": lambda place: f"sqlite:///{place}/source.db",
    "file": lambda place: f"{place}/mlruns",
    "mlws": lambda place: str(uri.of(place / "other workspace")),
}

_BESIDE = (".db-shm", ".db-wal")


@pytest.fixture(autouse=True)
def _no_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")  # older servers fail where a run has no files


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], tuple[str, Path]]]:
    """Return an address of a kind with a bit of everything, and the folder it is in; they are only read."""
    made: dict[str, tuple[str, Path]] = {}
    with ExitStack() as stack:

        def make(kind: str) -> tuple[str, Path]:
            place = tmp_path_factory.mktemp(kind)
            if kind != "http":
                return filled(kind, place), place
            address = stack.enter_context(serving(place))
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("MLFLOW_TRACKING_URI", address)  # older clients take files of models there
                content.fill(address, place / "on its way", behind=f"sqlite:///{place}/served.db")
            return address, place

        yield lambda kind: made.get(kind) or made.setdefault(kind, make(kind))


@pytest.fixture(params=[*ADDRESSES, "http"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which kind of address it is."""
    return str(request.param)


@pytest.fixture
def source(kind: str, sources: Callable[[str], tuple[str, Path]]) -> str:
    """An address of that kind with a bit of everything, which is only read."""
    return sources(kind)[0]


@pytest.fixture
def database(sources: Callable[[str], tuple[str, Path]]) -> str:
    """A database of MLflow's with a bit of everything, which is only read."""
    return sources("sqlite")[0]


@pytest.fixture
def growing(tmp_path: Path) -> str:
    """A database of MLflow's with a bit of everything, which is written on."""
    return filled("sqlite", tmp_path)


def filled(kind: str, place: Path) -> str:
    """Return an address of that kind with a bit of everything."""
    address = ADDRESSES[kind](place)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        patch.chdir(place)
        content.fill(address, place / "on its way", with_traces=content.WITH_TRACES and kind != "file")
    return address


@contextmanager
def serving(place: Path) -> Iterator[str]:
    """Yield the address of an `mlflow server` over a new database."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{place}/served.db"]
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    log = place / "log"
    with (
        log.open("w") as file,
        started(
            [*command, *options],
            cwd=place,
            env=environment(MLFLOW_DISABLE_TELEMETRY="true"),
            stdout=file,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        wait_until(lambda: _is_up(address, process))
        yield address


def fingerprint(folder: Path) -> dict[str, object]:
    """Return what is in a folder: folders as None, databases as what is in them, without what SQLite keeps beside."""
    found = [Path(root, name) for root, folders, names in os.walk(folder) for name in [*folders, *names]]
    return {str(path.relative_to(folder)): _content(path) for path in found if path.suffix not in _BESIDE}


def _content(path: Path) -> object:
    if path.suffix == ".db":
        with closing(sqlite3.connect(path)) as connection:
            return [line for line in connection.iterdump() if not _is_following(path, line)]
    return path.read_bytes() if path.is_file() else None


def _is_following(path: Path, line: str) -> bool:
    """Tell whether MLflow's tables know a native experiment by this row, which follows when they are next asked."""
    return path.name == "mlflow.db" and line.startswith('INSERT INTO "experiments"')
