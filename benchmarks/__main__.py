"""`python -m benchmarks`: what a user types, and in which order it is done."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import report
from benchmarks.figures import Row
from benchmarks.plan import Plan
from benchmarks.requirements import judge
from benchmarks.workloads import ALL, Workload

warnings.filterwarnings("ignore")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the workloads that are named, print what they measured, and return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in ALL]:
        parser.error(f"there is no workload {unknown[0]!r}; choose from {', '.join(ALL)}")
    if options.list:
        for workload in ALL.values():
            print(f"{workload.name:<12} {workload.help}")
        return 0
    chosen = [ALL[name] for name in options.names or ALL]
    print(report.environment_line())
    began = time.monotonic()
    rows = _run(chosen, quick=options.quick, rounds=options.rounds)
    verdicts = judge(rows)
    report.print_verdicts(verdicts)
    print(f"\n{time.monotonic() - began:.0f} s in all.")
    if options.json:
        options.json.write_text(report.as_json(rows, verdicts), encoding="utf-8")
    return 1 if any(verdict.held is False for verdict in verdicts) else 0


def _run(chosen: Sequence[Workload], *, quick: bool, rounds: int | None) -> list[Row]:
    """Run workloads, print each row when it is there, and return them all."""
    rows = []
    with _temporary_folder() as folder:
        for workload in chosen:
            began = time.monotonic()
            for row in workload.run(Plan(folder / workload.name, quick, rounds)):
                report.print_row(workload, row)
                rows.append(row)
            print(f"  ({workload.name}: {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f})", flush=True)
    return rows


@contextlib.contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Stand in a new directory for a while: MLflow's SQL store makes `./mlruns` wherever it is opened."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="mlws-bench-", ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure this store beside MLflow's own.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="workloads to run; default: all")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller peers: about 3 minutes")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each workload; default: each its own")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there as well; default: nowhere")
    parser.add_argument("--list", action="store_true", help="print the workloads' names and end")
    return parser


if __name__ == "__main__":
    sys.exit(main())
