"""Imports of the old SDK: `from azureml.core import Run` gives ours, where azureml-core is not installed.

    from mlflow_ws_plugin import azureml_imports

    azureml_imports.install()
    from azureml.core import Experiment, Run, Workspace

`mlws run SCRIPT` does the same for a script that is not to be touched. What the old SDK has and this one has not
raises `NotProvided` when it is imported, with a sentence on what to do instead; `ScriptRunConfig`, `Environment` and
their like, which a later version will have, when they are used.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module, util
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from mlflow_ws_plugin import absent
from mlflow_ws_plugin.errors import NotProvided

OLD = "azureml"

PROVIDED: dict[str, dict[str, str]] = {
    "azureml": {},
    "azureml.core": {
        "Environment": "mlflow_ws_plugin.sdk.later:Environment",
        "Experiment": "mlflow_ws_plugin:Experiment",
        "Model": "mlflow_ws_plugin:Model",
        "Run": "mlflow_ws_plugin:Run",
        "RunConfiguration": "mlflow_ws_plugin.sdk.later:RunConfiguration",
        "ScriptRunConfig": "mlflow_ws_plugin.sdk.later:ScriptRunConfig",
        "Workspace": "mlflow_ws_plugin:Workspace",
        "VERSION": "mlflow_ws_plugin.azureml_imports:VERSION",
        "__version__": "mlflow_ws_plugin.azureml_imports:VERSION",
    },
    "azureml.core.conda_dependencies": {"CondaDependencies": "mlflow_ws_plugin.sdk.later:CondaDependencies"},
    "azureml.core.environment": {"Environment": "mlflow_ws_plugin.sdk.later:Environment"},
    "azureml.core.experiment": {"Experiment": "mlflow_ws_plugin:Experiment"},
    "azureml.core.run": {
        "Run": "mlflow_ws_plugin:Run",
        "_OfflineRun": "mlflow_ws_plugin.azureml_imports:OfflineRun",
    },
    "azureml.core.runconfig": {"RunConfiguration": "mlflow_ws_plugin.sdk.later:RunConfiguration"},
    "azureml.core.script_run_config": {"ScriptRunConfig": "mlflow_ws_plugin.sdk.later:ScriptRunConfig"},
    "azureml.core.workspace": {"Workspace": "mlflow_ws_plugin:Workspace"},
    "azureml.core.model": {"Model": "mlflow_ws_plugin:Model"},
    "azureml.exceptions": {
        "AzureMLException": "mlflow_ws_plugin.errors:WorkspaceError",
        "UserErrorException": "mlflow_ws_plugin.errors:WorkspaceError",
        "ServiceException": "mlflow_ws_plugin.errors:StorageError",
        "ActivityFailedException": "mlflow_ws_plugin.errors:RunFailed",
        "ExperimentExecutionException": "mlflow_ws_plugin.errors:WorkspaceError",
        "RunEnvironmentException": "mlflow_ws_plugin.errors:ContextIncomplete",
        "WebserviceException": "mlflow_ws_plugin.errors:WorkspaceError",
    },
    "azureml.mlflow": {},
    "azureml.train": {},
    "azureml.widgets": {},
}
"""What can be imported: names by module, each as `<our module>:<our name>`."""

NOT_PROVIDED: dict[str, str] = {
    "azureml.automl": absent.TUNING,
    "azureml.contrib": "Previews of the old SDK have no counterpart.",
    "azureml.core.ComputeTarget": absent.COMPUTE,
    "azureml.core.Dataset": absent.DATA,
    "azureml.core.Datastore": absent.DATA,
    "azureml.core.Image": absent.SERVING,
    "azureml.core.Keyvault": absent.SECRETS,
    "azureml.core.Webservice": absent.SERVING,
    "azureml.core.authentication": absent.LOGIN,
    "azureml.core.compute": absent.COMPUTE,
    "azureml.core.compute_target": absent.COMPUTE,
    "azureml.core.dataset": absent.DATA,
    "azureml.core.datastore": absent.DATA,
    "azureml.core.image": absent.SERVING,
    "azureml.core.keyvault": absent.SECRETS,
    "azureml.core.model.InferenceConfig": absent.SERVING,
    "azureml.core.runconfig.DockerConfiguration": absent.SUBMIT,
    "azureml.core.runconfig.MpiConfiguration": absent.SUBMIT,
    "azureml.core.runconfig.PyTorchConfiguration": absent.SUBMIT,
    "azureml.core.runconfig.TensorflowConfiguration": absent.SUBMIT,
    "azureml.core.script_run": absent.SUBMIT,
    "azureml.core.webservice": absent.SERVING,
    "azureml.data": absent.DATA,
    "azureml.datadrift": absent.DATA,
    "azureml.dataprep": absent.DATA,
    "azureml.interpret": "Log explanations as tables or files: `run.log_table()`, `run.upload_file()`.",
    "azureml.opendatasets": absent.DATA,
    "azureml.pipeline": absent.PIPELINE,
    "azureml.tensorboard": "Point TensorBoard at the folder that your script writes.",
    "azureml.train.automl": absent.TUNING,
    "azureml.train.dnn": absent.SUBMIT,
    "azureml.train.estimator": absent.SUBMIT,
    "azureml.train.hyperdrive": absent.TUNING,
    "azureml.train.sklearn": absent.SUBMIT,
    "azureml.widgets.RunDetails": absent.WIDGET,
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
