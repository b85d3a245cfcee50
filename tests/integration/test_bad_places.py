"""Addresses and places where no workspace can be: each is said clearly, and nothing is lost or left by halves."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException

from mlflow_ws_plugin import uri
from tests.integration.children import answer_of, run, run_python, wait_until

UNWRITABLE_CODES = {"PERMISSION_DENIED", "TEMPORARILY_UNAVAILABLE", "BAD_REQUEST"}
UNUSABLE_CODES = {"BAD_REQUEST", "INVALID_STATE", "DATA_LOSS"}
FULL_CODES = {"RESOURCE_EXHAUSTED", "TEMPORARILY_UNAVAILABLE"}
HINTS = re.compile(r"begin a new run|choose|check|free|look|move|open|upgrade|write|restore", re.IGNORECASE)


RECORDS = """
import json, sys
from mlflow import MlflowClient
from mlflow.entities import Metric
client = MlflowClient(sys.argv[1])
run = client.create_run("0", run_name="early")
client.log_batch(run.info.run_id, [Metric("m", step / 2, step, step) for step in range(100)])
client.log_text(run.info.run_id, "early", "early.txt")
print(json.dumps(run.info.run_id))
"""


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A workspace, written by a process that has ended, and its run of a hundred points."""
    directory = tmp_path_factory.mktemp("original") / "workspace"
    return directory, str(answer_of(run_python(RECORDS, uri.of(directory))))


@pytest.fixture
def recorded(original: tuple[Path, str], workspace_dir: Path) -> str:
    """The run in a copy of that workspace, which nobody has open."""
    shutil.copytree(original[0], workspace_dir)
    return original[1]


def failure(address: str) -> MlflowException:
    """Return what a first and a second call on an address say, which is the same."""
    said = []
    for _ in range(2):
        with pytest.raises(MlflowException) as caught:
            MlflowClient(address).create_run("0")
        said.append(caught.value)
    assert str(said[0]) == str(said[1])
    return said[0]


def check(error: MlflowException, codes: set[str], *parts: str) -> None:
    """The error has a fitting code, and names the value and the next step."""
    text = str(error)
    assert error.error_code in codes, text
    for part in parts:
        assert part in text
    assert HINTS.search(text), f"{text!r} does not say what to do"
    assert "Traceback" not in text


def points(address: str, run_id: str) -> int:
    return len(MlflowClient(address).get_metric_history(run_id, "m"))


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("mlws://host", "'host'"),
        ("mlws://host/dir", "mlws:///host/dir"),
        ("mlws://user:secret@host/dir", "host"),
        ("mlws:", "names no directory"),
        ("mlws:///", "names no directory"),
        ("mlws:///a?b=c", "%3F"),
        ("mlws:///a#b", "%23"),
        ("mlws:///a%00b", "NUL"),
    ],
)
def test_an_address_that_names_no_directory_is_refused(address: str, part: str) -> None:
    error = failure(address)
    check(error, {"INVALID_PARAMETER_VALUE"}, part)
    with pytest.raises(MlflowException):
        mlflow.MlflowClient(address, registry_uri=address).search_registered_models()


def test_a_directory_that_is_a_file_is_refused_and_left_alone(tracking_uri: str, workspace_dir: Path) -> None:
    workspace_dir.write_text("precious")
    check(failure(tracking_uri), UNUSABLE_CODES, str(workspace_dir), "is a file")
    assert workspace_dir.read_text() == "precious"


def test_a_directory_below_a_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    check(failure(f"mlws://{tmp_path}/file/below/it"), UNWRITABLE_CODES | UNUSABLE_CODES, f"{tmp_path}/file")
    assert (tmp_path / "file").read_text() == "precious"


def test_a_database_that_is_a_directory_is_refused(tracking_uri: str, workspace_dir: Path) -> None:
    (workspace_dir / "workspace.db").mkdir(parents=True)
    check(failure(tracking_uri), UNWRITABLE_CODES | UNUSABLE_CODES, "workspace.db")


def test_a_foreign_database_is_refused_and_left_alone(tracking_uri: str, workspace_dir: Path) -> None:
    workspace_dir.mkdir()
    path = workspace_dir / "workspace.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE precious (x)")
        connection.commit()
    before = path.read_bytes()

    check(failure(tracking_uri), UNUSABLE_CODES, str(path), "not a workspace")
    assert path.read_bytes() == before
    assert [item.name for item in workspace_dir.iterdir()] == ["workspace.db"]


