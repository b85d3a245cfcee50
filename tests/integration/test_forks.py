"""A store that was open when its process forked, and one that was pickled."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric, RunStatus

from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore
from tests.integration.children import answer_of, run_python
from tests.integration.reading import integrity, values


@pytest.fixture
def store(tracking_uri: str) -> EmbeddedTrackingStore:
    return EmbeddedTrackingStore(tracking_uri)


def in_fork(action: Callable[[], object]) -> int:
    """Return the id of a forked process that does something and ends: 0 where it went well."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        action()
        status = 0
    except BaseException:  # noqa: BLE001 - the parent looks at the status
        traceback.print_exc()
    finally:
        os._exit(status)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning")
def test_a_fork_and_its_parent_log_through_the_store_that_was_open(
    store: EmbeddedTrackingStore, client: MlflowClient, workspace_dir: Path
) -> None:
    run_id = client.create_run("0").info.run_id
    store.log_metric(run_id, Metric("before", 1, 0, 0))

    def log(name: str) -> None:
        for step in range(200):
            store.log_metric(run_id, Metric(name, step, step, step))

    def log_and_fork() -> None:
        grandchild = in_fork(lambda: log("grandchild"))
        log("child")
        assert os.waitpid(grandchild, 0)[1] == 0

    child = in_fork(log_and_fork)
    log("parent")
    assert os.waitpid(child, 0)[1] == 0
    log("later")

    expected = {step: float(step) for step in range(200)}
    for name in ("parent", "child", "grandchild", "later"):
        assert values(client, run_id, name) == expected
    assert integrity(workspace_dir) == "ok"


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning")
def test_forks_while_other_threads_log_do_not_hang_or_lose(store: EmbeddedTrackingStore, client: MlflowClient) -> None:
    run_id = client.create_run("0").info.run_id
    stop = threading.Event()
    logged: list[int] = []

    def log() -> None:
        while not stop.is_set():
            store.log_metric(run_id, Metric("thread", 1, 1, len(logged)))
            logged.append(1)

    def in_child(index: int) -> None:
        signal.alarm(10)  # a child that waits for a mutex which nobody holds any more ends here
        os.environ["MLWS_BUSY_TIMEOUT"] = "2"
        store.log_metric(run_id, Metric("fork", index, 1, index))

    thread = threading.Thread(target=log)
    thread.start()
    try:
        for index in range(20):
            status = os.waitpid(in_fork(lambda index=index: in_child(index)), 0)[1]
            assert status == 0, f"fork {index} could not log"
    finally:
        stop.set()
        thread.join()

    assert set(values(client, run_id, "fork")) == set(range(20))
    assert len(values(client, run_id, "thread")) == len(logged)


MULTIPROCESSING = """
import json, multiprocessing, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])

def work(step):
    mlflow.log_metric("m", step, step=step, run_id=run_id)
    mlflow.MlflowClient().log_param(run_id, f"p{step}", step)
    return step

with mlflow.start_run() as run:
    run_id = run.info.run_id
    mlflow.log_metric("m", -1, step=-1)
    with multiprocessing.get_context(sys.argv[2]).Pool(4) as pool:
        assert sorted(pool.map(work, range(40))) == list(range(40))
    mlflow.log_metric("m", 40, step=40)
print(json.dumps(run_id))
"""


def test_a_pool_of_forks_logs_to_the_active_run(client: MlflowClient, tracking_uri: str) -> None:
    run_id = answer_of(run_python(MULTIPROCESSING, tracking_uri, "fork"))
    assert set(values(client, run_id, "m")) == set(range(-1, 41))
    assert len(client.get_run(run_id).data.params) == 40
    assert client.get_run(run_id).info.status == "FINISHED"


@pytest.mark.parametrize("pickler", ["pickle", "cloudpickle"])
def test_a_store_and_a_client_are_pickled_and_still_log(
    pickler: str, store: EmbeddedTrackingStore, client: MlflowClient
) -> None:
    dumps = pytest.importorskip(pickler, reason=f"needs {pickler}").dumps
    run_id = client.create_run("0").info.run_id
    store.log_metric(run_id, Metric("m", 0, 0, 0))
    copy = pickle.loads(dumps(store))
    copy.log_metric(run_id, Metric("m", 1, 1, 1))
    copy.update_run_info(run_id, RunStatus.FINISHED, 5, None)

    assert copy is not store
    assert values(client, run_id, "m") == {0: 0.0, 1: 1.0}
    assert store.get_run(run_id).info.end_time == 5


UNPICKLES = """
import pickle, sys
from mlflow.entities import Metric
store = pickle.loads(bytes.fromhex(sys.argv[1]))
store.log_metric(sys.argv[2], Metric("m", 2.0, 2, 2))
"""


def test_a_pickled_store_logs_in_another_process_and_directory(
    store: EmbeddedTrackingStore, client: MlflowClient, tmp_path: Path
) -> None:
    run_id = client.create_run("0").info.run_id
    run_python(UNPICKLES, pickle.dumps(store).hex(), run_id, cwd=tmp_path)
    assert values(client, run_id, "m") == {2: 2.0}
