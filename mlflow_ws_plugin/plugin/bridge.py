"""What the SDK asks of MLflow. It loads this module by name, when it is called for, and MLflow with it."""

from __future__ import annotations

from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.errors import InvalidName, StorageError
from mlflow_ws_plugin.sdk.model import Model


def make_default(address: str) -> None:
    """Make a workspace MLflow's default, for runs and models both."""
    mlflow.set_tracking_uri(address)
    mlflow.set_registry_uri(address)


def active_run() -> tuple[Path, str] | None:
    """Return the directory of the workspace MLflow is pointed at, and this thread's active run, if there are both."""
    run = mlflow.active_run()
    address = mlflow.get_tracking_uri()
    if run is None or not address.startswith(f"{uri.SCHEME}:"):
        return None
    return uri.parse(address).directory, run.info.run_id


def register(address: str, run_id: str, name: str, path: str, tags: dict[str, str], description: str | None) -> Model:
    """Make files of a run a new version of a registered model, which is made if it is not there.

    Raises:
        InvalidName: MLflow refuses the name, a tag or the description.
        StorageError: The registry cannot be written.
    """
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    try:
        _ensure(client, name)
        source = f"{client.get_run(run_id).info.artifact_uri}/{path}"
        made = client.create_model_version(name, source, run_id, tags=tags, description=description)
    except MlflowException as exc:
        if exc.error_code == "INVALID_PARAMETER_VALUE":
            raise InvalidName(exc.message, "Choose another.") from exc
        raise StorageError(f"Model {name!r} cannot be registered: {exc.message}") from exc
    return Model(made.name, int(made.version), f"models:/{made.name}/{made.version}", run_id, dict(made.tags))


def _ensure(client: MlflowClient, name: str) -> None:
    """Make a registered model, if it is not there."""
    try:
        client.create_registered_model(name)
    except MlflowException as exc:
        if exc.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
