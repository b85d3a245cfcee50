"""What a search for logged models asks."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_ws_plugin.records.filters import Filter, Order


@dataclass(frozen=True, slots=True)
class OnDataset:
    """A dataset that a model's metrics were measured on; a digest of None means any."""

    name: str
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class MetricOrder:
    """Order by the latest value of a model's metric, perhaps only as measured on one dataset."""

    metric: str
    ascending: bool = True
    dataset_name: str | None = None
    dataset_digest: str | None = None


@dataclass(frozen=True, slots=True)
class ModelQuery:
    """A search for active logged models.

    Attributes:
        experiment_ids: Where to look.
        condition: What they must fulfil; its metrics are those measured on `datasets`, if any are named.
        datasets: Only models with a metric measured on one of these.
        order: What to order by; newest first after that.
    """

    experiment_ids: tuple[int, ...]
    condition: Filter
    datasets: tuple[OnDataset, ...] = ()
    order: tuple[Order | MetricOrder, ...] = ()
