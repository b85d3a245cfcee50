"""Parameters, properties and tags: notes on a run, by key."""

from __future__ import annotations

from mlflow_ws_plugin.records import limits, reserved
from mlflow_ws_plugin.records.names import check_key, check_value
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
        tags = self._history.runs.get(self.id).tags
        return {key: value for key, value in tags.items() if not key.startswith(reserved.MLFLOW)}

    def tag(self, key: str, value: object = None) -> None:
        """Set one tag, replacing its value.

        Args:
            key: 1–250 printable characters.
            value: At most 8,000 characters; anything but a string is recorded as `str(value)`, None as `""`.

        Raises:
            InvalidName: The key or value is not legal.
            ReservedTag: The key begins with `mlws.` and shows part of the record.
        """
        text = "" if value is None else str(value)
        check_value(f"value of tag {key!r}", text, limits.TAG_VALUE_LENGTH)
        self._history.runs.set_tags(self.id, {check_key("tag", key): text})
