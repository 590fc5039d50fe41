"""The second process: the same audit with it and without it, and when it dies."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from pytest_reconaudit import beside, engine
from tests import platform


def test_work_is_done_elsewhere() -> None:
    work = beside.start(os.getpid)
    if work is None:
        pytest.skip("one processor")
    assert work.result() not in (None, os.getpid())


def test_more_than_a_pipe_holds() -> None:
    work = beside.start(lambda: b"x" * 3_000_000)
    if work is None:
        pytest.skip("one processor")
    assert work.result() == b"x" * 3_000_000


def test_forks_may_ask_for_it_too() -> None:
    work = beside.start(os.getpid)
    if work is None:
        pytest.skip("one processor")
    other = beside.start(work.result)
    assert other is not None
    found = work.result()
    assert found not in (None, os.getpid())
    assert other.result() == found
    assert work.ended()


def test_each_turn_is_taken_once() -> None:
    turns = beside.Turns(5)

    def taken() -> int:
        return sum(1 for _ in iter(turns.take, False))

    other = beside.start(taken)
    mine = taken()
    turns.close()
    assert mine + (other.result() if other is not None else 0) == 5


@pytest.mark.parametrize(
    "work",
    [
        lambda: 1 / 0,
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        lambda: os._exit(0),
        lambda: (_ for _ in ()),  # cannot be sent
        lambda: exec("raise KeyboardInterrupt"),
    ],
)
def test_no_answer_is_none(work: object, capfd: pytest.CaptureFixture[str]) -> None:
    started = beside.start(work)  # type: ignore[arg-type]
    if started is None:
        pytest.skip("one processor")
    assert started.result() is None
    assert capfd.readouterr() == ("", "")


def test_not_beside_other_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "processors", lambda: 2)
    thread = threading.Thread(target=time.sleep, args=(0.3,))
    thread.start()
    assert beside.start(os.getpid) is None
    thread.join()


def test_not_on_one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "processors", lambda: 1)
    assert beside.start(os.getpid) is None


def audit(pytester: pytest.Pytester, target: Path, name: str) -> bytes:
    pytester.runpytest(f"--recon-target={target}", f"--recon-report={name}", "--recon-no-replay")
    return (pytester.path / name).read_bytes()


def test_one_process_and_two_say_the_same(
    pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = platform.write(tmp_path / "shop")
    monkeypatch.setattr(beside, "processors", lambda: 2)
    two = audit(pytester, target, "two.json")
    monkeypatch.setattr(beside, "processors", lambda: 1)
    assert audit(pytester, target, "one.json") == two


def test_a_second_process_that_dies_is_made_up_for(
    pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = platform.write(tmp_path / "shop")
    monkeypatch.setattr(beside, "processors", lambda: 1)
    one = audit(pytester, target, "one.json")
    monkeypatch.setattr(beside, "processors", lambda: 2)
    asked: list[int] = []

    def dying(*arguments: object) -> None:
        asked.append(1)
        os._exit(9)

    monkeypatch.setattr(engine, "heard_all", dying)
    assert audit(pytester, target, "dead.json") == one
    assert asked == []  # it was asked in the other process
