"""Every way this package can fail.

WorkspaceError
├── InvalidInput (ValueError)          what the caller passed is not legal
│   ├── InvalidUri
│   ├── InvalidName
│   ├── InvalidMetric
│   ├── InvalidQuery                   a filter, an order or a page token
│   ├── UnequalLists (TypeError)       two lists that belong together differ in length
│   ├── SourceUnreadable (OSError)     a file to be recorded cannot be read
│   │   └── SourceNotFound (FileNotFoundError)
│   ├── InvalidConfig                  a file that names no workspace
│   ├── InvalidCredentials             no token, or one that others can read
│   ├── TargetUnwritable (OSError)     where a copy was to go cannot be written
│   └── ContextIncomplete              half of a job's environment is set
├── NotFound (LookupError)
│   ├── WorkspaceNotFound
│   ├── ExperimentNotFound
│   ├── RunNotFound
│   ├── MetricNotFound
│   ├── TagNotFound
│   ├── ModelNotFound (KeyError)
│   │   └── ModelFilesNotFound
│   └── RunFileNotFound
├── AlreadyExists
│   ├── WorkspaceExists
│   ├── ExperimentExists
│   ├── RunExists
│   └── TargetExists (FileExistsError) there is something where a copy was to go
├── Conflict                           contradicts what is recorded
│   ├── ParameterChanged
│   ├── PropertyChanged
│   ├── ReservedTag
│   ├── MetricKeyTaken
│   ├── IllegalTransition
│   ├── Duplicate
│   ├── ExperimentNotActive
│   ├── ExperimentNotEmpty
│   └── RunNotActive
├── PackageMissing (ImportError)       a package that is not a dependency is not installed
├── RunFailed                          a run that was waited for
├── FlushTimedOut (TimeoutError)       not everything was recorded in time
├── NotProvided (ImportError)          a name of the old SDK that this one has not
├── CallNotProvided (AttributeError)   a call of the old SDK that this one has not
├── WorkspaceClosed (ValueError)       `workspace.close()` was before
└── StorageError (OSError)             the workspace itself
    ├── WorkspaceUnusable              a file, a foreign or a corrupt database
    │   └── WorkspaceTooNew
    ├── WorkspaceUnwritable
    ├── WorkspaceBusy
    └── WorkspaceFull
"""

from __future__ import annotations


class WorkspaceError(Exception):
    """Anything this package raises on purpose.

    Attributes:
        message: What happened, with the offending value.
        hint: What to do next; empty when the message says it already.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        if not self.hint:
            return self.message
        return f"{self.message if self.message.endswith('.') else self.message + '.'} {self.hint}"


class InvalidInput(WorkspaceError, ValueError):
    """An argument is not legal; nothing was written."""


class InvalidUri(InvalidInput):
    """A workspace address cannot be understood."""


class InvalidName(InvalidInput):
    """A name of an experiment, run, metric, parameter or tag is not legal."""


class InvalidMetric(InvalidInput):
    """A metric's name or value cannot be recorded."""


class InvalidQuery(InvalidInput):
    """A filter, an order or a page token cannot be understood."""


class UnequalLists(InvalidInput, TypeError):
    """Two lists that belong together, such as names and paths, differ in length."""


class SourceUnreadable(InvalidInput, OSError):
    """A file that was to be recorded cannot be read; nothing was written."""


class SourceNotFound(SourceUnreadable, FileNotFoundError):
    """A file that was to be recorded is not there; nothing was written."""


class InvalidConfig(InvalidInput):
    """A configuration file cannot be understood."""


class InvalidCredentials(InvalidInput):
    """There is no token, it is none, or others may read it."""


class TargetUnwritable(InvalidInput, OSError):
    """Where a copy was to go cannot be written."""


class ContextIncomplete(InvalidInput):
    """The environment names a run without its workspace, or the other way round."""


class NotFound(WorkspaceError, LookupError):
    """What was asked for is not in this workspace."""


class WorkspaceNotFound(NotFound):
    """No workspace has this name, or no configuration file names one."""


