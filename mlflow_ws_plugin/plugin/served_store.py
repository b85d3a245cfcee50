"""The tracking store in a process of `mlflow server`, where some of MLflow's code asks for its SQL store by type.

What is written and read is the same as elsewhere; see `tracking_store`.
"""

from __future__ import annotations

from typing import Any, SupportsIndex

from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore


class ServedTrackingStore(EmbeddedTrackingStore):
    """A workspace's store that stands in for the SQL store beneath it.

    MLflow's gateway and its page of the server's features take `isinstance(store, SqlAlchemyStore)` for a yes, and then
    use what only that class has: sessions, queries, a cache of secrets. A proxy answers both. It says the class of what
    it stands for, as Python lets any object do, and what it has not itself is looked up there. Nothing is inherited, so
    no call can pass the native record by.
    """

    @property  # type: ignore[misc]  # object has it writable
    def __class__(self) -> type[SqlAlchemyStore]:  # type: ignore[override]  # which is the point
        return SqlAlchemyStore

    def __getattr__(self, name: str) -> Any:
        return getattr(self._delegate.store, name)

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> Any:
        return self.__reduce__()  # object's own asks __class__ how to copy
