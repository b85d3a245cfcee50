"""A workspace: where experiments, runs, metrics and files are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from mlflow_ws_plugin import absent, settings, uri
from mlflow_ws_plugin.absent import SaysWhatIsAbsent
from mlflow_ws_plugin.errors import InvalidInput, WorkspaceExists, WorkspaceNotFound
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.records.experiment import Lifecycle
from mlflow_ws_plugin.records.filters import AllOf
from mlflow_ws_plugin.records.names import check_workspace_name
from mlflow_ws_plugin.records.run import RunInfo
from mlflow_ws_plugin.sdk import capture, config, log_files
from mlflow_ws_plugin.sdk.context import BRIDGE
from mlflow_ws_plugin.sdk.experiment import Experiment
from mlflow_ws_plugin.sdk.models import Models
from mlflow_ws_plugin.sdk.run import Run

DEFAULT_DIRECTORY = ".mlws"
LOCAL = "local"
"""What a workspace on one's own disk says where the old SDK names a region, a subscription or a resource group."""


Self = TypeVar("Self", bound="Workspace")


class Workspace(SaysWhatIsAbsent):
    """The default workspace, or the one of a name.

    The default is the one `MLWS_WORKSPACE` names, else the one of the nearest configuration file (see `from_config`) in
    the current directory and those above it, else `.mlws` in the current directory. A workspace that is not there yet
    is made by the first call that records something.

    With a name, this is `Workspace.get(workspace_name)`: the constructor as scripts of the AzureML SDK v1 write it.

    Args:
        subscription_id: Accepted for such scripts, and not used.
        resource_group: Likewise.
        workspace_name: The workspace's name.
        auth: Accepted, and not used.
        **kwargs: Likewise.

    Raises:
        InvalidInput: There is a subscription or resource group, but no name.
        InvalidUri: `MLWS_WORKSPACE` is not a legal address.
        InvalidConfig: The configuration file cannot be understood.
        WorkspaceNotFound: No workspace has this name.
        WorkspaceUnusable: There is something else at that place.
    """

    _absent = absent.OF_WORKSPACE

    def __init__(
        self,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        workspace_name: str | None = None,
        auth: object = None,  # noqa: ARG002
        **kwargs: object,  # noqa: ARG002
    ) -> None:
        given = subscription_id or resource_group
        if given and workspace_name is None:
            raise InvalidInput(
                f"Workspace({given!r}) has no workspace_name.",
                f"Workspace.open({given!r}) opens a directory, Workspace() the default workspace.",
            )
        self._bind(_default() if workspace_name is None else _existing(workspace_name))

    @classmethod
    def open(cls, directory: str | Path) -> Workspace:
        """Return the workspace in a directory.

        Args:
            directory: A path, or an address such as `mlws:///abs/dir`; need not exist.

        Raises:
            InvalidUri: It is an address, but not a legal one.
            WorkspaceUnusable: It is a file, or holds a foreign or damaged database.
        """
        return cls._at(uri.of(directory))

    @classmethod
    def get(cls, name: str, *args: object, **kwargs: object) -> Workspace:  # noqa: ARG003
        """Return the workspace of a name: the default one if that is its name, else the directory `name` beside it.

        Args:
            name: The last part of its directory.
            *args: What the AzureML SDK v1 takes here, such as `auth`, `subscription_id` and `resource_group`; not used.
            **kwargs: Likewise.

        Raises:
            InvalidName: The name is a path.
            WorkspaceNotFound: No workspace has this name.
        """
        return cls._at(_existing(name))

    @classmethod
    def create(cls, name: str, *args: object, exist_ok: bool = False, **kwargs: object) -> Workspace:  # noqa: ARG003
        """Make an empty workspace in the directory `name` beside the default one, and return it.

        Args:
            name: The last part of its directory.
            *args: What the AzureML SDK v1 takes here, such as `auth`, `subscription_id` and `location`; not used.
            exist_ok: Return the workspace of that name if there is one.
            **kwargs: Likewise not used.

        Raises:
            InvalidName: The name is a path.
            WorkspaceExists: There is a workspace of this name.
            WorkspaceUnwritable: The directory cannot be made.
        """
        workspace = cls._at(_named(name))
        if workspace._history.is_made and not exist_ok:
            raise WorkspaceExists(f"There is a workspace {name!r} already, {workspace!r}.", "Pass exist_ok=True.")
        workspace._history.make()
        return workspace

    @classmethod
    def from_config(
        cls,
        path: str | Path | None = None,
        auth: object = None,  # noqa: ARG003
        _logger: object = None,
        _file_name: str | None = None,
    ) -> Workspace:
        """Return the workspace that a configuration file names; without a path, `MLWS_WORKSPACE` comes first.

        In each directory, from `path` upwards, `mlws.json`, `.azureml/config.json`, `aml_config/config.json` and
        `config.json` are looked for, in that order; the last counts if it has a `workspace_name`. A file of ours says
        `{"workspace": "<directory or address>"}`, where a directory is relative to the project's. One of the AzureML
        SDK v1 says `workspace_name`, and means the directory of that name in the project's.

        Args:
            path: The file, or the directory where the search begins; the current one by default.
            auth: Accepted for scripts of that SDK, and not used.
            _logger: Likewise.
            _file_name: Look for this name instead.

        Raises:
            WorkspaceNotFound: There is no such file.
            InvalidConfig: It cannot be understood.
        """
        if path is None and settings.WORKSPACE.get():  # a job, `mlws run`, or whoever set it
            return cls()
        start = Path(path or ".").expanduser().absolute()
        return cls._at(config.read(config.required(start, _file_name)))

    def write_config(self, path: str | Path | None = None, file_name: str | None = None) -> Path:
        """Write the file by which `Workspace()` and `Workspace.from_config()` find this workspace, and return its path.

        Args:
            path: The directory of the project, made if it is not there; the current one by default.
            file_name: `mlws.json` by default; another name is found by `from_config(_file_name=…)`.

        Raises:
            WorkspaceUnwritable: It cannot be written.
        """
        return config.write(Path(path or ".").expanduser().absolute(), file_name or config.FILE_NAME, self._uri)

    @classmethod
    def _at(cls, address: uri.WorkspaceUri) -> Workspace:
        workspace = cls.__new__(cls)
        workspace._bind(address)
        return workspace

    def _bind(self, address: uri.WorkspaceUri) -> None:
        self._uri = address
        self._history = RunHistory(address.directory)
        self._history.check()

    @property
    def name(self) -> str:
        """The last part of its directory."""
        return self._uri.directory.name

    @property
    def location(self) -> str:
        """`local`; in the AzureML SDK v1 a region, which its scripts print."""
        return LOCAL

    @property
    def subscription_id(self) -> str:
        """`local`; for scripts that print it."""
        return LOCAL

    @property
    def resource_group(self) -> str:
        """`local`; for scripts that print it."""
        return LOCAL

    @property
    def experiments(self) -> dict[str, Experiment]:
        """The experiments of the workspace by name, oldest first, without archived ones."""
        found = self._history.experiments.search(AllOf(), [], lifecycles=[Lifecycle.ACTIVE], limit=-1)
        return {record.name: Experiment._of(self, record) for record in sorted(found, key=lambda one: int(one.id))}

    @property
    def models(self) -> Models:
        """The latest version of each registered model by its name, read when it is asked for one. Imports MLflow.

        A name that there is none of raises `ModelNotFound`, which is a `KeyError`.
        """
        return Models(self)

    def get_run(self, run_id: str) -> Run:
        """Return a run of this workspace.

        Raises:
            RunNotFound: No run has this id.
        """
        (run,) = self._runs([self._history.runs.info(run_id)])
        return run

    def _runs(self, found: Iterable[RunInfo]) -> Iterator[Run]:
        experiments: dict[str, Experiment] = {}
        for info in found:
            key = info.experiment_id
            if key not in experiments:
                experiments[key] = Experiment._of(self, self._history.experiments.get(int(key)))
            yield Run._of(experiments[key], info.run_id)

    def get_details(self) -> dict[str, object]:
        """Return what is known of the workspace.

        `id` and `mlflowTrackingUri` are its address, `name` its name, `directory` and `artifacts` where its records and
        files are, and `experiments` the names of its experiments, oldest first.
        """
        return {
            "id": str(self._uri),
            "name": self.name,
            "directory": str(self._uri.directory),
            "artifacts": str(self._history.artifacts),
            "mlflowTrackingUri": self.get_mlflow_tracking_uri(),
            "experiments": list(self.experiments),
        }

    def get_mlflow_tracking_uri(self) -> str:
        """Return the address for `mlflow.set_tracking_uri` and `MLFlowLogger(tracking_uri=…)`.

        It is absolute, so that it means the same workspace in every directory and in subprocesses.
        """
        return str(self._uri)

    def make_mlflow_default(self) -> None:
        """Make this workspace MLflow's default, for runs and models both, here and in subprocesses begun after.

        It sets MLflow's tracking URI and its registry URI. While only the first is set, MLflow looks for the second in
        a Spark session, and tries to import `pyspark` for it, on every fluent call: `mlflow.log_metric` then takes
        140 µs instead of 50. Imports MLflow.
        """
        import_module(BRIDGE).make_default(self.get_mlflow_tracking_uri())

    def close(self) -> None:
        """Let go of the workspace; using it, its experiments or its runs from now on raises `WorkspaceClosed`.

        Runs that were begun through it and go on are ended as the end of the interpreter would end them, which is said.
        Other `Workspace` objects of the same directory, and MLflow's own, stay open. Closing twice is fine.
        """
        self._close(None)

    def __enter__(self: Self) -> Self:
        """Return the workspace; the end of the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the workspace. Runs that go on are `Failed` where an error left the block, `Canceled` after Ctrl-C."""
        self._close(exc)

    def _close(self, exc: BaseException | None) -> None:
        log_files.stop_of(self._history)
        capture.leave(self._history, exc)
        self._history.close()

    def __repr__(self) -> str:
        return f"Workspace.open({str(self._uri.directory)!r})"


def _default() -> uri.WorkspaceUri:
    if settings.WORKSPACE.get():
        return uri.of(settings.WORKSPACE.get())
    found = config.nearest(Path.cwd())
    return config.read(found) if found else uri.of(DEFAULT_DIRECTORY)


def _named(name: str) -> uri.WorkspaceUri:
    default = _default()
    if default.directory.name == name:
        return default
    return uri.of(default.directory.parent / check_workspace_name(name))


def _existing(name: str) -> uri.WorkspaceUri:
    """Return the workspace of a name; the default one need not be made yet."""
    found = _named(name)
    if found != _default() and not RunHistory(found.directory).is_made:
        raise WorkspaceNotFound(
            f"No workspace is named {name!r}: the default one is {_default().directory}, and beside it is none.",
            f"Workspace.create({name!r}) makes {found.directory}; or let {settings.WORKSPACE.name} name a directory.",
        )
    return found
