"""Every call that the installed MLflow declares is compared by a parity test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from .declared import REGISTRY, TRACKING, YOUNGER, is_declared
from .pair import Pair, Side

HERE = Path(__file__).parent
COMPARING = {name for kind in (Pair, Side) for name, member in vars(kind).items() if callable(member)} | {"awaited"}


@cache
def compared() -> frozenset[str]:
    """Return the names of the calls that are compared in the tests that run on the installed MLflow."""
    modules = [path for path in HERE.glob("*.py") if is_declared(YOUNGER.get(path.name, "get_run"))]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in modules]
    return frozenset(name for tree in trees for node in ast.walk(tree) for name in _named(node))


def _named(node: ast.AST) -> Iterator[str]:
    """Give the texts of a node that name a call: first in a row of a table, given to `Pair`, or read from a store."""
    if isinstance(node, ast.Tuple):
        yield from _texts(node.elts[:1])
    if isinstance(node, ast.Call) and _name(node.func) in COMPARING:
        yield from _texts(node.args[:2])
    if isinstance(node, ast.Attribute) and _name(node.value) == "store":
        yield node.attr


def _name(node: ast.AST) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


@pytest.mark.parametrize("call", sorted(TRACKING))
def test_every_call_of_tracking_stores_is_compared(call: str) -> None:
    """A newer MLflow's calls are named here: give them a parity test."""
    assert call in compared()


@pytest.mark.parametrize("call", sorted(REGISTRY))
def test_every_call_of_registries_is_compared(call: str) -> None:
    assert call in compared()


def test_a_call_is_not_compared_because_its_name_stands_somewhere() -> None:
    (tree,) = ast.parse("'get_run'\nx = ['get_run', other('get_run')]\n\"\"\"get_run\"\"\"").body[1:2]
    assert not [name for node in ast.walk(tree) for name in _named(node)]


@pytest.mark.parametrize("module", YOUNGER)
def test_every_module_that_waits_for_a_call_is_there(module: str) -> None:
    assert (HERE / module).is_file()
