"""A model in the registry of a workspace: one version, its files and what is said of it."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflow_ws_plugin import absent
from mlflow_ws_plugin.absent import SaysItOfTheClass, SaysWhatIsAbsent
from mlflow_ws_plugin.errors import InvalidInput, RunNotFound
from mlflow_ws_plugin.history.registered_files import RegisteredFiles
from mlflow_ws_plugin.records.model_choice import ModelChoice, Wanted, as_version, wanted_notes
from mlflow_ws_plugin.records.model_version import (
    FILE,
    FRAMEWORK,
    FRAMEWORK_VERSION,
    ModelVersion,
    as_notes,
    check_model_name,
    parse_id,
)
from mlflow_ws_plugin.sdk import registry
from mlflow_ws_plugin.sdk.model_files import ModelFiles
from mlflow_ws_plugin.sdk.model_notes import ModelNotes

if TYPE_CHECKING:
    from mlflow_ws_plugin.sdk.run import Run
    from mlflow_ws_plugin.sdk.workspace import Workspace


class Model(ModelNotes, ModelFiles, SaysWhatIsAbsent, metaclass=SaysItOfTheClass):
    """The version of a registered model that fits all that is said; of several the latest.

    What it says of itself is what it was when it was found, and after its own changes. Imports MLflow, whose registry
    keeps it.

    Args:
        workspace: Where it is.
        name: The registered model's name.
        id: `<name>:<version>`, instead of a name and a version.
        tags: A key it has, a dict of keys and values, or as in the AzureML SDK v1 `['key', ['key', 'value']]`.
        properties: The same of its properties.
        version: 1, 2, 3 …
        run_id: The run that made it.
        model_framework: As it was registered, see `Model.Framework`.
        expand: Accepted for scripts of the AzureML SDK v1, and not used.
        alias: One of MLflow's aliases.
        **kwargs: Likewise not used.

    Attributes:
        workspace: Where it is.

    Raises:
        InvalidInput: The first argument is not a workspace, or nothing says which model.
        InvalidQuery: The id, the version, the tags or the properties cannot be understood.
        ModelNotFound: There is none; the message lists those that there are.
        StorageError: The registry cannot be read.
    """

    _absent = absent.OF_MODEL

    class Framework:
        """Names of frameworks, as the AzureML SDK v1 has them; any other text will do."""

        CUSTOM = "Custom"
        ONNX = "Onnx"
        SCIKITLEARN = "ScikitLearn"
        TENSORFLOW = "TensorFlow"
        TFKERAS = "TfKeras"

    def __init__(
        self,
        workspace: Workspace,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  # the old SDK's word
        tags: Wanted = None,
        properties: Wanted = None,
        version: int | None = None,
        run_id: str | None = None,
        model_framework: str | None = None,
        expand: bool = True,  # noqa: ARG002
        *,
        alias: str | None = None,
        **kwargs: object,  # noqa: ARG002
    ) -> None:
        if id is not None:
            name, version = parse_id(id)
        choice = ModelChoice(
            name,
            as_version(version),
            alias,
            run_id,
            model_framework,
            wanted_notes("tags", tags),
            wanted_notes("properties", properties),
        )
        if choice == ModelChoice():
            raise InvalidInput("Nothing says which model.", "Pass a name: Model(workspace, 'net').")
        self.workspace = workspace
        self._seen = registry.newest(workspace, choice)

    @classmethod
    def _of(cls, workspace: Workspace, seen: ModelVersion) -> Model:
        """Return a model that is known to be there."""
        model = cls.__new__(cls)
        model.workspace = workspace
        model._seen = seen
        return model

    @staticmethod
    def list(  # the old SDK's word
        workspace: Workspace,
        name: str | None = None,
        tags: Wanted = None,
        properties: Wanted = None,
        run_id: str | None = None,
        latest: bool = False,
        dataset_id: str | None = None,  # noqa: ARG004
        expand: bool = True,  # noqa: ARG004
        page_count: int = 255,  # noqa: ARG004
        model_framework: str | None = None,
    ) -> builtins.list[Model]:
        """Return the versions of registered models that fit all that is said, the newest first.

        Args:
            workspace: Where they are.
            name: Of this registered model.
            tags: As for `Model`.
            properties: Likewise.
            run_id: Made by this run.
            latest: Only the latest of each name, of those that fit.
            dataset_id: Accepted for scripts of the AzureML SDK v1, and not used.
            expand: Likewise.
            page_count: Likewise.
            model_framework: Registered with this framework.

        Raises:
            InvalidInput: The first argument is not a workspace.
            InvalidQuery: The tags or properties cannot be understood.
            StorageError: The registry cannot be read.
        """
        choice = ModelChoice(
            name,
            run_id=run_id,
            framework=model_framework,
            tags=wanted_notes("tags", tags),
            properties=wanted_notes("properties", properties),
        )
        search = registry.latest_of_each if latest else registry.found
        return [Model._of(workspace, seen) for seen in search(workspace, choice)]

    @staticmethod
    def register(
        workspace: Workspace,
        model_path: str | Path,
        model_name: str,
        tags: Mapping[str, object] | None = None,
        properties: Mapping[str, object] | None = None,
        description: str | None = None,
        datasets: object = None,  # noqa: ARG004
        model_framework: str | None = None,
        model_framework_version: str | None = None,
        child_paths: Iterable[str] | None = None,
        sample_input_dataset: object = None,  # noqa: ARG004
        sample_output_dataset: object = None,  # noqa: ARG004
        resource_configuration: object = None,  # noqa: ARG004
        **kwargs: Any,  # noqa: ARG004
    ) -> Model:
        """Make a file or folder on this machine a new version of a registered model, and return it.

        Its files are copied into the workspace first, so that no version is without them. Files of a run need no copy:
        `run.register_model()`, and the run is the model's.

        Args:
            workspace: Where to; made if it is not there.
            model_path: The file or folder; links are followed.
            model_name: The model's name; made if the registry has none of it.
            tags: Its tags.
            properties: Its properties, which never change.
            description: Of the version, as Markdown.
            datasets: Accepted for scripts of the AzureML SDK v1, and not used.
            model_framework: Such as `Model.Framework.SCIKITLEARN`.
            model_framework_version: Such as `1.5.2`.
            child_paths: Only these files and folders of the folder `model_path`; all by default.
            sample_input_dataset: Likewise not used.
            sample_output_dataset: Likewise.
            resource_configuration: Likewise.
            **kwargs: Likewise.

        Raises:
            InvalidName: A name, key or value is not legal.
            SourceNotFound: There is no such file or folder, or nothing in it.
            SourceUnreadable: It cannot be read.
            StorageError: The workspace cannot be written.
        """
        name = check_model_name(model_name)
        notes = as_notes(tags, properties, model_framework, model_framework_version)
        models = registry.registry(workspace)
        copies = RegisteredFiles(workspace._history.artifacts)
        with copies.kept(Path(model_path).expanduser(), child_paths) as (folder, file):
            if file:
                notes[FILE] = file
            return Model._of(workspace, models.add(name, folder.as_uri(), None, notes, description))

    @property
    def name(self) -> str:
        """The registered model's name."""
        return self._seen.name

    @property
    def version(self) -> int:
        """1, 2, 3 … within the name."""
        return self._seen.version

    @property
    def id(self) -> str:
        """`<name>:<version>`."""
        return self._seen.id

    @property
    def url(self) -> str:
        """MLflow's address of it, `models:/<name>/<version>`, with `/<file>` where it is a single file.

        `mlflow.artifacts.download_artifacts(model.url)` reads it, but MLflow cannot read a file with `#` in its name;
        `download()` can.
        """
        return self._seen.url

    @property
    def created_time(self) -> datetime:
        """When it was registered, in UTC."""
        return datetime.fromtimestamp(self._seen.created_ms / 1000, timezone.utc)

    @property
    def run_id(self) -> str | None:
        """The run that made it, or None."""
        return self._seen.run_id

    @property
    def run(self) -> Run | None:
        """The run that made it; None where there is none, or it was removed for good."""
        if self.run_id is not None:
            with suppress(RunNotFound):
                return self.workspace.get_run(self.run_id)
        return None

    @property
    def experiment_name(self) -> str | None:
        """The name of that run's experiment, or None."""
        run = self.run
        return None if run is None else run.experiment.name

    @property
    def model_framework(self) -> str | None:
        """The framework, as it was registered, or None."""
        return self._seen.notes.get(FRAMEWORK)

    @property
    def model_framework_version(self) -> str | None:
        """The framework's version, as it was registered, or None."""
        return self._seen.notes.get(FRAMEWORK_VERSION)

    @property
    def framework(self) -> str | None:
        """The same as `model_framework`."""
        return self.model_framework

    @property
    def framework_version(self) -> str | None:
        """The same as `model_framework_version`."""
        return self.model_framework_version

    def serialize(self) -> dict[str, object]:
        """Return what is known of it, as JSON can hold it, in the words of the AzureML SDK v1."""
        return {
            "aliases": [*self.aliases],
            "createdTime": self.created_time.isoformat(),
            "description": self.description,
            "experimentName": self.experiment_name,
            "framework": self.framework,
            "frameworkVersion": self.framework_version,
            "id": self.id,
            "name": self.name,
            "properties": self.properties,
            "runId": self.run_id,
            "stage": self.stage,
            "tags": self.tags,
            "url": self.url,
            "version": self.version,
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model):
            return NotImplemented
        return self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[str, str]:
        return self.workspace.get_mlflow_tracking_uri(), self.id

    def __repr__(self) -> str:
        called = f", called {', '.join(self.aliases)}" if self.aliases else ""
        origin = f"run {self.run_id}" if self.run_id else "no run"
        return f"<Model {self.name!r}, version {self.version}{called}, of {origin}>"
