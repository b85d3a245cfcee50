"""What is said of a model, after it was registered: tags, properties, description, aliases, stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlflow_ws_plugin.errors import PropertyChanged
from mlflow_ws_plugin.records.model_version import as_notes
from mlflow_ws_plugin.sdk.model_parts import ModelParts


class ModelNotes(ModelParts):
    """Notes on a model."""

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, without those MLflow makes for itself (`mlflow.…`)."""
        return self._seen.tags

    @property
    def properties(self) -> dict[str, str]:
        """Its properties, which never change; MLflow shows them as tags `mlws.property.<key>`."""
        return self._seen.properties

    @property
    def description(self) -> str:
        """Markdown; empty where there is none."""
        return self._seen.description

    @property
    def aliases(self) -> tuple[str, ...]:
        """MLflow's aliases of this version, in order."""
        return self._seen.aliases

    @property
    def stage(self) -> str | None:
        """MLflow's stage, such as `Production`, or None."""
        return self._seen.stage

    def add_tags(self, tags: Mapping[str, object]) -> None:
        """Set tags, replacing their values; others stay.

        Args:
            tags: By keys of 1–250 printable characters; anything but a string is recorded as `str(value)`.

        Raises:
            InvalidName: A key or value is not legal; nothing was written.
            ReservedTag: A key begins with `mlws.`.
            ModelNotFound: The model was deleted.
        """
        self._seen = self._registry.set_notes(self._seen, as_notes(tags))

    def remove_tags(self, tags: str | Iterable[str]) -> None:
        """Remove tags by their keys; keys it does not have are no error.

        Raises:
            ModelNotFound: The model was deleted.
        """
        keys = {tags} if isinstance(tags, str) else set(tags)
        there = self._registry.again(self._seen)
        self._seen = self._registry.remove_notes(there, sorted(keys & there.tags.keys()))

    def add_properties(self, properties: Mapping[str, object]) -> None:
        """Add properties; one that is there keeps its value.

        Raises:
            InvalidName: A key or value is not legal.
            PropertyChanged: One has another value already; nothing was written.
            ModelNotFound: The model was deleted.
        """
        notes = as_notes(properties=properties)
        there = self._registry.again(self._seen)
        for key, value in notes.items():
            if there.notes.get(key, value) != value:
                raise PropertyChanged(
                    f"Property {key.split('.', 2)[2]!r} of model {there.id} is {there.notes[key]!r}, not {value!r}.",
                    "Properties never change: use a tag.",
                )
        self._seen = self._registry.set_notes(there, notes)

    def update_tags_properties(
        self,
        add_tags: Mapping[str, object] | None = None,
        remove_tags: Iterable[str] | None = None,
        add_properties: Mapping[str, object] | None = None,
    ) -> None:
        """Add properties, remove tags and set tags, in this order; see the calls for each."""
        self.add_properties(add_properties or {})
        self.remove_tags(remove_tags or ())
        self.add_tags(add_tags or {})

    def update(
        self,
        tags: Mapping[str, object] | None = None,
        description: str | None = None,
        sample_input_dataset: object = None,  # noqa: ARG002
        sample_output_dataset: object = None,  # noqa: ARG002
        resource_configuration: object = None,  # noqa: ARG002
        *,
        properties: Mapping[str, object] | None = None,
    ) -> None:
        """Replace what is given; what is None stays.

        Args:
            tags: All its tags from now on: those that are not among them are removed.
            description: Markdown.
            sample_input_dataset: Accepted for scripts of the AzureML SDK v1, and not used.
            sample_output_dataset: Likewise.
            resource_configuration: Likewise.
            properties: Added to those it has, which never change.

        Raises:
            InvalidName: A key or value is not legal.
            PropertyChanged: A property has another value already.
            ModelNotFound: The model was deleted.
        """
        wanted = as_notes(tags)
        if properties is not None:
            self.add_properties(properties)
        if tags is not None:
            self.remove_tags(set(self._registry.again(self._seen).tags) - set(wanted))
            self._seen = self._registry.set_notes(self._seen, wanted)
        if description is not None:
            self._seen = self._registry.describe(self._seen, description)

    def set_alias(self, alias: str) -> None:
        """Let an alias of MLflow's name this version; it is taken from the version it named before.

        `Model(workspace, name, alias=…)` finds the version, and so does MLflow by `models:/<name>@<alias>`.

        Raises:
            InvalidName: The alias is not legal.
            ModelNotFound: The model was deleted.
        """
        self._seen = self._registry.set_alias(self._seen, alias)

    def delete_alias(self, alias: str) -> None:
        """Take an alias from this version; one that it does not have is no error."""
        if alias in self._registry.again(self._seen).aliases:
            self._seen = self._registry.delete_alias(self._seen, alias)

    def set_stage(self, stage: str | None, *, archive_existing: bool = False) -> None:
        """Put this version in one of MLflow's stages; MLflow itself advises aliases instead.

        Args:
            stage: `Staging`, `Production`, `Archived`, or None for none.
            archive_existing: Whether versions of the same name that are in this stage are archived.

        Raises:
            InvalidName: There is no such stage.
            ModelNotFound: The model was deleted.
        """
        self._seen = self._registry.set_stage(self._seen, stage, archive_existing)
