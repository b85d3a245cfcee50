"""How the fields of what the model registry holds are compared, by the names of MLflow's classes."""

from __future__ import annotations

from .rules import NO_WORKSPACES, row

_TIMES = "creation_timestamp last_updated_timestamp"
_PAIR = row("key value")
_MODEL = row(
    "name description latest_versions tags aliases deployment_job_id deployment_job_state",
    times=_TIMES,
    workspace=NO_WORKSPACES,
)
_VERSION = row(
    "name version description user_id current_stage source status status_message tags run_link params metrics "
    "deployment_job_state run_id model_id",
    times=_TIMES,
    any_order="aliases",
    workspace=NO_WORKSPACES,
)

REGISTRY_ROWS: dict[str, dict[str, str]] = {
    "RegisteredModel": _MODEL,
    "RegisteredModelSearch": _MODEL,
    "RegisteredModelTag": _PAIR,
    "RegisteredModelAlias": row("alias version"),
    "ModelVersion": _VERSION,
    "ModelVersionSearch": _VERSION,
    "ModelVersionTag": _PAIR,
    "Prompt": row("name description tags", times="creation_timestamp"),
    "PromptVersion": row(
        "name version template commit_message description tags user_id uri variables response_format model_config "
        "is_text_prompt",
        times=_TIMES,
        any_order="aliases",
    ),
    "Webhook": row(
        "name url description status secret",
        ids="webhook_id",
        times=_TIMES,
        any_order="events",
        workspace=NO_WORKSPACES,
    ),
    "WebhookEvent": row("entity action"),
    "WebhookTestResult": row("success response_status response_body error_message"),
}
