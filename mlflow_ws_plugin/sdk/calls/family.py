"""Runs that belong to a run, and finding runs."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlflow_ws_plugin.errors import InvalidInput
from mlflow_ws_plugin.records import limits
from mlflow_ws_plugin.records.selection import Notes, selection
from mlflow_ws_plugin.sdk import capture
from mlflow_ws_plugin.sdk.birth import new_run
from mlflow_ws_plugin.sdk.calls.parts import RunParts

if TYPE_CHECKING:
    from mlflow_ws_plugin.sdk.experiment import Experiment
    from mlflow_ws_plugin.sdk.run import Run
    from mlflow_ws_plugin.sdk.workspace import Workspace


class FamilyCalls(RunParts):
    """Parent and children of a run; MLflow shows them as nested runs, and its nested runs are children here."""

    @staticmethod
    def get(workspace: Workspace, run_id: str) -> Run:
        """Return a run of a workspace.

        Raises:
            RunNotFound: No run has this id.
        """
        return workspace.get_run(run_id)

    @staticmethod
    def list(  # the old SDK's word
        experiment: Experiment,
        type: str | None = None,  # noqa: A002  # the same
        tags: Notes = None,
        properties: Notes = None,
        status: str | None = None,
        include_children: bool = False,
    ) -> Iterator[Run]:
        """Yield runs of an experiment, newest first; those that begin meanwhile are not among them.

        Args:
            experiment: Where to look.
            type: Only runs of this type.
            tags: Only runs that have this tag, or with a dict, these tags with these values.
            properties: The same of properties.
            status: Only runs of this status, such as `Completed`.
            include_children: Also yield runs that belong to another one.

        Raises:
            InvalidQuery: The tags or properties are neither a key nor a dict, or there is no such status.
        """
        return experiment._runs(selection(type, tags, properties, status), include_children)

    @property
    def parent(self) -> Run | None:
        """The run it belongs to, or None.

        Raises:
            RunNotFound: MLflow was told of a parent that is not in this workspace.
        """
        parent_id = self._info.parent_id
        return None if parent_id is None else self.experiment.workspace.get_run(parent_id)

    def child_run(
        self, name: str | None = None, run_id: str | None = None, outputs: str | Path | bool | None = None
    ) -> Run:
        """Begin a run that belongs to this one, in the same experiment, and return it, running.

        Args:
            name: Display name, 1–250 characters; `run_` and eight characters of the run id by default.
            run_id: 1–256 letters, digits, `_` and `-`; 32 random hexadecimal digits by default.
            outputs: A folder whose new and changed files are kept when the child ends, and beside it what is kept of
                runs that `start_logging` begins; none of that by default.

        Raises:
            InvalidName: The name or the run id is not legal.
            RunExists: The run id is taken.
            ExperimentNotActive: The experiment is archived.
        """
        born = new_run(self.experiment.id, name=name, run_id=run_id, parent_id=self.id)
        self._history.runs.create(born)
        child = _run(self.experiment, born.run_id)
        if outputs:
            capture.begin(child, outputs=outputs)
        else:
            capture.attend(child)
        return child

    def create_children(
        self, count: int | None = None, tag_key: str | None = None, tag_values: Sequence[object] | None = None
    ) -> builtins.list[Run]:
        """Begin many runs that belong to this one, all or none, and return them, running.

        Args:
            count: How many, 10,000 at most; not needed with tags.
            tag_key: A tag that each of them gets.
            tag_values: Its value for each of them, in order.

        Raises:
            InvalidInput: There is neither a count nor a tag, only half a tag, or the numbers differ.
            InvalidName: A key or value is not legal.
            ExperimentNotActive: The experiment is archived.
        """
        tags = _tags(count, tag_key, tag_values)
        born = [new_run(self.experiment.id, parent_id=self.id, tags=each) for each in tags]
        self._history.runs.create_all(born)
        children = [_run(self.experiment, one.run_id) for one in born]
        capture.attend(*children)
        return children

    def get_children(
        self,
        recursive: bool = False,
        tags: Notes = None,
        properties: Notes = None,
        type: str | None = None,  # noqa: A002  # the old SDK's word
        status: str | None = None,
    ) -> Iterator[Run]:
        """Yield runs that belong to this one, newest first; those that begin meanwhile are not among them.

        Args:
            recursive: Also yield runs that belong to its children, and so on down.
            tags: Only runs that have this tag, or with a dict, these tags with these values.
            properties: The same of properties.
            type: Only runs of this type.
            status: Only runs of this status, such as `Completed`.

        Raises:
            InvalidQuery: The tags or properties are neither a key nor a dict, or there is no such status.
        """
        wanted = selection(type, tags, properties, status)
        return self.experiment.workspace._runs(self._history.runs.below(self.id, wanted, recursive=recursive))


def _run(experiment: Experiment, run_id: str) -> Run:
    from mlflow_ws_plugin.sdk.run import Run  # which imports this module

    return Run._of(experiment, run_id)


def _tags(count: int | None, key: str | None, values: Sequence[object] | None) -> list[dict[str, object]]:
    """Return the tags of each child.

    Raises:
        InvalidInput: The arguments of `create_children` contradict each other.
    """
    if (key is None) != (values is None):
        raise InvalidInput(f"tag_key={key!r} and tag_values={values!r} belong together.", "Pass both, or neither.")
    wanted = _counted(count) if key is None else len(values or ())
    if wanted > limits.CHILDREN_AT_ONCE:
        raise InvalidInput(f"{wanted} children at once.", f"Create at most {limits.CHILDREN_AT_ONCE:,} a call.")
    tags: list[dict[str, object]] = [{}] * wanted if key is None else [{key: value} for value in values or ()]
    if count is not None and count != len(tags):
        raise InvalidInput(f"count={count!r}, but there are {len(tags)} tag_values.", "Pass one of them.")
    return tags


def _counted(count: int | None) -> int:
    try:
        return operator.index(count)  # type: ignore[arg-type]
    except TypeError:
        raise InvalidInput(
            f"count={count!r} does not say how many children.", "Pass an integer, or tag_key and tag_values."
        ) from None
