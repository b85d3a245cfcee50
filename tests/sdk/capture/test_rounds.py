"""What is done again and again while runs go on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from mlflow_ws_plugin.sdk.capture import rounds


@pytest.mark.parametrize(("took_s", "rest", "due_s"), [(0.1, 20.0, 102.1), (0.01, 20.0, 100.5), (0.2, 0.0, 100.5)])
def test_what_takes_long_may_be_done_less_often(
    monkeypatch: pytest.MonkeyPatch, took_s: float, rest: float, due_s: float
) -> None:
    now_s = [100.0]
    monkeypatch.setattr(rounds, "time", SimpleNamespace(monotonic=lambda: now_s[0]))

    def work() -> None:
        now_s[0] += took_s

    duty = rounds.Duty("a duty", 0.5, work, rest=rest)
    duty.perform()
    assert duty.due_s == pytest.approx(due_s)
