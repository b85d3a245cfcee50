"""Experiments: beginning runs in them, listing them, and the bin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Experiment, Run, Workspace
from mlflow_ws_plugin.errors import (
    ExperimentNotActive,
    ExperimentNotEmpty,
    ExperimentNotFound,
    InvalidInput,
    InvalidName,
    InvalidQuery,
)
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.run import NewRun, Origin


@pytest.fixture
def experiment(workspace: Workspace) -> Experiment:
    """An experiment without runs."""
    return Experiment(workspace, "digits")


@pytest.fixture
def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client on the workspace."""
    return MlflowClient(workspace.get_mlflow_tracking_uri())


def names(found: Iterable[Run | Experiment]) -> list[str]:
    return [one.name for one in found]


class TestStartLogging:
    """`start_logging`."""

    def test_mlflow_sees_what_a_run_is_born_with(self, experiment: Experiment, client: MlflowClient) -> None:
        run = experiment.start_logging(
            outputs=None, snapshot_directory=None, display_name="best", tags={"epochs": 3}, properties={"data": "v1"}
        )
        seen = client.get_run(run.id)
        assert (seen.info.run_name, seen.info.status, run.name) == ("best", "RUNNING", "best")
        assert (seen.data.tags["epochs"], seen.data.tags["mlws.property.data"]) == ("3", "v1")
        assert (run.tags, run.properties) == ({"epochs": "3"}, {"data": "v1"})

    def test_the_old_positions_are_kept(self, experiment: Experiment) -> None:
        run = experiment.start_logging("name", "my-id", False, None)
        assert (run.name, run.id) == ("name", "my-id")

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ({"name": "a", "display_name": "b"}, InvalidInput),
            ({"name": "x" * 251}, InvalidName),
            ({"tags": {"": "x"}}, InvalidName),
            ({"tags": ["x"]}, InvalidInput),
            ({"properties": {"k": "x" * 8001}}, InvalidName),
        ],
    )
    def test_what_is_not_legal_begins_no_run(
        self, experiment: Experiment, arguments: dict[str, Any], error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            experiment.start_logging(**arguments)
        assert list(experiment.get_runs()) == []


class TestGetRuns:
    """`get_runs` and `Run.list`."""

    def test_the_newest_is_first_and_children_are_left_out(self, experiment: Experiment) -> None:
        for name in "abc":
            experiment.start_logging(name)
        next(experiment.get_runs()).child_run("c.1")
        assert names(experiment.get_runs()) == ["c", "b", "a"]
        assert names(experiment.get_runs(include_children=True)) == ["c.1", "c", "b", "a"]

    def test_runs_of_mlflow_are_among_them_and_its_nested_ones_are_children(self, experiment: Experiment) -> None:
        experiment.workspace.make_mlflow_default()
        mlflow.set_experiment("digits")
        with mlflow.start_run(run_name="outer"), mlflow.start_run(run_name="inner", nested=True):
            mlflow.set_tag("a", "b")
        assert names(experiment.get_runs()) == ["outer"]
        assert names(experiment.get_runs(None, "a", include_children=True)) == ["inner"]

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({"tags": "color"}, ["b", "a"]),
            ({"tags": {"color": "red"}}, ["a"]),
            ({"tags": {"color": "red", "size": 2}}, []),
            ({"tags": {"color": None, "size": 2}}, ["b"]),
            ({"properties": "data"}, ["c", "a"]),
            ({"properties": {"data": "v1"}, "tags": "color"}, ["a"]),
            ({"type": "tuning"}, ["d"]),
            ({"type": "nothing"}, []),
            ({}, ["d", "c", "b", "a"]),
        ],
    )
    def test_they_are_chosen_by_type_tags_and_properties(
        self, experiment: Experiment, wanted: dict[str, Any], found: list[str]
    ) -> None:
        experiment.start_logging("a", tags={"color": "red"}, properties={"data": "v1"})
        experiment.start_logging("b", tags={"color": "blue", "size": 2})
        experiment.start_logging("c", properties={"data": "v2"})
        typed = NewRun(experiment.id, "d", "d", State.RUNNING, "", Origin.NATIVE, 2**42, type="tuning")
        experiment.workspace._history.runs.create(typed)
        assert names(experiment.get_runs(**wanted)) == found
        assert names(Run.list(experiment, **wanted)) == found

    def test_they_are_chosen_by_status(self, experiment: Experiment, client: MlflowClient) -> None:
        for name in ("ended", "failed", "goes on"):
            experiment.start_logging(name)
        goes_on, failed, ended = experiment.get_runs()
        ended.complete()
        client.set_terminated(failed.id, "FAILED")
        for run, status in ((ended, "Completed"), (failed, "Failed"), (goes_on, "Running")):
            assert names(Run.list(experiment, status=status)) == [run.name]

    def test_a_deleted_run_is_not_among_them(self, experiment: Experiment, client: MlflowClient) -> None:
        run = experiment.start_logging()
        client.delete_run(run.id)
        assert list(experiment.get_runs()) == []

    def test_those_of_other_experiments_are_not(self, experiment: Experiment) -> None:
        Experiment(experiment.workspace, "other").start_logging("x")
        assert names(experiment.get_runs(include_children=True)) == []

    @pytest.mark.parametrize("wanted", [{"tags": 5}, {"properties": ["a"]}, {"status": "Done"}])
    def test_what_cannot_be_understood_is_refused_at_the_call(
        self, experiment: Experiment, wanted: dict[str, Any]
    ) -> None:
        with pytest.raises(InvalidQuery, match=next(iter(wanted)).rstrip("s")):
            Run.list(experiment, **wanted)


