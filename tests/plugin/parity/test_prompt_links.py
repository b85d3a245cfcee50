"""Prompts that runs, models and traces have used, and versions of logged models: both stores of a workspace at work."""

from __future__ import annotations

import itertools
from typing import Any

import mlflow
import pytest
from mlflow.entities import TraceInfo, TraceLocation
from mlflow.entities.model_registry import PromptVersion
from mlflow.entities.trace_state import TraceState

from mlflow_ws_plugin import uri

from .declared import since
from .pair import Pair, require_same

pytestmark = pytest.mark.filterwarnings("ignore:The Query.get")  # of MLflow 3.1
NUMBERS = itertools.count(1)


class Together:
    """A pair of registries, each beside the tracking store of its side, which is MLflow's while it is called."""

    def __init__(self, registries: Pair, tracking: Pair) -> None:
        self._sides = (
            (tracking.judge.beside(registries.judge.store), tracking.judge.store.db_uri),
            (tracking.ours.beside(registries.ours.store), str(uri.of(tracking.ours.store.directory))),
        )

    def agrees(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call both registries, require one outcome, and return it."""
        outcomes = []
        for side, address in self._sides:
            mlflow.set_tracking_uri(address)
            outcomes.append(side.outcome(method, args, kwargs))
        require_same(*outcomes)
        return outcomes[0]


@pytest.fixture
def together(registries: Pair, shared: Pair) -> Together:
    return Together(registries, shared)


@pytest.fixture
def prompt(registries: Pair) -> str:
    """The name of a prompt with two versions."""
    name = f"linked-{next(NUMBERS)}"
    registries.answers("create_prompt", name)
    for number in range(2):
        registries.answers("create_prompt_version", name, f"Hello {number}")
    return name


@pytest.mark.parametrize("run", ["<run>", "unknown", "", None])
def test_a_run_knows_the_prompts_it_used(together: Together, shared: Pair, prompt: str, run: Any) -> None:
    run = shared.run() if run == "<run>" else run
    for version in (1, "2", 2, 9):
        together.agrees("link_prompt_version_to_run", prompt, version, run)
    together.agrees("link_prompt_version_to_run", "unknown", 1, run)
    shared.agrees("get_run", run)


@pytest.mark.parametrize("model", ["<model>", "m-unknown", "", None])
def test_a_model_knows_the_prompts_it_uses(together: Together, shared: Pair, prompt: str, model: Any) -> None:
    model = shared.model() if model == "<model>" else model
    for version in (1, "2", 2, 9):
        together.agrees("link_prompt_version_to_model", prompt, version, model)
    shared.agrees("get_logged_model", model)


@since("log_spans")
@pytest.mark.parametrize("trace_id", ["<trace>", "tr-unknown"])
def test_a_trace_knows_the_prompts_it_used(together: Together, shared: Pair, trace_id: str) -> None:
    if trace_id == "<trace>":
        trace_id = f"tr-{next(NUMBERS)}"
        location = TraceLocation.from_experiment_id("0")
        shared.answers("start_trace", TraceInfo(trace_id, location, request_time=1, state=TraceState.OK))
    versions = [PromptVersion(name="used", version=number, template="Hi", creation_timestamp=1) for number in (1, 2)]
    for given in (versions, versions[:1], []):
        together.agrees("link_prompts_to_trace", given, trace_id)
    shared.agrees("get_trace_info", trace_id)


@pytest.mark.parametrize("source", ["models:/<model>", "s3://bucket/files"])
@pytest.mark.parametrize("model", ["<model>", "m-unknown", None])
def test_a_version_is_made_of_a_logged_model(
    together: Together, registries: Pair, shared: Pair, source: str, model: Any
) -> None:
    logged = shared.model(name="logged")
    name = f"of a logged model {next(NUMBERS)}"
    registries.answers("create_registered_model", name)
    given = {"source": source.replace("<model>", logged), "model_id": logged if model == "<model>" else model}
    together.agrees("create_model_version", name, **given)
    together.agrees("get_model_version", name, 1)
    together.agrees("get_model_version_download_uri", name, 1)
    shared.answers("get_logged_model", logged)


def test_versions_of_a_model_are_told_to_it(together: Together, shared: Pair) -> None:
    model = shared.model(name="told")
    for version in (1, 2):
        shared.agrees("set_model_versions_tags", "registered", version, model)
    shared.answers("get_logged_model", model)
    shared.agrees("set_model_versions_tags", "registered", 1, "m-unknown")
    assert together
