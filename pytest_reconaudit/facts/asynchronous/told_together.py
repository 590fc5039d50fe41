"""Functions that wait for one cause, which are one thing to mend and told as one."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator

from msgspec import structs

from pytest_reconaudit.facts.asynchronous.python_files import dearness
from pytest_reconaudit.facts.asynchronous.waits import STEPS, Waiting
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = [
    "by_application",
    "by_branch",
    "by_call",
    "by_client",
    "by_crate",
    "by_hash",
    "by_session",
]

_MANY_FILES = 4


def by_call(
    judged: list[tuple[str, str, list[Waiting]]],
) -> Iterator[tuple[str, str, list[Waiting]]]:
    """A call that may mean the method of any of many classes is one thing to mend: what these do,
    and what they call, is told at the first of them."""
    families: dict[tuple[str, Place], list[Waiting]] = {}
    for _, _, functions in judged:
        for one in functions:
            asks = one.kinds[0] in _ASKS
            if one.callers and (asks or not one.alike):
                # Whatever it asks, it is the same call that goes to a thread.
                kind = "asks" if asks else one.kinds[0]
                families.setdefault((kind, one.callers[0].place), []).append(one)
    wholes: dict[Place, Waiting] = {}
    others: set[Place] = set()
    for family in families.values():
        if len({one.at.path for one in family}) < _MANY_FILES:
            continue
        family.sort(key=lambda one: (bool(one.alike), -STEPS.index(one.severity)))
        first, *rest = family
        if first.alike:
            continue
        counts = _counts(family)
        kinds = tuple(dict.fromkeys(kind for one in family for kind in one.kinds))
        wholes[first.at] = structs.replace(
            first,
            sites=tuple(site for one in family for site in one.sites),
            callers=_callers(family),
            kinds=kinds,
            counts=tuple((kind, counts[kind]) for kind in kinds),
            namesakes=sum(1 + len(one.alike) for one in rest),
        )
        others.update(one.at for one in rest)
    yield from _left(judged, wholes, others)


_FEW_ALIKE = 3


def by_session(found: list[Waiting]) -> list[Waiting]:
    """A file of functions over a synchronous session is one thing to mend: they are told as one."""
    alike = [one for one in found if one.callers and one.kinds == ("database",)]
    if len(alike) < _FEW_ALIKE:
        return found
    alike.sort(key=lambda one: -STEPS.index(one.severity))
    first = alike[0]
    whole = structs.replace(
        first,
        sites=tuple(site for one in alike for site in one.sites),
        callers=_callers(alike),
        leading=sum(one.leading for one in alike),
        counts=(("database", sum(one.leading for one in alike)),),
        confidence=_least_sure(alike),
        alike=tuple(one.name for one in alike[1:]),
    )
    return [whole, *(one for one in found if one not in alike)]


_OF_CLIENTS = frozenset({"http", "redis", "process", "file"})


def by_client(target: Target, found: list[Waiting]) -> list[Waiting]:
    """What the functions of a file do by one library is one thing to mend: they are told as one, at
    the first of those that weigh most."""
    kin: dict[tuple[str, str], list[Waiting]] = {}
    for one in found:
        if len(one.kinds) == 1 and one.kinds[0] in _OF_CLIENTS and not one.alike:
            kin.setdefault((one.kinds[0], _library(one)), []).append(one)
    wholes: dict[Place, Waiting] = {}
    told: set[Place] = set()
    for alike in kin.values():
        if len(alike) < _FEW_ALIKE:
            continue
        if alike[0].kinds == ("file",):
            alike.sort(key=lambda one: dearness(target, one.sites[0]))
        alike.sort(key=lambda one: (-STEPS.index(one.severity), not one.route))
        first, *rest = alike
        count = sum(one.leading for one in alike)
        wholes[first.at] = structs.replace(
            first,
            sites=tuple(site for one in alike for site in one.sites),
            callers=_callers(alike),
            leading=count,
            counts=((first.kinds[0], count),),
            confidence=_least_sure(alike),
            alike=tuple(one.name for one in rest),
        )
        told.update(one.at for one in rest)
    return [wholes.get(one.at, one) for one in found if one.at not in told]


def _library(one: Waiting) -> str:
    """What a function's first call is made by: ``anthropic``, ``requests``; one for all clients of
    Redis and for all files."""
    if one.kinds[0] in ("redis", "file"):
        return ""
    return one.sites[0].message.partition(".")[0]


_CONFIDENCES = (Confidence.POSSIBLE, Confidence.LIKELY, Confidence.CERTAIN)
_MANY = 6
"""Functions of a crate, beyond which its driver as a whole is what is to be mended."""


def by_crate(
    judged: list[tuple[str, str, list[Waiting]]],
) -> Iterator[tuple[str, str, list[Waiting]]]:
    """Where a crate asks its database so in many functions, or waits in many for a connection of
    its pool, they are told as one: at the first of those that weigh most."""
    units: dict[tuple[str, str], list[Waiting]] = {}
    for _, unit, functions in judged:
        for one in functions:
            if one.kinds[0] in ("query", "pool"):
                units.setdefault((unit, one.kinds[0]), []).append(one)
    wholes: dict[Place, Waiting] = {}
    told: set[Place] = set()
    for alike in units.values():
        if sum(1 for one in alike if one.severity is not Severity.INFO) <= _MANY:
            continue
        alike.sort(key=_foremost)
        first, *rest = alike
        counts = _counts(alike)
        wholes[first.at] = structs.replace(
            first,
            sites=tuple(site for one in alike for site in one.sites),
            callers=_callers(alike),
            leading=sum(one.leading for one in alike),
            counts=tuple(counts.items()),
            confidence=_least_sure(alike),
            alike=tuple(one.name for one in rest),
            files=len({one.at.path for one in alike}),
        )
        told.update(one.at for one in rest)
    yield from _left(judged, wholes, told)


def _foremost(one: Waiting) -> tuple[int, bool]:
    """What weighs most first, and what requests run each time before what somebody does once."""
    return -STEPS.index(one.severity), _SELDOM.search(one.name) is not None


_SELDOM = regex(r"(?:^|_|::)(?:rotate|re_?encrypt|back_?fill|migrate|seed|repair|rebuild|admin)", 2)


def by_application(
    judged: list[tuple[str, str, list[Waiting]]],
) -> Iterator[tuple[str, str, list[Waiting]]]:
    """An application of Python that asks its database so in some functions has the wrong kind of
    session, or of handlers, and one that asks Redis so in some files the wrong kind of client: they
    are told as one, with the first call of each, at the one in the file that does so most. What
    many do with a session keeps every request waiting."""
    units: dict[tuple[str, str], list[Waiting]] = {}
    for _, unit, functions in judged:
        for one in functions:
            if one.kinds in (("database",), ("redis",)):
                units.setdefault((unit, one.kinds[0]), []).append(one)
    wholes: dict[Place, Waiting] = {}
    told: set[Place] = set()
    for (_, kind), alike in units.items():
        weighty = [one for one in alike if STEPS.index(one.severity) >= _WEIGHTY]
        count = sum(1 + len(one.alike) for one in weighty)
        files = Counter(one.at.path for one in weighty)
        if count < _FEW_ALIKE or (kind == "redis" and len(files) < _FEW_ALIKE):
            continue
        alike.sort(key=lambda one: (-STEPS.index(one.severity), -files[one.at.path]))
        first, *rest = alike
        many = kind == "database" and count > _MANY and first.severity is Severity.MEDIUM
        wholes[first.at] = structs.replace(
            first,
            sites=(*first.sites, *(one.sites[0] for one in rest)),
            callers=_callers(alike),
            leading=sum(one.leading for one in alike),
            counts=((kind, sum(one.leading for one in alike)),),
            confidence=_least_sure(alike),
            alike=(*first.alike, *(name for one in rest for name in (one.name, *one.alike))),
            files=len({one.at.path for one in alike}),
            severity=Severity.HIGH if many else first.severity,
        )
        told.update(one.at for one in rest)
    yield from _left(judged, wholes, told)


def by_branch(found: list[Waiting]) -> list[Waiting]:
    """Functions of a file that the same async calls come to, by two ways of one function between
    them, are one thing to mend there: they are told as one, at the first."""
    kin: dict[tuple[Place, ...], list[Waiting]] = {}
    for one in found:
        if one.callers and one.clause == "b" and one.kinds[0] in _ASKS and not one.alike:
            key = tuple(note.place for note in one.callers)
            kin.setdefault(key, []).append(one)
    wholes: dict[Place, Waiting] = {}
    told: set[Place] = set()
    for alike in kin.values():
        if len(alike) < 2 or len({one.severity for one in alike}) > 1:
            continue
        first, *rest = alike
        counts = _counts(alike)
        wholes[first.at] = structs.replace(
            first,
            sites=tuple(site for one in alike for site in one.sites),
            kinds=tuple(dict.fromkeys(kind for one in alike for kind in one.kinds)),
            counts=tuple(counts.items()),
            confidence=_least_sure(alike),
            branches=tuple(one.name for one in rest),
        )
        told.update(one.at for one in rest)
    return [wholes.get(one.at, one) for one in found if one.at not in told]


_ASKS = frozenset({"http", "connect", "process"})
_WEIGHTY = STEPS.index(Severity.LOW)
_SIGNS_IN = regex(r"log_?in|sign_?in|auth|token|api_?key|session|credential", 2)
_COMPARES = regex(r"compare|verify|check|valid", 2)


def by_hash(
    judged: list[tuple[str, str, list[Waiting]]],
) -> Iterator[tuple[str, str, list[Waiting]]]:
    """How a package of the repository hashes passwords is one thing to mend: it is told where it
    keeps most waiting, of sign-ins and keys before what changes a password."""
    units: dict[tuple[str, str], list[Waiting]] = {}
    for path, unit, functions in judged:
        tongue = posixpath.splitext(path)[1] if path.endswith((".rs", ".py")) else ""
        for one in functions:
            if one.kinds == ("hash",) and one.severity is not Severity.INFO:
                units.setdefault((unit, tongue), []).append(one)
    wholes: dict[Place, Waiting] = {}
    told: set[Place] = set()
    for alike in units.values():
        if len(alike) < 2:
            continue
        first = max(alike, key=_dearness)
        severity = max((one.severity for one in alike), key=STEPS.index)
        rest = [one for one in alike if one is not first]
        counts = first.leading + sum(one.leading for one in rest)
        wholes[first.at] = structs.replace(
            first,
            counts=(("hash", counts),),
            libraries=(*first.libraries, *(name for one in rest for name in one.libraries)),
            beside=tuple(note for one in rest for note in (*one.sites, *one.callers)),
            others=len(rest),
            severity=severity,
        )
        told.update(one.at for one in rest)
    yield from _left(judged, wholes, told)


def _dearness(one: Waiting) -> tuple[bool, bool, int]:
    """How much a hash keeps waiting: whether secrets are compared with it, which sign-ins and keys
    are for, and its severity."""
    about = f"{one.route} {one.name} {posixpath.basename(one.at.path)}"
    compares = _COMPARES.search(f"{one.name} {one.sites[0].message}") is not None
    return compares, _SIGNS_IN.search(about) is not None, STEPS.index(one.severity)


def _left(
    judged: list[tuple[str, str, list[Waiting]]], wholes: dict[Place, Waiting], told: set[Place]
) -> Iterator[tuple[str, str, list[Waiting]]]:
    """What is still to be said: those that stand for others, and those that no other stands for."""
    for path, unit, functions in judged:
        yield path, unit, [wholes.get(one.at, one) for one in functions if one.at not in told]


def _callers(alike: list[Waiting]) -> tuple[Note, ...]:
    """Where async code calls them, each place once."""
    return tuple({note.place: note for one in alike for note in one.callers}.values())


def _counts(alike: list[Waiting]) -> Counter[str]:
    """How many calls of each kind they make."""
    counts: Counter[str] = Counter()
    for one in alike:
        counts.update(dict(one.counts))
    return counts


def _least_sure(alike: list[Waiting]) -> Confidence:
    return min((one.confidence for one in alike), key=_CONFIDENCES.index)
