"""What people are asked about traces: label schemas, queues for review, and issues."""

from __future__ import annotations

import mlflow
import mlflow.genai
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.genai import label_schemas, review_queues
from mlflow.genai.label_schemas import InputCategorical, InputText

pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning")


def traced(output: str) -> str:
    with mlflow.start_span("answer") as span:
        span.set_outputs(output)
    return str(span.trace_id)


def test_a_label_schema_comes_back_changes_and_goes(experiment: str) -> None:
    made = label_schemas.create_label_schema(
        "tone", type="feedback", input=InputCategorical(options=["kind", "rude"]), instruction="How does it sound?"
    )
    label_schemas.create_label_schema("facts", type="expectation", input=InputText())

    found = label_schemas.get_label_schema("tone", experiment_id=experiment)
    assert (found.schema_id, found.instruction, found.input.options) == (
        made.schema_id,
        "How does it sound?",
        ["kind", "rude"],
    )
    assert {one.name for one in label_schemas.list_label_schemas(experiment)} >= {"tone", "facts"}  # and MLflow's own
    label_schemas.update_label_schema(made.schema_id, instruction="Is it kind?")
    assert label_schemas.get_label_schema(schema_id=made.schema_id).instruction == "Is it kind?"
    label_schemas.delete_label_schema(schema_id=made.schema_id)
    assert "tone" not in {one.name for one in label_schemas.list_label_schemas(experiment)}


def test_a_queue_holds_traces_until_somebody_is_done_with_them(experiment: str) -> None:
    schema = label_schemas.create_label_schema("good", type="feedback", input=InputText())
    queue = review_queues.create_review_queue(
        "doubtful", queue_type="custom", users=["ann"], schema_ids=[schema.schema_id]
    )
    first, second = traced("one"), traced("two")
    review_queues.add_items_to_review_queue(queue.queue_id, item_ids=[first, second])
    review_queues.set_review_queue_item_status(queue.queue_id, item_id=first, status="complete", completed_by="ann")

    pending = review_queues.list_review_queue_items(queue.queue_id, status="pending")
    assert [item.item_id for item in pending] == [second]
    assert [one.name for one in review_queues.list_review_queues(user="ann", experiment_id=experiment)] == ["doubtful"]
    review_queues.remove_items_from_review_queue(queue.queue_id, item_ids=[second])
    assert [item.item_id for item in review_queues.list_review_queue_items(queue.queue_id)] == [first]
    review_queues.delete_review_queue(queue.queue_id)
    with pytest.raises(MlflowException, match=queue.queue_id):
        review_queues.get_review_queue(queue.queue_id)


def test_an_issue_is_said_of_a_trace(experiment: str, client: MlflowClient) -> None:
    issue = client._tracking_client.store.create_issue(experiment, "slow", "It takes long.")
    trace_id = traced("late")
    mlflow.log_issue(trace_id=trace_id, issue_id=issue.issue_id, issue_name="slow", rationale="9 s")
    (said,) = mlflow.get_trace(trace_id).info.assessments
    assert (said.name, said.rationale) == (issue.issue_id, "9 s")
