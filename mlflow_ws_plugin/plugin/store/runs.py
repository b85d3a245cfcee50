"""Calls on runs: birth, info, bin and search."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from mlflow.entities import Run, RunInfo, RunStatus, RunTag
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.utils.name_utils import _generate_random_name
from mlflow.utils.time import get_current_time_millis

from mlflow_ws_plugin import announcement
from mlflow_ws_plugin.errors import Duplicate
from mlflow_ws_plugin.history import collecting
from mlflow_ws_plugin.plugin import batch, pages
from mlflow_ws_plugin.plugin.entry_points import is_serving
from mlflow_ws_plugin.plugin.faults import all_speaking_mlflow
from mlflow_ws_plugin.plugin.store.genai import GenAiCalls
from mlflow_ws_plugin.plugin.translate import (
    experiment_key,
    found_run_to_mlflow,
    info_to_mlflow,
    new_run_to_mlflow,
    run_to_mlflow,
)
from mlflow_ws_plugin.records import reserved
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.run import NewRun, Origin


@all_speaking_mlflow
class RunCalls(GenAiCalls):
    """What MLflow asks of runs."""

    def create_run(
        self,
        experiment_id: str,
        user_id: str,
        start_time: int | None,
        tags: Sequence[RunTag] | None,
        run_name: str | None,
    ) -> Run:
        """Begin a run."""
        labels = _labels(tags or ())
        labels[reserved.RUN_NAME] = _name(run_name, labels.get(reserved.RUN_NAME))
        record = self._history.runs.create(
            NewRun(
                experiment_id=str(experiment_key(experiment_id)),
                run_id=uuid.uuid4().hex,
                name=labels[reserved.RUN_NAME],
                state=State.RUNNING,
                user=user_id or "",
                origin=Origin.MLFLOW,
                start_ms=get_current_time_millis() if start_time is None else start_time,
                parent_id=labels.get(reserved.PARENT),
                tags=labels,
            )
        )
        if not is_serving():
            announcement.run_began(self._workspace, record.info.name, record.info.run_id)
        return new_run_to_mlflow(record, self._artifact_root)

    def get_run(self, run_id: str) -> Run:
        """Return a run, deleted or not."""
        return run_to_mlflow(self._history.runs.get(run_id), self._artifact_root)

    def update_run_info(
        self, run_id: str, run_status: int | None, end_time: int | None, run_name: str | None
    ) -> RunInfo:
        """Change a run's status, end time or name; None leaves what is recorded."""
        if run_status is not None and run_status not in RunStatus.all_status():
            raise MlflowException.invalid_parameter_value(f"Invalid run status: {run_status!r}.")
        status = None if run_status is None else RunStatus.to_string(run_status)
        info = self._history.runs.update(run_id, status=status, end_ms=end_time, name=run_name)
        return info_to_mlflow(info, self._artifact_root)

    def delete_run(self, run_id: str) -> None:
        """Put a run into the bin; the assessments that it made are removed, as MLflow does."""
        self._history.runs.delete(run_id)
        self._delegate.bury(run_id)

    def restore_run(self, run_id: str) -> None:
        """Take a run out of the bin."""
        self._history.runs.restore(run_id)

    @collecting.paused()
    def _search_runs(
        self,
        experiment_ids: Sequence[str],
        filter_string: str | None,
        run_view_type: int,
        max_results: int | None,
        order_by: Sequence[str] | None,
        page_token: str | None,
    ) -> tuple[list[Run], str | None]:
        """Return a page of the runs that fulfil a filter, and the token of the next."""
        from mlflow_ws_plugin.plugin import queries

        pages.check_max_results(max_results, or_none=True)
        condition, order = queries.run_filter(filter_string), queries.run_order(order_by)
        offset = pages.offset_of(page_token)
        found = self._history.runs.search(
            [experiment_key(experiment_id) for experiment_id in experiment_ids],
            condition,
            order,
            lifecycles=pages.lifecycles(run_view_type),
            limit=None if max_results is None else max_results + 1,
            offset=offset,
            artifact_root=f"{self._artifact_root}/",
        )
        shown = [found_run_to_mlflow(record, self._artifact_root) for record in found[:max_results]]
        return shown, pages.next_token(offset, max_results, found)

    def _get_deleted_runs(self, older_than: int = 0) -> list[str]:
        """Return the ids of runs deleted at least `older_than` ms ago; called by `mlflow gc`."""
        return self._history.runs.deleted(older_than_ms=older_than)

    def _hard_delete_run(self, run_id: str) -> None:
        """Remove a run for good; called by `mlflow gc`."""
        self._delegate.forget_run(run_id)
        self._history.runs.purge(run_id)


def _name(given: str | None, tag: str | None) -> str:
    if given and tag and given != tag:
        raise MlflowException(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with "
            f"different values (run_name='{given}', mlflow.runName='{tag}').",
            INVALID_PARAMETER_VALUE,
        )
    return given or tag or _generate_random_name()


def _labels(tags: Sequence[RunTag]) -> dict[str, str]:
    """Return the first tags of a run by key.

    `mlflow.start_run` passes on what it was given: a number is written as text, as `mlflow.set_tags` does before it
    calls a store, and None is no tag.

    Raises:
        Duplicate: Two have one key.
        MlflowException: One is something else.
    """
    given = [_worded(tag) for tag in tags if tag.value is not None]
    for tag in given:
        batch.check_text("Tag", tag)
    labels = {tag.key: tag.value for tag in given}
    if len(labels) < len(given):
        raise Duplicate(f"A tag of the new run is given twice: {sorted(tag.key for tag in tags)}.")
    return labels


def _worded(tag: RunTag) -> RunTag:
    value: object = tag.value
    return RunTag(tag.key, str(value)) if isinstance(value, (int, float)) else tag
