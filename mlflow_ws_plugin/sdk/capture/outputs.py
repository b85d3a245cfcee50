"""What a run writes into its output folder: kept when it ends."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from mlflow_ws_plugin.sdk.capture.aside import attempt
from mlflow_ws_plugin.sdk.capture.folders import WatchedFolder

NAMED = "outputs"
"""The folder of the run's files in which they are kept, whatever the folder they were written to is called."""


class Outputs:
    """The files of a folder that a run writes: those that are new or changed since now.

    Args:
        folder: Where the run writes to.
        without: A folder below it whose files do not count.
    """

    def __init__(self, folder: Path, without: Path) -> None:
        self._folder = WatchedFolder(folder, without)

    def collect(self, upload: Callable[[str, Path], None]) -> None:
        """Hand each file, by its name in the run, to `upload`; one that fails is said and left out."""
        for name, path, _ in list(self._folder.changed()):
            attempt(f"keeping {path}", partial(upload, f"{NAMED}/{name}", path))
