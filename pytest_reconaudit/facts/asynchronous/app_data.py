"""What handlers extract against what their server registers, and what is made once per worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from sys import intern

from msgspec import Struct

from pytest_reconaudit.facts.asynchronous.crates import crate_of, depends_on
from pytest_reconaudit.facts.asynchronous.session_uses import uses_sessions
from pytest_reconaudit.facts.code.functions import Ref, handlers, outlined
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.packages import cargo_packages
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.app_state import (
    AppState,
    Built,
    Registration,
    app_state,
    bare_type,
)
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
from pytest_reconaudit.target import Target, once, passing

__all__ = ["Mismatch", "SharedData", "shared_data"]

_CALL = regex(r"=(\d):([\w:]+)")
_WORD = regex(r"[A-Za-z_]\w*")
_EXTRACTED = regex(r"^(Data|Extension)<(.+)>$")
_EXTRACTORS = ("Data", "Extension")
_FIRST = regex(r"^\w+<(.+)>$")
_MAX_ALIASES = 4
_CONNECTED = {"Database": "DatabaseConnection"} | {
    name: name for name in ("PgPool", "MySqlPool", "SqlitePool", "AnyPool")
}
"""What ``connect`` of SeaORM and of sqlx's pools gives."""


class Mismatch(Struct, frozen=True):
    """A type that handlers extract and nobody registered."""

    wanted: str
    """``Cache``."""
    given: str
    """What was registered instead, ``Arc<Cache>``; empty when nothing like it was."""
    at: Place
    """The registration; without one the first handler."""
    evidence: str
    handlers: tuple[Note, ...]
    """The parameters that extract it."""
    route: str
    """One of the routes that fail; empty when none is known."""
    extractor: str
    """``web::Data`` or ``Extension``."""
    severity: Severity
    confidence: Confidence


class SharedData(Struct, frozen=True, eq=False):
    """A file that registers data for handlers."""

    path: str
    mismatches: tuple[Mismatch, ...]
    built: tuple[tuple[Place, Built], ...]
    """What the server makes for each worker."""
    signs: bool = True
    """Some code takes what a key of the server signs: sessions, identities, private cookies."""


@once
def shared_data(target: Target) -> tuple[SharedData, ...]:
    """Every file that registers data, or makes some per worker, by path."""
    records = scanned(target, app_state)
    files = {path: one for path, one in records.items() if one.registered or one.built}
    if not files:
        return ()
    by_crate: dict[str, list[str]] = {}
    for path in files:
        crate = crate_of(target, path)
        by_crate.setdefault(crate.path if crate is not None else "", []).append(path)
    types = _Types(target, records)
    wanted = _extracted(target, types)
    found: dict[str, list[Mismatch]] = {}
    for manifest, paths in by_crate.items():
        if manifest:
            for path, mismatch in _mismatches(
                target, manifest, paths, files, types, by_crate, wanted
            ):
                found.setdefault(path, []).append(mismatch)
    return tuple(
        SharedData(
            path,
            tuple(found.get(path, ())),
            ()
            if one.workers
            else tuple((Place(path, built.line, built.column), built) for built in one.built),
            any(built.kind == "key" for built in one.built) and _signs(target, path),
        )
        for path, one in sorted(files.items())
    )


def _signs(target: Target, path: str) -> bool:
    crate = crate_of(target, path)
    return uses_sessions(target, _linked(target, crate.path) if crate is not None else ())


class _Given(Struct, frozen=True):
    path: str
    registration: Registration
    type: str
    """Without ``Data<…>``; empty when it is not known."""


class _Wanted(Struct, frozen=True):
    number: int
    """Its place among all handlers."""
    type: str
    note: Note
    route: str


