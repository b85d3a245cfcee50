"""Traces, feedback, prompts, datasets and judges through the server, and the same from the directory."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.tracking._tracking_service.utils import _get_store
from mlflow.utils.mlflow_tags import MLFLOW_ARTIFACT_LOCATION

from mlflow_ws_plugin import uri
from tests.integration.children import run_python
from tests.integration.server.serving import Served

TRACING = """
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment(experiment_id=sys.argv[2])
with mlflow.start_span("from a script") as span:
    span.set_inputs({"question": "why"})
mlflow.flush_trace_async_logging()
mlflow.log_feedback(trace_id=span.trace_id, name="nice", value=True)
print(span.trace_id)
"""


def traced(address: str, experiment: str) -> str:
    """Return the id of a trace that a script made with this tracking address."""
    return run_python(TRACING, address, experiment).stdout.split()[-1]


@pytest.fixture(scope="session")
def traced_from_both(served: Served) -> tuple[str, list[str]]:
    """An experiment, and the traces in it: one made through the server, one in the directory."""
    experiment = served.embedded.create_experiment("traced from both sides")
    addresses = (served.address, str(uri.of(served.directory)))
    return experiment, [traced(address, experiment) for address in addresses]


def test_a_trace_is_read_by_both_whoever_made_it(served: Served, traced_from_both: tuple[str, list[str]]) -> None:
    for client in (served.client, served.embedded):
        for trace_id in traced_from_both[1]:
            trace = client.get_trace(trace_id)
            assert [span.name for span in trace.data.spans] == ["from a script"]
            assert [one.name for one in trace.info.assessments] == ["nice"]


def test_the_files_of_a_trace_are_where_the_reader_can_reach_them(
    served: Served, traced_from_both: tuple[str, list[str]]
) -> None:
    experiment, traces = traced_from_both
    roots = {served.client: "mlflow-artifacts:/", served.embedded: f"{(served.directory / 'artifacts').as_uri()}/"}
    for client, root in roots.items():
        for trace_id in traces:
            location = client.get_trace(trace_id).info.tags[MLFLOW_ARTIFACT_LOCATION]
            assert location == f"{root}{experiment}/traces/{trace_id}/artifacts"


def test_prompts_of_the_server_are_in_the_workspace(served: Served, content: dict[str, Any]) -> None:
    prompt = served.embedded.get_prompt_version_by_alias(content["prompt"], "production")
    assert (prompt.version, prompt.template) == (2, "Say {{word}} very politely")


def test_datasets_and_judges_of_the_server_are_in_the_workspace(served: Served, content: dict[str, Any]) -> None:
    store = _get_store(str(uri.of(served.directory)))
    assert store.get_dataset(content["dataset"]).name == "seen dataset"
    judges = store.list_scorers(content["experiment"])
    assert sorted(judge.scorer_name for judge in judges) == ["seen_guidelines", "seen_judge"]


def test_an_evaluation_by_the_server_is_a_native_run_with_traces(served: Served, content: dict[str, Any]) -> None:
    run = served.embedded.get_run(content["evaluation"])
    assert run.data.metrics == {"is_short/mean": 1.0}
    assert [dataset.dataset.name for dataset in run.inputs.dataset_inputs] == ["seen dataset"]
    traces = served.embedded.search_traces(locations=[content["experiment"]], run_id=content["evaluation"])
    assert [trace.data.spans[0].name for trace in traces] == ["answer"]
