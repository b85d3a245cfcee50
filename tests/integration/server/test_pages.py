"""Every page of MLflow's UI in a real browser: it shows what was recorded, and nothing that it asks for fails."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.server.serving import Served

FAILS = 400
ONLY_WITH_USERS = ("/mlflow/users/current", "/mlflow/users/list")
"""What every page asks of MLflow's own user management, and takes a 404 of where it is not switched on."""

ERRORS = ("Page Not Found", "An error occurred while rendering", "Something went wrong", "Error:")


@dataclass(frozen=True)
class Page:
    """A page of the UI.

    Attributes:
        name: Of the test, and of its picture.
        route: What stands after `#`; names in braces are of `content`.
        shows: Texts that are seen on it.
    """

    name: str
    route: str
    shows: tuple[str, ...]


EXPERIMENT = "/experiments/{experiment}"
RUN = EXPERIMENT + "/runs/{run}"
TWO_RUNS = 'runs=["{other}","{third}"]&experiments=["{experiment}"]'
"""Not the first, whose model makes MLflow's page of compared runs fail over MLflow's own SQL store, too (3.17.2)."""

PAGES = (
    Page("home", "/", ("Welcome to MLflow", "seen in a browser")),
    Page("experiments", "/experiments", ("seen in a browser", "Default")),
    Page("runs", f"{EXPERIMENT}/runs", ("visible-run-0", "visible-run-2", "4 matching runs")),
    Page("charts", f"{EXPERIMENT}/runs?compareRunsMode=CHART", ("visible-run-0", "loss")),
    Page("table compared", f"{EXPERIMENT}/runs?compareRunsMode=ARTIFACT", ("table.json", "question")),
    Page("runs compared", f"/compare-runs?{TWO_RUNS}", ("Comparing 2 Runs", "visible-run-1", "visible-run-2")),
    Page(
        "metric",
        f'/metric?{TWO_RUNS}&metric="train/loss"&plot_metric_keys=["train/loss"]',
        ("train/loss", "Completed Runs", "visible-run-1"),
    ),
    Page("experiments compared", '/compare-experiments/s?experiments=["{experiment}","0"]', ("2 Experiments",)),
    Page(
        "run", RUN, ("visible-run-0", "learning_rate", "0.0375", "0.8125", "train/loss", "teal", "numbers of the run")
    ),
    Page("run by its id", "/runs/{run}", ("visible-run-0", "Finished", "seen model")),
    Page("run metrics", f"{RUN}/model-metrics", ("accuracy", "loss")),
    Page("system metrics", f"{RUN}/system-metrics", ("cpu_utilization_pe",)),
    Page("run traces", f"{RUN}/traces", ("visible-run-0", "Traces")),
    Page("files", f"{RUN}/artifacts", ("notes.txt", "page.html", "table.json", "deep")),
    Page("text file", f"{RUN}/artifacts/notes.txt", ("text in the file",)),
    Page("json file", f"{RUN}/artifacts/deep/er.json", ("key in the json",)),
    Page("table file", f"{RUN}/artifacts/table.json", ("question", "sept")),
    Page("logged models", f"{EXPERIMENT}/models", ("doubling", "Ready")),
    Page("logged model", f"{EXPERIMENT}/models/{{model}}", ("doubling", "model accuracy", "0.75", "seen model")),
    Page("model files", f"{EXPERIMENT}/models/{{model}}/artifacts", ("MLmodel", "python_model.pkl")),
    Page("model traces", f"{EXPERIMENT}/models/{{model}}/traces", ("doubling",)),
    Page("registered models", "/models", ("seen model", "champion")),
    Page("registered model", "/models/seen model", ("seen model", "champion", "described version")),
    Page("model version", "/models/seen model/versions/1", ("Version 1", "champion", "Promote model")),
    Page(
        "versions compared",
        '/compare-model-versions?name="seen model"&runs={{"1":"{run}","2":"{run}"}}',
        ("Comparing 2 Versions",),
    ),
    Page("usage", f"{EXPERIMENT}/overview/usage", ("Traces", "Latency", "Errors")),
    Page("quality", f"{EXPERIMENT}/overview/quality", ("Quality Summary", "helpful", "is_short")),
    Page("tool calls", f"{EXPERIMENT}/overview/tool-calls", ("Tool Performance Summary", "look_up")),
    Page("traces", f"{EXPERIMENT}/traces", ("first question", "third question", "asked of the dataset")),
    Page("trace", f"{EXPERIMENT}/traces/{{trace}}", ("look_up", "model call", "the answer to first question")),
    Page("sessions", f"{EXPERIMENT}/chat-sessions", ("Sessions",)),
    Page("session", f"{EXPERIMENT}/chat-sessions/{{session}}", ("session-seven", "first question", "expected_answer")),
    Page("evaluation runs", f"{EXPERIMENT}/evaluation-runs", ("seen data", "Evaluation runs")),
    Page("evaluation run", f"{EXPERIMENT}/runs/{{evaluation}}", ("seen dataset", "is_short")),
    Page("evaluation of a run", f"{EXPERIMENT}/evaluation-runs?selectedRunUuid={{evaluation}}", ("seen data",)),
    Page("datasets", f"{EXPERIMENT}/datasets", ("seen dataset",)),
    Page("dataset", f"{EXPERIMENT}/datasets/{{dataset}}", ("seen dataset", "asked of the dataset")),
    Page("judges", f"{EXPERIMENT}/judges", ("seen_guidelines", "seen_judge")),
    Page("review queues", f"{EXPERIMENT}/review-queue", ("seen queue", "Default")),
    Page("prompts of an experiment", f"{EXPERIMENT}/prompts", ("seen_prompt", "seen_chat")),
    Page(
        "prompt of an experiment", f"{EXPERIMENT}/prompts/{{prompt}}", ("very politely", "second words", "production")
    ),
    Page("playground", f"{EXPERIMENT}/playground", ("Playground", "Add message")),
    Page("prompts", "/prompts", ("seen_prompt", "seen_chat")),
    Page("prompt", "/prompts/{prompt}", ("very politely", "second words", "production")),
    Page("gateway", "/gateway", ("seen-endpoint", "OpenAI")),
    Page("gateway endpoint", "/gateway/endpoints/{endpoint}", ("seen-endpoint", "gpt-test", "Guardrails")),
    Page("new gateway endpoint", "/gateway/endpoints/create", ("Create endpoint", "Usage Tracking")),
    Page("gateway usage", "/gateway/usage", ("Requests", "Latency")),
    Page("gateway budgets", "/gateway/budgets", ("Budgets", "Create budget policy")),
    Page("gateway keys", "/gateway/api-keys", ("seen-key",)),
    Page("experiment of an endpoint", "/experiments/{gateway_experiment}/traces", ("gateway/seen-endpoint",)),
    Page("MCP servers", "/mcp-registry", ("com.example/seen",)),
    Page("MCP server", "/mcp-registry/com.example%2Fseen", ("a seen server", "1.0.0")),
    Page("settings", "/settings/general", ("Theme preference",)),
    Page("keys", "/settings/llm-connections", ("seen-key", "OpenAI")),
    Page("webhooks", "/settings/webhooks", ("seen-webhook",)),
)


