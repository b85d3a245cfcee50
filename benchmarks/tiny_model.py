"""A model that takes no time to train, so that logging shows."""

from __future__ import annotations

import lightning.pytorch as pl
import torch
from torch.utils.data import DataLoader, TensorDataset

_INPUTS = 16
_BATCH = 4

torch.set_num_threads(1)


class TinyModel(pl.LightningModule):
    """One linear layer, one logged loss."""

    def __init__(self) -> None:
        super().__init__()
        self._layer = torch.nn.Linear(_INPUTS, 1)

    def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
        """Return the loss of a batch, and log it."""
        loss = self._layer(batch[0]).square().mean()
        self.log("train_loss", loss)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return plain gradient descent."""
        return torch.optim.SGD(self.parameters(), lr=0.01)


def batches(number: int) -> DataLoader:
    """Return that many batches of noise."""
    return DataLoader(TensorDataset(torch.randn(number * _BATCH, _INPUTS)), batch_size=_BATCH)
