"""The examples run as their first lines say, and the digits are learnt."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Run, Workspace

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def run_example(name: str, workspace: Path) -> str:
    """Run an example in a directory of its own and return what it prints."""
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py", workspace],
        cwd=workspace.parent,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_digits_are_learnt_and_recorded(workspace_dir: Path) -> None:
    printed = run_example("lightning_digits", workspace_dir)
    (run,) = runs_of(workspace_dir, "digits")
    metrics = run.get_metric_summaries()
    assert metrics["val_accuracy"].last >= 0.95
    assert metrics["train_loss"].points == 20 * 22
    assert run.status == "Completed"
    assert run.parameters == {"hidden": "128", "learning_rate": "0.003"}
    assert any(name.endswith(".ckpt") for name in run.get_file_names())
    for shown in (*metrics, *run.parameters, *run.get_file_names(), run.name):
        assert shown in printed
    assert list(workspace_dir.parent.iterdir()) == [workspace_dir]


def test_the_quickstart_prints_what_it_recorded(workspace_dir: Path) -> None:
    printed = run_example("mlflow_quickstart", workspace_dir)
    (run,) = runs_of(workspace_dir, "quickstart")
    assert run.id in printed
    assert len(run.get_metrics()["x_squared"]) == 20  # type: ignore[arg-type]


def test_two_mouths_fill_one_record(workspace_dir: Path) -> None:
    printed = run_example("two_mouths", workspace_dir)
    (run,) = runs_of(workspace_dir, "two mouths")
    assert set(run.get_metrics()) == {"wave", "loss"}
    assert "'wave/sine'" in printed
    assert "FINISHED" in printed


def test_every_kind_of_metric_is_shown(workspace_dir: Path) -> None:
    printed = run_example("curves_tables_images", workspace_dir)
    (run,) = runs_of(workspace_dir, "kinds of metrics")
    metrics = run.get_metrics()
    for name in (
        "Fibonacci",
        "Sigmoid",
        "Cosine Wave",
        "Sine Wave",
        "digit",
        "accuracy",
        "digits told apart",
        "weights",
    ):
        assert name in metrics
        assert name in printed
    assert metrics["accuracy"] > 0.9
    assert len(run.get_images("digit")) == 3


def test_the_sweep_finds_and_registers_the_best_model(workspace_dir: Path) -> None:
    printed = run_example("ridge_sweep", workspace_dir)
    workspace = Workspace.open(workspace_dir)
    (parent,) = workspace.experiments["ridge on diabetes"].get_runs()
    errors = {child.id: child.get_metrics()["mse"] for child in parent.get_children()}
    assert len(errors) == 20
    assert parent.tags["best child"] == min(errors, key=lambda run_id: errors[run_id])
    version = MlflowClient(workspace.get_mlflow_tracking_uri(), workspace.get_mlflow_tracking_uri())
    assert version.get_model_version("diabetes", "1").run_id == parent.tags["best child"]
    assert "registered: diabetes, version 1" in printed


def runs_of(directory: Path, experiment: str) -> list[Run]:
    """Return the runs of an experiment."""
    workspace = Workspace.open(directory)
    client = MlflowClient(workspace.get_mlflow_tracking_uri())
    found = client.search_runs([workspace.experiments[experiment].id])
    return [workspace.get_run(run.info.run_id) for run in found]


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_every_example_has_a_test(example: Path) -> None:
    assert f'"{example.stem}"' in Path(__file__).read_text()
