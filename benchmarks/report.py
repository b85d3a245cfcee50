"""What is printed, and the same as JSON."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version

from benchmarks.figures import Figure, Row
from benchmarks.requirements import Verdict
from benchmarks.targets import MLWS
from benchmarks.workloads import Workload

_HELD = {True: "yes", False: "NO", None: "not run"}


def environment() -> dict[str, str | int | float]:
    """Return what the figures depend on."""
    return {
        "python": platform.python_version(),
        "mlflow": version("mlflow"),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        "load": round(os.getloadavg()[0], 2),
        "system": platform.platform(terse=True),
    }


def environment_line() -> str:
    """Return the same in a line."""
    return ", ".join(f"{name} {value}" for name, value in environment().items())


def print_row(workload: Workload, row: Row) -> None:
    """Print one row's figures, each beside this store's."""
    print(f"\n{workload.name}: {row.name} [{row.unit.name}]")
    print(f"  {'':<16}{'median':>12}{'p99':>12}{'× mlws':>10}{'n':>12}")
    ours = row.figures.get(MLWS.name)
    for target, figure in row.figures.items():
        ratio = f"{figure.value / ours.value:,.2f}" if ours and ours.value else "–"
        print(f"  {target:<16}{_number(figure.value):>12}{_p99(figure):>12}{ratio:>10}{figure.count:>12,}")
    for target, reason in row.not_run.items():
        print(f"  {target:<16}not run: {reason}")
    print(end="", flush=True)


def print_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Print what must be, what is, and whether the one holds the other."""
    lines = [
        (
            verdict.requirement.work,
            verdict.requirement.must_be,
            "" if verdict.measured is None else _number(verdict.measured),
            _HELD[verdict.held],
        )
        for verdict in verdicts
    ]
    lines.insert(0, ("work (mlws, embedded)", "must be", "measured", "held"))
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    print()
    for line in lines:
        print(" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


def as_json(rows: Sequence[Row], verdicts: Sequence[Verdict]) -> str:
    """Return everything that was printed, as JSON."""
    promises = [
        {
            "work": verdict.requirement.work,
            "must_be": verdict.requirement.must_be,
            "measured": verdict.measured,
            "held": verdict.held,
        }
        for verdict in verdicts
    ]
    document = {
        "environment": environment(),
        "rows": [{**dataclasses.asdict(row), "unit": row.unit.name} for row in rows],
        "requirements": promises,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _number(value: float) -> str:
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"


def _p99(figure: Figure) -> str:
    return "" if figure.p99 is None else _number(figure.p99)
