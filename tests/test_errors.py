"""The exception tree."""

from __future__ import annotations

import inspect

import pytest

from mlflow_ws_plugin import errors

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_is_in_the_tree_that_is_drawn(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.WorkspaceError)
    assert kind.__name__ in (errors.__doc__ or "")
    assert kind.__doc__


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [(errors.InvalidInput, ValueError), (errors.NotFound, LookupError), (errors.StorageError, OSError)],
)
def test_an_error_is_also_the_builtin_that_it_resembles(kind: type[Exception], builtin: type[Exception]) -> None:
    assert issubclass(kind, builtin)


@pytest.mark.parametrize("message", ["No run 'x'", "No run 'x'."])
def test_a_message_and_its_hint_are_two_sentences(message: str) -> None:
    assert str(errors.RunNotFound(message, "List them.")) == "No run 'x'. List them."
    assert str(errors.RunNotFound(message)) == message
