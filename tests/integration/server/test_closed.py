"""What MLflow keeps for a database address, its jobs, is refused in a sentence that names the address."""

from __future__ import annotations

import pytest

from tests.integration.server.asking import ask
from tests.integration.server.serving import Served

API = "ajax-api/3.0"
NEEDS_DATABASE = "Job store requires a backend store URI"
SUBMITTED = {
    "jobs/": {"job_name": "run_online_trace_scorer", "params": {}},
    "mlflow/prompt-optimization/jobs": {
        "experiment_id": "0",
        "source_prompt_uri": "prompts:/nobody/1",
        "config": {"optimizer_type": 1},
    },
    "mlflow/genai/evaluate/invoke": {"experiment_id": "0", "trace_ids": ["tr-1"], "serialized_scorers": ["{}"]},
}
"""Calls that would begin a job."""

READ = {"jobs/search": {}, "mlflow/prompt-optimization/jobs/search": {"experiment_id": "0"}}
"""Calls that would read jobs."""


def test_the_log_says_at_the_start_that_there_are_no_jobs(served: Served) -> None:
    assert "Server will start without job execution support" in served.log.read_text()


@pytest.mark.parametrize("path", SUBMITTED)
def test_a_job_is_refused_with_the_reason_and_the_address(path: str, served: Served) -> None:
    answer = ask(f"{served.address}/{API}/{path}", SUBMITTED[path])
    said = answer.json.get("message") or answer.json["detail"]
    assert answer.status == 500
    assert "MLflow job backend requires a database backend store URI but got mlws:///" in said


@pytest.mark.parametrize("path", READ)
def test_jobs_that_cannot_be_are_not_listed(path: str, served: Served) -> None:
    answer = ask(f"{served.address}/{API}/{path}", READ[path])
    assert (answer.status, answer.json.get("message") or answer.json["detail"]) == (400, NEEDS_DATABASE)


def test_no_refusal_is_a_stack_trace(served: Served) -> None:
    for path, payload in {**SUBMITTED, **READ}.items():
        assert "Traceback" not in ask(f"{served.address}/{API}/{path}", payload).body.decode()
