"""Images that are logged natively and by MLflow, and what MLflow's image grid makes of them."""

from __future__ import annotations

import builtins
import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import matplotlib as mpl
import mlflow
import numpy as np
import pytest
import torch
from mlflow import MlflowClient
from PIL import Image

from mlflow_ws_plugin import Run, Workspace
from mlflow_ws_plugin.errors import (
    InvalidMetric,
    MetricKeyTaken,
    PackageMissing,
    RunNotActive,
    SourceNotFound,
    SourceUnreadable,
)

mpl.use("Agg")
from matplotlib import pyplot as plt

SVG = '<?xml version="1.0"?>\n<!-- a dot -->\n<svg xmlns="http://www.w3.org/2000/svg"><circle r="1"/></svg>'
FORMATS = ("png", "jpeg", "gif", "bmp", "webp", "tiff")
PIXELS = np.arange(30 * 40 * 3, dtype=np.uint8).reshape(30, 40, 3)


@pytest.fixture
def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client on the workspace."""
    return MlflowClient(workspace.get_mlflow_tracking_uri())


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A PNG file."""
    Image.fromarray(PIXELS).save(tmp_path / "desert.png")
    return tmp_path / "desert.png"


def content(run: Run, file: str) -> bytes:
    return run._history.files.read(run.id, file)


def opened(run: Run, file: str) -> Image.Image:
    return Image.open(io.BytesIO(content(run, file)))


def grid(client: MlflowClient, run: Run) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what MLflow's image grid reads from a run: its reducer of file names (3.17), in Python."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for info in client.list_artifacts(run.id, "images"):
        stem, _, ending = info.path.removeprefix("images/").rpartition(".")
        by = next(by for by in "%+" if by in stem)
        key, step_label, step, time_label, _, *_ = stem.split(by)
        assert (step_label, time_label) == ("step", "timestamp")
        if ending not in ("png", "webp"):
            continue
        is_preview = stem.endswith("compressed")
        images = found.setdefault(key.replace("~", "/").replace("#", "/"), {})
        image = images.setdefault(stem.removesuffix(f"{by}compressed"), {})
        image |= {"preview": info.path} if is_preview else {"file": info.path, "step": int(step)}
    return found


