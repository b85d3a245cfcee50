"""Two tracking stores given the same calls: MLflow's own on SQLite, which is the judge, and ours."""

from __future__ import annotations

import copy
import itertools
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from mlflow.entities import LoggedModel, Metric, Run, RunTag
from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.abstract_store import AbstractStore as RegistryStore
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.utils.time import get_current_time_millis

from tests.plugin import versions

from .policy import Described

_ID = re.compile(r"\b(?:[a-z]{1,4}-)?(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
_SYMBOL = re.compile(r"<[a-z_]+ \d+>")
_STORE = re.compile(r"\b(?:[A-Z][A-Za-z]*Store|WorkspaceRegistry)\b")
_RANDOM_NAME = re.compile(r"[a-z]+-[a-z]+-\d+")

EXCUSED_MESSAGES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^Experiment\(name=.*\) already exists\. Error: ", re.DOTALL), "ours shows no SQL of the database"),
    (re.compile(r"\(sqlite3\.\w+Error\)"), "ours shows no SQL of the database"),
    (re.compile(r"^Cannot rename a non-active experiment\.$"), "ours adds a hint"),
)
"""Messages of the judge that ours words otherwise, and why. Class and error code are compared all the same."""


@dataclass(frozen=True)
class Refusal:
    """An error, as what is compared of it."""

    kind: str
    code: str | None
    message: str


