"""Runs below runs, as the SDK and MLflow make and see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Experiment, Run, Workspace
from mlflow_ws_plugin.errors import (
    ExperimentNotActive,
    InvalidInput,
    InvalidName,
    InvalidQuery,
    RunExists,
    RunNotFound,
)

PARENT = "mlflow.parentRunId"


@pytest.fixture
def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client on the workspace."""
    return MlflowClient(workspace.get_mlflow_tracking_uri())


def names(found: Iterable[Run]) -> list[str]:
    return [run.name for run in found]


def test_mlflow_sees_a_child_as_a_nested_run(run: Run, client: MlflowClient) -> None:
    child = run.child_run("alpha 0.1")
    assert (child.name, child.status, child.experiment.id) == ("alpha 0.1", "Running", run.experiment.id)
    assert client.get_run(child.id).data.tags[PARENT] == run.id
    (found,) = client.search_runs([run.experiment.id], f"tags.`{PARENT}` = '{run.id}'")
    assert found.info.run_id == child.id
    assert child.parent is not None
    assert (child.parent.id, run.parent) == (run.id, None)


def test_a_child_may_have_an_id_of_its_own(run: Run) -> None:
    assert run.child_run(run_id="trial-1").id == "trial-1"
    with pytest.raises(RunExists, match="trial-1"):
        run.child_run(run_id="trial-1")
    with pytest.raises(InvalidName):
        run.child_run(run_id="../x")


def test_nested_runs_of_mlflow_are_children(workspace: Workspace) -> None:
    workspace.make_mlflow_default()
    with mlflow.start_run(run_name="outer") as outer, mlflow.start_run(run_name="inner", nested=True) as inner:
        pass
    (child,) = workspace.get_run(outer.info.run_id).get_children()
    assert (child.id, child.name) == (inner.info.run_id, "inner")


def test_mlflow_may_nest_a_run_below_a_native_one_in_another_experiment(workspace: Workspace, run: Run) -> None:
    workspace.make_mlflow_default()
    mlflow.set_experiment("trials")
    with mlflow.start_run(run_name="trial", parent_run_id=run.id):
        pass
    (child,) = run.get_children()
    assert (child.name, child.experiment.name) == ("trial", "trials")
    assert child.parent is not None
    assert child.parent.experiment.name == "digits"


def test_mlflow_may_give_and_take_a_parent(run: Run, client: MlflowClient) -> None:
    child = run.experiment.start_logging()
    client.set_tag(child.id, PARENT, run.id)
    assert [each.id for each in run.get_children()] == [child.id]
    client.delete_tag(child.id, PARENT)
    assert (list(run.get_children()), child.parent) == ([], None)
    child.set_tags({PARENT: run.id})
    child.remove_tags(PARENT)
    assert (list(run.get_children()), child.parent) == ([], None)


def test_a_parent_that_is_not_there_is_not_found(run: Run, client: MlflowClient) -> None:
    client.set_tag(run.id, PARENT, "elsewhere")
    with pytest.raises(RunNotFound, match="elsewhere"):
        _ = run.parent


