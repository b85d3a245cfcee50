"""The program `mlws`: its commands, and how it fails."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from mlflow_ws_plugin.cli.experiments import experiments
from mlflow_ws_plugin.cli.importing import importing
from mlflow_ws_plugin.cli.init import init
from mlflow_ws_plugin.cli.models import models
from mlflow_ws_plugin.cli.run import run
from mlflow_ws_plugin.cli.runs import runs
from mlflow_ws_plugin.errors import WorkspaceError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="mlflow-ws-plugin")
def program() -> None:
    """Record training runs on your own disk, and look at them.

    Data goes to standard output, talk to standard error. The exit status is 0 after success, 1 after an error and 2
    after a wrong command line; `mlws run` passes on that of the script.
    """


for _command in (init, run, runs, experiments, models, importing):
    program.add_command(_command)


def main(args: Sequence[str] | None = None) -> None:
    """Run `mlws` and exit.

    Args:
        args: The command line without the program's name; that of this process by default.
    """
    try:
        program(args, prog_name="mlws")
    except WorkspaceError as exc:
        click.echo(f"mlws: {exc}", err=True)
        sys.exit(1)
