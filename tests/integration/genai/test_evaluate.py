"""`mlflow.genai.evaluate` on a workspace, with scorers that ask no model."""

from __future__ import annotations

from typing import Any

import mlflow
import mlflow.genai
import mlflow.genai.datasets
import pytest
from mlflow import MlflowClient
from mlflow.entities import Feedback, Trace
from mlflow.genai.scorers import RegexMatch, scorer

from mlflow_ws_plugin import Workspace

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Starting with pandas version 4.0 all arguments"),
]

ROWS = [
    {"inputs": {"question": "how"}, "expectations": {"answer": "HOW"}},
    {"inputs": {"question": "why"}, "expectations": {"answer": "because"}},
]


def answer(question: str) -> str:
    return question.upper()


@scorer
def exact(outputs: str, expectations: dict[str, Any]) -> bool:
    return bool(outputs == expectations["answer"])


@scorer
def letters(outputs: str) -> Feedback:
    return Feedback(value=len(outputs), rationale=f"{outputs} is that long")


@scorer
def broken(outputs: str) -> bool:
    raise ZeroDivisionError(f"{outputs} on purpose")


def traces_of(client: MlflowClient, experiment: str, run_id: str) -> list[Trace]:
    return list(client.search_traces(locations=[experiment], run_id=run_id))


def values_of(trace: Trace) -> dict[str, Any]:
    return {
        one.name: one.expectation.value if one.expectation else one.feedback.value for one in trace.info.assessments
    }


def test_an_evaluation_is_a_native_run_with_a_metric_for_each_scorer(experiment: str, workspace: Workspace) -> None:
    result = mlflow.genai.evaluate(
        data=ROWS, predict_fn=answer, scorers=[exact, letters, RegexMatch(pattern="^H", name="begins")]
    )

    assert result.metrics == {"exact/mean": 0.5, "letters/mean": 3.0, "begins/mean": 0.5}
    run = workspace.get_run(result.run_id)
    assert run.experiment.id == experiment
    assert run.status == "Completed"
    assert run.get_metrics() == result.metrics


def test_each_row_is_a_trace_of_the_run_with_what_was_said_of_it(experiment: str, client: MlflowClient) -> None:
    result = mlflow.genai.evaluate(data=ROWS, predict_fn=answer, scorers=[exact, letters])

    found = {trace.data.spans[0].outputs: values_of(trace) for trace in traces_of(client, experiment, result.run_id)}
    assert found == {
        "HOW": {"answer": "HOW", "exact": True, "letters": 3},
        "WHY": {"answer": "because", "exact": False, "letters": 3},
    }
    assert sorted(result.result_df["trace_id"]) == sorted(
        trace.info.trace_id for trace in traces_of(client, experiment, result.run_id)
    )


def test_a_scorer_that_raises_is_an_error_of_its_assessment_alone(experiment: str, client: MlflowClient) -> None:
    result = mlflow.genai.evaluate(data=ROWS[:1], predict_fn=answer, scorers=[broken, exact])

    (trace,) = traces_of(client, experiment, result.run_id)
    said = {one.name: one for one in trace.info.assessments}
    assert said["broken"].feedback.error.error_message == "HOW on purpose"
    assert said["exact"].feedback.value is True
    assert result.metrics == {"exact/mean": 1.0}


@pytest.mark.usefixtures("experiment")
def test_an_evaluation_joins_the_run_that_is_active(workspace: Workspace) -> None:
    with mlflow.start_run(run_name="mine") as run:
        mlflow.log_param("model", "upper")
        result = mlflow.genai.evaluate(data=ROWS, predict_fn=answer, scorers=[exact])

    assert result.run_id == run.info.run_id
    native = workspace.get_run(run.info.run_id)
    assert (native.name, native.parameters, native.get_metrics()) == ("mine", {"model": "upper"}, {"exact/mean": 0.5})


def test_an_evaluation_over_a_dataset_names_it_among_the_runs_inputs(experiment: str, client: MlflowClient) -> None:
    made = mlflow.genai.datasets.create_dataset("questions", experiment_id=[experiment])
    made.merge_records(ROWS)
    found = mlflow.genai.datasets.get_dataset(name="questions")
    result = mlflow.genai.evaluate(data=found, predict_fn=answer, scorers=[exact])

    assert result.metrics == {"exact/mean": 0.5}
    (use,) = client.get_run(result.run_id).inputs.dataset_inputs
    assert use.dataset.name == "questions"
    assert len(traces_of(client, experiment, result.run_id)) == 2


def test_an_evaluation_over_searched_traces_assesses_those(experiment: str, client: MlflowClient) -> None:
    traced = mlflow.trace(answer)
    with mlflow.start_run() as run:
        traced("how")
    result = mlflow.genai.evaluate(data=mlflow.search_traces(run_id=run.info.run_id), scorers=[letters])

    assert result.metrics == {"letters/mean": 3.0}
    (trace,) = traces_of(client, experiment, run.info.run_id)
    assert values_of(trace) == {"letters": 3}
    assert [one.info.trace_id for one in traces_of(client, experiment, result.run_id)] == [trace.info.trace_id]


def test_a_dataset_is_made_of_traces(experiment: str, client: MlflowClient) -> None:
    mlflow.trace(answer)("how")
    made = mlflow.genai.datasets.create_dataset("from traces", experiment_id=[experiment])
    made.merge_records(mlflow.search_traces(return_type="list"))

    (record,) = client.get_dataset(made.dataset_id).to_df().to_dict("records")
    assert record["inputs"] == {"question": "how"}
    assert [one.name for one in mlflow.genai.datasets.search_datasets(experiment_ids=[experiment])] == ["from traces"]


def test_an_evaluation_of_a_model_is_found_at_the_model(experiment: str) -> None:
    model = mlflow.set_active_model(name="agent")
    try:
        result = mlflow.genai.evaluate(data=ROWS, predict_fn=answer, scorers=[exact], model_id=model.model_id)
    finally:
        mlflow.clear_active_model()

    found = {metric.key: metric.value for metric in mlflow.get_logged_model(model.model_id).metrics}
    assert found == result.metrics == {"exact/mean": 0.5}
    assert len(mlflow.search_traces(locations=[experiment], model_id=model.model_id, return_type="list")) == 2


def test_a_scorer_of_sessions_is_asked_once_for_each(experiment: str) -> None:
    @mlflow.trace
    def talk(question: str, session: str) -> str:
        mlflow.update_current_trace(metadata={"mlflow.trace.session": session})
        return question

    @scorer
    def turns(session: list[Trace]) -> int:
        return len(session)

    for question, session in (("a", "one"), ("b", "one"), ("c", "two")):
        talk(question, session)
    result = mlflow.genai.evaluate(data=mlflow.search_traces(locations=[experiment]), scorers=[turns])
    assert result.metrics == {"turns/mean": 1.5}
