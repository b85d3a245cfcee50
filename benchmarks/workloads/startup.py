"""A new interpreter's first run, in a place that does not exist yet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from benchmarks import targets
from benchmarks.figures import MILLISECONDS, Row, row
from benchmarks.plan import Plan
from benchmarks.targets import Target
from benchmarks.timing import Turn, seconds, take_turns

AFTER_IMPORT = "new interpreter, new place: the first run, import mlflow left out"
WHOLE = "new interpreter, new place: the whole process"
IMPORT_ALONE = "import alone"


def run(plan: Plan) -> Iterator[Row]:
    """Measure inside the process what comes after `import mlflow`, and from outside its whole life."""
    after: dict[str, list[float]] = {target.name: [] for target in targets.ALL}
    turns = {target.name: _turn(plan, target, after[target.name]) for target in targets.ALL}
    turns[IMPORT_ALONE] = _turn(plan, None, [])
    for warm_up in turns.values():
        warm_up()
    for found in after.values():
        found.clear()
    whole = take_turns(turns, plan.rounds(6, 2), budget_s=4 * plan.budget_s)
    yield row(AFTER_IMPORT, MILLISECONDS, after)
    yield row(WHOLE, MILLISECONDS, whole)


def _turn(plan: Plan, target: Target | None, after: list[float]) -> Turn:
    numbers = count()

    def turn() -> list[float]:
        arguments = [plan.site(target, f"new{next(numbers)}").uri] if target else []
        answer: list[str] = []
        taken_s = seconds(lambda: answer.append(_python(arguments, plan.folder / "bytecode")))
        after.append(json.loads(answer[0])["after_s"])
        return [taken_s]

    return turn


def _python(arguments: list[str], bytecode: Path) -> str:
    """Run the child with byte code kept in a directory of its own, as an installation keeps it beside the source."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.first_run", *arguments],
        env=kept | {"PYTHONPYCACHEPREFIX": str(bytecode)},
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ).stdout.splitlines()[-1]
