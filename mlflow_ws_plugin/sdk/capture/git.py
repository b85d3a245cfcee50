"""What git knows of the code of a run: commit, branch, remote without credentials, and uncommitted changes."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_TIMEOUT_S = 5.0
_LARGEST_DIFF_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class GitState:
    """The state of a repository.

    Attributes:
        commit: The commit's hash; `""` before the first commit.
        branch: The branch; `""` where none is checked out.
        remote: The address of `origin` without credentials; `""` where there is none.
        diff: What is changed and not committed, as `git diff HEAD` prints it, 10 MB at most.
    """

    commit: str
    branch: str
    remote: str
    diff: bytes


def state_of(folders: list[Path]) -> GitState | None:
    """Return the state of the repository of the first of these folders that is in one; None without one or git."""
    for folder in folders:
        if _ask(folder, "rev-parse", "--is-inside-work-tree") == b"true":
            return GitState(
                commit=_ask(folder, "rev-parse", "--verify", "--quiet", "HEAD").decode(),
                branch=_ask(folder, "symbolic-ref", "--short", "--quiet", "HEAD").decode(),
                remote=without_credentials(_ask(folder, "config", "--get", "remote.origin.url").decode()),
                diff=_ask(folder, "diff", "HEAD", "--no-color", "--no-ext-diff", "--no-textconv", "--binary"),
            )
    return None


def without_credentials(remote: str) -> str:
    """Return an address without user, password and query: a token may be any of them.

    The user of `ssh://git@host/…` and `git@host:…` is no secret and stays.
    """
    parts = urlsplit(remote)
    if "://" not in remote or not parts.netloc:
        return remote
    user, at, host = parts.netloc.rpartition("@")
    kept = f"{user.partition(':')[0]}{at}{host}" if parts.scheme in ("ssh", "git+ssh") else host
    return urlunsplit((parts.scheme, kept, parts.path, "", ""))


def _ask(folder: Path, *question: str) -> bytes:
    """Return git's answer, `b""` where it has none."""
    try:
        asked = subprocess.run(  # noqa: S603 - the question is ours
            ["git", "-C", str(folder), *question],  # noqa: S607 - the git that the user has
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
        )
    except FileNotFoundError:
        return b""
    answer = asked.stdout if question[0] == "diff" else asked.stdout.strip()
    return answer[:_LARGEST_DIFF_BYTES] if asked.returncode == 0 else b""
