"""Models of a workspace: how they are found, and what is said of them afterwards."""

from __future__ import annotations

import json
import pickle
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from mlflow_ws_plugin import Model, Run, Workspace
from mlflow_ws_plugin.errors import (
    CallNotProvided,
    InvalidInput,
    InvalidName,
    InvalidQuery,
    ModelNotFound,
    PropertyChanged,
    ReservedTag,
    WorkspaceClosed,
)


@pytest.fixture
def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client on the workspace and its registry."""
    address = workspace.get_mlflow_tracking_uri()
    return MlflowClient(tracking_uri=address, registry_uri=address)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A file of the user."""
    path = tmp_path / "weights.txt"
    path.write_text("weights")
    return path


@pytest.fixture
def net(workspace: Workspace, weights: Path) -> Model:
    """Version 1 of a model."""
    return Model.register(
        workspace, weights, "net", {"kind": "test"}, {"data": "v1"}, "first", model_framework=Model.Framework.ONNX
    )


def test_the_latest_version_is_found_unless_another_is_asked_for(
    workspace: Workspace, net: Model, weights: Path
) -> None:
    second = Model.register(workspace, str(weights), "net")
    assert Model(workspace, "net") == second == Model(workspace, id="net:2") == Model(workspace, "net", version=2)
    assert Model(workspace, "net", version=1) == net != second
    assert len({net, second, Model(workspace, "net")}) == 2


FITTING: tuple[dict[str, Any], ...] = (
    {"tags": "kind"},
    {"tags": ["kind"]},
    {"tags": [["kind", "test"]]},
    {"tags": {"kind": "test"}},
    {"properties": {"data": "v1"}},
    {"properties": [("data", "v1")], "tags": ["kind"]},
    {"model_framework": "Onnx"},
)


def test_a_model_is_found_by_what_was_said_of_it(workspace: Workspace, net: Model, weights: Path) -> None:
    Model.register(workspace, weights, "net", tags={"other": "test"})
    for wanted in FITTING:
        assert Model(workspace, **wanted) == Model(workspace, "net", **wanted) == net
        assert Model.list(workspace, **wanted) == [net]


def test_models_are_listed_newest_first_and_by_the_latest_of_each_name(workspace: Workspace, weights: Path) -> None:
    ids = [Model.register(workspace, weights, name).id for name in ("b", "a", "b", "it's")]
    assert [model.id for model in Model.list(workspace)] == ids[::-1]
    assert [model.id for model in Model.list(workspace, latest=True)] == ["it's:1", "b:2", "a:1"]
    assert [model.id for model in Model.list(workspace, "b")] == ["b:2", "b:1"]
    assert [model.id for model in Model.list(workspace, "it's")] == ["it's:1"]


def test_models_of_a_run_are_found_by_it(workspace: Workspace, run: Run, net: Model, client: MlflowClient) -> None:
    client.log_text(run.id, "x", "net")
    made = run.register_model("net")
    assert Model.list(workspace, run_id=run.id) == [made]
    assert (made.run_id, made.experiment_name) == (run.id, "digits")
    assert made.run is not None
    assert made.run.id == run.id
    assert (net.run_id, net.run, net.experiment_name) == (None, None, None)


def test_a_run_that_was_removed_for_good_is_no_run(workspace: Workspace, client: MlflowClient, weights: Path) -> None:
    client.create_registered_model("net")
    client.create_model_version("net", weights.parent.as_uri(), "0" * 32)
    model = Model(workspace, "net")
    assert (model.run_id, model.run, model.experiment_name) == ("0" * 32, None, None)


def test_a_workspace_shows_the_latest_of_each_name_as_a_dict_does(
    workspace: Workspace, net: Model, weights: Path
) -> None:
    Model.register(workspace, weights, "a")
    second = Model.register(workspace, weights, "net")
    models = workspace.models
    assert [*models] == ["a", "net"]
    assert models["net"] == models.get("net") == second
    assert [model.id for model in models.values()] == ["a:1", "net:2"]
    assert ("net" in models, "nut" in models, models.get("nut"), len(models)) == (True, False, None, 2)
    with pytest.raises(KeyError, match=r"name='nut'\. There are a, net\."):
        models["nut"]
    net.delete()
    second.delete()
    assert [*workspace.models] == ["a"]


