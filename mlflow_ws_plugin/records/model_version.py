"""A version of a registered model: what the registry keeps of it. A logged model is in `records.model`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from mlflow_ws_plugin.errors import InvalidName, InvalidQuery, ReservedTag
from mlflow_ws_plugin.records import limits, reserved
from mlflow_ws_plugin.records.notes import as_text

OWN = "mlws."
"""Tags of a version that show part of the native record."""
FILE = "mlws.model.file"
"""The file that is meant, where a version is a single one; MLflow knows folders only."""
FRAMEWORK = "mlws.model.framework"
FRAMEWORK_VERSION = "mlws.model.framework_version"

_CHOSEN_BY_MLFLOW = "artifacts"
"""The last part of a place that says nothing about the model in it."""
_LOGGED = "models:/"


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version of a registered model.

    Attributes:
        name: The registered model's name.
        version: 1, 2, 3 … within the name.
        source: The address it was registered from.
        run_id: The run that made it, or None.
        description: Markdown; empty where there is none.
        stage: MLflow's, such as `Production`, or None.
        aliases: MLflow's aliases of the version, in order.
        created_ms: Milliseconds UTC.
        notes: All its tags as MLflow shows them.
    """

    name: str
    version: int
    source: str
    run_id: str | None
    description: str
    stage: str | None
    aliases: tuple[str, ...]
    created_ms: int
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """`<name>:<version>`."""
        return f"{self.name}:{self.version}"

    @property
    def file(self) -> str:
        """The file that is meant; empty where it is a folder."""
        return self.notes.get(FILE, "")

    @property
    def url(self) -> str:
        """MLflow's address of it, with the file where it is a single one."""
        return f"models:/{self.name}/{self.version}/{self.file}".rstrip("/")

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, without those that show something else."""
        return {key: value for key, value in self.notes.items() if not key.startswith((OWN, reserved.MLFLOW))}

    @property
    def properties(self) -> dict[str, str]:
        """Its properties."""
        start = reserved.PROPERTY
        return {key.removeprefix(start): value for key, value in self.notes.items() if key.startswith(start)}

    @property
    def label(self) -> str:
        """What its files are called where they are downloaded to: as where they come from, else as the model."""
        last = self.file or unquote(self.source.rstrip("/").rsplit("/", 1)[-1])
        says_nothing = not self.file and (last == _CHOSEN_BY_MLFLOW or self.source.startswith(_LOGGED))
        label = self.name if says_nothing else last
        return label if label.strip(".") else "model"


def check_model_name(name: str) -> str:
    """Return the name of a registered model, if it is legal.

    Raises:
        InvalidName: It is empty, or has a `/` or `:`, which MLflow 3.1 would take, and by its address not find.
    """
    if not isinstance(name, str) or not name.strip() or set(name) & set("/:"):
        raise InvalidName(f"{name!r} is no name for a model.", "Choose one without '/' and ':'.")
    return name


def as_notes(
    tags: Mapping[str, object] | None = None,
    properties: Mapping[str, object] | None = None,
    framework: str | None = None,
    framework_version: str | None = None,
) -> dict[str, str]:
    """Return what is said of a version as tags for MLflow.

    Raises:
        InvalidInput: The tags or properties are no dict.
        InvalidName: A key or value is not legal.
        ReservedTag: A tag's key is one by which the record is shown.
    """
    notes = as_text("tag", tags or {}, limits.TAG_VALUE_LENGTH)
    for key in notes:
        if key.startswith(OWN):
            raise ReservedTag(f"Tag {key!r} shows part of the record.", "Pass properties and framework by themselves.")
    said = as_text("property", properties or {}, limits.TAG_VALUE_LENGTH)
    notes |= {reserved.PROPERTY + key: value for key, value in said.items()}
    frameworks = {FRAMEWORK: framework, FRAMEWORK_VERSION: framework_version}
    return notes | {key: str(value) for key, value in frameworks.items() if value is not None}


def parse_id(given: str) -> tuple[str, int]:
    """Return the name and version of an id, `<name>:<version>`.

    Raises:
        InvalidQuery: It is none.
    """
    name, _, version = str(given).rpartition(":")
    if not name or not version.isdecimal():
        raise InvalidQuery(f"{given!r} is not the id of a model.", "Pass 'name:version', such as 'net:3'.")
    return name, int(version)
