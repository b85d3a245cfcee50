"""Both Lightning packages' MLFlowLogger on a workspace, read back through MLflow's client."""

from __future__ import annotations

import importlib
import json
import warnings
from argparse import Namespace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException

from tests.integration.children import answer_of, environment, run_python
from tests.integration.training import BATCHES, data, fit, logger_of, module_of, only_run, points, trainer_of

pytestmark = [
    pytest.mark.filterwarnings(r"ignore:`isinstance\(treespec, LeafSpec\)` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:The '.*_dataloader' does not have many workers:UserWarning"),
]


def test_a_fit_is_a_finished_run_with_every_step(
    flavour: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    fit(flavour, logger_of(flavour, tracking_uri), tmp_path, max_epochs=2)

    run = only_run(client)
    assert run.info.status == "FINISHED"
    assert run.info.end_time is not None
    assert run.info.end_time >= run.info.start_time
    assert points(client, run.info.run_id, "batch") == [(0, 0.0), (1, 1.0), (2, 2.0), (3, 0.0), (4, 1.0), (5, 2.0)]
    assert [step for step, _ in points(client, run.info.run_id, "train/loss")] == list(range(2 * BATCHES))
    assert [step for step, _ in points(client, run.info.run_id, "val_loss")] == [2, 5]
    assert points(client, run.info.run_id, "epoch")[-1] == (5, 1.0)
    assert run.data.metrics["batch"] == 2.0
    assert run.data.params == {"width": "1"}


def test_a_logger_given_a_run_id_resumes_that_run(
    flavour: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    first = logger_of(flavour, tracking_uri)
    fit(flavour, first, tmp_path)
    second = logger_of(flavour, tracking_uri, run_id=first.run_id)
    second.log_metrics({"later": 1.5}, step=9)
    second.finalize("success")

    run = only_run(client)
    assert run.info.run_id == first.run_id
    assert run.info.status == "FINISHED"
    assert points(client, run.info.run_id, "later") == [(9, 1.5)]
    assert len(points(client, run.info.run_id, "batch")) == BATCHES


def test_a_fit_on_an_unknown_run_id_says_so(
    lightning: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    with pytest.raises(MlflowException, match="Run with id=nowhere not found") as caught:
        fit(lightning, logger_of(lightning, tracking_uri, run_id="nowhere"), tmp_path)

    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert client.search_runs(["0"]) == []


def test_a_logger_whose_run_id_is_set_by_hand_logs_to_that_run(
    flavour: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    experiment = client.create_experiment("from the source page")
    made = client.create_run(experiment, run_name="made by hand")
    logger = logger_of(flavour, tracking_uri, experiment_name="never made")
    logger._run_id = made.info.run_id
    fit(flavour, logger, tmp_path)

    run = client.get_run(made.info.run_id)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "made by hand"
    assert len(points(client, run.info.run_id, "batch")) == BATCHES
    assert logger.experiment_id == experiment
    assert client.get_experiment_by_name("never made") is None


def test_a_prefix_is_put_before_every_metric(
    flavour: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    fit(flavour, logger_of(flavour, tracking_uri, prefix="fold 1"), tmp_path)

    run = only_run(client)
    assert set(run.data.metrics) == {"fold 1-train/loss", "fold 1-batch", "fold 1-val_loss", "fold 1-epoch"}
    assert points(client, run.info.run_id, "fold 1-batch") == [(0, 0.0), (1, 1.0), (2, 2.0)]


@pytest.mark.parametrize("given", [dict, lambda **params: Namespace(**params)], ids=["dict", "namespace"])
def test_nested_hyperparameters_are_flattened_and_may_be_logged_again(
    given: Any, flavour: ModuleType, tracking_uri: str, client: MlflowClient
) -> None:
    logger = logger_of(flavour, tracking_uri)
    params = given(lr=0.1, net={"depth": 2, "act": {"name": "relu"}}, layers=[4, 5], nothing=None, text="é ☃ " * 100)
    for _ in range(2):
        logger.log_hyperparams(params)

    recorded = only_run(client).data.params
    assert recorded["net/depth"] == "2"
    assert recorded["net/act/name"] == "relu"
    assert recorded["lr"] == "0.1"
    assert recorded["layers"] == "[4, 5]"
    assert recorded["nothing"] == "None"
    assert recorded["text"] == ("é ☃ " * 100)[:250]


def test_a_hundred_and_one_hyperparameters_are_all_recorded(
    lightning: ModuleType, tracking_uri: str, client: MlflowClient
) -> None:
    logger_of(lightning, tracking_uri).log_hyperparams({f"p{i}": i for i in range(101)})
    assert only_run(client).data.params == {f"p{i}": str(i) for i in range(101)}


def test_a_hyperparameter_that_changes_is_refused_and_the_first_kept(
    lightning: ModuleType, tracking_uri: str, client: MlflowClient
) -> None:
    logger = logger_of(lightning, tracking_uri)
    logger.log_hyperparams({"lr": 0.1})
    with pytest.raises(MlflowException, match=r"'lr'.*'0\.1'.*'0\.2'") as caught:
        logger.log_hyperparams({"new": 1, "lr": 0.2})

    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert only_run(client).data.params == {"lr": "0.1"}


def test_a_fit_that_raises_is_a_failed_run_with_its_points(
    flavour: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    trainer = trainer_of(flavour, logger_of(flavour, tracking_uri), tmp_path)
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        trainer.fit(module_of(flavour, fails_with=ZeroDivisionError("on purpose")), data(), data())

    run = only_run(client)
    assert run.info.status == "FAILED"
    assert run.info.end_time is not None
    assert points(client, run.info.run_id, "batch") == [(0, 0.0)]


@pytest.mark.usefixtures("interruptible")
def test_a_fit_that_is_interrupted_is_a_failed_run_with_its_points(
    flavour: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    trainer = trainer_of(flavour, logger_of(flavour, tracking_uri), tmp_path)
    with pytest.raises(SystemExit):
        trainer.fit(module_of(flavour, fails_with=KeyboardInterrupt()), data(), data())

    run = only_run(client)
    assert run.info.status == "FAILED"
    assert run.info.end_time is not None
    assert points(client, run.info.run_id, "batch") == [(0, 0.0)]


@pytest.mark.parametrize("log_model", [True, "all"])
def test_checkpoints_are_files_of_the_run_with_their_aliases(
    log_model: object, flavour: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    keeping = importlib.import_module(f"{flavour.__name__}.callbacks").ModelCheckpoint(
        monitor="val_loss", save_top_k=2, filename="{epoch}"
    )
    logger = logger_of(flavour, tracking_uri, log_model=log_model)
    fit(flavour, logger, tmp_path, max_epochs=2, enable_checkpointing=True, callbacks=[keeping])

    run_id = only_run(client).info.run_id
    folders = {item.path for item in client.list_artifacts(run_id)}
    assert folders == {"epoch=0", "epoch=1"}
    best = Path(keeping.best_model_path)
    files = {Path(item.path).name for item in client.list_artifacts(run_id, best.stem)}
    assert files == {best.name, "aliases.txt", "metadata.yaml"}
    assert _text(client, run_id, f"{best.stem}/aliases.txt", tmp_path) == "['latest', 'best']"
    assert best.name in _text(client, run_id, f"{best.stem}/metadata.yaml", tmp_path)
    loaded = importlib.import_module("torch").load(
        client.download_artifacts(run_id, f"{best.stem}/{best.name}", str(tmp_path)), weights_only=True
    )
    assert loaded["hyper_parameters"] == {"width": 1}


def _text(client: MlflowClient, run_id: str, name: str, place: Path) -> str:
    return Path(client.download_artifacts(run_id, name, str(place))).read_text()


def test_a_checkpoint_in_the_middle_is_a_file_before_the_run_ends(
    lightning: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    seen: list[set[str]] = []

    class Looks(lightning.Callback):
        def on_train_epoch_start(self, trainer: Any, _: Any) -> None:
            if trainer.current_epoch == 1:
                seen.append({item.path for item in client.list_artifacts(trainer.logger.run_id)})

    keeping = lightning.callbacks.ModelCheckpoint(save_top_k=-1, filename="{epoch}", dirpath=tmp_path / "kept")
    fit(
        lightning,
        logger_of(lightning, tracking_uri, log_model="all"),
        tmp_path,
        max_epochs=2,
        enable_checkpointing=True,
        callbacks=[keeping, Looks()],
    )
    assert seen == [{"epoch=0"}]


def test_run_name_and_tags_are_on_the_run(
    flavour: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    logger = logger_of(flavour, tracking_uri, run_name="Schneeeule ☃", tags={"who": "me", "n": "1"})
    fit(flavour, logger, tmp_path)

    run = only_run(client)
    assert run.info.run_name == "Schneeeule ☃"
    assert run.data.tags["mlflow.runName"] == "Schneeeule ☃"
    assert (run.data.tags["who"], run.data.tags["n"]) == ("me", "1")
    assert run.data.tags["mlflow.source.type"] == "LOCAL"
    assert run.data.tags["mlflow.user"] == run.info.user_id


def test_tags_from_the_environment_are_on_the_run(
    lightning: ModuleType, tracking_uri: str, client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_RUN_CONTEXT", json.dumps({"cluster": "hut"}))
    monkeypatch.setenv("MLWS_RUN_ID", "outer_run")
    logger_of(lightning, tracking_uri, tags={"mine": "1"}).log_metrics({"m": 1.0})

    tags = only_run(client).data.tags
    assert (tags["cluster"], tags["mine"], tags["mlws.job.run_id"]) == ("hut", "1", "outer_run")


def test_two_loggers_of_one_trainer_write_two_runs(
    lightning: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    loggers = [logger_of(lightning, tracking_uri, experiment_name=name) for name in ("left", "right")]
    fit(lightning, loggers, tmp_path)

    for name in ("left", "right"):
        run = only_run(client, name)
        assert run.info.status == "FINISHED"
        assert len(points(client, run.info.run_id, "batch")) == BATCHES
    assert loggers[0].run_id != loggers[1].run_id


def test_loggers_of_two_workspaces_stay_apart(lightning: ModuleType, tracking_uri: str, client: MlflowClient) -> None:
    other = f"{tracking_uri}-other"
    here, there = logger_of(lightning, tracking_uri), logger_of(lightning, other)
    for step in range(3):
        here.log_metrics({"m": float(step)}, step=step)
        there.log_metrics({"m": float(-step)}, step=step)

    assert points(client, only_run(client).info.run_id, "m") == [(0, 0.0), (1, 1.0), (2, 2.0)]
    others = MlflowClient(other)
    assert points(others, only_run(others).info.run_id, "m") == [(0, 0.0), (1, -1.0), (2, -2.0)]


def test_a_logger_of_a_deleted_experiment_says_that_its_name_is_taken(
    flavour: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    client.delete_experiment(client.create_experiment("lightning_logs"))
    with pytest.raises(MlflowException, match="lightning_logs") as caught:
        fit(flavour, logger_of(flavour, tracking_uri), tmp_path)

    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"
    assert client.search_runs(["0", "1"]) == []


def test_a_run_deleted_during_a_fit_stops_it_with_a_clear_error(
    lightning: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    class Deletes(lightning.Callback):
        def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
            client.delete_run(trainer.logger.run_id)

    with pytest.raises(MlflowException, match="must be in the 'active' state"):
        fit(lightning, logger_of(lightning, tracking_uri), tmp_path, callbacks=[Deletes()])
    assert client.search_runs(["1"]) == []


def test_an_artifact_location_of_the_experiment_is_used(
    lightning: ModuleType, tracking_uri: str, tmp_path: Path
) -> None:
    place = tmp_path / "else where"
    logger = logger_of(lightning, tracking_uri, artifact_location=place.as_uri())
    logger.experiment.log_text(logger.run_id, "hello", "a.txt")
    assert (place / logger.run_id / "artifacts" / "a.txt").read_text() == "hello"


def test_an_illegal_metric_name_is_cleaned_by_lightning(
    lightning: ModuleType, tracking_uri: str, client: MlflowClient
) -> None:
    logger = logger_of(lightning, tracking_uri)
    with pytest.warns(RuntimeWarning, match="special characters"):
        logger.log_metrics({"top@5 (%)": 0.5}, step=1)
    assert points(client, logger.run_id, "top5 ") == [(1, 0.5)]


def test_metrics_that_are_not_finite_do_not_stop_a_fit(
    lightning: ModuleType, tracking_uri: str, client: MlflowClient
) -> None:
    logger = logger_of(lightning, tracking_uri)
    for step, value in enumerate((float("nan"), float("inf"), float("-inf"), 1.0)):
        logger.log_metrics({"loss": value}, step=step)

    history = client.get_metric_history(logger.run_id, "loss")
    assert [metric.step for metric in history] == [0, 1, 2, 3]
    assert history[0].value != history[0].value
    assert history[1].value > 1e308
    assert history[2].value < -1e308


@pytest.mark.parametrize("synchronous", [True, False])
def test_a_logger_may_log_in_the_background(
    synchronous: bool, lightning: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    fit(lightning, logger_of(lightning, tracking_uri, synchronous=synchronous), tmp_path, max_epochs=3)

    run = only_run(client)
    assert run.info.status == "FINISHED"
    assert [step for step, _ in points(client, run.info.run_id, "batch")] == list(range(3 * BATCHES))
    assert run.data.params == {"width": "1"}


def test_a_module_may_use_the_client_of_its_logger(
    lightning: ModuleType, tracking_uri: str, client: MlflowClient
) -> None:
    logger = logger_of(lightning, tracking_uri)
    logger.experiment.log_metric(logger.run_id, "own", 3.0, step=4)
    logger.experiment.log_batch(logger.run_id, [Metric("own", 4.0, 1, 5)])
    logger.experiment.log_dict(logger.run_id, {"a": [1]}, "config.json")
    assert sorted(points(client, logger.run_id, "own")) == [(4, 3.0), (5, 4.0)]
    assert [item.path for item in client.list_artifacts(logger.run_id)] == ["config.json"]


def test_validating_and_testing_after_a_fit_stay_in_the_same_run(
    flavour: ModuleType, tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    trainer = fit(flavour, logger_of(flavour, tracking_uri), tmp_path)
    trainer.validate(module_of(flavour), data(), verbose=False)
    trainer.fit_loop.max_epochs = 2
    trainer.fit(module_of(flavour), data(), data())

    run = only_run(client)
    assert run.info.status == "FINISHED"
    assert len(points(client, run.info.run_id, "val_loss")) == 3


SCRIPT = """
import json, logging, sys, warnings
warnings.simplefilter("ignore")
import lightning.pytorch.loggers as loggers
logger = loggers.MLFlowLogger()
logger.log_metrics({"m": 1.0}, step=2)
logger.finalize("success")
print(json.dumps([logger.run_id, logger.experiment_id, str(logger.save_dir)]))
"""


def test_a_logger_without_an_address_takes_the_workspace_of_the_environment(
    tracking_uri: str, client: MlflowClient, tmp_path: Path
) -> None:
    ended = run_python(SCRIPT, cwd=tmp_path, env=environment(MLFLOW_TRACKING_URI=tracking_uri))
    run_id, experiment_id, save_dir = answer_of(ended)

    run = only_run(client)
    assert (run.info.run_id, run.info.experiment_id) == (run_id, experiment_id)
    assert run.info.status == "FINISHED"
    assert points(client, run_id, "m") == [(2, 1.0)]
    assert save_dir == "None"
    assert not (tmp_path / "mlruns").exists()


def test_making_a_logger_writes_nothing(lightning: ModuleType, tracking_uri: str, workspace_dir: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logger_of(lightning, tracking_uri)
    assert not workspace_dir.exists()
