"""The logs of a run as they grow, for people who watch it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from types import TracebackType

from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.sdk.calls.details import LOG_FOLDERS
from mlflow_ws_plugin.sdk.log_files import GrowingFile


class LogStream:
    """Everything in a run's logs, once, in the order in which it is found.

        with LogStream(history, run_id) as stream:
            for text in stream.new():
                print(text, end="")

    Args:
        history: Where the run is.
        run_id: Its id.
    """

    def __init__(self, history: RunHistory, run_id: str) -> None:
        self._history = history
        self._run_id = run_id
        self._logs: dict[str, _Log] = {}
        self._latest: str | None = None

    def __enter__(self) -> LogStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for log in self._logs.values():
            log.file.close()

    def new(self) -> Iterator[str]:
        """Yield what was written since the last time; where another file goes on, its name comes first.

        Raises:
            SourceUnreadable: A log cannot be read.
            StorageError: The run's files are not on this machine.
        """
        for name in self._history.files.names(self._run_id):
            if name.startswith(LOG_FOLDERS):
                yield from self._new_of(name)

    def _new_of(self, name: str) -> Iterator[str]:
        if name not in self._logs:
            self._logs[name] = _Log(GrowingFile(self._history.files.place(self._run_id, name)))
        for text in self._logs[name].new():
            if name != self._latest:
                self._latest = name
                yield heading(f"Streaming {name}")
            yield text


class _Log:
    """One log, as text: a character that is written in two halves comes with its second."""

    def __init__(self, file: GrowingFile) -> None:
        self.file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def new(self) -> Iterator[str]:
        for piece in self.file.new():
            if text := self._decoder.decode(piece):
                yield text


def heading(title: str) -> str:
    """Return a line with a line of `=` below it, and an empty one above."""
    return f"\n{title}\n{'=' * len(title)}\n"
