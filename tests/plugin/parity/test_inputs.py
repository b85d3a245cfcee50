"""Inputs and outputs of runs: datasets and logged models."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput

from .pair import Pair

CONTEXT = "mlflow.data.context"


def used(name: str = "iris", digest: str = "d1", *tags: tuple[str, str], **more: Any) -> DatasetInput:
    given = {"source_type": "local", "source": "{}", **more}
    return DatasetInput(Dataset(name, digest, **given), [InputTag(key, value) for key, value in tags])


ODD = [
    used(name=""),
    used(name=None),  # type: ignore[arg-type]
    used(name="n" * 501),
    used(digest=""),
    used(digest=None),  # type: ignore[arg-type]
    used(digest="d" * 37),
    used("iris", "d", source_type=""),
    used("iris", "d", source_type=None),
    used("iris", "d", source=""),
    used("iris", "d", source=None),
    used("iris", "d", source="s" * 65_536),
    used("iris", "d", schema="s" * 1_048_576),
    used("iris", "d", profile="p" * 16_777_217),
    used("iris", "d", ("k" * 256, "v")),
    used("iris", "d", ("k", "v" * 501)),
    used("iris", "d", ("", "v")),
    used("iris", "d", (None, "v")),  # type: ignore[arg-type]
    used("iris", "d", ("k", None)),  # type: ignore[arg-type]
    used("iris", "d", ("k", "1"), ("k", "2")),
    DatasetInput(None, []),  # type: ignore[arg-type]
]
GOOD = [
    used(),
    used("n" * 500, "d" * 36),
    used("iris", "d", schema="{}", profile="{}"),
    used("iris", "d", schema="", profile=""),
    used("iris", "d", source="s" * 65_535),
    used("iris", "d", ("k" * 255, "v" * 500)),
    used("iris", "d", ("a", "1"), ("b", "2"), (CONTEXT, "train")),
    used("ünï / ✓", "d"),
    used("iris", "d", (CONTEXT, "")),
]


@pytest.mark.parametrize("given", GOOD, ids=range(len(GOOD)))
def test_a_legal_dataset_is_kept(shared: Pair, given: DatasetInput) -> None:
    run = shared.run(shared.experiment(f"legal {GOOD.index(given)}"))
    shared.answers("log_inputs", run, [given])
    assert len(shared.answers("get_run", run)["inputs"]["dataset_inputs"]) == 1


@pytest.mark.parametrize("given", ODD, ids=range(len(ODD)))
def test_an_odd_dataset_is_taken_or_refused_alike(shared: Pair, given: DatasetInput) -> None:
    run = shared.run(shared.experiment(f"illegal {ODD.index(given)}"))
    shared.agrees("log_inputs", run, [used("good"), given])
    shared.answers("get_run", run)


@pytest.mark.parametrize(
    "given", [(used(),), {"a": used()}, "datasets", used(), 7], ids=lambda given: type(given).__name__
)
def test_datasets_must_be_a_list(shared: Pair, given: Any) -> None:
    shared.refuses(None, "log_inputs", shared.run(), given)


@pytest.mark.parametrize("datasets", [None, []])
@pytest.mark.parametrize("models", [None, []])
def test_nothing_used_is_no_error(shared: Pair, datasets: Any, models: Any) -> None:
    run = shared.run()
    shared.answers("log_inputs", run, datasets, models)
    shared.answers("log_inputs", run_id=run, datasets=datasets)
    shared.answers("get_run", run)


USES = [
    used(),
    used("iris", "d2"),
    used("mnist", "d1"),
    used("iris", "d1", (CONTEXT, "eval")),
    used("iris", "d1", schema="{}"),
]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(range(len(USES)), repeat=2)))
@pytest.mark.parametrize("calls", [1, 2])
def test_a_dataset_is_used_once_by_name_and_digest(shared: Pair, first: int, second: int, calls: int) -> None:
    experiment = shared.experiment(f"dedupe {first} {second} {calls}")
    run, other = shared.run(experiment), shared.run(experiment)
    if calls == 1:
        shared.answers("log_inputs", run, [USES[first], USES[second]])
    else:
        shared.answers("log_inputs", run, [USES[first]])
        shared.answers("log_inputs", run, [USES[second]])
    shared.answers("log_inputs", other, [USES[second]])
    shared.answers("get_run", run)
    shared.answers("get_run", other)


def test_runs_of_other_experiments_have_datasets_of_their_own(shared: Pair) -> None:
    one, other = (shared.run(shared.experiment(f"of its own {i}")) for i in range(2))
    shared.answers("log_inputs", one, [used(schema="1")])
    shared.answers("log_inputs", other, [used(schema="2")])
    shared.answers("get_run", one)
    shared.answers("get_run", other)


def summaries(pair: Pair, ids: list[str]) -> list[Any]:
    found = [side.outcome("_search_datasets", (ids,), {}) for side in (pair.judge, pair.ours)]
    assert sorted(found[1], key=repr) == sorted(found[0], key=repr)
    return list(found[0])


def test_summaries_are_distinct(shared: Pair) -> None:
    one, other = shared.experiment("summed up"), shared.experiment("summed up too")
    for experiment, uses in ((one, USES[:4]), (one, USES[3:]), (other, USES[:2])):
        shared.answers("log_inputs", shared.run(experiment), uses)
    shared.answers("log_inputs", shared.run(one), [used("iris", "d1", ("other", "tag"), (CONTEXT, "train"))])
    assert len(summaries(shared, [one])) == 4 + 1
    assert len(summaries(shared, [one, other])) == 7
    assert summaries(shared, []) == []
    shared.answers("_search_datasets", ["99999"])


def test_summaries_show_what_deleted_runs_used(shared: Pair) -> None:
    experiment = shared.experiment("of a deleted run")
    run = shared.run(experiment)
    shared.answers("log_inputs", run, [used()])
    shared.answers("delete_run", run)
    summaries(shared, [experiment])
    shared.answers("delete_experiment", experiment)
    summaries(shared, [experiment])


def test_used_and_made_models_are_shown(shared: Pair) -> None:
    experiment = shared.experiment("with models")
    run = shared.run(experiment)
    one, other = shared.model(name="one"), shared.model(name="other", source_run_id=run)
    shared.answers("log_inputs", run, None, [LoggedModelInput(one), LoggedModelInput(other), LoggedModelInput(one)])
    shared.answers("log_inputs", run, [used()], [LoggedModelInput(one)])
    shared.answers("log_outputs", run, [LoggedModelOutput(other, 3), LoggedModelOutput(one, 0)])
    shown = shared.answers("get_run", run)
    assert len(shown["inputs"]["model_inputs"]) == len(shown["outputs"]["model_outputs"]) == 2
    shared.answers("search_runs", [experiment], "", 3)


@pytest.mark.parametrize("step", [0, 7, 8])
def test_a_model_is_made_once_by_a_run(shared: Pair, step: int) -> None:
    run, model = shared.run(), shared.model(name="m")
    shared.answers("log_outputs", run, [LoggedModelOutput(model, 7)])
    shared.refuses("BAD_REQUEST", "log_outputs", run, [LoggedModelOutput(model, step)])
    shared.answers("get_run", run)


def test_a_model_made_by_two_runs_is_shown_by_both(shared: Pair) -> None:
    model = shared.model(name="m")
    for run in shared.runs(2):
        shared.answers("log_outputs", run, [LoggedModelOutput(model, 1)])
        shared.answers("get_run", run)


def test_no_models_made_is_no_error(shared: Pair) -> None:
    run = shared.run()
    shared.answers("log_outputs", run, [])
    shared.answers("get_run", run)


@pytest.mark.parametrize("step", [None, -1, 2**40])
def test_odd_steps_of_outputs_are_taken_alike(shared: Pair, step: Any) -> None:
    run, model = shared.run(), shared.model(name="m")
    shared.agrees("log_outputs", run, [LoggedModelOutput(model, step)])
    shared.answers("get_run", run)


def test_models_that_are_not_there_may_be_named(shared: Pair) -> None:
    run = shared.run()
    shared.agrees("log_inputs", run, None, [LoggedModelInput("m-unknown")])
    shared.agrees("log_outputs", run, [LoggedModelOutput("m-unknown", 1)])
    shared.judge.know("m-unknown", "<model 0>")
    shared.ours.know("m-unknown", "<model 0>")
    found = [side.call("get_run", (run,)) for side in (shared.judge, shared.ours)]
    assert [[m.model_id for m in run.outputs.model_outputs] for run in found] == [["m-unknown"]] * 2
    assert [[m.model_id for m in run.inputs.model_inputs] for run in found] == [["m-unknown"]] * 2
