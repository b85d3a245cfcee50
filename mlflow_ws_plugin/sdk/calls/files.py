"""Files of a run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from mlflow_ws_plugin.errors import InvalidInput, RunFileNotFound, UnequalLists
from mlflow_ws_plugin.records.metric import short
from mlflow_ws_plugin.sdk.calls.parts import RunParts

LocalPath = str | os.PathLike[str]


class FileCalls(RunParts):
    """Files of a run."""

    def get_file_names(self) -> list[str]:
        """Return the names of the run's files, with forward slashes, in order."""
        return self._history.files.names(self.id)

    def upload_file(self, name: str, path_or_stream: LocalPath | IO[Any], datastore_name: str | None = None) -> None:
        """Copy a file into the run, also after the run has ended; one of the same name is replaced.

        It is written under another name first, so that nobody sees half of it.

        Args:
            name: Its name within the run; folders by `/`.
            path_or_stream: A file, or a stream open for reading, read from where it stands; text is written as UTF-8.
            datastore_name: Without effect here: a run's files are in its workspace.

        Raises:
            SourceNotFound: There is no such file.
            SourceUnreadable: It is a folder, or cannot be read.
            InvalidName: The name leads out of the run, is that of a folder, or goes through a file.
            StorageError: The run's files are not on this machine, or cannot be written.
        """
        self._history.files.put(self.id, [(name, _content(path_or_stream))])

    def upload_files(
        self,
        names: Sequence[str],
        paths: Sequence[LocalPath],
        return_artifacts: bool = False,
        timeout_seconds: int | None = None,
        datastore_name: str | None = None,
    ) -> list[str] | None:
        """Copy files into the run, all or none; those of the same names are replaced.

        Args:
            names: Their names within the run, as for `upload_file`.
            paths: The files, in the same order.
            return_artifacts: Whether the names within the run are returned, in their normal form.
            timeout_seconds: Without effect here: the call returns when the files are written.
            datastore_name: Without effect here: a run's files are in its workspace.

        Raises:
            UnequalLists: There are more names than paths, or the other way round.
            InvalidInput: `names` or `paths` is a single text.
            SourceNotFound: One of the files is not there.
            SourceUnreadable: It is a folder, or cannot be read.
            InvalidName: A name leads out of the run, is given twice, is that of a folder, or goes through a file.
            StorageError: The run's files are not on this machine, or cannot be written.
        """
        names, contents = _several("names", names), [_content(path) for path in _several("paths", paths)]
        if len(names) != len(contents):
            raise UnequalLists(f"{len(names)} names were given for {len(contents)} paths.", "Pass a name for each.")
        written = self._history.files.put(self.id, list(zip(names, contents, strict=True)))
        return written if return_artifacts else None

    def upload_folder(self, name: str, path: LocalPath, datastore_name: str | None = None) -> None:
        """Copy all files below a folder into the run, all or none; those of the same names are replaced.

        Links are followed, each folder once; the workspace itself is left out where it is below the folder.

        Args:
            name: The folder's name within the run; `"."` puts the files beside the run's others.
            path: The folder.
            datastore_name: Without effect here: a run's files are in its workspace.

        Raises:
            SourceNotFound: There is no such folder.
            SourceUnreadable: It is a file, or something in it cannot be read.
            InvalidName: The name leads out of the run, or goes through a file.
            StorageError: The run's files are not on this machine, or cannot be written.
        """
        self._history.files.put_folder(self.id, name, Path(path))

    def download_file(self, name: str, output_file_path: LocalPath | None = None) -> None:
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

    def download_files(
        self,
        prefix: str | None = None,
        output_directory: LocalPath | None = None,
        output_paths: Sequence[LocalPath] | None = None,
        batch_size: int = 100,
        append_prefix: bool = True,
        timeout_seconds: int | None = None,
    ) -> None:
        """Copy several of the run's files, or all.

        Args:
            prefix: The name of a folder of the run; where there is none, what the names of the files begin with.
            output_directory: Where to; the current directory by default. It is made, and existing files are replaced.
            output_paths: A path for each file, in the order of `get_file_names()`, below `output_directory`; by
                default the names within the run.
            batch_size: Without effect here.
            append_prefix: Whether the prefix is part of the paths; if not, `outputs/a/b` with prefix `outputs` is
                written to `a/b`.
            timeout_seconds: Without effect here: the call returns when the files are written.

        Raises:
            RunFileNotFound: No name begins with the prefix; the message lists those there are.
            UnequalLists: There are more or less output paths than files.
        """
        names = self._names_below(prefix or "")
        targets = _several("output_paths", output_paths) if output_paths is not None else None
        if targets is None:
            targets = [name if append_prefix else _without(prefix or "", name) for name in names]
        if len(targets) != len(names):
            raise UnequalLists(f"{len(targets)} output paths were given for {len(names)} files.", "Pass one for each.")
        for name, target in zip(names, targets, strict=True):
            self._history.files.download(self.id, name, Path(output_directory or ".") / target)

    def _names_below(self, prefix: str) -> list[str]:
        names = self.get_file_names()
        if not prefix:
            return names
        inside = [name for name in names if name.startswith(f"{prefix.rstrip('/')}/")]
        found = inside or [name for name in names if name.startswith(prefix)]
        if not found:
            listed = f"It has {', '.join(names[:20])}." if names else "It has no files."
            raise RunFileNotFound(f"No file of the run begins with {prefix!r}.", listed)
        return found


def _without(prefix: str, name: str) -> str:
    return name.removeprefix(prefix).lstrip("/") or Path(name).name


def _several(what: str, given: Sequence[Any]) -> list[Any]:
    if isinstance(given, str | bytes | os.PathLike):
        raise InvalidInput(f"{what} is {short(given)}.", "Pass a list.")
    return list(given)


def _content(source: Any) -> Path | IO[Any]:
    if isinstance(source, str | os.PathLike):
        return Path(source)
    if hasattr(source, "read"):
        stream: IO[Any] = source
        return stream
    raise InvalidInput(f"{short(source)} is neither a path nor a stream.", "Wrap bytes in io.BytesIO.")
