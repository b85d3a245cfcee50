"""The experiment that MLflow uses inside a native run's job where none was chosen: the run's own."""

from __future__ import annotations

from mlflow.exceptions import MlflowException
from mlflow.tracking._tracking_service.utils import _get_store

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore


def of_job() -> str | None:
    """Return the experiment of the job's run, or None where MLflow is pointed at another workspace than the run's."""
    store = _get_store()
    if not isinstance(store, EmbeddedTrackingStore):
        return None
    try:
        return str(store.get_run(settings.RUN_ID.get()).info.experiment_id)
    except MlflowException:
        return None
