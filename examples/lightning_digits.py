"""Train a classifier of handwritten digits with Lightning, logged through MLflow, and read its native record.

    python examples/lightning_digits.py [WORKSPACE]

The data are the 1,797 images of 8 × 8 pixels that scikit-learn ships (E. Alpaydin, C. Kaynak: Optical Recognition of
Handwritten Digits, UCI Machine Learning Repository, 1998). Takes well under a minute on two CPU cores.
"""

from __future__ import annotations

import sys
import warnings
from tempfile import TemporaryDirectory

import lightning.pytorch as pl
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import MLFlowLogger
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from mlflow_ws_plugin import Run, Workspace

EPOCHS = 20
BATCH = 64


class DigitClassifier(pl.LightningModule):
    """A perceptron with one hidden layer."""

    def __init__(self, hidden: int = 128, learning_rate: float = 3e-3) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.learning_rate = learning_rate
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))
        self.loss = nn.CrossEntropyLoss()

    def training_step(self, batch: list[Tensor]) -> Tensor:
        """Return the loss of one batch."""
        images, digits = batch
        loss: Tensor = self.loss(self.layers(images), digits)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: list[Tensor]) -> None:
        """Log loss and accuracy on data not trained on."""
        images, digits = batch
        scores = self.layers(images)
        self.log("val_loss", self.loss(scores, digits))
        self.log("val_accuracy", (scores.argmax(dim=1) == digits).float().mean())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return Adam."""
        return torch.optim.Adam(self.parameters(), lr=self.learning_rate)


def digits() -> tuple[DataLoader, DataLoader]:
    """Return batches to train on and to validate on, 3 : 1; pixels are 0 to 1."""
    images, labels = load_digits(return_X_y=True)
    data = train_test_split(images / 16, labels, test_size=0.25, random_state=0, stratify=labels)
    train_x, val_x, train_y, val_y = (torch.as_tensor(part) for part in data)
    train = TensorDataset(train_x.float(), train_y)
    val = TensorDataset(val_x.float(), val_y)
    return DataLoader(train, batch_size=BATCH, shuffle=True), DataLoader(val, batch_size=BATCH)


def train(workspace: Workspace) -> Run:
    """Train once and return the run that Lightning's logger made."""
    torch.manual_seed(0)
    logger = MLFlowLogger(experiment_name="digits", tracking_uri=workspace.get_mlflow_tracking_uri(), log_model=True)
    with TemporaryDirectory() as checkpoints:  # the best one is kept in the workspace
        trainer(logger, checkpoints).fit(DigitClassifier(), *digits())
    return workspace.get_run(logger.run_id)


def trainer(logger: MLFlowLogger, checkpoints: str) -> pl.Trainer:
    """Return a trainer that logs every step and keeps the best checkpoint."""
    return pl.Trainer(
        max_epochs=EPOCHS,
        logger=logger,
        callbacks=[ModelCheckpoint(monitor="val_accuracy", mode="max")],
        accelerator="cpu",
        log_every_n_steps=1,
        enable_model_summary=False,
        enable_progress_bar=False,
        default_root_dir=checkpoints,
    )


def show(run: Run) -> None:
    """Print the native record."""
    print(f"Run {run.name}, number {run.number} of experiment {run.experiment.name}: {run.status}")
    print("\nParameters")
    for name, value in run.parameters.items():
        print(f"  {name:<16} {value}")
    print("\nMetrics            points       last        min        max")
    for name, metric in run.get_metric_summaries().items():
        print(f"  {name:<16} {metric.points:>6} {metric.last:>10.4f} {metric.minimum:>10.4f} {metric.maximum:>10.4f}")
    print("\nFiles")
    for name in run.get_file_names():
        print(f"  {name}")


if __name__ == "__main__":
    warnings.filterwarnings("ignore", module="lightning|torch")
    here = Workspace.open(sys.argv[1]) if len(sys.argv) > 1 else Workspace()
    show(train(here))
