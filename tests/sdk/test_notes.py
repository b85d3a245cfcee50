"""Tags, properties and parameters, through both mouths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from mlflow_ws_plugin import Run, Workspace
from mlflow_ws_plugin.errors import InvalidInput, InvalidName, ParameterChanged, PropertyChanged, ReservedTag


@pytest.fixture
def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client on the workspace."""
    return MlflowClient(workspace.get_mlflow_tracking_uri())


class TestTags:
    """`tag`, `set_tags`, `get_tags`, `remove_tags`."""

    def test_mlflow_reads_them_and_sets_them(self, run: Run, client: MlflowClient) -> None:
        run.set_tags({"a": "1", "b": 2.5, "c": None, "d": np.float64(0.5)})
        client.set_tag(run.id, "e", "mlflow's")
        expected = {"a": "1", "b": "2.5", "c": "", "d": "0.5", "e": "mlflow's"}
        assert run.get_tags() == run.tags == expected
        assert expected.items() <= client.get_run(run.id).data.tags.items()

    def test_mlflows_own_are_shown_on_request(self, run: Run, client: MlflowClient) -> None:
        client.set_tag(run.id, "mlflow.note.content", "text")
        assert run.get_tags() == {}
        shown = run.get_tags(include_mlflow=True)
        assert (shown["mlflow.note.content"], shown["mlflow.runName"]) == ("text", run.name)

    def test_a_value_is_replaced_and_others_stay(self, run: Run) -> None:
        run.set_tags({"a": 1, "b": 1})
        run.set_tags({"b": 2})
        assert run.get_tags() == {"a": "1", "b": "2"}

    def test_they_are_removed_for_mlflow_too(self, run: Run, client: MlflowClient) -> None:
        run.set_tags({"a": 1, "b": 1, "c": 1})
        client.delete_tag(run.id, "c")
        assert run.remove_tags(["a", "c", "never there"]) == {"b": "1"}
        assert run.remove_tags("b") == {}
        assert not {"a", "b", "c"} & set(client.get_run(run.id).data.tags)

    @pytest.mark.parametrize(
        ("tags", "error"),
        [
            ({"good": 1, "": 1}, InvalidName),
            ({"good": 1, 5: 1}, InvalidName),
            ({"good": 1, "k" * 251: 1}, InvalidName),
            ({"good": 1, "long": "x" * 8001}, InvalidName),
            ({"good": 1, "mlws.state": "Failed"}, ReservedTag),
            ("good", InvalidInput),
            (None, InvalidInput),
        ],
    )
    def test_if_one_is_not_legal_none_is_set(self, run: Run, tags: Any, error: type[Exception]) -> None:
        with pytest.raises(error):
            run.set_tags(tags)
        assert run.get_tags() == {}

    def test_one_that_shows_the_record_stays(self, run: Run) -> None:
        run.tag("a", 1)
        with pytest.raises(ReservedTag, match=r"mlws\.state"):
            run.remove_tags(["a", "mlws.state"])
        assert run.get_tags() == {"a": "1"}

    def test_the_tag_of_its_name_names_the_run(self, run: Run, client: MlflowClient) -> None:
        run.set_tags({"mlflow.runName": "renamed"})
        assert (run.name, client.get_run(run.id).info.run_name) == ("renamed", "renamed")


class TestProperties:
    """`add_properties`, `get_properties`."""

    def test_mlflow_reads_them_and_cannot_change_them(self, run: Run, client: MlflowClient) -> None:
        run.add_properties({"data": "v1", "rows": 100})
        assert run.get_properties() == run.properties == {"data": "v1", "rows": "100"}
        assert client.get_run(run.id).data.tags["mlws.property.rows"] == "100"
        with pytest.raises(MlflowException, match="rows"):
            client.set_tag(run.id, "mlws.property.rows", "101")
        client.set_tag(run.id, "mlws.property.rows", "100")
        (found,) = client.search_runs([run.experiment.id], "tags.`mlws.property.data` = 'v1'")
        assert found.info.run_id == run.id

    def test_one_that_changes_is_refused_with_both_values_and_none_is_added(self, run: Run) -> None:
        run.add_properties({"data": "v1"})
        run.add_properties({"data": "v1"})
        with pytest.raises(PropertyChanged, match=r"'data'.*'v1'.*'v2'"):
            run.add_properties({"new": 1, "data": "v2"})
        assert run.get_properties() == {"data": "v1"}


class TestParameters:
    """`log_parameter`, `log_parameters`."""

    def test_they_are_mlflows(self, run: Run, client: MlflowClient) -> None:
        run.log_parameters({"lr": 0.1, "layers": [1, 2], "note": None})
        run.log_parameter("epochs", np.int64(3))
        client.log_param(run.id, "batch", 32)
        expected = {"lr": "0.1", "layers": "[1, 2]", "note": "", "epochs": "3", "batch": "32"}
        assert run.parameters == client.get_run(run.id).data.params == expected

    def test_one_never_changes_from_either_mouth(self, run: Run, client: MlflowClient) -> None:
        run.log_parameter("lr", 0.1)
        run.log_parameter("lr", "0.1")
        client.log_param(run.id, "lr", 0.1)
        with pytest.raises(ParameterChanged, match=r"'lr' is '0\.1', not '0\.2'"):
            run.log_parameters({"new": 1, "lr": 0.2})
        with pytest.raises(MlflowException, match="lr"):
            client.log_param(run.id, "lr", 0.2)
        assert run.parameters == {"lr": "0.1"}

    @pytest.mark.parametrize("parameters", [{"a": 1, "": 1}, {"a": 1, "b": "x" * 6001}])
    def test_if_one_is_not_legal_none_is_logged(self, run: Run, parameters: dict[str, object]) -> None:
        with pytest.raises(InvalidName):
            run.log_parameters(parameters)
        assert run.parameters == {}

    def test_those_of_up_to_the_longest_can_be_copied_by_mlflow(self, run: Run, client: MlflowClient) -> None:
        run.log_parameter("long", "x" * 6000)
        copied = client.create_run(run.experiment.id)
        for key, value in client.get_run(run.id).data.params.items():
            client.log_param(copied.info.run_id, key, value)
        assert client.get_run(copied.info.run_id).data.params["long"] == "x" * 6000
