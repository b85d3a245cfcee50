"""The tracking store has every method that MLflow's clients call, to be called as they call it.

MLflow does not enforce its abstract methods: a store that forgets one answers None, and the data is lost silently.
"""

from __future__ import annotations

import configparser
import importlib.metadata
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mlflow.store.model_registry.abstract_store import AbstractStore as AbstractRegistry
from mlflow.store.tracking.abstract_store import AbstractStore

from mlflow_ws_plugin.plugin import entry_points
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore

from .parity.judge import SqlAlchemyStore

DECLARED = (
    "search_experiments",
    "create_experiment",
    "get_experiment",
    "get_experiment_by_name",
    "delete_experiment",
    "restore_experiment",
    "rename_experiment",
    "set_experiment_tag",
    "delete_experiment_tag",
    "filter_active_experiment_ids",
    "create_run",
    "get_run",
    "update_run_info",
    "delete_run",
    "restore_run",
    "_search_runs",
    "link_traces_to_run",
    "log_batch",
    "log_metric",
    "log_param",
    "set_tag",
    "get_metric_history",
    "get_metric_history_bulk_interval",
    "get_metric_history_bulk_interval_from_steps",
    "log_inputs",
    "log_outputs",
    "record_logged_model",
    "create_logged_model",
    "search_logged_models",
    "finalize_logged_model",
    "get_logged_model",
    "set_logged_model_tags",
    "delete_logged_model_tag",
    "delete_logged_model",
)
"""Declared in AbstractStore, and needed by tracking, Lightning, autologging or MLflow's pages."""

INHERITED = {
    "search_runs": "it calls _search_runs",
    "log_batch_async": "it queues for log_batch",
    "log_metric_async": "it calls log_batch_async",
    "log_param_async": "it calls log_batch_async",
    "set_tag_async": "it calls log_batch_async",
    "flush_async_logging": "it flushes the queue",
    "end_async_logging": "it ends the queue",
    "shut_down_async_logging": "it ends the queue",
    "set_model_versions_tags": "it tags logged models by our own methods",
    "_evenly_spaced_indices": "it is arithmetic",
}
"""As needed, but AbstractStore's own implementation is right, and MLflow's SQL store inherits it too."""

UNDECLARED = (
    "delete_tag",
    "log_logged_model_params",
    "get_metric_history_bulk",
    "get_max_step_for_metric",
    "_search_datasets",
    "_get_deleted_runs",
    "_hard_delete_run",
    "_hard_delete_experiment",
    "_get_deleted_logged_models",
    "_hard_delete_logged_model",
)
"""Not in AbstractStore, and called by MLflow's clients, server or `mlflow gc` all the same."""

CALLS: list[tuple[str, tuple[Any, ...], tuple[str, ...]]] = [
    ("search_experiments", (), ("view_type", "max_results", "filter_string", "order_by", "page_token")),
    ("search_experiments", (1, 10, "", [], None), ()),
    ("create_experiment", (), ("name", "artifact_location", "tags")),
    ("create_experiment", ("x", None, []), ()),
    ("create_run", (), ("experiment_id", "user_id", "start_time", "tags", "run_name")),
    ("update_run_info", ("r", 1, 2, "x"), ()),
    ("update_run_info", ("r",), ("run_status", "end_time", "run_name")),
    ("update_run_info", (), ("run_id", "run_status", "end_time", "run_name")),
    ("search_runs", (["0"], ""), ("run_view_type", "max_results", "order_by", "page_token")),
    ("search_runs", (), ("experiment_ids", "filter_string", "run_view_type", "max_results", "order_by", "page_token")),
    ("_search_runs", (["0"], "", 1, 10, [], None), ()),
    ("log_batch", (), ("run_id", "metrics", "params", "tags")),
    ("log_inputs", (), ("run_id", "datasets", "models")),
    ("log_outputs", (), ("run_id", "models")),
    ("record_logged_model", ("r", None), ()),
    ("get_metric_history", (), ("run_id", "metric_key", "max_results", "page_token")),
    ("get_metric_history", ("r", "k"), ()),
    ("get_metric_history_bulk", (), ("run_ids", "metric_key", "max_results")),
    ("get_metric_history_bulk_interval", (), ("run_ids", "metric_key", "max_results", "start_step", "end_step")),
    ("get_metric_history_bulk_interval_from_steps", (), ("run_id", "metric_key", "steps", "max_results")),
    ("create_logged_model", (), ("experiment_id", "name", "source_run_id", "tags", "params", "model_type")),
    (
        "search_logged_models",
        (),
        ("experiment_ids", "filter_string", "datasets", "max_results", "order_by", "page_token"),
    ),
    ("finalize_logged_model", (), ("model_id", "status")),
    ("get_logged_model", ("m",), ("allow_deleted",)),
    ("_get_deleted_runs", (), ("older_than",)),
    ("_get_deleted_logged_models", (), ("older_than",)),
]
"""How clients, handlers and `mlflow gc` call: positional arguments, and names of keyword arguments."""

OURS = [kind for kind in EmbeddedTrackingStore.__mro__ if kind not in AbstractStore.__mro__]
ROOT = Path(__file__).parents[2]


def is_ours(name: str) -> bool:
    return any(name in vars(kind) for kind in OURS)


