"""The registered models of a workspace, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from mlflow_ws_plugin.records.model_choice import ModelChoice
from mlflow_ws_plugin.records.model_version import ModelVersion
from mlflow_ws_plugin.sdk import registry
from mlflow_ws_plugin.sdk.model import Model

if TYPE_CHECKING:
    from mlflow_ws_plugin.sdk.workspace import Workspace


class Models(Mapping[str, Model]):
    """The latest version of each registered model by its name, in order; read when it is first asked for one.

    Args:
        workspace: Where they are.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @cached_property
    def _latest(self) -> dict[str, ModelVersion]:
        found = registry.latest_of_each(self._workspace, ModelChoice())
        return {seen.name: seen for seen in sorted(found, key=lambda one: one.name)}

    def __getitem__(self, name: str) -> Model:
        seen = self._latest.get(name)
        return Model(self._workspace, name) if seen is None else Model._of(self._workspace, seen)

    def __iter__(self) -> Iterator[str]:
        return iter(self._latest)

    def __len__(self) -> int:
        return len(self._latest)

    def __repr__(self) -> str:
        return repr(dict(self))
