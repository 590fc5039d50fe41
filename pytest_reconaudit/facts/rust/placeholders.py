"""Rust functions that promise work and do none, grouped as a person would write them.

What counts as a promise is the name; what a body amounts to comes from the scan. A body that says
of itself that it is unfinished is a fact; one that is merely constant needs a look, and where a
constant may be the right answer nothing is said.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from pytest_reconaudit.facts.cache.operations import cache_files
from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.code.functions import (
    Reached,
    function_at,
    handlers,
    outlined,
    reached,
)
from pytest_reconaudit.facts.code.places import is_test_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned, source_files
from pytest_reconaudit.facts.packages import CargoPackage, cargo_packages
from pytest_reconaudit.facts.rust.module_tree import crate_sources
from pytest_reconaudit.facts.rust.sources import rust_files
from pytest_reconaudit.facts.rust.specimens import is_specimen
from pytest_reconaudit.facts.rust.variants import ELSEWHERE, NEVER, how_matched, is_surely_called
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.constant_bodies import (
    ACTIONS,
    MEASURES,
    ConstantBodies,
    Preset,
    Stub,
    TodoArm,
    constant_bodies,
)
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once, within

__all__ = ["CrateBodies", "Placeholder", "crate_bodies"]

_DESCRIBED = regex(r"#\[\s*utoipa::path\b")
_ROUTED = regex(
    r"#\[\s*(?:\w+::)*(?:get|post|put|patch|delete|head|options|trace|route|routes)\s*[(\]]"
)
_PRETENDING = regex(
    r"noop|no_op|mock|fake|dummy|null|stub|disabled|unsupported|unimplemented|empty|void|test"
    r"|fixture|demo|sample|example|simulat|bench|in_?memory|default_impl",
    re.IGNORECASE,
)
"""Names of what does nothing on purpose."""
_PLATFORM = frozenset(
    """windows linux macos unix android ios apple freebsd wasm wasm32 web fallback other
    unsupported platform native posix win32 generic""".split()  # noqa: SIM905
)
_MEASURED = regex(
    r"(?:cpu|memory|mem|disk|network|heap|ram|gpu|bandwidth|storage)_(?:usage|utili[sz]ation|load)$"
    r"|(?:error|hit|miss|success|failure)_rate$|throughput$|(?:active|open|current|pending)_\w*count$"
)
"""What nobody would write a constant for."""
_SETTING = regex(
    r"^(?:default|max|min|initial|expected|required|target|sample|sampling)_|limit|size"
    r"|(?:^|_)(?:estimat\w*|reserv\w*|predict\w*|approx\w*|assum\w*|nominal|fallback|defaults?)(?:_|$)"
)
_ZERO = regex(r"^-?0(?:\.0+)?(?:_?[iuf]\d+|_?[iu]size)?$|^empty$")
_NUMBER = regex(r"^-?\d[\d_.]*(?:[iuf]\d+|[iu]size)?$")
_GRAVE = regex(
    r"transaction|authenticate|authori[sz]e|verify_\w*(?:token|password|signature|session|jwt|auth"
    r"|credential|permission|access|otp|mfa|2fa|captcha)|validate_\w*(?:token|session|jwt|credential"
    r"|signature|password)|check_\w*(?:permission|access|auth)"
)
_WEIGHTY = regex(
    r"^(?:verify|send|apply|authenticate|authori[sz]e|validate|migrate|rollback|backup|restore"
    r"|encrypt|decrypt|revoke|with|notify|publish|invalidate|check)_|_migrations?$|^run_migrations?"
    r"|^(?:authenticate|authori[sz]e)$"
)
_FIXED = regex(r'^(?:Some\s*\(\s*)?(?:"|\d|true\b)')
_SAFE = regex(r"^(?:false|0|empty|none|err\b.*|\W*|no\w*)$", re.IGNORECASE)
"""Constants by which a gate stays shut."""
_LOGGING = regex(r"log|print|report|trace|debug|warn|dump|hook|callback|on_|_event")
_STORE = regex(
    r"\b(?:database|postgres\w*|mysql|redis|cache|queue|kafka|rabbit\w*|nats|storage|s3|mongo\w*)\b",
    re.IGNORECASE,
)
_HEALTH = regex(r"health|ready|readiness")
_ASKED = regex(
    r"(?:db|database|postgres|redis|cache|queue|kafka|rabbit|nats|storage|s3|mongo)\w*_"
    r"(?:health|healthy|alive|ready|status|ping|connected|connection)"
    r"|(?:health|ping|check)\w*_(?:db|database|postgres|redis|cache|queue|kafka|rabbit|nats|storage)"
)
_USE = regex(r"^\s*(?:pub(?:\([^)]*\))?\s+)?use\s|^\s*//|^\s*\*")
_MOST = 12


class Placeholder(Struct, frozen=True):
    """One finding: functions of one type, or one function."""

    clause: str
    place: Place
    severity: Severity
    confidence: Confidence
    says: str
    evidence: str
    related: tuple[Note, ...]
    key: str
    cure: str = ""
    """What to do about this one, where the words for all of its kind do not fit."""


class CrateBodies(Struct, frozen=True, eq=False):
    """What is looked at in one package."""

    path: str
    """Its Cargo.toml."""
    judged: int
    """Functions that promise something."""
    placeholders: tuple[Placeholder, ...]


@once
def crate_bodies(target: Target) -> tuple[CrateBodies, ...]:
    """Every package with functions that promise something, by path."""
    records = scanned(target, constant_bodies)
    if not records:
        return ()
    unread = {path for crate in crate_sources(target) for path in crate.unread}
    found = []
    for package in cargo_packages(target):
        if is_specimen(target, package):
            continue
        own = {
            path: records[path]
            for path in rust_files(target, package.folder)
            if path in records and path not in unread and not is_test_path(path)
        }
        judged = sum(record.judged for record in own.values())
        placeholders = list(_of_package(target, package, own))
        if judged or placeholders:
            placeholders.sort(key=lambda one: (one.clause, one.place.key()))
            found.append(CrateBodies(package.path, judged, tuple(placeholders)))
    return tuple(found)


def _of_package(
    target: Target, package: CargoPackage, own: dict[str, ConstantBodies]
) -> Iterator[Placeholder]:
    for path, record in own.items():
        if _PRETENDING.search(posixpath.basename(path)):
            continue
        stubs = [
            one
            for one in record.stubs
            if not _meant_so(path, one)
            and (
                one.admits
                or one.kind == "plain"
                or (one.owner, one.name) not in _variants(target, path)
            )
        ]
        judged = [
            one
            for stub in stubs
            if (one := _work(target, path, stub)) is not None and not _is_default(target, stub)
        ]
        yield from _grouped(target, path, judged)
        yield from _unwritten(target, path, stubs)
        yield from _undone(target, path, stubs)
        yield from _answers(target, path, stubs, own)
        yield from _raw_keys(target, path, record)
    if any(bins for one in cargo_packages(target) for bins in one.bins):
        yield from _unused(target, own)


def _meant_so(path: str, stub: Stub) -> bool:
    """Whether doing nothing may be right: a default, a platform, a type that says so."""
    if stub.default or stub.conditional or stub.constant:
        return True
    if any(_PRETENDING.search(name) for name in (stub.owner, stub.name, *stub.modules)):
        return True
    stem = posixpath.basename(path).removesuffix(".rs")
    platform = {stem, *stub.modules, *path.split("/")[-2:-1]} & _PLATFORM
    return bool(platform) and not stub.admits


_DEFAULT = regex(
    r"\bdefault(?:_with|_value_t|_value|_fn)?\s*=\s*(?:\"(?:\w+::)*(\w+)\"|(?:\w+::)*(\w+)\s*\()"
)


def _is_default(target: Target, stub: Stub) -> bool:
    """Whether a function is what a field is filled with that nobody sets: serde's ``default``."""
    if stub.kind not in ("value", "nothing") or stub.parameters or stub.admits:
        return False
    return stub.name in _defaults(target)


