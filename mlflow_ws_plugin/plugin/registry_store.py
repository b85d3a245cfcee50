"""The model registry of a workspace: MLflow's own SQL store, on a file inside it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import make_url

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.plugin.faults import speaking_mlflow

FILE_NAME = "mlflow.db"


@speaking_mlflow
def open_registry(store_uri: str) -> SqlAlchemyStore:
    """Return the registry of the workspace at an address; the workspace is made if it is not there.

    Raises:
        MlflowException: The address is not legal, or the workspace cannot be written.
    """
    history = RunHistory(uri.parse(store_uri).directory)
    history.make()
    address = database_address(history.directory / FILE_NAME)
    taken_for = Path(address.removeprefix("sqlite:///")).parent
    missing = [folder for folder in (taken_for, *taken_for.parents) if not folder.exists()]
    store = SqlAlchemyStore(address)
    for folder in missing:
        with suppress(OSError):
            folder.rmdir()  # MLflow makes the parents of an address whose escapes it has not decoded
    return store


def database_address(path: Path) -> str:
    """Return the address by which SQLAlchemy finds a file; only its newer versions decode escapes."""
    plain = f"sqlite:///{path}"
    if make_url(plain).database == str(path):
        return plain
    return "sqlite:///" + str(path).replace("%", "%25").replace("?", "%3F")
