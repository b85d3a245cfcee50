"""How this process was started, and on what."""

from __future__ import annotations

import os
import platform
import re
import shlex
import sys
from pathlib import Path

from mlflow_ws_plugin.records import limits
from mlflow_ws_plugin.records.notes import readable

_SECRET = re.compile(r"pass(word|wd|phrase)?$|secret|token|credential|api[-_]?key|access[-_]?key", re.IGNORECASE)
_HIDDEN = "***"
_KERNELS = frozenset(("ipykernel_launcher.py", "colab_kernel_launcher.py"))
"""Programs that run notebooks; what the notebook is, they do not say."""


def facts() -> dict[str, str]:
    """Return command line (values of options that sound like secrets hidden), script, Python and host."""
    found = {
        "command": command(sys.argv),
        "script": script(),
        "python.version": platform.python_version(),
        "host": platform.node(),
        "process": str(os.getpid()),
    }
    return {key: readable(value)[: limits.TAG_VALUE_LENGTH] for key, value in found.items() if value}


def script() -> str:
    """Return the script's path, relative to the current directory where it is below; `""` where there is none."""
    path = script_path()
    if path is None:
        return ""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def code_folders() -> list[Path]:
    """Return where the run's code may be: the script's folder, and the current directory."""
    path = script_path()
    return [*([path.parent] if path else []), Path.cwd()]


def command(arguments: list[str]) -> str:
    """Return a command line for reading, without the values of `--password x`, `--token=x` and the like."""
    shown, hide = [], False
    for argument in arguments:
        name, equals, _ = argument.partition("=")
        is_secret = name.startswith("-") and bool(_SECRET.search(name.lstrip("-")))
        if hide and not argument.startswith("-"):
            shown.append(_HIDDEN)
        else:
            shown.append(f"{name}={_HIDDEN}" if is_secret and equals else argument)
        hide = is_secret and not equals
    return shlex.join(shown)


def script_path() -> Path | None:
    """Return the script's absolute path; None for a prompt, a notebook or `-c`."""
    name = sys.argv[0] if sys.argv else ""
    path = Path(name).absolute()
    return path if path.is_file() and path.name not in _KERNELS else None
