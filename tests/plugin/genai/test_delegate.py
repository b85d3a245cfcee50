"""Traces and the like live in MLflow's own tables, beside the native record."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
import pytest
from mlflow.entities import TraceInfo, TraceLocation, TraceState
from mlflow.exceptions import MlflowException
from mlflow.store.tracking.dbmodels.models import SqlExperiment
from sqlalchemy.orm import Session

from mlflow_ws_plugin.plugin.genai import mentions
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore
from tests.plugin.parity.judge import SqlAlchemyStore

FIRST_TRACE = """
import sys
from mlflow_ws_plugin.plugin.tracking_store import EmbeddedTrackingStore
from tests.plugin.genai.test_delegate import trace
store = EmbeddedTrackingStore(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
store.start_trace(trace(sys.argv[2], "0"))
print("opened", flush=True)
for line in sys.stdin:
    store.start_trace(trace(f"{sys.argv[2]}-{line.strip()}", line.strip()))
    print("done", flush=True)
"""


def trace(trace_id: str, experiment_id: str) -> TraceInfo:
    return TraceInfo(
        trace_id=trace_id,
        trace_location=TraceLocation.from_experiment_id(experiment_id),
        request_time=1,
        state=TraceState.OK,
        execution_duration=1,
    )


def found(store: EmbeddedTrackingStore, *experiments: str) -> list[str]:
    return sorted(info.trace_id for info in store.search_traces(locations=list(experiments))[0])


@pytest.fixture
def store(tracking_uri: str) -> EmbeddedTrackingStore:
    return EmbeddedTrackingStore(tracking_uri)


def test_a_run_that_traces_nothing_opens_no_second_database(tracking_uri: str, workspace_dir: Path) -> None:
    script = (
        "import sys, mlflow\n"
        f"mlflow.set_tracking_uri({tracking_uri!r}); mlflow.set_registry_uri({tracking_uri!r})\n"
        "with mlflow.start_run():\n    mlflow.log_metric('loss', 1.0); mlflow.log_param('a', 1)\n"
        "print([name for name in sys.modules if name == 'sqlalchemy' or 'sqlalchemy_store' in name])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert not [path.name for path in workspace_dir.iterdir() if path.name.startswith("mlflow.db")]


def test_experiments_are_shown_as_they_are_when_they_are_named(store: EmbeddedTrackingStore) -> None:
    first, second = store.create_experiment("first"), store.create_experiment("second")
    store.start_trace(trace("tr-1", first))
    store.rename_experiment(first, "third")
    store.rename_experiment(second, "first")
    later = store.create_experiment("second")
    for number, experiment_id in enumerate((second, later, first), start=2):
        store.start_trace(trace(f"tr-{number}", experiment_id))
    with Session(store._delegate.store.engine) as session:
        names = {str(row.experiment_id): row.name for row in session.query(SqlExperiment)}
    assert names == {"0": "Default", first: "third", second: "first", later: "second"}
    assert found(store, first) == ["tr-1", "tr-4"]
    assert found(store, first, second, later) == ["tr-1", "tr-2", "tr-3", "tr-4"]


def test_an_unknown_experiment_is_refused_as_mlflow_refuses_it(store: EmbeddedTrackingStore, tmp_path: Path) -> None:
    judge = SqlAlchemyStore(f"sqlite:///{tmp_path}/judge.db", tmp_path.as_uri())
    codes = []
    for one in (judge, store):
        with pytest.raises(MlflowException, match="No Experiment with id=77 exists") as caught:
            one.start_trace(trace("tr-1", "77"))
        codes.append(caught.value.error_code)
    judge.engine.dispose()
    assert codes == ["RESOURCE_DOES_NOT_EXIST"] * 2


def test_a_pickled_store_and_a_forked_one_find_the_same(store: EmbeddedTrackingStore) -> None:
    store.start_trace(trace("tr-1", "0"))
    again = pickle.loads(pickle.dumps(store))
    assert found(again, "0") == ["tr-1"]
    child = os.fork()
    if child == 0:
        store.start_trace(trace("tr-2", "0"))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert found(store, "0") == ["tr-1", "tr-2"]


class Tracer:
    """A process that traces into an experiment when it is told to."""

    def __init__(self, tracking_uri: str, trace_id: str) -> None:
        command = [sys.executable, "-c", FIRST_TRACE, tracking_uri, trace_id]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def hear(self, expected: str) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == f"{expected}\n"

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def end(self) -> None:
        self._process.communicate(timeout=120)
        assert self._process.returncode == 0


def test_processes_that_do_the_same_first_at_once_all_succeed(tracking_uri: str, store: EmbeddedTrackingStore) -> None:
    """They make the file, and then the rows of experiments that are new to all of them."""
    tracers = [Tracer(tracking_uri, f"tr-{index}") for index in range(4)]
    expected = ["0", *(store.create_experiment(f"new {index}") for index in range(10))]
    for experiment_id, (before, after) in zip(expected, [("ready", "opened"), *[("", "done")] * 10], strict=True):
        for tracer in tracers if before else []:
            tracer.hear(before)
        for tracer in tracers:
            tracer.tell(experiment_id)
        for tracer in tracers:
            tracer.hear(after)
    for tracer in tracers:
        tracer.end()
    assert [len(found(store, experiment_id)) for experiment_id in expected] == [4] * 11


def test_rows_of_one_new_experiment_may_be_written_at_once(store: EmbeddedTrackingStore) -> None:
    stores = [store, *(pickle.loads(pickle.dumps(store)) for _ in range(3))]
    for one in stores:
        one.start_trace(trace(f"tr-{id(one)}", "0"))
    for index in range(20):
        experiment_id = store.create_experiment(f"new {index}")
        together = threading.Barrier(len(stores))

        def write(one: EmbeddedTrackingStore, experiment_id: str, together: threading.Barrier) -> None:
            together.wait(60)
            one.start_trace(trace(f"tr-{experiment_id}-{id(one)}", experiment_id))

        with ThreadPoolExecutor(len(stores)) as pool:
            list(pool.map(write, stores, [experiment_id] * len(stores), [together] * len(stores)))
        assert len(found(store, experiment_id)) == len(stores)


def test_the_registry_and_the_traces_may_make_their_file_at_once(tracking_uri: str, workspace_dir: Path) -> None:
    calls = (
        "registry_store(sys.argv[1]).create_registered_model('m')",
        "tracking_store(sys.argv[1]).start_trace(trace('tr-1', '0'))",
    )
    common = (
        "import sys\n"
        "from mlflow_ws_plugin.plugin.entry_points import registry_store, tracking_store\n"
        "from tests.plugin.genai.test_delegate import trace\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", common + call, tracking_uri]) for call in calls]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    assert (workspace_dir / "mlflow.db").exists()


@pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning")
def test_traces_feedback_prompts_and_datasets_through_mlflow_itself(tracking_uri: str) -> None:
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_registry_uri(tracking_uri)
    mlflow.set_experiment("chat")

    @mlflow.trace
    def answer(question: str) -> str:
        return question.upper()

    with mlflow.start_run() as run:
        answer("how")
    answer("why")
    mlflow.flush_trace_async_logging()
    (of_run,) = mlflow.search_traces(run_id=run.info.run_id, return_type="list")
    assert len(mlflow.search_traces(return_type="list")) == 2
    assert of_run.data.spans[0].outputs == "HOW"
    mlflow.log_feedback(trace_id=of_run.info.trace_id, name="good", value=True)
    mlflow.set_trace_tag(of_run.info.trace_id, "kind", "question")
    again = mlflow.get_trace(of_run.info.trace_id)
    assert (again.info.assessments[0].name, again.info.assessments[0].feedback.value) == ("good", True)
    assert again.info.tags["kind"] == "question"

    mlflow.genai.register_prompt("greeting", "Hello {{name}}")
    assert mlflow.genai.load_prompt("prompts:/greeting/1").format(name="you") == "Hello you"
    dataset = mlflow.genai.datasets.create_dataset("questions", experiment_id=[run.info.experiment_id])
    dataset.merge_records([{"inputs": {"question": "how"}, "expectations": {"answer": "HOW"}}])
    assert dataset.to_df()["inputs"].tolist() == [{"question": "how"}]


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "named"),
    [
        ("get_scorer", ("7", "name"), {}, {7}),
        ("search_traces", (), {"locations": ["1", "2"]}, {1, 2}),
        ("search_traces", (["3"],), {}, {3}),
        ("log_spans", ("4", []), {}, {4}),
        ("start_trace", (trace("tr-1", "5"),), {}, {5}),
        ("create_dataset", ("name",), {"experiment_ids": ["6", "no number"]}, {6}),
        ("get_trace_info", ("tr-1",), {}, set()),
    ],
)
def test_a_call_names_its_experiments(
    name: str, args: tuple[object, ...], kwargs: dict[str, object], named: set[int]
) -> None:
    assert mentions.experiments(getattr(SqlAlchemyStore, name), args, kwargs) == named