def test_the_call_of_the_source_page_keeps_the_image_and_its_description(
    run: Run, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(picture.parent)
    run.log_image(name="food", path="./desert.png", plot=None, description="desert")
    (file,) = run.get_metrics().values()
    assert file.startswith("images/food+step+0+timestamp+")
    assert content(run, file) == picture.read_bytes()
    (series,) = run._history.metrics.series(run.id)
    assert (series.description, series.kind, series.type) == ("desert", "image", "artifact")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_is_kept_byte_for_byte_and_the_grid_shows_it(
    run: Run, client: MlflowClient, tmp_path: Path, format_: str
) -> None:
    path = tmp_path / "no ending"
    Image.fromarray(PIXELS).save(path, format_)
    run.log_image("a/b", path)
    file = run.get_metrics()["a/b"]
    assert content(run, file) == path.read_bytes()
    assert Path(client.download_artifacts(run.id, file)).read_bytes() == path.read_bytes()
    ((shown,),) = (images.values() for images in grid(client, run).values())
    assert (list(grid(client, run)), shown["step"]) == (["a/b"], 0)
    assert opened(run, shown["file"]).size == opened(run, shown["preview"]).size == (40, 30)
    assert shown["file"].rpartition(".")[0] == file.rpartition(".")[0]
    assert client.get_run(run.id).data.tags["mlflow.loggedImages"] == "True"


def test_an_svg_is_kept_and_does_not_disturb_the_grid(run: Run, client: MlflowClient, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(SVG)
    run.log_image("dot", tmp_path / "a.svg")
    run.log_image("dot", plot=PIXELS)
    assert content(run, run.get_metrics()["dot"][0]) == SVG.encode()
    assert [image["step"] for image in grid(client, run)["dot"].values()] == [1]


def test_an_animation_keeps_its_frames_in_the_grid(run: Run, client: MlflowClient, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "green", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=80)
    run.log_image("a", tmp_path / "a.gif")
    (shown,) = grid(client, run)["a"].values()
    assert getattr(opened(run, shown["file"]), "n_frames", 1) == 3


def test_a_preview_is_small_and_an_image_upright(run: Run, client: MlflowClient, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    Image.new("RGB", (1000, 500)).save(tmp_path / "a.jpg", exif=exif)
    run.log_image("a", tmp_path / "a.jpg")
    (shown,) = grid(client, run)["a"].values()
    assert (opened(run, shown["file"]).size, opened(run, shown["preview"]).size) == ((500, 1000), (128, 256))


def test_an_image_longer_than_webp_can_be_is_shown_smaller(run: Run, client: MlflowClient, tmp_path: Path) -> None:
    Image.new("L", (20_000, 5)).save(tmp_path / "a.bmp")
    run.log_image("a", tmp_path / "a.bmp")
    (shown,) = grid(client, run)["a"].values()
    assert opened(run, shown["file"]).size[0] == 16_383


def test_pixels_of_more_than_eight_bits_are_shown_as_grey(run: Run, client: MlflowClient, tmp_path: Path) -> None:
    Image.fromarray(np.linspace(-5, 5, 100, dtype=np.float32).reshape(10, 10)).save(tmp_path / "a.tiff")
    run.log_image("a", tmp_path / "a.tiff")
    (shown,) = grid(client, run)["a"].values()
    grey = np.asarray(opened(run, shown["file"]).convert("L"))
    assert (int(grey.min()) < 10, int(grey.max()) > 245) == (True, True)


def test_a_figure_and_pyplot_are_drawn(run: Run) -> None:
    figure, axes = plt.subplots()
    axes.plot([1, 2, 3])
    run.log_image("figure", plot=figure)
    run.log_image("pyplot", plot=plt)
    figure.set_size_inches(1, 1)
    run.log_image("figure", plot=figure)
    plt.close(figure)
    metrics = run.get_metrics()
    assert opened(run, metrics["pyplot"]).size == opened(run, metrics["figure"][0]).size == (640, 480)
    assert opened(run, metrics["figure"][1]).size == (100, 100)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "LAB", "I", "I;16"])
def test_a_pil_image_of_any_mode_becomes_a_png(run: Run, client: MlflowClient, mode: str) -> None:
    run.log_image("a", plot=Image.new(mode, (300, 3)))
    image = opened(run, run.get_metrics()["a"])
    assert (image.format, image.size, len(grid(client, run)["a"])) == ("PNG", (300, 3), 1)


@pytest.mark.parametrize(
    ("array", "mode"),
    [
        (PIXELS, "RGB"),
        (PIXELS[:, :, 0], "L"),
        (PIXELS[:, :, :1], "L"),
        (np.dstack([PIXELS, PIXELS[:, :, 0]]), "RGBA"),
        (PIXELS.astype(np.int64), "RGB"),
        (PIXELS / 255, "RGB"),
        (torch.from_numpy(PIXELS), "RGB"),
        (torch.from_numpy(PIXELS / 255).float().requires_grad_(), "RGB"),
    ],
)
def test_an_array_comes_back_pixel_for_pixel(run: Run, array: Any, mode: str) -> None:
    run.log_image("a", plot=array)
    image = opened(run, run.get_metrics()["a"])
    expected = np.dstack([PIXELS, PIXELS[:, :, 0]])[:, :, : len(mode)]
    assert image.mode == mode
    assert np.array_equal(np.asarray(image), expected[:, :, 0] if mode == "L" else expected)


def test_a_mask_is_black_and_white(run: Run) -> None:
    run.log_image("a", plot=np.eye(4, dtype=bool))
    assert np.array_equal(np.asarray(opened(run, run.get_metrics()["a"])), np.eye(4) * 255)


def test_no_image_is_overwritten_and_steps_count_on(run: Run, picture: Path) -> None:
    for step in (None, 10, 10, None):
        run.log_image("a", picture, step=step)
    assert [image.step for image in run.get_images()] == [0, 10, 10, 11]
    assert len(set(run.get_metrics()["a"])) == 4
    assert [point.step for point in run.get_metrics("a", history=True)["a"]] == [0, 10, 10, 11]


def test_images_logged_at_once_get_a_step_each(run: Run) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: run.log_image("a", plot=PIXELS), range(24)))
    images = run.get_images("a")
    assert [image.step for image in images] == list(range(24))
    assert {image.file for image in images} <= set(run.get_file_names())


def test_no_local_path_is_recorded(run: Run, picture: Path) -> None:
    run.log_image("a", str(picture))
    assert not any("desert" in name or str(picture.parent) in name for name in run.get_file_names())
    assert str(picture.parent) not in json.dumps(run.get_metrics())


