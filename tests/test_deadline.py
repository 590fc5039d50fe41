"""One item's time limit: a pattern that would run for hours ends, and the alarm of others stays."""

from __future__ import annotations

import re
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from pytest_reconaudit import deadline, engine, policy
from pytest_reconaudit.deadline import TimeLimit
from pytest_reconaudit.model import CheckMeta, Confidence, Outcome, Pillar, Severity
from pytest_reconaudit.subjects import Subject
from pytest_reconaudit.target import Target

SLOW = re.compile(r"(a+)+b")


def test_a_slow_pattern_is_ended() -> None:
    start = time.monotonic()
    with pytest.raises(TimeLimit, match=r"took longer than 0\.2 s"), deadline.deadline(0.2):
        SLOW.search("a" * 60)
    assert time.monotonic() - start < 5


def test_nothing_rings_afterwards() -> None:
    with deadline.deadline(0.05):
        pass
    time.sleep(0.1)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_an_alarm_of_somebody_else_goes_on() -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with deadline.deadline(5):
            pass
        time.sleep(0.5)
        assert rung == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_other_threads_have_no_limit() -> None:
    said: list[str] = []

    def work() -> None:
        with deadline.deadline(0.01):
            time.sleep(0.05)
        said.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert said == ["done"]


@pytest.mark.parametrize(
    ("files", "seconds"), [(0, 60), (2_000, 60), (2_001, 60.03), (10_000, 300), (10**6, 300)]
)
def test_a_large_repository_has_longer(files: int, seconds: float) -> None:
    assert deadline.limit_for(files) == pytest.approx(seconds)


def test_the_item_is_an_error_and_the_fact_is_not_computed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_text("x")
    monkeypatch.setattr(deadline, "SECONDS", 0.2)
    target = Target(tmp_path)
    tried: list[int] = []

    def fact(target: Target) -> Any:
        tried.append(1)
        return SLOW.search("a" * 60)

    def docker_slow(dockerfile: object) -> None:
        target.remember(fact)

    meta = CheckMeta(
        "docker-slow", Pillar.DEPLOYMENT, Severity.HIGH, Confidence.CERTAIN, "t", "", "", "", "",
        "", docker_slow, ("dockerfile",),
    )  # fmt: skip
    for _ in range(2):
        item = engine.PlannedItem(meta, "docker/slow.py", Subject("x", object()))
        result = engine.judge(item, target, policy.Policy())
        assert result.outcome is Outcome.ERROR
        assert "took longer than" in result.reason
    assert tried == [1]
