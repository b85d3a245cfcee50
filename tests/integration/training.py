"""A tiny model, its data, and a trainer, for either Lightning package."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Run

BATCHES = 3


def logger_of(flavour: ModuleType, tracking_uri: str, **options: Any) -> Any:
    return importlib.import_module(f"{flavour.__name__}.loggers").MLFlowLogger(tracking_uri=tracking_uri, **options)


def module_of(flavour: ModuleType, *, fails_with: BaseException | None = None) -> Any:
    import torch

    class Line(flavour.LightningModule):
        def __init__(self, width: int = 1) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(2, width)

        def training_step(self, batch: Any, index: int) -> Any:
            if fails_with is not None and index == 1:
                raise fails_with
            loss = self.layer(batch[0]).square().mean()
            self.log("train/loss", loss)
            self.log("batch", float(index))
            return loss

        def validation_step(self, batch: Any, _: int) -> None:
            self.log("val_loss", self.layer(batch[0]).square().mean())

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.01)

    return Line()


def data() -> Any:
    import torch

    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(BATCHES, 2)), batch_size=1)


def trainer_of(flavour: ModuleType, logger: Any, place: Path, **options: Any) -> Any:
    settings = {
        "accelerator": "cpu",
        "enable_checkpointing": False,
        "enable_model_summary": False,
        "enable_progress_bar": False,
        "log_every_n_steps": 1,
        "max_epochs": 1,
        "num_sanity_val_steps": 0,
        **options,
    }
    return flavour.Trainer(logger=logger, default_root_dir=place, **settings)


def fit(flavour: ModuleType, logger: Any, place: Path, **options: Any) -> Any:
    trainer = trainer_of(flavour, logger, place, **options)
    trainer.fit(module_of(flavour), data(), data())
    return trainer


def only_run(client: MlflowClient, experiment: str = "lightning_logs") -> Run:
    found = client.get_experiment_by_name(experiment)
    assert found is not None
    (run,) = client.search_runs([found.experiment_id])
    return run


def points(client: MlflowClient, run_id: str, key: str) -> list[tuple[int, float]]:
    return [(metric.step, metric.value) for metric in client.get_metric_history(run_id, key)]
