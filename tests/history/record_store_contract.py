"""What every record store keeps, whatever its database. Subclasses give a `history` fixture."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from mlflow_ws_plugin.errors import (
    Conflict,
    Duplicate,
    ExperimentExists,
    ExperimentNotActive,
    ExperimentNotFound,
    IllegalTransition,
    InvalidMetric,
    MetricKeyTaken,
    ModelNotFound,
    ParameterChanged,
    ReservedTag,
    RunExists,
    RunNotActive,
    RunNotFound,
    TagNotFound,
)
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.records.filters import AllOf
from mlflow_ws_plugin.records.lifecycle import State
from mlflow_ws_plugin.records.metric import ColumnType, Kind
from mlflow_ws_plugin.records.model import ModelInput, ModelMetric, ModelOutput
from mlflow_ws_plugin.records.run import Dataset, DatasetUse, NewRun, Origin
from mlflow_ws_plugin.records.series import SeriesWrite
from mlflow_ws_plugin.records.summary import PointRow

NOWHERE = "0" * 32


def new_run(**changes: Any) -> NewRun:
    """Return what begins a run."""
    given: dict[str, Any] = {
        "experiment_id": "0",
        "run_id": uuid.uuid4().hex,
        "name": "a run",
        "state": State.RUNNING,
        "user": "someone",
        "origin": Origin.NATIVE,
        "start_ms": 1000,
    }
    return NewRun(**{**given, **changes})


def begin(history: RunHistory, **changes: Any) -> str:
    """Begin a run and return its id."""
    return history.runs.create(new_run(**changes)).info.run_id


def write(key: str, *points: PointRow, **changes: Any) -> SeriesWrite:
    """Return points of a scalar metric."""
    given: dict[str, Any] = {"kind": Kind.SCALAR, "type": ColumnType.DOUBLE, "column": None, "name": key}
    return SeriesWrite(mlflow_key=key, points=list(points), **{**given, **changes})


def at(step: int, value: float = 0.5, ts: int = 1000) -> PointRow:
    """Return one point."""
    return (step, ts, value, 0)


class RecordStoreContract:
    """The laws of the record."""

    # Experiments

    def test_the_experiment_default_is_there_from_the_first(self, history: RunHistory) -> None:
        assert history.experiments.get(0).name == "Default"
        begin(history)
        assert history.experiments.get(0).name == "Default"

    def test_an_experiment_is_read_back_as_it_was_begun(self, history: RunHistory) -> None:
        made = history.experiments.create("e", artifact_location="s3://b/x", tags={"a": "b"})
        assert history.experiments.get(int(made.id)) == history.experiments.by_name("e") == made
        assert (made.artifact_location, made.tags, made.lifecycle) == ("s3://b/x", {"a": "b"}, "active")

    def test_a_name_is_taken_also_by_a_deleted_experiment(self, history: RunHistory) -> None:
        made = history.experiments.create("e")
        history.experiments.delete(int(made.id))
        with pytest.raises(ExperimentExists, match="e"):
            history.experiments.create("e")
        with pytest.raises(ExperimentNotActive):
            history.experiments.get_or_create("e")

    def test_deleting_an_experiment_deletes_its_runs_and_restoring_it_restores_them(self, history: RunHistory) -> None:
        made = history.experiments.create("e")
        run_id = begin(history, experiment_id=made.id)
        history.experiments.delete(int(made.id))
        assert history.runs.info(run_id).lifecycle == "deleted"
        with pytest.raises(ExperimentNotActive):
            begin(history, experiment_id=made.id)
        history.experiments.restore(int(made.id))
        assert history.runs.info(run_id).lifecycle == "active"

    def test_an_unknown_experiment_is_not_found(self, history: RunHistory) -> None:
        with pytest.raises(ExperimentNotFound, match="12345"):
            history.experiments.get(12345)
        with pytest.raises(ExperimentNotFound):
            begin(history, experiment_id="12345")
        assert history.experiments.by_name("nowhere") is None

    # Runs

    def test_runs_are_numbered_within_their_experiment(self, history: RunHistory) -> None:
        other = history.experiments.create("e").id
        ids = [begin(history), begin(history, experiment_id=other), begin(history)]
        assert [history.runs.info(run_id).number for run_id in ids] == [1, 1, 2]

    def test_a_run_is_read_back_as_it_was_begun(self, history: RunHistory) -> None:
        parent = begin(history)
        run_id = begin(history, parent_id=parent, tags={"a": "b"}, properties={"c": "d"})
        record = history.runs.get(run_id)
        assert (record.info.parent_id, record.tags, record.properties) == (parent, {"a": "b"}, {"c": "d"})
        assert (record.info.state, record.info.user, record.info.end_ms) == (State.RUNNING, "someone", None)

    def test_a_run_id_is_taken_once(self, history: RunHistory) -> None:
        run_id = begin(history)
        with pytest.raises(RunExists, match=run_id):
            begin(history, run_id=run_id)
        assert history.runs.info(begin(history)).number == 2

    def test_an_unknown_run_is_not_found_by_any_call(self, history: RunHistory) -> None:
        calls = (
            lambda: history.runs.get(NOWHERE),
            lambda: history.runs.delete(NOWHERE),
            lambda: history.runs.set_state(NOWHERE, State.COMPLETED),
            lambda: history.runs.set_tags(NOWHERE, {"a": "b"}),
            lambda: history.runs.log_parameters(NOWHERE, {"a": "b"}),
            lambda: history.metrics.log(NOWHERE, [write("m", at(0))]),
            lambda: history.batches.log(NOWHERE, writes=[write("m", at(0)), write("n", at(0))]),
            lambda: history.inputs.log(NOWHERE),
            lambda: history.files.names(NOWHERE),
        )
        for call in calls:
            with pytest.raises(RunNotFound, match=NOWHERE):
                call()

    def test_a_deleted_run_is_read_but_not_written(self, history: RunHistory) -> None:
        run_id = begin(history)
        history.metrics.log(run_id, [write("m", at(0))])
        history.runs.delete(run_id)
        for call in (
            lambda: history.metrics.log(run_id, [write("m", at(1))]),
            lambda: history.batches.log(run_id, parameters={"a": "b"}),
            lambda: history.runs.set_tags(run_id, {"a": "b"}),
            lambda: history.runs.set_state(run_id, State.COMPLETED),
        ):
            with pytest.raises(RunNotActive, match=run_id):
                call()
        assert len(history.metrics.history(run_id, "m")) == 1
        history.runs.restore(run_id)
        history.metrics.log(run_id, [write("m", at(1))])

    def test_second_complete_is_a_no_op(self, history: RunHistory) -> None:
        run_id = begin(history)
        ended = history.runs.set_state(run_id, State.COMPLETED)
        assert ended.end_ms is not None
        assert history.runs.set_state(run_id, State.COMPLETED) == ended

    def test_an_ended_run_does_not_end_otherwise_but_mlflow_may_reopen_it(self, history: RunHistory) -> None:
        run_id = begin(history)
        history.runs.set_state(run_id, State.COMPLETED)
        with pytest.raises(IllegalTransition):
            history.runs.set_state(run_id, State.FAILED)
        assert history.runs.update(run_id, status="RUNNING").state == State.RUNNING

    def test_metrics_are_accepted_after_the_end(self, history: RunHistory) -> None:
        run_id = begin(history)
        history.runs.set_state(run_id, State.COMPLETED)
        history.metrics.log(run_id, [write("m", at(0))])
        assert len(history.metrics.history(run_id, "m")) == 1

    def test_a_purged_run_leaves_nothing(self, history: RunHistory) -> None:
        run_id = begin(history, tags={"a": "b"})
        history.metrics.log(run_id, [write("m", at(0))])
        history.runs.purge(run_id)
        with pytest.raises(RunNotFound):
            history.runs.get(run_id)
        begin(history, run_id=run_id)
        assert history.metrics.series(run_id) == []
        assert history.runs.get(run_id).tags == {}

    # Parameters, tags and properties

    def test_a_parameter_never_changes_and_may_be_said_again(self, history: RunHistory) -> None:
        run_id = begin(history)
        history.runs.log_parameters(run_id, {"a": "1"})
        history.runs.log_parameters(run_id, {"a": "1", "b": "2"})
        with pytest.raises(ParameterChanged, match="'a' is '1', not '2'"):
            history.runs.log_parameters(run_id, {"c": "3", "a": "2"})
        assert history.runs.get(run_id).parameters == {"a": "1", "b": "2"}

    def test_tags_are_replaced_and_removed(self, history: RunHistory) -> None:
        run_id = begin(history)
        history.runs.set_tags(run_id, {"a": "1", "b": "2"})
        history.runs.set_tags(run_id, {"a": "3"})
        history.runs.delete_tag(run_id, "b")
        assert history.runs.get(run_id).tags == {"a": "3"}
        with pytest.raises(TagNotFound, match="b"):
            history.runs.delete_tag(run_id, "b")

    def test_the_tags_of_name_and_parent_are_the_name_and_parent(self, history: RunHistory) -> None:
        run_id, parent = begin(history), begin(history)
        history.runs.set_tags(run_id, {"mlflow.runName": "new", "mlflow.parentRunId": parent})
        info = history.runs.info(run_id)
        assert (info.name, info.parent_id) == ("new", parent)
        history.runs.delete_tag(run_id, "mlflow.parentRunId")
        assert history.runs.info(run_id).parent_id is None
        history.runs.update(run_id, name="newer")
        assert history.runs.get(run_id).tags["mlflow.runName"] == "newer"

    def test_a_property_never_changes(self, history: RunHistory) -> None:
        run_id = begin(history)
        history.runs.add_properties(run_id, {"a": "1"})
        history.runs.add_properties(run_id, {"a": "1", "b": "2"})
        with pytest.raises(Conflict, match="'a'"):
            history.runs.add_properties(run_id, {"c": "3", "a": "2"})
        assert history.runs.get(run_id).properties == {"a": "1", "b": "2"}

    def test_a_tag_that_shows_the_record_is_set_only_to_what_it_shows(self, history: RunHistory) -> None:
        run_id = begin(history, properties={"p": "1"})
        history.runs.set_tags(run_id, {"mlws.state": "Running", "mlws.property.p": "1"})
        for tags in ({"mlws.state": "Failed"}, {"mlws.property.p": "2"}, {"mlws.property.new": "1", "plain": "x"}):
            with pytest.raises(ReservedTag):
                history.runs.set_tags(run_id, tags)
        assert history.runs.get(run_id).tags == {}

    def test_tags_copied_from_another_run_become_what_they_showed(self, history: RunHistory) -> None:
        run_id = begin(history, tags={"mlws.state": "Failed", "mlws.property.p": "1", "mlws.metric.t": "text"})
        record = history.runs.get(run_id)
        assert (record.info.state, record.tags) == (State.RUNNING, {})
        assert (record.properties, record.texts) == ({"p": "1"}, {"t": "text"})

    # Metrics

    def test_points_are_read_in_the_order_of_time(self, history: RunHistory) -> None:
        run_id = begin(history)
        points = [at(3, ts=30), at(1, ts=40), at(2, ts=20)]
        for point in points:
            history.metrics.log(run_id, [write("m", point)])
        expected = sorted(points, key=lambda row: (row[1], row[0]))
        assert history.metrics.history(run_id, "m") == expected
        assert history.metrics.read(run_id)[0].points == sorted(points)

    def test_pages_of_a_history_joined_are_the_whole(self, history: RunHistory) -> None:
        for ordered in (True, False):
            run_id = begin(history)
            history.metrics.log(run_id, [write("m", *(at(s, ts=s if ordered else -s % 7) for s in range(50)))])
            whole = history.metrics.history(run_id, "m")
            pages: list[PointRow] = []
            while len(pages) < 50:
                pages += history.metrics.history(run_id, "m", limit=7, after=pages[-1] if pages else None)
            assert pages == whole
            assert history.metrics.history(run_id, "m", limit=5, skip=9) == whole[9:14]

    def test_equal_points_are_one_point(self, history: RunHistory) -> None:
        run_id = begin(history)
        for points in ([at(0), at(0), at(1)], [at(1)], [at(0)], [at(2), at(1)]):
            history.metrics.log(run_id, [write("m", *points)])
        assert history.metrics.history(run_id, "m") == [at(0), at(1), at(2)]
        (series,) = history.metrics.series(run_id)
        assert series.summary is not None
        assert (series.summary.size, series.summary.last_step) == (3, 2)

    def test_the_latest_point_is_the_greatest_by_step_time_and_value(self, history: RunHistory) -> None:
        run_id = begin(history)
        for point in (at(1, 0.1), at(2, 0.2, ts=900), at(2, 0.7, ts=800), at(2, 0.3, ts=900), at(0, 9.0, ts=5000)):
            history.metrics.log(run_id, [write("m", point)])
        ((_, value, _, ts, step),) = history.runs.get(run_id).metrics
        assert (value, ts, step) == (0.3, 900, 2)

    def test_counted_steps_go_on_where_the_series_ends(self, history: RunHistory) -> None:
        run_id = begin(history)
        history.metrics.log(run_id, [write("m", at(5))])
        for _ in range(2):
            history.metrics.log(run_id, [write("m", at(0), at(1), counts=True)])
        assert [row[0] for row in history.metrics.history(run_id, "m")] == [5, 6, 7, 8, 9]

    def test_the_columns_of_a_table_share_their_rows(self, history: RunHistory) -> None:
        run_id = begin(history)
        table = {"kind": Kind.TABLE, "name": "t", "counts": True}
        history.metrics.log(run_id, [write("t/a", at(0), column="a", **table)])
        history.metrics.log(run_id, [write("t/b", at(0), column="b", **table), write("t/a", column="a", **table)])
        history.metrics.log(run_id, [write("t/a", at(0), column="a", **table)])
        read = {one.series.column: [row[0] for row in one.points] for one in history.metrics.read(run_id)}
        assert read == {"a": [0, 2], "b": [1]}

    def test_text_and_numbers_do_not_mix_in_a_series(self, history: RunHistory) -> None:
        run_id = begin(history)
        text = {"type": ColumnType.STRING, "texts": [(0, 1, "x")]}
        history.metrics.log(run_id, [write("m", at(0)), write("t", **text)])
        for mixed in (write("m", **text), write("t", at(1))):
            with pytest.raises(InvalidMetric):
                history.metrics.log(run_id, [write("new", at(0)), mixed])
        assert [one.mlflow_key for one in history.metrics.series(run_id)] == ["m", "t"]
        assert history.runs.get(run_id).texts == {"t": "x"}

    def test_a_key_of_mlflow_means_one_metric(self, history: RunHistory) -> None:
        run_id = begin(history)
        history.metrics.log(run_id, [write("a_b", at(0), name="a?b")])
        with pytest.raises(MetricKeyTaken, match=r"'a!b'.*'a_b'.*'a\?b'"):
            history.metrics.log(run_id, [write("a_b", at(1), name="a!b")])
        history.metrics.log(run_id, [write("a_b", at(1), by_key=True)])
        assert len(history.metrics.history(run_id, "a_b")) == 2

    def test_a_description_is_kept_and_may_be_replaced(self, history: RunHistory) -> None:
        run_id = begin(history)
        for step, description in enumerate(["first", "", "second"]):
            history.metrics.log(run_id, [write("m", at(step), description=description)])
            assert history.metrics.series(run_id)[0].description == (description or "first")

    def test_a_sample_is_even_and_has_the_first_and_last_point(self, history: RunHistory) -> None:
        for gap in (1, 3):
            run_id = begin(history)
            points = [at(gap * step, ts=step) for step in range(100)]
            history.metrics.log(run_id, [write("m", *points)])
            sample = history.metrics.sample(run_id, "m", most=10)
            assert (sample[0], sample[-1], len(sample)) == (points[0], points[-1], 10)
            assert set(sample) <= set(points)
            within = history.metrics.sample(run_id, "m", most=200, steps=(10 * gap, 20 * gap))
            assert within == points[10:21]
            assert history.metrics.sample(run_id, "m", most=5, steps=(1000, 2000)) == []

    def test_an_unknown_metric_has_no_points(self, history: RunHistory) -> None:
        run_id = begin(history)
        assert history.metrics.history(run_id, "m") == []
        assert history.metrics.sample(run_id, "m", most=5) == []
        assert history.metrics.last_step(run_id, "m") is None

    # Batches

    def test_a_batch_is_written_whole_or_not_at_all(self, history: RunHistory) -> None:
        run_id = begin(history)
        history.runs.log_parameters(run_id, {"a": "1"})
        before = history.runs.get(run_id)
        with pytest.raises(ParameterChanged):
            history.batches.log(
                run_id, writes=[write("m", at(0))], parameters={"b": "2", "a": "2"}, tags={"mlflow.runName": "new"}
            )
        with pytest.raises(ReservedTag):
            history.batches.log(run_id, writes=[write("m", at(0))], parameters={"b": "2"}, tags={"mlws.state": "x"})
        metric = ModelMetric("m", 1.0, 1, 0, run_id, None, None)
        with pytest.raises(ModelNotFound):
            history.batches.log(run_id, writes=[write("m", at(0))], model_metrics={"m-unknown": [metric]})
        assert history.runs.get(run_id) == before

    # Datasets and models

    def test_a_dataset_is_used_once_by_a_run(self, history: RunHistory) -> None:
        run_id = begin(history)
        use = DatasetUse(Dataset("d", "1", "local", "here", None, None), (("mlflow.data.context", "train"),))
        for _ in range(2):
            history.inputs.log(run_id, datasets=[use])
        assert history.runs.get(run_id).datasets == [use]
        assert history.inputs.datasets_of([0], limit=9) == [(0, "d", "1", "train")]

    def test_a_run_made_a_model_once(self, history: RunHistory) -> None:
        run_id = begin(history)
        model = history.models.create(0, name="m", source_run_id=run_id, tags={}, parameters={}, model_type=None)
        history.inputs.log(run_id, models=[ModelInput(model.model_id)])
        history.inputs.log_outputs(run_id, [ModelOutput(model.model_id, 3)])
        with pytest.raises(Duplicate):
            history.inputs.log_outputs(run_id, [ModelOutput(model.model_id, 3)])
        record = history.runs.get(run_id)
        assert record.model_inputs == [ModelInput(model.model_id)]
        assert record.model_outputs == [ModelOutput(model.model_id, 3)]

    # Search

    def test_a_search_reads_runs_whole_and_newest_first(self, history: RunHistory) -> None:
        old = begin(history, start_ms=1)
        new = begin(history, start_ms=2, tags={"a": "b"})
        history.batches.log(new, writes=[write("m", at(0))], parameters={"p": "1"})
        found = history.runs.search([0], AllOf(), [])
        assert [record.info.run_id for record in found] == [new, old]
        assert found[0] == history.runs.get(new)
