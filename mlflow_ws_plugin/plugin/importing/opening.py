"""Which addresses can be imported from, and how their stores are opened without writing to them.

MLflow makes what is not there when it opens a store: a database, its tables, folders. So it is looked first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from mlflow.exceptions import MlflowException
from mlflow.store.db.utils import _get_schema_version, _verify_schema, create_sqlalchemy_engine
from mlflow.tracking._tracking_service.utils import _tracking_store_registry
from mlflow.utils.file_utils import local_file_uri_to_path
from mlflow.utils.rest_utils import http_request
from mlflow.utils.uri import get_uri_scheme
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.errors import SourceNotFound, SourceUnreadable
from mlflow_ws_plugin.history import RunHistory

_FILE_STORE = "MLFLOW_ALLOW_FILE_STORE"
_RETRIES = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
_TRASH = ".trash"
_PATIENCE_S = 30


def name_of(address: str) -> str:
    """Return the address by which a source is known in a workspace: absolute, and without credentials.

    Raises:
        SourceUnreadable: MLflow knows no such address, nothing is there, or it cannot be read.
    """
    scheme = _scheme(address)
    return _LOOKS.get(scheme, _as_it_is)(address)


def _scheme(address: str) -> str:
    try:
        scheme: str = get_uri_scheme(address)
    except (MlflowException, ArgumentError, ValueError) as exc:
        raise _unreadable(address, exc) from exc
    if scheme in ("", *_tracking_store_registry._registry):
        return scheme
    known = ", ".join(sorted(known for known in _tracking_store_registry._registry if known))
    raise SourceUnreadable(f"{address!r} is no tracking address that MLflow knows.", f"It knows {known}, and folders.")


def _database(address: str) -> str:
    """Look whether a database is MLflow's, and of the installed version: else MLflow would write its tables there."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or ":memory:").absolute()
        if not path.is_file():
            raise SourceNotFound(f"There is no database {str(path)!r}.", "Check the path and the current directory.")
        url = url.set(database=str(path))
    try:
        engine = create_sqlalchemy_engine(address)
        try:
            if _get_schema_version(engine) is None:
                raise SourceUnreadable(f"{_public(address)!r} is no database of MLflow.", "Check the address.")
            _verify_schema(engine)
        finally:
            engine.dispose()
    except (MlflowException, SQLAlchemyError, ImportError) as exc:
        raise _unreadable(_public(address), exc) from exc
    return url.set(username=None, password=None).render_as_string()


def _folder(address: str) -> str:
    folder = Path(local_file_uri_to_path(address)).absolute()
    if not folder.is_dir():
        raise SourceNotFound(f"There is no folder {str(folder)!r}.", "Check the path and the current directory.")
    if not any(folder.glob("*/meta.yaml")) and not (folder / _TRASH).is_dir():
        raise SourceUnreadable(f"{str(folder)!r} is no folder of MLflow's runs.", "Pass the one that is called mlruns.")
    return folder.as_uri()


def _workspace(address: str) -> str:
    workspace = uri.parse(address)
    if not RunHistory(workspace.directory).is_made:
        raise SourceNotFound(f"There is no workspace at {str(workspace.directory)!r}.", "Check the path.")
    return str(workspace)


def _server(address: str) -> str:
    """Ask a server once; MLflow's own calls would ask it again for minutes."""
    creds = _tracking_store_registry.get_store(address).get_host_creds()
    try:
        http_request(creds, "/health", "GET", max_retries=0, timeout=_PATIENCE_S, raise_on_status=False)
    except (MlflowException, OSError) as exc:
        raise _unreadable(_public(address), exc) from exc
    return _public(address).rstrip("/")


def _as_it_is(address: str) -> str:
    return _public(address)


_LOOKS: dict[str, Callable[[str], str]] = {
    "sqlite": _database,
    "postgresql": _database,
    "mysql": _database,
    "mssql": _database,
    "": _folder,
    "file": _folder,
    "http": _server,
    "https": _server,
    uri.SCHEME: _workspace,
}


def _public(address: str) -> str:
    """Return an address without what is written before its host."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _unreadable(address: str, exc: Exception) -> SourceUnreadable:
    said = exc.message if isinstance(exc, MlflowException) else str(exc)
    return SourceUnreadable(f"{address!r} cannot be read: {' '.join(said.split())}")


@contextmanager
def left_as_it_is(name: str) -> Iterator[None]:
    """Let MLflow open its folders of runs, which newer versions refuse, and leave no folder of its own in this one."""
    folder = Path(local_file_uri_to_path(name)) if name.startswith("file:") else None
    new = folder / _TRASH if folder is not None and not (folder / _TRASH).exists() else None
    with _set(_FILE_STORE, "true"):
        if new is not None:
            new.mkdir()
        try:
            yield
        finally:
            if new is not None:
                with suppress(OSError):  # somebody has deleted an experiment meanwhile
                    new.rmdir()


@contextmanager
def asked_once() -> Iterator[None]:
    """Ask a server once; where its store has no such records it fails, and MLflow would ask it again for minutes."""
    with _set(_RETRIES, "0"):
        yield


@contextmanager
def _set(variable: str, value: str) -> Iterator[None]:
    before = os.environ.get(variable)
    os.environ[variable] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[variable]
        else:
            os.environ[variable] = before
