"""All that MLflow's client shows of an address, as plain values that must be equal on both sides.

Written without the importer's own comparison. Ids of experiments are the names instead; places are left out.
"""

from __future__ import annotations

import hashlib
import math
import tempfile
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import LoggedModel, Metric, Run, ViewType
from mlflow.entities.model_registry import ModelVersion

STAMPS = ("mlws.imported.from", "mlws.imported.id")
PLACES = ("mlflow.artifactLocation", "mlflow.trace.spansLocation")
_LARGEST = 1.7976931348623157e308
_PROMPTS = "tag.`mlflow.prompt.is_prompt` = 'true'"


def everything(address: str, *, with_traces: bool) -> dict[str, Any]:
    """Return all records of an address by kind and id."""
    client = MlflowClient(address, address)
    found = {one.experiment_id: one for one in client.search_experiments(ViewType.ALL)}
    names = {id_: one.name for id_, one in found.items()}
    runs = [
        client.get_run(run.info.run_id)
        for id_ in found
        for run in client.search_runs([id_], "", ViewType.ALL, max_results=1000)
    ]
    return {
        "experiments": {
            one.name: (one.lifecycle_stage, one.creation_time, one.last_update_time, _plain(one.tags))
            for one in found.values()
        },
        "runs": {run.info.run_id: _run(client, run, names) for run in runs},
        "models": {
            model.model_id: _model(client, model, names)
            for id_ in found
            for model in client.search_logged_models([id_], max_results=50)
        },
        "registry": _registry(client),
        "traces": _traces(client, names, [run.info.run_id for run in runs]) if with_traces else {},
    }


def _plain(tags: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key not in STAMPS}


def _run(client: MlflowClient, run: Run, names: dict[str, str]) -> dict[str, Any]:
    info, data = run.info, run.data
    return {
        "info": (info.run_name, info.user_id, info.status, info.start_time, info.end_time, info.lifecycle_stage),
        "experiment": names[info.experiment_id],
        "params": data.params,
        "tags": _plain(data.tags),
        "points": {key: _points(client.get_metric_history(info.run_id, key)) for key in data.metrics},
        "latest": {key: _number(value) for key, value in data.metrics.items()},
        "datasets": [(dict(one.dataset), [dict(tag) for tag in one.tags]) for one in run.inputs.dataset_inputs],
        "used": [one.model_id for one in run.inputs.model_inputs],
        "made": [(one.model_id, one.step) for one in run.outputs.model_outputs] if run.outputs else [],
        "files": _files(client, info.artifact_uri),
    }


def _points(points: list[Metric]) -> set[tuple[Any, ...]]:
    return {(one.step, one.timestamp, _number(one.value)) for one in points}


def _number(value: float) -> str:
    return "NaN" if math.isnan(value) else repr(max(-_LARGEST, min(_LARGEST, value)))


def _files(client: MlflowClient, location: str) -> dict[str, str]:
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    with tempfile.TemporaryDirectory() as folder:
        try:
            place = Path(download_artifacts(location, dst_path=folder, tracking_uri=client.tracking_uri))
        except (MlflowException, OSError):
            return {}  # there are none
        return {
            path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in place.rglob("*")
            if path.is_file()
        }


def _model(client: MlflowClient, model: LoggedModel, names: dict[str, str]) -> dict[str, Any]:
    return {
        "experiment": names[str(model.experiment_id)],
        "info": (model.name, model.source_run_id or None, str(model.status), model.model_type or None),
        "times": (model.creation_timestamp, model.last_updated_timestamp),
        "params": dict(model.params or {}),
        "tags": _plain(model.tags or {}),
        "metrics": {
            (one.key, one.step, one.timestamp, one.value, one.run_id, one.dataset_name, one.dataset_digest)
            for one in model.metrics or ()
        },
        "files": _files(client, model.artifact_location),
    }


def _registry(client: MlflowClient) -> dict[str, Any]:
    found = [*client.search_registered_models(), *client.search_registered_models(_PROMPTS)]
    return {
        model.name: {
            "info": (model.creation_timestamp, model.last_updated_timestamp, model.description or None),
            "tags": _plain(model.tags),
            "aliases": {alias: str(number) for alias, number in model.aliases.items()},
            "versions": {
                str(one.version): _version(client, one)
                for condition in ("", f" AND {_PROMPTS}")
                for one in client.search_model_versions(f"name = '{model.name}'{condition}")
            },
        }
        for model in found
    }


def _version(client: MlflowClient, version: ModelVersion) -> tuple[Any, ...]:
    place = client._get_registry_client().store.get_model_version_download_uri(version.name, str(version.version))
    return (
        version.creation_timestamp,
        version.last_updated_timestamp,
        version.description or None,
        version.user_id or None,
        version.current_stage,
        version.run_id or None,
        version.status,
        _plain(version.tags),
        place if place is None or place.startswith("s3:") else sorted(_files(client, place)),
    )


def _traces(client: MlflowClient, names: dict[str, str], run_ids: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    store = client._tracking_client.store
    for id_ in names:
        for info in store.search_traces(locations=[id_])[0]:
            facts = info.to_dict()
            facts["tags"] = {key: value for key, value in _plain(facts["tags"]).items() if key not in PLACES}
            del facts["trace_location"]
            facts["trace_metadata"].pop("mlflow.trace.infoFinalized", None)
            facts["assessments"] = sorted(({**one, "valid": None} for one in facts.get("assessments", [])), key=repr)
            spans = [span.to_dict() for span in client.get_trace(info.trace_id, display=False).data.spans]
            found[info.trace_id] = (names[id_], facts, sorted(spans, key=repr))
        for run_id in run_ids:
            linked, _ = store.search_traces(locations=[id_], filter_string=f"attributes.run_id = '{run_id}'")
            found |= {(run_id, info.trace_id): "linked" for info in linked}
    return found
