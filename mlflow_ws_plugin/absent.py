"""What the AzureML SDK v1 has and this one has not: what to do instead, and attributes that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NoReturn

from mlflow_ws_plugin.errors import CallNotProvided

DATA = "Read your data from a path or a URL, and tag the run with it."
COMPUTE = "Nothing here runs on rented machines: run the script with `mlws run SCRIPT`."
SUBMIT = "Jobs are not submitted yet: run the script with `mlws run SCRIPT`."
ENVIRONMENT = "A script runs in the Python that starts it: install its packages there, and leave the environment out."
LOGIN = "A workspace on your own disk needs no login: leave `auth` out."
SECRETS = "Read secrets from environment variables."
SERVING = "Serve a registered model with `mlflow models serve`."
TUNING = "Tune with Optuna and `mlflow_ws_plugin.OptunaTrials`, which records each trial as a child run."
PIPELINE = "Call the steps one after the other, each in a child run: `run.child_run()`."
WIDGET = "There is no widget yet: print the run, or look at it with `mlflow ui`."
FRESH = "What is asked of a run or an experiment is read anew each time: leave the call out."
CLEAN = "Nothing is kept beside a run's files: leave the call out."

OF_RUN: dict[str, str] = {
    "clean": CLEAN,
    "get_environment": ENVIRONMENT,
    "get_secret": SECRETS,
    "get_secrets": SECRETS,
    "input_datasets": DATA,
    "output_datasets": DATA,
    "submit_child": SUBMIT,
}
OF_EXPERIMENT: dict[str, str] = {
    "get_portal_url": "There is no portal yet: look at the experiment with `mlflow ui`.",
    "refresh": FRESH,
    "submit": SUBMIT,
}
OF_MODEL: dict[str, str] = {
    "add_dataset_references": DATA,
    "created_by": "The registry keeps no users: the run says who began it.",
    "datasets": DATA,
    "deploy": SERVING,
    "deserialize": "Find the model by its id: `Model(workspace, id=…)`.",
    "get_sas_urls": "Files need no signed URLs here: `model.download()` copies them.",
    "mime_type": "Files are kept as they are: leave it out.",
    "package": SERVING,
    "print_configuration": SERVING,
    "profile": SERVING,
    "resource_configuration": SERVING,
    "sample_input_dataset": DATA,
    "sample_output_dataset": DATA,
    "unpack": "Files are kept as they are: leave it out.",
}
OF_WORKSPACE: dict[str, str] = {
    "compute_targets": COMPUTE,
    "datasets": DATA,
    "datastores": DATA,
    "environments": ENVIRONMENT,
    "get_default_compute_target": COMPUTE,
    "get_default_datastore": DATA,
    "get_default_keyvault": SECRETS,
    "images": SERVING,
    "service_context": "There is no service to talk to: leave it out.",
    "set_default_datastore": DATA,
    "webservices": SERVING,
}


class SaysWhatIsAbsent:
    """An object whose missing attributes say what to do instead, where the old SDK has them."""

    _absent: ClassVar[dict[str, str]] = {}

    if not TYPE_CHECKING:  # or type checkers would take every attribute for one that is there

        def __getattr__(self, name: str) -> object:
            """Raise what a missing attribute raises, so that `hasattr` stays an honest question."""
            return _refuse(self, type(self).__name__, self._absent, name)


class SaysItOfTheClass(type):
    """The type of a class that says so when it is asked itself, as where the old SDK has static methods."""

    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> object:
            """Raise what a missing attribute raises."""
            return _refuse(cls, cls.__name__, cls._absent, name)


def _refuse(asked: object, kind: str, instead: dict[str, str], name: str) -> NoReturn:
    if name in instead:
        raise CallNotProvided(f"{kind}.{name} is not provided by mlflow-ws-plugin.", instead[name])
    raise AttributeError(f"{kind!r} object has no attribute {name!r}", name=name, obj=asked)