@once
def _defaults(target: Target) -> frozenset[str]:
    return frozenset(
        quoted or called
        for _, text in _rust_lines(target)
        if "default" in text
        for quoted, called in _DEFAULT.findall(text)
    )


@once
def _twins(target: Target) -> dict[tuple[str, str], list[str]]:
    """(type, function) → the files with such a function."""
    found: dict[tuple[str, str], list[str]] = {}
    for path, one in scanned(target, outline).items():
        if path.endswith(".rs"):
            for function in one.functions:
                if not function.is_test and not function.trait:
                    found.setdefault((function.owner, function.name), []).append(path)
    return {key: paths for key, paths in found.items() if len(paths) > 1}


def _variants(target: Target, path: str) -> set[tuple[str, str]]:
    """The functions of a file that a file beside it has too, or of a type one in a folder below:
    one of them is compiled."""
    folder = posixpath.dirname(path)
    return {
        key
        for key, paths in _twins(target).items()
        if path in paths
        and any(
            other != path
            and (posixpath.dirname(other) == folder or (key[0] and within(other, folder)))
            for other in paths
        )
    }


# -- (a), (b): constants and work that is not done -----------------------------------------


class _Judged(Struct, frozen=True):
    stub: Stub
    clause: str
    severity: Severity
    confidence: Confidence
    says: str
    """What is said of one alone, without its name."""


