"""Where MLflow's server wants the artifacts of a workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlflow_ws_plugin.plugin.entry_points import tracking_store


@pytest.mark.parametrize("root", ["s3://bucket/x", "file:///data/x"])
def test_a_chosen_root_is_where_new_experiments_go(root: str, tracking_uri: str) -> None:
    store = tracking_store(tracking_uri, root)
    made = store.create_experiment("e")
    assert store.get_experiment(made).artifact_location == f"{root}/{made}"


def test_a_chosen_local_folder_is_one_too(tracking_uri: str, tmp_path: Path) -> None:
    store = tracking_store(tracking_uri, str(tmp_path / "chosen"))
    made = store.create_experiment("e")
    assert store.get_experiment(made).artifact_location.removeprefix("file://") == f"{tmp_path}/chosen/{made}"


@pytest.mark.parametrize("root", [None, "./mlruns", "./mlartifacts"])
def test_where_none_was_chosen_files_are_in_the_workspace(
    root: str | None, tracking_uri: str, workspace_dir: Path
) -> None:
    store = tracking_store(tracking_uri, root)
    made = store.create_experiment("e")
    assert store.get_experiment(made).artifact_location == f"{(workspace_dir / 'artifacts').as_uri()}/{made}"


def test_where_the_server_serves_files_they_are_behind_it(tracking_uri: str) -> None:
    store = tracking_store(tracking_uri, "mlflow-artifacts:/")
    made = store.create_experiment("e")
    assert store.get_experiment(made).artifact_location == f"mlflow-artifacts:/{made}"
