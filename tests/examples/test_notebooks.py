"""The notebooks run from the first cell to the last, in a directory of their own, and record what they say."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from mlflow_ws_plugin import Workspace

NOTEBOOKS = Path(__file__).parent.parent.parent / "examples" / "notebooks"

pytestmark = pytest.mark.filterwarnings("ignore:Proactor event loop", "ignore:.*event loop:DeprecationWarning")


def execute(name: str, folder: Path) -> Workspace:
    """Execute a notebook and return the workspace it filled."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return Workspace.open(folder / "my-workspace")


def test_the_logging_api_is_shown(tmp_path: Path) -> None:
    experiment = execute("logging_api", tmp_path).experiments["logging-api"]
    (run,) = experiment.get_runs()
    assert run.status == "Completed"
    metrics = run.get_metrics()
    assert metrics["Fibonacci"][-1] == 89
    assert len(metrics["Cosine Wave"]["cos"]) == len(metrics["Sine Wave"]["sine"]) == len(metrics["Sigmoid"]) == 20
    assert {"sine", "flower"} <= set(metrics)


def test_the_sweep_finds_and_registers_the_best(tmp_path: Path) -> None:
    experiment = execute("ridge_sweep", tmp_path).experiments["ridge on diabetes"]
    (parent,) = experiment.get_runs()
    assert len(list(parent.get_children())) == 20
    assert "mse over alpha" in parent.get_metrics()


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_kept_without_their_outputs(notebook: Path) -> None:
    for cell in nbformat.read(notebook, as_version=4).cells:
        assert not cell.get("outputs")
