"""A Lightning trainer that logs each step, beside one that logs nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import targets
from benchmarks.figures import MICROSECONDS, Figure, Row, figure
from benchmarks.plan import Plan
from benchmarks.targets import Site
from benchmarks.timing import Turn, take_turns

OVERHEAD = "Lightning, logging each step: what a step takes longer than without a logger"
STEP = "Lightning, a step without a logger"
_NOBODY = "no logger"
_WARM = 20


def run(plan: Plan) -> Iterator[Row]:
    """Measure from the start of a step to the start of the next; the overhead is the difference of the medians."""
    steps = plan.size(300, 150)
    turns: dict[str, Turn] = {_NOBODY: _turn(lambda: False, steps)}
    for target in targets.LOGGING:
        turns[target.name] = _turn(_logger_of(plan.site(target)), steps)
    found = take_turns(turns, plan.rounds(6, 2), plan.budget_s)
    without = found.pop(_NOBODY)
    yield Row(STEP, MICROSECONDS, {_NOBODY: figure(without, MICROSECONDS)})
    yield Row(
        OVERHEAD,
        MICROSECONDS,
        {name: Figure((median(of) - median(without)) * 1e6, None, len(of)) for name, of in found.items()},
    )


def _logger_of(site: Site) -> Callable[[], Any]:
    from lightning.pytorch.loggers import MLFlowLogger

    assert site.store is not None
    return lambda: MLFlowLogger("Default", tracking_uri=site.uri)


def _turn(logger: Callable[[], Any], steps: int) -> Turn:
    import lightning.pytorch as pl

    from benchmarks.tiny_model import TinyModel, batches

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)

    class Clock(pl.Callback):
        """Notes when each step begins."""

        def __init__(self) -> None:
            self.began: list[float] = []

        def on_train_batch_start(self, *_: Any) -> None:
            self.began.append(perf_counter())

    def turn() -> list[float]:
        clock = Clock()
        trainer = pl.Trainer(
            accelerator="cpu",
            callbacks=[clock],
            enable_checkpointing=False,
            enable_model_summary=False,
            enable_progress_bar=False,
            log_every_n_steps=1,
            logger=logger(),
            max_steps=steps,
        )
        trainer.fit(TinyModel(), batches(steps))
        return [after - before for before, after in pairwise(clock.began)][_WARM:]

    return turn
