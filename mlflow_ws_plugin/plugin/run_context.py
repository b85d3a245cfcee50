"""Tags that say for which native run's job an MLflow run was begun."""

from __future__ import annotations

import socket

from mlflow_ws_plugin import settings

JOB_RUN = "mlws.job.run_id"
JOB_HOST = "mlws.job.host"


def tags() -> dict[str, str]:
    """Return the id of the job's run and the machine's name."""
    return {JOB_RUN: settings.RUN_ID.get(), JOB_HOST: socket.gethostname()}
