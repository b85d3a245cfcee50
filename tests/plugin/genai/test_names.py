"""Every call that the installed MLflow declares is native, inherited for a reason, or passed on."""

from __future__ import annotations

import inspect

import pytest
from mlflow.store.tracking.abstract_store import AbstractStore
from packaging.version import Version

from mlflow_ws_plugin.plugin.genai.names import KEPT, UNDECLARED, delegated
from mlflow_ws_plugin.plugin.store.genai import GenAiCalls
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore
from tests.plugin import versions
from tests.plugin.parity.judge import SqlAlchemyStore
from tests.plugin.test_conformance import DECLARED

from .known import OLDER, PASSED_ON

OURS = {name for kind in EmbeddedTrackingStore.__mro__[1:] if kind not in AbstractStore.__mro__ for name in vars(kind)}


def test_no_call_is_new_to_us() -> None:
    """A newer MLflow's calls are named here: pass them on (add them to `known.py`), or give them a native home."""
    assert set(delegated(OURS)) <= PASSED_ON | OLDER
    assert not PASSED_ON & set(DECLARED)


def test_no_call_that_we_know_is_gone() -> None:
    assert Version("3.17") > versions.INSTALLED or set(delegated(OURS)) == PASSED_ON


@pytest.mark.parametrize("name", sorted(delegated(OURS)))
def test_what_is_passed_on_is_answered_there(name: str) -> None:
    answering = [kind for kind in SqlAlchemyStore.__mro__ if kind not in AbstractStore.__mro__ and name in vars(kind)]
    assert answering
    assert vars(EmbeddedTrackingStore)[name].__doc__
    if name not in UNDECLARED:
        assert inspect.signature(getattr(EmbeddedTrackingStore, name)) == inspect.signature(
            getattr(AbstractStore, name)
        )


@pytest.mark.parametrize("name", sorted(KEPT))
def test_what_is_inherited_is_inherited_there_too(name: str) -> None:
    assert not any(name in vars(kind) for kind in SqlAlchemyStore.__mro__ if kind not in AbstractStore.__mro__)


def test_only_the_store_itself_passes_on() -> None:
    assert not set(vars(GenAiCalls)) & PASSED_ON
