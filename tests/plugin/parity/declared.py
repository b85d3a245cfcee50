"""Which calls the installed MLflow declares, and which tests wait for a newer one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import mlflow
import pytest
from mlflow.store.model_registry.abstract_store import AbstractStore as AbstractRegistry
from mlflow.store.tracking.abstract_store import AbstractStore

YOUNGER = {
    "test_traces.py": "log_spans",
    "test_trace_search.py": "log_spans",
    "test_trace_links.py": "log_spans",
    "test_trace_metrics.py": "query_trace_metrics",
    "test_trace_archival.py": "archive_traces",
    "test_traces_v2.py": "end_trace",
    "test_assessments.py": "create_assessment",
    "test_issues.py": "create_issue",
    "test_removed_experiments.py": "create_issue",
    "test_scorers.py": "upsert_online_scoring_config",
    "test_datasets.py": "create_dataset",
    "test_dataset_records.py": "upsert_dataset_records",
    "test_label_schemas.py": "create_label_schema",
    "test_review_queues.py": "create_review_queue",
    "test_mcp_servers.py": "create_mcp_server",
    "test_mcp_endpoints.py": "create_mcp_access_endpoint",
    "test_gateway.py": "create_gateway_endpoint",
    "test_gateway_budgets.py": "create_budget_policy",
    "test_gateway_guardrails.py": "create_gateway_guardrail",
    "test_webhooks.py": "create_webhook",
}
"""Modules of tests, and the call without which an MLflow has nothing that they could compare."""


def calls_of(store: type) -> frozenset[str]:
    """Return the names of the calls that a class of stores declares, attributes among them."""
    return frozenset(name for name in dir(store) if not name.startswith(("__", "_abc_")))


TRACKING = calls_of(AbstractStore)
REGISTRY = calls_of(AbstractRegistry)


def is_declared(call: str) -> bool:
    """Tell whether the installed MLflow has a call."""
    return call in TRACKING | REGISTRY


def since(call: str) -> pytest.MarkDecorator:
    """Return a mark of tests that an MLflow without that call does not run."""
    return pytest.mark.skipif(not is_declared(call), reason=f"MLflow {mlflow.__version__} has no {call}")


def taking(call: Callable[..., Any], parameter: str) -> pytest.MarkDecorator:
    """Return a mark of tests that an MLflow whose call has no such parameter does not run."""
    reason = f"in MLflow {mlflow.__version__}, {call.__name__} takes no {parameter}"
    return pytest.mark.skipif(parameter not in inspect.signature(call).parameters, reason=reason)
