"""Every environment variable this package reads, one row each."""

from __future__ import annotations

import os
from dataclasses import dataclass

from mlflow_ws_plugin.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable.

    Attributes:
        name: The variable.
        default: Used when the variable is unset or empty.
        unit: `"s"`, `"path"`, `"flag"`, `"word"` …
        help: What it changes, in one sentence.
        choices: Legal values; empty means any.
    """

    name: str
    default: str
    unit: str
    help: str
    choices: tuple[str, ...] = ()

    def get(self) -> str:
        """Return the value in force.

        Raises:
            InvalidInput: The value is not one of `choices`.
        """
        value = os.environ.get(self.name) or self.default
        if self.choices and value not in self.choices:
            raise InvalidInput(f"{self.name}={value!r} is not one of {list(self.choices)}.", "Correct or unset it.")
        return value

    def is_on(self) -> bool:
        """Tell whether a flag is set to anything but 0, false, no or off."""
        return self.get().lower() not in ("", "0", "false", "no", "off")

    def seconds(self) -> float:
        """Return a duration.

        Raises:
            InvalidInput: The value is not a non-negative number.
        """
        value = self.get()
        try:
            seconds = float(value)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            raise InvalidInput(f"{self.name}={value!r} is not a number of seconds.", "Correct or unset it.")
        return seconds


WORKSPACE = Setting("MLWS_WORKSPACE", "", "path", "Directory or address that `Workspace()` opens.")
RUN_ID = Setting("MLWS_RUN_ID", "", "word", "Run that `Run.get_context()` returns; set inside a job.")
QUIET = Setting("MLWS_QUIET", "0", "flag", "Do not print the line that says where a new run is recorded.")
BUSY_TIMEOUT = Setting("MLWS_BUSY_TIMEOUT", "60", "s", "How long a write waits for other processes before it fails.")
DURABILITY = Setting(
    "MLWS_DURABILITY",
    "process",
    "word",
    "`process` survives kill -9 of any process; `full` also a power cut, at about 150 µs a call.",
    ("process", "full"),
)

ALL = (WORKSPACE, RUN_ID, QUIET, BUSY_TIMEOUT, DURABILITY)
