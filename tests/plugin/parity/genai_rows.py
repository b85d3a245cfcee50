"""How the fields of what has no native counterpart are compared, by the names of MLflow's classes.

By name, for an older MLflow has not all of these classes.
"""

from __future__ import annotations

from .rules import NO_WORKSPACES, Ignored, row

_ASSESSMENT = row(
    "name source trace_id run_id rationale metadata span_id error expectation feedback issue overrides valid",
    ids="assessment_id",
    times="create_time_ms last_update_time_ms",
)
_SPAN = row(
    "name trace_id _trace_id request_id span_id parent_id span_type status start_time_ns end_time_ns inputs outputs "
    "attributes events links description model_name llm_cost log_level"
)
_AUTHORS = "created_by last_updated_by"
_LOADED_LATER = Ignored("loaded from the store that is MLflow's default; the calls that load it are compared")
_DEPRECATED = Ignored("MLflow warns when it is read; the spans it is made of are compared")
_OF_TIME = Ignored("it is made of the time")

GENAI_ROWS: dict[str, dict[str, str]] = {
    "TraceInfo": row(
        "trace_id trace_location request_time state request_preview response_preview client_request_id "
        "execution_duration trace_metadata tags execution_time_ms experiment_id request_id request_metadata status "
        "timestamp_ms token_usage cost",
        any_order="assessments",
    ),
    "TraceInfoV2": row(
        "request_id experiment_id timestamp_ms execution_time_ms status request_metadata tags trace_id",
        any_order="assessments",
    ),
    "Trace": row("info data trace_id"),
    "TraceData": row("spans request response", intermediate_outputs=_DEPRECATED),
    "TraceLocation": row("type mlflow_experiment inference_table uc_schema uc_table_prefix"),
    "MlflowExperimentLocation": row("experiment_id"),
    "Span": _SPAN,
    "LazySpan": _SPAN,
    "SpanEvent": row("name timestamp attributes"),
    "SpanStatus": row("status_code description"),
    "Link": row("trace_id span_id attributes"),
    "TraceFilterCorrelationResult": row(
        "npmi npmi_smoothed filter1_count filter2_count joint_count total_count confidence_lower confidence_upper"
    ),
    "MetricDataPoint": row("metric_name dimensions values"),
    "CompletedSession": row("session_id first_trace_timestamp_ms last_trace_timestamp_ms"),
    "Assessment": _ASSESSMENT,
    "Expectation": _ASSESSMENT | row("value"),
    "Feedback": _ASSESSMENT | row("value error_code error_message"),
    "IssueReference": _ASSESSMENT | row("issue_name", ids="issue_id"),
    "ExpectationValue": row("value"),
    "FeedbackValue": row("value error"),
    "IssueReferenceValue": row("issue_name"),
    "AssessmentError": row("error_code error_message stack_trace"),
    "AssessmentSource": row("source_type source_id"),
    "Issue": row(
        "experiment_id name description status severity root_causes categories created_by trace_count",
        ids="issue_id source_run_id",
        times="created_timestamp last_updated_timestamp",
    ),
    "ScorerVersion": row(
        "experiment_id scorer_name scorer_version serialized_scorer", ids="scorer_id", times="creation_time"
    ),
    "SerializedScorer": row(
        "name aggregations description is_session_level_scorer timeout mlflow_version serialization_version "
        "builtin_scorer_class builtin_scorer_pydantic_data call_source call_signature original_func_name "
        "instructions_judge_pydantic_data memory_augmented_judge_data third_party_scorer_data ensemble_scorer_data"
    ),
    "OnlineScoringConfig": row(
        "sample_rate experiment_id filter_string",
        ids="online_scoring_config_id scorer_id",
    ),
    "OnlineScorer": row("name serialized_scorer online_config scorer_version"),
    "EvaluationDataset": row(
        f"name tags schema profile source {_AUTHORS}",
        ids="dataset_id",
        times="created_time last_update_time",
        digest=_OF_TIME,
        experiment_ids=_LOADED_LATER,
        records=_LOADED_LATER,
        version=_LOADED_LATER,
    ),
    "EvaluationDatasetSource": row(),
    "DatasetRecord": row(
        f"inputs outputs expectations tags source source_id source_type {_AUTHORS}",
        ids="dataset_id dataset_record_id",
        times="created_time last_update_time",
    ),
    "DatasetRecordSource": row("source_type source_data"),
    "LabelSchema": row(
        "experiment_id name type title input instruction enable_comment created_by is_default",
        ids="schema_id",
        times="created_at updated_at",
    ),
    "InputCategorical": row("options multi_select"),
    "InputNumeric": row("min_value max_value"),
    "InputPassFail": row("positive_label negative_label"),
    "InputText": row("max_length"),
    "ReviewQueue": row(
        "experiment_id name queue_type created_by users",
        ids="queue_id",
        times="creation_time_ms last_update_time_ms",
        any_order="schema_ids",
    ),
    "ReviewQueueItem": row(
        "item_type item_id status completed_by completed_time_ms",
        ids="queue_id",
        times="creation_time_ms last_update_time_ms",
    ),
    "GatewaySecretInfo": row(
        f"secret_name masked_values provider auth_config {_AUTHORS}",
        ids="secret_id",
        times="created_at last_updated_at",
        workspace=NO_WORKSPACES,
    ),
    "GatewayModelDefinition": row(
        f"name secret_name provider model_name {_AUTHORS}",
        ids="model_definition_id secret_id",
        times="created_at last_updated_at",
        workspace=NO_WORKSPACES,
    ),
    "GatewayEndpoint": row(
        f"name routing_strategy fallback_config experiment_id usage_tracking {_AUTHORS}",
        ids="endpoint_id",
        times="created_at last_updated_at",
        any_order="model_mappings tags",
        workspace=NO_WORKSPACES,
    ),
    "GatewayEndpointModelMapping": row(
        "model_definition weight linkage_type fallback_order created_by",
        ids="mapping_id endpoint_id model_definition_id",
        times="created_at",
    ),
    "GatewayEndpointTag": row("key value"),
    "GatewayEndpointBinding": row(
        f"resource_type resource_id display_name {_AUTHORS}", ids="endpoint_id", times="created_at last_updated_at"
    ),
    "FallbackConfig": row("strategy max_attempts"),
    "GatewayBudgetPolicy": row(
        f"budget_unit budget_amount duration target_scope target_value budget_action {_AUTHORS}",
        ids="budget_policy_id",
        times="created_at last_updated_at",
        workspace=NO_WORKSPACES,
    ),
    "BudgetDuration": row("unit value"),
    "GatewayGuardrail": row(
        f"name scorer stage action action_endpoint_name {_AUTHORS}",
        ids="guardrail_id",
        times="created_at last_updated_at",
        workspace=NO_WORKSPACES,
    ),
    "GatewayGuardrailConfig": row(
        "execution_order guardrail created_by",
        ids="endpoint_id guardrail_id",
        times="created_at",
        workspace=NO_WORKSPACES,
    ),
    "MCPServer": row(
        f"name display_name description icons status tags aliases latest_version {_AUTHORS}",
        times="creation_timestamp last_updated_timestamp",
        any_order="access_endpoints",
        workspace=NO_WORKSPACES,
    ),
    "MCPServerVersion": row(
        f"name version server_json status tools tags connect_options source {_AUTHORS}",
        times="creation_timestamp last_updated_timestamp",
        any_order="aliases",
        workspace=NO_WORKSPACES,
    ),
    "MCPTool": row("name title description input_schema output_schema annotations icons execution"),
    "ConnectOptionSettings": row("hidden"),
    "MCPAccessEndpoint": row(
        f"server_name url transport_type server_version server_alias resolved_version {_AUTHORS}",
        ids="id",
        times="creation_timestamp last_updated_timestamp",
        workspace=NO_WORKSPACES,
    ),
}
