"""Writes the pages that are made of docstrings and tables: `python -m tests.docs.reference`, or `make docs`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.version import Version

import mlflow_ws_plugin
from mlflow_ws_plugin import errors
from mlflow_ws_plugin.records import limits
from tests.plugin import versions

DOCS = Path(mlflow_ws_plugin.__file__).parent / "docs"
_VERSIONS = """MLflow 3.1, 3.11, 3.17 and the newest release are installed and compared with a workspace, call by call
(`make test-versions`). A workspace answers as MLflow 3.17 does, whichever of them is installed. Older versions of
MLflow's own store differ:
"""
_MADE = "<!-- Made by `make docs`; do not edit. -->\n"


def pages() -> dict[str, str]:
    """Return the text of each made page by its file name."""
    return {
        "reference.md": _reference(),
        "errors.md": _errors(),
        "limits.md": _limits(),
        "mlflow-versions.md": _versions(),
    }


def public_members(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield what a class shows its users, from its bases as well, in the order it was written."""
    seen = set()
    for base in kind.__mro__:
        if base.__module__.startswith("mlflow_ws_plugin"):
            for name, member in vars(base).items():
                if not name.startswith("_") and name not in seen and _is_shown(member):
                    seen.add(name)
                    yield name, member


def _is_shown(member: object) -> bool:
    return isinstance(member, property | classmethod | staticmethod) or inspect.isfunction(member)


def _reference() -> str:
    parts = ["# Reference\n", _MADE]
    for name in mlflow_ws_plugin.__all__:
        public = getattr(mlflow_ws_plugin, name)
        parts.append(f"## {name}\n\n{_text(public)}\n")
        if inspect.isclass(public):
            parts += [
                f"### {_heading(name, key, member)}\n\n{_text(member)}\n" for key, member in public_members(public)
            ]
    return "\n".join(parts)


def _heading(owner: str, name: str, member: Any) -> str:
    if isinstance(member, property):
        return f"{owner}.{name}"
    function = inspect.unwrap(getattr(member, "__func__", member))
    signature = str(inspect.signature(function))
    return f"{owner}.{name}{re.sub(r'^[(](self|cls)(, )?', '(', signature)}"


def _text(documented: object) -> str:
    return f"```text\n{inspect.getdoc(documented)}\n```"


def _errors() -> str:
    parts = ["# Errors\n", _MADE, f"```text\n{inspect.getdoc(errors)}\n```\n"]
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    return "\n".join(parts + [f"## {kind.__name__}\n\n{inspect.getdoc(kind)}\n" for kind in kinds])


def _limits() -> str:
    source = inspect.getsource(limits)
    rows = re.findall(r'^([A-Z_]+) = [^\n]*\n(?:"""(.*?)""")?', source, re.MULTILINE | re.DOTALL)
    lines = [f"| `{name}` | {_number(getattr(limits, name))} | {' '.join(help_.split())} |" for name, help_ in rows]
    return "\n".join(
        ["# Limits\n", _MADE, inspect.getdoc(limits) or "", "", "| limit | is | of what |", "|---|---|---|", *lines, ""]
    )


def _versions() -> str:
    rows = {(row.before, row.why) for row in (*versions.TESTS, *versions.ANSWERS)}
    lines = [f"| {before} | {why} |" for before, why in sorted(rows, key=lambda row: (Version(row[0]), row[1]))]
    return "\n".join(
        ["# Versions of MLflow\n", _MADE, _VERSIONS, "| before | MLflow's own store |", "|---|---|", *lines, ""]
    )


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else repr(value)


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
