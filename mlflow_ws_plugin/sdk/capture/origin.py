"""Where a run comes from: code, packages and machine, recorded beside training.

Properties are `git.commit`, `git.branch`, `git.remote`, `git.dirty`, `command`, `script`, `python.version`, `host` and
`process`; the first three are also MLflow's tags `mlflow.source.git.…`, by which its pages show them. The files are
`system/packages.txt`, the script and, where something is not committed, `system/git.diff`.
"""

from __future__ import annotations

from mlflow_ws_plugin import settings
from mlflow_ws_plugin.history import RunHistory
from mlflow_ws_plugin.records import limits
from mlflow_ws_plugin.sdk.capture import git, machine, packages

_FOLDER = "system"
_LARGEST_SCRIPT_BYTES = 1_000_000
_GIT_TAGS = {
    "git.commit": "mlflow.source.git.commit",
    "git.branch": "mlflow.source.git.branch",
    "git.remote": "mlflow.source.git.repoURL",
}


def record_machine(history: RunHistory, run_id: str) -> None:
    """Record how this process was started and on what, unless the setting says no."""
    if not settings.CAPTURE_MACHINE.is_on():
        return
    history.runs.add_properties(run_id, machine.facts())
    script = machine.script_path()
    if script is not None and script.stat().st_size <= _LARGEST_SCRIPT_BYTES:
        history.files.put(run_id, [(f"{_FOLDER}/{script.name}", script)])


def record_git(history: RunHistory, run_id: str) -> None:
    """Record the state of the code's repository, if it is in one, unless the setting says no."""
    found = git.state_of(machine.code_folders()) if settings.CAPTURE_GIT.is_on() else None
    if found is None:
        return
    facts = {
        "git.commit": found.commit,
        "git.branch": found.branch,
        "git.remote": found.remote,
        "git.dirty": str(bool(found.diff)),
    }
    facts = {key: value[: limits.TAG_VALUE_LENGTH] for key, value in facts.items() if value}
    history.runs.add_properties(run_id, facts)
    history.runs.set_tags(run_id, {tag: facts[key] for key, tag in _GIT_TAGS.items() if key in facts})
    if found.diff:
        history.files.put(run_id, [(f"{_FOLDER}/git.diff", found.diff)])


def record_packages(history: RunHistory, run_id: str) -> None:
    """Record which packages are installed, unless the setting says no."""
    if settings.CAPTURE_PACKAGES.is_on():
        history.files.put(run_id, [(f"{_FOLDER}/packages.txt", packages.listed().encode())])
