"""Options that several commands take. The help of each ends with its default and its environment variable."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mlflow_ws_plugin import settings, uri
from mlflow_ws_plugin.settings import Setting

if TYPE_CHECKING:
    from mlflow_ws_plugin import Workspace

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ("table", "json", "csv")


def option(
    *names: str, says: str, shown: object = None, setting: Setting | None = None, **click_settings: Any
) -> Callable[[Command], Command]:
    """Return click's option, its help completed.

    Args:
        *names: As click takes them.
        says: What it does, in a sentence.
        shown: The default as the help shows it; click's default by default.
        setting: The environment variable that is read where the option is not given.
        **click_settings: As click takes them.
    """
    default = click_settings.get("default") if shown is None else shown
    ending = f"default: {'none' if default is None else default}"
    if setting is not None:
        ending += f"; environment: {setting.name}"
        click_settings["envvar"] = setting.name
    return click.option(*names, help=f"{says} [{ending}]", **click_settings)


def in_workspace(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option `--workspace`, and the `Workspace` as its first argument."""

    @option(
        "--workspace",
        "-w",
        "place",
        metavar="DIR",
        says="Directory or address of the workspace.",
        shown="that of the nearest configuration file, else .mlws",
        setting=settings.WORKSPACE,
    )
    @functools.wraps(command)
    def opening(*args: Any, place: str | None, **kwargs: Any) -> None:
        from mlflow_ws_plugin import Workspace

        command(Workspace() if place is None else Workspace.open(place), *args, **kwargs)

    return opening


def in_history(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option `--workspace`, and the workspace's `RunHistory` as its first argument."""

    @in_workspace
    @functools.wraps(command)
    def opening(workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        from mlflow_ws_plugin.history import RunHistory

        directory = uri.parse(workspace.get_mlflow_tracking_uri()).directory
        if not directory.exists():
            click.echo(f"There is no workspace at {directory} yet; make one: mlws init", err=True)
        command(RunHistory(directory), *args, **kwargs)

    return opening


def formatted(command: Command) -> Command:
    """Give a command the option `--format`."""
    return option("--format", "form", type=click.Choice(FORMATS), default="table", says="How the data is written.")(
        command
    )
