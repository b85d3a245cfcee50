"""MLflow's public calls on a workspace and on a database of MLflow's own: what works there by address works here."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import mlflow.artifacts
import mlflow.data
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from mlflow_ws_plugin import uri

np = pytest.importorskip("numpy", reason="needs numpy")
linear_model = pytest.importorskip("sklearn.linear_model", reason="needs scikit-learn")
pd = pytest.importorskip("pandas", reason="needs pandas")

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:For backward compatibility, 'str' dtypes"),
    pytest.mark.filterwarnings("ignore:Starting with pandas version 4.0 all arguments"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.drop is deprecated"),
    pytest.mark.filterwarnings("ignore:The specified dataset source can be interpreted in multiple ways"),
    pytest.mark.filterwarnings("ignore:``mlflow.*`` is deprecated since:FutureWarning"),
]

FEATURES = np.random.default_rng(0).normal(size=(40, 3))
LABELS = (FEATURES[:, 0] > 0).astype(int)
NEEDS = {"pip_requirements": ["scikit-learn"]}


@dataclass(frozen=True)
class Side:
    """One of the two addresses, and a folder for what calls write beside it."""

    address: str
    place: Path

    def answer(self, call: Callable[[Path], Any], name: str) -> Any:
        """Return what a call answers here, in an experiment of its own."""
        place = self.place / name
        place.mkdir()
        mlflow.set_tracking_uri(self.address)
        mlflow.set_experiment(name)
        try:
            return call(place)
        finally:
            while mlflow.active_run():
                mlflow.end_run()
            mlflow.tracking.fluent._active_experiment_id = None


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Side, Side]]:
    """MLflow's database, and a workspace."""
    place = tmp_path_factory.mktemp("public")
    (place / "theirs").mkdir()
    (place / "ours").mkdir()
    yield Side(f"sqlite:///{place}/mlflow.db", place / "theirs"), Side(str(uri.of(place / "ws #1")), place / "ours")
    mlflow.set_tracking_uri(None)


def fitted() -> Any:
    return linear_model.LinearRegression().fit(FEATURES, LABELS)


def logged(**options: Any) -> Any:
    return mlflow.sklearn.log_model(fitted(), name="model", **NEEDS, **options)


def says(address: str) -> list[float]:
    return [round(float(one), 6) for one in mlflow.pyfunc.load_model(address).predict(FEATURES[:3])]


def files(place: Path) -> Any:
    with mlflow.start_run() as run:
        mlflow.log_text("hello", "d/a.txt")
        mlflow.log_dict({"a": [1]}, "a.json")
        mlflow.log_image(np.zeros((4, 4), dtype="uint8"), "i.png")
        mlflow.log_image(np.zeros((4, 4), dtype="uint8"), key="image", step=1)
        mlflow.log_table({"x": [1, 2]}, "t.json")
        mlflow.log_table({"x": [3, 4]}, "t.json")
    run_id, by_tracking = run.info.run_id, {"tracking_uri": mlflow.get_tracking_uri()}
    return [
        mlflow.artifacts.load_text(f"runs:/{run_id}/d/a.txt"),
        mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/a.json"),
        mlflow.artifacts.load_image(f"runs:/{run_id}/i.png").size,
        sorted(item.path for item in mlflow.artifacts.list_artifacts(run_id=run_id, **by_tracking)),
        Path(mlflow.artifacts.download_artifacts(f"runs:/{run_id}/d/a.txt", **by_tracking)).read_text(),
        sorted(one.name for one in Path(MlflowClient().download_artifacts(run_id, "d", str(place))).iterdir()),
        mlflow.load_table("t.json", [run_id]).to_dict(),
    ]


def files_elsewhere(place: Path) -> Any:
    experiment = mlflow.create_experiment("elsewhere", artifact_location=str(place / "else where"))
    with mlflow.start_run(experiment_id=experiment) as run:
        mlflow.log_text("hello", "a.txt")
    return mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/a.txt"), (place / "else where").is_dir()


def files_of_another_address(place: Path) -> Any:
    first = mlflow.get_tracking_uri()
    scheme = first.partition(":")[0]
    other = {"sqlite": f"sqlite:///{place}/other.db", "mlws": str(uri.of(place / "other"))}[scheme]
    mlflow.set_tracking_uri(other)
    with mlflow.start_run(experiment_id="0") as run:
        mlflow.log_text("there", "a.txt")
    mlflow.set_tracking_uri(first)
    found = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="a.txt", tracking_uri=other)
    return Path(found).read_text()


def registering(place: Path) -> Any:
    with mlflow.start_run() as run:
        model = logged()
    mlflow.sklearn.save_model(fitted(), str(place / "saved"), **NEEDS)
    sources = (f"runs:/{run.info.run_id}/model", model.model_uri, "models:/m/1", (place / "saved").as_uri())
    made = [mlflow.register_model(source, "m", tags={"n": "1"}) for source in sources]
    client = MlflowClient()
    client.set_registered_model_alias("m", "best", "2")
    copied = client.copy_model_version("models:/m@best", "copy")
    names = ("m/1", "m/2", "m/3", "m/4", "m@best", "m/latest", "copy/1")
    return [
        [(int(version.version), version.tags) for version in made],
        (copied.name, int(copied.version)),
        [says(f"models:/{name}") for name in names],
        len(mlflow.search_model_versions(filter_string="name = 'm'")),
        [one.name for one in mlflow.search_registered_models(filter_string="name LIKE '%op%'")],
    ]


