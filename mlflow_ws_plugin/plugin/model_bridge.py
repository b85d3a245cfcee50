"""The registered models of a workspace, as the SDK asks for them. It loads this module by name, and MLflow with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion as SeenVersion
from mlflow.entities.model_registry import ModelVersionTag
from mlflow.exceptions import MlflowException
from mlflow.prompt.constants import IS_PROMPT_TAG_KEY
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository
from mlflow.store.model_registry.abstract_store import AbstractStore
from mlflow.tracking._model_registry.utils import _get_store
from mlflow.utils.file_utils import local_file_uri_to_path

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.errors import (
    InvalidName,
    ModelFilesNotFound,
    ModelNotFound,
    PackageMissing,
    StorageError,
    WorkspaceError,
)
from mlflow_ws_plugin.plugin.mlflow_database import FILE_NAME, one_at_a_time
from mlflow_ws_plugin.records.model_version import FILE, ModelVersion

_NO_STAGE = "None"
"""How MLflow calls the stage of a version that is in none."""
_PAGE = 1_000

_FAULTS: dict[str, tuple[type[WorkspaceError], str]] = {
    "INVALID_PARAMETER_VALUE": (InvalidName, "Choose another."),
    "RESOURCE_DOES_NOT_EXIST": (ModelNotFound, "workspace.models has those that there are."),
}
"""Our error for a code of MLflow's; every other code is a StorageError."""


