"""MLflow's own commands on a workspace and on a database of MLflow's: they end and say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mlflow
import mlflow.genai.datasets
import pytest
from click.testing import CliRunner
from mlflow import MlflowClient
from mlflow.entities import AssessmentSource
from mlflow.exceptions import MlflowException
from mlflow.genai import make_judge

from mlflow_ws_plugin import Workspace, uri
from mlflow_ws_plugin.errors import RunNotFound

linear_model = pytest.importorskip("sklearn.linear_model", reason="needs scikit-learn")

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:X has feature names:UserWarning"),
    pytest.mark.filterwarnings("ignore:For backward compatibility, 'str' dtypes"),
]

# Ids in base64, addresses and paths, times, ids in hexadecimal
NOT_WORDS = re.compile(r"[\w+/]{8,}=+|(file:|sqlite:|mlws:|/)[^\s,\x22]*|\d{4}-\d\d-\S*|\w*[0-9a-f]{32}")
MADE = ("experiment", "trace", "run", "model", "assessment")


@dataclass(frozen=True)
class Subject:
    """What commands are run on, by either address.

    Attributes:
        address: The tracking address.
        place: Where commands are run.
        ids: What they are given, by the name that stands for it.
    """

    address: str
    place: Path
    ids: dict[str, str]

    def run(self, command: str) -> tuple[int, set[str]]:
        """Return how a command ended, and the words that it said."""
        from mlflow.cli import cli  # which warns where it is imported first

        mlflow.set_tracking_uri(self.address)
        ended = CliRunner().invoke(cli, command.format(address=self.address, **self.ids).split())
        return ended.exit_code, set(re.findall(r"[A-Za-z_.]{3,}", NOT_WORDS.sub(" ", ended.output)))


def made(address: str, place: Path) -> Subject:
    place.mkdir()
    mlflow.set_tracking_uri(address)
    experiment = mlflow.set_experiment(experiment_id=mlflow.create_experiment("named", str(place / "files")))
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_metric("loss", 0.5)
        mlflow.log_text("hello", "d/a.txt")
        fitted = linear_model.LinearRegression().fit([[1.0], [2.0]], [2.0, 4.0])
        model = mlflow.sklearn.log_model(
            fitted, name="model", registered_model_name="doubling", pip_requirements=["scikit-learn"]
        )
    with mlflow.start_span("asked") as span:
        span.set_outputs("answered")
    mlflow.flush_trace_async_logging()
    source = AssessmentSource(source_type="HUMAN", source_id="ann")
    said = mlflow.log_feedback(trace_id=span.trace_id, name="good", value=True, source=source)
    mlflow.genai.datasets.create_dataset("questions", experiment_id=[experiment.experiment_id])
    make_judge(name="polite", instructions="Is {{ outputs }} polite?", model="openai:/a-model").register()
    (place / "more").mkdir()
    (place / "more" / "b.txt").write_text("more")
    (place / "rows.json").write_text('{"dataframe_split": {"columns": ["a"], "data": [[3.0]]}}')
    values = (experiment.experiment_id, span.trace_id, run.info.run_id, model.model_id, said.assessment_id)
    return Subject(address, place, dict(zip(MADE, values, strict=True)))


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Subject, Subject]]:
    """The same content in MLflow's database and in a workspace."""
    place = tmp_path_factory.mktemp("commands")
    addresses = (f"sqlite:///{place}/mlflow.db", str(uri.of(place / "work")))
    yield made(addresses[0], place / "theirs"), made(addresses[1], place / "ours")
    mlflow.set_tracking_uri(None)


COMMANDS = (
    "experiments create -n other",
    "experiments search",
    "experiments get -n named",
    "experiments csv -x {experiment}",
    "experiments rename --experiment-id {experiment} --new-name named",
    "experiments delete -x {experiment}",
    "experiments restore -x {experiment}",
    "runs create --experiment-id {experiment} --run-name second --tags a=b",
    "runs list --experiment-id {experiment}",
    "runs describe --run-id {run}",
    "runs link-traces --run-id {run} -t {trace}",
    "runs delete --run-id {run}",
    "runs restore --run-id {run}",
    "artifacts log-artifact -r {run} -l rows.json -a up",
    "artifacts log-artifacts -r {run} -l more -a more",
    "artifacts list -r {run}",
    "artifacts download -r {run} -a d -d here",
    "artifacts download -u models:/doubling/1 -d model",
    "artifacts download -u runs:/{run}/d/a.txt -d there",
    "models predict -m models:/doubling/1 -i rows.json -o said.json --env-manager local",
    "models update-pip-requirements -m models:/{model} add six",
    "models generate-dockerfile -m models:/doubling/1 -d image --env-manager local",
    "traces search --experiment-id {experiment}",
    "traces get --trace-id {trace}",
    "traces set-tag --trace-id {trace} --key k --value v",
    "traces delete-tag --trace-id {trace} --key k",
    "traces log-feedback --trace-id {trace} --name brief --value 1",
    "traces log-expectation --trace-id {trace} --name fact --value 1",
    "traces get-assessment --trace-id {trace} --assessment-id {assessment}",
    "traces update-assessment --trace-id {trace} --assessment-id {assessment} --value false",
    "traces delete-assessment --trace-id {trace} --assessment-id {assessment}",
    "traces evaluate --experiment-id {experiment} --trace-ids {trace} --scorers no_such_scorer",
    "scorers list --experiment-id {experiment}",
    "scorers register-llm-judge -n brief -i {{{{outputs}}}} -x {experiment} --model openai:/a-model",
    "datasets list --experiment-id {experiment}",
    "gc --backend-store-uri {address}",
    "gc --backend-store-uri {address} --jobs",
    "doctor",
    "traces delete --experiment-id {experiment} --trace-ids {trace}",
)


def test_commands_end_and_say_the_same_by_either_address(
    subjects: tuple[Subject, Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go one after another, so that what one did is what the next one says."""
    for command in COMMANDS:
        ends = []
        for subject in subjects:
            monkeypatch.chdir(subject.place)
            ends.append(subject.run(command))
        assert ends[1] == ends[0], command
        assert (ends[1][0] == 0) == ("no_such" not in command), command
    theirs, ours = ({str(path.relative_to(one.place)) for path in one.place.glob("[!f]*")} for one in subjects)
    assert ours == theirs
    assert {"here", "there", "model", "image", "said.json"} <= ours


def test_what_is_in_the_bin_is_gone_after_gc_with_its_files(
    tracking_uri: str, workspace_dir: Path, tmp_path: Path
) -> None:
    binned = made(tracking_uri, tmp_path / "binned")
    client = MlflowClient(tracking_uri)
    client.delete_run(binned.ids["run"])
    client.delete_logged_model(binned.ids["model"])
    assert binned.run("gc --backend-store-uri {address}")[0] == 0

    with pytest.raises(RunNotFound):
        Workspace.open(workspace_dir).get_run(binned.ids["run"])
    with pytest.raises(MlflowException, match=binned.ids["model"]):
        client.get_logged_model(binned.ids["model"])
    kept = {path.name for path in (tmp_path / "binned" / "files").rglob("*") if path.is_file()}
    assert kept <= {"traces.json"}  # MLflow writes that of a trace whose spans come later than itself
    assert client.get_trace(binned.ids["trace"]).data.spans[0].outputs == "answered"
    client.delete_experiment(binned.ids["experiment"])
    assert binned.run("gc --backend-store-uri {address}")[0] == 0
    with pytest.raises(MlflowException, match=binned.ids["trace"]):
        client.get_trace(binned.ids["trace"])
