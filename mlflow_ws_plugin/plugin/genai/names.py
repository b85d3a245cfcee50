"""Which of MLflow's calls are passed on to its own store: all that are declared, and neither ours nor made of ours."""

from __future__ import annotations

import inspect
from types import FunctionType

from mlflow.store.tracking.abstract_store import AbstractStore

KEPT = frozenset(
    {
        "search_runs",
        "log_batch_async",
        "log_metric_async",
        "log_param_async",
        "set_tag_async",
        "flush_async_logging",
        "end_async_logging",
        "shut_down_async_logging",
        "set_model_versions_tags",
        "_evenly_spaced_indices",
        "delete_traces",
        "get_online_trace_details",
        "resolve_trace_archival_config",
        "unlink_traces_from_run",
    }
)
"""What AbstractStore makes of other calls, and MLflow's SQL store leaves as it is."""

UNDECLARED = ("deprecated_start_trace_v2", "deprecated_end_trace_v2")
"""What MLflow's server calls although AbstractStore does not have it."""


def delegated(ours: set[str]) -> list[str]:
    """Return the names of the calls that are passed on, in the installed MLflow.

    Args:
        ours: Names of the calls that have a native counterpart.
    """
    declared = [name for name in dir(AbstractStore) if _is_call(name) and name not in ours | KEPT]
    return [*declared, *UNDECLARED]


def _is_call(name: str) -> bool:
    return not name.startswith("__") and isinstance(inspect.getattr_static(AbstractStore, name), FunctionType)