def _mismatches(
    target: Target,
    manifest: str,
    paths: list[str],
    files: Mapping[str, AppState],
    types: _Types,
    by_crate: Mapping[str, list[str]],
    extracted: Mapping[tuple[str, str], list[_Wanted]],
) -> Iterator[tuple[str, Mismatch]]:
    """(path of the file it is told of, mismatch) of the handlers that a crate's server may have."""
    linked = _linked(target, manifest)
    for kind, extractor in zip(("data", "extension"), _EXTRACTORS, strict=True):
        given = [
            _Given(path, one, _held(types.known(one.type, path), kind))
            for other in sorted(linked)
            for path in by_crate.get(other, ())
            for one in files[path].registered
            if one.kind == kind
        ]
        mine = set(paths)
        own = [one for one in given if one.path in mine]
        if not own:
            continue
        known = {one.type for one in given if one.type}
        complete = all(one.type for one in given)
        wanted: dict[str, list[_Wanted]] = {}
        every = [one for other in linked for one in extracted.get((extractor, other), ())]
        for one in sorted(every, key=lambda one: one.number):
            wanted.setdefault(one.type, []).append(one)
        routed = any(one.route for found in wanted.values() for one in found)
        for name, found in sorted(wanted.items()):
            if name in known or _is_open(name):
                continue
            if routed:
                found = [one for one in found if one.route]
            if not found:
                continue
            other = f"Arc<{name}>"
            if other not in known and name.startswith("Arc<"):
                other = name[4:-1]
            instead = next((one for one in own if one.type == other), None)
            if instead is None and (
                other in known or not complete or kind == "extension" or not routed
            ):
                continue
            at = (
                Place(instead.path, instead.registration.line, instead.registration.column)
                if instead is not None
                else found[0].note.place
            )
            mismatch = Mismatch(
                wanted=name,
                given=other if instead is not None else "",
                at=at,
                evidence=instead.registration.text
                if instead is not None
                else found[0].note.message,
                handlers=tuple(one.note for one in found),
                route=next((one.route for one in found if one.route), ""),
                extractor="web::Data" if kind == "data" else "Extension",
                severity=Severity.CRITICAL if routed else Severity.HIGH,
                confidence=Confidence.CERTAIN
                if instead is not None and complete and routed
                else Confidence.LIKELY,
            )
            yield (instead.path if instead is not None else own[0].path), mismatch


def _held(name: str, kind: str) -> str:
    if kind == "data":
        return name[5:-1] if name.startswith("Data<") else name
    return name


def _is_open(name: str) -> bool:
    """Whether a type is generic or a trait's, so that its name says little."""
    return len(name) < 3 or any(
        len(word) == 1 or word in ("dyn", "impl", "Self") for word in _WORD.findall(name)
    )


def _linked(target: Target, manifest: str) -> frozenset[str]:
    """The manifests of a crate, of those that it depends on, and of those that depend on it."""
    return _links(target).get(manifest, frozenset({manifest}))


@once
def _links(target: Target) -> Mapping[str, frozenset[str]]:
    by_name = {
        one.manifest.package.replace("-", "_"): one
        for one in cargo_packages(target)
        if one.manifest.package
    }
    below: dict[str, set[str]] = {}
    for crate in by_name.values():
        seen: set[str] = set()
        waiting = [crate]
        while waiting:
            one = waiting.pop()
            if one.path not in seen:
                seen.add(one.path)
                waiting += [by_name[name] for name in depends_on(target, one) if name in by_name]
        below[crate.path] = seen
    found = {path: set(seen) for path, seen in below.items()}
    for path, seen in below.items():
        for other in seen:
            found[other].add(path)
    return {path: frozenset(seen) for path, seen in found.items()}


