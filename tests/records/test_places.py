"""Names of files and places of artifacts."""

from __future__ import annotations

import pytest

from mlflow_ws_plugin.errors import InvalidName
from mlflow_ws_plugin.records import places


@pytest.mark.parametrize(("name", "normal"), [("a", "a"), ("./a//b", "a/b"), ("a\\b", "a/b"), ("a/./b/../c", "a/c")])
def test_a_file_name_has_one_form(name: str, normal: str) -> None:
    assert places.check_file_name(name) == normal


@pytest.mark.parametrize("name", ["", ".", "/etc/passwd", "..", "../a", "a/../../b", "..\\a", "a\0b"])
def test_a_file_name_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        places.check_file_name(name)


@pytest.mark.parametrize(
    ("location", "below"),
    [("0", "0/r/artifacts"), ("s3://b/x?y=1", "s3://b/x/r/artifacts?y=1"), ("file:///a", "file:///a/r/artifacts")],
)
def test_a_runs_files_are_below_its_experiment(location: str, below: str) -> None:
    assert places.of_run(location, "r") == below
