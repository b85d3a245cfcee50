"""Record a run with `mlflow.*` alone: only the tracking URI says that it goes to a workspace.

python examples/mlflow_quickstart.py [WORKSPACE]
"""

from __future__ import annotations

import sys
from pathlib import Path

import mlflow

from mlflow_ws_plugin import Workspace


def record() -> str:
    """Log a small descent, and return the run's id."""
    mlflow.set_experiment("quickstart")
    with mlflow.start_run() as run:
        mlflow.log_params({"rate": 0.1, "steps": 20})
        x = 4.0
        for step in range(20):
            mlflow.log_metric("x_squared", x * x, step=step)
            x -= 0.1 * 2 * x
        mlflow.log_text(f"x = {x}\n", "result.txt")
    return str(run.info.run_id)


if __name__ == "__main__":
    workspace = Workspace.open(Path(sys.argv[1])) if len(sys.argv) > 1 else Workspace()
    mlflow.set_tracking_uri(workspace.get_mlflow_tracking_uri())
    run_id = record()
    print(mlflow.search_runs(experiment_names=["quickstart"], max_results=1)[["run_id", "status", "metrics.x_squared"]])
    print(mlflow.artifacts.load_text(f"runs:/{run_id}/result.txt"))
