"""Experiments: birth, name, tags, bin."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities import ExperimentTag, ViewType

from .pair import Pair, next_millisecond

BAD_NAMES = ["", None, 7, "x" * 501, b"bytes"]
GOOD_NAMES = ["x", "x" * 500, " ", "a/b:c", "näme ✓", "with 'quotes' and `ticks`", "Default ", "default", "<run 0"]
TAGS_REFUSED = [("", "v"), (None, "v"), ("a//b", "v"), ("k" * 251, "v"), ("k", "v" * 20_001), ("bad?", "v")]
TAGS_TAKEN = [("k", "v"), ("k" * 250, "v" * 20_000), ("a/b c-d.e:f", ""), ("mlflow.note.content", "# ✓"), ("k", "1.5")]
IDS = ["99", "abc", "-1", "1.5", "1e3", "0x1", "1_000", " 0 ", "٣", "9" * 18]
LOCATIONS = ["file:///somewhere/else", "s3://bucket/path", "s3://bucket/path/", "relative/dir", "/abs/dir", "", None]


def test_the_default_experiment_is_there(pair: Pair) -> None:
    shown = [side.store.get_experiment("0") for side in (pair.judge, pair.ours)]
    assert [(e.experiment_id, e.name, e.lifecycle_stage, e.tags) for e in shown] == [("0", "Default", "active", {})] * 2
    assert shown[1].artifact_location == f"{pair.ours.store.artifact_root_uri}/0"


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: repr(name)[:10])
def test_a_bad_name_is_refused(shared: Pair, name: Any) -> None:
    shared.refuses("INVALID_PARAMETER_VALUE", "create_experiment", name)
    shared.refuses("INVALID_PARAMETER_VALUE", "rename_experiment", "0", name)


@pytest.mark.parametrize("name", GOOD_NAMES, ids=lambda name: name[:10])
def test_a_good_name_is_kept(shared: Pair, name: str) -> None:
    id_ = shared.experiment(name)
    shared.answers("get_experiment", id_)
    assert shared.answers("get_experiment_by_name", name)["experiment_id"] == id_
    shared.answers("rename_experiment", id_, f"renamed {id_}")
    shared.answers("get_experiment", id_)


@pytest.mark.parametrize("location", LOCATIONS)
def test_a_location_is_kept_or_made(shared: Pair, location: str | None) -> None:
    id_ = shared.experiment(f"at {location!r}", artifact_location=location)
    shared.answers("get_experiment", id_)
    run = shared.run(id_)
    shared.answers("get_run", run)
    shared.answers("get_logged_model", shared.model(id_, name="m"))


@pytest.mark.parametrize("location", ["s3://b/" + "x" * 2041, "s3://b/" + "x" * 2042])
def test_a_location_has_the_judges_longest_length(shared: Pair, location: str) -> None:
    shared.agrees("create_experiment", f"long {len(location)}", location)


def test_a_name_is_taken_once(shared: Pair) -> None:
    shared.experiment("taken")
    shared.refuses("RESOURCE_ALREADY_EXISTS", "create_experiment", "taken")
    shared.refuses("RESOURCE_ALREADY_EXISTS", "create_experiment", "Default")


def test_a_deleted_experiment_keeps_its_name(shared: Pair) -> None:
    id_ = shared.experiment("deleted but named")
    shared.answers("delete_experiment", id_)
    shared.refuses("RESOURCE_ALREADY_EXISTS", "create_experiment", "deleted but named")
    assert shared.answers("get_experiment_by_name", "deleted but named")["lifecycle_stage"] == "deleted"


def test_an_unknown_name_is_none(shared: Pair) -> None:
    assert shared.answers("get_experiment_by_name", "never was") is None


@pytest.mark.parametrize(("key", "value"), TAGS_TAKEN, ids=lambda text: text[:10])
def test_a_legal_tag_is_kept(shared: Pair, key: str, value: str) -> None:
    id_ = shared.experiment(f"tagged {key[:9]} {value[:9]} {len(key)}", tags=[ExperimentTag(key, value)])
    assert shared.answers("get_experiment", id_)["tags"] == {key: value}
    shared.answers("set_experiment_tag", id_, ExperimentTag(key, "2"))
    assert shared.answers("get_experiment", id_)["tags"] == {key: "2"}


@pytest.mark.parametrize(("key", "value"), TAGS_REFUSED, ids=lambda text: repr(text)[:10])
def test_an_illegal_tag_is_refused(shared: Pair, key: Any, value: str) -> None:
    tag = ExperimentTag(key, value)
    shared.refuses("INVALID_PARAMETER_VALUE", "set_experiment_tag", "0", tag)
    shared.refuses("INVALID_PARAMETER_VALUE", "create_experiment", "never", None, [tag])
    assert shared.answers("get_experiment_by_name", "never") is None


def test_a_tag_is_removed_once(shared: Pair) -> None:
    id_ = shared.experiment("to untag", tags=[ExperimentTag("k", "v")])
    shared.answers("delete_experiment_tag", id_, "k")
    shared.answers("get_experiment", id_)
    shared.refuses("RESOURCE_DOES_NOT_EXIST", "delete_experiment_tag", id_, "k")


@pytest.mark.parametrize("id_", IDS)
def test_ids_are_understood_alike(shared: Pair, id_: str) -> None:
    for call in ("get_experiment", "restore_experiment", "_hard_delete_experiment"):
        shared.agrees(call, id_)
    shared.agrees("rename_experiment", id_, f"renamed {id_}")
    shared.agrees("rename_experiment", "0", "Default")
    shared.agrees("search_runs", [id_], "", ViewType.ALL, 10, [], None)
    shared.agrees("search_logged_models", [id_])
    shared.agrees("_search_datasets", [id_])
    shared.agrees("filter_active_experiment_ids", [id_])


@pytest.mark.parametrize("id_", ["", None, 0])
def test_no_id_means_the_default_experiment(shared: Pair, id_: Any) -> None:
    assert shared.answers("get_experiment", id_)["experiment_id"] == "0"


def test_a_new_name_frees_the_old_one(shared: Pair) -> None:
    id_ = shared.experiment("old name")
    shared.answers("rename_experiment", id_, "new name")
    shared.answers("rename_experiment", id_, "new name")
    shared.experiment("old name")
    shared.answers("get_experiment", id_)


def test_a_deleted_experiment_cannot_be_renamed(shared: Pair) -> None:
    id_ = shared.experiment("soon deleted")
    shared.answers("delete_experiment", id_)
    shared.refuses("INVALID_STATE", "rename_experiment", id_, "other")


@pytest.mark.parametrize("call", ["delete_experiment", "restore_experiment"])
def test_moving_an_experiment_where_it_is_finds_none(shared: Pair, call: str) -> None:
    id_ = shared.experiment(f"for {call}")
    if call == "delete_experiment":
        shared.answers(call, id_)
    shared.refuses("RESOURCE_DOES_NOT_EXIST", call, id_)


def test_the_bin_takes_runs_along_and_gives_all_back(shared: Pair) -> None:
    id_ = shared.experiment("with runs")
    kept, deleted = shared.run(id_), shared.run(id_)
    shared.answers("delete_run", deleted)
    for call, stages in (("delete_experiment", {"deleted"}), ("restore_experiment", {"active"})):
        shared.answers(call, id_)
        found = [shared.answers("get_run", run)["info"]["lifecycle_stage"] for run in (kept, deleted)]
        assert set(found) == stages
        shared.answers("get_experiment", id_)


def test_models_do_not_follow_their_experiment_into_the_bin(shared: Pair) -> None:
    id_ = shared.experiment("with a model")
    model = shared.model(id_, name="m")
    shared.answers("delete_experiment", id_)
    shared.agrees("get_logged_model", model)
    shared.agrees("search_logged_models", [id_])


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        (("rename_experiment", "{id}", "moved to"), True),
        (("delete_experiment", "{id}"), True),
        (("set_experiment_tag", "{id}", ExperimentTag("a", "b")), False),
        (("delete_experiment_tag", "{id}", "given"), False),
    ],
    ids=lambda change: change[0] if isinstance(change, tuple) else "",
)
def test_the_time_of_update_moves_when_the_judges_does(shared: Pair, change: tuple[Any, ...], moves: bool) -> None:
    id_ = shared.experiment(f"timed {change[0]}", tags=[ExperimentTag("given", "")])
    next_millisecond()
    method, _, *rest = change
    shared.answers(method, id_, *rest)
    for side in (shared.judge, shared.ours):
        found = side.store.get_experiment(id_)
        assert (found.last_update_time > found.creation_time) is moves


def test_the_time_of_update_moves_on_restoring(shared: Pair) -> None:
    id_ = shared.experiment("timed restore")
    shared.answers("delete_experiment", id_)
    before = [side.store.get_experiment(id_).last_update_time for side in (shared.judge, shared.ours)]
    next_millisecond()
    shared.answers("restore_experiment", id_)
    after = [side.store.get_experiment(id_).last_update_time for side in (shared.judge, shared.ours)]
    assert [later > earlier for earlier, later in zip(before, after, strict=True)] == [True, True]


def test_only_active_ones_among_given_ids_are_named(shared: Pair) -> None:
    active, deleted = shared.experiment("is active"), shared.experiment("is deleted")
    shared.answers("delete_experiment", deleted)
    assert shared.answers("filter_active_experiment_ids", [active, deleted, "99999"]) == [active]
    shared.answers("filter_active_experiment_ids", [])
    shared.answers("filter_active_experiment_ids", [deleted])
    found = [
        sorted(side.store.filter_active_experiment_ids([active, "0", active])) for side in (shared.judge, shared.ours)
    ]
    assert found[0] == found[1]