@pytest.fixture
def names(content: dict[str, Any]) -> dict[str, str]:
    """What the braces of a route stand for."""
    run, other, third = content["runs"]
    return {**content, "run": run, "other": other, "third": third, "trace": content["traces"][0]}


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_the_page_shows_what_was_recorded_and_nothing_fails(
    shown: Page, served: Served, names: dict[str, str], page: Any, tmp_path: Path
) -> None:
    failed: list[str] = []
    page.on("response", lambda answer: failed.extend(failure(answer)))
    route = quote(shown.route.format(**names), safe="/?=&%")
    page.goto(f"{served.address}/#{route}")
    for text in shown.shows:
        page.get_by_text(text).first.wait_for(state="attached")
    page.screenshot(path=tmp_path / f"{shown.name}.png")
    if folder := os.environ.get("MLWS_TEST_PICTURES"):
        shutil.copy(tmp_path / f"{shown.name}.png", folder)
    assert failed == []
    seen = page.inner_text("body")
    assert [error for error in ERRORS if error in seen] == []


def failure(answer: Any) -> list[str]:
    """Return what failed of an answer to a page, if something did."""
    is_expected = answer.status == 404 and any(path in answer.url for path in ONLY_WITH_USERS)
    return [f"{answer.status} {answer.url}"] if answer.status >= FAILS and not is_expected else []


def test_the_lines_of_a_chart_are_drawn(served: Served, names: dict[str, str], page: Any) -> None:
    page.goto(f"{served.address}/#{RUN.format(**names)}/model-metrics")
    page.locator(".js-plotly-plot .scatterlayer .trace").first.wait_for(state="attached")


def test_a_picture_of_a_run_is_shown(served: Served, names: dict[str, str], page: Any) -> None:
    page.goto(f"{served.address}/#{RUN.format(**names)}/artifacts/pixel.png")
    page.locator("img[src^='blob:'], .js-plotly-plot image, canvas").first.wait_for(state="attached")