@pytest.mark.parametrize("content", [b"plain text, " * 1000, b"x", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    content: bytes, tracking_uri: str, workspace_dir: Path
) -> None:
    workspace_dir.mkdir()
    path = workspace_dir / "workspace.db"
    path.write_bytes(content)
    check(failure(tracking_uri), UNUSABLE_CODES, str(path))
    assert path.read_bytes() == content


@pytest.mark.usefixtures("recorded")
def test_a_newer_schema_is_refused_by_number_and_left_alone(tracking_uri: str, workspace_dir: Path) -> None:
    path = workspace_dir / "workspace.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = path.read_bytes()

    check(failure(tracking_uri), UNUSABLE_CODES, str(path), "'9999'", "pip install --upgrade")
    assert path.read_bytes() == before


@pytest.mark.usefixtures("recorded")
def test_a_database_without_a_revision_is_refused(tracking_uri: str, workspace_dir: Path) -> None:
    path = workspace_dir / "workspace.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM alembic_version")
        connection.commit()
    check(failure(tracking_uri), UNUSABLE_CODES, str(path))


def all_calls(address: str, run_id: str) -> list[MlflowException]:
    """Return the errors of many calls; anything but MLflow's own exception fails the test."""
    said = []
    calls: Sequence[Any] = (
        lambda client: client.get_run(run_id),
        lambda client: client.search_runs(["0"]),
        lambda client: client.get_metric_history(run_id, "m"),
        lambda client: client.search_experiments(),
        lambda client: client.log_metric(run_id, "m", 1.0, step=1000),
        lambda client: client.log_batch(run_id, [Metric("m", 1.0, 1, 1001)]),
        lambda client: client.set_tag(run_id, "t", "v"),
        lambda client: client.create_run("0"),
    )
    for call in calls:
        try:
            call(MlflowClient(address))
        except MlflowException as exc:  # noqa: PERF203
            said.append(exc)
    return said


def test_overwritten_pages_are_said_to_be_damage_and_never_crash(
    recorded: str, tracking_uri: str, workspace_dir: Path
) -> None:
    path = workspace_dir / "workspace.db"
    with path.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(os.urandom(path.stat().st_size - 3 * 4096))

    said = all_calls(tracking_uri, recorded)
    assert said
    for error in said:
        check(error, UNUSABLE_CODES, str(path))


@pytest.mark.parametrize("kept", [1000, 4096, 3 * 4096 + 100])
def test_a_truncated_database_is_said_to_be_damaged(
    kept: int, recorded: str, tracking_uri: str, workspace_dir: Path
) -> None:
    path = workspace_dir / "workspace.db"
    os.truncate(path, kept)

    said = all_calls(tracking_uri, recorded)
    assert said
    for error in said:
        check(error, UNUSABLE_CODES, str(path))


