"""What every group of a model's calls needs: the workspace, its registry, and the version as it was last seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflow_ws_plugin.records.model_version import ModelVersion
from mlflow_ws_plugin.sdk import registry

if TYPE_CHECKING:
    from mlflow_ws_plugin.plugin.model_bridge import ModelRegistry
    from mlflow_ws_plugin.sdk.workspace import Workspace


class ModelParts:
    """The parts of a model, set by its constructor.

    Attributes:
        workspace: Where it is.
    """

    workspace: Workspace
    _seen: ModelVersion

    @property
    def _registry(self) -> ModelRegistry:
        return registry.registry(self.workspace)