def _work(target: Target, path: str, stub: Stub) -> _Judged | None:
    if stub.kind in ("todo", "response", "undone"):
        return None
    if stub.kind == "plain":
        return _Judged(
            stub, "b", Severity.CRITICAL, Confidence.CERTAIN,
            "calls what it is given and opens no transaction: a failure half-way leaves the first "
            "writes in place",
        )  # fmt: skip
    if stub.kind == "value":
        return _measured(stub) or _state(stub) or _vouched(stub)
    return _state(stub) or _action(target, path, stub)


def _measured(stub: Stub) -> _Judged | None:
    """(a) A measurement that is a constant."""
    if not MEASURES.search(stub.name) or _SETTING.search(stub.name):
        return None
    number, zero = _NUMBER.match(stub.value), _ZERO.match(stub.value)
    composed = "{" in stub.value
    if not (number or zero or composed):
        return None
    if not stub.admits:
        if stub.trait:
            return None
        empty = bool(zero) and not stub.name.endswith("_count")
        if not (_MEASURED.search(stub.name) or (empty and stub.name.startswith("get_"))):
            return None
    shown = stub.value if len(stub.value) < 30 else "constants"
    return _Judged(
        stub, "a", Severity.MEDIUM,
        Confidence.CERTAIN if stub.admits else Confidence.LIKELY,
        f"always returns {shown}",
    )  # fmt: skip


def _state(stub: Stub) -> _Judged | None:
    """(f) A state of something else that is never looked at."""
    if not _ASKED.search(stub.name) or (stub.trait and not stub.admits):
        return None
    if stub.kind not in ("nothing", "value") or stub.value in ("false", "0", "empty", "{}"):
        return None
    return _Judged(
        stub, "f", Severity.MEDIUM, Confidence.LIKELY,
        f"always answers `{stub.value}` without asking",
    )  # fmt: skip


def _vouched(stub: Stub) -> _Judged | None:
    """(b) A gate that gives the same answer to everybody, and not that it stays shut."""
    if not _GRAVE.search(stub.name) or stub.trait or not stub.parameters:
        return None
    if _SAFE.match(stub.value) or "transaction" in stub.name or not _FIXED.match(stub.value):
        return None
    return _Judged(
        stub, "b", Severity.HIGH, Confidence.CERTAIN if stub.admits else Confidence.LIKELY,
        f"answers {stub.value} whatever it is given",
    )  # fmt: skip


def _warms(target: Target, path: str, stub: Stub) -> bool:
    """Whether it warms a cache: what is wrong with that is told where the cache is judged."""
    found = cache_files(target).get(path)
    return found is not None and any(
        one.only_strings and one.name == stub.name and one.owner == stub.owner
        for one in found.warmers
    )


_CHECKED = regex(r"(?:validate|check|parse|is_valid)_?")


