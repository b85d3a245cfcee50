"""`mlws init`: make a workspace."""

from __future__ import annotations

import click

from mlflow_ws_plugin import settings, uri


@click.command(short_help="Make a workspace.")
@click.argument("directory", metavar="[DIR]", required=False)
def init(directory: str | None) -> None:
    """Make a workspace in DIR, and write its address to standard output.

    A workspace that is there already stays as it is. Without DIR it is the one that MLWS_WORKSPACE names, else that of
    the nearest configuration file, else .mlws in the current directory.
    """
    from mlflow_ws_plugin import Workspace
    from mlflow_ws_plugin.history import RunHistory

    workspace = Workspace() if directory is None else Workspace.open(directory)
    address = workspace.get_mlflow_tracking_uri()
    RunHistory(uri.parse(address).directory).make()
    click.echo(address)
    click.echo(f"To use it by default: export {settings.WORKSPACE.name}={address}", err=True)