def test_reading_a_workspace_that_is_not_there_makes_none(workspace: Workspace, workspace_dir: Path) -> None:
    assert dict(workspace.models) == {}
    assert Model.list(workspace) == []
    with pytest.raises(ModelNotFound, match=r"name='net'\. No model is registered: run\.register_model\(\) does it"):
        Model(workspace, "net")
    assert not workspace_dir.exists()


MISSING: tuple[tuple[dict[str, Any], str], ...] = (
    ({"name": "nut"}, r"There is no model with name='nut'\. There are net\."),
    ({"name": "net", "version": 7}, r"name='net', version=7\. 'net' has the versions 1\."),
    ({"id": "net:7"}, r"name='net', version=7\. 'net' has the versions 1\."),
    ({"name": "net", "alias": "best"}, r"name='net', alias='best'"),
    ({"name": "net", "tags": ["x"]}, r"name='net', tags=\{'x': None\}"),
)


@pytest.mark.usefixtures("net")
def test_a_model_that_is_not_there_is_named_with_those_that_are(workspace: Workspace) -> None:
    for arguments, says in MISSING:
        with pytest.raises(ModelNotFound, match=says):
            Model(workspace, **arguments)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, InvalidInput),
        ({"id": "net"}, InvalidQuery),
        ({"id": "net:x"}, InvalidQuery),
        ({"name": "net", "version": "latest"}, InvalidQuery),
        ({"name": "net", "version": True}, InvalidQuery),
        ({"tags": 7}, InvalidQuery),
        ({"tags": [7]}, InvalidQuery),
        ({"tags": [["a", "b", "c"]]}, InvalidQuery),
    ],
)
def test_what_cannot_be_understood_is_refused(
    workspace: Workspace, arguments: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        Model(workspace, **arguments)


def test_prompts_are_no_models(workspace: Workspace, client: MlflowClient) -> None:
    workspace.make_mlflow_default()
    client.register_prompt("greeting", "Hello {{name}}")
    assert Model.list(workspace) == []
    with pytest.raises(ModelNotFound):
        Model(workspace, "greeting")


def test_only_a_workspace_has_models(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput, match="'here' is not a workspace"):
        Model("here", "net")  # type: ignore[arg-type]
    workspace.close()
    with pytest.raises(WorkspaceClosed):
        len(workspace.models)


def test_tags_are_set_replaced_and_removed_one_by_one(net: Model, client: MlflowClient) -> None:
    net.add_tags({"score": 0.5, "kind": "best"})
    assert net.tags == {"kind": "best", "score": "0.5"}
    net.remove_tags("score")
    net.remove_tags(["nobody"])
    assert net.tags == {"kind": "best"}
    assert client.get_model_version("net", "1").tags["kind"] == "best"
    net.update_tags_properties(add_tags={"a": "b"}, remove_tags=["kind"], add_properties={"p": "q"})
    assert (net.tags, net.properties) == ({"a": "b"}, {"data": "v1", "p": "q"})


def test_update_replaces_all_tags_and_only_what_is_given(net: Model, workspace: Workspace) -> None:
    net.update(description="the **best**")
    assert (net.tags, net.description) == ({"kind": "test"}, "the **best**")
    net.update({"a": 1}, properties={"b": 2})
    assert (net.tags, net.properties, net.description) == ({"a": "1"}, {"data": "v1", "b": "2"}, "the **best**")
    assert Model(workspace, "net").serialize() == net.serialize()


def test_a_property_never_changes(net: Model, client: MlflowClient) -> None:
    net.add_properties({"data": "v1", "size": 3})
    with pytest.raises(PropertyChanged, match=r"Property 'data' of model net:1 is 'v1', not 'v2'\. .* use a tag"):
        net.add_properties({"new": 1, "data": "v2"})
    assert net.properties == {"data": "v1", "size": "3"}
    assert client.get_model_version("net", "1").tags["mlws.property.size"] == "3"


def test_tags_that_show_the_record_are_refused(net: Model) -> None:
    for key in ("mlws.property.data", "mlws.model.file", "mlws.model.framework"):
        with pytest.raises(ReservedTag, match=key):
            net.add_tags({key: "x"})
    net.remove_tags(["mlws.property.data", "mlws.model.file"])
    assert net.properties == {"data": "v1"}
    with pytest.raises(InvalidName):
        net.add_tags({"": 1})


def test_an_alias_names_one_version_of_a_model_for_both_sides(
    workspace: Workspace, net: Model, weights: Path, client: MlflowClient
) -> None:
    second = Model.register(workspace, weights, "net")
    net.set_alias("best")
    assert Model(workspace, "net", alias="best") == net
    second.set_alias("best")
    client.set_registered_model_alias("net", "newest", "2")
    found = Model(workspace, "net", alias="best")
    assert (found, found.aliases) == (second, ("best", "newest"))
    assert client.get_model_version_by_alias("net", "best").version == 2
    assert [model.aliases for model in Model.list(workspace)] == [("best", "newest"), ()]
    net.delete_alias("best")
    assert Model(workspace, "net", alias="best") == second
    second.delete_alias("best")
    assert second.aliases == ("newest",)
    with pytest.raises(InvalidName, match="a b"):
        second.set_alias("a b")


def test_a_stage_is_mlflows(workspace: Workspace, net: Model, weights: Path) -> None:
    assert net.stage is None
    net.set_stage("Production")
    second = Model.register(workspace, weights, "net")
    second.set_stage("production", archive_existing=True)
    assert [model.stage for model in Model.list(workspace)] == ["Production", "Archived"]
    second.set_stage(None)
    assert second.stage is None
    with pytest.raises(InvalidName, match=r"stage 'Live'.* Staging, Production, Archived"):
        second.set_stage("Live")


def test_what_was_deleted_is_not_there_and_its_number_is_not_given_again(
    workspace: Workspace, net: Model, weights: Path
) -> None:
    net.set_alias("best")
    other = Model(workspace, "net")
    net.delete()
    assert Model.list(workspace) == []
    for call in (
        net.delete,
        lambda: other.add_tags({"a": 1}),
        lambda: other.set_alias("best"),
        lambda: other.update(description="x"),
        other.download,
    ):
        with pytest.raises(ModelNotFound, match="net"):
            call()
    assert Model.register(workspace, weights, "net").id == "net:2"


def test_a_model_says_everything_as_json(net: Model) -> None:
    said = json.loads(json.dumps(net.serialize()))
    created = datetime.fromisoformat(said.pop("createdTime"))
    assert created == net.created_time
    assert timedelta(0) <= datetime.now(timezone.utc) - created < timedelta(hours=1)
    assert said == {
        "aliases": [],
        "description": "first",
        "experimentName": None,
        "framework": "Onnx",
        "frameworkVersion": None,
        "id": "net:1",
        "name": "net",
        "properties": {"data": "v1"},
        "runId": None,
        "stage": None,
        "tags": {"kind": "test"},
        "url": "models:/net/1/weights.txt",
        "version": 1,
    }


def test_its_repr_says_what_it_is(workspace: Workspace, net: Model) -> None:
    net.set_alias("best")
    assert repr(net) == "<Model 'net', version 1, called best, of no run>"
    assert repr(workspace.models) == f"{{'net': {net!r}}}"


def test_a_copy_of_a_model_is_the_model(net: Model) -> None:
    assert pickle.loads(pickle.dumps(net)) == net


def test_what_only_azure_has_is_refused_of_the_class_and_of_a_model(net: Model) -> None:
    for asked in (Model, net):
        with pytest.raises(CallNotProvided, match=r"Model\.deploy is not provided .*`mlflow models serve`"):
            asked.deploy  # type: ignore[union-attr]  # noqa: B018
        assert not hasattr(asked, "profile")
        assert not hasattr(asked, "novelty")
