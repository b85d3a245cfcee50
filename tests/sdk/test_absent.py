"""What the old SDK's objects have and ours have not."""

from __future__ import annotations

import copy
import pickle

import pytest

from mlflow_ws_plugin import Experiment, Run, Workspace, absent
from mlflow_ws_plugin.errors import CallNotProvided, NotProvided
from mlflow_ws_plugin.sdk import later


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        (kind, name, sentence)
        for kind, table in (
            (Experiment, absent.OF_EXPERIMENT),
            (Run, absent.OF_RUN),
            (Workspace, absent.OF_WORKSPACE),
        )
        for name, sentence in table.items()
    ],
)
def test_it_says_what_to_do_instead(kind: type, name: str, sentence: str, workspace: Workspace, run: Run) -> None:
    assert not hasattr(kind, name)
    (thing,) = [one for one in (workspace, run.experiment, run) if type(one) is kind]
    with pytest.raises(CallNotProvided) as caught:
        getattr(thing, name)
    assert str(caught.value) == f"{kind.__name__}.{name} is not provided by mlflow-ws-plugin. {sentence}"
    assert not hasattr(thing, name)


def test_a_name_that_nobody_has_is_missing_as_always(run: Run) -> None:
    with pytest.raises(AttributeError, match="'Run' object has no attribute 'lgo'"):
        run.lgo  # type: ignore[attr-defined]  # noqa: B018


def test_copies_of_a_run_are_the_run(run: Run) -> None:
    assert copy.copy(run).id == pickle.loads(pickle.dumps(run)).id == run.id


@pytest.mark.parametrize("name", ["CondaDependencies", "Environment", "RunConfiguration", "ScriptRunConfig"])
def test_what_comes_later_refuses_its_use_not_its_mention(name: str) -> None:
    kind = getattr(later, name)
    assert isinstance(kind, type)
    with pytest.raises(NotProvided, match=rf"{name} is not provided by mlflow-ws-plugin yet\. .+ .+"):
        kind("name", source_directory=".")
    with pytest.raises(CallNotProvided, match=rf"{name}.from_pip_requirements is not provided"):
        kind.from_pip_requirements("name", "requirements.txt")
