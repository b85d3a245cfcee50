"""Files that are registered as a model without a run: copies in the workspace, a folder for each version."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mlflow_ws_plugin.errors import SourceNotFound
from mlflow_ws_plugin.storage import files
from mlflow_ws_plugin.storage.staging import Staging, opened

FOLDER = "registered"


class RegisteredFiles:
    """The copies of a workspace.

    Args:
        artifacts: The folder of the workspace's artifacts.
    """

    def __init__(self, artifacts: Path) -> None:
        self._artifacts = artifacts

    @contextmanager
    def kept(self, source: Path, children: Iterable[str] | None = None) -> Iterator[tuple[Path, str]]:
        """Copy a file or folder of the user; when an error leaves the block, nothing is left of it.

        Args:
            source: The file, or the folder, whose links are followed.
            children: Only these files and folders of the folder, by their paths within it; all by default.

        Yields:
            The folder that the copies are in, and the name of the file, empty where the source is a folder.

        Raises:
            SourceNotFound: There is no such file or folder, or nothing in it.
            SourceUnreadable: It cannot be read.
            StorageError: The workspace cannot be written.
        """
        chosen = self._chosen(source, children)
        place = self._artifacts / FOLDER / uuid.uuid4().hex
        is_folder = source.is_dir()
        folder = place / source.resolve().name if is_folder else place
        try:
            with Staging(folder) as staging:
                for path in chosen.values():
                    staging.add(path)
                staging.publish(list(chosen))
                yield folder, "" if is_folder else source.name
        except Exception:
            shutil.rmtree(place, ignore_errors=True)
            raise

    def forget(self, location: Path) -> None:
        """Remove a copy, if the place is one; others, such as the files of a run, stay."""
        home = self._artifacts / FOLDER
        place = Path(os.path.normpath(location))  # whoever registered it may have written `..`
        if home in place.parents:
            shutil.rmtree(home / place.relative_to(home).parts[0])

    def _chosen(self, source: Path, children: Iterable[str] | None) -> dict[str, Path]:
        if not source.is_dir():
            opened(source).close()
            return {source.name: source}
        found = files.below(source, leaving_out=self._artifacts.parent)
        if children is not None:
            found = {name: found[name] for child in children for name in _within(found, source, child)}
        if not found:
            raise SourceNotFound(f"There is no file in {str(source)!r}.", "Pass a folder with the model's files.")
        return found


def _within(found: dict[str, Path], source: Path, child: str) -> list[str]:
    """Return the names of files that are a child of a folder, or in it."""
    wanted = Path(child).as_posix()
    names = [name for name in found if name == wanted or name.startswith(f"{wanted}/")]
    if not names:
        raise SourceNotFound(f"There is no file or folder {child!r} in {str(source)!r}.", "Check child_paths.")
    return names
