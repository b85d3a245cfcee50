"""`mlws experiments`: list and show them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from mlflow_ws_plugin.cli import output
from mlflow_ws_plugin.cli.options import formatted, in_history
from mlflow_ws_plugin.errors import ExperimentNotFound
from mlflow_ws_plugin.records.experiment import ExperimentRecord, Lifecycle
from mlflow_ws_plugin.records.filters import AllOf

if TYPE_CHECKING:
    from mlflow_ws_plugin.history import RunHistory

_COLUMNS = ("id", "name", "created", "updated")


@click.group(short_help="List and show experiments.")
def experiments() -> None:
    """Experiments: named groups of runs."""


@experiments.command("list", short_help="List the experiments.")
@in_history
@formatted
def list_(history: RunHistory, form: str) -> None:
    """List the experiments of the workspace, oldest first, without those in the bin."""
    output.show([_row(record) for record in active(history)], _COLUMNS, form)


@experiments.command(short_help="Show an experiment and the states of its runs.")
@click.argument("name")
@in_history
@formatted
def show(history: RunHistory, name: str, form: str) -> None:
    """Show the experiment NAME: its times, its tags, and how many runs are in which state."""
    record = named(history, name)
    found = history.runs.search([int(record.id)], AllOf(), [])
    states = Counter(run.info.state.value for run in found)
    output.show_one(
        {
            **_row(record),
            "lifecycle": record.lifecycle,
            "runs": len(found),
            "states": dict(states),
            "tags": record.tags,
        },
        form,
    )


def active(history: RunHistory) -> list[ExperimentRecord]:
    """Return the experiments that are not in the bin, oldest first."""
    found = history.experiments.search(AllOf(), [], lifecycles=[Lifecycle.ACTIVE], limit=-1)
    return sorted(found, key=lambda record: int(record.id))


def named(history: RunHistory, name: str) -> ExperimentRecord:
    """Return the experiment of a name.

    Raises:
        ExperimentNotFound: There is none.
    """
    found = history.experiments.by_name(name)
    if found is None:
        raise ExperimentNotFound(f"There is no experiment {name!r}.", "List them: mlws experiments list")
    return found


def _row(record: ExperimentRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "name": record.name,
        "created": output.iso_time(record.created_ms),
        "updated": output.iso_time(record.updated_ms),
    }