def _action(target: Target, path: str, stub: Stub) -> _Judged | None:
    """(b) Work that is not done."""
    if not ACTIONS.search(stub.name):
        return None
    if stub.kind == "unused" and _warms(target, path, stub):
        return None
    if stub.parsed and not stub.admits and _CHECKED.match(stub.name):
        return None  # making the value that it is given was the check
    if not stub.admits:
        if stub.trait or not stub.parameters:
            return None
        if stub.kind == "logs" and _LOGGING.search(stub.name):
            return None
        if stub.kind == "nothing" and not _WEIGHTY.search(stub.name):
            return None
        if stub.kind == "unused":
            return None
    weighty = bool(_WEIGHTY.search(stub.name)) or bool(stub.admits)
    severity = Severity.HIGH if weighty else Severity.MEDIUM
    if _GRAVE.search(stub.name) and stub.kind == "nothing" and not _OUTBOUND.search(stub.name):
        severity = Severity.CRITICAL
    what = {
        "nothing": f"does nothing and returns {_returned(stub)}",
        "logs": "only writes a log line",
        "unused": "only makes values that it does not use",
    }[stub.kind]
    # A gate that always opens needs the words that admit it to be called a fact.
    sure = Confidence.CERTAIN if stub.admits else Confidence.LIKELY
    if posixpath.basename(path).removesuffix(".rs") in _PLATFORM:
        severity, sure = min(severity, Severity.MEDIUM), Confidence.LIKELY
    return _Judged(stub, "b", severity, sure, what)


_OUTBOUND = regex(
    r"target|remote|upstream|downstream|destination|endpoint|provider|backend|peer|connection|config"
)
"""What is let through there is the program's own way out, nobody who comes in."""


def _returned(stub: Stub) -> str:
    if stub.value in ("()", "{}"):
        return "`Ok(())`" if "Result" in stub.returns else "at once"
    return f"`Ok({stub.value})`" if "Result" in stub.returns else f"`{stub.value}`"


def _grouped(target: Target, path: str, judged: Iterable[_Judged]) -> Iterator[Placeholder]:
    """One finding per type and clause."""
    groups: dict[tuple[str, str, Severity], list[_Judged]] = {}
    for one in judged:
        severity = weighed(one.severity, path)
        if uncalled(target, Place(path, one.stub.line, 1)):
            severity = max(severity.lowered(), Severity.LOW)
        groups.setdefault((one.clause, one.stub.owner, severity), []).append(one)
    for (clause, owner, severity), group in groups.items():
        first = group[0]
        names = [f"`{one.stub.name}`" for one in group]
        listed = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
        subject = f"{owner}: {listed}" if owner else listed
        admitted = next((one.stub.admits for one in group if one.stub.admits), "")
        said = f'; a comment says "{admitted[:80]}"' if admitted else ""
        what = first.says if len(group) == 1 else _plural(group)
        dead = uncalled(target, Place(path, first.stub.line, 1))
        unused = "; nothing calls it" if dead and len(group) == 1 else ""
        yield Placeholder(
            clause=clause,
            place=Place(path, first.stub.at, 1),
            severity=severity,
            confidence=min((one.confidence for one in group), key=_doubt),
            says=f"{subject} {what}{said}{unused}",
            evidence=_line(target, path, first.stub.at),
            related=tuple(
                Note(Place(path, one.stub.at), f"{one.stub.name} {one.says}") for one in group[1:]
            ),
            key=f"{owner} {first.stub.name}",
        )


def _line(target: Target, path: str, number: int) -> str:
    lines = target.text(path).split("\n")
    return lines[number - 1].strip() if number <= len(lines) else ""


def _plural(group: list[_Judged]) -> str:
    kinds = {one.says for one in group}
    if len(kinds) == 1:
        return f"({len(group)} functions) each {group[0].says}"
    kind = "return constants" if group[0].clause == "a" else "do nothing of what they are named for"
    return f"({len(group)} functions) {kind}"


def _doubt(confidence: Confidence) -> int:
    order = (Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE)
    return -order.index(confidence)


# -- (c): todo!() on the way of a request --------------------------------------------------


def _only_described(target: Target, why: Reached) -> bool:
    """Whether a handler that no known route names is written for the API's description: utoipa
    takes what a function says of itself, and calls none."""
    attributes = outlined(target, why.handler).attributes
    described = any(_DESCRIBED.match(one) for one in attributes)
    return described and not any(_ROUTED.match(one) for one in attributes)


