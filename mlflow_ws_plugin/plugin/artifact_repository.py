"""Files of a workspace by addresses of its own scheme: `mlws:///dir` is where all its files are.

`mlws:///dir/artifacts/<path>`, the same place spelled out, names one below it. Nothing else of a workspace is a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.errors import InvalidUri
from mlflow_ws_plugin.history import RunHistory


class WorkspaceArtifacts(LocalArtifactRepository):
    """MLflow's repository of local files, at a place within a workspace.

    Args:
        artifact_uri: The place's address.
        *others: What MLflow passes besides; its versions differ.
        **named: Likewise.

    Raises:
        InvalidUri: The address is not legal, or names what is no place for files.
    """

    def __init__(self, artifact_uri: str, *others: Any, **named: Any) -> None:
        super().__init__(_folder(artifact_uri).as_uri(), *others, **named)


def _folder(artifact_uri: str) -> Path:
    """Return the folder that an address names."""
    place = uri.parse(artifact_uri).directory
    home = next((one for one in (place, *place.parents) if RunHistory(one).is_made), None)
    files = RunHistory(home or place).artifacts
    if home in (None, place):
        return files
    if files == place or files in place.parents:
        return place
    raise InvalidUri(
        f"{artifact_uri!r} is in the workspace {home}, but not among its files.", f"They are below {files.as_uri()}."
    )
