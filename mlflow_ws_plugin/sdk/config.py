"""The file that says which workspace a project uses.

| name, in the project's directory | who writes it |
|---|---|
| `mlws.json` | `workspace.write_config()` |
| `.azureml/config.json`, `aml_config/config.json`, `config.json` | the AzureML SDK v1, or its portal |

Ours has one key, `{"workspace": "<directory or address>"}`, a directory being relative to the project's. One of the old
SDK (`subscription_id`, `resource_group`, `workspace_name`) means the directory `<workspace_name>` in the project's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.errors import InvalidConfig, InvalidUri, WorkspaceNotFound, WorkspaceUnwritable
from mlflow_ws_plugin.records.names import check_workspace_name

FILE_NAME = "mlws.json"
OURS = "workspace"
OLD = "workspace_name"

_PLAIN = "config.json"
_OLD_FOLDERS = (".azureml", "aml_config")
_PLACES = (FILE_NAME, *(f"{folder}/{_PLAIN}" for folder in _OLD_FOLDERS), _PLAIN)


def nearest(start: Path, file_name: str | None = None) -> Path | None:
    """Return the first configuration file in a directory, its parent, and so on up, or None.

    Args:
        start: The directory to begin with.
        file_name: Look for this name instead of the usual ones, in the same folders.
    """
    for folder in (start, *start.parents):
        for place in _places(file_name):
            path = folder / place
            if path.is_file() and (place == file_name or place != _PLAIN or not _is_foreign(path)):
                return path
    return None


def required(start: Path, file_name: str | None = None) -> Path:
    """Return a configuration file, or the nearest one to a directory.

    Raises:
        WorkspaceNotFound: There is none.
    """
    if start.is_file():
        return start
    if not start.exists():
        raise WorkspaceNotFound(f"{start} is not there.", "Pass a configuration file, or the directory of one.")
    found = nearest(start, file_name)
    if found is None:
        raise WorkspaceNotFound(
            f"Neither {start} nor a directory above it has one of {', '.join(_places(file_name))}.",
            f"Workspace.open(directory).write_config() makes {FILE_NAME}.",
        )
    return found


def read(path: Path) -> uri.WorkspaceUri:
    """Return the workspace that a configuration file names.

    Raises:
        InvalidConfig: It cannot be read, is not JSON, or names no workspace.
    """
    said = _parsed(path)
    for key in (OURS, OLD):
        if isinstance(said.get(key), str):
            try:
                return _workspace(_project(path), key, said[key])
            except InvalidUri as exc:
                raise InvalidConfig(f"{path}: {exc.message}", exc.hint) from exc
    raise InvalidConfig(f"{path} names no workspace.", f'Write {{"{OURS}": "<directory or address>"}} into it.')


def write(folder: Path, file_name: str, workspace: uri.WorkspaceUri) -> Path:
    """Write a configuration file, replacing the one that is there, and return its path.

    Raises:
        WorkspaceUnwritable: The directory cannot be made or written.
    """
    path = folder / file_name
    text = json.dumps({OURS: _shown(_project(path), workspace.directory)}, indent=4)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    except OSError as exc:
        raise WorkspaceUnwritable(f"{path} cannot be written: {exc.strerror}.", "Pass another directory.") from exc
    return path


def _places(file_name: str | None) -> tuple[str, ...]:
    if file_name is None:
        return _PLACES
    return (file_name, *(f"{folder}/{file_name}" for folder in _OLD_FOLDERS))


def _project(path: Path) -> Path:
    return path.parent.parent if path.parent.name in _OLD_FOLDERS else path.parent


def _workspace(project: Path, key: str, said: str) -> uri.WorkspaceUri:
    if key == OLD:
        return uri.of(project / check_workspace_name(said))
    return uri.of(said) if said.startswith((f"{uri.SCHEME}:", "~")) else uri.of(project / said)


def _shown(project: Path, directory: Path) -> str:
    """A workspace within the project moves with it."""
    return directory.relative_to(project).as_posix() if directory.is_relative_to(project) else str(directory)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise InvalidConfig(f"{path} cannot be read: {exc}.", "Correct or remove it.") from exc
    if not isinstance(said, dict):
        raise InvalidConfig(f"{path} holds no JSON object.", "Correct or remove it.")
    return said


def _is_foreign(path: Path) -> bool:
    """Tell whether a file of so common a name is some other program's."""
    try:
        return OLD not in _parsed(path)
    except InvalidConfig:
        return True