_ANNOUNCED = regex(
    r"(?i)\b(?:(?:will|to) be (?:implemented|added|written|supported)|follow[- ]?up"
    r"|not (?:yet )?(?:implemented|supported) yet|until (?:then|it lands|that lands)"
    r"|lands? in a later|in a (?:later|future) (?:PR|change|commit|release|version|milestone))\b"
)


def _is_announced(target: Target, path: str, stub: Stub, why: Reached) -> bool:
    """Whether the panic's own words, or the comment above its function or the request's handler,
    say that the work is to come: who calls it was told."""
    handler = outlined(target, why.handler).line
    return (
        _ANNOUNCED.search(_line(target, path, stub.at)) is not None
        or _ANNOUNCED.search(_comment_above(target, path, stub.line)) is not None
        or _ANNOUNCED.search(_comment_above(target, why.handler.path, handler)) is not None
    )


def _comment_above(target: Target, path: str, line: int) -> str:
    """The comment and the attributes right above a line, at most twenty lines of them."""
    lines = target.text(path).split("\n")
    found: list[str] = []
    for text in reversed(lines[max(0, line - 21) : line - 1]):
        if not text.lstrip().startswith(("//", "#[")):
            break
        found.append(text.strip().lstrip("/! "))
    return " ".join(reversed(found))


class _Way(Struct, frozen=True):
    """How sure it is that a ``todo!()`` of a function that a request reaches is reached itself."""

    line: int
    severity: Severity
    confidence: Confidence
    where: str
    """The arm or branch, in words; empty where it is the function's whole body."""


_ASSERTED = regex(
    r"(?i)!\s*[(\[{]\s*\"[^\"]*\b(?:cannot|can't|can not|never|impossible|unreachable|should not"
    r"|shouldn't|must not)\b(?![^\"]*\b(?:yet|implement\w*|todo)\b)"
)
"""What a panic says that stands for what does not happen."""


def _way(target: Target, path: str, stub: Stub, arm: TodoArm) -> _Way | None:
    """``None`` where nothing ever makes what would lead there."""
    if not arm.pattern and not arm.test:
        return _Way(arm.line, Severity.HIGH, Confidence.CERTAIN, "")
    if arm.test:
        where = f" under `{arm.test}`, which is not written"
        return _Way(arm.line, Severity.MEDIUM, Confidence.LIKELY, where)
    shown = arm.pattern if len(arm.pattern) <= _SHOWN else f"{arm.pattern[:_SHOWN]}…"
    where = f" in the arm `{shown}`, which is not written"
    if _ASSERTED.search(_line(target, path, arm.line)[:_LONGEST]):
        return _Way(arm.line, Severity.INFO, Confidence.POSSIBLE, where)
    if arm.open and not arm.pattern[:1].isupper() and arm.pattern[:1] not in "\"'-0123456789":
        # Whatever is no number or text of the other arms comes here.
        return _Way(arm.line, Severity.HIGH, Confidence.LIKELY, where)
    made = how_matched(target, arm.pattern, stub.owner)
    if made == NEVER:
        return None
    if made == ELSEWHERE:
        return _Way(arm.line, Severity.LOW, Confidence.POSSIBLE, where)
    return _Way(arm.line, Severity.MEDIUM, Confidence.LIKELY, where)


_SHOWN = 60
_LONGEST = 400
"""Characters of a line with a ``todo!()`` that are read."""


def _unwritten(target: Target, path: str, stubs: list[Stub]) -> Iterator[Placeholder]:
    for stub in stubs:
        if stub.kind != "todo":
            continue
        ref = function_at(target, path, stub.line)
        why = reached(target).get(ref) if ref is not None else None
        if ref is None or why is None or (why.route is None and _only_described(target, why)):
            continue
        if not is_surely_called(target, why):
            continue
        ways = [way for arm in stub.arms if (way := _way(target, path, stub, arm)) is not None]
        if not ways:
            continue
        first = max(ways, key=lambda one: (one.severity, -one.line))
        route = why.route.request if why.route is not None else "a request"
        severity = first.severity
        if _is_announced(target, path, stub, why):
            severity = min(severity, Severity.MEDIUM)
        end = f"{route} comes here" if not first.where else f"{route} comes to this function"
        yield Placeholder(
            clause="c",
            place=Place(path, first.line, 1),
            severity=weighed(severity, path),
            confidence=first.confidence,
            says=f"`{stub.name}` panics{first.where or ': it is not written'}, and {end}",
            evidence=_line(target, path, first.line),
            related=(
                *(
                    Note(Place(path, one.line), "not written either")
                    for one in sorted(ways, key=lambda one: one.line)
                    if one.line != first.line
                ),
                *((Note(why.route.place, "the route"),) if why.route is not None else ()),
            ),
            key=f"{stub.owner} {stub.name}",
            cure=_refusal(target, path, stub, is_handler=ref in handlers(target)),
        )


