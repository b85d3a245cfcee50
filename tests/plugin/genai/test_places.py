"""The files of a trace are where the one who asks can reach them."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.utils.mlflow_tags import MLFLOW_ARTIFACT_LOCATION

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore
from tests.plugin.genai.test_delegate import trace

pytestmark = pytest.mark.skipif(
    not hasattr(AbstractStore, "log_spans"), reason="MLflow 3.1 begins traces by other arguments"
)


def place(store: EmbeddedTrackingStore, trace_id: str, experiment: str) -> str:
    """Return where a trace's files are; every call that returns it says the same."""
    known = store.get_trace_info(trace_id)
    found = {one.trace_id: one for one in store.search_traces(locations=[experiment])[0]}
    assert found[trace_id].tags == known.tags
    return str(known.tags[MLFLOW_ARTIFACT_LOCATION])


def test_a_trace_is_where_its_reader_can_reach_it_whoever_began_it(tracking_uri: str) -> None:
    embedded, served = EmbeddedTrackingStore(tracking_uri), EmbeddedTrackingStore(tracking_uri, "mlflow-artifacts:/")
    experiment = embedded.create_experiment("traced")
    for number, beginner in enumerate((served, embedded, served)):
        beginner.start_trace(trace(f"tr-{number}", experiment))
    for number in range(3):
        end = f"/{experiment}/traces/tr-{number}/artifacts"
        assert place(embedded, f"tr-{number}", experiment) == embedded.artifact_root_uri + end
        assert place(served, f"tr-{number}", experiment) == "mlflow-artifacts:" + end


def test_a_trace_is_found_in_a_workspace_that_was_moved(tracking_uri: str, workspace_dir: Path) -> None:
    before = EmbeddedTrackingStore(tracking_uri)
    before.start_trace(trace("tr-1", "0"))
    before._delegate.store.engine.dispose()
    moved = workspace_dir.rename(workspace_dir.with_name("moved"))
    after = EmbeddedTrackingStore(str(uri.of(moved)))
    assert place(after, "tr-1", "0") == f"{(moved / 'artifacts').as_uri()}/0/traces/tr-1/artifacts"


def test_a_trace_of_an_experiment_that_keeps_its_files_elsewhere_stays_there(tracking_uri: str, tmp_path: Path) -> None:
    store = EmbeddedTrackingStore(tracking_uri)
    elsewhere = (tmp_path / "artifacts" / "1").as_uri()
    experiment = store.create_experiment("elsewhere", artifact_location=elsewhere)
    store.start_trace(trace("tr-1", experiment))
    assert place(store, "tr-1", experiment) == f"{elsewhere}/traces/tr-1/artifacts"
