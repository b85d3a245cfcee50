"""What `setup.cfg` points MLflow at: factories that import the rest when they are called.

MLflow loads this module while it is itself being imported, and any error here but ImportError and AttributeError would
break `import mlflow` for everyone. So nothing is imported here that imports MLflow, and nothing is done that can fail.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.genai.scorers.registry import AbstractScorerStore as ScorerStore
    from mlflow.store.artifact.artifact_repo import ArtifactRepository
    from mlflow.store.model_registry.abstract_store import AbstractStore as RegistryStore
    from mlflow.store.workspace.abstract_store import AbstractStore as TenantStore
    from requests.auth import AuthBase

    from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore

_SERVED_STORE = "_MLFLOW_SERVER_FILE_STORE"
_SERVED_ROOT = "_MLFLOW_SERVER_ARTIFACT_ROOT"
_SERVED_ARTIFACTS = "_MLFLOW_SERVER_ARTIFACT_DESTINATION"
_UNCHOSEN_ARTIFACTS = "./mlartifacts"
"""What `mlflow server` serves files from when `--artifacts-destination` is not given."""


def tracking_store(store_uri: str, artifact_uri: str | None = None) -> EmbeddedTrackingStore:
    """Return the tracking store of a workspace; in a server's process one that stands in for MLflow's SQL store, too.

    Args:
        store_uri: The workspace's address.
        artifact_uri: Where MLflow's server wants new artifacts; None elsewhere.

    Raises:
        MlflowException: The address is not legal, or there is something else at that place.
    """
    if is_serving():
        from mlflow_ws_plugin.plugin.served_store import ServedTrackingStore

        return ServedTrackingStore(store_uri, artifact_uri or served_root())

    from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore

    return EmbeddedTrackingStore(store_uri, artifact_uri)


def registry_store(store_uri: str) -> RegistryStore:
    """Return the model registry of a workspace.

    Raises:
        MlflowException: The address is not legal.
    """
    from mlflow_ws_plugin.plugin.registry_store import open_registry

    return open_registry(store_uri)


def artifact_repository(artifact_uri: str, *others: Any, **named: Any) -> ArtifactRepository:
    """Return the files at an address of a workspace's scheme.

    Args:
        artifact_uri: The address.
        *others: What MLflow passes besides; its versions differ.
        **named: Likewise.

    Raises:
        MlflowException: The address is not legal, or names what is no place for files.
    """
    from mlflow_ws_plugin.plugin.artifact_repository import WorkspaceArtifacts
    from mlflow_ws_plugin.plugin.faults import speaking_mlflow

    return speaking_mlflow(WorkspaceArtifacts)(artifact_uri, *others, **named)


def scorer_store(tracking_uri: str) -> ScorerStore:
    """Return where MLflow keeps registered scorers: in the workspace, through its tracking store."""
    from mlflow.genai.scorers.registry import MlflowTrackingStore

    store: ScorerStore = MlflowTrackingStore(tracking_uri)
    return store


def tenants(workspace_uri: str) -> TenantStore:
    """Return the list of what MLflow calls workspaces; see `plugin.tenants`.

    Raises:
        MlflowException: The address is not legal.
    """
    from mlflow_ws_plugin.plugin.tenants import open_tenants

    return open_tenants(workspace_uri)


class DefaultExperiment:
    """The experiment that MLflow uses inside a native run's job; see `plugin.default_experiment`."""

    def in_context(self) -> bool:
        """Tell whether this process works for a native run of the workspace that MLflow is pointed at."""
        return bool(os.environ.get("MLWS_RUN_ID")) and self.get_experiment_id() is not None

    def get_experiment_id(self) -> str | None:
        """Return the run's experiment."""
        from mlflow_ws_plugin.plugin.default_experiment import of_job

        return of_job()


class RequestAuth:
    """This user's token on MLflow's requests, for `MLFLOW_TRACKING_AUTH=mlws`; see `plugin.request_auth`."""

    def get_name(self) -> str:
        """Return the name by which it is chosen."""
        return "mlws"

    def get_auth(self) -> AuthBase:
        """Return what signs requests."""
        from mlflow_ws_plugin.plugin.request_auth import TokenAuth

        return TokenAuth()


class RunContext:
    """Tags for runs that MLflow begins inside a native run's job; see `plugin.run_context`."""

    def in_context(self) -> bool:
        """Tell whether this process works for a native run."""
        return bool(os.environ.get("MLWS_RUN_ID"))

    def tags(self) -> dict[str, Any]:
        """Return the tags."""
        from mlflow_ws_plugin.plugin.run_context import tags

        return tags()


def is_serving() -> bool:
    """Tell whether this is a process of `mlflow server`."""
    return bool(os.environ.get(_SERVED_STORE))


def served_root() -> str | None:
    """Return where `mlflow server` wants new artifacts, in its processes; None elsewhere."""
    return os.environ.get(_SERVED_ROOT) or None if is_serving() else None


def serve_artifacts_of_workspace() -> None:
    """In a process of `mlflow server` over a workspace, serve files from the workspace unless told otherwise."""
    store_uri = os.environ.get(_SERVED_STORE, "")
    if store_uri.startswith("mlws:") and os.environ.get(_SERVED_ARTIFACTS) == _UNCHOSEN_ARTIFACTS:
        from mlflow_ws_plugin import uri
        from mlflow_ws_plugin.errors import InvalidUri

        try:
            directory = uri.parse(store_uri).directory
        except InvalidUri:
            return  # the tracking store says what is wrong with it
        os.environ[_SERVED_ARTIFACTS] = (directory / "artifacts").as_uri()


serve_artifacts_of_workspace()