def _refusal(target: Target, path: str, stub: Stub, *, is_handler: bool) -> str:
    """How a function says that it cannot do something, by what it is and returns."""
    if "Status>" in stub.returns.replace(" ", "") and "tonic" in target.text(path):
        return 'Write it, or return `Err(Status::unimplemented("…"))` until it is written.'
    if is_handler:
        return ""
    if "Result" in stub.returns:
        return "Write it, or return an error, which its callers hand on, until it is written."
    return "Write it, or let it return a `Result`, and an error until it is written."


# -- (h): answers that their own comments call made up ---------------------------------------


def _undone(target: Target, path: str, stubs: list[Stub]) -> Iterator[Placeholder]:
    """Functions on the way of a request that answer the same whatever is asked, grouped by file."""
    found: list[tuple[Stub, str]] = []
    for stub in stubs:
        ref = function_at(target, path, stub.line) if stub.kind == "undone" else None
        why = reached(target).get(ref) if ref is not None else None
        if why is None or why.route is None or not is_surely_called(target, why):
            continue
        found.append((stub, why.route.request))
    if not found:
        return
    first, route = found[0]
    names = ", ".join(f"`{stub.name}`" for stub, _ in found[:5]) + (" …" if len(found) > 5 else "")
    says = (
        f"{names} answers the same whatever is asked, and {route} comes here"
        if len(found) == 1
        else f"{names} ({len(found)} functions) answer the same whatever is asked, and requests"
        f" such as {route} come here"
    )
    said = "a comment says" if " " in first.admits else "the comment above has a list headed"
    yield Placeholder(
        clause="h",
        place=Place(path, first.at, 1),
        severity=weighed(Severity.MEDIUM, path),
        confidence=Confidence.CERTAIN,
        says=f'{says}; {said} "{first.admits[:80]}"',
        evidence=_line(target, path, first.at),
        related=tuple(
            Note(Place(path, stub.at), f"{stub.name}: {shown}") for stub, shown in found[1:]
        ),
        key=f"undone {first.owner} {first.name}",
    )


# -- (d): metrics and health -----------------------------------------------------------------


def _answers(
    target: Target, path: str, stubs: list[Stub], own: dict[str, ConstantBodies]
) -> Iterator[Placeholder]:
    """Routes for metrics or health whose answer never changes."""
    for stub in stubs:
        if stub.kind != "response":
            continue
        ref = function_at(target, path, stub.line)
        routes = handlers(target).get(ref) if ref is not None else None
        if routes is None:
            continue
        route = routes[0] if routes else None
        shown = route.request if route is not None else "its route"
        related = (Note(route.place, "the route"),) if route is not None else ()
        paths = [one.path.rstrip("/").rpartition("/")[2] for one in routes]
        if "metrics" in paths or (not paths and stub.name.startswith("metrics")):
            exports = [
                (Place(other, line), f"{owner}::{name}" if owner else name)
                for other, record in own.items()
                for owner, name, line in record.exports
            ]
            idle = f", while {exports[0][1]} writes a registry out" if exports else ""
            yield Placeholder(
                clause="d",
                place=Place(path, stub.line, 1),
                severity=weighed(Severity.HIGH if exports else Severity.MEDIUM, path),
                confidence=Confidence.CERTAIN,
                says=f"{shown} answers with the same text for ever{idle}: no dashboard or alert "
                "can see anything",
                evidence=stub.value,
                related=(
                    *related,
                    *(Note(place, f"{name} writes the metrics out") for place, name in exports),
                ),
                key=stub.name,
            )
        elif _HEALTH.search(stub.name) and (named := _STORE.search(stub.value)) is not None:
            yield Placeholder(
                clause="f",
                place=Place(path, stub.line, 1),
                severity=weighed(Severity.MEDIUM, path),
                confidence=Confidence.LIKELY,
                says=f"{shown} says how {named[0]} is and never asks it",
                evidence=stub.value,
                related=related,
                key=stub.name,
            )


