"""What MLflow calls workspaces, the tenants of its server: their list, as any database of MLflow's has one.

They divide nothing here. MLflow divides what its own stores hold where it is told to, and asks ours for none of it.
"""

from __future__ import annotations

from mlflow.store.workspace.sqlalchemy_store import SqlAlchemyStore

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.plugin.faults import speaking_mlflow
from mlflow_ws_plugin.plugin.mlflow_database import FILE_NAME, database_address
from mlflow_ws_plugin.plugin.registry_store import open_registry


@speaking_mlflow
def open_tenants(workspace_uri: str) -> SqlAlchemyStore:
    """Return MLflow's store of them on the file inside a workspace, which is made if it is not there.

    Raises:
        MlflowException: The address is not legal, or the workspace cannot be written.
    """
    open_registry(workspace_uri).engine.dispose()  # which makes the file, one process at a time
    return SqlAlchemyStore(database_address(uri.parse(workspace_uri).directory / FILE_NAME))
