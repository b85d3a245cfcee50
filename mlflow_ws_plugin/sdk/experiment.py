"""An experiment: a named group of runs."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from mlflow_ws_plugin import absent, announcement
from mlflow_ws_plugin.absent import SaysWhatIsAbsent
from mlflow_ws_plugin.errors import InvalidInput, InvalidQuery
from mlflow_ws_plugin.records import limits, reserved
from mlflow_ws_plugin.records.experiment import ExperimentRecord, Lifecycle
from mlflow_ws_plugin.records.filters import AllOf, Comparison, Field
from mlflow_ws_plugin.records.names import check_experiment_name
from mlflow_ws_plugin.records.notes import as_text
from mlflow_ws_plugin.records.selection import Notes, Selection, notes, selection
from mlflow_ws_plugin.sdk import capture, context, frames
from mlflow_ws_plugin.sdk.birth import new_run
from mlflow_ws_plugin.sdk.run import Run

if TYPE_CHECKING:
    from pandas import DataFrame

    from mlflow_ws_plugin.sdk.workspace import Workspace

VIEWS: dict[str, tuple[str, ...]] = {
    "ActiveOnly": (Lifecycle.ACTIVE,),
    "ArchivedOnly": (Lifecycle.DELETED,),
    "All": Lifecycle.ALL,
}
"""What `Experiment.list` shows, by view type."""


class Experiment(SaysWhatIsAbsent):
    """The experiment of a name, begun now if the workspace has none.

    Args:
        workspace: Where it is.
        name: 1–500 printable characters.
        **kwargs: Accepted for scripts of the AzureML SDK v1 (`_create_in_cloud=False`), and not used.

    Attributes:
        workspace: Where it is.
        name: Unique in its workspace.
        id: An integer, as a string.

    Raises:
        InvalidInput: The first argument is not a workspace.
        InvalidName: The name is not legal.
        ExperimentNotActive: It is archived; `Experiment.list(workspace, view_type="ArchivedOnly")` finds it.
    """

    _absent = absent.OF_EXPERIMENT

    def __init__(self, workspace: Workspace, name: str, **kwargs: object) -> None:  # noqa: ARG002
        history = _checked(workspace)._history
        self._bind(workspace, history.experiments.get_or_create(check_experiment_name(name)))

    @classmethod
    def _of(cls, workspace: Workspace, record: ExperimentRecord) -> Experiment:
        experiment = cls.__new__(cls)
        experiment._bind(workspace, record)
        return experiment

    def _bind(self, workspace: Workspace, record: ExperimentRecord) -> None:
        self.workspace = workspace
        self.name = record.name
        self.id = record.id

    @property
    def _record(self) -> ExperimentRecord:
        return self.workspace._history.experiments.get(int(self.id))

    def start_logging(
        self,
        name: str | None = None,
        run_id: str | None = None,
        outputs: str | Path | bool | None = None,
        snapshot_directory: str | Path | None = ".",
        *,
        display_name: str | None = None,
        tags: Mapping[str, object] | None = None,
        properties: Mapping[str, object] | None = None,
    ) -> Run:
        """Begin a run and return it, running. `complete()`, `fail()` or the end of a `with` block ends it.

        Beside it goes what the `MLWS_CAPTURE_…` settings say: git state, packages, `outputs/` and `logs/`.

        Args:
            name: Display name, 1–250 characters; `run_` and eight characters of the run id by default.
            run_id: 1–256 letters, digits, `_` and `-`; 32 random hexadecimal digits by default.
            outputs: The folder whose new and changed files are kept when the run ends, `./outputs` by default; False
                for none.
            snapshot_directory: The directory whose code is kept, up to `MLWS_SNAPSHOT_LIMIT`, the current one by
                default, unless that is `/`; None for none.
            display_name: The same as `name`, in the words of `run.display_name`.
            tags: Its first tags, as `run.set_tags` takes them.
            properties: Its first properties, as `run.add_properties` takes them.

        Raises:
            InvalidName: The name, run id, or a key or value is not legal.
            InvalidInput: `name` and `display_name` are both given, and differ.
            RunExists: The run id is taken.
            ExperimentNotActive: The experiment is archived.
        """
        if name and display_name and name != display_name:
            raise InvalidInput(f"A run has one name, not {name!r} and {display_name!r}.", "Pass one of them.")
        born = new_run(self.id, name=name or display_name, run_id=run_id, tags=tags, properties=properties)
        self.workspace._history.runs.create(born)
        announcement.run_began(self.workspace._uri, born.name, born.run_id)
        run = Run._of(self, born.run_id)
        context.began(run)
        capture.begin(run, outputs=outputs is None or outputs, snapshot_directory=snapshot_directory)
        return run

    def get_runs(
        self,
        type: str | None = None,  # noqa: A002  # the old SDK's word
        tags: Notes = None,
        properties: Notes = None,
        include_children: bool = False,
    ) -> Iterator[Run]:
        """Yield runs of the experiment, newest first; those that begin meanwhile are not among them.

        Args:
            type: Only runs of this type.
            tags: Only runs that have this tag, or with a dict, these tags with these values.
            properties: The same of properties.
            include_children: Also yield runs that belong to another one.

        Raises:
            InvalidQuery: The tags or properties are neither a key nor a dict.
        """
        return self._runs(selection(type, tags, properties), include_children)

    def to_pandas(self) -> DataFrame:
        """Return a pandas frame with a row for each run, newest first, children included, never a sample of them.

        Columns are `run_id number name status start_time end_time` (times UTC, to the millisecond), then
        `parameters.<key>`, `metrics.<key>` (the latest value, of a table's column `metrics.<table>/<column>`),
        `properties.<key>` and `tags.<key>`; what a run does not have is NaN or None.

        Raises:
            PackageMissing: pandas is not installed.
        """
        return frames.of_runs(self.workspace._history.runs.search([int(self.id)], AllOf(), []))

    def _runs(self, wanted: Selection, include_children: bool) -> Iterator[Run]:
        found = self.workspace._history.runs.listed(int(self.id), wanted, with_children=include_children)
        return (Run._of(self, info.run_id) for info in found)

    @staticmethod
    def list(  # the old SDK's word
        workspace: Workspace,
        experiment_name: str | None = None,
        view_type: str = "ActiveOnly",
        tags: Notes = None,
    ) -> builtins.list[Experiment]:
        """Return experiments of a workspace, oldest first.

        Args:
            workspace: Where to look.
            experiment_name: Only the one of this name.
            view_type: `ActiveOnly`, `ArchivedOnly` or `All`.
            tags: Only those that have this tag, or with a dict, these tags with these values.

        Raises:
            InvalidQuery: There is no such view type, or the tags are neither a key nor a dict.
        """
        if view_type not in VIEWS:
            raise InvalidQuery(f"There is no view type {view_type!r}.", f"Use one of {', '.join(VIEWS)}.")
        wanted = [_has(Field("tag", key), value) for key, value in notes("tags", tags).items()]
        if experiment_name is not None:
            wanted.append(_has(Field("attribute", "name"), experiment_name))
        search = _checked(workspace)._history.experiments.search
        found = search(AllOf(tuple(wanted)), [], lifecycles=VIEWS[view_type], limit=-1)
        return [Experiment._of(workspace, record) for record in sorted(found, key=lambda one: int(one.id))]

    @property
    def archived_time(self) -> datetime | None:
        """When it was archived, in UTC; None while it is not."""
        record = self._record
        if record.lifecycle == Lifecycle.ACTIVE:
            return None
        return datetime.fromtimestamp(record.updated_ms / 1000, timezone.utc)

    def archive(self) -> None:
        """Hide the experiment and its runs, as MLflow's `delete_experiment` does; nothing is lost."""
        if self.archived_time is None:
            self.workspace._history.experiments.delete(int(self.id))

    def reactivate(self) -> None:
        """Show an archived experiment and its runs again."""
        if self.archived_time is not None:
            self.workspace._history.experiments.restore(int(self.id))

    @staticmethod
    def delete(workspace: Workspace, experiment_id: str) -> None:
        """Remove an experiment without runs and models for good, archived or not.

        Raises:
            InvalidInput: The id is no integer.
            ExperimentNotFound: No experiment has this id.
            ExperimentNotEmpty: It has runs or models, perhaps archived ones.
        """
        history = _checked(workspace)._history
        try:
            key = int(experiment_id)
        except (TypeError, ValueError):
            raise InvalidInput(f"{experiment_id!r} is not the id of an experiment.", "Pass experiment.id.") from None
        history.experiments.purge_empty(key)

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, without those MLflow makes for itself (`mlflow.…`)."""
        tags = self._record.tags
        return {key: value for key, value in tags.items() if not key.startswith(reserved.MLFLOW)}

    def tag(self, key: str, value: object = None) -> None:
        """Set one tag, replacing its value; see `set_tags`."""
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[str, object]) -> None:
        """Set tags, replacing their values; all or none.

        Args:
            tags: By keys of 1–250 printable characters. Values have at most 20,000 characters; anything but a string
                is recorded as `str(value)`, None as `""`.

        Raises:
            InvalidName: A key or value is not legal.
            ExperimentNotActive: The experiment is archived.
        """
        texts = as_text("tag", tags, limits.EXPERIMENT_TAG_LENGTH)
        self.workspace._history.experiments.set_tags(int(self.id), texts)

    def remove_tags(self, tags: str | Iterable[str]) -> dict[str, str]:
        """Remove tags by their keys, and return those left; keys it does not have are no error."""
        keys = [tags] if isinstance(tags, str) else tags
        self.workspace._history.experiments.remove_tags(int(self.id), keys)
        return self.tags

    def __repr__(self) -> str:
        return f"<Experiment {self.name!r}, id {self.id}, of {self.workspace!r}>"


def _checked(workspace: Workspace) -> Workspace:
    if not hasattr(workspace, "_history"):
        raise InvalidInput(f"{workspace!r} is not a workspace.", "Pass Workspace.open(directory).")
    return workspace


def _has(field: Field, value: str | None) -> Comparison:
    return Comparison(field, "IS NOT NULL") if value is None else Comparison(field, "=", value)
