"""Parameters, properties and tags: notes on a run, by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlflow_ws_plugin.records import limits, reserved
from mlflow_ws_plugin.records.notes import as_text
from mlflow_ws_plugin.sdk.calls.parts import RunParts


class NoteCalls(RunParts):
    """Notes on a run."""

    @property
    def parameters(self) -> dict[str, str]:
        """Its parameters, as text; they never change."""
        return self._history.runs.get(self.id).parameters

    @property
    def properties(self) -> dict[str, str]:
        """Its properties, as text; they never change."""
        return self._history.runs.get(self.id).properties

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, without those MLflow makes for itself (`mlflow.…`)."""
        return self.get_tags()

    def get_properties(self) -> dict[str, str]:
        """Return its properties, as text."""
        return self.properties

    def get_tags(self, include_mlflow: bool = False) -> dict[str, str]:
        """Return its tags.

        Args:
            include_mlflow: Also those MLflow makes for itself (`mlflow.…`), such as who began the run.
        """
        tags = self._history.runs.get(self.id).tags
        return {key: value for key, value in tags.items() if include_mlflow or not key.startswith(reserved.MLFLOW)}

    def tag(self, key: str, value: object = None) -> None:
        """Set one tag, replacing its value; see `set_tags`."""
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[str, object]) -> None:
        """Set tags, replacing their values; all or none, and those not named stay.

        Args:
            tags: By keys of 1–250 printable characters. Values have at most 8,000 characters; anything but a string is
                recorded as `str(value)`, None as `""`.

        Raises:
            InvalidName: A key or value is not legal.
            ReservedTag: A key begins with `mlws.` and shows part of the record.
        """
        self._history.runs.set_tags(self.id, as_text("tag", tags, limits.TAG_VALUE_LENGTH))

    def remove_tags(self, tags: str | Iterable[str]) -> dict[str, str]:
        """Remove tags by their keys, and return those left as `get_tags` does; keys it does not have are no error.

        Raises:
            ReservedTag: One begins with `mlws.` and shows part of the record; none is removed.
        """
        self._history.runs.remove_tags(self.id, [tags] if isinstance(tags, str) else tags)
        return self.get_tags()

    def add_properties(self, properties: Mapping[str, object]) -> None:
        """Record properties, which never change; all or none. Giving one again with the value it has is no error.

        MLflow sees them as tags `mlws.property.<key>`, which it cannot set to another value.

        Args:
            properties: By keys of 1–250 printable characters. Values have at most 8,000 characters; anything but a
                string is recorded as `str(value)`, None as `""`.

        Raises:
            InvalidName: A key or value is not legal.
            PropertyChanged: One is recorded with another value.
        """
        self._history.runs.add_properties(self.id, as_text("property", properties, limits.TAG_VALUE_LENGTH))

    def log_parameter(self, name: str, value: object) -> None:
        """Record one parameter, which never changes; see `log_parameters`."""
        self.log_parameters({name: value})

    def log_parameters(self, parameters: Mapping[str, object]) -> None:
        """Record parameters, which never change; all or none. Giving one again with the value it has is no error.

        Args:
            parameters: By names of 1–250 printable characters. Values have at most 6,000 characters; anything but a
                string is recorded as `str(value)`, None as `""`.

        Raises:
            InvalidName: A name or value is not legal.
            ParameterChanged: One is recorded with another value.
        """
        self._history.runs.log_parameters(self.id, as_text("parameter", parameters, limits.PARAMETER_VALUE_LENGTH))
