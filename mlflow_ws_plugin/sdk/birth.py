"""How a run is born natively: what is said of it before anything is recorded."""

from __future__ import annotations

import getpass
import sys
import time
import uuid
from collections.abc import Mapping

from mlflow_ws_plugin.records import limits, reserved
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.names import check_key, check_run_id
from mlflow_ws_plugin.records.notes import as_text, readable
from mlflow_ws_plugin.records.run import NewRun, Origin


def new_run(
    experiment_id: str,
    *,
    name: str | None = None,
    run_id: str | None = None,
    parent_id: str | None = None,
    tags: Mapping[str, object] | None = None,
    properties: Mapping[str, object] | None = None,
) -> NewRun:
    """Return a run that begins now, running.

    Args:
        experiment_id: Where it will be.
        name: Display name; `run_` and eight characters of the run id by default.
        run_id: 1–256 letters, digits, `_` and `-`; 32 random hexadecimal digits by default.
        parent_id: The run it belongs to.
        tags: Its first tags.
        properties: Its first properties.

    Raises:
        InvalidName: The name, the run id, or a key or value is not legal.
    """
    run_id = uuid.uuid4().hex if run_id is None else check_run_id(run_id)
    name = check_key("name of a run", name) if name else f"run_{run_id[:8]}"
    user = _user()
    family = {} if parent_id is None else {reserved.PARENT: parent_id}
    return NewRun(
        experiment_id=experiment_id,
        run_id=run_id,
        name=name,
        state=State.RUNNING,
        user=user,
        origin=Origin.NATIVE,
        start_ms=int(time.time() * 1000),
        parent_id=parent_id,
        tags={
            reserved.USER: user,
            reserved.SOURCE_NAME: readable(sys.argv[0]) if sys.argv else "",
            reserved.SOURCE_TYPE: "LOCAL",
            **as_text("tag", tags or {}, limits.TAG_VALUE_LENGTH),
            **family,
            reserved.RUN_NAME: name,
        },
        properties=as_text("property", properties or {}, limits.TAG_VALUE_LENGTH),
    )


def _user() -> str:
    """Return who is logged in; a container may run under a number that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
