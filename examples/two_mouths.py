"""Fill one run through both mouths: the native SDK and MLflow.

python examples/two_mouths.py [WORKSPACE]
"""

from __future__ import annotations

import math
import sys

from mlflow import MlflowClient

from mlflow_ws_plugin import Experiment, Run, Workspace


def fill(workspace: Workspace) -> Run:
    """Return a run, ended, that both have written to."""
    run = Experiment(workspace, "two mouths").start_logging()
    client = MlflowClient(workspace.get_mlflow_tracking_uri())
    client.log_param(run.id, "frequency", 2)
    for step in range(10):
        run.log_row("wave", angle=step / 10, sine=math.sin(2 * math.pi * step / 10))
        client.log_metric(run.id, "loss", 1 / (step + 1), step=step)
    client.log_text(run.id, "two mouths, one record\n", "notes/note.txt")
    run.tag("kind", "demonstration")
    run.complete()
    return run


if __name__ == "__main__":
    workspace = Workspace.open(sys.argv[1]) if len(sys.argv) > 1 else Workspace()
    run = fill(workspace)
    print("What the native SDK reads:")
    print(f"  parameters {run.parameters}, tags {run.tags}, files {run.get_file_names()}")
    for name, values in run.get_metrics().items():
        print(f"  {name}: {values}")
    seen = MlflowClient(workspace.get_mlflow_tracking_uri()).get_run(run.id)
    print(f"What MLflow reads of the same run, {seen.info.status}:")
    print(f"  params {seen.data.params}")
    print(f"  metrics {seen.data.metrics}")