def test_a_restored_copy_is_whole_again(recorded: str, tracking_uri: str, workspace_dir: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(workspace_dir, copy)
    os.truncate(workspace_dir / "workspace.db", 5000)
    assert points(str(uri.of(copy)), recorded) == 100
    assert all_calls(tracking_uri, recorded)


TRIES = """
import json, sys
from mlflow import MlflowClient
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException
said = {}
def attempt(name, call):
    try:
        said[name] = ["ok", call()]
    except MlflowException as exc:
        said[name] = [exc.error_code, str(exc)]
def found(run_id):
    return [client.get_run(run_id).info.run_name, len(client.get_metric_history(run_id, "m"))]
try:
    client = MlflowClient(sys.argv[1])
    if sys.argv[2:]:
        attempt("read", lambda: found(sys.argv[2]))
        attempt("search", lambda: len(client.search_runs(["0"])))
        attempt("log", lambda: client.log_metric(sys.argv[2], "m", 1.0, step=1000))
    attempt("create", lambda: client.create_run("0").info.run_id)
except MlflowException as exc:
    said["open"] = [exc.error_code, str(exc)]
print(json.dumps(said))
"""

UNPRIVILEGED = (
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if os.geteuid() == 0 and shutil.which("setpriv")
    else []
)
"""Root without the right to write where permissions forbid it; others lack it anyway."""


def needs_unprivileged() -> None:
    if os.geteuid() == 0 and not UNPRIVILEGED:
        pytest.skip("needs setpriv, as root")


def test_a_place_that_may_not_be_written_is_said_and_stays_as_it_was(tmp_path: Path) -> None:
    needs_unprivileged()
    (tmp_path / "closed").mkdir(mode=0o555)
    said = answer_of(run_python(TRIES, f"mlws://{tmp_path}/closed/workspace", within=UNPRIVILEGED))

    code, text = said.get("open") or said["create"]
    check(MlflowException(text), {"INTERNAL_ERROR"}, str(tmp_path / "closed" / "workspace"))
    assert code in UNWRITABLE_CODES
    assert list((tmp_path / "closed").iterdir()) == []


def test_a_workspace_that_may_not_be_written_says_so_and_is_read(
    recorded: str, tracking_uri: str, workspace_dir: Path
) -> None:
    needs_unprivileged()
    paths = [workspace_dir / "workspace.db", workspace_dir]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        said = answer_of(run_python(TRIES, tracking_uri, recorded, within=UNPRIVILEGED))
    finally:
        for path in reversed(paths):
            path.chmod(path.stat().st_mode | 0o200)

    assert points(tracking_uri, recorded) == 100
    assert len(MlflowClient(tracking_uri).search_runs(["0"])) == 1
    assert said.get("read") == ["ok", ["early", 100]]
    assert said["search"] == ["ok", 1]
    for call in ("log", "create"):
        check(MlflowException(said[call][1]), {"INTERNAL_ERROR"}, str(workspace_dir))
        assert said[call][0] in UNWRITABLE_CODES


def test_a_workspace_that_may_not_even_be_read_says_so(recorded: str, tracking_uri: str, workspace_dir: Path) -> None:
    needs_unprivileged()
    workspace_dir.chmod(0)
    try:
        said = answer_of(run_python(TRIES, tracking_uri, recorded, within=UNPRIVILEGED))
    finally:
        workspace_dir.chmod(0o755)

    code, text = said.get("open") or said["read"]
    assert code in UNWRITABLE_CODES
    check(MlflowException(text), {"INTERNAL_ERROR"}, str(workspace_dir))
    assert points(tracking_uri, recorded) == 100


FILLS = """
import json, resource, sys
from mlflow import MlflowClient
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException
address, run_id, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = MlflowClient(address)
client.get_run(run_id)
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
done, said = 0, []
while not said:
    try:
        client.log_batch(run_id, [Metric("fill", i, done, done * 1000 + i) for i in range(1000)])
        done += 1
    except MlflowException as exc:
        said = [exc.error_code, str(exc)]
    assert done < 10_000, "never full"
counted = len(client.get_metric_history(run_id, "fill"))
early = len(client.get_metric_history(run_id, "m"))
print(json.dumps([done, said, counted, early]))
"""


def check_full(answer: Any, address: str, run_id: str, workspace_dir: Path) -> None:
    done, (code, text), counted, early = answer
    assert code in FULL_CODES
    check(MlflowException(text), {"INTERNAL_ERROR"}, str(workspace_dir))
    assert done > 0
    assert (counted, early) == (done * 1000, 100)
    client = MlflowClient(address)
    assert len(client.get_metric_history(run_id, "fill")) == done * 1000
    client.log_metric(run_id, "with room again", 1.0)
    with contextlib.closing(sqlite3.connect(workspace_dir / "workspace.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_limit_on_the_size_of_files_is_said_and_what_was_logged_stays(
    recorded: str, tracking_uri: str, workspace_dir: Path
) -> None:
    answer = answer_of(run_python(FILLS, tracking_uri, recorded, 2_000_000))
    check_full(answer, tracking_uri, recorded, workspace_dir)


def test_a_full_disk_is_said_and_what_was_logged_stays(recorded: str, workspace_dir: Path, tmp_path: Path) -> None:
    small, kept = tmp_path / "small", tmp_path / "kept"
    small.mkdir()
    kept.mkdir()
    alone = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    if not shutil.which("unshare") or os.system(f"{' '.join(alone)} mount -t tmpfs tmpfs {small} 2>/dev/null"):
        pytest.skip("needs a mount namespace of its own")
    steps = (
        f'mount -t tmpfs -o size=3m tmpfs "{small}"',
        f'cp -a "{workspace_dir}" "{small}/w"',
        '"$@"',
        f'cp -a "{small}/w" "{kept}"',
    )
    within = [*alone, "sh", "-c", " && ".join(steps), "sh"]
    answer = answer_of(run_python(FILLS, f"mlws://{small}/w", recorded, 0, within=within))
    answer[1][1] = answer[1][1].replace(str(small / "w"), str(kept / "w"))
    check_full(answer, f"mlws://{kept}/w", recorded, kept / "w")


def test_points_for_a_workspace_that_was_removed_are_not_accepted_for_long(
    recorded: str, tracking_uri: str, workspace_dir: Path
) -> None:
    client = MlflowClient(tracking_uri)
    client.get_run(recorded)
    shutil.rmtree(workspace_dir)

    def refusal() -> MlflowException | None:
        try:
            client.log_metric(recorded, "m", 1.0, step=2000)
        except MlflowException as exc:
            return exc
        return None

    check(wait_until(refusal), UNUSABLE_CODES, f"{workspace_dir / 'workspace.db'} was removed")


def test_mlflows_own_commands_say_it_without_a_stack_of_ours(tracking_uri: str, workspace_dir: Path) -> None:
    workspace_dir.write_text("precious")
    command = ["mlflow", "experiments", "search"]
    python = Path(run_python("import sys; print(sys.executable)").stdout.strip())
    ended = run([python, "-m", *command], env={**os.environ, "MLFLOW_TRACKING_URI": tracking_uri}, fails=True)
    assert f"{workspace_dir} is a file." in ended.stderr
