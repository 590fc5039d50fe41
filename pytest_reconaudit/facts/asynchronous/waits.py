"""A function in which an async worker waits, and what its calls weigh."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from pytest_reconaudit.facts.asynchronous.running import is_probe
from pytest_reconaudit.facts.code.places import weighed
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.blocking import (
    DATABASE,
    BlockingCall,
    BlockingFile,
    BlockingFunction,
)
from pytest_reconaudit.target import Target

__all__ = [
    "LITTLE",
    "SIZES",
    "STEPS",
    "Waiting",
    "WaitingFile",
    "by_size",
    "checks_cheaply",
    "dear_ones",
    "is_short",
    "record_of",
]

_ENTRIES = regex(
    r"std::fs::(?:metadata|symlink_metadata|exists|create_dir(?:_all)?|remove_file|remove_dir"
    r"|rename|set_permissions|canonicalize|read_link|hard_link|remove_dir_all)"
)
"""Calls that ask for or change entries; no content is read or written."""
_TEXTS = regex(r"std::fs::read_to_string")
"""Texts are short as a rule: settings, templates, one value."""
_NAMED = regex(r"(?i:config|settings|\bconf\b)|[(&\s:][A-Z][A-Z0-9_]{2,}\b|[(]\s*\"[^\"{}]*\"")
"""Files that settings, a constant or the code itself name."""
_MADE_UP = regex(r"\.join\s*\(|format!")
SIZES = (
    "looped",
    "",
    "bounded",
    "written",
    "removal",
    "fixed",
    "brief",
    "little",
    "entry",
    "cheap",
)
STEPS = (Severity.INFO, Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)


class Waiting(Struct, frozen=True):
    """A function in which an async worker waits."""

    name: str
    """``UserService::create``."""
    clause: str
    at: Place
    """Its first blocking call of the costliest kind."""
    sites: tuple[Note, ...]
    """Every blocking call in it, with what is called; that at ``at`` first."""
    callers: tuple[Note, ...]
    """Of a function that is not async: the calls by async functions that run it."""
    kinds: tuple[str, ...]
    """See ``BlockingCall.kind``; the first is the one that the severity comes of."""
    leading: int
    """How many of the sites are of the first kind."""
    route: str
    """A route whose requests run it, ``GET /users``; empty when none is known."""
    evidence: str
    severity: Severity
    confidence: Confidence
    total: int = 0
    """Calls of its kinds in the whole unit."""
    counts: tuple[tuple[str, int], ...] = ()
    """Kind → how many of the sites are of it."""
    alike: tuple[str, ...] = ()
    """Of functions that wait for the database one like the other: the names of the others, which
    are told with it."""
    files: int = 1
    """In how many files these are."""
    namesakes: int = 0
    """Of what one call may come to in many files: how many other functions are told with it."""
    branches: tuple[str, ...] = ()
    """The names of functions of its file that the same callers come to, which are told with it."""
    libraries: tuple[str, ...] = ()
    """Of hashes in Node: the packages that make them, in the order of the sites."""
    beside: tuple[Note, ...] = ()
    """Of hashes: those of the other functions of its unit, which are told with it."""
    others: int = 0
    """How many functions these are."""
    guard: str = ""
    """The flag that every way to it is behind, with where; whether it is set is not known."""
    fix: str = ""
    """What to do instead, in Markdown."""

    @property
    def of_no_password(self) -> bool:
        """Nothing says that a slow hash is one of a password."""
        said = f"{self.name} {self.evidence}".lower()
        return all(
            site.message.rpartition(".")[2] in ("pbkdf2Sync", "scryptSync") for site in self.sites
        ) and not any(word in said for word in ("password", "passwd", "pwd"))


class WaitingFile(Struct, frozen=True, eq=False):
    path: str
    unit: str
    """The crate or package that it belongs to."""
    functions: tuple[Waiting, ...]


_CHECKING = regex(
    r"bcrypt::(?:non_truncating_)?verify|bcrypt\.checkpw|[\w.]*\.compareSync|compareSync"
)


def checks_cheaply(records: Iterable[BlockingFile]) -> bool:
    """Whether every hash that bcrypt makes in the code of one language has a low cost, so that
    what compares with them takes as little."""
    files = list(records)
    return not any(one.is_dear for one in files) and any(
        call.kind == "hash" and call.size == "cheap"
        for one in files
        for function in one.functions
        for call in function.calls
    )


def dear_ones(calls: list[BlockingCall], *, low: bool) -> tuple[list[BlockingCall], bool]:
    """The calls without the hashes of a few milliseconds; where there are no others, those, and
    that it is so."""
    rest = [
        one
        for one in calls
        if one.kind != "hash"
        or not (one.size == "cheap" or (low and _CHECKING.fullmatch(one.words) is not None))
    ]
    return (rest, False) if rest else (calls, bool(calls))


def is_short(call: BlockingCall) -> bool:
    """Whether a call of Rust code is over in no time: it is about entries of folders, reads a text,
    or a file that settings or the code name."""
    return call.kind == "file" and (
        _ENTRIES.fullmatch(call.words) is not None
        or _TEXTS.fullmatch(call.words) is not None
        or (
            _NAMED.search(call.text) is not None
            and not call.words.endswith("read_dir")
            and _MADE_UP.search(call.text) is None
        )
    )


def record_of(
    path: str,
    function: BlockingFunction,
    calls: list[BlockingCall],
    callers: tuple[Note, ...],
    route: str,
    judged: tuple[bool, bool, bool],
    in_server: bool,
    steps: int,
) -> Waiting:
    """The record of a function.

    :param judged: whether a request is known to run it or nothing is known of requests; whether
        one is known to; whether one is or a task of its own.
    """
    ranked = sorted(
        calls,
        key=lambda one: (-STEPS.index(_weight(one.kind, *judged, route)), one.kind != "query"),
    )
    severity = _weight(ranked[0].kind, *judged, route)
    if ranked[0].kind in DATABASE:
        clause = "c" if callers else "a" if ranked[0].kind == "query" else "b"
        if not in_server:
            severity = STEPS[STEPS.index(severity) - 1]
    else:
        clause = "b" if callers else "a"
        if path.endswith(".rs") and all(is_short(one) for one in calls):
            severity = Severity.INFO
    if ranked[0].kind != "file":
        # What a file takes is not told beside what takes longer, unless all of one goes through.
        calls = [one for one in calls if one.kind != "file" or one.size == "looped"]
        ranked = [one for one in ranked if one.kind != "file" or one.size == "looped"]
    # The costliest kind leads: its first call that may be long is where the finding stands.
    leading = [one for one in calls if one.kind == ranked[0].kind]
    first = min(leading, key=lambda one: SIZES.index(one.size))
    ordered = [first, *(one for one in calls if one is not first)]
    certain = steps <= 1 and ranked[0].kind not in ("decode", "receive")
    return Waiting(
        name=_name(path, function),
        clause=clause,
        at=Place(path, first.line, first.column),
        sites=tuple(Note(Place(path, one.line, one.column), one.words) for one in ordered),
        callers=callers,
        kinds=tuple(dict.fromkeys(one.kind for one in ranked)),
        libraries=tuple(one.library for one in ordered if one.library),
        leading=sum(1 for one in calls if one.kind == ranked[0].kind),
        counts=tuple(Counter(one.kind for one in calls).items()),
        route=route,
        evidence=first.text,
        severity=weighed(severity, path),
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
    )


def by_size(target: Target, one: Waiting, calls: Sequence[BlockingCall] = ()) -> Waiting:
    """A note instead of a finding where all that is read or written is short by what it is: a
    document of settings, one with a fixed name or that comes with the program, the entry of a
    folder, the removal of one, one file that is written."""
    if one.kinds in (("compress",), ("process",)) and calls and all(call.size for call in calls):
        brief = any(call.size == "brief" for call in calls)
        most = Severity.LOW if brief else Severity.INFO
        return structs.replace(one, severity=min(one.severity, most))
    if one.kinds == ("keys",) and _SET_UP.search(f"{one.at.path} {one.route}"):
        return structs.replace(one, severity=Severity.INFO)
    if one.kinds != ("file",):
        return one
    text = target.text(one.at.path)
    if _KERNEL.search(text) is not None:
        return structs.replace(one, severity=Severity.INFO)
    lines = text.split("\n")
    sizes = {(call.line, call.column): call.size for call in calls}
    for site in one.sites:
        size = sizes.get((site.place.line or 0, site.place.column or 0), "")
        below = "\n".join(lines[(site.place.line or 1) - 1 :][:_BELOW])
        if not size and LITTLE.search(below) is None:
            return one
    return structs.replace(one, severity=Severity.INFO)


_SET_UP = regex(r"(?:^|[/_.\s-])(?:set_?up|install|onboarding|wizard)(?:[/_.\s-]|$)", 2)
"""What is asked for once in a program's life."""
_KERNEL = regex(r"[\"'`]/(?:proc|sys)/")
"""Files that no disk holds: the kernel answers from memory."""
_BELOW = 3
LITTLE = regex(
    r"\b(?:json|yaml|toml|tomllib|configparser|JSON)\.(?:dump|load|parse|stringify|safe_load|safe_dump)s?\("
    r"|\.(?:json|ya?ml|toml|ini|env|version|pid|lock|txt)[\"']|[\"'](?:SHA|DATE|VERSION|COMMIT|REVISION|BUILD\w{0,10})[\"']|(?:open|Sync)\(\s*f?[\"'][^\"'{}$.]+[\"']"
)


