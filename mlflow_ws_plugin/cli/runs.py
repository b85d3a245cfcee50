"""`mlws runs`: list, show and compare them, attach logs to them, delete and export them."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.cli import naming, output, records
from mlflow_ws_plugin.cli.experiments import active, named
from mlflow_ws_plugin.cli.options import formatted, in_history, option
from mlflow_ws_plugin.records.filters import AllOf
from mlflow_ws_plugin.records.run import RunRecord

if TYPE_CHECKING:
    from mlflow_ws_plugin.history import RunHistory

_MOST_LISTED = 100


@click.group(short_help="List, show, compare, delete and export runs, and attach logs to them.")
def runs() -> None:
    """Runs: trainings, and everything recorded of them. A RUN is an id, its first characters (4 or more), or a name."""


def _not_negative(_: click.Context, __: click.Parameter, value: int) -> int:
    if value < 0:
        raise click.BadParameter(f"{value} is negative.")
    return value


_of_experiment = option("--experiment", "-e", metavar="NAME", says="Only runs of this experiment.", shown="all")


@runs.command("list", short_help="List runs, newest first.")
@_of_experiment
@option(
    "--limit",
    "-n",
    type=int,
    callback=_not_negative,
    default=_MOST_LISTED,
    says="Runs at most, the newest; 0 for all.",
)
@in_history
@formatted
def list_(history: RunHistory, experiment: str | None, limit: int, form: str) -> None:
    """List runs, newest first, without those in the bin."""
    names = _names(history, experiment)
    found = _search(history, names, limit + 1 if limit else None)
    shown = found[:limit] if limit else found
    output.show([records.row(record, names) for record in shown], records.COLUMNS, form)
    if len(found) > len(shown):
        click.echo(f"There are more than these {limit}; all of them: --limit 0", err=True)


@runs.command(short_help="Show everything recorded of a run but its points.")
@click.argument("run", metavar="RUN")
@in_history
@formatted
def show(history: RunHistory, run: str, form: str) -> None:
    """Show the run RUN: its parameters, latest metrics, properties, tags and files."""
    run_id = naming.run_id(history, run)
    output.show_one({**_whole(history, run_id, _names(history)), "files": history.files.names(run_id)}, form)


@runs.command(short_help="Compare runs side by side.")
@click.argument("given", metavar="RUN...", nargs=-1, required=True)
@option("--changed", is_flag=True, default=False, says="Only what differs.", shown="everything")
@in_history
@formatted
def compare(history: RunHistory, given: tuple[str, ...], changed: bool, form: str) -> None:
    """Compare runs side by side: a column for each RUN, a line for each field, parameter, metric, property and tag."""
    run_ids, names = naming.run_ids(history, given), _names(history)
    fields = {run_id: output.flat(_whole(history, run_id, names)) for run_id in run_ids}
    lines = [
        {"field": field, **{run_id: of_run.get(field) for run_id, of_run in fields.items()}}
        for field in dict.fromkeys(field for of_run in fields.values() for field in of_run if field != "run_id")
    ]
    differing = [line for line in lines if len({repr(line[run_id]) for run_id in run_ids}) > 1]
    output.show(differing if changed else lines, ["field", *fields], form)


@runs.command("attach-log", short_help="Keep a log that something else writes.")
@click.argument("run", metavar="RUN")
@click.argument("source", metavar="FILE")
@option("--name", metavar="NAME", says="Name of the log in the run.", shown="logs/ and FILE's name, or logs/stdin.log")
@in_history
def attach_log(history: RunHistory, run: str, source: str, name: str | None) -> None:
    """Keep a log that something else writes in the run RUN, while it is written.

    FILE is followed until the run ends, or Ctrl-C. With - as FILE it is standard input, until its end. The log is
    written on if the run has it already.

        docker logs -f trainer | mlws runs attach-log RUN -
    """
    from mlflow_ws_plugin.cli import attaching

    run_id = naming.run_id(history, run)
    with suppress(KeyboardInterrupt):  # which is how it is ended, and everything until now is kept
        if source == "-":
            attaching.keep_stream(history, run_id, sys.stdin.buffer, name)
        else:
            attaching.keep_file(history, run_id, Path(source), name)


@runs.command(short_help="Put runs into the bin.")
@click.argument("given", metavar="RUN...", nargs=-1, required=True)
@in_history
def delete(history: RunHistory, given: tuple[str, ...]) -> None:
    """Put each RUN into the bin, all or none. What is recorded of them stays, and they can be restored."""
    for run_id in naming.run_ids(history, given):
        history.runs.delete(run_id)
        restore = f'MLFLOW_TRACKING_URI="{uri.of(history.directory)}" mlflow runs restore --run-id {run_id}'
        click.echo(f"Run {run_id} is in the bin; to take it out: {restore}", err=True)


@runs.command(short_help="Write every point as CSV or JSON Lines.")
@click.argument("given", metavar="[RUN]...", nargs=-1)
@_of_experiment
@option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", says="How the points are written.")
@option(
    "--output",
    "-o",
    "target",
    metavar="FILE",
    type=click.File("w", encoding="utf-8", lazy=True, atomic=True),
    default="-",
    says="Where to; there all or nothing.",
    shown="standard output",
)
@in_history
def export(history: RunHistory, given: tuple[str, ...], experiment: str | None, form: str, target: IO[str]) -> None:
    """Write every point of every metric of each RUN, or of all runs: never a sample.

    CSV has a line for each point: run_id, experiment, metric, column (of a table), kind, type, step, timestamp_ms
    (UTC) and value. JSON Lines has the same as objects with "record": "point", and before those of a run one with
    "record": "run" and its parameters, properties and tags. A NaN or infinity is written as NaN, Infinity or
    -Infinity, in JSON as a string; "type" tells it from text.
    """
    from mlflow_ws_plugin.cli import exporting

    names = _names(history, experiment)
    found = [history.runs.get(run_id) for run_id in naming.run_ids(history, given)] or _search(history, names, None)
    exporting.write(history, found, names, form, target)


def _names(history: RunHistory, experiment: str | None = None) -> dict[str, str]:
    """Return names of experiments by id: of that one, or of all that are not in the bin.

    Raises:
        ExperimentNotFound: There is none of that name.
    """
    found = active(history) if experiment is None else [named(history, experiment)]
    return {record.id: record.name for record in found}


def _whole(history: RunHistory, run_id: str, names: dict[str, str]) -> dict[str, object]:
    return records.whole(history.runs.get(run_id), history.metrics.series(run_id), names)


def _search(history: RunHistory, names: dict[str, str], limit: int | None) -> list[RunRecord]:
    return history.runs.search([int(id_) for id_ in names], AllOf(), records.NEWEST_FIRST, limit=limit)