def stages(_: Path) -> Any:
    logged(registered_model_name="staged")
    client = MlflowClient()
    client.transition_model_version_stage("staged", "1", "Production")
    before = says("models:/staged/Production")
    client.rename_registered_model("staged", "renamed")
    found = [int(version.version) for version in client.get_latest_versions("renamed", ["Production"])]
    client.delete_model_version("renamed", "1")
    client.delete_registered_model("renamed")
    return before, found, client.search_registered_models("name = 'renamed'")


def what_a_model_is(place: Path) -> Any:
    model = logged(registered_model_name="described", input_example=FEATURES[:2])
    info = mlflow.models.get_model_info("models:/described/1")
    example = mlflow.models.convert_input_example_to_serving_input(FEATURES[:2])
    served = mlflow.models.validate_serving_input(model.model_uri, example).tolist()
    mlflow.models.set_signature(model.model_uri, mlflow.models.infer_signature(FEATURES, LABELS))
    mlflow.models.update_model_requirements(model.model_uri, "add", ["six"])
    mlflow.models.predict("models:/described/1", FEATURES[:2], env_manager="local", output_path=str(place / "said"))
    return [
        str(info.signature),
        sorted(info.flavors),
        sorted(mlflow.models.Model.load("models:/described/1").flavors),
        served,
        str(mlflow.models.get_model_info(model.model_uri).signature),
        Path(mlflow.pyfunc.get_model_dependencies(model.model_uri)).read_text(),
        sorted(item.path for item in mlflow.artifacts.list_artifacts("models:/described/1")),
        (place / "said").read_text(),
    ]


def reader() -> Any:
    """Return a model that answers with what two files say."""

    class Reader(mlflow.pyfunc.PythonModel):
        def load_context(self, context: Any) -> None:
            self.texts = [Path(context.artifacts[name]).read_text() for name in ("by_run", "by_place")]

        def predict(self, context: Any, model_input: list[str], params: Any = None) -> list[str]:  # noqa: ARG002
            return self.texts

    return Reader()


def models_made_of_files(_: Path) -> Any:
    with mlflow.start_run() as run:
        mlflow.log_text("hello", "w.txt")
    taken = {"by_run": f"runs:/{run.info.run_id}/w.txt", "by_place": f"{run.info.artifact_uri}/w.txt"}
    model = mlflow.pyfunc.log_model(name="reads", python_model=reader(), artifacts=taken, pip_requirements=["six"])
    return mlflow.pyfunc.load_model(model.model_uri).predict(["anything"])


def evaluating(_: Path) -> Any:
    frame = pd.DataFrame(FEATURES, columns=list("abc")).assign(y=LABELS)
    model = mlflow.sklearn.log_model(linear_model.LinearRegression().fit(frame[list("abc")], LABELS), name="m", **NEEDS)
    data = mlflow.data.from_pandas(frame, targets="y", name="held out")
    with mlflow.start_run() as run:
        result = mlflow.models.evaluate(
            model.model_uri, data, model_type="regressor", evaluator_config={"log_explainer": False}
        )
    inputs = MlflowClient().get_run(run.info.run_id).inputs
    return [
        {key: round(value, 6) for key, value in result.metrics.items()},
        [use.dataset.name for use in inputs.dataset_inputs],
        [use.model_id == model.model_id for use in inputs.model_inputs],
        sorted(metric.key for metric in mlflow.get_logged_model(model.model_id).metrics),
    ]


def data_of_a_run(_: Path) -> Any:
    with mlflow.start_run() as run:
        mlflow.log_text("a,b\n1,2\n", "d.csv")
        source = f"{run.info.artifact_uri}/d.csv"
        mlflow.log_input(mlflow.data.from_numpy(FEATURES, source=source), context="train", tags={"k": "v"})
    (use,) = MlflowClient().get_run(run.info.run_id).inputs.dataset_inputs
    return Path(mlflow.data.get_source(use.dataset).load()).read_text(), {tag.key: tag.value for tag in use.tags}


PROJECT = """
name: doubling
entry_points:
  main:
    parameters:
      number: {type: float, default: 1}
    command: "{python} double.py {number}"
"""
DOUBLE = """
import sys, mlflow
with mlflow.start_run():
    mlflow.log_metric("doubled", 2 * float(sys.argv[1]))
    mlflow.log_text("x", "x.txt")
"""


def a_project(place: Path) -> Any:
    (place / "MLproject").write_text(PROJECT.replace("{python}", sys.executable))
    (place / "double.py").write_text(DOUBLE)
    ended = mlflow.projects.run(str(place), parameters={"number": 2}, env_manager="local", experiment_name="project")
    run = MlflowClient().get_run(ended.run_id)
    files = [item.path for item in MlflowClient().list_artifacts(ended.run_id)]
    return ended.get_status(), run.info.status, run.data.metrics, run.data.params, files


