"""What is wrong with the clients that a file makes or asks without."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.model import Confidence, Note, Place, Severity

__all__ = ["ClientFault", "ClientUse"]


class ClientFault(Struct, frozen=True):
    clause: str
    """``a``: an HTTP client per call. ``b``: a connection per call. ``c``: a pool size that
    nothing reads. ``d``: no timeout."""
    name: str
    """The function, or the struct's field."""
    at: Place
    sites: tuple[Note, ...]
    caller: Note | None
    """The call by which requests come to it; ``None`` for a handler, or when none is known."""
    route: str
    evidence: str
    severity: Severity
    confidence: Confidence
    files: int = 1
    """In how many files its sites are."""
    by_hand: bool = False
    """Of ``d``: only a program that somebody starts for this waits."""
    beside: tuple[Note, ...] = ()
    """The clients of other functions of the file or folder, which are told with it."""
    others: int = 0
    """Of ``a`` how many functions these are, of ``d`` how many clients."""
    unawaited: bool = False
    """Of ``d``: no request waits for it, but the program's start or a task of its own."""
    killed: bool = False
    """Of ``d``: Gunicorn ends a worker that says nothing for some time."""
    queued: bool = False
    """Of ``d``: workers wait that take tasks from a queue."""
    rare: bool = False
    """Of ``a``: it is made when somebody signs in, or for administrators."""
    fix: str = ""
    """What to do, where the general words do not fit."""
    what: str = "Redis"
    """Of ``b`` what it connects to."""


class ClientUse(Struct, frozen=True, eq=False):
    """A file that makes clients or keeps the size of a pool beside one."""

    path: str
    faults: tuple[ClientFault, ...]
