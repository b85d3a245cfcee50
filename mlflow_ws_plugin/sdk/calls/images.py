"""Images of a run: logging them, and finding them whoever logged them."""

from __future__ import annotations

import os
import time
import uuid
from functools import partial

from mlflow_ws_plugin.records import pictures as names
from mlflow_ws_plugin.records.file_metric import FileMetric
from mlflow_ws_plugin.records.metric import Kind
from mlflow_ws_plugin.records.names import check_metric_name
from mlflow_ws_plugin.sdk import pictures, writes
from mlflow_ws_plugin.sdk.calls.parts import RunParts


class ImageCalls(RunParts):
    """Images of a run."""

    def log_image(
        self,
        name: str,
        path: str | os.PathLike[str] | None = None,
        plot: object = None,
        description: str = "",
        step: int | None = None,
    ) -> None:
        """Append one image to the image metric `name`; none logged before is overwritten.

        The image is a file of the run below `images/`, named as MLflow names those of `mlflow.log_image`, so that its
        image grid shows it. PNG and WebP files are kept as they are; of JPEG, GIF, BMP and TIFF, which the grid does
        not show, a WebP is put beside the file; SVG is kept, but not in the grid. The path is not recorded.

        Args:
            name: 1–250 printable characters.
            path: A PNG, JPEG, GIF, BMP, WebP, TIFF or SVG file; its content tells which, not its ending.
            plot: A matplotlib figure, `pyplot` for its current figure, a PIL image, or a NumPy array or tensor of shape
                H×W, H×W×1, H×W×3 or H×W×4: integers from 0 to 255, bools, or floats from 0 to 1. It is kept as PNG.
            description: What the image shows; kept when not empty.
            step: Position on the x axis; the one after the greatest so far by default, 0 at first.

        Raises:
            InvalidMetric: The name, step or array is not legal, the file is not an image, `name` is a metric of another
                kind, or there is not exactly one of `path` and `plot`.
            SourceNotFound: There is no file at `path`.
            SourceUnreadable: The file cannot be read.
            PackageMissing: Pillow is not installed, and is needed: for arrays, and for files that are not PNG, WebP or
                SVG.
            MetricKeyTaken: MLflow would see two metrics under one key.
            StorageError: The run's files are not on this machine, or cannot be written.
        """
        check_metric_name(name)
        now_ms = int(time.time() * 1000)
        metric = FileMetric(
            name=name,
            kind=Kind.IMAGE,
            description=writes.description_of(name, description),
            step=None if step is None else writes.step_of(name, step),
            timestamp_ms=now_ms,
            stem=partial(names.stem, name, timestamp_ms=now_ms, unique=str(uuid.uuid4())),
            contents=pictures.of(name, path, plot),
            tags=names.LOGGED_IMAGES,
        )
        self._history.files.log(self.id, metric)

    def get_images(self, name: str | None = None) -> list[names.RunImage]:
        """Return the images of the run by (name, step, time), those of `mlflow.log_image(image, key=…)` too.

        Args:
            name: Only of this metric, which is MLflow's `key`.

        Raises:
            StorageError: The run's files are not on this machine.
        """
        metrics = [one.name for one in self._history.metrics.series(self.id) if one.kind is Kind.IMAGE]
        series = [read for metric in metrics for read in self._history.metrics.read(self.id, metric)]
        images = names.merged(series, self._history.files.names(self.id))
        return [image for image in images if name in (None, image.name)]
