"""What is counted over traces, spans and assessments."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities import Feedback, TraceState
from mlflow.entities.trace_metrics import AggregationType, MetricAggregation, MetricViewType

from .pair import Pair
from .spans import span, trace

TRACES, SPANS, ASSESSMENTS = MetricViewType.TRACES, MetricViewType.SPANS, MetricViewType.ASSESSMENTS
COUNT, AVG, SUM = (
    MetricAggregation(kind) for kind in (AggregationType.COUNT, AggregationType.AVG, AggregationType.SUM)
)
MEDIAN = MetricAggregation(AggregationType.PERCENTILE, 50.0)
TOKENS = '{"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}'


@pytest.fixture(scope="module")
def counted(shared: Pair) -> Pair:
    """Four traces at four seconds, one of them failed, with spans that cost something and one assessment."""
    for number in range(1, 5):
        state = TraceState.ERROR if number == 4 else TraceState.OK
        metadata = {"mlflow.trace.tokenUsage": TOKENS, "mlflow.trace.session": f"s-{number % 2}"}
        fields = {"request_time": number * 1000, "execution_duration": number, "trace_metadata": metadata}
        shared.answers("start_trace", trace(f"tr-{number}", state=state, tags={"mlflow.traceName": "ask"}, **fields))
        cost = {"input_cost": 0.5, "output_cost": 0.25, "total_cost": 0.75}
        attributes = {"mlflow.llm.cost": cost, "mlflow.llm.model": "small", "mlflow.llm.provider": "them"}
        shared.answers("log_spans", "0", [span(f"tr-{number}", number, attributes=attributes)])
    shared.answers("create_assessment", Feedback(name="good", value=0.5, trace_id="tr-1"))
    return shared


QUERIES: list[tuple[Any, ...]] = [
    (TRACES, "trace_count", [COUNT]),
    (TRACES, "trace_count", [COUNT], ["trace_status"]),
    (TRACES, "trace_count", [COUNT], ["trace_name", "trace_status"]),
    (TRACES, "trace_count", [COUNT], None, ["trace.status = 'OK'"]),
    (TRACES, "trace_count", [COUNT], ["nope"]),
    (TRACES, "trace_count", [SUM]),
    (TRACES, "trace_count", []),
    (TRACES, "latency", [AVG, MEDIAN]),
    (TRACES, "latency", [AVG], ["trace_status"]),
    (TRACES, "total_tokens", [SUM, AVG]),
    (TRACES, "input_tokens", [SUM]),
    (TRACES, "session_count", [COUNT]),
    (TRACES, "nope", [COUNT]),
    (SPANS, "span_count", [COUNT]),
    (SPANS, "span_count", [COUNT], ["span_type", "span_name"]),
    (SPANS, "latency", [AVG], ["span_name"]),
    (SPANS, "total_cost", [SUM], ["span_model_name"]),
    (SPANS, "total_cost", [SUM], ["span_model_provider"]),
    (SPANS, "nope", [SUM]),
    (ASSESSMENTS, "assessment_count", [COUNT], ["assessment_name"]),
    (ASSESSMENTS, "assessment_value", [AVG], ["assessment_name"]),
    (ASSESSMENTS, "assessment_count", [COUNT], ["assessment_value"]),
    (TRACES, "trace_count", [COUNT], None, ["nope"]),
]
TIMES: list[dict[str, Any]] = [
    {},
    {"time_interval_seconds": 2, "start_time_ms": 0, "end_time_ms": 5000},
    {"start_time_ms": 2000, "end_time_ms": 3000},
    {"time_interval_seconds": 2},
    {"max_results": 1},
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(map(str, query))[:60])
@pytest.mark.parametrize("times", TIMES, ids=str)
def test_a_count_is_the_same(counted: Pair, query: Any, times: Any) -> None:
    counted.agrees("query_trace_metrics", ["0"], *query, **times)


def test_the_judge_counts_what_was_given(counted: Pair) -> None:
    (point,) = counted.answers("query_trace_metrics", ["0"], TRACES, "trace_count", [COUNT])["page"]
    assert point["values"] == {"COUNT": ("int", 4)}


@pytest.mark.parametrize("experiments", [["99"], [], ["abc"], ["0", "99"]], ids=str)
def test_other_experiments_have_counts_of_their_own(counted: Pair, experiments: Any) -> None:
    counted.agrees("query_trace_metrics", experiments, TRACES, "trace_count", [COUNT])
