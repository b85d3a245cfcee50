"""What a run is, all in one: its state, times, files and notes, for people and for scripts."""

from __future__ import annotations

from datetime import datetime, timezone
from html import escape
from pathlib import Path
from typing import Any

from mlflow_ws_plugin.records import limits, reserved
from mlflow_ws_plugin.records.names import check_key
from mlflow_ws_plugin.records.notes import as_text
from mlflow_ws_plugin.records.run import DatasetUse, RunInfo
from mlflow_ws_plugin.sdk.calls.parts import RunParts

LOG_FOLDERS = ("logs/", "user_logs/", "system_logs/", "azureml-logs/")
"""Files below these are a run's logs; the last is where the old SDK had them."""
TARGET = "local"
INPUT_CONTEXT = "mlflow.data.context"


class DetailCalls(RunParts):
    """What a run is."""

    @property
    def display_name(self) -> str:
        """Its name, which may be set at any time; MLflow's `run_name`."""
        return self._info.name

    @display_name.setter
    def display_name(self, name: str) -> None:
        self._history.runs.update(self.id, name=check_key("name of a run", name))

    @property
    def description(self) -> str | None:
        """What it is about, as Markdown, which may be set at any time; MLflow's description. None where there is none.

        At most 8,000 characters.
        """
        return self._history.runs.get(self.id).tags.get(reserved.DESCRIPTION)

    @description.setter
    def description(self, text: str | None) -> None:
        if text is None:
            self._history.runs.remove_tags(self.id, [reserved.DESCRIPTION])
            return
        self._history.runs.set_tags(self.id, as_text("tag", {reserved.DESCRIPTION: text}, limits.TAG_VALUE_LENGTH))

    @property
    def type(self) -> str | None:
        """What kind of run it is, as whoever began it named it, or None."""
        return self._info.type

    def get_status(self) -> str:
        """Return what it is doing now, the same as `status`."""
        return self._info.state.value

    def get_detailed_status(self) -> dict[str, str | None]:
        """Return `status`, as `get_status()` does, and `details`: why it failed, or None."""
        info = self._info
        return {"status": info.state.value, "details": info.error}

    def get_details(self) -> dict[str, Any]:
        """Return what is recorded of the run, without its metrics, under the names of the AzureML SDK v1.

        `runId`, `name`, `number`, `type`, `target`, `status`, `startTimeUtc`, `endTimeUtc` (once it has ended),
        `properties`, `tags` (without MLflow's own), `parameters`, `inputDatasets`, `outputDatasets`, `runDefinition`
        (with its `script`), `logFiles` (addresses by name), `submittedBy`, and `error` (if it failed).

        Raises:
            StorageError: The run's files are not on this machine.
        """
        record = self._history.runs.get(self.id)
        info = record.info
        return {
            "runId": info.run_id,
            "name": info.name,
            "number": info.number,
            "type": info.type,
            "target": TARGET,
            "status": info.state.value,
            "startTimeUtc": _utc(info.start_ms),
            **({} if info.end_ms is None else {"endTimeUtc": _utc(info.end_ms)}),
            "properties": record.properties,
            "tags": {key: value for key, value in record.tags.items() if not key.startswith(reserved.MLFLOW)},
            "parameters": record.parameters,
            "inputDatasets": [_dataset(use) for use in record.datasets],
            "outputDatasets": [],
            "runDefinition": {"script": record.tags.get(reserved.SOURCE_NAME, "")},
            "logFiles": {name: self._history.files.place(self.id, name).as_uri() for name in self._log_names()},
            "submittedBy": info.user,
            **_error(info),
        }

    def get_details_with_logs(self) -> dict[str, Any]:
        """Return what `get_details()` returns, but with the text of each log in `logFiles` instead of its address."""
        texts = {name: self._history.files.read(self.id, name).decode(errors="replace") for name in self._log_names()}
        return {**self.get_details(), "logFiles": texts}

    def get_all_logs(self, destination: str | Path | None = None) -> list[str]:
        """Copy the run's logs, the files below `logs/`, `user_logs/` and `system_logs/`, and return where they are.

        Args:
            destination: A directory, made if it is not there; `assets/<run id>` in the current one by default.

        Raises:
            StorageError: The run's files are not on this machine.
        """
        folder = Path(destination) if destination is not None else Path("assets") / self.id
        copies = {name: folder / name for name in self._log_names()}
        for name, copy in copies.items():
            self._history.files.download(self.id, name, copy)
        return [str(copy) for copy in copies.values()]

    def get_portal_url(self) -> str:
        """Return a `file:` address of the folder with the run's files; it is not there before the first of them is.

        An embedded workspace has no server that could show more. `mlflow ui --backend-store-uri` with
        `workspace.get_mlflow_tracking_uri()` starts one.

        Raises:
            StorageError: The run's files are not on this machine.
        """
        return self._history.files.place(self.id).as_uri()

    def _log_names(self) -> list[str]:
        return [name for name in self._history.files.names(self.id) if name.startswith(LOG_FOLDERS)]

    def _repr_html_(self) -> str:
        info = self._info
        rows = {
            "Experiment": self.experiment.name,
            "Run": f"{info.name} (number {info.number})",
            "Id": info.run_id,
            "Status": info.state.value,
            "Began": _utc(info.start_ms),
        }
        cells = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in rows.items())
        return f"<table>{cells}</table>"


def _utc(time_ms: int) -> str:
    moment = datetime.fromtimestamp(time_ms / 1000, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error(info: RunInfo) -> dict[str, Any]:
    return {} if info.error is None else {"error": {"error": {"message": info.error}}}


def _dataset(use: DatasetUse) -> dict[str, Any]:
    dataset = use.dataset
    return {
        "name": dataset.name,
        "digest": dataset.digest,
        "source": dataset.source,
        "context": dict(use.tags).get(INPUT_CONTEXT),
    }
