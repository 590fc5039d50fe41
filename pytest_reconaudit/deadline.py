"""A limit to what one item may cost: a file made to be slow must not hold up the audit.

Regular expressions and parsers of the best kind still have inputs that take them minutes.
CPython's ``re`` looks for signals while it matches, so an alarm ends it; the item is then an error
of its own, and the fact that was being computed is remembered as crashed.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["SECONDS", "TimeLimit", "deadline", "limit_for", "suspended"]

SECONDS = 60.0
"""What one item may take; real ones take milliseconds."""
_A_FILE = 0.03
"""Seconds for each file of a repository, where that is more: the first item that asks for a fact
waits until all files are joined, which takes a tenth of this on an idle machine."""
_MOST = 300.0
"""What one item may take however many files there are."""
_AGAIN = 5.0
"""Seconds until the alarm rings again, should something have swallowed the first."""


_set_handler = getattr(signal.signal, "__wrapped__", signal.signal)
"""``signal.signal`` without its conversions to enumerations: this is called for every item."""


class TimeLimit(Exception):
    """Something took too long."""


def limit_for(files: int) -> float:
    """Seconds that one item may take in a repository with that many files."""
    return max(SECONDS, min(_MOST, _A_FILE * files))


@contextmanager
def deadline(seconds: float | None = None) -> Iterator[None]:
    """Raise :class:`TimeLimit` inside the block once it has taken this long.

    Without effect outside the main thread and where there are no alarms (Windows). An alarm that
    somebody else has set goes on afterwards.
    """
    limit = SECONDS if seconds is None else seconds
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeLimit(f"took longer than {limit:g} s")

    before = _set_handler(signal.SIGALRM, ring)
    left, again = signal.setitimer(signal.ITIMER_REAL, limit, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, again)
        _set_handler(signal.SIGALRM, before)


@contextmanager
def suspended() -> Iterator[None]:
    """Stop the clock of a :func:`deadline` around: for work that is done once for all items."""
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    left, again = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        if left:
            signal.setitimer(signal.ITIMER_REAL, left, again)
