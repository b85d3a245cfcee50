"""Where the files of a trace are, as whoever asks reaches them: through a server, or in the directory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mlflow.entities import Trace, TraceInfo
from mlflow.utils.mlflow_tags import MLFLOW_ARTIFACT_LOCATION
from mlflow.utils.uri import append_to_uri_path

T = TypeVar("T")


def shown(answer: T, place_of: Callable[[str], str | None]) -> T:
    """Return an answer of MLflow's store, its traces' files shown where they are from here.

    MLflow writes the place down with the trace, as the process that begins it sees it.

    Args:
        answer: A trace, what is known of one, a list of them, or anything else.
        place_of: Returns where an experiment's files are, or None if they are not in the workspace.
    """
    if isinstance(answer, list | tuple):
        for one in answer:
            shown(one, place_of)
    elif isinstance(answer, Trace):
        shown(answer.info, place_of)
    elif isinstance(answer, TraceInfo):
        _show(answer, place_of)
    return answer


def _show(info: TraceInfo, place_of: Callable[[str], str | None]) -> None:
    end = f"/traces/{info.trace_id}/artifacts"
    is_usual = info.tags.get(MLFLOW_ARTIFACT_LOCATION, "").endswith(end)
    place = place_of(info.experiment_id) if is_usual and info.experiment_id else None
    if place is not None:
        info.tags[MLFLOW_ARTIFACT_LOCATION] = append_to_uri_path(place, end)