def models_that_are_logged(_: Path) -> Any:
    outside = mlflow.create_external_model(name="outside", params={"a": "1"}, tags={"n": 1})
    begun = mlflow.initialize_logged_model(name="begun", params={"n": 1})
    mlflow.log_model_params({"z": "2"}, begun.model_id)
    mlflow.finalize_logged_model(begun.model_id, "READY")
    mlflow.set_logged_model_tags(outside.model_id, {"t": "1"})
    mlflow.delete_logged_model_tag(outside.model_id, "n")
    return [
        mlflow.get_logged_model(begun.model_id).params,
        {key: text for key, text in mlflow.get_logged_model(outside.model_id).tags.items() if "mlflow" not in key},
        sorted(mlflow.search_logged_models(output_format="pandas")["name"]),
        mlflow.last_logged_model().name,
    ]


def logging_in_the_background(_: Path) -> Any:
    mlflow.config.enable_async_logging(True)
    try:
        with mlflow.start_run() as run:
            mlflow.log_metrics({"a": 1.0})
            mlflow.log_params({"p": 1})
            mlflow.set_tags({"t": 1})
            mlflow.log_metric("b", 2.0, synchronous=False).wait()
            mlflow.flush_artifact_async_logging()
            mlflow.flush_async_logging()
    finally:
        mlflow.config.enable_async_logging(False)
    data = MlflowClient().get_run(run.info.run_id).data
    return sorted(data.metrics.items()), data.params, data.tags["t"]


def runs_in_runs(_: Path) -> Any:
    with (
        mlflow.start_run(run_name="parent", description="of one", tags={"year": 2026, "part": 0.5}) as parent,
        mlflow.start_run(nested=True) as child,
    ):
        mlflow.log_metric("m", math.pi, step=3)
    mlflow.delete_run(child.info.run_id)
    MlflowClient().restore_run(child.info.run_id)
    tags = MlflowClient().get_run(parent.info.run_id).data.tags
    return [
        mlflow.get_parent_run(child.info.run_id).info.run_name,
        {key: tags[key] for key in ("year", "part", "mlflow.note.content")},
        mlflow.search_runs(filter_string="metrics.m > 3")["status"].tolist(),
        mlflow.last_active_run().info.run_name,
    ]


def trials_of_optuna(_: Path) -> Any:
    optuna = pytest.importorskip("optuna", reason="needs optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    from mlflow.optuna.storage import MlflowStorage

    experiment = mlflow.create_experiment("trials")
    study = optuna.create_study(storage=MlflowStorage(experiment_id=experiment), study_name="study")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    return len(study.trials), len(MlflowClient().search_runs([experiment]))


def tenants_of_mlflows_server(_: Path) -> Any:
    made = mlflow.create_workspace("team", description="ours")
    names = [one.name for one in mlflow.list_workspaces()]
    changed = mlflow.update_workspace("team", description="theirs")
    mlflow.delete_workspace("team")
    with pytest.raises(MlflowException, match="team") as caught:
        mlflow.get_workspace("team")
    return made.description, names, changed.description, caught.value.error_code


CALLS = (
    files,
    files_elsewhere,
    files_of_another_address,
    registering,
    stages,
    what_a_model_is,
    models_made_of_files,
    evaluating,
    data_of_a_run,
    a_project,
    models_that_are_logged,
    logging_in_the_background,
    runs_in_runs,
    trials_of_optuna,
    tenants_of_mlflows_server,
)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_a_call_answers_the_same_by_either_address(
    call: Callable[[Path], Any], sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, ours = sides
    monkeypatch.chdir(theirs.place)  # where MLflow's database has its files
    expected = theirs.answer(call, call.__name__)
    monkeypatch.chdir(ours.place)
    assert ours.answer(call, call.__name__) == expected
    assert list(ours.place.glob("ml*")) == []


def test_a_tag_that_is_none_is_no_tag_of_a_new_run(tracking_uri: str) -> None:
    client = MlflowClient(tracking_uri)
    run = client.create_run("0", tags={"mlflow.parentRunId": None, "kept": True})
    assert "mlflow.parentRunId" not in run.data.tags
    assert client.get_run(run.info.run_id).data.tags["kept"] == "True"


def registries() -> dict[str, dict[str, object]]:
    """Return what MLflow looks up by the scheme of an address, wherever a module of its own keeps it."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] == "mlflow"]
    values = [value for module in modules for value in list(vars(module).values())]
    found = {type(value).__name__: inspect.getattr_static(value, "_registry", None) for value in values}
    return {name: registry for name, registry in found.items() if isinstance(registry, dict)}


def test_whatever_mlflow_looks_up_for_its_database_it_finds_for_a_workspace(tracking_uri: str) -> None:
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.list_workspaces()  # MLflow makes this registry when it is first asked
    mlflow.search_registered_models()  # and that
    for_database = {name: "mlws" in registry for name, registry in registries().items() if "sqlite" in registry}
    assert len(for_database) >= 4
    assert set(for_database.values()) == {True}, for_database
