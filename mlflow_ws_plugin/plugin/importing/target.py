"""The workspace that is moved into: its native history, and what MLflow sees of it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from mlflow.entities import LoggedModel, Run
from mlflow.exceptions import MlflowException
from mlflow.utils.file_utils import local_file_uri_to_path

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.errors import SourceUnreadable
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.plugin.registry_store import WorkspaceRegistry, open_registry
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore

T = TypeVar("T")


class Target:
    """A workspace in a directory, which is made if it is not there.

    Args:
        directory: The directory.

    Attributes:
        address: The workspace's.
        history: Its native history.
        store: MLflow's tracking store on it.
    """

    def __init__(self, directory: Path) -> None:
        self.address = str(uri.of(directory))
        self.history = RunHistory(directory)
        self.history.make()
        self.store: Any = EmbeddedTrackingStore(self.address)

    @functools.cached_property
    def registry(self) -> WorkspaceRegistry:
        """Its model registry, opened now."""
        return open_registry(self.address)

    def run(self, run_id: str) -> Run | None:
        """Return a run, or None."""
        return unless_unknown(lambda: self.store.get_run(run_id))

    def model(self, model_id: str) -> LoggedModel | None:
        """Return a logged model, or None; one in the bin as well."""
        return unless_unknown(lambda: self.store.get_logged_model(model_id, allow_deleted=True))

    def folder(self, location: str) -> Path:
        """Return the folder that a location within the workspace means.

        Raises:
            SourceUnreadable: It is not on this machine.
        """
        if not location.startswith("file:"):
            raise SourceUnreadable(f"The files here are at {location}, which is not on this machine.")
        return Path(local_file_uri_to_path(location))


def unless_unknown(call: Callable[[], T]) -> T | None:
    """Return what a call returns, None where MLflow says that there is no such record."""
    try:
        return call()
    except MlflowException as exc:
        if exc.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None
