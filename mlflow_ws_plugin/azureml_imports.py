"""Imports of the old SDK: `from azureml.core import Run` gives ours, where azureml-core is not installed.

    from mlflow_ws_plugin import azureml_imports

    azureml_imports.install()
    from azureml.core import Experiment, Run, Workspace

`mlws run SCRIPT` does the same for a script that is not to be touched. What the old SDK has and this one has not
raises `NotProvided` when it is imported, with a sentence on what to do instead.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module, util
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from mlflow_ws_plugin.errors import NotProvided

OLD = "azureml"

PROVIDED: dict[str, dict[str, str]] = {
    "azureml": {},
    "azureml.core": {
        "Experiment": "mlflow_ws_plugin:Experiment",
        "Run": "mlflow_ws_plugin:Run",
        "Workspace": "mlflow_ws_plugin:Workspace",
        "VERSION": "mlflow_ws_plugin.azureml_imports:VERSION",
        "__version__": "mlflow_ws_plugin.azureml_imports:VERSION",
    },
    "azureml.core.experiment": {"Experiment": "mlflow_ws_plugin:Experiment"},
    "azureml.core.run": {
        "Run": "mlflow_ws_plugin:Run",
        "_OfflineRun": "mlflow_ws_plugin.azureml_imports:OfflineRun",
    },
    "azureml.core.workspace": {"Workspace": "mlflow_ws_plugin:Workspace"},
    "azureml.core.model": {},
    "azureml.exceptions": {
        "AzureMLException": "mlflow_ws_plugin.errors:WorkspaceError",
        "UserErrorException": "mlflow_ws_plugin.errors:WorkspaceError",
        "ServiceException": "mlflow_ws_plugin.errors:StorageError",
        "ActivityFailedException": "mlflow_ws_plugin.errors:WorkspaceError",
        "ExperimentExecutionException": "mlflow_ws_plugin.errors:WorkspaceError",
        "RunEnvironmentException": "mlflow_ws_plugin.errors:ContextIncomplete",
    },
    "azureml.mlflow": {},
    "azureml.train": {},
    "azureml.widgets": {},
}
"""What can be imported: names by module, each as `<our module>:<our name>`."""

_DATA = "Read your data from a path or a URL, and tag the run with it."
_COMPUTE = "Nothing here runs on rented machines: run the script with `mlws run SCRIPT`."
_SUBMIT = "Jobs are not submitted yet: run the script with `mlws run SCRIPT`."
_ENVIRONMENT = "A script runs in the Python that starts it: install its packages there, and leave the environment out."
_LOGIN = "A workspace on your own disk needs no login: leave `auth` out."
_MODEL = (
    "Register a model with `run.register_model()`, and get its files with "
    "`mlflow.artifacts.download_artifacts(model.url)`."
)
_SERVING = "Serve a registered model with `mlflow models serve`."
_TUNING = "Tune with Optuna and `mlflow_ws_plugin.OptunaTrials`, which records each trial as a child run."
_PIPELINE = "Call the steps one after the other, each in a child run: `run.child_run()`."
_WIDGET = "There is no widget yet: print the run, or look at it with `mlflow ui`."

NOT_PROVIDED: dict[str, str] = {
    "azureml.automl": _TUNING,
    "azureml.contrib": "Previews of the old SDK have no counterpart.",
    "azureml.core.ComputeTarget": _COMPUTE,
    "azureml.core.Dataset": _DATA,
    "azureml.core.Datastore": _DATA,
    "azureml.core.Environment": _ENVIRONMENT,
    "azureml.core.Image": _SERVING,
    "azureml.core.Keyvault": "Read secrets from environment variables.",
    "azureml.core.Model": _MODEL,
    "azureml.core.RunConfiguration": _SUBMIT,
    "azureml.core.ScriptRunConfig": _SUBMIT,
    "azureml.core.Webservice": _SERVING,
    "azureml.core.authentication": _LOGIN,
    "azureml.core.compute": _COMPUTE,
    "azureml.core.compute_target": _COMPUTE,
    "azureml.core.conda_dependencies": _ENVIRONMENT,
    "azureml.core.dataset": _DATA,
    "azureml.core.datastore": _DATA,
    "azureml.core.environment": _ENVIRONMENT,
    "azureml.core.image": _SERVING,
    "azureml.core.keyvault": "Read secrets from environment variables.",
    "azureml.core.model.InferenceConfig": _SERVING,
    "azureml.core.model.Model": _MODEL,
    "azureml.core.runconfig": _SUBMIT,
    "azureml.core.script_run": _SUBMIT,
    "azureml.core.script_run_config": _SUBMIT,
    "azureml.core.webservice": _SERVING,
    "azureml.data": _DATA,
    "azureml.datadrift": _DATA,
    "azureml.dataprep": _DATA,
    "azureml.interpret": "Log explanations as tables or files: `run.log_table()`, `run.upload_file()`.",
    "azureml.opendatasets": _DATA,
    "azureml.pipeline": _PIPELINE,
    "azureml.tensorboard": "Point TensorBoard at the folder that your script writes.",
    "azureml.train.automl": _TUNING,
    "azureml.train.dnn": _SUBMIT,
    "azureml.train.estimator": _SUBMIT,
    "azureml.train.hyperdrive": _TUNING,
    "azureml.train.sklearn": _SUBMIT,
    "azureml.widgets.RunDetails": _WIDGET,
}
"""What cannot be imported, and what to do instead. A name stands for everything below it."""

_OTHERWISE = "Only what logs and reads experiments and runs is provided: Experiment, Run, Workspace."

VERSION = "1.61.0"
"""The version of the old SDK whose names and argument order these are."""


class OfflineRun:
    """What no run is: outside of a job too, `Run.get_context()` gives a run with everything."""


def install() -> None:
    """Let `azureml` and its common submodules be imported from here, until the process ends; twice is fine.

    Where azureml-core is installed it stays what is imported, and a warning says so once.
    """
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    if _is_installed():
        warnings.warn("azureml-core is installed: `azureml` stays that SDK, and logs to Azure.", stacklevel=2)
        return
    sys.meta_path.append(_Finder())  # at the end: whatever is really there is found first


def uninstall() -> None:
    """Undo `install()`; what was imported stays with those who imported it."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    for name in [name for name, module in sys.modules.items() if isinstance(_loader(module), _Loader)]:
        del sys.modules[name]


