"""Scripts of the old SDK find our classes under its names."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module, util
from pathlib import Path

import pytest

import mlflow_ws_plugin
from mlflow_ws_plugin import azureml_imports
from mlflow_ws_plugin.azureml_imports import NOT_PROVIDED, PROVIDED
from mlflow_ws_plugin.errors import InvalidInput, NotProvided


@pytest.fixture(autouse=True)
def installed() -> Iterator[None]:
    azureml_imports.install()
    yield
    azureml_imports.uninstall()


def imported(statement: str) -> dict[str, object]:
    """Return the names that an import statement binds."""
    names: dict[str, object] = {}
    exec(statement, names)
    del names["__builtins__"]
    return names


@pytest.mark.parametrize("module", PROVIDED)
def test_every_provided_name_is_importable_in_both_ways(module: str) -> None:
    for name, home in PROVIDED[module].items():
        our_module, our_name = home.split(":")
        ours = getattr(import_module(our_module), our_name)
        assert imported(f"from {module} import {name}") == {name: ours}
        assert getattr(import_module(module), name) is ours


def test_the_common_spellings_are_our_classes() -> None:
    names = imported("from azureml.core import Experiment, Run, Workspace")
    assert names == {name: getattr(mlflow_ws_plugin, name) for name in ("Experiment", "Run", "Workspace")}
    for spelling in ("run import Run", "experiment import Experiment", "workspace import Workspace"):
        (value,) = imported(f"from azureml.core.{spelling}").values()
        assert value in names.values()
    assert imported("import azureml.core")["azureml"].core.Run is mlflow_ws_plugin.Run  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NOT_PROVIDED)
def test_what_is_not_provided_says_what_to_do_instead_when_it_is_imported(name: str) -> None:
    module, _, last = name.rpartition(".")
    statements = [f"import {name}"] + ([f"from {module} import {last}"] if module in PROVIDED else [])
    for statement in statements:
        with pytest.raises(NotProvided) as caught:
            imported(statement)
        assert str(caught.value) == f"{name} is not provided by mlflow-ws-plugin. {NOT_PROVIDED[name]}"
        assert NOT_PROVIDED[name].endswith(".")
        assert isinstance(caught.value, ImportError)


def test_what_is_below_something_not_provided_has_its_sentence() -> None:
    with pytest.raises(NotProvided, match=r"azureml.train.dnn is not provided.*mlws run SCRIPT"):
        imported("from azureml.train.dnn import PyTorch")
    with pytest.raises(NotProvided, match=r"azureml.core.dataset is not provided.*path or a URL"):
        imported("from azureml.core.dataset import Dataset")
    with pytest.raises(NotProvided, match=r"azureml.core.model.InferenceConfig.*mlflow models serve"):
        imported("from azureml.core.model import InferenceConfig")


def test_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(NotProvided, match=r"azureml.core.Novelty .*Experiment, Run, Workspace"):
        imported("from azureml.core import Novelty")


def test_asking_for_an_attribute_stays_an_honest_question() -> None:
    core = import_module("azureml.core")
    assert not hasattr(core, "Dataset")
    assert not hasattr(core, "__wrapped__")
    with pytest.raises(AttributeError, match="path or a URL"):
        core.Dataset  # noqa: B018


@pytest.mark.parametrize("module", PROVIDED)
def test_other_libraries_can_ask_whether_the_sdk_is_there(module: str) -> None:
    for _ in range(2):  # before it is imported, and after
        spec = util.find_spec(module)
        assert spec is not None
        assert spec.name == module
        import_module(module)


def test_no_run_is_the_offline_run_that_old_scripts_ask_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = imported("from azureml.core.run import Run, _OfflineRun")
    run = names["Run"].get_context()  # type: ignore[attr-defined]
    assert not isinstance(run, names["_OfflineRun"])  # type: ignore[arg-type]
    run.complete()


def test_the_errors_of_the_old_sdk_catch_ours() -> None:
    names = imported("from azureml.exceptions import UserErrorException")
    with pytest.raises(names["UserErrorException"]):  # type: ignore[call-overload]
        raise InvalidInput("x")


def test_installing_twice_is_once_and_uninstalling_leaves_nothing() -> None:
    azureml_imports.install()
    import_module("azureml.core.run")
    azureml_imports.uninstall()
    assert not [name for name in sys.modules if name.split(".")[0] == "azureml"]
    with pytest.raises(ModuleNotFoundError):
        import_module("azureml")


def test_the_real_sdk_is_left_alone_and_that_is_said_once(tmp_path: Path) -> None:
    core = tmp_path / "azureml" / "core"
    core.mkdir(parents=True)
    (core.parent / "__init__.py").touch()
    (core / "__init__.py").write_text("Run = 'real'")
    script = (
        "from mlflow_ws_plugin import azureml_imports\n"
        "for _ in range(2): azureml_imports.install()\n"
        "from azureml.core import Run\nprint(Run)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": f"{tmp_path}:{Path(mlflow_ws_plugin.__file__).parents[1]}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "real\n")
    assert done.stderr.count("azureml-core is installed") == 1


def test_a_real_package_beside_is_found_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """azureml-mlflow, for instance, may be there without azureml-core."""
    (tmp_path / "azureml" / "extra").mkdir(parents=True)
    (tmp_path / "azureml" / "extra" / "__init__.py").write_text("here = True")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert import_module("azureml.extra").here
    assert import_module("azureml.core").Run is mlflow_ws_plugin.Run
    for name in ("azureml", "azureml.extra"):
        monkeypatch.delitem(sys.modules, name)
