"""The model registry of a workspace: MLflow's own SQL store, on a file inside it."""

from __future__ import annotations

from urllib.parse import quote

from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore

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
    return SqlAlchemyStore(f"sqlite:///{quote(str(history.directory / FILE_NAME))}")