def _is_installed() -> bool:
    try:
        return util.find_spec("azureml.core") is not None
    except ModuleNotFoundError:
        return False


def _loader(module: ModuleType) -> object:
    return getattr(module, "__loader__", None)


def _why_not(name: str) -> str:
    """Return the sentence on a dotted name that is not provided: that of the longest name it is below."""
    parts = name.split(".")
    above = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((NOT_PROVIDED[prefix] for prefix in above if prefix in NOT_PROVIDED), _OTHERWISE)


class _Finder(MetaPathFinder):
    """Finds the modules of `PROVIDED`, and says of all others below `azureml` why they are not there."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname in PROVIDED:
            return ModuleSpec(fullname, _Loader(), is_package=True)
        if not fullname.startswith(f"{OLD}."):
            return None
        raise NotProvided(f"{fullname} is not provided by mlflow-ws-plugin.", _why_not(fullname))


class _Loader(Loader):
    """Fills a module with our names."""

    def exec_module(self, module: ModuleType) -> None:
        names = PROVIDED[module.__name__]
        module.__doc__ = f"`{module.__name__}` as mlflow_ws_plugin provides it."
        vars(module).update({name: _resolved(home) for name, home in names.items()})
        vars(module)["__getattr__"] = lambda name: _absent(module.__name__, name)


def _absent(module: str, name: str) -> object:
    """Raise an AttributeError, as a module does; `from module import name` then asks the finder, which raises too."""
    raise AttributeError(f"{module}.{name} is not provided by mlflow-ws-plugin. {_why_not(f'{module}.{name}')}")


def _resolved(home: str) -> object:
    module, name = home.split(":")
    return getattr(import_module(module), name)