def _extracted(target: Target, types: _Types) -> Mapping[tuple[str, str], list[_Wanted]]:
    """(extractor, manifest) → what the handlers of that crate take out of the server's data."""
    found: dict[tuple[str, str], list[_Wanted]] = {}
    for number, (ref, routes) in enumerate(handlers(target).items()):
        crate = crate_of(target, ref.path) if ref.path.endswith(".rs") else None
        if crate is None:
            continue
        function = outlined(target, ref)
        for _, kind in function.parameters:
            if not any(one in kind for one in _EXTRACTORS):
                continue
            match = _EXTRACTED.match(bare_type(kind))
            if match is None:
                continue
            route = routes[0].request if routes else ""
            says = f"{function.name} extracts {match[0]}" + (f", {route}" if route else "")
            note = Note(_place(ref, function), says)
            one = _Wanted(number, types.known(match[2], ref.path), note, route)
            found.setdefault((match[1], crate.path), []).append(one)
    return found


def _place(ref: Ref, function: OutlinedFunction) -> Place:
    return Place(ref.path, function.line, None)


class _Types:
    """Types through aliases and through what functions return."""

    def __init__(self, target: Target, records: Mapping[str, AppState]) -> None:
        self._target = target
        aliases: dict[str, set[str]] = {}
        self._own = {path: dict(one.aliases) for path, one in records.items()}
        for one in records.values():
            for name, meant in one.aliases:
                aliases.setdefault(name, set()).add(meant)
        self._aliases = {name: min(meant) for name, meant in aliases.items() if len(meant) == 1}
        self._doubtful = {name for name, meant in aliases.items() if len(meant) > 1}

    def known(self, name: str, path: str) -> str:
        """A type with its aliases written out; empty when it cannot be told."""
        if not name:
            return ""
        for match in _CALL.finditer(name):
            meant = self._returned(int(match[1]), match[2].split("::"))
            if not meant:
                return ""
            name = name.replace(match[0], meant)
        for _ in range(_MAX_ALIASES):
            longer = _WORD.sub(lambda match: self._meant(match[0], path), name)
            if longer == name:
                break
            name = longer
        return "" if any(word in self._doubtful for word in _WORD.findall(name)) else name

    def _meant(self, word: str, path: str) -> str:
        """What a word of a type stands for in a file: its own alias, what it imports under that
        name (``use sea_orm::DatabaseConnection as Db``), else an alias of another file."""
        own = self._own.get(path, {}).get(word)
        if own is not None:
            return own
        file = scanned(self._target, outline).get(path)
        for name, where in file.imports if file is not None else ():
            if name == word and where and where[-1] != word:
                return where[-1]
        return self._aliases.get(word, word)

    def _returned(self, unwraps: int, path: list[str]) -> str:
        """What a call gives after it was unwrapped so many times."""
        name = path[-1]
        owner = path[-2] if len(path) > 1 and path[-2][:1].isupper() else ""
        owner = self._aliases.get(owner, owner)
        found = _returns(self._target).get((owner.partition("<")[0], name))
        if found is None:
            # A type of a library, or a derived `default`: a constructor gives its own type.
            if unwraps <= 2 and name in ("connect", "connect_lazy"):
                return _CONNECTED.get(owner, "")
            return owner if owner and name in ("new", "default") and unwraps <= 1 else ""
        kind = found
        for _ in range(unwraps):
            inner = _FIRST.match(kind)
            if inner is None:
                return ""
            kind = _first_argument(inner[1])
        if kind == "Self":
            return owner
        return "" if not kind or "impl" in kind or "Self" in kind or "(" in kind else kind


def _first_argument(inside: str) -> str:
    depth = 0
    for index, letter in enumerate(inside):
        depth += (letter in "<(") - (letter in ">)")
        if letter == "," and not depth:
            return inside[:index]
    return inside


@passing
def _returns(target: Target) -> Mapping[tuple[str, str], str]:
    """(type, function) → the bare type that Rust functions so called return; empty when they do
    not agree."""
    found: dict[tuple[str, str], str] = {}
    for path, file in scanned(target, outline).items():
        if path.endswith(".rs"):
            for one in file.functions:
                if not one.is_test:
                    kind = intern(bare_type(one.returns.strip().removeprefix("->")))
                    name = intern(one.owner), intern(one.name)
                    if found.setdefault(name, kind) != kind:
                        found[name] = ""
    return found
