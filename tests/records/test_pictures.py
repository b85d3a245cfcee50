"""The names of image files."""

from __future__ import annotations

import pytest

from mlflow_ws_plugin.records import pictures
from mlflow_ws_plugin.records.pictures import RunImage


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("a", "a"),
        ("a/b c", "a~b c"),
        ("a:b?+%~#", "a_b_____"),
        ("../x", "__~x"),
        ("漢字", "漢字"),
    ],
)
def test_a_name_is_one_part_of_a_path(name: str, key: str) -> None:
    assert pictures.stem(name, -3, 7, "u-1") == f"images/{key}+step+-3+timestamp+7+u-1"


@pytest.mark.parametrize("name", ["x" * 250, "漢" * 250, "a/" * 125])
def test_a_long_name_fits_a_file_system_and_stays_apart(name: str) -> None:
    step, ms, unique = -(2**63), 2**41, "3f2b8c1e-1234-4321-8888-0123456789ab"
    file = pictures.stem(name, step, ms, unique)
    assert len(f"{file}{pictures.PREVIEW}".removeprefix("images/").encode()) <= 255
    assert file != pictures.stem(f"{name[:-2]}y", step, ms, unique)
    image = pictures.parsed(f"{file}.png")
    assert image is not None
    assert (image.step, image.timestamp_ms) == (step, ms)


@pytest.mark.parametrize(
    ("file", "image"),
    [
        ("images/a~b+step+2+timestamp+7+u-1.png", ("a/b", 2, 7)),
        ("images/a#b%step%2%timestamp%7%u-1.webp", ("a/b", 2, 7)),
        ("images/a+step+-2+timestamp+7+u.jpg", ("a", -2, 7)),
        ("images/a+step+2+timestamp+7+u+compressed.webp", None),
        ("images/a%step%2%timestamp%7%u%compressed.webp", None),
        ("images/a+step%2+timestamp+7+u.png", None),
        ("images/a+step+x+timestamp+7+u.png", None),
        ("images/deep/a+step+2+timestamp+7+u.png", None),
        ("other/a+step+2+timestamp+7+u.png", None),
        ("images/plain.png", None),
    ],
)
def test_only_images_with_a_key_and_a_step_are_images_of_a_metric(
    file: str, image: tuple[str, int, int] | None
) -> None:
    assert pictures.parsed(file) == (RunImage(*image, file) if image else None)