class ExperimentNotFound(NotFound):
    """No experiment has this id or name."""


class RunNotFound(NotFound):
    """No run has this id."""


class MetricNotFound(NotFound):
    """The run has no metric of this name."""


class TagNotFound(NotFound):
    """The run or experiment has no such tag."""


class ModelNotFound(NotFound, KeyError):
    """No logged model has this id, or no registered one this name or version."""


class ModelFilesNotFound(ModelNotFound):
    """The model is registered, but its files are not there any more."""


class RunFileNotFound(NotFound):
    """The run has no file of this name."""


class AlreadyExists(WorkspaceError):
    """The name or id is taken."""


class WorkspaceExists(AlreadyExists):
    """There is a workspace of this name already."""


class ExperimentExists(AlreadyExists):
    """The workspace has an experiment of this name, perhaps a deleted one."""


class RunExists(AlreadyExists):
    """The workspace has a run of this id."""


class TargetExists(AlreadyExists, FileExistsError):
    """There is a file or folder where a copy was to go; it stays as it is."""


class Conflict(WorkspaceError):
    """The call contradicts what is recorded; nothing was written."""


class ParameterChanged(Conflict):
    """A recorded parameter was given another value.

    Attributes:
        changes: `(key, recorded value, offered value)` for each offending parameter.
    """

    def __init__(self, run_id: str, changes: list[tuple[str, str, str]]) -> None:
        listed = ", ".join(f"{key!r} is {old!r}, not {new!r}" for key, old, new in changes)
        super().__init__(f"Parameters of run {run_id} never change: {listed}.", "Start a new run, or use a tag.")
        self.run_id = run_id
        self.changes = changes


class PropertyChanged(Conflict):
    """A recorded property was given another value."""


class ReservedTag(Conflict):
    """A tag that shows part of the native record was given another value than the record has."""


class MetricKeyTaken(Conflict):
    """Two metrics would be shown to MLflow under one key."""


class IllegalTransition(Conflict):
    """A run cannot go from its state to the one asked for."""


class Duplicate(Conflict):
    """What may be recorded once is recorded already."""


class ExperimentNotActive(Conflict):
    """The experiment is deleted."""


class ExperimentNotEmpty(Conflict):
    """The experiment has runs or models, and only an empty one is removed for good."""


class RunNotActive(Conflict):
    """The run is deleted."""


class PackageMissing(WorkspaceError, ImportError):
    """A call needs a package that is not installed; nothing was written."""


class NotProvided(WorkspaceError, ImportError):
    """The old SDK has this name and this one has not; the message says what to do instead."""


class CallNotProvided(WorkspaceError, AttributeError):
    """The old SDK's objects have this attribute and these have not; the message says what to do instead."""


class WorkspaceClosed(WorkspaceError, ValueError):
    """The workspace was closed before; nothing was written."""


class RunFailed(WorkspaceError):
    """A run that was waited for has failed.

    Attributes:
        run_id: Its id.
        reason: Why, with the traceback where there is one; None where nobody said.
    """

    def __init__(self, run_id: str, reason: str | None) -> None:
        why = f": {reason}" if reason else "."
        super().__init__(f"Run {run_id} failed{why}", "Its logs: run.get_all_logs().")
        self.run_id = run_id
        self.reason = reason


class FlushTimedOut(WorkspaceError, TimeoutError):
    """What is recorded beside a run took longer than the caller would wait; nothing is lost."""


class StorageError(WorkspaceError, OSError):
    """The workspace cannot be read or written."""


class WorkspaceUnusable(StorageError):
    """The directory is a file, or holds a foreign or damaged database."""


class WorkspaceTooNew(WorkspaceUnusable):
    """The workspace was written by a newer version of this package."""


class WorkspaceUnwritable(StorageError):
    """The directory cannot be made, opened or written."""


class WorkspaceBusy(StorageError):
    """Another process kept the workspace locked for longer than the limit."""


class WorkspaceFull(StorageError):
    """The disk is full; what was being written is not recorded, everything before is."""
