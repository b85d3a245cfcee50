"""Pages of searches and histories: their sizes, and the tokens that say where the next begins."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from mlflow.entities import ViewType
from mlflow.entities.lifecycle_stage import LifecycleStage
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.store.tracking import SEARCH_MAX_RESULTS_THRESHOLD
from mlflow.utils.search_utils import SearchUtils

from mlflow_ws_plugin.records.summary import PointRow


def lifecycles(view_type: int) -> list[str]:
    """Return the lifecycle stages that a view type shows."""
    return sorted(LifecycleStage.view_type_to_stages(ViewType.ALL if view_type is None else view_type))


def check_max_results(max_results: int | None, *, or_none: bool = False) -> None:
    """Refuse a page size below one or above MLflow's limit.

    Raises:
        MlflowException: It is.
    """
    if max_results is None and or_none:
        return
    if max_results is None or max_results < 1:
        need = "It must be a positive integer"
    elif max_results > SEARCH_MAX_RESULTS_THRESHOLD:
        need = f"It must be at most {SEARCH_MAX_RESULTS_THRESHOLD}"
    else:
        return
    raise MlflowException(
        f"Invalid value {max_results} for parameter 'max_results' supplied. {need}", INVALID_PARAMETER_VALUE
    )


def offset_of(page_token: str | None) -> int:
    """Return how many results a page token leaves out.

    Raises:
        MlflowException: The token is not legal.
    """
    offset: int = SearchUtils.parse_start_offset_from_page_token(page_token)
    return offset


def next_token(offset: int, limit: int | None, found: Sequence[object]) -> str | None:
    """Return the token of the page after one that was asked for with one result too many, or None."""
    if limit is None or len(found) <= limit:
        return None
    token: str = SearchUtils.create_page_token(offset + limit)
    return token


def history_token(offset: int, last: PointRow) -> str:
    """Return the token of the page of a history after a point; MLflow reads its offset, we the point."""
    return base64.b64encode(json.dumps({"offset": offset, "after": last}).encode()).decode()


def point_of(page_token: str | None) -> PointRow | None:
    """Return the point after which a page of a history begins, or None where a legal token does not say it."""
    said = json.loads(base64.b64decode(page_token)) if page_token else None
    after = said.get("after") if isinstance(said, dict) else None
    return tuple(after) if isinstance(after, list) and len(after) == 4 else None
