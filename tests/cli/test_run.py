"""`mlws run`: scripts of the old SDK, and any other, as Python would run them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mlflow_ws_plugin import Run, Workspace

MLWS = Path(sys.executable).parent / "mlws"

Script = Callable[..., subprocess.CompletedProcess[str]]

OLD_SCRIPT = """
from azureml.core import Run
import math, sys

run = Run.get_context()
for epoch in range(3):
    run.log("loss", 1 / (epoch + 1))
run.log("accuracy", 0.75, "of the validation set")
run.log_list("Fibonacci", [0, 1, 1, 2, 3, 5])
for angle in (0.0, 0.5):
    run.log_row("Cosine Wave", angle=angle, cos=math.cos(angle))
run.log_table("Sine Wave", {"angle": [0.0, 0.5], "sine": [0.0, math.sin(0.5)]})
run.tag("learning rate", sys.argv[2])
"""

OTHER_SCRIPT = """
import sys
from azureml.core.experiment import Experiment
from azureml.core.workspace import Workspace
from settings import NAME

if __name__ == "__main__":
    run = Experiment(Workspace.from_config(), NAME).start_logging()
    run.log("m", 1)
    run.complete()
"""


@pytest.fixture
def script(tmp_path: Path, workspace_dir: Path) -> Script:
    """Write a script into a folder of its own, and run it from another with the workspace given by option."""
    (tmp_path / "code").mkdir()
    (tmp_path / "elsewhere").mkdir()

    def run_script(text: str, *args: str, program: tuple[str | Path, ...] = ()) -> subprocess.CompletedProcess[str]:
        (tmp_path / "code" / "train.py").write_text(text)
        return subprocess.run(
            [*(program or (MLWS, "run", "--workspace", workspace_dir)), tmp_path / "code" / "train.py", *args],
            cwd=tmp_path / "elsewhere",
            env={key: value for key, value in os.environ.items() if key != "MLWS_WORKSPACE"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run_script


def the_run(workspace_dir: Path, experiment: str = "Default") -> Run:
    """Return the only run of an experiment."""
    (run,) = Workspace.open(workspace_dir).experiments[experiment].get_runs()
    return run


def test_a_script_of_the_old_sdk_runs_unchanged_and_is_recorded(script: Script, workspace_dir: Path) -> None:
    done = script(OLD_SCRIPT, "--lr", "0.1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    run = the_run(workspace_dir)
    assert run.status == "Completed"
    assert run.tags == {"learning rate": "0.1"}
    assert run.get_metrics() == {
        "loss": [1.0, 0.5, 1 / 3],
        "accuracy": 0.75,
        "Fibonacci": [0, 1, 1, 2, 3, 5],
        "Cosine Wave": {"angle": [0.0, 0.5], "cos": [1.0, 0.8775825618903728]},
        "Sine Wave": {"angle": [0.0, 0.5], "sine": [0.0, 0.479425538604203]},
    }


def test_a_script_of_the_old_sdk_may_log_images_files_and_children(script: Script, workspace_dir: Path) -> None:
    text = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from azureml.core import Run

run = Run.get_context()
plt.plot([1, 2])
run.log_image(name="plot", plot=plt)
run.upload_file("outputs/train.py", __file__)
child = run.child_run("fold 1")
child.log("accuracy", 0.5)
child.complete()
assert run.get_metrics(recursive=True)[child.id] == {"accuracy": 0.5}
"""
    done = script(text)
    assert (done.returncode, done.stderr) == (0, "")
    run = the_run(workspace_dir)
    picture = run.get_metrics()["plot"]
    assert picture.endswith(".png")
    assert {picture, "outputs/train.py"} <= set(run.get_file_names())
    (child,) = run.get_children()
    assert (child.name, child.status, run.status) == ("fold 1", "Completed", "Completed")


def test_a_script_finds_its_neighbours_and_the_workspace(script: Script, tmp_path: Path, workspace_dir: Path) -> None:
    (tmp_path / "code" / "settings.py").write_text("NAME = 'digits'")
    done = script(OTHER_SCRIPT)
    assert (done.returncode, done.stderr) == (0, "")
    assert the_run(workspace_dir, "digits").get_metrics() == {"m": 1}
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_script_knows_where_it_is_wherever_it_goes(script: Script) -> None:
    done = script("import os; os.chdir('/'); print(os.path.isabs(__file__), os.path.exists(__file__))")
    assert (done.stdout, done.stderr) == ("True True\n", "")


def test_mlflow_and_processes_that_the_script_starts_log_to_the_workspace(script: Script, workspace_dir: Path) -> None:
    inner = "import mlflow; mlflow.log_metric('m', 1)"
    done = script(f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {inner!r}], check=True)")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert the_run(workspace_dir).get_metrics() == {"m": 1.0}


@pytest.mark.parametrize(
    ("ending", "code", "status"),
    [
        ("sys.exit(3)", 3, "Failed"),
        ("sys.exit()", 0, "Completed"),
        ("sys.exit(0)", 0, "Completed"),
        ("raise SystemExit(4)", 4, "Failed"),
        ("sys.exit('no data')", 1, "Failed"),
        ("raise ValueError('no data')", 1, "Failed"),
        ("raise KeyboardInterrupt", 130, "Canceled"),
    ],
)
def test_it_exits_as_the_script_does_and_so_do_its_runs(
    ending: str, code: int, status: str, script: Script, workspace_dir: Path
) -> None:
    done = script(f"import sys\nfrom azureml.core import Run\nrun = Run.get_context()\nrun.log('m', 1)\n{ending}")
    assert (done.returncode, done.stdout) == (code, "")
    run = the_run(workspace_dir)
    assert (run.status, run.get_metrics()) == (status, {"m": 1})
    assert "no data" not in ending or "no data" in done.stderr
    assert "no data" not in ending or "no data" in (run.error or "")


@pytest.mark.parametrize(
    "text",
    [
        "def inner():\n    raise ValueError('no data')\n\ninner()\n",
        "import sys\nx = = 1\n",
        "import nothing_like_this\n",
    ],
)
def test_an_error_of_the_script_is_shown_as_python_shows_it(text: str, script: Script) -> None:
    done = script(text)
    assert done.returncode == 1
    assert done.stderr == script(text, program=(sys.executable,)).stderr


def test_a_script_sees_what_it_would_see_under_python(script: Script) -> None:
    seen = "import sys\nprint(__name__, __file__, sys.argv[1:], sys.path[0], sys.modules['__main__'].__file__)"
    args = ("--workspace", "x", "-h", "--", "a b")
    assert script(seen, *args).stdout == script(seen, *args, program=(sys.executable,)).stdout


def test_what_is_out_of_scope_is_said_at_the_import(script: Script) -> None:
    done = script("from azureml.core import Dataset, Run")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(
        "azureml.core.Dataset is not provided by mlflow-ws-plugin. "
        "Read your data from a path or a URL, and tag the run with it."
    )
