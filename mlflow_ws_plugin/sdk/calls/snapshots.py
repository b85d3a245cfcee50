"""Snapshots of the code a run was made with."""

from __future__ import annotations

from pathlib import Path

from mlflow_ws_plugin.sdk.calls.parts import RunParts
from mlflow_ws_plugin.sdk.capture import snapshot


class SnapshotCalls(RunParts):
    """Snapshots of a run: each one zip file below `snapshot/` of its files."""

    def take_snapshot(self, file_or_folder_path: str | Path) -> str:
        """Keep the code in a directory, or one file, and return the snapshot's id.

        Left out are what `.amlignore` in the directory names, or without one the `.gitignore` files; hidden files;
        caches, virtual environments, `outputs`, `logs` and `mlruns`; and, said in one line on standard error, what is
        over `MLWS_SNAPSHOT_LIMIT` (10 MB in all, code first). The same content has the same id and the same bytes.

        Args:
            file_or_folder_path: The directory of your code, or a file.

        Raises:
            InvalidInput: There is no such directory or file.
            RunNotActive: The run is in the bin.
            StorageError: It cannot be written.
        """
        return snapshot.take(self._history, self.id, Path(file_or_folder_path))

    def get_snapshot_id(self) -> str:
        """Return the id of the newest snapshot; the first one's is also the property `ContentSnapshotId`.

        Raises:
            RunFileNotFound: The run has no snapshot.
        """
        return snapshot.latest(self._history, self.id)

    def restore_snapshot(self, snapshot_id: str | None = None, path: str | Path | None = None) -> str:
        """Write a snapshot as a zip file, and return its path.

        Args:
            snapshot_id: Which one; the newest by default.
            path: The file to write, or an existing directory; the current one by default. A file that is there is
                replaced.

        Raises:
            RunFileNotFound: The run has no such snapshot.
            InvalidName: The id leads out of the run.
        """
        name = snapshot.file_name(snapshot_id or self.get_snapshot_id())
        target = Path(path or ".")
        if target.is_dir():
            target = target / Path(name).name
        self._history.files.download(self.id, name, target)
        return str(target)
