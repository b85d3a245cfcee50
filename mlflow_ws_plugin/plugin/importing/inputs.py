"""What runs used and made: datasets with their tags, and logged models."""

from __future__ import annotations

from mlflow.entities import Run

from mlflow_ws_plugin.plugin.importing.target import Target
from mlflow_ws_plugin.plugin.translate import dataset_from_mlflow
from mlflow_ws_plugin.records.model import ModelInput, ModelOutput


def fields(run: Run) -> dict[str, object]:
    """Return a run's inputs and outputs as they are compared."""
    found: dict[str, object] = {}
    for use in run.inputs.dataset_inputs if run.inputs else ():
        told = use.dataset
        tags = sorted((tag.key, tag.value) for tag in use.tags)
        found[_name(use)] = (told.source_type, told.source, told.schema, told.profile, tags)
    for model in (run.inputs.model_inputs if run.inputs else None) or ():
        found[f"model {model.model_id}"] = "used"
    for output in (run.outputs.model_outputs if run.outputs else None) or ():
        found[f"made model {output.model_id}"] = output.step
    return found


def write(target: Target, told: Run, here: Run) -> None:
    """Write those inputs and outputs of a run that are missing in the workspace."""
    there = fields(here)
    if fields(told).keys() <= there.keys():
        return
    uses = told.inputs.dataset_inputs if told.inputs else []
    models = (told.inputs.model_inputs if told.inputs else None) or []
    outputs = (told.outputs.model_outputs if told.outputs else None) or []
    target.history.arrivals.inputs(
        told.info.run_id,
        datasets=[dataset_from_mlflow(use) for use in uses if _name(use) not in there],
        models=[ModelInput(model.model_id) for model in models],
        outputs=[ModelOutput(one.model_id, one.step) for one in outputs if f"made model {one.model_id}" not in there],
    )


def _name(use: object) -> str:
    dataset = use.dataset  # type: ignore[attr-defined]  # MLflow's entity has no annotation
    return f"dataset {dataset.name} {dataset.digest}"