class TestGetChildren:
    """`get_children`."""

    def test_the_newest_is_first_and_grandchildren_come_on_request(self, run: Run) -> None:
        first, second = run.child_run("1"), run.child_run("2")
        first.child_run("1.1").child_run("1.1.1")
        run.experiment.start_logging("no relative")
        assert names(run.get_children()) == ["2", "1"]
        assert names(run.get_children(recursive=True)) == ["1.1.1", "1.1", "2", "1"]
        assert names(second.get_children(recursive=True)) == []

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({"tags": "fold"}, ["a.1", "b"]),
            ({"tags": {"fold": 2}}, ["b"]),
            ({"properties": {"seed": "7"}}, ["a"]),
            ({"status": "Completed"}, ["b"]),
            ({"type": "hyperdrive"}, []),
        ],
    )
    def test_they_are_chosen_by_what_is_recorded_of_them(
        self, run: Run, client: MlflowClient, wanted: dict[str, Any], found: list[str]
    ) -> None:
        a, b = run.child_run("a"), run.child_run("b")
        a.add_properties({"seed": 7})
        a.child_run("a.1").tag("fold", 1)
        client.set_tag(b.id, "fold", "2")
        client.set_terminated(b.id)
        assert names(run.get_children(recursive=True, **wanted)) == found

    def test_a_deleted_one_is_left_out_with_what_is_below_it(self, run: Run, client: MlflowClient) -> None:
        child = run.child_run()
        child.child_run()
        client.delete_run(child.id)
        assert list(run.get_children(recursive=True)) == []

    def test_a_run_may_be_its_own_ancestor(self, run: Run, client: MlflowClient) -> None:
        child = run.child_run("child")
        client.set_tag(run.id, PARENT, child.id)
        assert names(run.get_children(recursive=True)) == ["child"]

    def test_an_unknown_status_is_refused_with_those_there_are(self, run: Run) -> None:
        with pytest.raises(InvalidQuery, match=r"'Done'.*Completed"):
            run.get_children(status="Done")


class TestCreateChildren:
    """`create_children`."""

    def test_many_are_begun_at_once(self, run: Run, client: MlflowClient) -> None:
        children = run.create_children(100)
        assert len({child.id for child in children}) == 100
        assert [child.number for child in children] == list(range(2, 102))
        assert {child.status for child in children} == {"Running"}
        found = client.search_runs([run.experiment.id], f"tags.`{PARENT}` = '{run.id}'", max_results=1000)
        assert {each.info.run_id for each in found} == {child.id for child in children}

    def test_each_gets_its_tag(self, run: Run, client: MlflowClient) -> None:
        children = run.create_children(tag_key="alpha", tag_values=[0.1, 0.2])
        assert [child.tags["alpha"] for child in children] == ["0.1", "0.2"]
        assert client.get_run(children[1].id).data.tags["alpha"] == "0.2"
        assert len(run.create_children(2, "alpha", (1, 2))) == 2
        assert run.create_children(0) == []

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ((), "count=None"),
            ((2.5,), r"count=2\.5"),
            ((None, "alpha"), "belong together"),
            ((None, None, [1]), "belong together"),
            ((3, "alpha", [1, 2]), "count=3, but there are 2"),
            ((-1,), "count=-1"),
            ((10_001,), "10001 children"),
            ((10**12,), "1000000000000 children"),
        ],
    )
    def test_what_contradicts_itself_begins_none(self, run: Run, arguments: Any, says: str) -> None:
        with pytest.raises(InvalidInput, match=says):
            run.create_children(*arguments)
        assert list(run.get_children()) == []

    def test_they_are_begun_all_or_none(self, run: Run) -> None:
        with pytest.raises(InvalidName):
            run.create_children(tag_key="k", tag_values=["a", "x" * 8001])
        run.experiment.archive()
        with pytest.raises(ExperimentNotActive):
            run.create_children(3)
        run.experiment.reactivate()
        assert list(run.get_children()) == []


def test_a_run_is_got_from_its_workspace(workspace: Workspace, run: Run) -> None:
    assert Run.get(workspace, run.id).experiment.name == "digits"
    with pytest.raises(RunNotFound, match="nope"):
        Run.get(workspace, "nope")


def test_children_log_into_their_own_runs(workspace: Workspace) -> None:
    parent = Experiment(workspace, "sweep").start_logging()
    for alpha in (0.1, 0.2):
        with parent.child_run(f"alpha {alpha}") as child:
            child.log("mse", alpha)
    assert {child.name: child.get_metrics()["mse"] for child in parent.get_children(status="Completed")} == {
        "alpha 0.1": 0.1,
        "alpha 0.2": 0.2,
    }
