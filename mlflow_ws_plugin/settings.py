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
        return self._number("seconds")

    def size_bytes(self) -> int:
        """Return a size given in MB.

        Raises:
            InvalidInput: The value is not a non-negative number.
        """
        return int(self._number("megabytes") * 1_000_000)

    def _number(self, unit: str) -> float:
        value = self.get()
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 <= number < float("inf"):
            raise InvalidInput(f"{self.name}={value!r} is not a number of {unit}.", "Correct or unset it.")
        return number


WORKSPACE = Setting("MLWS_WORKSPACE", "", "path", "Directory or address that `Workspace()` opens.")
RUN_ID = Setting("MLWS_RUN_ID", "", "word", "Run that `Run.get_context()` returns; set inside a job.")
TOKEN = Setting("MLWS_TOKEN", "", "word", "Token by which a workspace's server knows this user.")
TOKEN_FILE = Setting(
    "MLWS_TOKEN_FILE", "~/.config/mlws/token", "path", "File with that token, which only its owner may read."
)
QUIET = Setting("MLWS_QUIET", "0", "flag", "Do not print where a new run is recorded, and how it was left.")
BUSY_TIMEOUT = Setting("MLWS_BUSY_TIMEOUT", "60", "s", "How long a write waits for other processes before it fails.")
DURABILITY = Setting(
    "MLWS_DURABILITY",
    "process",
    "word",
    "`process` survives kill -9 of any process; `full` also a power cut, at about 150 µs a call.",
    ("process", "full"),
)
HEARTBEAT_INTERVAL = Setting(
    "MLWS_HEARTBEAT_INTERVAL",
    "15",
    "s",
    "How often a run says that its process is alive; it shows as `NotResponding` after four times that. 0: never. "
    "The same for all who write or read a workspace.",
)
CAPTURE_GIT = Setting("MLWS_CAPTURE_GIT", "1", "flag", "Record commit, branch, remote and uncommitted changes.")
CAPTURE_PACKAGES = Setting("MLWS_CAPTURE_PACKAGES", "1", "flag", "Record the list of installed packages.")
CAPTURE_MACHINE = Setting("MLWS_CAPTURE_MACHINE", "1", "flag", "Record command line, script, Python and host.")
CAPTURE_OUTPUTS = Setting("MLWS_CAPTURE_OUTPUTS", "1", "flag", "Keep what a run writes into `outputs/`.")
CAPTURE_LOGS = Setting("MLWS_CAPTURE_LOGS", "1", "flag", "Keep what a run writes into `logs/`, while it is written.")
LOG_LIMIT = Setting("MLWS_LOG_LIMIT", "100", "MB", "Largest file of `logs/` that is kept.")
SNAPSHOT_LIMIT = Setting("MLWS_SNAPSHOT_LIMIT", "10", "MB", "Largest snapshot of a directory; code first. 0: none.")
SYSTEM_METRICS = Setting(
    "MLWS_SYSTEM_METRICS", "0", "flag", "Sample processor, memory, disk and network while a run goes on; needs psutil."
)

ALL = (
    WORKSPACE,
    RUN_ID,
    TOKEN,
    TOKEN_FILE,
    QUIET,
    BUSY_TIMEOUT,
    DURABILITY,
    HEARTBEAT_INTERVAL,
    CAPTURE_GIT,
    CAPTURE_PACKAGES,
    CAPTURE_MACHINE,
    CAPTURE_OUTPUTS,
    CAPTURE_LOGS,
    LOG_LIMIT,
    SNAPSHOT_LIMIT,
    SYSTEM_METRICS,
)
