"""Our errors as MLflow's."""

from __future__ import annotations

import inspect

import pytest
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import ErrorCode

from mlflow_ws_plugin import errors
from mlflow_ws_plugin.plugin import faults

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


def made(kind: type[errors.WorkspaceError]) -> errors.WorkspaceError:
    """Return an error of a class."""
    if kind is errors.ParameterChanged:
        return errors.ParameterChanged("run", [("a", "1", "2")])
    return kind("It is so.", "Do this.")


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_has_a_code_and_keeps_its_message(kind: type[errors.WorkspaceError]) -> None:
    error = made(kind)

    @faults.speaking_mlflow
    def fails() -> None:
        raise error

    with pytest.raises(MlflowException) as caught:
        fails()
    assert error.message in str(caught.value)
    assert caught.value.error_code in dict(ErrorCode.items())
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.RunNotFound, "RESOURCE_DOES_NOT_EXIST"),
        (errors.ExperimentExists, "RESOURCE_ALREADY_EXISTS"),
        (errors.InvalidUri, "INVALID_PARAMETER_VALUE"),
        (errors.RunNotActive, "INVALID_PARAMETER_VALUE"),
        (errors.ParameterChanged, "INVALID_PARAMETER_VALUE"),
        (errors.WorkspaceTooNew, "BAD_REQUEST"),
        (errors.WorkspaceBusy, "TEMPORARILY_UNAVAILABLE"),
    ],
)
def test_the_code_is_that_of_mlflows_own_store(kind: type[errors.WorkspaceError], code: str) -> None:
    assert faults.to_mlflow(made(kind)).error_code == code


def test_no_row_of_the_table_hides_another() -> None:
    for number, (kind, _) in enumerate(faults.ERROR_CODES):
        assert not any(issubclass(kind, earlier) for earlier, _ in faults.ERROR_CODES[:number])
