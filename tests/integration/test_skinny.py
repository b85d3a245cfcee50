"""A training image without the full MLflow: an environment of its own with `mlflow-skinny` and this package only."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.integration.children import answer_of, environment, run

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("mlflow_ws_plugin", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="session")
def skinny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of that environment. The package is built from a copy, so that nothing is left in the sources."""
    place = tmp_path_factory.mktemp("skinny")
    copy = place / "source"
    copy.mkdir()
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, copy)
    run([sys.executable, "-m", "venv", place / "venv"])
    python = place / "venv" / "bin" / "python"
    run([python, "-m", "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", copy])
    return python


LOGS = """
import importlib.metadata, json, pathlib, sys
absent = []
for name in ("mlflow", "pandas", "numpy", "torch"):
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        absent.append(name)
import mlflow
from mlflow.entities import Metric, Param, RunTag
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("skinny")
with mlflow.start_run(run_name="small") as run:
    mlflow.log_param("p", 1)
    mlflow.log_metric("loss", 0.5, step=1)
    mlflow.log_metrics({"loss": 0.25, "acc": 1}, step=2)
    mlflow.set_tag("t", "u")
    mlflow.log_text("hello", "notes/a b.txt")
    mlflow.log_dict({"a": 1}, "d.json")
    client = mlflow.MlflowClient()
    client.log_batch(run.info.run_id, [Metric("loss", 0.125, 3, 3)], [Param("q", "r")], [RunTag("x", "y")])
    with mlflow.start_run(run_name="child", nested=True):
        mlflow.log_metric("m", 1, synchronous=False)
run_id = run.info.run_id
got = client.get_run(run_id)
print(json.dumps({
    "absent": absent,
    "place": str(pathlib.Path(importlib.metadata.distribution("mlflow-ws-plugin").locate_file(""))),
    "params": got.data.params,
    "metrics": got.data.metrics,
    "tags": [got.data.tags[key] for key in ("t", "x")],
    "status": got.info.status,
    "history": sorted((m.step, m.value) for m in client.get_metric_history(run_id, "loss")),
    "text": mlflow.artifacts.load_text(got.info.artifact_uri + "/notes/a b.txt"),
    "files": [item.path for item in client.list_artifacts(run_id)],
    "found": [r.info.run_name for r in mlflow.search_runs(
        experiment_names=["skinny"], filter_string="metrics.loss < 0.2 and params.p = '1'", output_format="list")],
    "children": [r.info.run_name for r in client.search_runs(
        [got.info.experiment_id], f"tags.mlflow.parentRunId = '{run_id}'")],
    "ordered": [r.info.run_name for r in client.search_runs([got.info.experiment_id], order_by=["metrics.loss ASC"])],
}))
"""


def test_mlflow_skinny_is_enough_to_log_and_read(skinny: Path, tracking_uri: str, tmp_path: Path) -> None:
    env = {key: value for key, value in environment().items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    got = answer_of(run([skinny, "-W", "error::ResourceWarning", "-c", LOGS, tracking_uri], cwd=tmp_path, env=env))

    assert {"mlflow", "pandas", "torch"} <= set(got["absent"])
    assert Path(got["place"]).is_relative_to(skinny.parent.parent)
    assert got["params"] == {"p": "1", "q": "r"}
    assert got["metrics"] == {"loss": 0.125, "acc": 1.0}
    assert got["tags"] == ["u", "y"]
    assert got["status"] == "FINISHED"
    assert got["history"] == [[1, 0.5], [2, 0.25], [3, 0.125]]
    assert got["text"] == "hello"
    assert got["files"] == ["d.json", "notes"]
    assert got["found"] == ["small"]
    assert got["children"] == ["child"]
    assert got["ordered"] == ["small", "child"]


def test_its_requirements_are_whole(skinny: Path) -> None:
    assert "No broken requirements" in run([skinny, "-m", "pip", "check"]).stdout
