"""Files of runs: every kind that MLflow logs, odd names, moved workspaces, relative addresses and `mlflow gc`."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

import mlflow
import mlflow.artifacts
import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from mlflow.exceptions import MlflowException

from mlflow_ws_plugin import uri
from tests.integration.children import answer_of, environment, run, run_python

ODD_NAMES = [
    "a b.txt",
    "a#b.txt",
    "a?b.txt",
    "50%.txt",
    "50%25.txt",
    "ünï ☃.txt",
    "a+b&c=d.txt",
    "'q\".txt",
    "semi;x.txt",
]
LOST_IN_RUN_URIS = "#?%"
"""MLflow's client puts a file's name into `runs:/…` without escaping these; its own stores lose them too."""

pytestmark = pytest.mark.filterwarnings("ignore:For backward compatibility, 'str' dtypes:DeprecationWarning")


@pytest.fixture
def client(tracking_uri: str) -> MlflowClient:
    mlflow.set_tracking_uri(tracking_uri)
    return MlflowClient(tracking_uri)


@pytest.fixture
def run_id(client: MlflowClient) -> str:
    return client.create_run("0").info.run_id


def paths(client: MlflowClient, run_id: str, folder: str | None = None) -> list[str]:
    return [item.path for item in client.list_artifacts(run_id, folder)]


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_logged_file_comes_back_byte_for_byte(client: MlflowClient, run_id: str, tmp_path: Path) -> None:
    source = tmp_path / "data.bin"
    source.write_bytes(bytes(range(256)) * 5000)
    client.log_artifact(run_id, str(source))
    client.log_artifact(run_id, str(source), "deep/er")

    assert paths(client, run_id) == ["data.bin", "deep"]
    assert [(item.path, item.file_size) for item in client.list_artifacts(run_id, "deep/er")] == [
        ("deep/er/data.bin", 1_280_000)
    ]
    for name in ("data.bin", "deep/er/data.bin"):
        assert Path(client.download_artifacts(run_id, name)).read_bytes() == source.read_bytes()


def test_a_logged_folder_comes_back_whole(client: MlflowClient, run_id: str, tmp_path: Path) -> None:
    source = tmp_path / "tree"
    for name in ("a.txt", "sub/b.txt", "sub/sub/c d.txt", ".hidden"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    client.log_artifacts(run_id, str(source), "all")

    got = Path(client.download_artifacts(run_id, "", str(tmp_path)))
    assert files_below(got / "all") == files_below(source)
    assert (got / "all" / "sub" / "sub" / "c d.txt").read_text() == "sub/sub/c d.txt"


def test_a_file_logged_again_is_replaced(client: MlflowClient, run_id: str) -> None:
    client.log_text(run_id, "longer text", "note.txt")
    client.log_text(run_id, "short", "note.txt")
    assert Path(client.download_artifacts(run_id, "note.txt")).read_text() == "short"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_of_a_file_is_kept(name: str, client: MlflowClient, run_id: str, tmp_path: Path) -> None:
    source = tmp_path / name
    source.write_text(name)
    client.log_artifact(run_id, str(source), "odd ☃ folder")

    assert paths(client, run_id, "odd ☃ folder") == [f"odd ☃ folder/{name}"]
    root = client.get_run(run_id).info.artifact_uri
    folder = mlflow.artifacts.download_artifacts(artifact_uri=f"{root}/odd ☃ folder")
    assert (Path(folder) / name).read_text() == name
    if not set(name) & set(LOST_IN_RUN_URIS):
        assert Path(client.download_artifacts(run_id, f"odd ☃ folder/{name}")).read_text() == name


def test_text_and_dicts_come_back_as_they_were(client: MlflowClient, run_id: str) -> None:
    given = {"a": [1, 2.5, None], "é ☃": {"b": True}}
    client.log_text(run_id, "línea ☃\n", "notes/line.txt")
    client.log_dict(run_id, given, "given.json")
    client.log_dict(run_id, given, "given.yaml")

    root = client.get_run(run_id).info.artifact_uri
    assert mlflow.artifacts.load_text(f"{root}/notes/line.txt") == "línea ☃\n"
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/notes/line.txt") == "línea ☃\n"
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/given.json") == given
    assert Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="given.yaml")).read_text()
    assert [item.path for item in mlflow.artifacts.list_artifacts(run_id=run_id)] == [
        "given.json",
        "given.yaml",
        "notes",
    ]


def test_images_come_back_pixel_for_pixel(client: MlflowClient, run_id: str) -> None:
    np = pytest.importorskip("numpy", reason="needs numpy")
    pytest.importorskip("PIL", reason="needs pillow")
    pixels = np.random.default_rng(0).integers(0, 255, (8, 9, 3), dtype=np.uint8)
    client.log_image(run_id, pixels, "picture.png")

    loaded = mlflow.artifacts.load_image(f"runs:/{run_id}/picture.png")
    assert np.array_equal(np.asarray(loaded.convert("RGB")), pixels)


def test_images_with_a_key_and_steps_are_all_kept(client: MlflowClient, run_id: str) -> None:
    np = pytest.importorskip("numpy", reason="needs numpy")
    pytest.importorskip("PIL", reason="needs pillow")
    for step in range(3):
        client.log_image(run_id, np.full((4, 4, 3), step * 50, np.uint8), key="grid/cell", step=step, synchronous=True)

    names = [Path(name).name for name in paths(client, run_id, "images")]
    full = [name for name in names if not Path(name).stem.endswith("compressed")]
    assert len(full) == 3
    assert [name.split("+step+")[1].split("+")[0] for name in sorted(full)] == ["0", "1", "2"]
    assert client.get_run(run_id).data.tags["mlflow.loggedImages"] == "True"
    for name in full:
        step = int(name.split("+step+")[1].split("+")[0])
        loaded = mlflow.artifacts.load_image(Path(client.download_artifacts(run_id, f"images/{name}")).as_uri())
        assert np.asarray(loaded.convert("RGB"))[0, 0].tolist() == [step * 50] * 3


def test_figures_are_kept_as_pictures_and_pages(client: MlflowClient, run_id: str) -> None:
    figure = pytest.importorskip("matplotlib.figure", reason="needs matplotlib").Figure()
    figure.subplots().plot([1, 2, 3])
    client.log_figure(run_id, figure, "plots/line.png")
    client.log_figure(run_id, figure, "plots/line.svg")

    assert Path(client.download_artifacts(run_id, "plots/line.png")).read_bytes().startswith(b"\x89PNG")
    assert "<svg" in Path(client.download_artifacts(run_id, "plots/line.svg")).read_text()


def test_tables_grow_and_are_loaded_over_runs(client: MlflowClient) -> None:
    pd = pytest.importorskip("pandas", reason="needs pandas")
    run_ids = []
    for name in ("first", "second"):
        with mlflow.start_run(run_name=name) as active:
            mlflow.log_table({"who": [name], "n": [1]}, "eval.json")
            mlflow.log_table(pd.DataFrame({"who": [name], "n": [2]}), "eval.json")
            run_ids.append(active.info.run_id)

    table = mlflow.load_table("eval.json", extra_columns=["run_id"])
    assert sorted(table[["who", "n", "run_id"]].itertuples(index=False, name=None)) == sorted(
        [("first", 1, run_ids[0]), ("first", 2, run_ids[0]), ("second", 1, run_ids[1]), ("second", 2, run_ids[1])]
    )
    logged = json.loads(client.get_run(run_ids[0]).data.tags["mlflow.loggedArtifacts"])
    assert logged == [{"path": "eval.json", "type": "table"}]


def test_a_file_that_is_not_there_is_said_by_name(client: MlflowClient, run_id: str) -> None:
    client.log_text(run_id, "x", "there.txt")
    with pytest.raises((MlflowException, OSError), match=r"absent\.txt"):
        client.download_artifacts(run_id, "absent.txt")
    assert paths(client, run_id, "no folder") == []


@pytest.mark.parametrize("path", ["../out", "a/../../out", "/abs/olute", "..\\out"])
def test_a_path_that_leads_out_of_the_run_is_refused(
    path: str, client: MlflowClient, run_id: str, workspace_dir: Path, tmp_path: Path
) -> None:
    source = tmp_path / "x.txt"
    source.write_text("x")
    client.log_text(run_id, "kept", "kept.txt")
    place = workspace_dir / "artifacts" / "0" / run_id
    for folder in (place / "out", place.parent / "out", workspace_dir / "out"):
        folder.mkdir()
        (folder / "x.txt").write_text("secret")
    before = files_below(workspace_dir / "artifacts")

    with pytest.raises(MlflowException, match="Invalid artifact path"):
        client.log_artifact(run_id, str(source), path)
    with pytest.raises(MlflowException, match="Invalid artifact path"):
        client.log_text(run_id, "x", f"{path}/x.txt")
    if "\\" not in path:  # an ordinary character in a name to list, outside Windows
        with pytest.raises(MlflowException, match="Invalid"):
            client.list_artifacts(run_id, path)
    assert files_below(workspace_dir / "artifacts") == before


def test_a_moved_workspace_reads_everything_and_writes_to_its_new_place(
    client: MlflowClient, run_id: str, tmp_path: Path, workspace_dir: Path
) -> None:
    client.log_metric(run_id, "m", 1.0)
    client.log_text(run_id, "before", "old.txt")
    experiment = client.create_experiment("also moves")
    second = client.create_run(experiment).info.run_id
    client.log_text(second, "second", "second.txt")

    new_dir = tmp_path / "new place" / "50% ☃"
    new_dir.parent.mkdir()
    workspace_dir.rename(new_dir)
    moved = str(uri.of(new_dir))
    read, place, third = answer_of(run_python(READS_AND_WRITES, moved, run_id, second))

    assert read == [{"m": 1.0}, "before", "second"]
    assert place == (new_dir / "artifacts" / "0" / run_id / "artifacts").as_uri()
    assert files_below(new_dir / "artifacts") == {
        f"0/{run_id}/artifacts/old.txt",
        f"0/{run_id}/artifacts/new.txt",
        f"{experiment}/{second}/artifacts/second.txt",
        f"{experiment}/{third}/artifacts/third.txt",
    }
    assert MlflowClient(moved).get_run(run_id).data.metrics == {"m": 2.0}
    assert not workspace_dir.exists()


READS_AND_WRITES = """
import json, pathlib, sys
from mlflow import MlflowClient
client, run_id, second = MlflowClient(sys.argv[1]), *sys.argv[2:]
def text(*names): return pathlib.Path(client.download_artifacts(*names)).read_text()
read = [client.get_run(run_id).data.metrics, text(run_id, "old.txt"), text(second, "second.txt")]
client.log_text(run_id, "after", "new.txt")
client.log_metric(run_id, "m", 2.0, step=1)
third = client.create_run(client.get_run(second).info.experiment_id).info.run_id
client.log_text(third, "third", "third.txt")
print(json.dumps([read, client.get_run(run_id).info.artifact_uri, third]))
"""


MOVES_ON = """
import json, os, subprocess, sys
import mlflow
mlflow.set_tracking_uri("mlws:rel/di r")
with mlflow.start_run(run_name="outer") as outer:
    os.chdir("elsewhere")
    mlflow.log_metric("m", 1.0)
    mlflow.log_text("here", "a.txt")
    child = (
        "import mlflow\\nwith mlflow.start_run(run_name='inner') as run: mlflow.log_text('x', 'b.txt')\\n"
        "print(run.info.run_id)"
    )
    env = {k: v for k, v in os.environ.items() if k != "MLFLOW_RUN_ID"}
    inner = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True, env=env)
