"""What is measured: this store, MLflow's own, one that does nothing, and one that only writes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlflow import MlflowClient
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.tracking._tracking_service.utils import _get_store


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of store.

    Attributes:
        name: As printed.
        address: Returns the tracking URI for a directory that exists and is empty.
        keeps: Whether what is written can be read back.
        module: Imported before the first use, to make MLflow know the address.
    """

    name: str
    address: Callable[[Path], str]
    keeps: bool = True
    module: str | None = None


MLWS = Target("mlws", lambda folder: f"mlws://{quote(str(folder))}")
SQLITE = Target("mlflow-sqlite", lambda folder: f"sqlite:///{folder / 'mlflow.db'}")
FILE = Target("mlflow-file", lambda folder: (folder / "mlruns").as_uri())
EMPTY = Target("empty", lambda folder: f"empty://{folder}", keeps=False, module="benchmarks.empty_store")
BARE = Target("bare-sqlite", lambda folder: f"bare://{folder}", keeps=False, module="benchmarks.bare_store")

ALL = (MLWS, SQLITE, FILE, EMPTY)
KEEPING = tuple(target for target in ALL if target.keeps)
LOGGING = (*ALL, BARE)
"""Where single calls are timed: with the floor of any store that writes a transaction to SQLite at each."""


@dataclass(frozen=True, slots=True)
class Site:
    """A target in a directory of its own."""

    target: Target
    folder: Path

    @property
    def uri(self) -> str:
        """Its tracking URI."""
        return self.target.address(self.folder)

    @property
    def store(self) -> AbstractStore:
        """MLflow's tracking store on it; always the same."""
        if self.target.module:
            importlib.import_module(self.target.module)
        return _get_store(self.uri)

    @property
    def client(self) -> MlflowClient:
        """A client of it, which does not look for a model registry."""
        assert self.store is not None
        return MlflowClient(self.uri, registry_uri=self.uri)

    def new_run(self) -> Any:
        """Begin a run in the default experiment and return it."""
        return self.client.create_run("0")
