"""Many processes that make one workspace at once."""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path

from mlflow_ws_plugin.history import RunHistory

PROCESSES, WORKSPACES = 8, 40


def make(base: Path, together: Barrier) -> None:
    """Make workspaces, each at the same moment as the others."""
    for number in range(WORKSPACES):
        together.wait(60)
        RunHistory(base / str(number)).experiments.get_or_create("e")


def test_who_comes_while_a_workspace_is_made_waits_for_it(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(PROCESSES)
    makers = [spawn.Process(target=make, args=(tmp_path, together)) for _ in range(PROCESSES)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join(120)
    assert [maker.exitcode for maker in makers] == [0] * PROCESSES
    assert all(RunHistory(tmp_path / str(number)).experiments.by_name("e") for number in range(WORKSPACES))