@pytest.mark.parametrize("name", ["a/b c", "ä:?%+~#", "." * 3, "x" * 250, "漢" * 250, "a+step+1"])
def test_a_name_of_any_kind_has_a_file_that_mlflow_reads(run: Run, client: MlflowClient, name: str) -> None:
    run.log_image(name, plot=PIXELS, step=-3)
    (image,) = run.get_images(name)
    assert (image.name, image.step) == (name, -3)
    assert Path(client.download_artifacts(run.id, image.file)).read_bytes() == content(run, image.file)
    ((shown,),) = (images.values() for images in grid(client, run).values())
    assert (shown["step"], shown["file"]) == (-3, image.file)


class TestBothMouths:
    """`get_images`, whoever logged them."""

    def test_each_image_is_there_once(self, run: Run, client: MlflowClient, tmp_path: Path) -> None:
        client.log_image(run.id, PIXELS, key="a/b", step=1, timestamp=5)
        client.log_image(run.id, PIXELS, key="only mlflow", step=2)
        client.log_image(run.id, PIXELS, "images/plain.png")
        Image.fromarray(PIXELS).save(tmp_path / "x.jpg")
        run.log_image("a/b", tmp_path / "x.jpg")
        run.log_image("a/b", plot=PIXELS, step=2)
        images = run.get_images()
        assert [(image.name, image.step) for image in images] == [
            ("a/b", 0),
            ("a/b", 1),
            ("a/b", 2),
            ("only mlflow", 2),
        ]
        assert images[1].timestamp_ms == 5
        assert images == run.get_images("a/b") + run.get_images("only mlflow")
        assert run.get_images("nothing") == []
        assert opened(run, images[3].file).size == (40, 30)

    def test_names_of_older_mlflow_are_read_too(self, run: Run, client: MlflowClient) -> None:
        for file in ("k#1%step%3%timestamp%7%u-1.png", "k#1%step%3%timestamp%7%u-1%compressed.webp"):
            client.log_text(run.id, "", f"images/{file}")
        (image,) = run.get_images()
        assert (image.name, image.step, image.timestamp_ms) == ("k/1", 3, 7)

    def test_a_run_of_mlflow_takes_native_images(self, workspace: Workspace) -> None:
        mlflow.set_tracking_uri(workspace.get_mlflow_tracking_uri())
        with mlflow.start_run() as active:
            mlflow.log_image(PIXELS, key="k", step=0)
            run = workspace.get_run(active.info.run_id)
            run.log_image("k", plot=PIXELS, step=1)
        assert [image.step for image in run.get_images("k")] == [0, 1]


