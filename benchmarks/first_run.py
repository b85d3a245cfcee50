"""A new interpreter's first run: `python -m benchmarks.first_run [URI]`; see `workloads.startup`.

Prints how long importing MLflow took, and how long everything after it, up to the end of the run.
"""

from __future__ import annotations

import importlib
import json
import sys
from time import perf_counter


def main(arguments: list[str]) -> dict[str, float]:
    """Import MLflow and, where there is an address, log one metric there."""
    began = perf_counter()
    import mlflow

    imported = perf_counter()
    if arguments:
        if arguments[0].startswith("empty:"):
            importlib.import_module("benchmarks.empty_store")
        mlflow.set_tracking_uri(arguments[0])
        with mlflow.start_run():
            mlflow.log_metric("loss", 0.5)
    return {"import_s": imported - began, "after_s": perf_counter() - imported}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
