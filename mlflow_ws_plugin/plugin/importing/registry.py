"""The model registry: registered models and prompts, their versions with their numbers, aliases, tags and stages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.prompt.constants import IS_PROMPT_TAG_KEY
from mlflow.store.model_registry.dbmodels.models import (
    SqlModelVersion,
    SqlModelVersionTag,
    SqlRegisteredModel,
    SqlRegisteredModelAlias,
    SqlRegisteredModelTag,
)
from sqlalchemy.orm import Session

from mlflow_ws_plugin.plugin.importing import comparing, provenance
from mlflow_ws_plugin.plugin.importing.locations import Locations
from mlflow_ws_plugin.plugin.importing.report import Report
from mlflow_ws_plugin.plugin.importing.source import Source
from mlflow_ws_plugin.plugin.importing.target import Target, unless_unknown

_PAGE = 100
_PROMPT = f"tag.`{IS_PROMPT_TAG_KEY}` = 'true'"
_KINDS = {"registered models": None, "prompts": _PROMPT}
"""What MLflow's search for registered models is asked for; it finds no prompts where they are not asked for."""


class RegistryCopy:
    """Copies a registry into a workspace's, and compares the two.

    MLflow gives a new version the next number and the present time, so rows are written where it keeps them.

    Args:
        report: Where all is counted.
        source: Where it is.
        target: Where it goes.
    """

    def __init__(self, report: Report, source: Source, target: Target) -> None:
        self._report = report
        self._source = source
        self._target = target
        self._registry: Any = source.registry
        self._locations = Locations(source, target)

    def copy(self) -> None:
        """Copy and compare everything."""
        if self._registry is None:
            return
        for kind, condition in _KINDS.items():
            for told in self._models(condition):
                with self._report.going_on(kind, told.name):
                    self._copy_model(kind, told, condition)

    def _models(self, condition: str | None) -> Iterator[RegisteredModel]:
        return self._source.paged(
            lambda token: self._registry.search_registered_models(condition, max_results=_PAGE, page_token=token)
        )

    def _versions(self, name: str, condition: str | None) -> Iterator[ModelVersion]:
        quoted = f'"{name}"' if "'" in name else f"'{name}'"
        wanted = f"name = {quoted}" + (f" AND {condition}" if condition else "")
        return self._source.paged(
            lambda token: self._registry.search_model_versions(wanted, max_results=_PAGE, page_token=token)
        )

    def _copy_model(self, kind: str, told: RegisteredModel, condition: str | None) -> None:
        before = self._here(told.name)
        is_ours = before is None or provenance.is_from(before.tags, self._source.name)
        was, wanted = _model_fields(before) if before else None, _model_fields(told)
        if is_ours and was != wanted:
            self._write(lambda session: _write_model(session, told, self._source.name))
        for version in self._versions(told.name, condition):
            with self._report.going_on("versions", f"{told.name} {version.version}"):
                self._copy_version(version)
        after = self._here(told.name)
        comparing.of_record(self._report, kind, told.name, wanted, was, _model_fields(after) if after else {})

    def _copy_version(self, told: ModelVersion) -> None:
        before = self._version_here(told)
        is_ours = before is None or provenance.is_from(before.tags, self._source.name)
        wanted = self._wanted(told)
        was = self._version_fields(before) if before else None
        if is_ours and was != wanted:
            self._write(lambda session: _write_version(session, told, wanted, self._source.name))
        after = self._version_here(told)
        shown = self._version_fields(after) if after else {}
        comparing.of_record(self._report, "versions", f"{told.name} {told.version}", wanted, was, shown)

    def _here(self, name: str) -> RegisteredModel | None:
        registry: Any = self._target.registry
        return unless_unknown(lambda: registry.get_registered_model(name))

    def _version_here(self, told: ModelVersion) -> ModelVersion | None:
        registry: Any = self._target.registry
        return unless_unknown(lambda: registry.get_model_version(told.name, str(told.version)))

    def _wanted(self, told: ModelVersion) -> dict[str, Any]:
        """Return a version's fields, with places of copied files as they are in the workspace."""
        with self._report.reading():
            place = self._registry.get_model_version_download_uri(told.name, str(told.version))
        return {
            **_version_facts(told),
            "source": self._locations.here(told.source, told.run_id),
            "files": self._locations.here(place, told.run_id),
        }

    def _version_fields(self, version: ModelVersion) -> dict[str, Any]:
        place = self._target.registry.get_model_version_download_uri(version.name, str(version.version))
        return {**_version_facts(version), "source": version.source, "files": place}

    def _write(self, statements: Any) -> None:
        with self._report.writing(), Session(self._target.registry.engine) as session, session.begin():
            statements(session)


def _model_fields(model: RegisteredModel) -> dict[str, object]:
    return {
        "created": model.creation_timestamp,
        "updated": model.last_updated_timestamp,
        "description": model.description or "",
        **comparing.labelled("tags", provenance.plain(model.tags)),
        **comparing.labelled("aliases", {alias: str(number) for alias, number in (model.aliases or {}).items()}),
    }


def _version_facts(version: ModelVersion) -> dict[str, Any]:
    return {
        "created": version.creation_timestamp,
        "updated": version.last_updated_timestamp,
        "description": version.description or "",
        "user": version.user_id or "",
        "stage": version.current_stage,
        "run": version.run_id or "",
        "run link": version.run_link or "",
        "status": version.status,
        "status message": version.status_message or "",
        **comparing.labelled("tags", provenance.plain(version.tags)),
    }


def _write_model(session: Session, told: RegisteredModel, source: str) -> None:
    """Write a registered model; tags and aliases that it has beside stay."""
    name = told.name
    row = _row(session, SqlRegisteredModel, name=name)
    row.creation_time = told.creation_timestamp
    row.last_updated_time = told.last_updated_timestamp
    row.description = told.description
    session.flush()
    for key, value in provenance.stamped(told.tags, source).items():
        _row(session, SqlRegisteredModelTag, name=name, key=key).value = value
    for alias, number in (told.aliases or {}).items():
        _row(session, SqlRegisteredModelAlias, name=name, alias=alias).version = int(number)


def _write_version(session: Session, told: ModelVersion, wanted: dict[str, Any], source: str) -> None:
    """Write a version; tags that it has beside stay."""
    key = {"name": told.name, "version": int(told.version)}
    row = _row(session, SqlModelVersion, **key)
    row.creation_time = told.creation_timestamp
    row.last_updated_time = told.last_updated_timestamp
    row.description = told.description
    row.user_id = told.user_id
    row.current_stage = told.current_stage
    row.source = wanted["source"]
    row.storage_location = wanted["files"]
    row.run_id = told.run_id or None
    row.run_link = told.run_link
    row.status = told.status
    row.status_message = told.status_message
    session.flush()
    for tag, value in provenance.stamped(told.tags, source).items():
        _row(session, SqlModelVersionTag, **key, key=tag).value = value


def _row(session: Session, table: Any, **key: Any) -> Any:
    """Return the row of a key, a new one if there is none."""
    found = session.query(table).filter_by(**key).one_or_none()
    if found is None:
        found = table(**key)
        session.add(found)
    return found
