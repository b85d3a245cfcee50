"""In a server's process the store stands in for MLflow's SQL store, and is a workspace's all the same."""

from __future__ import annotations

import pickle

import pytest
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy.engine import Engine

from mlflow_ws_plugin.plugin.entry_points import tracking_store
from mlflow_ws_plugin.plugin.served_store import ServedTrackingStore
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore


@pytest.fixture
def served(tracking_uri: str, monkeypatch: pytest.MonkeyPatch) -> EmbeddedTrackingStore:
    monkeypatch.setenv("_MLFLOW_SERVER_FILE_STORE", tracking_uri)
    return tracking_store(tracking_uri, "mlflow-artifacts:/")


def test_only_a_server_has_the_stand_in(served: EmbeddedTrackingStore, tracking_uri: str) -> None:
    assert type(served) is ServedTrackingStore
    assert type(EmbeddedTrackingStore(tracking_uri)) is EmbeddedTrackingStore
    assert not isinstance(EmbeddedTrackingStore(tracking_uri), SqlAlchemyStore)


def test_it_is_both_by_type(served: EmbeddedTrackingStore) -> None:
    assert isinstance(served, SqlAlchemyStore)
    assert isinstance(served, EmbeddedTrackingStore)


def test_it_opens_no_second_database_before_it_is_asked_for_one(served: EmbeddedTrackingStore) -> None:
    assert isinstance(served, SqlAlchemyStore)
    served.create_experiment("native")
    assert not (served.directory / "mlflow.db").exists()


def test_what_only_the_sql_store_has_is_that_stores(served: EmbeddedTrackingStore) -> None:
    beneath = served._delegate.store
    assert isinstance(served.engine, Engine)  # type: ignore[attr-defined]
    for name in ("engine", "ManagedSessionMaker", "db_type"):
        assert getattr(served, name) is getattr(beneath, name)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = served.nonsense  # type: ignore[attr-defined]


@pytest.mark.skipif(not hasattr(SqlAlchemyStore, "secret_cache"), reason="MLflow 3.1 has no gateway")
def test_a_secret_that_is_changed_is_forgotten_where_it_is_looked_up(served: EmbeddedTrackingStore) -> None:
    assert served.secret_cache is served._delegate.store.secret_cache  # type: ignore[attr-defined]


def test_no_native_call_is_answered_beneath(served: EmbeddedTrackingStore) -> None:
    experiment = served.create_experiment("native")
    run = served.create_run(experiment, "ada", 1, [], "named")
    assert EmbeddedTrackingStore(str(served._workspace)).get_run(run.info.run_id).info.run_name == "named"
    assert not (served.directory / "mlflow.db").exists()


def test_it_is_pickled_as_the_store_of_its_workspace(served: EmbeddedTrackingStore) -> None:
    copied = pickle.loads(pickle.dumps(served))
    assert type(copied) is EmbeddedTrackingStore
    assert (copied.directory, copied.artifact_root_uri) == (served.directory, served.artifact_root_uri)
