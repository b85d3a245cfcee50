"""`mlws run`: run a script that may be written for the old SDK."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import click

from mlflow_ws_plugin import azureml_imports, settings
from mlflow_ws_plugin.cli.options import in_workspace

if TYPE_CHECKING:
    from mlflow_ws_plugin import Workspace

_INTERRUPTED = 130
"""The status that shells give to what Ctrl-C ended."""


@click.command(
    short_help="Run a script, also one of the old SDK.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("script", type=click.Path(exists=True, dir_okay=False))
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@in_workspace
def run(workspace: Workspace, script: str, args: tuple[str, ...]) -> None:
    """Run SCRIPT with ARGS as `python SCRIPT ARGS` would, and exit as it does.

    Native runs and MLflow's are recorded in the workspace. Native runs that go on when the script ends, end with it:
    as Completed, or, where an error or a status other than 0 ended it, as Failed.

    Imports of `azureml.core` give the classes of mlflow_ws_plugin, where azureml-core is not installed. They do so in
    this process and those forked from it; a Python that the script starts anew (torchrun, multiprocessing by spawn)
    needs `mlflow_ws_plugin.azureml_imports.install()` at the top of the script.
    """
    _point_at(workspace)
    azureml_imports.install()
    sys.argv[:] = [script, *args]
    sys.path[0] = str(Path(script).resolve().parent)
    try:
        runpy.run_path(os.path.abspath(script), run_name="__main__")
    except SystemExit as exc:
        sys.exit(exc.code)
    except BaseException as exc:  # noqa: BLE001 - the outermost edge: what Python does with an error nobody caught
        _report(exc)
        sys.exit(_INTERRUPTED if isinstance(exc, KeyboardInterrupt) else 1)


def _point_at(workspace: Workspace) -> None:
    """Make a workspace the default of the SDK and of MLflow, here and in processes that the script starts."""
    address = workspace.get_mlflow_tracking_uri()
    os.environ[settings.WORKSPACE.name] = address
    os.environ["MLFLOW_TRACKING_URI"] = address
    os.environ["MLFLOW_REGISTRY_URI"] = address  # while it is unset, MLflow looks for Spark at every call


def _report(exc: BaseException) -> None:
    """Print an error of the script with the lines of the script only, and remember it as the interpreter does."""
    trace = _within_script(exc.__traceback__)
    sys.last_type, sys.last_value, sys.last_traceback = type(exc), exc.with_traceback(trace), trace
    sys.excepthook(type(exc), exc, trace)


def _within_script(trace: TracebackType | None) -> TracebackType | None:
    """Leave out the lines of this module and of `runpy`; what does not parse has no others."""
    inner = trace
    while inner is not None and inner.tb_frame.f_code.co_filename in (__file__, runpy.__file__, "<frozen runpy>"):
        inner = inner.tb_next
    return inner
