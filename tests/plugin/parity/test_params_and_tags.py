"""Parameters, which never change, and tags, which do."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities import Param, RunTag

from .pair import Pair

BAD_KEYS: list[Any] = [None, "", "a//b", "a/./b", "/a", "a/", "../a", ".", "bad?", "a\nb", "k" * 251, "ü€|"]
GOOD_KEYS = ["k", "k" * 250, "a b", "a/b", "a.b-c_d:e", "ünï", "mlflow.x", " ", "a\\b"]
VALUES: list[Any] = ["", "v", "v" * 6000, "v" * 6001, "v" * 8000, "v" * 8001, "line\nbreak", "✓", "'`\""]
SHORT = {"ids": lambda value: repr(value)[:12]}


@pytest.mark.parametrize("key", BAD_KEYS, **SHORT)
@pytest.mark.parametrize(("method", "entity"), [("log_param", Param), ("set_tag", RunTag)], ids=["param", "tag"])
def test_bad_keys_are_refused_alike(shared: Pair, method: str, entity: Any, key: Any) -> None:
    run = shared.run()
    shared.agrees(method, run, entity(key, "v"))
    shared.answers("get_run", run)


@pytest.mark.parametrize("key", BAD_KEYS, **SHORT)
def test_bad_keys_in_a_batch_are_refused_alike(shared: Pair, key: Any) -> None:
    run = shared.run()
    shared.agrees("log_batch", run, [], [Param("good", "v"), Param(key, "v")], [])
    shared.agrees("log_batch", run, [], [], [RunTag("good", "v"), RunTag(key, "v")])


@pytest.mark.parametrize("key", GOOD_KEYS, **SHORT)
def test_good_keys_are_taken_alike(shared: Pair, key: str) -> None:
    run = shared.run()
    shared.agrees("log_param", run, Param(key, "v"))
    shared.agrees("set_tag", run, RunTag(key, "v"))
    shared.agrees("log_batch", run, [], [Param(key, "v")], [RunTag(key, "w")])
    shared.answers("get_run", run)


@pytest.mark.parametrize("value", VALUES, **SHORT)
def test_values_are_kept_alike(shared: Pair, value: Any) -> None:
    run = shared.run()
    shared.agrees("log_param", run, Param("p", value))
    shared.agrees("set_tag", run, RunTag("t", value))
    shared.agrees("log_batch", run, [], [Param("q", value)], [RunTag("u", value)])
    shared.answers("get_run", run)


@pytest.mark.parametrize("value", [7, 1.5, True])
def test_a_tag_that_is_no_text_is_refused_with_mlflows_exception(shared: Pair, value: Any) -> None:
    run = shared.run()
    shared.breaks("set_tag", run, RunTag("k", value))
    shared.breaks("set_tag", run, RunTag(value, "v"))


@pytest.mark.parametrize("value", [7, 1.5, True])
def test_a_param_that_is_no_text_is_taken_alike(shared: Pair, value: Any) -> None:
    run = shared.run()
    shared.agrees("log_param", run, Param("k", value))
    shared.agrees("log_batch", run, [], [Param("b", value)], [])
    shared.answers("get_run", run)


@pytest.mark.parametrize(("length", "method"), [(6001, "log_param"), (8001, "set_tag")])
def test_a_long_value_is_refused_when_it_may_not_be_cut(
    shared: Pair, monkeypatch: pytest.MonkeyPatch, length: int, method: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRUNCATE_LONG_VALUES", "false")
    entity: Any = Param if method == "log_param" else RunTag
    shared.refuses("INVALID_PARAMETER_VALUE", method, shared.run(), entity("k", "v" * length))


def test_the_same_value_again_is_no_change(shared: Pair) -> None:
    run = shared.run()
    for _ in range(2):
        shared.answers("log_param", run, Param("k", "1"))
        shared.answers("log_batch", run, [], [Param("k", "1")], [])
    shared.answers("get_run", run)


def test_a_cut_value_again_is_no_change(shared: Pair) -> None:
    run = shared.run()
    shared.answers("log_param", run, Param("k", "v" * 6001))
    shared.answers("log_param", run, Param("k", "v" * 6002))
    shared.answers("log_batch", run, [], [Param("k", "v" * 7000)], [])


@pytest.mark.parametrize(
    ("old", "new"), [("1", "2"), ("1", "1.0"), ("", "x"), ("x", "X"), ("x", "x "), ("é", "e\u0301")]
)
def test_a_changed_value_is_refused(shared: Pair, old: str, new: str) -> None:
    run = shared.run()
    shared.answers("log_param", run, Param("k", old))
    refusal = shared.refuses("INVALID_PARAMETER_VALUE", "log_param", run, Param("k", new))
    assert "Changing param values is not allowed" in refusal.message
    assert shared.answers("get_run", run)["data"]["params"] == {"k": old}


def test_changed_params_of_a_batch_are_all_named(shared: Pair) -> None:
    run = shared.run()
    shared.answers("log_batch", run, [], [Param(key, key) for key in "abc"], [])
    given = [Param("a", "1"), Param("b", "b"), Param("c", "3"), Param("d", "4")]
    refusal = shared.refuses("INVALID_PARAMETER_VALUE", "log_batch", run, [], given, [])
    assert refusal.message.count("old_value") == 2


def test_a_changed_param_in_a_batch_writes_no_param(shared: Pair) -> None:
    run = shared.run()
    shared.answers("log_param", run, Param("a", "1"))
    shared.refuses("INVALID_PARAMETER_VALUE", "log_batch", run, [], [Param("b", "2"), Param("a", "2")], [])
    assert shared.answers("get_run", run)["data"]["params"] == {"a": "1"}


@pytest.mark.parametrize("second", ["1", "2"])
def test_a_param_twice_in_a_batch_is_refused_even_when_equal(shared: Pair, second: str) -> None:
    run = shared.run()
    given = [Param("a", "1"), Param("b", "2"), Param("a", second)]
    shared.refuses("INVALID_PARAMETER_VALUE", "log_batch", run, [], given, [])
    assert shared.answers("get_run", run)["data"]["params"] == {}


def test_a_tag_is_replaced(shared: Pair) -> None:
    run = shared.run()
    shared.answers("set_tag", run, RunTag("k", "1"))
    shared.answers("set_tag", run, RunTag("k", "2"))
    shared.answers("log_batch", run, [], [], [RunTag("k", "3"), RunTag("k", "4"), RunTag("j", "1")])
    assert shared.answers("get_run", run)["data"]["tags"]["k"] == "4"


@pytest.mark.parametrize("how", ["set_tag", "log_batch"])
@pytest.mark.parametrize("name", ["new name", "", "x" * 300])
def test_the_name_tag_renames_the_run(shared: Pair, how: str, name: str) -> None:
    run = shared.run()
    tag = RunTag("mlflow.runName", name)
    given = (run, tag) if how == "set_tag" else (run, [], [], [RunTag("a", "1"), tag])
    shared.agrees(how, *given)
    shared.answers("get_run", run)


def test_the_parent_tag_may_come_later_and_go(shared: Pair) -> None:
    parent, child = shared.run(), shared.run()
    shared.answers("set_tag", child, RunTag("mlflow.parentRunId", parent))
    shared.answers("get_run", child)
    shared.answers("delete_tag", child, "mlflow.parentRunId")
    shared.answers("get_run", child)


def test_a_tag_is_removed_once(shared: Pair) -> None:
    run = shared.run(tags=[RunTag("k", "1")])
    shared.answers("delete_tag", run, "k")
    shared.answers("get_run", run)
    shared.refuses("RESOURCE_DOES_NOT_EXIST", "delete_tag", run, "k")


@pytest.mark.parametrize("key", ["none", "", None, "a//b"])
def test_removing_a_tag_that_is_not_there_is_refused(shared: Pair, key: str | None) -> None:
    shared.refuses("RESOURCE_DOES_NOT_EXIST", "delete_tag", shared.run(), key)


def test_keys_differ_by_case(shared: Pair) -> None:
    run = shared.run()
    shared.answers("log_batch", run, [], [Param("a", "1"), Param("A", "2")], [RunTag("t", "1"), RunTag("T", "2")])
    shared.answers("get_run", run)


def test_of_two_name_tags_in_a_batch_the_last_counts(shared: Pair) -> None:
    run = shared.run()
    shared.answers("log_batch", run, [], [], [RunTag("mlflow.runName", "one"), RunTag("mlflow.runName", "two")])
    assert shared.answers("get_run", run)["info"]["run_name"] == "two"


@pytest.mark.parametrize("text", ["plain", "with 'quotes'", "100%_", "ünï ✓", "x\x00y"], ids=ascii)
def test_any_text_is_kept_alike(shared: Pair, text: str) -> None:
    run = shared.run()
    shared.agrees("log_param", run, Param("p", text))
    shared.agrees("set_tag", run, RunTag("t", text))
    shared.answers("get_run", run)


def test_text_that_is_no_unicode_is_refused_with_mlflows_exception(shared: Pair) -> None:
    run = shared.run()
    shared.breaks("log_param", run, Param("p", "\ud800"))
    shared.breaks("set_tag", run, RunTag("t", "\ud800"))
