"""Image metrics: what their files are called, which is what MLflow calls them, so that its image grid shows them.

The grid reads `images/<key>+step+<step>+timestamp+<ms>+<unique>.png` (or `.webp`) and, beside each, a preview
`…+compressed.webp`. It passes over other endings, but one name in that folder that it cannot split hides the images of
the whole run (MLflow 3.17, `ImageReducer.ts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mlflow_ws_plugin.records import places
from mlflow_ws_plugin.records.names import mlflow_key
from mlflow_ws_plugin.records.series import SeriesCells

FOLDER = "images"
LOGGED_IMAGES = {"mlflow.loggedImages": "True"}
"""The tag by which MLflow's pages know that a run has images."""
PREVIEW = "+compressed.webp"
"""The end of a preview's name."""

_NAME = re.compile(
    rf"{FOLDER}/(?P<key>[^/]+?)(?P<by>[+%])step(?P=by)(?P<step>-?\d+)(?P=by)timestamp(?P=by)(?P<ms>\d+)(?P=by)"
    r"[^/+%]+\.\w+"
)
"""Without the previews. MLflow before 3.9 put `%` between the parts."""


@dataclass(frozen=True, slots=True)
class RunImage:
    """An image of a run, whoever logged it.

    Attributes:
        name: The metric's name, MLflow's `key`.
        step: Its position on the x axis.
        timestamp_ms: When it was logged, milliseconds UTC.
        file: Its name within the run, for `download_file`.
    """

    name: str
    step: int
    timestamp_ms: int
    file: str


def stem(name: str, step: int, timestamp_ms: int, unique: str) -> str:
    """Return the name of an image's file within its run, without its ending."""
    key = places.part_of(mlflow_key(name))
    return f"{FOLDER}/{key}+step+{step}+timestamp+{timestamp_ms}+{unique}"


def parsed(file: str) -> RunImage | None:
    """Return the image a file is by its name; None for previews and all else."""
    match = _NAME.fullmatch(file)
    if match is None:
        return None
    return RunImage(re.sub("[~#]", "/", match["key"]), int(match["step"]), int(match["ms"]), file)


def merged(series: Iterable[SeriesCells], files: Iterable[str]) -> list[RunImage]:
    """Return all images of a run by (name, step, time), each once.

    Args:
        series: Its image metrics.
        files: The names of its files.
    """
    native = [RunImage(one.series.name, step, ts, file) for one in series for step, ts, file in one.texts]
    known = {_without_ending(image.file) for image in native}
    others = [image for file in files if _without_ending(file) not in known and (image := parsed(file))]
    return sorted(native + others, key=lambda image: (image.name, image.step, image.timestamp_ms, image.file))


def _without_ending(file: str) -> str:
    return file.rpartition(".")[0]
