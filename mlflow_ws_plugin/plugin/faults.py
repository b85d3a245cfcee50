"""Our errors as MLflow's: the class says the error code, and the message is kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from mlflow.exceptions import MlflowException
from mlflow.protos import databricks_pb2 as codes

from mlflow_ws_plugin import errors

P = ParamSpec("P")
T = TypeVar("T")

ERROR_CODES: tuple[tuple[type[errors.WorkspaceError], int], ...] = (
    (errors.InvalidInput, codes.INVALID_PARAMETER_VALUE),
    (errors.NotFound, codes.RESOURCE_DOES_NOT_EXIST),
    (errors.AlreadyExists, codes.RESOURCE_ALREADY_EXISTS),
    (errors.RunNotActive, codes.INVALID_PARAMETER_VALUE),
    (errors.ExperimentNotActive, codes.INVALID_PARAMETER_VALUE),
    (errors.ParameterChanged, codes.INVALID_PARAMETER_VALUE),
    (errors.ReservedTag, codes.INVALID_PARAMETER_VALUE),
    (errors.MetricKeyTaken, codes.INVALID_PARAMETER_VALUE),
    (errors.Duplicate, codes.BAD_REQUEST),
    (errors.Conflict, codes.INVALID_STATE),
    (errors.WorkspaceUnusable, codes.BAD_REQUEST),
    (errors.StorageError, codes.TEMPORARILY_UNAVAILABLE),
    (errors.WorkspaceError, codes.INTERNAL_ERROR),
)
"""The code MLflow's SQL store gives in the same case; the first class that fits counts."""

_WITHOUT_HINT = (errors.NotFound, errors.AlreadyExists, errors.RunNotActive, errors.ExperimentNotActive)
"""Errors that MLflow has too: they are worded as it words them, and our hint would speak of the native SDK."""


def to_mlflow(error: errors.WorkspaceError) -> MlflowException:
    """Return MLflow's exception for one of ours."""
    code = next(code for kind, code in ERROR_CODES if isinstance(error, kind))
    return MlflowException(error.message if isinstance(error, _WITHOUT_HINT) else str(error), error_code=code)


def speaking_mlflow(function: Callable[P, T]) -> Callable[P, T]:
    """Return the function with our errors raised as MLflow's."""

    @functools.wraps(function)
    def speaking(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except errors.WorkspaceError as exc:
            raise to_mlflow(exc) from exc

    return speaking


def all_speaking_mlflow(store: type[T]) -> type[T]:
    """Return a store class, each of whose own methods raises our errors as MLflow's."""
    for name, member in list(vars(store).items()):
        if callable(member) and not isinstance(member, type) and not name.startswith("__"):
            setattr(store, name, speaking_mlflow(member))
    return store
