"""A self-hosted machine-learning workspace that speaks MLflow.

    from mlflow_ws_plugin import Experiment, Workspace

    workspace = Workspace.open("my-workspace")
    run = Experiment(workspace, "digits").start_logging()
    run.log("loss", 0.25)
    run.complete()

Everything public is a name of this module or of `mlflow_ws_plugin.errors`. Importing it imports neither MLflow nor
SQLAlchemy.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow_ws_plugin.records.pictures import RunImage
    from mlflow_ws_plugin.sdk.experiment import Experiment
    from mlflow_ws_plugin.sdk.log_handler import RunLogHandler
    from mlflow_ws_plugin.sdk.model import Model
    from mlflow_ws_plugin.sdk.reading import MetricFile, MetricPoint, MetricSummary
    from mlflow_ws_plugin.sdk.run import Run
    from mlflow_ws_plugin.sdk.trials import OptunaTrials
    from mlflow_ws_plugin.sdk.workspace import Workspace

__all__ = [
    "Experiment",
    "MetricFile",
    "MetricPoint",
    "MetricSummary",
    "Model",
    "OptunaTrials",
    "Run",
    "RunImage",
    "RunLogHandler",
    "Workspace",
]

_HOMES = {
    "Experiment": "mlflow_ws_plugin.sdk.experiment",
    "MetricFile": "mlflow_ws_plugin.sdk.reading",
    "MetricPoint": "mlflow_ws_plugin.sdk.reading",
    "MetricSummary": "mlflow_ws_plugin.sdk.reading",
    "Model": "mlflow_ws_plugin.sdk.model",
    "OptunaTrials": "mlflow_ws_plugin.sdk.trials",
    "Run": "mlflow_ws_plugin.sdk.run",
    "RunImage": "mlflow_ws_plugin.records.pictures",
    "RunLogHandler": "mlflow_ws_plugin.sdk.log_handler",
    "Workspace": "mlflow_ws_plugin.sdk.workspace",
}


logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
