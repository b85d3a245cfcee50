"""Models that autologging registers: scikit-learn, Lightning and LightGBM, each trained once into one workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import LoggedModel, Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

from mlflow_ws_plugin import Workspace, uri
from tests.integration.children import answer_of, run_python

np = pytest.importorskip("numpy", reason="needs numpy")
lightgbm = pytest.importorskip("lightgbm", reason="needs lightgbm")
lightning = pytest.importorskip("lightning.pytorch", reason="needs lightning")
linear_model = pytest.importorskip("sklearn.linear_model", reason="needs scikit-learn")
torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("pytorch_lightning", reason="needs pytorch_lightning")  # or MLflow's import hooks warn

pytestmark = [
    pytest.mark.filterwarnings(r"ignore:`isinstance\(treespec, LeafSpec\)` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:The '.*_dataloader' does not have many workers:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred as AnyType:UserWarning"),
]

FEATURES = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
LABELS = (FEATURES[:, 0] > 0).astype("float32")


def train_line(_: Path) -> Any:
    mlflow.sklearn.autolog(registered_model_name="line", silent=True)
    return linear_model.LinearRegression().fit(FEATURES, LABELS).predict(FEATURES)


def train_trees(_: Path) -> Any:
    mlflow.lightgbm.autolog(registered_model_name="trees", silent=True)
    params = {"objective": "binary", "min_data_in_leaf": 2, "num_leaves": 4, "num_threads": 1, "verbosity": -1}
    data = lightgbm.Dataset(FEATURES, LABELS)
    return lightgbm.train(params, data, num_boost_round=3, valid_sets=[data]).predict(FEATURES)


def train_net(place: Path) -> Any:
    mlflow.pytorch.autolog(registered_model_name="net", checkpoint=False, silent=True)
    module = net()
    rows = torch.utils.data.TensorDataset(torch.tensor(FEATURES), torch.tensor(LABELS))
    trainer = lightning.Trainer(
        accelerator="cpu",
        default_root_dir=place,
        enable_checkpointing=False,
        enable_model_summary=False,
        enable_progress_bar=False,
        logger=False,
        max_epochs=2,
    )
    trainer.fit(module, torch.utils.data.DataLoader(rows, batch_size=len(rows)))
    return module(torch.tensor(FEATURES)).detach().numpy()


def net() -> Any:
    """Return a module whose class is pickled along with it, so that another process needs nothing of this file."""

    class Net(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(3, 1)

        def forward(self, rows: Any) -> Any:
            return self.layer(rows)

        def training_step(self, batch: Any, _: int) -> Any:
            loss = (self(batch[0])[:, 0] - batch[1]).square().mean()
            self.log("loss", loss, on_epoch=True)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.01)

    return Net()


@dataclass(frozen=True)
class Training:
    """A fit that is to be logged by itself, and what of it must be found.

    Attributes:
        fit: Trains, and returns what the model then says of `FEATURES`.
        metric: One that is logged.
        params: Some that are logged.
        files: Some that are logged.
    """

    fit: Callable[[Path], Any]
    metric: str
    params: dict[str, str]
    files: set[str]


TRAININGS = {
    "line": Training(train_line, "training_mean_squared_error", {"fit_intercept": "True"}, {"estimator.html"}),
    "trees": Training(
        train_trees,
        "training-binary_logloss",
        {"num_leaves": "4", "num_boost_round": "3"},
        {"feature_importance_split.json", "feature_importance_gain.png"},
    ),
    "net": Training(train_net, "loss_epoch", {"epochs": "2", "optimizer_name": "SGD"}, {"model_summary.txt"}),
}

NAMES = pytest.mark.parametrize("name", TRAININGS)


@dataclass(frozen=True)
class Trained:
    """The workspace that was trained into, and what each model said in the process that trained it."""

    directory: Path
    said: dict[str, Any]

    @property
    def address(self) -> str:
        return str(uri.of(self.directory))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    """A workspace with all three; each model has the alias `best`."""
    place = tmp_path_factory.mktemp("trained")
    made = Trained(place / "work space #1", {})
    mlflow.set_tracking_uri(made.address)
    mlflow.set_experiment("autologged")
    for name, training in TRAININGS.items():
        made.said[name] = training.fit(place)
        forget_autologging()
        MlflowClient().set_registered_model_alias(name, "best", "1")
    yield made
    mlflow.set_tracking_uri(None)


def forget_autologging() -> None:
    for flavour in (mlflow.sklearn, mlflow.pytorch, mlflow.lightgbm):
        flavour.autolog(disable=True, silent=True)
    for config in AUTOLOGGING_INTEGRATIONS.values():
        config.clear()


@pytest.fixture
def client(trained: Trained) -> MlflowClient:
    mlflow.set_tracking_uri(trained.address)
    return MlflowClient()


def linked(client: MlflowClient, name: str) -> tuple[ModelVersion, Run, LoggedModel]:
    """Return a registered version, the run it names, and the model that the version comes from."""
    version = client.get_model_version(name, "1")
    return version, client.get_run(version.run_id), client.get_logged_model(version.source.removeprefix("models:/"))


def addresses(client: MlflowClient, name: str) -> list[str]:
    _, run, model = linked(client, name)
    return [f"models:/{name}/1", f"models:/{name}@best", model.model_uri, f"runs:/{run.info.run_id}/{model.name}"]


@NAMES
def test_a_fit_registers_its_first_version(name: str, client: MlflowClient) -> None:
    (version,) = client.search_model_versions(f"name = '{name}'")
    assert (str(version.version), version.status) == ("1", "READY")
    assert client.get_model_version_by_alias(name, "best").source == version.source
    assert client.get_model_version(name, "1").aliases == ["best"]
    assert client.get_registered_model(name).latest_versions[0].run_id == version.run_id


@NAMES
def test_version_model_and_run_name_each_other(name: str, client: MlflowClient) -> None:
    version, run, model = linked(client, name)
    assert model.source_run_id == run.info.run_id == version.run_id
    assert [output.model_id for output in run.outputs.model_outputs] == [model.model_id]
    assert model.status == "READY"
    assert f'"name": "{name}"' in model.tags["mlflow.modelVersions"]
    (found,) = client.search_model_versions(f"run_id = '{run.info.run_id}'")
    assert found.name == name


@NAMES
def test_every_address_of_a_model_predicts_the_same(name: str, client: MlflowClient, trained: Trained) -> None:
    for address in addresses(client, name):
        said = mlflow.pyfunc.load_model(address).predict(FEATURES)
        np.testing.assert_array_equal(said, trained.said[name], err_msg=address)


@NAMES
def test_the_native_run_has_the_metrics_the_parameters_and_the_files(
    name: str, client: MlflowClient, trained: Trained
) -> None:
    wanted = TRAININGS[name]
    _, run, _ = linked(client, name)
    native = Workspace.open(trained.directory).get_run(run.info.run_id)
    assert native.status == "Completed"
    assert native.get_metrics(history=True)[wanted.metric][-1].value == run.data.metrics[wanted.metric]
    assert wanted.params.items() <= native.parameters.items()
    assert wanted.files <= set(native.get_file_names())


@NAMES
def test_a_logged_model_is_found_by_its_run_and_its_metrics(name: str, client: MlflowClient) -> None:
    _, run, model = linked(client, name)
    for condition in (f"source_run_id = '{run.info.run_id}'", f"metrics.`{TRAININGS[name].metric}` < 10"):
        found = client.search_logged_models([run.info.experiment_id], condition)
        assert [one.model_id for one in found] == [model.model_id], condition


ELSEWHERE = """
import json, sys, warnings
warnings.simplefilter("ignore")
import mlflow, numpy
mlflow.set_tracking_uri(sys.argv[1])
rows = numpy.load(sys.argv[2])
said = [mlflow.pyfunc.load_model(address).predict(rows) for address in sys.argv[3:]]
print(json.dumps([numpy.asarray(one).tolist() for one in said]))
"""


def test_models_predict_the_same_in_another_process_from_a_moved_workspace(
    client: MlflowClient, trained: Trained, tmp_path: Path
) -> None:
    wanted = {address: trained.said[name] for name in TRAININGS for address in addresses(client, name)}
    np.save(tmp_path / "rows.npy", FEATURES)
    moved = trained.directory.rename(tmp_path / "moved")
    try:
        ended = run_python(ELSEWHERE, uri.of(moved), tmp_path / "rows.npy", *wanted, cwd=tmp_path)
    finally:
        moved.rename(trained.directory)
    for address, said in zip(wanted, answer_of(ended), strict=True):
        np.testing.assert_array_equal(said, wanted[address], err_msg=address)
