"""Many processes and threads on one workspace, and processes that die at the worst moment."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric, Param

from mlflow_ws_plugin import Workspace
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore
from tests.integration.children import started
from tests.integration.reading import integrity, values

PROCESSES = 8


@pytest.fixture
def store(tracking_uri: str) -> EmbeddedTrackingStore:
    return EmbeddedTrackingStore(tracking_uri)


LOGS_UNTIL_KILLED = """
import itertools, os, sys
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
client, run_id, first = MlflowClient(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for step in itertools.count(first):
    client.log_metric(run_id, "single", step, step=step)
    os.write(1, f"single {step}\\n".encode())
    metrics = [Metric(f"batch {i}", step, step, step) for i in range(20)]
    client.log_batch(run_id, metrics, [Param(f"p{step}", str(step))])
    os.write(1, f"batch {step}\\n".encode())
    client.set_tag(run_id, "last", str(step))
    os.write(1, f"tag {step}\\n".encode())
"""


def acknowledged(tracking_uri: str, run_id: str, first: int, count: int) -> dict[str, int]:
    """Return the last step of each call that a process, killed soon after `count` of them, was told is done."""
    last: dict[str, int] = {}
    command = [sys.executable, "-c", LOGS_UNTIL_KILLED, tracking_uri, run_id, str(first)]
    with started(command, stdout=subprocess.PIPE) as process:
        for seen, line in enumerate(process.stdout, start=1):
            what, step = line.split()
            last[what] = int(step)
            if seen == count:
                process.kill()
        assert process.wait() == -signal.SIGKILL
    return last


@pytest.mark.parametrize("seed", range(5))
def test_kill_9_loses_nothing_acknowledged_and_leaves_nothing_by_halves(
    seed: int, client: MlflowClient, tracking_uri: str, workspace_dir: Path
) -> None:
    run_id = client.create_run("0").info.run_id
    first, singles, whole = 0, set(), set()
    for kills in (1, 2):
        count = random.Random(seed * 7 + first).randrange(5, 900)
        last = acknowledged(tracking_uri, run_id, first, count)
        singles |= set(range(first, last["single"] + 1))
        whole |= set(range(first, last.get("batch", -1) + 1))

        assert integrity(workspace_dir) == "ok"
        single = values(client, run_id, "single")
        batches = [values(client, run_id, f"batch {i}") for i in range(20)]
        assert set(single) >= singles
        assert set(batches[0]) >= whole
        assert len(set(single) - singles) <= kills
        assert len(set(batches[0]) - whole) <= kills
        assert all(batch == batches[0] for batch in batches)
        recorded = client.get_run(run_id)
        assert {int(key[1:]) for key in recorded.data.params} == set(batches[0])
        assert int(recorded.data.tags.get("last", -1)) >= last.get("tag", -1)
        assert recorded.data.metrics["single"] == max(single)
        summary = Workspace.open(workspace_dir).get_run(run_id).get_metric_summaries()["single"]
        assert (summary.points, summary.last, summary.maximum) == (len(single), max(single), max(single))
        assert recorded.info.status == "RUNNING"
        first = max(single) + 1

    client.log_metric(run_id, "after", 1.0)
    client.set_terminated(run_id)
    assert client.get_run(run_id).info.status == "FINISHED"
    assert client.get_run(run_id).data.metrics["after"] == 1.0


DIES_MAKING = """
import os, signal, sys, threading
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
os.write(1, b"ready\\n")
client.create_run("0")
os.write(1, b"made\\n")
signal.pause()
"""


def test_kill_9_while_a_workspace_is_made_leaves_one_that_works(tmp_path: Path) -> None:
    for index in range(3):
        address = f"mlws://{tmp_path}/{index}"
        with started([sys.executable, "-c", DIES_MAKING, address], stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == "ready\n"
            process.kill()
            made = "made" in process.stdout.read()

        client = MlflowClient(address)
        assert len(client.search_runs(["0"])) in ((1,) if made else (0, 1))
        run_id = client.create_run("0").info.run_id
        client.log_metric(run_id, "m", 1.0)
        assert integrity(tmp_path / str(index)) == "ok"


LOGS_ITS_SHARE = """
import json, sys
from mlflow import MlflowClient
from mlflow.entities import Metric
address, shared, me = sys.argv[1], sys.argv[2], int(sys.argv[3])
sys.stdin.readline()
client = MlflowClient(address)
own = client.create_run("0", run_name=f"process {me}").info.run_id
for step in range(200):
    client.log_metric(shared, "shared", step, timestamp=me, step=me * 1000 + step)
    client.log_metric(own, "own", step, step=step)
    if step % 10 == 0:
        client.log_batch(shared, [Metric(f"from {me}", i, 1, step * 100 + i) for i in range(100)])
        client.set_tag(shared, f"tag {me}", str(step))
        client.log_param(own, f"p{step}", step)
client.set_terminated(own)
print(json.dumps(own))
"""


@contextlib.contextmanager
def crowd(script: str, *arguments: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Yield eight processes, told to begin at once when all have been started."""
    with contextlib.ExitStack() as stack:
        members = [
            stack.enter_context(
                started(
                    [sys.executable, "-c", script, *arguments, str(me)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            )
            for me in range(PROCESSES)
        ]
        yield members


def answers(members: list[subprocess.Popen[str]]) -> list[object]:
    for member in members:
        member.stdin.write("go\n")
        member.stdin.flush()
    found = []
    for member in members:
        said, complained = member.communicate(timeout=300)
        assert member.returncode == 0, complained
        found.append(json.loads(said.splitlines()[-1]))
    return found


def test_eight_processes_log_into_one_workspace_without_an_error_or_a_loss(
    client: MlflowClient, tracking_uri: str, workspace_dir: Path
) -> None:
    shared = client.create_run("0").info.run_id
    with crowd(LOGS_ITS_SHARE, tracking_uri, shared) as members:
        own = answers(members)

    points = {(metric.step, metric.value) for metric in client.get_metric_history(shared, "shared")}
    assert points == {(me * 1000 + step, float(step)) for me in range(PROCESSES) for step in range(200)}
    for me in range(PROCESSES):
        assert len(client.get_metric_history(shared, f"from {me}")) == 2000
        recorded = client.get_run(own[me])
        assert values(client, own[me], "own") == {step: float(step) for step in range(200)}
        assert len(recorded.data.params) == 20
        assert recorded.info.status == "FINISHED"
    summary = client.get_run(shared).data
    assert summary.metrics["shared"] == 199.0
    assert {summary.tags[f"tag {me}"] for me in range(PROCESSES)} == {"190"}
    assert len(client.search_runs(["0"])) == PROCESSES + 1
    assert integrity(workspace_dir) == "ok"


OPENS_FIRST = """
import json, sys
import mlflow
address = sys.argv[1]
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore
sys.stdin.readline()
mlflow.set_tracking_uri(address)
experiment = mlflow.set_experiment("made by all").experiment_id
with mlflow.start_run(experiment_id=experiment) as run:  # who loses the race has no active experiment, says MLflow
    mlflow.log_metric("m", 1)
print(json.dumps([experiment, run.info.run_id]))
"""


def test_eight_processes_may_make_one_workspace_and_one_experiment_at_once(
    tracking_uri: str, workspace_dir: Path
) -> None:
    with crowd(OPENS_FIRST, tracking_uri) as members:
        found = answers(members)

    client = MlflowClient(tracking_uri)
    assert len({experiment for experiment, _ in found}) == 1
    runs = client.search_runs([found[0][0]])
    assert {run.info.run_id for run in runs} == {run_id for _, run_id in found}
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert sorted(experiment.name for experiment in client.search_experiments()) == ["Default", "made by all"]
    assert integrity(workspace_dir) == "ok"


def test_threads_of_one_process_share_a_store_and_lose_nothing(
    store: EmbeddedTrackingStore, client: MlflowClient
) -> None:
    run_id = client.create_run("0").info.run_id
    errors: list[BaseException] = []

    def work(me: int) -> None:
        try:
            for step in range(200):
                store.log_metric(run_id, Metric(f"m{me}", step, step, step))
                store.log_metric(run_id, Metric("shared", step, me, me * 1000 + step))
                if step % 20 == 0:
                    store.log_batch(run_id, [], [Param(f"p{me}-{step}", "x")], [])
                    assert store.get_run(run_id).data.metrics[f"m{me}"] == step
        except BaseException as exc:  # noqa: BLE001 - handed to the main thread
            errors.append(exc)

    threads = [threading.Thread(target=work, args=(me,)) for me in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(client.get_metric_history(run_id, "shared")) == 1600
    for me in range(8):
        assert values(client, run_id, f"m{me}") == {step: float(step) for step in range(200)}
    assert len(client.get_run(run_id).data.params) == 80


def test_many_threads_that_end_leave_no_open_files(store: EmbeddedTrackingStore, client: MlflowClient) -> None:
    run_id = client.create_run("0").info.run_id
    store.log_metric(run_id, Metric("m", 0, 0, 0))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for step in range(1, 101):
        thread = threading.Thread(target=store.log_metric, args=(run_id, Metric("m", step, step, step)))
        thread.start()
        thread.join()

    assert len(client.get_metric_history(run_id, "m")) == 101
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 3
