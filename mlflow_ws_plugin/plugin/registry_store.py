"""The model registry of a workspace: MLflow's own SQL store, on a file inside it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore
from mlflow.utils.file_utils import local_file_uri_to_path

from mlflow_ws_plugin import announcement, uri
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.plugin.entry_points import is_serving, served_root
from mlflow_ws_plugin.plugin.faults import speaking_mlflow
from mlflow_ws_plugin.plugin.mlflow_database import FILE_NAME, database_address, one_at_a_time

_SERVED = "mlflow-artifacts:/"
"""How places of a workspace's artifacts begin that a server of MLflow's recorded."""


class WorkspaceRegistry(SqlAlchemyStore):
    """MLflow's registry, whose files are found also after the workspace was moved or copied."""

    def __init__(self, database_address: str, artifacts: Path) -> None:
        self._artifacts = artifacts
        super().__init__(database_address)  # type: ignore[no-untyped-call]  # MLflow has no annotation there

    def get_model_version_download_uri(self, name: str, version: str) -> str | None:
        """Return where a version's files are, if it has any; those recorded in a workspace are in this one."""
        location = super().get_model_version_download_uri(name, version)  # type: ignore[no-untyped-call]
        return here(location, self._artifacts, served_root()) if location else location


def here(location: str, artifacts: Path, served_root: str | None = None) -> str:
    """Return a location within a workspace's artifacts, wherever they were, as one within those here, if it is there.

    Args:
        location: What MLflow recorded, an absolute URI.
        artifacts: The folder of the workspace's artifacts.
        served_root: Where a server of MLflow's wants new artifacts; if it hands them out itself, it does these too.
    """
    root = _SERVED.rstrip("/") if (served_root or "").startswith(_SERVED) else artifacts.as_uri()
    found = [path for path in _below(location, artifacts.name) if (artifacts / path).exists()]
    return f"{root}/{quote(found[0].as_posix())}" if found else location


def _below(location: str, folder: str) -> list[Path]:
    """Return the paths within a folder of that name that a location may mean."""
    if location.startswith(_SERVED) and not is_serving():  # a server over the workspace recorded it, and need not run
        served = PurePosixPath(unquote(location.removeprefix(_SERVED)))
        return [] if ".." in served.parts or served.is_absolute() else [Path(served)]
    if not location.startswith("file:"):
        return []
    parts = Path(local_file_uri_to_path(location)).parts
    return [Path(*parts[at:]) for at, part in enumerate(parts[:-1], 1) if part == folder]


@speaking_mlflow
def open_registry(store_uri: str) -> WorkspaceRegistry:
    """Return the registry of the workspace at an address; the workspace is made if it is not there.

    Raises:
        MlflowException: The address is not legal, or the workspace cannot be written.
    """
    workspace = uri.parse(store_uri)
    history = RunHistory(workspace.directory)
    if not workspace.directory.exists():
        announcement.workspace_made(workspace)
    history.make()
    address = database_address(history.directory / FILE_NAME)
    taken_for = Path(address.removeprefix("sqlite:///")).parent
    missing = [folder for folder in (taken_for, *taken_for.parents) if not folder.exists()]
    with one_at_a_time(history.directory):
        store = WorkspaceRegistry(address, history.artifacts)
    for folder in missing:
        with suppress(OSError):
            folder.rmdir()  # MLflow makes the parents of an address whose escapes it has not decoded
    return store
