"""Where the SDK finds the registered models of a workspace: in MLflow's registry, which is loaded when it is asked."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mlflow_ws_plugin.errors import InvalidInput, ModelNotFound
from mlflow_ws_plugin.records.model_choice import ModelChoice
from mlflow_ws_plugin.records.model_version import ModelVersion

if TYPE_CHECKING:
    from mlflow_ws_plugin.plugin.model_bridge import ModelRegistry
    from mlflow_ws_plugin.sdk.workspace import Workspace

BRIDGE = "mlflow_ws_plugin.plugin.model_bridge"
"""Loaded by name when it is called for: the SDK never imports MLflow by itself."""

_MOST_NAMED = 20


def registry(workspace: Workspace) -> ModelRegistry:
    """Return the registry of a workspace.

    Raises:
        InvalidInput: It is not a workspace.
        WorkspaceClosed: It was closed before.
    """
    if not hasattr(workspace, "_history"):
        raise InvalidInput(f"{workspace!r} is not a workspace.", "Pass Workspace.open(directory).")
    workspace._history.check()
    of_workspace: ModelRegistry = import_module(BRIDGE).ModelRegistry(workspace.get_mlflow_tracking_uri())
    return of_workspace


def found(workspace: Workspace, choice: ModelChoice) -> list[ModelVersion]:
    """Return versions, the newest first."""
    versions = registry(workspace).versions(choice.name)
    return sorted(filter(choice.fits, versions), key=_age, reverse=True)


def newest(workspace: Workspace, choice: ModelChoice) -> ModelVersion:
    """Return the newest of the versions, or, where a name is chosen, the one with the greatest number.

    Raises:
        ModelNotFound: There is none.
    """
    versions = found(workspace, choice)
    if not versions:
        raise ModelNotFound(f"There is no model with {choice}.", _those_there_are(workspace, choice))
    return max(versions, key=lambda one: one.version) if choice.name is not None else versions[0]


def latest_of_each(workspace: Workspace, choice: ModelChoice) -> list[ModelVersion]:
    """Return of the versions the one with the greatest number of each name, the newest first."""
    latest: dict[str, ModelVersion] = {}
    for one in found(workspace, choice):
        if one.name not in latest or one.version > latest[one.name].version:
            latest[one.name] = one
    return sorted(latest.values(), key=_age, reverse=True)


def _age(one: ModelVersion) -> tuple[int, int]:
    return one.created_ms, one.version


def _those_there_are(workspace: Workspace, choice: ModelChoice) -> str:
    """Say which versions the name has, or which names there are."""
    versions = sorted(one.version for one in registry(workspace).versions(choice.name)) if choice.name else []
    if versions:
        return f"{choice.name!r} has the versions {_listed(versions)}."
    names = sorted({one.name for one in registry(workspace).versions()})
    return f"There are {_listed(names)}." if names else "No model is registered: run.register_model() does it."


def _listed(things: list[int] | list[str]) -> str:
    more = ", …" if len(things) > _MOST_NAMED else ""
    return ", ".join(str(one) for one in things[:_MOST_NAMED]) + more