print(json.dumps([outer.info.run_id, inner.stdout.split()[-1], os.environ["MLFLOW_TRACKING_URI"]]))
"""


def test_a_relative_address_means_one_place_after_chdir_and_in_subprocesses(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    outer, inner, exported = answer_of(run_python(MOVES_ON.replace("di r", "di%20r"), cwd=tmp_path))

    place = tmp_path / "rel" / "di r"
    assert exported == str(uri.of(place))
    client = MlflowClient(exported)
    assert {item.info.run_name for item in client.search_runs(["0"])} == {"outer", "inner"}
    assert client.get_run(outer).data.metrics == {"m": 1.0}
    assert Path(client.download_artifacts(outer, "a.txt")).read_text() == "here"
    assert Path(client.download_artifacts(inner, "b.txt")).read_text() == "x"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_artifact_location_of_an_experiment_is_used_and_kept(
    client: MlflowClient, tmp_path: Path, workspace_dir: Path
) -> None:
    place = tmp_path / "big # disk"
    experiment = client.create_experiment("elsewhere", artifact_location=place.as_uri())
    run_id = client.create_run(experiment).info.run_id
    client.log_text(run_id, "x", "a b.txt")

    assert (place / run_id / "artifacts" / "a b.txt").read_text() == "x"
    assert Path(client.download_artifacts(run_id, "a b.txt")).read_text() == "x"
    assert not (workspace_dir / "artifacts" / experiment).exists()


def gc(tracking_uri: str, *options: str, cwd: Path) -> str:
    command = [sys.executable, "-m", "mlflow", "gc", "--backend-store-uri", tracking_uri, *options]
    return run(command, cwd=cwd, env=environment(MLFLOW_TRACKING_URI=tracking_uri)).stdout


def rows(workspace_dir: Path, table: str) -> int:
    connection = sqlite3.connect(workspace_dir / "workspace.db")
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


TABLES_OF_RUNS = ("runs", "parameters", "tags", "series", "points")


def test_gc_removes_a_deleted_run_and_its_files_and_nothing_else(
    client: MlflowClient, tracking_uri: str, workspace_dir: Path, tmp_path: Path
) -> None:
    made = []
    for name in ("goes", "stays"):
        run_id = client.create_run("0", run_name=name).info.run_id
        client.log_batch(run_id, [Metric("m", float(i), i, i) for i in range(50)], [Param("p", name)])
        client.log_text(run_id, name, "sub/note.txt")
        made.append(run_id)
    before = {table: rows(workspace_dir, table) for table in TABLES_OF_RUNS}
    client.delete_run(made[0])
    said = gc(tracking_uri, cwd=tmp_path)

    assert made[0] in said
    assert {table: rows(workspace_dir, table) * 2 for table in TABLES_OF_RUNS} == before
    assert not (workspace_dir / "artifacts" / "0" / made[0] / "artifacts").exists()
    with pytest.raises(MlflowException, match="not found"):
        client.get_run(made[0])
    stays = client.get_run(made[1])
    assert stays.data.params == {"p": "stays"}
    assert len(client.get_metric_history(made[1], "m")) == 50
    assert Path(client.download_artifacts(made[1], "sub/note.txt")).read_text() == "stays"


def test_gc_removes_a_deleted_experiment_with_its_runs_models_and_name(
    client: MlflowClient, tracking_uri: str, workspace_dir: Path, tmp_path: Path
) -> None:
    experiment = client.create_experiment("goes", tags={"a": "b"})
    run_id = client.create_run(experiment).info.run_id
    client.log_text(run_id, "x", "a.txt")
    model = client.create_logged_model(experiment, name="net", source_run_id=run_id)
    client.delete_logged_model(model.model_id)
    client.delete_experiment(experiment)
    gc(tracking_uri, cwd=tmp_path)

    assert client.get_experiment_by_name("goes") is None
    assert {rows(workspace_dir, table) for table in ("runs", "models", "experiment_tags")} == {0}
    assert files_below(workspace_dir / "artifacts") == set()
    assert client.create_experiment("goes") != experiment


def test_gc_leaves_what_is_younger_than_asked(client: MlflowClient, tracking_uri: str, tmp_path: Path) -> None:
    run_id = client.create_run("0").info.run_id
    client.delete_run(run_id)
    gc(tracking_uri, "--older-than", "1d", cwd=tmp_path)

    client.restore_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "active"