class Side:
    """One store, and the names under which its ids are known to both sides."""

    def __init__(self, store: AbstractStore | RegistryStore, artifact_root: str) -> None:
        self.store = store
        self._root = artifact_root
        self._names: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._described = Described(self._said)

    def beside(self, store: AbstractStore | RegistryStore) -> Side:
        """Return the side of another store, which knows the same ids by the same names."""
        other = Side(store, self._root)
        other._names, other._ids = self._names, self._ids
        return other

    def know(self, id_: str, name: str) -> None:
        """Show an id under a name from now on."""
        self._names[id_] = name
        self._ids[name] = id_

    def call(self, method: str, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None) -> Any:
        """Return what a call answers on this side, as the entity itself."""
        given = {name: self._meant(value) for name, value in (kwargs or {}).items()}
        return getattr(self.store, method)(*map(self._meant, args), **given)

    def outcome(self, method: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """Return what a call answers or raises, as a value that can be compared."""
        try:
            answer = self.call(method, args, kwargs)
        except MlflowException as exc:
            return Refusal(type(exc).__name__, exc.error_code, self._said(exc.message))
        except Exception as exc:  # noqa: BLE001 - whatever one side raises is compared with the other
            return Refusal(type(exc).__name__, None, self._said(str(exc)))
        return self.shown(answer)

    def shown(self, answer: Any) -> Any:
        """Return an answer as a value that can be compared."""
        return self._described(answer)

    def _meant(self, given: Any) -> Any:
        """Return an argument with this side's ids in the places of their names."""
        if isinstance(given, str) and type(given) is str:
            return _SYMBOL.sub(lambda name: self._ids[name.group()], given)
        if isinstance(given, list | tuple):
            return type(given)(map(self._meant, given))
        if isinstance(given, dict):
            return {key: self._meant(value) for key, value in given.items()}
        if type(given).__module__.startswith("mlflow.entities") and not isinstance(given, Enum):
            meant = copy.copy(given)
            vars(meant).update({name: self._meant(value) for name, value in vars(given).items()})
            return meant
        return given

    def _said(self, text: str) -> str:
        if _RANDOM_NAME.fullmatch(text):
            return "<a random name>"
        text = _STORE.sub("<store>", text.replace(self._root, "<root>"))
        return _ID.sub(lambda id_: self._names.get(id_.group(), "<a new id>"), text)


class Pair:
    """The two sides. What has an id is named `<run 1>`, `<model 2>` and so on, in arguments and answers."""

    def __init__(self, judge: Side, ours: Side) -> None:
        self.judge = judge
        self.ours = ours
        self._numbers = itertools.count(1)

    def outcomes(self, method: str, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """Return what the judge and ours answer or raise."""
        return self.judge.outcome(method, args, kwargs), self.ours.outcome(method, args, kwargs)

    def agrees(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call both, require one outcome, and return it."""
        judged, ours = self.outcomes(method, *args, **kwargs)
        if isinstance(judged, Refusal) and isinstance(ours, Refusal) and _is_excused(judged.message):
            ours = Refusal(ours.kind, ours.code, judged.message)
        require_same(judged, ours)
        return judged

    def answers(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call both, require one answer that is no error, and return it."""
        answer = self.agrees(method, *args, **kwargs)
        assert not isinstance(answer, Refusal), answer
        return answer

    def lists(self, method: str, *args: Any, **kwargs: Any) -> list[Any]:
        """Call both, require the same things in whatever order, and return them."""
        outcomes = self.outcomes(method, *args, **kwargs)
        judged, ours = (sorted(found["page"] if isinstance(found, dict) else found, key=repr) for found in outcomes)
        require_same(judged, ours)
        return judged

    def refuses(self, code: str | None, method: str, *args: Any, **kwargs: Any) -> Refusal:
        """Call both, require one error of a code, and return it."""
        refusal = self.agrees(method, *args, **kwargs)
        assert isinstance(refusal, Refusal), refusal
        assert refusal.code == code, refusal
        return refusal

    def breaks(self, method: str, *args: Any, **kwargs: Any) -> None:
        """Call both; where the judge fails inside itself, require MLflow's exception of ours, of whatever code."""
        judged, ours = self.outcomes(method, *args, **kwargs)
        assert isinstance(judged, Refusal), judged
        assert judged.code in ("INTERNAL_ERROR", "BAD_REQUEST"), judged
        assert isinstance(ours, Refusal), f"judge {judged}; ours {ours}"
        assert ours.kind == "MlflowException", f"judge {judged}; ours {ours}"

    def pages(self, method: str, *args: Any, **kwargs: Any) -> list[Any]:
        """Follow the tokens of both from page to page, require the same pages, and return them."""
        found: list[Any] = []
        tokens: tuple[str | None, str | None] = (None, None)
        while True:
            answers = [
                _page(side.call(method, args, {**kwargs, "page_token": token}))
                for side, token in zip((self.judge, self.ours), tokens, strict=True)
            ]
            judged, ours = (side.shown(page) for side, (page, _) in zip((self.judge, self.ours), answers, strict=True))
            require_same(judged, ours)
            found.append(judged)
            tokens = (answers[0][1], answers[1][1])
            assert bool(tokens[0]) == bool(tokens[1])
            if not tokens[0]:
                return found

    def experiment(self, name: str, **kwargs: Any) -> str:
        """Begin an experiment in its own millisecond and return its id."""
        next_millisecond()
        return str(self.answers("create_experiment", name, **kwargs))

    def run(self, experiment_id: str = "0", **given: Any) -> str:
        """Begin a run and return its name."""
        return self.runs(1, experiment_id, **given)[0]

    def runs(
        self,
        count: int,
        experiment_id: str = "0",
        *,
        start_time: int = 1000,
        name: str = "a run",
        user: str = "ann",
        tags: Sequence[RunTag] = (),
    ) -> list[str]:
        """Begin runs that differ in nothing but their ids, and return their names, in the order of the ids."""
        made: list[list[Run]] = [
            sorted(
                (side.call("create_run", (experiment_id, user, start_time, list(tags), name)) for _ in range(count)),
                key=lambda run: run.info.run_id,
            )
            for side in (self.judge, self.ours)
        ]
        names = []
        for judged, ours in zip(*made, strict=True):
            names.append(f"<run {next(self._numbers)}>")
            self.judge.know(judged.info.run_id, names[-1])
            self.ours.know(ours.info.run_id, names[-1])
            require_same(self.judge.shown(judged), self.ours.shown(ours))
        return names

    def model(self, experiment_id: str = "0", **given: Any) -> str:
        """Begin a logged model in its own millisecond and return its name."""
        next_millisecond()
        name = f"<model {next(self._numbers)}>"
        made: list[LoggedModel] = [
            side.call("create_logged_model", (experiment_id,), given) for side in (self.judge, self.ours)
        ]
        self.judge.know(made[0].model_id, name)
        self.ours.know(made[1].model_id, name)
        require_same(self.judge.shown(made[0]), self.ours.shown(made[1]))
        return name

    def born(self, id_field: str, method: str, *args: Any, **kwargs: Any) -> str:
        """Make what gets an id, in its own millisecond, require one answer, and return the id's name.

        Args:
            id_field: The attribute of the answer that holds the id; the name is made of it, `<issue_id 3>`.
            method: The call.
            args: Its arguments.
            kwargs: Its named arguments.
        """
        next_millisecond()
        name = f"<{id_field} {next(self._numbers)}>"
        made = [side.call(method, args, kwargs) for side in (self.judge, self.ours)]
        for side, entity in zip((self.judge, self.ours), made, strict=True):
            side.know(getattr(entity, id_field), name)
        require_same(self.judge.shown(made[0]), self.ours.shown(made[1]))
        return name

    def log(self, run: str, key: str, *points: tuple[Any, ...]) -> None:
        """Log `(value, timestamp, step)` points of a metric, one call each."""
        for value, timestamp, step in points:
            self.answers("log_metric", run, Metric(key, value, timestamp, step))


def _page(answer: Any) -> tuple[list[Any], str | None]:
    """Return the things on a page and the token of the next one; MLflow answers with a pair or a list with a token."""
    return answer if isinstance(answer, tuple) else (list(answer), answer.token)


def next_millisecond() -> None:
    """Return when the clock shows another millisecond than before."""
    now = get_current_time_millis()
    limit = time.monotonic() + 5
    while get_current_time_millis() == now:
        assert time.monotonic() < limit, "the clock stands still"


def require_same(judged: Any, ours: Any) -> None:
    """Fail with the places where ours differs from the judge's answer."""
    differing = "\n".join(line for line in _differences("", judged, ours) if not versions.is_known(line))
    assert not differing, f"ours differs from MLflow's SQL store\n{differing}"


def _differences(place: str, judged: Any, ours: Any) -> Iterator[str]:
    if judged == ours:
        return
    if isinstance(judged, dict) and isinstance(ours, dict) and judged.keys() == ours.keys():
        for key in judged:
            yield from _differences(f"{place}.{key}", judged[key], ours[key])
    elif isinstance(judged, list | tuple) and type(judged) is type(ours) and len(judged) == len(ours):
        for index, (one, other) in enumerate(zip(judged, ours, strict=True)):
            yield from _differences(f"{place}[{index}]", one, other)
    else:
        yield f"{place or 'answer'}: judge {_short(judged)}; ours {_short(ours)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 600 else f"{text[:600]}..."


def _is_excused(message: str) -> bool:
    return any(pattern.search(message) for pattern, _ in EXCUSED_MESSAGES)
