"""Tags that show part of the native record to MLflow. They are read there, never set to another value."""

from __future__ import annotations

STATE = "mlws.state"
PROPERTY = "mlws.property."
TEXT_METRIC = "mlws.metric."
RUN_NAME = "mlflow.runName"
"""MLflow's tag for a run's display name, kept equal to it."""
PARENT = "mlflow.parentRunId"
"""MLflow's tag for a run's parent, kept equal to it."""
USER = "mlflow.user"
SOURCE_NAME = "mlflow.source.name"
SOURCE_TYPE = "mlflow.source.type"
"""Tags by which MLflow's pages show who began a run, and with what."""
DESCRIPTION = "mlflow.note.content"
"""MLflow's tag for what a run is about."""
LOGGED_ARTIFACTS = "mlflow.loggedArtifacts"
"""MLflow's tag that says which files of a run are tables, a JSON list."""
MLFLOW = "mlflow."
"""Tags MLflow makes for itself; the native `get_tags` leaves them out."""


def is_reserved(key: str) -> bool:
    """Tell whether a tag shows part of the native record."""
    return key == STATE or key.startswith((PROPERTY, TEXT_METRIC))
