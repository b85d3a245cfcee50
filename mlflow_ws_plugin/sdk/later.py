"""What submitting scripts needs: it can be imported, so that scripts which only mention it run, and refuses its use."""

from __future__ import annotations

from typing import NoReturn

from mlflow_ws_plugin import absent
from mlflow_ws_plugin.errors import CallNotProvided, NotProvided


class Later(type):
    """The type of classes that are not there yet: made or asked for something, they say what to do instead."""

    def __call__(cls, *args: object, **kwargs: object) -> NoReturn:  # noqa: ARG002
        """Raise `NotProvided`."""
        raise NotProvided(f"{cls.__name__} is not provided by mlflow-ws-plugin yet.", cls.__doc__ or "")

    def __getattr__(cls, name: str) -> NoReturn:
        """Raise `CallNotProvided`, an `AttributeError`."""
        raise CallNotProvided(f"{cls.__name__}.{name} is not provided by mlflow-ws-plugin yet.", cls.__doc__ or "")


CondaDependencies = Later("CondaDependencies", (), {"__doc__": absent.ENVIRONMENT})
Environment = Later("Environment", (), {"__doc__": absent.ENVIRONMENT})
RunConfiguration = Later("RunConfiguration", (), {"__doc__": absent.SUBMIT})
ScriptRunConfig = Later("ScriptRunConfig", (), {"__doc__": absent.SUBMIT})
