"""Other processes for parts of the work, where there is a second processor.

A process is a fork: it starts with everything that was imported and read so far, and leaves what
it found as plain records for whoever waits: the process that started it, and forks of that one. It
prints nothing and runs no exit handler. Where it cannot be had (one processor, other threads,
Windows) or does not answer, the caller does the work itself: the result is the same, only later.
"""

from __future__ import annotations

import os
import pickle
import select
import tempfile
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

__all__ = ["Beside", "Turns", "processors", "start"]


_MOST_TURNS = 4096
"""What every system's pipe holds."""


class Beside:
    """A running process beside this one."""

    def __init__(self, pid: int, ended: int, left: int) -> None:
        self._pid = pid
        self._ended = ended
        """A pipe that nobody writes to: it ends with the process."""
        self._taken = False
        self._left = left
        """The file in which the process leaves what it found."""

    def ended(self) -> bool:
        """Whether nobody has to wait for its result."""
        if self._taken:
            return True
        poll = select.poll()
        poll.register(self._ended)
        return bool(poll.poll(0))

    def result(self) -> Any:
        """What the work returned; ``None`` when the process ended without an answer.

        To be asked once by each process.
        """
        self._taken = True
        try:
            os.read(self._ended, 1)
            data = _all_of(self._left)
        finally:
            os.close(self._ended)
            os.close(self._left)
            with suppress(ChildProcessError):  # in a fork of the one that started it
                os.waitpid(self._pid, 0)
        try:
            return pickle.loads(data) if data else None
        except (pickle.UnpicklingError, EOFError):  # it was ended in the middle of a word
            return None


class Turns:
    """A number of turns that this process and its forks share: each is taken by one of them."""

    def __init__(self, count: int) -> None:
        self._reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(b"." * min(count, _MOST_TURNS))

    def take(self) -> bool:
        """Whether there was one left; it is the caller's now."""
        return bool(os.read(self._reading, 1))

    def close(self) -> None:
        os.close(self._reading)


def _all_of(file: int) -> bytes:
    size = os.fstat(file).st_size
    parts, offset = [], 0
    while offset < size:
        part = os.pread(file, size - offset, offset)  # its place is not shared with another reader
        if not part:
            break
        parts.append(part)
        offset += len(part)
    return b"".join(parts)


def start(work: Callable[[], Any]) -> Beside | None:
    """Run ``work`` in another process; ``None`` when there is no use or no way."""
    if not hasattr(os, "fork") or processors() < 2 or threading.active_count() > 1:
        return None
    try:
        with tempfile.TemporaryFile() as file:
            left = os.dup(file.fileno())
    except OSError:  # nowhere to write
        return None
    reading, writing = os.pipe()
    try:
        with warnings.catch_warnings():
            # Python 3.12 warns of threads that it does not know of; they are gone in the fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
    except OSError:
        for one in (reading, writing, left):
            os.close(one)
        return None
    if pid:
        os.close(writing)
        return Beside(pid, reading, left)
    code = 1
    try:
        os.close(reading)
        data = pickle.dumps(work(), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(left, "wb") as file:
            file.write(data)
        code = 0
    finally:
        os._exit(code)  # not one handler, buffer or traceback of the first process


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