class ModelRegistry:
    """MLflow's registry of a workspace.

    Args:
        address: The workspace's.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._directory = uri.parse(address).directory

    def versions(self, name: str | None = None) -> list[ModelVersion]:
        """Return the versions of a model, or of all, without those of prompts; none where there is no registry yet.

        Raises:
            StorageError: The registry cannot be read.
        """
        if not (self._directory / FILE_NAME).exists():
            return []
        with _translated("The models cannot be read"):
            wanted = f"name = '{name}'" if name is not None and "'" not in name else ""
            found = _pages(self._store.search_model_versions, wanted)
            aliases = {model.name: model.aliases for model in _pages(self._store.search_registered_models, wanted)}
        versions = (self._version(one, aliases.get(one.name, {})) for one in found)
        return [one for one in versions if name is None or one.name == name]

    def add(
        self, name: str, source: str, run_id: str | None, notes: Mapping[str, str], description: str | None
    ) -> ModelVersion:
        """Make files a new version of a registered model, which is made if it is not there.

        Args:
            name: The model's name.
            source: Address of the folder with the files.
            run_id: The run that made them, or None.
            notes: The version's tags.
            description: Of the version.

        Raises:
            InvalidName: MLflow refuses the name, a tag or the description, or the name is that of a prompt.
            StorageError: The registry cannot be written.
        """
        client = MlflowClient(tracking_uri=self._address, registry_uri=self._address)
        with _translated(f"Model {name!r} cannot be registered"):
            self._ensure(name)
            with one_at_a_time(self._directory):  # MLflow gives up when others took three numbers in a row
                made = client.create_model_version(name, source, run_id, tags=dict(notes), description=description)
        return self._version(made, {})

    def add_from_run(
        self, run_id: str, name: str, folder: str, file: str, notes: Mapping[str, str], description: str | None
    ) -> ModelVersion:
        """Make files of a run a new version of a registered model; see `add`.

        Args:
            run_id: The run.
            name: The model's name.
            folder: The folder, `""` for all files of the run.
            file: The file in the folder that is meant, `""` for all of it.
            notes: The version's tags.
            description: Of the version.
        """
        client = MlflowClient(tracking_uri=self._address)
        source = f"{client.get_run(run_id).info.artifact_uri}/{quote(folder)}".rstrip("/")
        return self.add(name, source, run_id, {**notes, **({FILE: file} if file else {})}, description)

    def set_notes(self, version: ModelVersion, notes: Mapping[str, str]) -> ModelVersion:
        """Set tags of a version, and return it as it is now."""
        with _translated(f"Model {version.id} cannot be changed"):
            for key, value in notes.items():
                self._store.set_model_version_tag(*_place(version), ModelVersionTag(key, value))
        return self.again(version)

    def remove_notes(self, version: ModelVersion, keys: list[str]) -> ModelVersion:
        """Remove tags of a version, and return it as it is now."""
        with _translated(f"Model {version.id} cannot be changed"):
            for key in keys:
                self._store.delete_model_version_tag(*_place(version), key)
        return self.again(version)

    def describe(self, version: ModelVersion, description: str) -> ModelVersion:
        """Replace the description of a version, and return it as it is now."""
        with _translated(f"Model {version.id} cannot be changed"):
            self._store.update_model_version(*_place(version), description)
        return self.again(version)

    def set_alias(self, version: ModelVersion, alias: str) -> ModelVersion:
        """Let an alias name a version and no other of its model, and return the version as it is now."""
        with _translated(f"Model {version.id} cannot be called {alias!r}"):
            self.again(version)  # MLflow gives aliases to versions that are not there
            self._store.set_registered_model_alias(version.name, alias, str(version.version))
        return self.again(version)

    def delete_alias(self, version: ModelVersion, alias: str) -> ModelVersion:
        """Take an alias away, and return the version as it is now."""
        with _translated(f"Alias {alias!r} of model {version.id} cannot be taken away"):
            self._store.delete_registered_model_alias(version.name, alias)
        return self.again(version)

    def set_stage(self, version: ModelVersion, stage: str | None, archive_existing: bool) -> ModelVersion:
        """Put a version in one of MLflow's stages, and return it as it is now."""
        with _translated(f"Model {version.id} cannot go to stage {stage!r}"):
            self._store.transition_model_version_stage(*_place(version), stage or _NO_STAGE, archive_existing)
        return self.again(version)

    def remove(self, version: ModelVersion) -> Path | None:
        """Remove a version, and return the folder its files were in, if that is here and no other version has them."""
        location = self.location(version)
        with _translated(f"Model {version.id} cannot be removed"):
            self._store.delete_model_version(*_place(version))
        places = (location, version.source)  # which differ after the workspace was moved
        others = (one for one in self.versions() if one.source.startswith("models:") or _meet(one.source, *places))
        is_shared = any(_meet(self.location(one), location) for one in others)
        return None if is_shared or not location.startswith("file:") else Path(local_file_uri_to_path(location))

    def again(self, version: ModelVersion) -> ModelVersion:
        """Return a version as it is now.

        Raises:
            ModelNotFound: It was removed.
        """
        with _translated(f"Model {version.id} cannot be read"):
            seen = self._store.get_model_version(*_place(version))
        return self._version(seen, dict.fromkeys(seen.aliases, seen.version))

    def location(self, version: ModelVersion) -> str:
        """Return the address of the folder that a version's files are in."""
        with _translated(f"Model {version.id} cannot be read"):
            return self._store.get_model_version_download_uri(*_place(version)) or version.source

    def files(self, version: ModelVersion, scratch: Path | None = None) -> Path:
        """Return the file or folder of a version on this machine.

        Args:
            version: The version.
            scratch: A folder for what has to be fetched from another machine; None where it shall not be.

        Raises:
            ModelFilesNotFound: The files are not there any more.
            PackageMissing: They are at a place that MLflow needs another package for.
            StorageError: They are on another machine, and cannot be fetched.
        """
        location = self.location(version)
        try:
            place = get_artifact_repository(location, tracking_uri=self._address)
            if isinstance(place, LocalArtifactRepository):
                return _existing(Path(place.artifact_dir) / version.file, version)
            if scratch is not None:
                return Path(place.download_artifacts(version.file, dst_path=str(scratch)))
        except ImportError as exc:
            raise PackageMissing(
                f"{location} needs {exc.name}, which is not installed.", f"pip install {exc.name}"
            ) from exc
        except (MlflowException, OSError, ValueError) as exc:
            raise StorageError(f"The files of model {version.id} cannot be fetched from {location}: {exc}") from exc
        raise StorageError(f"The files of model {version.id} are at {location}.", "Fetch them: model.download().")

    def _ensure(self, name: str) -> None:
        """Make a registered model, if it is not there.

        Raises:
            InvalidName: The name is that of a prompt.
        """
        try:
            self._store.create_registered_model(name)
        except MlflowException as exc:
            if exc.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            hidden = self._store.get_registered_model(name)._tags  # noqa: SLF001 - MLflow's `tags` leave this one out
            if hidden.get(IS_PROMPT_TAG_KEY) == "true":
                raise InvalidName(f"{name!r} is the name of a prompt.", "Choose another.") from exc

    @property
    def _store(self) -> AbstractStore:
        store: AbstractStore = _get_store(self._address, self._address)
        return store

    def _version(self, seen: SeenVersion, aliases: Mapping[str, Any]) -> ModelVersion:
        """Return a version as the SDK knows it."""
        stage = seen.current_stage
        return ModelVersion(
            name=seen.name,
            version=int(seen.version),
            source=seen.source or "",
            run_id=seen.run_id or None,
            description=seen.description or "",
            stage=None if stage == _NO_STAGE else stage,
            aliases=tuple(sorted(alias for alias, version in aliases.items() if str(version) == str(seen.version))),
            created_ms=int(seen.creation_timestamp),
            notes=dict(seen.tags),
        )


def _place(version: ModelVersion) -> tuple[str, str]:
    return version.name, str(version.version)


def _meet(one: str, *others: str) -> bool:
    """Tell whether an address is the same as one of the others, or one of the two is below the other."""
    return any(f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/") for other in others)


def _existing(path: Path, version: ModelVersion) -> Path:
    if not path.exists():
        raise ModelFilesNotFound(
            f"The files of model {version.id} are not at {path} any more.", "Restore them, or model.delete() it."
        )
    return path


def _pages(search: Any, wanted: str) -> Iterator[Any]:
    token = None
    while True:
        page = search(wanted, _PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """Raise MLflow's errors as ours.

    Args:
        what: What cannot be done, for messages.
    """
    try:
        yield
    except MlflowException as exc:
        error, hint = _FAULTS.get(exc.error_code, (StorageError, ""))
        raise error(f"{what}: {exc.message}", hint) from exc
