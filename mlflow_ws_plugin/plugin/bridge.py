"""What the SDK asks of MLflow. It loads this module by name, when it is called for, and MLflow with it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.tracking._tracking_service.utils import _get_store

from mlflow_ws_plugin.errors import InvalidName, StorageError
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore
from mlflow_ws_plugin.sdk.model import Model


def make_default(address: str) -> None:
    """Make a workspace MLflow's default, for runs and models both."""
    mlflow.set_tracking_uri(address)
    mlflow.set_registry_uri(address)


def active_run() -> tuple[Path, str] | None:
    """Return the directory of the workspace MLflow is pointed at, and this thread's active run, if there are both."""
    run = mlflow.active_run()
    store = None if run is None else _get_store()
    if run is None or not isinstance(store, EmbeddedTrackingStore):
        return None
    return store.directory, run.info.run_id


def register(
    address: str, run_id: str, name: str, folder: str, tags: dict[str, str], *, description: str | None, file: str
) -> Model:
    """Make a folder of a run a new version of a registered model, which is made if it is not there.

    Args:
        address: The workspace's.
        run_id: The run.
        name: The model's name.
        folder: The folder, `""` for all files of the run.
        tags: Of the version.
        description: Of the version.
        file: The file in the folder that is meant, `""` for all of it.

    Raises:
        InvalidName: MLflow refuses the name, a tag or the description.
        StorageError: The registry cannot be written.
    """
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    try:
        _ensure(client, name)
        source = f"{client.get_run(run_id).info.artifact_uri}/{quote(folder)}".rstrip("/")
        made = client.create_model_version(name, source, run_id, tags=tags, description=description)
    except MlflowException as exc:
        if exc.error_code == "INVALID_PARAMETER_VALUE":
            raise InvalidName(exc.message, "Choose another.") from exc
        raise StorageError(f"Model {name!r} cannot be registered: {exc.message}") from exc
    url = f"models:/{made.name}/{made.version}/{file}".rstrip("/")
    return Model(made.name, int(made.version), url, run_id, dict(made.tags))


def _ensure(client: MlflowClient, name: str) -> None:
    """Make a registered model, if it is not there."""
    try:
        client.create_registered_model(name)
    except MlflowException as exc:
        if exc.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
