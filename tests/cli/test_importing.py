"""`mlws import mlflow`: an account of what was copied, and an exit status that says whether all is equal."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import uri
from tests.cli.conftest import Mlws
from tests.integration.children import environment, started, wait_until

KINDS = (
    "experiments, runs, metric points, params, tags, inputs, logged models, files, bytes, registered models, versions, "
    "prompts, traces, spans, assessments, trace links"
)


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A database of MLflow's with a run in each of two experiments."""
    address = f"sqlite:///{tmp_path}/source.db"
    client = MlflowClient(address)
    for name in ("a", "b"):
        run_id = client.create_run(client.create_experiment(name, (tmp_path / "files").as_uri()), 1).info.run_id
        client.log_metric(run_id, "loss", 0.5, 1, 0)
        client.log_text(run_id, "text", "note.txt")
    return address


def test_the_account_is_a_table_of_counts(mlws: Mlws, source: str) -> None:
    done = mlws("import", "mlflow", source)
    assert done.code == 0
    head, *rows = done.out.splitlines()
    assert re.split(r"  +", head) == ["kind", "in source", "already there", "written", "differ"]
    counts = {kind: numbers for kind, *numbers in (re.split(r"  +", row) for row in rows)}
    assert ", ".join(counts) == KINDS
    assert (counts["runs"], counts["metric points"], counts["bytes"]) == (
        ["2", "0", "2", "0"],
        ["2", "0", "2", "0"],
        ["8", "0", "8", "0"],
    )
    assert re.search(r"^Read the source for [\d.]+ s, wrote for [\d.]+ s\.$", done.err, re.MULTILINE)


def test_a_difference_is_a_line_and_status_1(mlws: Mlws, source: str, workspace_dir: Path) -> None:
    mlws("import", "mlflow", source)
    client = MlflowClient(str(uri.of(workspace_dir)))
    (run,) = client.search_runs([client.get_experiment_by_name("a").experiment_id])
    client.set_tag(run.info.run_id, "mine", "yes")
    done = mlws("import", "mlflow", source)
    assert done.code == 1
    assert done.out.splitlines()[-1] == f"tags: {run.info.run_id}: mine: nothing at the source, 'yes' here"


def test_json_has_counts_and_differences(mlws: Mlws, source: str) -> None:
    account = mlws("import", "mlflow", source, "--format", "json", "-e", "a").json()
    counts = {row.pop("kind"): row for row in account["counts"]}
    assert counts["runs"] == {"in source": 1, "already there": 0, "written": 1, "differ": 0}
    assert (account["differing"], account["differences"], account["not_copied"]) == (0, [], {})
    assert account["reading_s"] >= 0 <= account["writing_s"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["ftp://nowhere"], "'ftp://nowhere' is no tracking address that MLflow knows"),
        (["sqlite:///no.db"], "There is no database"),
        (["no folder"], "There is no folder"),
        ([], "Missing argument 'URI'"),
    ],
)
def test_what_cannot_be_read_is_status_2(args: list[str], said: str, mlws: Mlws, workspace_dir: Path) -> None:
    done = mlws("import", "mlflow", *args)
    assert (done.code, done.out) == (2, "")
    assert said in done.err.splitlines()[-1]
    assert not workspace_dir.exists()


def test_an_unknown_experiment_is_status_2(mlws: Mlws, source: str) -> None:
    done = mlws("import", "mlflow", source, "-e", "nope")
    assert (done.code, done.out) == (2, "")
    assert "'nope'" in done.err


def test_an_interrupt_is_a_line_that_says_how_to_go_on(source: str, tmp_path: Path, workspace_dir: Path) -> None:
    client = MlflowClient(source)
    for _ in range(50):
        client.create_run(client.get_experiment_by_name("a").experiment_id)
    command = [sys.executable, "-m", "mlflow_ws_plugin.cli", "import", "mlflow", source]
    env = environment(MLWS_WORKSPACE=str(workspace_dir))
    log = tmp_path / "log"
    with log.open("w") as file, started(command, env=env, stdout=file, stderr=file) as process:
        wait_until(lambda: list(workspace_dir.glob("workspace.db")) or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 1
    assert log.read_text() == "Interrupted. What is copied stays; the same command goes on from there.\n"
