"""The shape of the code: which way imports look, what an import costs, and how long a module may get."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mlflow_ws_plugin"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400
VAGUE_NAMES = {"utils", "helpers", "common", "misc", "base", "manager", "handler", "mlflow", "types", "queue"}


def test_imports_point_inwards() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "statement",
    [
        "import mlflow_ws_plugin",
        "from mlflow_ws_plugin import Workspace, Experiment, Run",
        "import mlflow_ws_plugin.plugin.entry_points",
    ],
)
def test_an_import_loads_neither_mlflow_nor_sqlalchemy(statement: str) -> None:
    loaded = f"{statement}\nimport sys\nprint(sorted({{'mlflow', 'sqlalchemy', 'alembic'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_logging_and_reading_natively_loads_neither_mlflow_nor_sqlalchemy(workspace_dir: Path) -> None:
    script = (
        "import sys\nfrom mlflow_ws_plugin import Experiment, Workspace\n"
        f"run = Experiment(Workspace.open({str(workspace_dir)!r}), 'e').start_logging()\n"
        "run.log('loss', 0.5)\nrun.tag('a', 'b')\nrun.complete()\nassert run.get_metrics() == {'loss': 0.5}\n"
        "print(sorted({'mlflow', 'sqlalchemy', 'alembic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_is_short_says_what_lives_in_it_and_is_named_by_a_noun(module: Path) -> None:
    text = module.read_text()
    assert len(text.splitlines()) <= LONGEST
    assert ast.get_docstring(ast.parse(text))
    assert module.stem not in VAGUE_NAMES


def test_every_public_name_is_importable_and_has_a_docstring() -> None:
    import mlflow_ws_plugin

    for name in mlflow_ws_plugin.__all__:
        assert getattr(mlflow_ws_plugin, name).__doc__
    assert dir(mlflow_ws_plugin) == sorted(mlflow_ws_plugin.__all__)


def test_the_package_carries_its_files() -> None:
    for name in ("py.typed", "storage/schema.sql", "storage/migrations/versions/v0001.sql"):
        assert (PACKAGE / name).is_file()
