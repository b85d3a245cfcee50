"""Files of a run."""

from __future__ import annotations

from pathlib import Path

from mlflow_ws_plugin.sdk.calls.parts import RunParts


class FileCalls(RunParts):
    """Files of a run."""

    def get_file_names(self) -> list[str]:
        """Return the names of the run's files, with forward slashes, in order."""
        return self._history.files.names(self.id)

    def download_file(self, name: str, output_file_path: str | Path | None = None) -> None:
        """Copy one of the run's files.

        Args:
            name: One of `get_file_names()`.
            output_file_path: Where to; an existing directory gets the file under its own name, which is also the
                default, in the current directory. Parent directories are made; an existing file is replaced.

        Raises:
            RunFileNotFound: The run has no such file; the message lists those it has.
            InvalidName: The name leads out of the run.
        """
        target = Path(output_file_path or ".")
        if target.is_dir():
            target = target / Path(name).name
        self._history.files.download(self.id, name, target)
