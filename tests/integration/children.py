"""Processes that tests start, and how they wait for what those do. Fixtures are in `conftest`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

LIMIT_S = 120.0
_BETWEEN_TRIES_S = 0.02


def wait_until(condition: Callable[[], T], *, limit_s: float = LIMIT_S) -> T:
    """Return the first true answer of `condition`; fail when there is none within the limit."""
    end = time.monotonic() + limit_s
    while not (answer := condition()):
        assert time.monotonic() < end, f"waited {limit_s} s in vain for {condition}"
        time.sleep(_BETWEEN_TRIES_S)
    return answer


def environment(**changes: str) -> dict[str, str]:
    """Return this process's environment with changes."""
    return {**os.environ, **changes}


def run(
    command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None, fails: bool = False
) -> subprocess.CompletedProcess[str]:
    """Return what a command printed, once it has ended as expected."""
    ended = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(env or os.environ),
        capture_output=True,
        text=True,
        timeout=4 * LIMIT_S,
        check=False,
    )
    assert (ended.returncode != 0) == fails, f"{command}\n{ended.stdout}\n{ended.stderr}"
    return ended


def run_python(
    script: str,
    *arguments: object,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    within: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Return what a Python script printed. `within` is a command that runs it, such as `unshare`."""
    return run([*within, sys.executable, "-c", script, *map(str, arguments)], cwd=cwd, env=env)


def answer_of(ended: subprocess.CompletedProcess[str]) -> Any:
    """Return the JSON on the last line that a process printed."""
    return json.loads(ended.stdout.splitlines()[-1])


@contextlib.contextmanager
def started(command: Sequence[str | Path], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Yield a process in a group of its own; nothing of the group is left when the block ends."""
    with subprocess.Popen(
        [str(part) for part in command], start_new_session=True, text=True, errors="replace", **options
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