def _name(path: str, function: BlockingFunction) -> str:
    if not function.owner:
        return function.name or "a handler"
    return f"{function.owner}{'::' if path.endswith('.rs') else '.'}{function.name}"


def _weight(kind: str, known: bool, reaches: bool, served: bool, route: str) -> Severity:
    if kind == "query":
        # Where requests are known, what none of them comes to keeps fewer waiting.
        return Severity.HIGH if known else Severity.MEDIUM if served else Severity.INFO
    if kind == "pool":
        return Severity.MEDIUM if known or served else Severity.INFO
    if kind in ("sleep", "runtime") and served:
        return Severity.HIGH if reaches else Severity.MEDIUM
    if kind in ("sleep", "runtime"):
        # Nobody is known to wait behind it; a future may be waited for by a thread made for that.
        return Severity.LOW if kind == "sleep" else Severity.INFO
    if kind == "redis":
        return Severity.HIGH if reaches and not is_probe(route) else Severity.MEDIUM
    if kind == "file":
        return Severity.LOW if reaches else Severity.INFO
    if kind in ("process", "decode"):
        # Where no request is known to come here, hardly anybody waits behind it.
        return Severity.MEDIUM if reaches else Severity.INFO
    if kind == "hash":
        # A library or a client does so once in a session.
        return Severity.MEDIUM if reaches else Severity.LOW
    if kind == "http":
        # Async code asks over the network; that requests come to it is not known.
        return Severity.MEDIUM if known else Severity.LOW
    return Severity.MEDIUM if known else Severity.INFO
