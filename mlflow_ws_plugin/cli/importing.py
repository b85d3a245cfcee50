"""`mlws import`: move in from elsewhere."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.cli import output
from mlflow_ws_plugin.cli.options import in_workspace, option
from mlflow_ws_plugin.errors import ExperimentNotFound, InvalidInput

if TYPE_CHECKING:
    from mlflow_ws_plugin import Workspace
    from mlflow_ws_plugin.plugin.importing.report import Report

_MOVING = "mlflow_ws_plugin.plugin.importing.moving"
"""Loaded by name when it is called for: the command line never imports MLflow by itself."""

_COLUMNS = ("kind", "in source", "already there", "written", "differ")


@click.group("import", short_help="Move in from elsewhere.")
def importing() -> None:
    """Move in: copy what another tracking system recorded, and compare the copy with it."""


@importing.command("mlflow", short_help="Copy what an MLflow tracking address holds.")
@click.argument("source", metavar="URI")
@option(
    "--experiment",
    "-e",
    "experiments",
    metavar="NAME",
    multiple=True,
    says="Only this experiment, without the model registry; may be given several times.",
    shown="all",
)
@option("--format", "form", type=click.Choice(["table", "json"]), default="table", says="How the account is written.")
@in_workspace
def mlflow(workspace: Workspace, source: str, experiments: tuple[str, ...], form: str) -> None:
    """Copy what the MLflow tracking address URI holds into the workspace, which is made if it is not there.

    URI is what MLflow takes: sqlite:///mlflow.db, a folder mlruns, http://host:5000, mlws:///dir. It is only read.
    Experiments, runs, logged models, files, traces and the model registry keep their ids, names and times; afterwards
    each is compared with the source, point by point and file by file.

    What is there already stays, so it can be started again: after an interrupt it goes on, and later it brings over
    what is new. The exit status is 1 if anything differs.
    """
    directory = uri.parse(workspace.get_mlflow_tracking_uri()).directory
    try:
        report: Report = import_module(_MOVING).move(source, directory, only=experiments)
    except (InvalidInput, ExperimentNotFound) as exc:
        raise click.UsageError(str(exc)) from exc
    except KeyboardInterrupt:
        click.echo("Interrupted. What is copied stays; the same command goes on from there.", err=True)
        sys.exit(1)
    _show(report, form)
    if not report.is_clean:
        sys.exit(1)


def _show(report: Report, form: str) -> None:
    rows = [
        dict(zip(_COLUMNS, (kind, tally.source, tally.there, tally.written, tally.differ), strict=True))
        for kind, tally in report.tallies.items()
    ]
    if form == "json":
        click.echo(output.as_json(_account(report, rows), indent=2))
    else:
        output.show(rows, _COLUMNS, "table")
        for difference in report.differences:
            click.echo(str(difference))
    _talk(report)


def _account(report: Report, rows: list[dict[str, object]]) -> dict[str, object]:
    fields = ("kind", "record", "field", "source", "here")
    return {
        "counts": rows,
        "differing": report.differing,
        "differences": [{name: getattr(one, name) for name in fields} for one in report.differences],
        "not_copied": report.not_copied,
        "reading_s": round(report.reading_s, 3),
        "writing_s": round(report.writing_s, 3),
    }


def _talk(report: Report) -> None:
    left = report.differing - len(report.differences)
    if left:
        click.echo(f"There are {left} more differences.", err=True)
    for kind, number in report.not_copied.items():
        click.echo(f"Not copied: {number} {kind}.", err=True)
    click.echo(f"Read the source for {report.reading_s:.1f} s, wrote for {report.writing_s:.1f} s.", err=True)