class TestBadInput:
    """What is refused leaves nothing."""

    @pytest.mark.parametrize(
        ("arguments", "error", "says"),
        [
            ({}, InvalidMetric, "given neither"),
            ({"path": "a.txt", "plot": PIXELS}, InvalidMetric, "given both"),
            ({"path": "a.txt"}, InvalidMetric, "'a.txt' is not an image. Pass PNG, JPEG"),
            ({"path": "BM.txt"}, InvalidMetric, "'BM.txt' is not an image"),
            ({"path": "empty"}, InvalidMetric, "'empty' is not an image"),
            ({"path": "broken.png"}, InvalidMetric, "'broken.png' is damaged"),
            ({"path": "broken.jpg"}, InvalidMetric, "'broken.jpg' is damaged"),
            ({"path": "nothing.png"}, SourceNotFound, "'nothing.png'"),
            ({"path": "."}, SourceUnreadable, "'.' is a folder"),
            ({"path": PIXELS}, InvalidMetric, "plot="),
            ({"plot": "text"}, InvalidMetric, "'text', of type str"),
            ({"plot": [[0, 1]]}, InvalidMetric, "of type list"),
            ({"plot": np.zeros(5)}, InvalidMetric, r"shape \(5,\)"),
            ({"plot": np.zeros((2, 2, 2))}, InvalidMetric, r"shape \(2, 2, 2\)"),
            ({"plot": np.zeros((0, 5))}, InvalidMetric, r"shape \(0, 5\)"),
            ({"plot": torch.zeros(3, 8, 9)}, InvalidMetric, r"shape \(3, 8, 9\). Move the channels .*permute"),
            ({"plot": torch.zeros(8, 8, dtype=torch.bfloat16)}, InvalidMetric, "BFloat16"),
            ({"plot": np.zeros((2, 2), complex)}, InvalidMetric, "array of complex128"),
            ({"plot": np.full((2, 2), 1.5)}, InvalidMetric, "from 1.5 to 1.5. Scale it to 0–1"),
            ({"plot": np.full((2, 2), np.nan)}, InvalidMetric, "from nan to nan"),
            ({"plot": np.full((2, 2), 256)}, InvalidMetric, "int64 from 256 to 256. Scale it to 0–255"),
            ({"plot": Image.new("F", (2, 2))}, InvalidMetric, "mode 'F'"),
            ({"plot": Image.new("L", (0, 2))}, InvalidMetric, "0 × 2 pixels"),
            ({"name": "", "plot": PIXELS}, InvalidMetric, "''"),
            ({"name": "scalar", "plot": PIXELS}, InvalidMetric, "'scalar' is of kind scalar, not image"),
            ({"name": "t/c", "plot": PIXELS}, MetricKeyTaken, "'t/c' as 't/c'"),
            ({"plot": PIXELS, "step": 0.5}, InvalidMetric, "0.5"),
            ({"plot": PIXELS, "description": 5}, InvalidMetric, "5"),
        ],
    )
    def test_it_is_named_and_nothing_is_written(
        self,
        run: Run,
        picture: Path,
        monkeypatch: pytest.MonkeyPatch,
        arguments: dict[str, Any],
        error: type[Exception],
        says: str,
    ) -> None:
        monkeypatch.chdir(picture.parent)
        Path("a.txt").write_text("text")
        Path("BM.txt").write_text("BMW is a make of cars")
        Path("empty").touch()
        Path("broken.png").write_bytes(picture.read_bytes()[:100])
        Path("broken.jpg").write_bytes(b"\xff\xd8\xff\xe0")
        run.log("scalar", 1)
        run.log_row("t", c=1)
        before = run.get_metrics()
        with pytest.raises(error, match=says):
            run.log_image(**{"name": "image"} | arguments)
        assert (run.get_metrics(), run.get_file_names()) == (before, [])
        assert [path.name for path in run._history.files._folder(run.id).parent.glob("*")] in ([], ["artifacts"])
        assert "mlflow.loggedImages" not in run._history.runs.get(run.id).tags

    def test_a_number_does_not_fit_among_images(self, run: Run) -> None:
        run.log_image("a", plot=PIXELS)
        for call in (lambda: run.log("a", 1), lambda: run.log("a", "text"), lambda: run.log_list("a", [1])):
            with pytest.raises(InvalidMetric, match="'a'"):
                call()
        assert len(run.get_images()) == 1

    def test_a_run_in_the_bin_takes_no_images(self, run: Run, client: MlflowClient) -> None:
        client.delete_run(run.id)
        with pytest.raises(RunNotActive):
            run.log_image("a", plot=PIXELS)


class TestWithoutPillow:
    """Pillow is not a dependency."""

    @pytest.fixture(autouse=True)
    def _hide(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = builtins.__import__

        def hiding(name: str, *args: Any, **kwargs: Any) -> Any:
            if name.partition(".")[0] == "PIL":
                raise ImportError(name)
            return real(name, *args, **kwargs)

        monkeypatch.setattr(builtins, "__import__", hiding)

    @pytest.mark.parametrize("format_", ["png", "webp"])
    def test_what_the_grid_shows_anyway_is_its_own_preview(
        self, run: Run, client: MlflowClient, tmp_path: Path, format_: str
    ) -> None:
        Image.fromarray(PIXELS).save(tmp_path / "a", format_)
        run.log_image("a", tmp_path / "a")
        (shown,) = grid(client, run)["a"].values()
        assert content(run, shown["preview"]) == content(run, shown["file"]) == (tmp_path / "a").read_bytes()
        assert [image.file for image in run.get_images()] == [shown["file"]]

    def test_where_it_is_needed_the_error_says_how_to_get_it(self, run: Run, tmp_path: Path) -> None:
        Image.fromarray(PIXELS).save(tmp_path / "a.jpg")
        for arguments in ({"path": tmp_path / "a.jpg"}, {"plot": PIXELS}):
            with pytest.raises(PackageMissing, match="pip install pillow"):
                run.log_image("a", **arguments)
        assert (run.get_metrics(), run.get_file_names()) == ({}, [])


def test_logging_a_file_loads_neither_mlflow_nor_pyplot(workspace_dir: Path, picture: Path) -> None:
    script = (
        "import sys\n"
        "from mlflow_ws_plugin import Experiment, Workspace\n"
        f"run = Experiment(Workspace.open({str(workspace_dir)!r}), 'e').start_logging()\n"
        f"run.log_image('a', {str(picture)!r})\n"
        "print([name for name in ('mlflow', 'matplotlib', 'numpy', 'torch', 'sqlalchemy') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
