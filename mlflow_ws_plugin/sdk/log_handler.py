"""Python's own logging, kept in a run."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from mlflow_ws_plugin.records import places

if TYPE_CHECKING:
    from mlflow_ws_plugin.sdk.run import Run

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class RunLogHandler(logging.Handler):
    """A handler of Python's `logging` that writes records to the end of a file of a run.

        logging.getLogger().addHandler(RunLogHandler(run))

    Each record is in the file when the call that logged it returns: nothing is lost with the process, a forked child
    may go on logging, and several processes may share a file, line by line. It never raises into the code that logs:
    what cannot be written is reported on standard error, as `logging.raiseExceptions` says.

    Args:
        run: The run; also one that has ended.
        filename: The file's name in the run; begun by the first record, else written on.
        level: Records below it are left out.

    Raises:
        InvalidName: The file name leads out of the run.
        RunNotFound: The run was removed.
    """

    def __init__(self, run: Run, filename: str = "logs/python.log", level: int | str = logging.NOTSET) -> None:
        super().__init__(level)
        self._name = places.check_file_name(filename)
        self._run = run
        self._writer: int | None = None
        run._history.runs.info(run.id)
        self.setFormatter(logging.Formatter(FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; called by `logging`, which holds this handler's lock."""
        if self._writer == threading.get_ident():  # a record about writing this one
            return
        self._writer = threading.get_ident()  # and no flag, which a forked child might inherit set
        try:
            line = f"{self.format(record)}\n".encode(errors="backslashreplace")
            self._run._history.files.append(self._run.id, self._name, line)
        except Exception:  # noqa: BLE001 - the outermost edge: training goes on
            self.handleError(record)
        finally:
            self._writer = None
