"""What MLflow's store makes of its own among experiments is the workspace's."""

from __future__ import annotations

import pytest

from mlflow_ws_plugin.plugin.genai.guest import GuestStore
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore


@pytest.fixture
def host(tracking_uri: str) -> EmbeddedTrackingStore:
    return EmbeddedTrackingStore(tracking_uri)


@pytest.fixture
def guest(host: EmbeddedTrackingStore) -> GuestStore:
    return host._delegate.store


def test_an_experiment_that_the_guest_makes_is_the_hosts(host: EmbeddedTrackingStore, guest: GuestStore) -> None:
    made = guest.create_experiment("gateway/one", tags=[])
    assert host.get_experiment(made).name == "gateway/one"
    assert host.create_experiment("next") != made
    assert guest.get_experiment(made).name == "gateway/one"


def test_an_experiment_that_the_guest_looks_for_is_the_hosts(host: EmbeddedTrackingStore, guest: GuestStore) -> None:
    made = host.create_experiment("gateway/one")
    experiment = guest.get_experiment_by_name("gateway/one")
    assert experiment is not None
    assert experiment.experiment_id == made
    assert guest.get_experiment(made).name == "gateway/one"
    assert guest.get_experiment_by_name("nobody's") is None
