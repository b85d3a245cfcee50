"""Models made of a run's files."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from mlflow_ws_plugin.errors import RunFileNotFound
from mlflow_ws_plugin.records.model_version import as_notes, check_model_name
from mlflow_ws_plugin.records.places import check_file_name
from mlflow_ws_plugin.sdk.calls.parts import RunParts
from mlflow_ws_plugin.sdk.model import Model
from mlflow_ws_plugin.sdk.registry import registry


class ModelCalls(RunParts):
    """Models of a run."""

    def register_model(
        self,
        model_name: str,
        model_path: str | None = None,
        tags: Mapping[str, object] | None = None,
        properties: Mapping[str, object] | None = None,
        model_framework: str | None = None,
        model_framework_version: str | None = None,
        description: str | None = None,
        **kwargs: Any,  # noqa: ARG002
    ) -> Model:
        """Make a file or folder of the run a new version of a registered model, and return it. Imports MLflow.

        The workspace's model registry, MLflow's, keeps it; the files stay where they are. A version is a folder there,
        so a file is registered with the folder it is in, and the model's `url` names the file.

        Args:
            model_name: The model's name; made if the registry has none of it.
            model_path: A file of the run, or a folder of them, such as `outputs/model.pkl`; `model_name` by default.
            tags: Tags of the version: keys and values as `run.set_tags` takes them.
            properties: Recorded as tags `mlws.property.<key>` of the version.
            model_framework: Such as `ScikitLearn`; recorded as a tag.
            model_framework_version: Likewise.
            description: Of the version, as Markdown.
            **kwargs: What else the AzureML SDK v1 takes here, such as `datasets` and `sample_input_dataset`; not used.

        Raises:
            RunFileNotFound: The run has no such file or folder; the message lists the files it has.
            InvalidName: A name, key or value is not legal, or the name is that of a prompt.
            ReservedTag: The key of a tag begins with `mlws.`.
            StorageError: The registry cannot be written, or the run's files are not on this machine.
        """
        name = check_model_name(model_name)
        folder, file = self._existing(model_path or model_name)
        notes = as_notes(tags, properties, model_framework, model_framework_version)
        workspace = self.experiment.workspace
        seen = registry(workspace).add_from_run(self.id, name, folder, file, notes, description)
        return Model._of(workspace, seen)

    def _existing(self, path: str) -> tuple[str, str]:
        """Return a folder, and the name of a file in it where the path is one's; `""` stands for the run's top."""
        normal = check_file_name(path)
        names = self._history.files.names(self.id)
        if normal in names:
            return posixpath.split(normal)
        if any(name.startswith(f"{normal}/") for name in names):
            return normal, ""
        listed = f"It has {', '.join(names[:20])}." if names else "It has no files."
        if path.startswith("outputs"):
            listed += " What it writes into outputs/ is kept when it ends: until then, call run.upload_file() first."
        raise RunFileNotFound(f"The run has no file or folder {path!r}.", listed)
