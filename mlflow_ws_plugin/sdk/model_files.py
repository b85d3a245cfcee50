"""Files of a model."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mlflow_ws_plugin.history.registered_files import RegisteredFiles
from mlflow_ws_plugin.records.model_choice import ModelChoice, as_version
from mlflow_ws_plugin.sdk import registry
from mlflow_ws_plugin.sdk.model_parts import ModelParts
from mlflow_ws_plugin.storage.whole_copies import copy_whole

if TYPE_CHECKING:
    from mlflow_ws_plugin.sdk.workspace import Workspace


class ModelFiles(ModelParts):
    """Files of a model."""

    def download(self, target_dir: str | Path = ".", exist_ok: bool = False, exists_ok: bool | None = None) -> str:
        """Copy the model's file or folder into a directory, whole or not at all, and return the path of the copy.

        It is called as where it was registered from: `outputs/model.pkl` becomes `<target_dir>/model.pkl`, and
        `outputs/net` the folder `<target_dir>/net`. What MLflow logged as a model is called as the registered model.

        Args:
            target_dir: The directory; made if it is not there.
            exist_ok: Whether files that are there are replaced; others in the folder stay.
            exists_ok: The older name of `exist_ok`.

        Raises:
            TargetExists: There is something of that name already.
            TargetUnwritable: The directory cannot be written.
            ModelFilesNotFound: The model's files are not there any more.
            ModelNotFound: The model was deleted.
            StorageError: The files are on another machine, and cannot be fetched.
        """
        target = Path(target_dir) / self._seen.label
        with tempfile.TemporaryDirectory() as scratch:
            source = self._registry.files(self._seen, Path(scratch))
            copy_whole(source, target, exist_ok=exist_ok or bool(exists_ok))
        return str(target)

    @staticmethod
    def get_model_path(model_name: str, version: int | None = None, _workspace: Workspace | None = None) -> str:
        """Return where the file or folder of a model is in its workspace, to be read there, never changed.

        Args:
            model_name: The model's name.
            version: The latest by default.
            _workspace: The default workspace by default.

        Raises:
            ModelNotFound: There is no such model.
            ModelFilesNotFound: Its files are not there any more.
            StorageError: They are on another machine; `download()` fetches them.
        """
        from mlflow_ws_plugin.sdk import workspace as workspaces  # which imports this module

        workspace = _workspace or workspaces.Workspace()
        seen = registry.newest(workspace, ModelChoice(model_name, as_version(version)))
        return str(registry.registry(workspace).files(seen))

    def delete(self) -> None:
        """Remove this version from the registry; its number is not given again.

        Files of a run stay in the run. A copy that `Model.register` made is removed, unless another version has it.

        Raises:
            ModelNotFound: It was deleted before.
        """
        left = self._registry.remove(self._seen)
        if left is not None:
            RegisteredFiles(self.workspace._history.artifacts).forget(left)
