"""Which experiments and runs a call names, wherever its arguments name one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any


def _of_location(location: Any) -> Iterator[object]:
    yield getattr(getattr(location, "mlflow_experiment", location), "experiment_id", location)


def _of_trace(trace: Any) -> Iterator[object]:
    yield getattr(trace, "experiment_id", None)


def _itself(value: object) -> Iterator[object]:
    yield value


def _each(value: Iterable[object] | None) -> Iterator[object]:
    for one in value or ():
        yield from _of_location(one)


WHERE: dict[str, Callable[[Any], Iterator[object]]] = {
    "experiment_id": _itself,
    "experiment_ids": _each,
    "location": _of_location,
    "locations": _each,
    "trace_info": _of_trace,
}
"""How an argument of that name says which experiments it means."""


RUN = "source_run_id"
"""The argument that names a run which MLflow's tables refer to."""


def experiments(call: Callable[..., object], args: Sequence[Any], kwargs: Mapping[str, Any]) -> set[int]:
    """Return the ids of the experiments that a call of MLflow's SQL store names; what is no such id is left out."""
    given = _given(call, args, kwargs)
    found = (id_ for name, ids in WHERE.items() if name in given for id_ in ids(given[name]))
    return {int(str(id_)) for id_ in found if str(id_).isdecimal()}


def run(call: Callable[..., object], args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
    """Return the id of the run that a call of MLflow's SQL store names, if it names one."""
    named = _given(call, args, kwargs).get(RUN)
    return named if isinstance(named, str) else None


def _given(call: Callable[..., object], args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return dict(zip(_parameters(call), args, strict=False)) | dict(kwargs)


@cache
def _parameters(call: Callable[..., object]) -> tuple[str, ...]:
    return tuple(inspect.signature(call).parameters)[1:]  # without self
