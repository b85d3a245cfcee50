"""Speed of this store beside MLflow's own, measured in one go. Run `python -m benchmarks`.

Importing it sets what must be set before MLflow is imported, for this process and its children.
"""

import os
from pathlib import Path

os.environ.update(
    MLFLOW_DISABLE_TELEMETRY="true",
    MLFLOW_ALLOW_FILE_STORE="true",
    MLWS_QUIET="1",
    MLFLOW_LOGGING_LEVEL="WARNING",
    PYTHONPATH=str(Path(__file__).parents[1]),  # children stand in another directory
    PYTHONWARNINGS="ignore",
)
for variable in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID"):
    os.environ.pop(variable, None)
