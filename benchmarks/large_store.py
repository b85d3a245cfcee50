"""A store as it is after years: 10k runs and 5M points, models, versions and traces, the same at each target.

What MLflow's own SQL store would take minutes to log is inserted into its tables, as `filling` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mlflow import MlflowClient
from mlflow.entities import (
    LoggedModelStatus,
    Metric,
    Param,
    RunTag,
    TraceInfo,
    TraceLocation,
    TraceState,
)

from benchmarks import filling
from benchmarks.targets import MLWS, SQLITE, Site

RUNS = 10_000
LONG_RUNS = 10
_METRICS = 10
_POINTS = 40
_LONG_POINTS = 100_000
_MODELS = 100
_TRACES = 200
NOW_MS = 1_700_000_000_000

_SQL_RUN = (
    "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, "
    "end_time, source_version, lifecycle_stage, artifact_uri, experiment_id) "
    "VALUES (?, ?, 'UNKNOWN', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', ?, 0)"
)
_SQL_PARAM = "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)"
_SQL_TAG = "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)"
_SQL_METRIC = "INSERT INTO {} (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, 0, ?)"

Point = tuple[str, float, int, int]
"""Key, value, time in ms, step."""


class _Contents(NamedTuple):
    """What one of the runs holds."""

    params: dict[str, str]
    tags: dict[str, str]
    points: list[Point]


def fill(site: Site) -> list[str]:
    """Fill a target, and return the ids of its runs, the long ones first."""
    assert site.store is not None
    run_ids = _FILL[site.target.name](site)
    _add_models(site.client, run_ids)
    _add_traces(site)
    return run_ids


def _contents(number: int) -> _Contents:
    """Return a run's contents, the same for each target."""
    return _Contents(
        params={f"p{i}": "xy"[(number >> i) & 1] if i == 2 else f"value {number * i}" for i in range(5)},
        tags={f"t{i}": f"tag {number + i}" for i in range(5)} | {"mlflow.runName": f"run-{number}"},
        points=list(_points(number)),
    )


def _points(number: int) -> Iterator[Point]:
    for metric in range(_METRICS):
        of_metric = _LONG_POINTS if number < LONG_RUNS and metric == 0 else _POINTS
        for step in range(of_metric):
            yield f"m{metric}", (number * (2 * metric + 7919) % 10_007) / (10_007 + step), NOW_MS + step, step


def _through_store(site: Site) -> list[str]:
    return [_log(site, number) for number in range(RUNS)]


def _log(site: Site, number: int) -> str:
    store, contents = site.store, _contents(number)
    tags = [RunTag(key, value) for key, value in contents.tags.items()]
    run_id = str(store.create_run("0", "bench", NOW_MS + number, tags, f"run-{number}").info.run_id)
    store.log_batch(run_id, [], [Param(key, value) for key, value in contents.params.items()], [])
    for first in range(0, len(contents.points), 1000):
        store.log_batch(run_id, [Metric(k, v, t, s) for k, v, t, s in contents.points[first : first + 1000]], [], [])
    store.update_run_info(run_id, 3, NOW_MS + number + 1, None)
    return run_id


def _into_tables(site: Site) -> list[str]:
    run_ids = [f"{number:032x}" for number in range(RUNS)]
    connection = filling.database(site)
    with connection:
        for number, run_id in enumerate(run_ids):
            contents = _contents(number)
            points = [(*point, run_id) for point in contents.points]
            start_ms = NOW_MS + number
            connection.execute(_SQL_RUN, (run_id, f"run-{number}", start_ms, start_ms + 1, f"file:///nowhere/{number}"))
            connection.executemany(_SQL_PARAM, [(key, value, run_id) for key, value in contents.params.items()])
            connection.executemany(_SQL_TAG, [(key, value, run_id) for key, value in contents.tags.items()])
            connection.executemany(_SQL_METRIC.format("metrics"), points)
            connection.executemany(_SQL_METRIC.format("latest_metrics"), {point[0]: point for point in points}.values())
    connection.close()
    return run_ids


_FILL: dict[str, Callable[[Site], list[str]]] = {MLWS.name: _through_store, SQLITE.name: _into_tables}


def _add_models(client: MlflowClient, run_ids: list[str]) -> None:
    """Make logged models, and versions of registered ones."""
    for number in range(_MODELS):
        params = {f"p{i}": str(i) for i in range(5)}
        model = client.create_logged_model("0", f"model-{number}", run_ids[number], params=params)
        client.log_metric(run_ids[number], "accuracy", number / _MODELS, model_id=model.model_id)
        client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
        name = f"registered-{number % 20}"
        if number < 20:
            client.create_registered_model(name)
        client.create_model_version(name, f"file:///nowhere/{number}", run_ids[number])


def _add_traces(site: Site) -> None:
    for number in range(_TRACES):
        site.store.start_trace(
            TraceInfo(
                trace_id=f"tr-{number:032x}",
                trace_location=TraceLocation.from_experiment_id("0"),
                request_time=NOW_MS + number,
                state=TraceState.OK,
                execution_duration=number,
                request_preview="a question",
                response_preview="an answer",
            )
        )
