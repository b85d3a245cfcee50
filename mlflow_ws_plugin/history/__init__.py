"""The use cases. `RunHistory` checks, decides, and is the only writer of storage."""

from mlflow_ws_plugin.history.run_history import RunHistory

__all__ = ["RunHistory"]
