"""The tracking store of an embedded workspace: MLflow's calls, each translated in, passed on, and translated out.

A table of contents. The methods are in rooms by their noun: experiments, runs, run data, metric reads, inputs, models;
what has no native counterpart is passed on to MLflow's own store.
"""

from __future__ import annotations

import os
from pathlib import Path

from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.utils.uri import resolve_uri_if_local

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.plugin.faults import speaking_mlflow
from mlflow_ws_plugin.plugin.store.experiments import ExperimentCalls
from mlflow_ws_plugin.plugin.store.genai import GenAiCalls, passing_on_the_rest
from mlflow_ws_plugin.plugin.store.inputs import InputCalls
from mlflow_ws_plugin.plugin.store.metric_reads import MetricReadCalls
from mlflow_ws_plugin.plugin.store.models import ModelCalls
from mlflow_ws_plugin.plugin.store.run_data import RunDataCalls
from mlflow_ws_plugin.plugin.store.runs import RunCalls

_TRACKING_URI = "MLFLOW_TRACKING_URI"
_SERVED_ROOT = "mlflow-artifacts:"
_UNCHOSEN_ROOTS = ("./mlruns", "./mlartifacts")
"""What MLflow's server passes where no `--default-artifact-root` was given."""


@passing_on_the_rest
class EmbeddedTrackingStore(
    ExperimentCalls, RunCalls, RunDataCalls, MetricReadCalls, InputCalls, ModelCalls, GenAiCalls, AbstractStore
):
    """MLflow's tracking store on a workspace in a directory.

    Args:
        store_uri: The workspace's address.
        artifact_uri: Where MLflow's server wants new artifacts; None elsewhere.

    Attributes:
        artifact_root_uri: URI of the workspace's artifacts.

    Raises:
        MlflowException: The address is not legal, or there is something else at that place.
    """

    @speaking_mlflow
    def __init__(self, store_uri: str, artifact_uri: str | None = None) -> None:
        self._workspace = uri.parse(store_uri)
        self._history = RunHistory(self._workspace.directory)
        self._history.check()
        self._given = (store_uri, artifact_uri)
        self._served = (artifact_uri or "").startswith(_SERVED_ROOT)
        self._artifact_root = _SERVED_ROOT if self._served else self._history.artifacts.as_uri()
        is_chosen = artifact_uri and not self._served and artifact_uri not in _UNCHOSEN_ROOTS
        self._foreign_root = resolve_uri_if_local(artifact_uri) if is_chosen else None
        self.artifact_root_uri = self._foreign_root or self._artifact_root
        if os.environ.get(_TRACKING_URI) == store_uri:
            os.environ[_TRACKING_URI] = str(self._workspace)  # a subprocess may run in another directory
        super().__init__()  # type: ignore[no-untyped-call]  # AbstractStore has no annotation there

    @property
    def directory(self) -> Path:
        """Absolute directory of the workspace."""
        return self._workspace.directory

    def __reduce__(self) -> tuple[type[EmbeddedTrackingStore], tuple[str, str | None]]:
        return (EmbeddedTrackingStore, (str(self._workspace), self._given[1]))
