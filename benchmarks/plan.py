"""How much is measured, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.targets import Site, Target


@dataclass(frozen=True, slots=True)
class Plan:
    """One workload's share of a run.

    Attributes:
        folder: The workload's own directory.
        quick: Whether a rough answer soon is wanted.
        given_rounds: Rounds the user asked for; None where each workload has its own number.
    """

    folder: Path
    quick: bool
    given_rounds: int | None = None

    def rounds(self, thorough: int, quick: int) -> int:
        """Return how often every target gets its turn."""
        return self.given_rounds or self.size(thorough, quick)

    def size(self, thorough: int, quick: int) -> int:
        """Return the one of two sizes that is wanted."""
        return quick if self.quick else thorough

    @property
    def budget_s(self) -> float:
        """Seconds after which a slow target gets no further turn in one row; it always gets one."""
        return 3.0 if self.quick else 10.0

    def site(self, target: Target, name: str = "main") -> Site:
        """Return a new, empty place of a target."""
        folder = self.folder / name / target.name
        folder.mkdir(parents=True)
        return Site(target, folder)
