"""`mlws models`: list, show and download them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.cli import output
from mlflow_ws_plugin.cli.options import formatted, in_workspace, option

if TYPE_CHECKING:
    from mlflow_ws_plugin import Model, Workspace

_COLUMNS = ("name", "version", "aliases", "stage", "run_id", "created")


@click.group(short_help="List, show and download registered models.")
def models() -> None:
    """Registered models. A MODEL is NAME for its latest version, NAME:VERSION, or NAME@ALIAS."""


@models.command("list", short_help="List the models.")
@click.argument("name", required=False)
@option("--all", "every", is_flag=True, default=False, says="Every version.", shown="the latest of each model")
@in_workspace
@formatted
def list_(workspace: Workspace, name: str | None, every: bool, form: str) -> None:
    """List the registered models, the newest first, each by its latest version; with NAME, the versions of that one."""
    from mlflow_ws_plugin import Model

    found = Model.list(workspace, name, latest=not every and name is None)
    rows = [_row(one) for one in found]
    output.show(rows if form == "json" else [output.flat(row) for row in rows], _COLUMNS, form)
    if not found:
        click.echo(f"No model is registered in {uri.parse(workspace.get_mlflow_tracking_uri()).directory}.", err=True)


@models.command(short_help="Show a model.")
@click.argument("model", metavar="MODEL")
@in_workspace
@formatted
def show(workspace: Workspace, model: str, form: str) -> None:
    """Show MODEL: its run, experiment, aliases, stage, framework, description, properties and tags."""
    one = _named(workspace, model)
    fields = ("experiment_name", "framework", "framework_version", "description", "url", "properties", "tags")
    output.show_one({**_row(one), **{field: getattr(one, field) for field in fields}}, form)


@models.command(short_help="Copy a model's files.")
@click.argument("model", metavar="MODEL")
@click.argument("directory", metavar="[DIR]", default=".")
@option("--replace", is_flag=True, default=False, says="Replace files that are there.", shown="refuse")
@in_workspace
def download(workspace: Workspace, model: str, directory: str, replace: bool) -> None:
    """Copy the files of MODEL into DIR, by default the current directory, and write the path of the copy.

    A model that is a single file is copied as that file, others as a folder; whole, or not at all.
    """
    click.echo(_named(workspace, model).download(directory, exist_ok=replace))


def _named(workspace: Workspace, given: str) -> Model:
    """Return the model that is meant; a name may have no `:`, but an `@`.

    Raises:
        InvalidQuery: What is behind the colon is no version.
        ModelNotFound: There is no such model.
    """
    from mlflow_ws_plugin import Model

    if ":" in given:
        return Model(workspace, id=given)
    name, at, alias = given.rpartition("@")
    if at and given not in workspace.models:
        return Model(workspace, name, alias=alias)
    return Model(workspace, given)


def _row(model: Model) -> dict[str, object]:
    return {
        "name": model.name,
        "version": model.version,
        "aliases": [*model.aliases],
        "stage": model.stage,
        "run_id": model.run_id,
        "created": f"{model.created_time:%Y-%m-%dT%H:%M:%SZ}",
    }