class TestList:
    """`Experiment.list`."""

    def test_it_shows_active_and_archived_ones(self, workspace: Workspace) -> None:
        for name in ("a", "b"):
            Experiment(workspace, name)
        workspace.experiments["a"].archive()
        assert names(Experiment.list(workspace)) == ["Default", "b"]
        assert names(Experiment.list(workspace, view_type="ArchivedOnly")) == ["a"]
        assert names(Experiment.list(workspace, view_type="All")) == ["Default", "a", "b"]
        assert names(Experiment.list(workspace, "b")) == ["b"]
        assert names(Experiment.list(workspace, "a")) == []
        with pytest.raises(InvalidQuery, match=r"'Some'.*ActiveOnly"):
            Experiment.list(workspace, view_type="Some")

    def test_it_chooses_by_tags(self, workspace: Workspace, client: MlflowClient) -> None:
        Experiment(workspace, "a").tag("team", "vision")
        client.set_experiment_tag(client.create_experiment("b"), "team", "text")
        assert names(Experiment.list(workspace, tags="team")) == ["a", "b"]
        assert names(Experiment.list(workspace, tags={"team": "text"})) == ["b"]


class TestBin:
    """`archive`, `reactivate` and `delete`."""

    def test_mlflow_sees_an_archived_one_as_deleted(self, experiment: Experiment, client: MlflowClient) -> None:
        run = experiment.start_logging()
        before = datetime.now(timezone.utc)
        experiment.archive()
        experiment.archive()
        assert client.get_experiment(experiment.id).lifecycle_stage == "deleted"
        assert client.get_run(run.id).info.lifecycle_stage == "deleted"
        assert experiment.archived_time is not None
        assert abs((experiment.archived_time - before).total_seconds()) < 60
        with pytest.raises(ExperimentNotActive):
            experiment.start_logging()
        experiment.reactivate()
        experiment.reactivate()
        assert experiment.archived_time is None
        assert client.get_experiment(experiment.id).lifecycle_stage == "active"
        assert [one.id for one in experiment.get_runs()] == [run.id]

    def test_mlflow_may_archive_and_reactivate(self, experiment: Experiment, client: MlflowClient) -> None:
        client.delete_experiment(experiment.id)
        assert experiment.archived_time is not None
        client.restore_experiment(experiment.id)
        assert experiment.archived_time is None

    def test_an_empty_one_is_deleted_for_good(self, experiment: Experiment, client: MlflowClient) -> None:
        Experiment.delete(experiment.workspace, experiment.id)
        assert client.get_experiment_by_name("digits") is None
        assert Experiment(experiment.workspace, "digits").id != experiment.id
        with pytest.raises(ExperimentNotFound):
            Experiment.delete(experiment.workspace, experiment.id)

    def test_one_with_runs_and_the_default_one_stay(self, experiment: Experiment, client: MlflowClient) -> None:
        run = experiment.start_logging()
        client.delete_run(run.id)
        with pytest.raises(ExperimentNotEmpty, match=r"'digits'.*archive"):
            Experiment.delete(experiment.workspace, experiment.id)
        with pytest.raises(ExperimentNotEmpty, match="'Default'"):
            Experiment.delete(experiment.workspace, "0")
        with pytest.raises(InvalidInput, match="'digits'"):
            Experiment.delete(experiment.workspace, "digits")
        assert list(experiment.workspace.experiments) == ["Default", "digits"]


def test_its_tags_are_mlflows(experiment: Experiment, client: MlflowClient) -> None:
    experiment.set_tags({"a": 1, "b": None})
    client.set_experiment_tag(experiment.id, "c", "3")
    client.set_experiment_tag(experiment.id, "mlflow.note.content", "text")
    assert client.get_experiment(experiment.id).tags == {"a": "1", "b": "", "c": "3", "mlflow.note.content": "text"}
    assert experiment.tags == {"a": "1", "b": "", "c": "3"}
    assert experiment.remove_tags(["a", "nothing"]) == {"b": "", "c": "3"}
    assert experiment.remove_tags("b") == {"c": "3"}


def test_a_bad_tag_is_refused_and_none_is_set(experiment: Experiment) -> None:
    with pytest.raises(InvalidName):
        experiment.set_tags({"a": "1", "b": "x" * 20_001})
    assert experiment.tags == {}


@pytest.mark.parametrize("call", [Experiment.list, lambda workspace: Experiment.delete(workspace, "1")])
def test_what_is_no_workspace_is_refused(call: Any) -> None:
    with pytest.raises(InvalidInput, match=r"Workspace\.open"):
        call("ws")
