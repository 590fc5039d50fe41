"""What is wrong with the clients that a file makes or asks without."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.model import Confidence, Note, Place, Severity, lines_of

__all__ = ["ClientFault", "ClientUse"]

_SAYS = {
    "a": "{name} makes an HTTP client for each call",
    "b": "{name} opens a {what} connection for each call",
    "c": "{name} is set and never read: no pool has that size",
    "d": "no timeout is set on {count}: unless its caller gives up, a silent peer is waited for",
    "e": "{files} files of one application each make a `{name}` with connections of its own",
    "f": "`{name}` keeps a pool behind a lock: {count} while statements are waited for,"
    " one task at a time",
}

_BY_HAND = (
    "no timeout is set on {count} of a program for the command line: a silent peer is waited for"
)
_ALONE = "A peer that never answers stops the program's start, or a task of its own, that asks it."
_STOPPED = "The command waits until the peer answers or somebody stops it."
_QUEUED = "A silent peer holds a worker of the queue, and the tasks behind it, for as long."
_THREADS = "Each request starts a thread that waits for a silent peer: threads pile up."
_KILLED = (
    "A silent peer holds a worker until Gunicorn ends it (`--timeout`): the request fails then."
)


_SHOWN_FILES = 3


class ClientFault(Struct, frozen=True):
    clause: str
    """``a``: an HTTP client per call. ``b``: a connection per call. ``c``: a pool size that
    nothing reads. ``d``: no timeout. ``e``: one per file. ``f``: a pool behind a lock."""
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
    threads: bool = False
    """Of ``d``: a thread of its own waits, which a decorator starts for it."""
    cached: bool = False
    """Of ``a`` and ``b``: requests come there only where a cache has no answer for them."""
    rare: bool = False
    """Of ``a``: it is made when somebody signs in, or for administrators."""
    fix: str = ""
    """What to do, where the general words do not fit."""
    more: int = 0
    """Of ``d`` how many of its clients another finding tells of, because each call makes them."""
    what: str = "Redis"
    """Of ``b`` what it connects to."""
    amount: str = ""
    """Of ``d`` what lacks the timeout, where the number of its calls does not say it."""

    @property
    def told(self) -> str:
        """What is wrong, where, and by which requests."""
        count = len(self.sites)
        library = self.sites[0].message.partition(".")[0]
        amount = "this HTTP client" if count == 1 else f"{count} HTTP clients"
        if library in ("requests", "axios"):
            amount = f"{count} calls of {library}" if count > 1 else f"`{self.sites[0].message}`"
        amount = self.amount or amount
        if self.files > 1 and self.clause == "d":
            amount += f" in {self.files} files"
        where = f", per request of {self.route}" if self.route else ""
        if where and self.cached:
            where += " when the cache has none"
        lines = lines_of(one.place for one in self.sites if one.place.path == self.at.path)
        if self.caller and not self.route:
            where = f", {self.caller.message} ({self.caller.place})"
        if self.others:
            where += f"; {self.others} more of this {self._unit} too"
        says = _BY_HAND if self.by_hand else _SAYS[self.clause]
        if self.clause == "d" and self.at.path.endswith(".rs"):
            lines += self._elsewhere
        told = says.format(name=self.name, count=amount, what=self.what, files=self.files)
        if self.clause == "f":
            return told
        return f"{told}: {lines}{where}"

    @property
    def _elsewhere(self) -> str:
        """Of clients without a timeout in other files of the crate the first places."""
        files: dict[str, list[Place]] = {}
        for one in self.sites:
            if one.place.path != self.at.path:
                files.setdefault(one.place.path, []).append(one.place)
        shown = [
            f"{path} ({lines_of(iter(places))})"
            for path, places in list(files.items())[:_SHOWN_FILES]
        ]
        more = " …" if len(files) > _SHOWN_FILES else ""
        said = f", {', '.join(shown)}{more}" if shown else ""
        if self.more:
            verb = "is" if self.more == 1 else "are"
            said += f"; {self.more} of them {verb} made for each call, too"
        return said

    @property
    def _unit(self) -> str:
        if self.files > 1:
            return f"crate, in {self.files} files"
        if {one.place.path for one in self.beside} == {self.at.path}:
            return "file"
        return "folder" if self.at.path.endswith(".rs") else "application"

    @property
    def harm(self) -> str:
        """What it does to whoever waits; empty where the check's own words say it."""
        if self.by_hand:
            return _STOPPED
        if self.threads:
            return _THREADS
        return _KILLED if self.killed else _QUEUED if self.queued else _ALONE * self.unawaited


class ClientUse(Struct, frozen=True, eq=False):
    """A file that makes clients or keeps the size of a pool beside one."""

    path: str
    faults: tuple[ClientFault, ...]
