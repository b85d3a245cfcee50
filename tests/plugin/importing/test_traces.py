"""Traces that have grown, came from elsewhere, or are in an experiment of the bin."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import AssessmentSource, Feedback

from mlflow_ws_plugin.plugin.importing.moving import move
from tests.plugin.importing import content
from tests.plugin.importing.everything import everything

pytestmark = [
    pytest.mark.skipif(not content.WITH_TRACES, reason="older versions of MLflow keep no spans"),
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
]


@pytest.fixture
def traced(tmp_path: Path) -> str:
    """A database with a trace that is linked to a run."""
    address = f"sqlite:///{tmp_path}/traced.db"
    client = MlflowClient(address)
    experiment = client.create_experiment("asked")
    content._trace(client, experiment, client.create_run(experiment).info.run_id)
    return address


def test_a_trace_that_has_grown_is_brought_up_to_date(traced: str, workspace_dir: Path, tracking_uri: str) -> None:
    move(traced, workspace_dir)
    store = MlflowClient(traced)._tracking_client.store
    experiment = store.get_experiment_by_name("asked").experiment_id
    store.set_trace_tag(content.TRACE, "colour", "blue")
    store.set_trace_tag(content.TRACE, "late", "yes")
    store.log_spans(experiment, [content._span(3, parent=1)])
    (first, *_) = store.get_trace_info(content.TRACE).assessments
    store.update_assessment(content.TRACE, first.assessment_id, rationale="Thought again.")
    human = AssessmentSource("HUMAN", "you")
    store.create_assessment(Feedback(name="more", value=3, source=human, trace_id=content.TRACE))
    report = move(traced, workspace_dir)
    assert report.differences == []
    assert (report.tallies["spans"].there, report.tallies["spans"].written) == (2, 1)
    assert (report.tallies["assessments"].there, report.tallies["assessments"].written) == (1, 2)
    assert everything(tracking_uri, with_traces=True) == everything(traced, with_traces=True)


def test_traces_of_an_experiment_in_the_bin_are_there(traced: str, workspace_dir: Path, tracking_uri: str) -> None:
    client = MlflowClient(traced)
    experiment = client.get_experiment_by_name("asked").experiment_id
    client.delete_experiment(experiment)
    for _ in range(2):
        assert move(traced, workspace_dir).differences == []
        assert everything(tracking_uri, with_traces=True) == everything(traced, with_traces=True)
    client.restore_experiment(experiment)
    client._tracking_client.store.set_trace_tag(content.TRACE, "late", "yes")
    client.delete_experiment(experiment)
    assert move(traced, workspace_dir).differences == []
    assert everything(tracking_uri, with_traces=True) == everything(traced, with_traces=True)


def test_a_trace_from_elsewhere_is_never_written(traced: str, tmp_path: Path, workspace_dir: Path) -> None:
    move(traced, workspace_dir)
    (tmp_path / "traced.db").rename(tmp_path / "moved.db")
    moved = f"sqlite:///{tmp_path}/moved.db"
    MlflowClient(moved)._tracking_client.store.set_trace_tag(content.TRACE, "colour", "blue")
    report = move(moved, workspace_dir)
    assert [(one.kind, one.field, one.source, one.here) for one in report.differences] == [
        ("traces", "tags.colour", "'blue'", "'red'")
    ]


def test_what_is_not_copied_is_counted(traced: str, workspace_dir: Path) -> None:
    store = MlflowClient(traced)._tracking_client.store
    experiment = store.get_experiment_by_name("asked").experiment_id
    store.create_dataset("questions", experiment_ids=[experiment])
    model = store.create_logged_model(experiment)
    store.delete_logged_model(model.model_id)
    assert move(traced, workspace_dir).not_copied == {"evaluation datasets": 1, "logged models in the bin": 1}
