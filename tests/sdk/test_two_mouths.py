"""One record, filled and read through the native SDK and through MLflow."""

from __future__ import annotations

import math
from pathlib import Path

import lightning.pytorch as pl
import mlflow
import pytest
import torch
from lightning.pytorch.demos.boring_classes import BoringModel
from lightning.pytorch.loggers import MLFlowLogger
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from mlflow_ws_plugin import Run, Workspace

pytestmark = [
    pytest.mark.filterwarnings(r"ignore:.*does not have many workers.*"),
    pytest.mark.filterwarnings(r"ignore:.*isinstance\(treespec, LeafSpec\).*"),
]


@pytest.fixture
def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client on the workspace."""
    return MlflowClient(workspace.get_mlflow_tracking_uri())


def test_mlflow_reads_what_the_sdk_logged(run: Run, client: MlflowClient) -> None:
    run.log("loss", 0.5)
    run.log("loss", 0.25)
    run.log_list("fib", [1, 1, 2])
    run.log_row("wave", angle=0.5, cos=0.1)
    run.log("note", "text")
    run.log("flag", True)
    run.tag("k", "v")
    run.complete()
    seen = client.get_run(run.id)
    assert seen.data.metrics == {"loss": 0.25, "fib": 2.0, "wave/angle": 0.5, "wave/cos": 0.1, "flag": 1.0}
    assert {key: value for key, value in seen.data.tags.items() if not key.startswith("mlflow.")} == {
        "k": "v",
        "mlws.state": "Completed",
        "mlws.metric.note": "text",
    }
    assert (seen.info.status, seen.info.run_name) == ("FINISHED", run.name)
    assert [(m.step, m.value) for m in client.get_metric_history(run.id, "loss")] == [(0, 0.5), (1, 0.25)]


def test_the_sdk_reads_what_mlflow_logged(workspace: Workspace) -> None:
    mlflow.set_tracking_uri(workspace.get_mlflow_tracking_uri())
    mlflow.set_experiment("from mlflow")
    with mlflow.start_run(run_name="r", tags={"a": "b"}) as active:
        mlflow.log_param("p", 1)
        for step, value in enumerate([3.0, math.nan]):
            mlflow.log_metric("m", value, step=step)
        mlflow.log_text("x", "f.txt")
    run = workspace.get_run(active.info.run_id)
    assert (run.name, run.status, run.parameters, run.tags) == ("r", "Completed", {"p": "1"}, {"a": "b"})
    assert run.experiment.name == "from mlflow"
    assert run.get_metrics()["m"] == pytest.approx([3.0, math.nan], nan_ok=True)
    assert run.get_file_names() == ["f.txt"]


def test_both_may_write_to_one_metric(run: Run, client: MlflowClient) -> None:
    client.log_metric(run.id, "m", 1.0, step=0)
    run.log("m", 2.0)
    client.log_metric(run.id, "m", 3.0, step=2)
    run.log_row("t", a=1)
    client.log_metric(run.id, "t/a", 5.0, step=1)
    assert run.get_metrics() == {"m": [1.0, 2.0, 3.0], "t": {"a": [1.0, 5.0]}}


def test_mlflow_cannot_put_numbers_into_a_text_metric(run: Run, client: MlflowClient) -> None:
    run.log("note", "text")
    with pytest.raises(MlflowException) as caught:
        client.log_metric(run.id, "note", 1.0)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert run.get_metrics() == {"note": "text"}


def test_mlflow_finds_native_runs_by_their_parts(run: Run, client: MlflowClient) -> None:
    run.log("note", "text")
    run.log("loss", 0.5)
    for condition in (
        "tags.`mlws.metric.note` = 'text'",
        "tags.`mlws.state` = 'Running'",
        "metrics.loss < 1",
        f"attributes.run_name = '{run.name}'",
        "attributes.status = 'RUNNING'",
    ):
        (found,) = client.search_runs([run.experiment.id], condition)
        assert found.info.run_id == run.id


def test_tags_that_show_the_record_are_read_only_for_mlflow(run: Run, client: MlflowClient) -> None:
    with pytest.raises(MlflowException, match="Tag 'mlws"):
        client.set_tag(run.id, "mlws.state", "Failed")
    client.set_tag(run.id, "mlws.state", "Running")
    assert run.status == "Running"


def test_mlflow_may_end_and_resume_a_native_run(run: Run, client: MlflowClient) -> None:
    client.set_terminated(run.id, "FAILED")
    assert run.status == "Failed"
    mlflow.set_tracking_uri(run.experiment.workspace.get_mlflow_tracking_uri())
    with mlflow.start_run(run.id):
        assert run.status == "Running"
        mlflow.log_metric("m", 1)
    assert run.status == "Completed"
    assert run.get_metrics() == {"m": 1.0}


class LoggingModel(BoringModel):
    """Lightning's own demonstration, with its loss logged."""

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
        loss: torch.Tensor = super().training_step(batch, batch_idx)["loss"]
        self.log("train_loss", loss)
        return loss


def test_the_recipe_of_the_source_page_logs_lightning_into_a_native_run(run: Run, tmp_path: Path) -> None:
    workspace = run.experiment.workspace
    logger = MLFlowLogger(
        experiment_name=run.experiment.name, tracking_uri=workspace.get_mlflow_tracking_uri(), log_model=True
    )
    logger._run_id = run.id
    run.log("before", 1)
    trainer = pl.Trainer(
        accelerator="cpu",
        default_root_dir=tmp_path / "checkpoints",
        enable_model_summary=False,
        enable_progress_bar=False,
        log_every_n_steps=1,
        logger=logger,
        max_epochs=2,
    )
    trainer.fit(LoggingModel())
    run.log("after", 2)

    metrics = run.get_metrics()
    assert (metrics["before"], metrics["after"], run.status) == (1, 2, "Completed")
    assert len(metrics["train_loss"]) == 128  # type: ignore[arg-type]
    assert any(name.endswith(".ckpt") for name in run.get_file_names())
    assert len(workspace.experiments) == 2
    assert run.number == 1
