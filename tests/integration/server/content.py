"""A script that puts something behind every page of MLflow's UI, through a server's REST interface.

It prints the ids of what it made, as JSON. It is a process of its own because a user's script is one, too: what MLflow
warns of, sets and leaves running here stays here.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, SpanType
from mlflow.entities.assessment import IssueReference
from mlflow.entities.gateway_endpoint import GatewayEndpointModelConfig, GatewayModelLinkageType
from mlflow.genai import label_schemas, scorers
from mlflow.genai.datasets import create_dataset
from mlflow.genai.judges import make_judge
from mlflow.tracing.client import TracingClient

EXPERIMENT = "seen in a browser"
STEPS = 3000
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6360f8cf00000201010018dd8db0"
    "0000000049454e44ae426082"
)


class Doubling(mlflow.pyfunc.PythonModel):
    """A model that needs nothing else."""

    def predict(self, model_input: list[str]) -> list[str]:
        """Return each text twice."""
        return [text * 2 for text in model_input]


def training(client: MlflowClient) -> dict[str, Any]:
    """Make three runs; the first has files, a table, a dataset and a model."""
    made = []
    for index in range(3):
        with mlflow.start_run(run_name=f"visible-run-{index}", tags={"colour": "teal"}) as run:
            mlflow.log_params({"learning_rate": 0.0375 * (index + 1), "optimizer": "adam"})
            now = int(time.time() * 1000) - STEPS
            points = [Metric("train/loss", 1 / (at + index + 1), now + at, at) for at in range(STEPS)]
            cpu = [Metric("system/cpu_utilization_percentage", at % 100, now + at, at) for at in range(40)]
            for first in range(0, STEPS, 1000):
                client.log_batch(run.info.run_id, points[first : first + 1000])
            client.log_batch(run.info.run_id, [*cpu, Metric("accuracy", 0.8125 + index / 100, now, 0)])
            made.append(run.info.run_id)
    with mlflow.start_run(run_id=made[0]), tempfile.TemporaryDirectory() as folder:
        mlflow.log_text("text in the file", "notes.txt")
        mlflow.log_dict({"key in the json": 1}, "deep/er.json")
        mlflow.log_text("<h1>heading of the page</h1>", "page.html")
        mlflow.log_table({"question": ["seven"], "answer": ["sept"]}, "table.json")
        picture = Path(folder) / "pixel.png"
        picture.write_bytes(PIXEL)
        mlflow.log_artifact(str(picture))
        mlflow.log_input(mlflow.data.from_numpy(_numbers(), name="numbers of the run"), context="training")
        model = mlflow.pyfunc.log_model(name="doubling", python_model=Doubling(), registered_model_name="seen model")
        mlflow.log_metric("model accuracy", 0.75, model_id=model.model_id)
    client.set_registered_model_alias("seen model", "champion", "1")
    again = mlflow.register_model(model.model_uri, "seen model")
    client.update_model_version("seen model", again.version, "described version")
    return {"runs": made, "model": model.model_id}


def _numbers() -> Any:
    import numpy

    return numpy.arange(6.0).reshape(2, 3)


@mlflow.trace(span_type=SpanType.AGENT)
def answer(question: str) -> str:
    """Answer a question, after a look into the books."""
    found = look_up(question)
    with mlflow.start_span("model call", span_type=SpanType.CHAT_MODEL) as span:
        span.set_inputs({"messages": [{"role": "user", "content": question}]})
        span.set_outputs({"choices": [{"message": {"role": "assistant", "content": found}}]})
        span.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18})
        span.set_attribute("mlflow.llm.model", "gpt-test")
    return found


@mlflow.trace(span_type=SpanType.TOOL)
def look_up(question: str) -> str:
    """Look into the books."""
    mlflow.update_current_trace(metadata={"mlflow.trace.session": "session-seven", "mlflow.trace.user": "ada"})
    return f"the answer to {question}"


def traces() -> dict[str, Any]:
    """Make three traces of one session, with feedback and an expectation."""
    made = []
    for question in ("first question", "second question", "third question"):
        answer(question)
        made.append(str(mlflow.get_last_active_trace_id()))
    mlflow.flush_trace_async_logging()
    mlflow.log_feedback(trace_id=made[0], name="helpful", value=True, rationale="rationale of the feedback")
    mlflow.log_expectation(trace_id=made[0], name="expected_answer", value="forty two")
    return {"traces": made, "session": "session-seven"}


@scorers.scorer
def is_short(outputs: str) -> bool:
    """Tell whether an answer is short."""
    return len(outputs) < 100


def evaluation(experiment: str) -> dict[str, Any]:
    """Make a dataset, and evaluate with it."""
    dataset = create_dataset(name="seen dataset", experiment_id=experiment, tags={"team": "blue"})
    dataset.merge_records([{"inputs": {"question": "asked of the dataset"}, "expectations": {"expected_answer": "x"}}])
    result = mlflow.genai.evaluate(data=dataset, predict_fn=answer, scorers=[is_short])
    return {"dataset": dataset.dataset_id, "evaluation": result.run_id}


def prompts() -> dict[str, Any]:
    """Make a prompt of two versions, and one of chat messages."""
    mlflow.genai.register_prompt("seen_prompt", "Say {{word}} politely", commit_message="first words")
    mlflow.genai.register_prompt("seen_prompt", "Say {{word}} very politely", commit_message="second words")
    mlflow.genai.register_prompt("seen_chat", [{"role": "system", "content": "You are {{kind}}"}])
    mlflow.genai.set_prompt_alias("seen_prompt", alias="production", version=2)
    return {"prompt": "seen_prompt"}


def gateway(client: MlflowClient, neighbour: str) -> dict[str, Any]:
    """Make a secret, a model and an endpoint; its calls are traced in an experiment that the server makes."""
    store = client._tracking_client.store
    secret = store.create_gateway_secret(
        "seen-key", {"api_key": "sk-tested"}, provider="openai", auth_config={"api_base": f"{neighbour}/v1"}
    )
    model = store.create_gateway_model_definition("seen-model", secret.secret_id, "openai", "gpt-test")
    config = GatewayEndpointModelConfig(model.model_definition_id, GatewayModelLinkageType.PRIMARY, 1.0)
    endpoint = store.create_gateway_endpoint("seen-endpoint", [config])
    return {
        "endpoint": endpoint.endpoint_id,
        "gateway_experiment": str(endpoint.experiment_id),
        "secret": secret.secret_id,
    }


def judges() -> None:
    """Register a built-in judge and one made of instructions."""
    scorers.Guidelines(name="seen_guidelines", guidelines="Be polite.", model="gateway:/seen-endpoint").register()
    made = make_judge(
        name="seen_judge",
        instructions="Is {{ outputs }} right?",
        model="gateway:/seen-endpoint",
        feedback_value_type=bool,
    )
    made.register()


def reviews(experiment: str, trace: str) -> dict[str, Any]:
    """Make a label schema, a review queue with a trace in it, and an issue."""
    client = TracingClient()
    schema = client._create_label_schema(
        experiment, name="seen label", type="feedback", input=label_schemas.InputPassFail("good", "bad")
    )
    queue = client._create_review_queue(
        experiment, name="seen queue", queue_type="custom", users=["ada"], schema_ids=[schema.schema_id]
    )
    client._add_items_to_review_queue(queue.queue_id, item_ids=[trace])
    issue = client._create_issue(experiment, "seen issue", "description of the issue")
    mlflow.log_assessment(trace, IssueReference(issue_name="seen issue", issue_id=issue.issue_id))
    return {"queue": queue.queue_id, "issue": issue.issue_id}


def registries(client: MlflowClient, neighbour: str) -> dict[str, Any]:
    """Register an MCP server and a webhook."""
    name = "com.example/seen"
    client.create_mcp_server_version(
        {"name": name, "description": "a seen server", "version": "1.0.0"}, status=None, tools=[]
    )
    client.create_webhook("seen-webhook", f"{neighbour}/hook", ["registered_model.created"])
    return {"mcp": name}


def main(address: str, neighbour: str) -> None:
    """Make everything."""
    mlflow.set_tracking_uri(address)
    experiment = mlflow.set_experiment(EXPERIMENT).experiment_id
    client = MlflowClient()
    made: dict[str, Any] = {"experiment": experiment, **training(client), **traces()}
    made |= evaluation(experiment) | prompts() | gateway(client, neighbour)
    judges()
    made |= reviews(experiment, made["traces"][0]) | registries(client, neighbour)
    sys.stdout.write(f"{json.dumps(made)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