def _raw_keys(target: Target, path: str, record: ConstantBodies) -> Iterator[Placeholder]:
    for one in record.keys:
        if _PRETENDING.search(one.owner) or _PRETENDING.search(one.function):
            continue
        severity = weighed(Severity.MEDIUM, path)
        unused = uncalled(target, Place(path, one.use_line, 1))
        kept = "one entry in memory" if one.kind == "map" else "one time series"
        beside = one.kind != "map" and "match_pattern" in target.text(path)
        yield Placeholder(
            clause="g",
            place=Place(path, one.line, 1),
            severity=max(severity.lowered(), Severity.LOW) if unused or beside else severity,
            confidence=Confidence.LIKELY,
            says=f"`{one.function}` counts by the path of the request as it came: {kept} for every "
            "id that anybody asks for, without end",
            evidence=one.key,
            related=(Note(Place(path, one.use_line), "used as the key"),)
            if one.use_line != one.line
            else (),
            key=f"{one.owner} {one.function} {one.kind}",
            cure=_PATTERNED if beside else "",
        )


_PATTERNED = (
    "This file asks for the route's pattern too (`match_pattern()`): take the counter by the whole"
    " path out, and count what no route matches under one constant."
)


# -- (e): settings that nothing uses ---------------------------------------------------------


@once
def _rust_lines(target: Target) -> tuple[tuple[str, str], ...]:
    """(path, text) of the Rust sources that are no tests."""
    return tuple(
        (path, target.text(path))
        for path, language in source_files(target)
        if language == "rust" and not is_test_path(path)
    )


def _mentioned(target: Target, name: str, own: str, ranges: list[tuple[int, int]]) -> bool:
    """Whether a name stands in a source outside of these lines of its own file."""
    pattern = re.compile(rf"\b{re.escape(name)}\b")
    for path, text in _rust_lines(target):
        if name not in text:
            continue
        for match in pattern.finditer(text):
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.end())
            if _USE.match(text[start : end if end >= 0 else len(text)]):
                continue
            if path == own:
                line = text.count("\n", 0, match.start()) + 1
                if any(first <= line <= last for first, last in ranges):
                    continue
            return True
    return False


def _unused(target: Target, own: dict[str, ConstantBodies]) -> Iterator[Placeholder]:
    """Settings written out in types or presets that nothing takes."""
    for path, record in own.items():
        lost: list[tuple[Preset, str]] = []
        by_owner: dict[str, list[Preset]] = {}
        for preset in record.presets:
            by_owner.setdefault(preset.owner, []).append(preset)
        for owner, presets in by_owner.items():
            ranges = [(first, last) for name, first, last, _ in record.types if name == owner]
            if not any(public for name, _, _, public in record.types if name == owner):
                continue
            if not _mentioned(target, owner, path, ranges):
                lost.append((presets[0], f"{owner} is never made"))
                continue
            for preset in presets:
                if preset.trait or preset.name in ("new", "default"):
                    continue
                if not _mentioned(target, preset.name, path, [(preset.line, preset.line)]):
                    lost.append((preset, f"{owner}::{preset.name} is never called"))
        if lost:
            first = lost[0][0]
            names = [what for _, what in lost]
            listed = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
            yield Placeholder(
                clause="e",
                place=Place(path, first.line, 1),
                severity=Severity.LOW,
                confidence=Confidence.LIKELY,
                says=f"settings that change nothing: {listed}",
                evidence=", ".join(f"{name}: {value}" for name, value in first.values[:4]),
                related=tuple(
                    Note(Place(path, preset.line), what) for preset, what in lost[1:_MOST]
                ),
                key=first.owner,
            )
