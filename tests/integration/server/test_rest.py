"""The REST interface as a plain client uses it, with no MLflow of its own."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.integration.server.asking import Answer, ask
from tests.integration.server.serving import Served

RUNS_BY_GRAPHQL = """
query Runs($ids: [String]) {
  mlflowSearchRuns(input: {experimentIds: $ids}) {
    runs { info { runName status } data { params { key value } metrics { key value } } }
  }
}
"""


@pytest.fixture
def experiment(served: Served) -> str:
    name = f"plain {uuid.uuid4().hex}"
    return str(call(served, "experiments/create", {"name": name}).json["experiment_id"])


@pytest.fixture
def run(served: Served, experiment: str) -> dict[str, Any]:
    made = call(served, "runs/create", {"experiment_id": experiment, "run_name": "plain", "start_time": 1}).json
    return dict(made["run"]["info"])


def call(served: Served, path: str, payload: Any = None, **options: Any) -> Answer:
    """Return the answer of MLflow's REST interface."""
    return ask(f"{served.address}/api/2.0/mlflow/{path}", payload, **options)


def logged(served: Served, run: dict[str, Any]) -> None:
    """Log metrics, a parameter and a tag in one batch."""
    points = [{"key": "loss", "value": 1 / step, "timestamp": step, "step": step} for step in range(1, 101)]
    batch = {"run_id": run["run_id"], "metrics": points, "params": [{"key": "p", "value": "v"}]}
    assert call(served, "runs/log-batch", {**batch, "tags": [{"key": "t", "value": "u"}]}).status == 200


def test_a_batch_is_logged_and_found(served: Served, experiment: str, run: dict[str, Any]) -> None:
    logged(served, run)
    found = call(served, "runs/search", {"experiment_ids": [experiment], "filter": "metrics.loss < 0.5"}).json["runs"]
    assert [one["info"]["run_id"] for one in found] == [run["run_id"]]
    assert [(one["key"], one["value"]) for one in found[0]["data"]["params"]] == [("p", "v")]
    history = call(served, f"metrics/get-history?run_id={run['run_id']}&metric_key=loss").json["metrics"]
    assert [point["step"] for point in history] == list(range(1, 101))
    assert served.embedded.get_run(run["run_id"]).data.metrics == {"loss": 0.01}


def test_a_file_is_put_listed_and_got_through_the_proxy(served: Served, run: dict[str, Any]) -> None:
    place = run["artifact_uri"].removeprefix("mlflow-artifacts:/")
    address = f"{served.address}/api/2.0/mlflow-artifacts/artifacts/{place}/a%20b.bin"
    content = bytes(range(256)) * 100
    assert ask(address, content, method="PUT", headers={"Content-Type": "application/octet-stream"}).status == 200
    assert ask(address).body == content
    assert call(served, f"artifacts/list?run_id={run['run_id']}").json["files"][0]["path"] == "a b.bin"
    kept = served.directory / "artifacts" / place / "a b.bin"
    assert kept.read_bytes() == content


def test_a_model_is_registered_and_found(served: Served, run: dict[str, Any]) -> None:
    name = f"plain {uuid.uuid4().hex}"
    assert call(served, "registered-models/create", {"name": name}).status == 200
    version = {"name": name, "source": f"runs:/{run['run_id']}/model", "run_id": run["run_id"]}
    assert call(served, "model-versions/create", version).json["model_version"]["version"] == "1"
    assert str(served.embedded.get_model_version(name, "1").run_id) == run["run_id"]


def test_graphql_answers_what_the_pages_ask(served: Served, experiment: str, run: dict[str, Any]) -> None:
    logged(served, run)
    asked = {"query": RUNS_BY_GRAPHQL, "operationName": "Runs", "variables": {"ids": [experiment]}}
    answer = ask(f"{served.address}/graphql", asked).json
    assert answer["data"]["mlflowSearchRuns"]["runs"] == [
        {
            "info": {"runName": "plain", "status": "RUNNING"},
            "data": {"params": [{"key": "p", "value": "v"}], "metrics": [{"key": "loss", "value": 0.01}]},
        }
    ]


def test_the_server_says_that_it_has_a_sql_store(served: Served) -> None:
    told = ask(f"{served.address}/ajax-api/3.0/mlflow/server-info").json
    assert told["store_type"] == "SqlStore"
    assert told["features_enabled"] == {"gateway": True}


def test_an_error_is_a_status_and_a_sentence(served: Served) -> None:
    answer = call(served, f"runs/get?run_id={'0' * 32}")
    assert answer.status == 404
    assert answer.json["error_code"] == "RESOURCE_DOES_NOT_EXIST"
