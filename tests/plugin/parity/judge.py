"""MLflow's own SQL stores, imported without the warning that its mapping gives under SQLAlchemy 2.1."""

from __future__ import annotations

import warnings

from sqlalchemy.exc import SADeprecationWarning

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="The ``noload`` loader strategy", category=SADeprecationWarning)
    from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as RegistryStore
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

__all__ = ["RegistryStore", "SqlAlchemyStore"]