@pytest.mark.parametrize("name", DECLARED)
def test_what_mlflow_declares_is_overridden(name: str) -> None:
    assert hasattr(AbstractStore, name)
    assert is_ours(name)


@pytest.mark.parametrize("name", INHERITED)
def test_what_is_inherited_is_what_mlflows_sql_store_inherits(name: str) -> None:
    assert hasattr(AbstractStore, name)
    assert not any(name in vars(kind) for kind in SqlAlchemyStore.__mro__ if kind not in AbstractStore.__mro__)


@pytest.mark.parametrize("name", UNDECLARED)
def test_what_clients_call_undeclared_is_there(name: str) -> None:
    assert not hasattr(AbstractStore, name)
    assert is_ours(name)


def test_the_place_of_artifacts_is_an_attribute(tracking_uri: str) -> None:
    assert EmbeddedTrackingStore(tracking_uri).artifact_root_uri.startswith("file:///")


def test_every_method_marked_abstract_is_overridden() -> None:
    abstract = {
        name
        for name in dir(AbstractStore)
        if getattr(getattr(AbstractStore, name), "__isabstractmethod__", False) and not is_ours(name)
    }
    assert not abstract


@pytest.mark.parametrize("name", [*DECLARED, *UNDECLARED])
def test_parameters_are_those_of_mlflows_sql_store(name: str) -> None:
    judged, ours = (
        [(given.name, given.kind, given.default) for given in inspect.signature(method).parameters.values()]
        for method in (getattr(SqlAlchemyStore, name), getattr(EmbeddedTrackingStore, name))
    )
    assert ours == judged


@pytest.mark.parametrize("name", DECLARED)
def test_every_call_that_mlflows_declaration_allows_binds(name: str) -> None:
    declared = inspect.signature(getattr(AbstractStore, name)).parameters.values()
    if any(given.kind in (given.VAR_KEYWORD, given.VAR_POSITIONAL) for given in declared):
        declared = [given for given in declared if given.kind == given.POSITIONAL_OR_KEYWORD]
    inspect.signature(getattr(EmbeddedTrackingStore, name)).bind(*[None for _ in declared])


@pytest.mark.parametrize(("name", "positional", "keywords"), CALLS)
def test_calls_bind_as_clients_make_them(name: str, positional: Any, keywords: tuple[str, ...]) -> None:
    signature = inspect.signature(getattr(EmbeddedTrackingStore, name))
    signature.bind(None, *positional, **dict.fromkeys(keywords))


@pytest.mark.parametrize("name", [*DECLARED, *UNDECLARED])
def test_every_method_says_what_it_does(name: str) -> None:
    assert (getattr(EmbeddedTrackingStore, name).__doc__ or "").strip()


def declared_entry_points() -> list[tuple[str, str, str]]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return [
        (group, *(part.strip() for part in line.split("=", 1)))  # type: ignore[misc]
        for group, lines in parser["options.entry_points"].items()
        if group.startswith("mlflow.")
        for line in lines.strip().splitlines()
    ]


def test_entry_points_are_declared() -> None:
    groups = {group for group, _, _ in declared_entry_points()}
    assert groups >= {"mlflow.tracking_store", "mlflow.model_registry_store", "mlflow.run_context_provider"}


@pytest.mark.parametrize(("group", "name", "target"), declared_entry_points(), ids=lambda part: part.split(":")[-1])
def test_a_declared_entry_point_resolves(group: str, name: str, target: str) -> None:
    (found,) = [
        point
        for point in importlib.metadata.entry_points(group=group, name=name)
        if point.module.startswith("mlflow_ws")
    ]
    assert found.value == target
    assert found.load() is getattr(entry_points, target.split(":")[1])


def test_the_factories_take_what_mlflow_gives_them(tracking_uri: str) -> None:
    store = entry_points.tracking_store(store_uri=tracking_uri, artifact_uri=None)
    assert isinstance(store, EmbeddedTrackingStore)
    inspect.signature(entry_points.registry_store).bind(store_uri=tracking_uri)


@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:sqlalchemy.exc.SADeprecationWarning")
def test_the_registry_is_whole(tracking_uri: str) -> None:
    registry = entry_points.registry_store(tracking_uri)
    missing = {
        name
        for name in dir(AbstractRegistry)
        if getattr(getattr(AbstractRegistry, name), "__isabstractmethod__", False)
        and getattr(type(registry), name) is getattr(AbstractRegistry, name)
    }
    registry.engine.dispose()
    assert not missing


def imported_by(statement: str) -> set[str]:
    """Return the top packages that a fresh interpreter has imported after a statement."""
    script = f"{statement}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_loading_the_entry_points_imports_neither_mlflow_nor_sqlalchemy() -> None:
    assert not imported_by("import mlflow_ws_plugin.plugin.entry_points") & {"mlflow", "sqlalchemy", "alembic"}


def test_mlflow_knows_the_scheme_when_ours_is_imported_first() -> None:
    statement = (
        "import mlflow_ws_plugin.plugin.tracking_store, mlflow.tracking._tracking_service.utils as service\n"
        "assert 'mlws' in service._tracking_store_registry._registry"
    )
    assert "mlflow" in imported_by(statement)
