"""What `log_image` is given, as files: the image, and what MLflow's image grid shows of it.

The grid shows PNG and WebP, with a preview of at most 256 pixels. An image file of another format is kept byte for byte
too, and a WebP of it is put beside it for the grid; of SVG, which Pillow cannot draw, only the file is kept.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflow_ws_plugin.errors import InvalidMetric, PackageMissing
from mlflow_ws_plugin.records.metric import short
from mlflow_ws_plugin.records.pictures import PREVIEW
from mlflow_ws_plugin.storage.staging import opened

if TYPE_CHECKING:
    from PIL.Image import Image

PREVIEW_PIXELS = 256
"""The longer side of a preview, as in MLflow."""

_LARGEST_WEBP = 16_383
_QUALITY = 90
_SNIFFED_BYTES = 4_096

_SVG = re.compile(rb"(\xef\xbb\xbf)?\s*((<\?xml.*?\?>|<!--.*?-->|<!DOCTYPE.*?>)\s*)*<svg[\s>]", re.DOTALL)
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)

_FORMATS: tuple[tuple[str, Callable[[bytes], object]], ...] = (
    (".png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    (".jpg", lambda head: head.startswith(b"\xff\xd8\xff")),
    (".gif", lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    (".webp", lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    (".tiff", lambda head: head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))),
    (".bmp", lambda head: head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADERS),
    (".svg", _SVG.match),
)
"""The ending of each format, and how its first bytes tell it."""

_SHOWN_BY_MLFLOW = (".png", ".webp")
_PNG_MODES = ("1", "L", "LA", "I;16", "P", "RGB", "RGBA")


def of(name: str, path: object, plot: object) -> dict[str, bytes]:
    """Return the files of an image by their endings; the first is the image itself.

    Raises:
        InvalidMetric: There is not exactly one of path and plot, or it is no image.
        SourceNotFound: There is no file at the path.
        SourceUnreadable: It cannot be read.
        PackageMissing: Pillow is needed, and not installed.
    """
    if (path is None) == (plot is None):
        given = "neither path nor plot" if path is None else "both path and plot"
        raise InvalidMetric(f"Image {name!r} was given {given}.", "Pass exactly one of them.")
    return of_plot(name, plot) if path is None else of_file(name, path)


def of_file(name: str, path: object) -> dict[str, bytes]:
    """Return the files of an image file."""
    if not isinstance(path, str | os.PathLike):
        raise InvalidMetric(f"The path of image {name!r} is {short(path)}.", "Pass figures and arrays as plot=….")
    with opened(Path(path)) as file:
        data = file.read()
    label = os.fspath(path)
    ending = next((ending for ending, is_it in _FORMATS if is_it(data[:_SNIFFED_BYTES])), None)
    if ending is None:
        raise InvalidMetric(f"{label!r} is not an image.", "Pass PNG, JPEG, GIF, BMP, WebP, TIFF or SVG.")
    if ending == ".svg":
        return {ending: data}
    if ending in _SHOWN_BY_MLFLOW:
        return {ending: data} | _preview_or_copy(label, ending, data)
    image = _decoded(label, data)
    return {ending: data, ".webp": _webp(image, label), PREVIEW: _preview(image, label)}


def of_plot(name: str, plot: object) -> dict[str, bytes]:
    """Return the files of a figure, a PIL image or an array, as PNG."""
    if hasattr(plot, "savefig"):
        return _of_figure(name, plot)
    if hasattr(plot, "mode") and hasattr(plot, "tobytes"):
        return _of_image(name, plot)
    if hasattr(plot, "__array__"):
        return _of_image(name, _pillow().fromarray(_pixels(name, plot)))
    raise InvalidMetric(
        f"Image {name!r} cannot be {short(plot)}, of type {type(plot).__name__}.",
        "Pass a matplotlib figure, pyplot, a PIL image or an array.",
    )


def _of_figure(name: str, figure: Any) -> dict[str, bytes]:
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    data = stream.getvalue()
    return {".png": data} | _preview_or_copy(name, ".png", data)


def _of_image(name: str, image: Any) -> dict[str, bytes]:
    if not image.width * image.height:
        raise InvalidMetric(f"Image {name!r} has {image.width} × {image.height} pixels.", "Pass one that has some.")
    if image.mode == "F":
        raise InvalidMetric(f"Image {name!r} is of mode 'F'.", "Pass an array of floats from 0 to 1.")
    if image.mode == "I":
        image = image.convert("I;16")
    elif image.mode not in _PNG_MODES:
        image = _in_true_colour(image)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return {".png": stream.getvalue(), PREVIEW: _preview(image, name)}


def _pixels(name: str, array: Any) -> Any:
    """Return an array as H × W, H × W × 3 or H × W × 4 bytes."""
    import numpy as np

    if hasattr(array, "detach"):
        array = array.detach().cpu()
    try:
        pixels = np.asarray(array)
    except (TypeError, ValueError) as exc:
        raise InvalidMetric(f"Image {name!r} cannot be {short(array)}: {exc}.", "Pass uint8, or floats 0–1.") from exc
    _check_shape(name, pixels.shape)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    largest = {"b": 1, "i": 255, "u": 255, "f": 1.0}.get(pixels.dtype.kind)
    if largest is None:
        raise InvalidMetric(f"Image {name!r} is an array of {pixels.dtype}.", "Pass uint8, or floats 0–1.")
    low, high = pixels.min(), pixels.max()
    if not (low >= 0 and high <= largest):  # also where they are NaN
        raise InvalidMetric(
            f"Image {name!r} is an array of {pixels.dtype} from {low} to {high}.", f"Scale it to 0–{largest:g}."
        )
    return pixels.astype(np.uint8) if largest == 255 else np.rint(pixels * 255.0).astype(np.uint8)


def _check_shape(name: str, shape: tuple[int, ...]) -> None:
    if 0 in shape or not (len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3, 4))):
        channels_first = len(shape) == 3 and shape[0] in (1, 3, 4)
        raise InvalidMetric(
            f"Image {name!r} is an array of shape {tuple(shape)}.",
            "Move the channels to the end: permute(1, 2, 0)." if channels_first else "Pass H×W, or H×W×1, ×3 or ×4.",
        )


def _preview_or_copy(label: str, ending: str, data: bytes) -> dict[str, bytes]:
    """Return the preview of a PNG or WebP; without Pillow, the image stands in for it."""
    try:
        image = _decoded(label, data)
    except PackageMissing:
        return {PREVIEW.replace(".webp", ending): data}
    return {PREVIEW: _preview(image, label)}


def _preview(image: Image, label: str) -> bytes:
    small = _in_true_colour(image) if image.mode in ("1", "P") else image.copy()
    small.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
    return _webp(small, label)


def _webp(image: Image, label: str) -> bytes:
    """Return an image as a WebP for the screen: upright, of 8 bits, and with all frames of a GIF."""
    from PIL import ImageOps

    stream = io.BytesIO()
    try:
        if image.format == "GIF":
            image.save(stream, "WEBP", quality=_QUALITY, save_all=True)
            return stream.getvalue()
        upright = _eight_bit(ImageOps.exif_transpose(image))
        if max(upright.size) > _LARGEST_WEBP:
            upright.thumbnail((_LARGEST_WEBP, _LARGEST_WEBP))
        upright.save(stream, "WEBP", quality=_QUALITY)
    except (OSError, ValueError) as exc:
        raise InvalidMetric(f"{label!r} cannot be drawn: {exc}.", "Log it as PNG, or with upload_file.") from exc
    return stream.getvalue()


def _in_true_colour(image: Image) -> Image:
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _eight_bit(image: Image) -> Image:
    """Return an image whose pixels are numbers of more than 8 bits as grey, darkest to brightest."""
    if not image.mode.startswith(("I", "F")):
        return image
    deep: Any = image.convert("F")
    low, high = deep.getextrema()
    scale = 255 / (high - low) if high > low else 1.0
    grey: Image = deep.point(lambda value: value * scale - low * scale).convert("L")
    return grey


def _decoded(label: str, data: bytes) -> Image:
    pillow = _pillow()
    try:
        image: Image = pillow.open(io.BytesIO(data))
        image.load()
    except (OSError, SyntaxError, ValueError, pillow.DecompressionBombError) as exc:
        raise InvalidMetric(f"{label!r} is damaged: {exc}.", "Write it anew, or record it with upload_file.") from exc
    return image


def _pillow() -> Any:
    try:
        import PIL.Image
    except ImportError as exc:
        raise PackageMissing("Pillow is not installed.", "Run `pip install pillow`.") from exc
    return PIL.Image
