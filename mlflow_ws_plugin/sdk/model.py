"""A model in the registry of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Model:
    """One version of a registered model; MLflow's registry keeps it.

    Attributes:
        name: The registered model's name.
        version: 1, 2, 3 … within the name.
        url: MLflow's address of it, `models:/<name>/<version>`, with `/<file>` where it is a single file:
            `mlflow.artifacts.download_artifacts(model.url)`. MLflow itself cannot read a file with `#` in its name.
        run_id: The run whose files it is.
        tags: Its tags, properties among them as `mlws.property.<key>`.
    """

    name: str
    version: int
    url: str
    run_id: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """`<name>:<version>`, as in the AzureML SDK v1."""
        return f"{self.name}:{self.version}"
