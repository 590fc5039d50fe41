"""A second process for half of the work, where there is a second processor.

The process is a fork: it starts with everything that was imported and read so far, and sends back
what it found as plain records. It prints nothing, keeps nothing and runs no exit handler. Where it
cannot be had (one processor, other threads, Windows) or does not answer, the caller does the work
itself: the result is the same, only later.
"""

from __future__ import annotations

import os
import pickle
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

__all__ = ["Beside", "processors", "start"]


class Beside:
    """A running second process."""

    def __init__(self, pid: int, reading: int) -> None:
        self._pid = pid
        self._reading = reading

    def result(self) -> Any:
        """What the work returned; ``None`` when the process ended without an answer."""
        try:
            with os.fdopen(self._reading, "rb") as pipe:
                data = pipe.read()
        finally:
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
        try:
            return pickle.loads(data) if data else None
        except (pickle.UnpicklingError, EOFError):  # it was ended in the middle of a word
            return None


def start(work: Callable[[], Any]) -> Beside | None:
    """Run ``work`` in a second process; ``None`` when there is no use or no way."""
    if not hasattr(os, "fork") or processors() < 2 or threading.active_count() > 1:
        return None
    reading, writing = os.pipe()
    try:
        with warnings.catch_warnings():
            # Python 3.12 warns of threads that it does not know of; they are gone in the fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if pid:
        os.close(writing)
        return Beside(pid, reading)
    code = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(work(), pipe, pickle.HIGHEST_PROTOCOL)
        code = 0
    finally:
        os._exit(code)  # not one handler, buffer or traceback of the first process


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
