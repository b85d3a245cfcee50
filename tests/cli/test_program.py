"""The command line as a whole: help, exit statuses, and what importing it costs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.cli.program import program
from tests.cli.conftest import Mlws

ENDING = re.compile(r"[.] \[default: [^\];]+(; environment: (?P<variable>\w+))?\]$")


def commands(of: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield a command and all below it, by their paths."""
    yield path, of
    if isinstance(of, click.Group):
        for name, inner in of.commands.items():
            yield from commands(inner, (*path, name))


COMMANDS = dict(commands(program))
OPTIONS = [
    pytest.param(param, id=f"{' '.join(path)} {param.opts[0]}")
    for path, command in COMMANDS.items()
    for param in command.params
    if isinstance(param, click.Option) and param.name != "version"
]


def test_the_nouns_and_verbs_are_these() -> None:
    assert {" ".join(path) for path in COMMANDS} == {
        "",
        "init",
        "run",
        "runs",
        "runs list",
        "runs show",
        "runs compare",
        "runs attach-log",
        "runs delete",
        "runs export",
        "experiments",
        "experiments list",
        "experiments show",
        "models",
        "models list",
        "models show",
        "models download",
        "import",
        "import mlflow",
    }


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does(path: tuple[str, ...], mlws: Mlws) -> None:
    done = mlws(*path, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: {' '.join(('mlws', *path))} ")
    first = (COMMANDS[path].help or "").split("\n\n")[0]
    assert first.strip().endswith(".")
    assert "..." not in COMMANDS[path].get_short_help_str(60)


@pytest.mark.parametrize("option", OPTIONS)
def test_the_help_of_every_option_ends_with_its_default_and_environment_variable(option: click.Option) -> None:
    found = ENDING.search(option.help or "")
    assert found, option.help
    assert found["variable"] == option.envvar
    if option.envvar:
        assert option.envvar in {setting.name for setting in settings.ALL}
    if isinstance(option.default, str | int) and not option.is_flag and option.default != "-":
        assert f"default: {option.default}]" in (option.help or "")


def test_every_command_that_reads_or_records_takes_a_workspace() -> None:
    for path, command in COMMANDS.items():
        if path != ("init",) and not isinstance(command, click.Group):
            assert "--workspace" in {opt for param in command.params for opt in param.opts}, path


def test_the_program_is_loaded_without_the_sdk() -> None:
    loaded = (
        "import sys, mlflow_ws_plugin.cli.program\n"
        "print([name for name in ('mlflow', 'sqlalchemy', 'sqlite3', 'mlflow_ws_plugin.sdk') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "program", [[Path(sys.executable).parent / "mlws"], [sys.executable, "-m", "mlflow_ws_plugin.cli"]]
)
def test_the_program_is_installed(program: list[str | Path]) -> None:
    done = subprocess.run([*program, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("mlws, version ")


@pytest.mark.parametrize(
    "args",
    [
        ["runs", "show", "nope"],
        ["experiments", "show", "nope"],
        ["runs", "list", "-w", "http://x/y"],
        ["runs", "list", "-w", ""],
        ["init", ""],
    ],
)
def test_an_error_of_ours_is_one_line_and_status_1(args: list[str], mlws: Mlws) -> None:
    mlws("init")
    done = mlws(*args)
    assert (done.code, done.out) == (1, "")
    assert re.fullmatch(r"mlws: .+\n", done.err)


@pytest.mark.parametrize(
    "args",
    [["runs", "show"], ["runs", "list", "--format", "xml"], ["runs", "list", "-n", "-1"], ["fly"], ["run", "no.py"]],
)
def test_a_wrong_command_line_is_status_2(args: list[str], mlws: Mlws) -> None:
    done = mlws(*args)
    assert (done.code, done.out) == (2, "")
    assert "Usage: mlws" in done.err


def test_a_workspace_is_made_once_and_its_address_is_data(mlws: Mlws, tmp_path: Path) -> None:
    for _ in range(2):
        done = mlws("init", tmp_path / "w s")
        assert (done.code, done.out) == (0, f"mlws://{tmp_path}/w%20s\n")
    assert (tmp_path / "w s" / "workspace.db").is_file()
    assert "export MLWS_WORKSPACE=mlws://" in done.err


def test_without_a_directory_it_is_the_default_workspace(mlws: Mlws, workspace_dir: Path, tracking_uri: str) -> None:
    assert mlws("init").out == f"{tracking_uri}\n"
    assert workspace_dir.is_dir()


def test_the_option_wins_over_the_environment(mlws: Mlws, tmp_path: Path) -> None:
    mlws("init", tmp_path / "other")
    done = mlws("experiments", "list", "-w", tmp_path / "other", "--format", "json")
    assert [row["name"] for row in done.json()] == ["Default"]
    assert done.err == ""


def test_where_no_workspace_is_that_is_said_and_none_is_made(mlws: Mlws, workspace_dir: Path) -> None:
    done = mlws("runs", "list", "--format", "json")
    assert (done.code, done.json()) == (0, [])
    assert f"no workspace at {workspace_dir} yet" in done.err
    assert not workspace_dir.exists()
