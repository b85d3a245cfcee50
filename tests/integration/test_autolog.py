"""MLflow's autologging into a workspace: scikit-learn and Lightning."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

np = pytest.importorskip("numpy", reason="needs numpy")
pytest.importorskip("sklearn", reason="needs scikit-learn")

from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings(r"ignore:`isinstance\(treespec, LeafSpec\)` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:The '.*_dataloader' does not have many workers:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred as AnyType:UserWarning"),
]

FEATURES = np.random.default_rng(0).normal(size=(40, 3))
LABELS = (FEATURES[:, 0] > 0).astype(int)
LIGHTNINGS = ("lightning.pytorch", "pytorch_lightning")


@pytest.fixture
def client(tracking_uri: str) -> MlflowClient:
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_experiment("autologged")
    return MlflowClient(tracking_uri)


@pytest.fixture(autouse=True)
def _autolog_off() -> Iterator[None]:
    """Import what is to be patched first, or MLflow's import hooks warn; forget all patches afterwards."""
    flavours = [mlflow.sklearn, mlflow.pytorch]
    for name in LIGHTNINGS:
        pytest.importorskip(name, reason=f"needs {name}")
    yield
    mlflow.autolog(disable=True, silent=True)
    for flavour in flavours:
        flavour.autolog(disable=True, silent=True)
    for config in AUTOLOGGING_INTEGRATIONS.values():
        config.clear()


def runs_of(client: MlflowClient, condition: str = "") -> list[Any]:
    found = client.get_experiment_by_name("autologged")
    assert found is not None
    return list(client.search_runs([found.experiment_id], condition, order_by=["start_time ASC"]))


def test_an_autologged_sklearn_fit_is_a_finished_run_with_params_and_scores(client: MlflowClient) -> None:
    mlflow.sklearn.autolog(log_models=False, silent=True)
    LogisticRegression(C=0.5, max_iter=50).fit(FEATURES, LABELS)

    (run,) = runs_of(client)
    assert run.info.status == "FINISHED"
    assert run.data.params["C"] == "0.5"
    assert run.data.params["max_iter"] == "50"
    assert 0.5 < run.data.metrics["training_accuracy_score"] <= 1
    assert run.data.tags["estimator_name"] == "LogisticRegression"
    assert {item.path for item in client.list_artifacts(run.info.run_id)} >= {"estimator.html"}
    assert [use.dataset.name for use in run.inputs.dataset_inputs] == ["dataset"]
    assert run.inputs.dataset_inputs[0].tags[0].value == "train"


def test_an_autologged_sklearn_model_comes_back_and_predicts_the_same(client: MlflowClient) -> None:
    mlflow.sklearn.autolog(silent=True)
    fitted = LogisticRegression().fit(FEATURES, LABELS)

    (run,) = runs_of(client)
    (model,) = client.search_logged_models([run.info.experiment_id])
    assert model.status == "READY"
    assert model.source_run_id == run.info.run_id
    assert model.params["C"] == "1.0"
    assert [output.model_id for output in run.outputs.model_outputs] == [model.model_id]
    assert {metric.key for metric in model.metrics} >= {"training_accuracy_score"}
    loaded = mlflow.sklearn.load_model(f"models:/{model.model_id}")
    assert loaded.predict(FEATURES).tolist() == fitted.predict(FEATURES).tolist()
    loaded = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
    assert loaded.coef_.tolist() == fitted.coef_.tolist()


def test_a_grid_search_is_a_parent_with_a_child_for_each_point_of_the_grid(client: MlflowClient) -> None:
    mlflow.sklearn.autolog(log_models=False, silent=True, max_tuning_runs=None)
    search = GridSearchCV(LogisticRegression(), {"C": [0.01, 0.1, 1.0]}, cv=2).fit(FEATURES, LABELS)

    (parent,) = [run for run in runs_of(client) if "mlflow.parentRunId" not in run.data.tags]
    children = runs_of(client, f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    assert sorted(run.data.params["C"] for run in children) == ["0.01", "0.1", "1.0"]
    assert {run.info.status for run in [parent, *children]} == {"FINISHED"}
    assert parent.data.params["best_C"] == str(search.best_params_["C"])
    assert parent.data.metrics["best_cv_score"] == pytest.approx(search.best_score_)
    by_c = {run.data.params["C"]: run.data.metrics["mean_test_score"] for run in children}
    assert [by_c[str(c)] for c in (0.01, 0.1, 1.0)] == pytest.approx(search.cv_results_["mean_test_score"].tolist())
    assert {item.path for item in client.list_artifacts(parent.info.run_id)} >= {"cv_results.csv"}


def test_autologging_joins_the_run_that_is_active(client: MlflowClient) -> None:
    mlflow.autolog(log_models=False, silent=True)
    with mlflow.start_run(run_name="mine") as run:
        mlflow.log_metric("before", 1.0)
        LogisticRegression().fit(FEATURES, LABELS)

    (recorded,) = runs_of(client)
    assert recorded.info.run_id == run.info.run_id
    assert recorded.info.run_name == "mine"
    assert {"before", "training_accuracy_score"} <= set(recorded.data.metrics)


def test_an_autologged_fit_that_raises_is_a_failed_run(client: MlflowClient) -> None:
    mlflow.sklearn.autolog(log_models=False, silent=True)
    with pytest.raises(ValueError, match="inconsistent numbers"):
        LogisticRegression().fit(FEATURES, LABELS[:-1])

    (run,) = runs_of(client)
    assert run.info.status == "FAILED"


@pytest.mark.parametrize("flavour", LIGHTNINGS)
@pytest.mark.parametrize("through", ["mlflow.pytorch.autolog", "mlflow.autolog"])
def test_an_autologged_lightning_fit_has_its_curve_its_params_and_its_model(
    flavour: str, through: str, client: MlflowClient, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch", reason="needs torch")
    lightning = importlib.import_module(flavour)

    class Line(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(2, 1)

        def forward(self, rows: Any) -> Any:
            return self.layer(rows)

        def training_step(self, batch: Any, _: int) -> Any:
            loss = self.layer(batch[0]).square().mean()
            self.log("loss", loss, on_epoch=True)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.01)

    with_model = through == "mlflow.pytorch.autolog" and flavour == LIGHTNINGS[0]  # saving one takes 8 s
    if through == "mlflow.autolog":
        mlflow.autolog(silent=True, log_models=False)
    else:
        mlflow.pytorch.autolog(log_every_n_epoch=1, checkpoint=False, log_models=with_model, silent=True)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(3, 2)), batch_size=1)
    model = Line()
    lightning.Trainer(
        accelerator="cpu",
        default_root_dir=tmp_path,
        enable_checkpointing=False,
        enable_model_summary=False,
        enable_progress_bar=False,
        log_every_n_steps=1,
        logger=False,
        max_epochs=3,
    ).fit(model, loader)

    (run,) = runs_of(client)
    assert run.info.status == "FINISHED"
    assert [metric.step for metric in client.get_metric_history(run.info.run_id, "loss_epoch")] == [0, 1, 2]
    assert run.data.params["epochs"] == "3"
    assert run.data.params["optimizer_name"] == "SGD"
    assert run.data.params["lr"] == "0.01"
    assert {item.path for item in client.list_artifacts(run.info.run_id)} >= {"model_summary.txt"}
    if with_model:
        loaded = mlflow.pytorch.load_model(f"runs:/{run.info.run_id}/model")
        assert torch.equal(loaded.layer.weight, model.layer.weight)
