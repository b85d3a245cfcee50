"""Logs of other processes, kept in a run."""

from __future__ import annotations

from pathlib import Path

from mlflow_ws_plugin.sdk import log_files
from mlflow_ws_plugin.sdk.calls.parts import RunParts
from mlflow_ws_plugin.sdk.log_files import WatchedLog


class LogCalls(RunParts):
    """Logs of other processes."""

    def watch_log(self, path: str | Path, name: str | None = None) -> WatchedLog:
        """Follow a file that another process writes, and keep a copy in the run, less than a second behind.

        Returns at once. The copy begins with what is in the file already; a file that is not there yet is waited for.
        A file that is cut off or moved away (log rotation) is followed on: the copy has everything, one after the
        other. It ends with the run, whoever ends it, or with this interpreter, after a last look. What cannot be read
        or written later is said on standard error, once.

        Args:
            path: The file.
            name: The name of the copy in the run, which is written on if it is there; `logs/` and the file's own name
                by default.

        Returns:
            The watch, whose `stop()` ends it earlier.

        Raises:
            InvalidInput: The path is a directory, a pipe or a device.
            InvalidName: The name leads out of the run.
        """
        log = log_files.watched(self._history, self.id, Path(path), name)
        log.start()
        return log
