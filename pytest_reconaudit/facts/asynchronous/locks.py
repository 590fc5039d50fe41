"""Locks in Rust that are taken again while they are held, and guards that live over an await."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, structs

from pytest_reconaudit.facts.asynchronous.map_values import let_go, map_value
from pytest_reconaudit.facts.asynchronous.request_rates import SAMPLES
from pytest_reconaudit.facts.asynchronous.running import named_route
from pytest_reconaudit.facts.asynchronous.suspensions import suspending
from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.code.functions import (
    Ref,
    function_at,
    handlers,
    outlined,
    rust_names,
)
from pytest_reconaudit.facts.code.names_rust import ModuleId, RustNames
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.code.unmade_types import is_unmade, makes_programs
from pytest_reconaudit.facts.packages import CargoPackage, cargo_at, cargo_packages
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.locks import (
    FileLocks,
    Guard,
    LockingFunction,
    LockSite,
    locks,
)
from pytest_reconaudit.readers.scans.map_guards import MapGuard, map_guards
from pytest_reconaudit.readers.scans.outline import OutlinedCall
from pytest_reconaudit.target import Target, once

__all__ = ["GuardAcross", "LockFile", "Reentry", "lock_files"]

_LOCK = regex(
    r"\b((?:\w+::)*)(Mutex|RwLock|ReentrantMutex|FairMutex|AsyncMutex|StdMutex)\s*(?:<|::new)"
)
_NAMES = frozenset({"Mutex", "RwLock", "ReentrantMutex"})
_ASYNC_CRATES = frozenset({"tokio", "async_std", "futures", "async_lock", "futures_util", "smol"})
_SYNC_CRATES = frozenset({"std", "parking_lot", "spin", "core", "lock_api", "no_std_compat"})
_ASKS = frozenset(
    {
        "execute", "fetch_one", "fetch_all", "fetch_optional", "get_result", "get_results", "send",
        "query_async", "begin", "commit", "query_one", "query_opt", "acquire",
    }
)  # fmt: skip
_WORD = regex(r"[A-Za-z_]\w*")
_STATE = regex(r"\b(?:Data|State|Extension)\s*<")


class Reentry(Struct, frozen=True):
    """A lock that is taken again while the same function holds it."""

    function: str
    clause: str
    """``a`` a method that is called takes it, ``b`` the function itself does, ``c`` the guard is a
    temporary in the head of ``if let``, ``while let``, ``match`` or ``for``."""
    held: LockSite
    at: Place
    """Where the guard is taken."""
    form: str
    kind: str
    """``Mutex`` or ``RwLock``, with its crate when known: ``tokio RwLock``."""
    again: Place
    """Where the second lock is taken."""
    mode: str
    """Of the second: ``lock``, ``read``, ``write``."""
    call: Note | None
    """The call that leads there; ``None`` when it stands in the function itself."""
    both_read: bool
    """Two reads: they wait for one another only when a writer waits in between."""
    surely: bool
    """``False`` when the method is one of several implementations of a trait."""
    route: str
    """``GET /items`` when a request is known to lead there."""
    unmade: bool = False
    """Nothing but tests makes a value of the type that the method is one of."""
    uncalled: bool = False
    """Of a program: no source but tests and the function itself mentions it."""
    name: str = ""
    """The variable that holds the guard; empty for a temporary."""


class GuardAcross(Struct, frozen=True):
    """A guard that is alive while the task is suspended."""

    function: str
    site: LockSite
    at: Place
    kind: str
    name: str
    awaits: tuple[Place, ...]
    asks: tuple[Note, ...]
    """Of a guard that may be held over an await: where a database or another server is asked."""
    reads: bool = False
    """It only keeps writers waiting."""
    again: tuple[Place, str] | None = None
    """Of a concurrent map: where, and by what, the guard's own function asks the map for what waits
    for the guard: the task hangs by itself."""
    changes: int = 0
    """Of a concurrent map: the line behind the awaits where something is changed by the guard."""
    beside: tuple[Note, ...] = ()
    """Of a concurrent map: the other guards of its file that live over an await."""
    fix: str = ""
    """Of a concurrent map: what to do instead."""
    ready: bool = False
    """Only sinks and methods of traits are awaited, and none of the repository's own ever waits."""
    free: str = ""
    """Of a concurrent map that is read: why nobody can wait for the guard: ``unwritten`` or
    ``alone``; empty where somebody may."""


class LockFile(Struct, frozen=True, eq=False):
    """A source file in which locks are taken."""

    path: str
    taken: int
    """How many locks its functions take."""
    reentries: tuple[Reentry, ...]
    blocking: tuple[GuardAcross, ...]
    """Guards of blocking locks that live over an await."""
    waiting: tuple[GuardAcross, ...]
    """Write guards of async locks on the application's state that live while a handler asks."""
    in_async: int
    """How many guards are held in async code."""

    @property
    def is_sample(self) -> bool:
        """It shows how a library is used, and serves nobody."""
        return SAMPLES.search(self.path) is not None


@once
def lock_files(target: Target) -> tuple[LockFile, ...]:
    """Every Rust file in which locks are taken, by path."""
    found = scanned(target, locks)
    maps = dict(_of_maps(target))
    if not found and not maps:
        return ()
    reader = _Reader(target, found)
    files = {path: reader.file(path, one) for path, one in found.items()}
    for path, (count, guards) in maps.items():
        known = files.get(path) or LockFile(path, 0, (), (), (), 0)
        files[path] = structs.replace(
            known,
            taken=known.taken + count,
            blocking=(*known.blocking, *guards),
            in_async=known.in_async + count,
        )
    return tuple(one for _, one in sorted(files.items()) if one.taken)


def _of_maps(target: Target) -> Iterator[tuple[str, tuple[int, tuple[GuardAcross, ...]]]]:
    """(path, (how many were looked at, guards of concurrent maps that live over an await)) of every
    file with some. What a file does again with the guards of one map, in the same way or three
    times and more, is one thing to mend; where a task waits for its own guard is another."""
    for path, record in scanned(target, map_guards).items():
        if is_test_path(path):
            continue
        alone: list[GuardAcross] = []
        kin: dict[tuple[str, bool, bool, str], list[GuardAcross]] = {}
        for one in record.guards:
            ref = function_at(target, path, one.line)
            value = map_value(target, ref, one.receiver) if ref is not None else None
            lines, ready = one.awaits, False
            if ref is not None:
                awaited = [("", line) for line in lines]
                key = value.key if value is not None else None
                kept, ready = suspending(target, ref, awaited, key, one.name)
                lines = tuple(lines[index] for index in kept)
            if not lines and not one.again:
                continue
            waited = "\n".join(target.line(path, line) for line in lines)
            found = GuardAcross(
                f"{one.owner}::{one.function}" if one.owner else one.function,
                LockSite(one.receiver, one.mode, one.line, False, False),
                Place(path, one.line, one.column),
                "DashMap",
                one.name,
                tuple(Place(path, line) for line in lines),
                (),
                one.mode in ("get", "iter"),
                (Place(path, one.again), one.by) if one.again else None,
                one.changes,
                fix=let_go(one, value, waits=waited),
                ready=ready and not one.again,
                free=_free(target, path, one),
            )
            if found.again is not None:
                alone.append(found)
            else:
                kin.setdefault((one.receiver, found.reads, ready, found.free), []).append(found)
        for alike in kin.values():
            if len(alike) < _MANY_ALIKE and len({one.site.mode for one in alike}) > 1:
                alone += alike
                continue
            first, *rest = alike
            beside = tuple(Note(one.at, f"{one.function} holds one too") for one in rest)
            alone.append(structs.replace(first, beside=beside))
        alone.sort(key=lambda one: one.at.key())
        yield path, (len(record.guards), tuple(alone))


_MANY_ALIKE = 3
_ROOTS = ("mod.rs", "lib.rs", "main.rs")


def _free(target: Target, path: str, one: MapGuard) -> str:
    if not one.free or one.again or _is_named_below(target, path, one.receiver):
        return ""
    return one.free


def _is_named_below(target: Target, path: str, receiver: str) -> bool:
    """Whether a module below a file, which sees its private fields, names the field of a map."""
    folder, _, name = path.rpartition("/")
    below = folder if name in _ROOTS else path.removesuffix(".rs")
    word = receiver.rpartition(".")[2]
    named = re.compile(rf"\.\s*{re.escape(word)}\b")
    return any(
        one != path
        and one.endswith(".rs")
        and (not below or one.startswith(f"{below}/"))
        and word in target.text(one)
        and named.search(target.text(one)) is not None
        for one in target.files
    )


class _Kind(Struct, frozen=True):
    name: str
    crate: str
    """``tokio``, ``std`` …; empty when it cannot be told."""

    @property
    def is_async(self) -> bool:
        return self.crate in _ASYNC_CRATES

    @property
    def shown(self) -> str:
        return f"{self.crate} {self.name}".strip()


class _Reader:
    def __init__(self, target: Target, found: Mapping[str, FileLocks]) -> None:
        self.target = target
        self.names: RustNames = rust_names(target)
        self.locking: dict[Ref, LockingFunction] = {
            Ref(path, one.index): one
            for path, file in found.items()
            for one in file.functions
            if path in self.names.outlines
        }
        self.written = self._written()

    def _written(self) -> set[tuple[object, ...]]:
        """Locks that someone takes for writing."""
        found = set()
        for ref, one in self.locking.items():
            for site in one.sites:
                if site.mode == "write":
                    identity = self._identity(ref, site.receiver)
                    if identity is not None:
                        found.add(identity)
        return found

    def file(self, path: str, one: FileLocks) -> LockFile:
        reentries: list[Reentry] = []
        blocking: list[GuardAcross] = []
        waiting: list[GuardAcross] = []
        taken = held = 0
        for function in one.functions:
            ref = Ref(path, function.index)
            if ref not in self.locking:
                continue
            for site in function.sites:
                taken += self._kind(ref, site) is not None
            for guard in function.guards:
                kind = self._kind(ref, guard.site)
                if kind is None or kind.name == "ReentrantMutex":
                    continue
                held += guard.is_async
                reentries += self._reentries(ref, guard, kind)
                across = self._across(ref, guard, kind)
                if across is not None:
                    (waiting if kind.is_async else blocking).append(across)
        return LockFile(path, taken, tuple(reentries), tuple(blocking), tuple(waiting), held)

    # -- which lock --------------------------------------------------------------------------

    def _kind(self, ref: Ref, site: LockSite) -> _Kind | None:
        """What kind of lock a place is; ``None`` when it is none or that cannot be told."""
        declared = self.names.declared(site.receiver, ref)
        if declared is None:
            return None
        text, where = declared
        kind = self._lock_in(text, where, 0)
        if kind is None or (kind.name == "RwLock") != (site.mode in ("read", "write")):
            return None
        if kind.is_async and not site.awaited:
            return None  # a future, not a guard
        if kind.crate in _SYNC_CRATES and site.awaited:
            return None
        return kind

    def _lock_in(self, text: str, where: ModuleId, depth: int) -> _Kind | None:
        match = _LOCK.search(text)
        if match is not None:
            words = tuple(word for word in match[1].split("::") if word)
            full = self.names.origin(where, (*words, match[2]))
            name = full[-1] if full[-1] in _NAMES else match[2]
            crate = full[0] if len(full) > 1 else ""
            if name == "FairMutex":
                name = "Mutex"
            return _Kind(name, crate) if name in _NAMES else None
        if text.startswith("=") or depth > 3:
            return None
        for word in _words(text):
            full = self.names.origin(where, (word,))
            if len(full) > 1 and full[-1] in _NAMES:  # `use parking_lot::RwLock as Lock`
                return _Kind(full[-1], full[0])
            entity = self.names.lookup(where, word)
            if entity is None or entity.kind != "type":
                continue
            key = (entity.crate, *entity.words)
            known = self.names.type_at(key)
            if known is not None and known.kind == "alias" and known.bases:
                return self._lock_in(known.bases[0], (key[0], key[1:-1]), depth + 1)
        return None

    def _identity(self, ref: Ref, receiver: str) -> tuple[object, ...] | None:
        """What tells a lock from others: its type and field, or its static."""
        head, dot, last = receiver.rpartition(".")
        if dot:
            typed = self.names.expression(head, ref, 0)
            return (typed.key, last) if typed is not None and typed.key is not None else None
        if receiver.rpartition("::")[2][:1].isupper():
            declared = self.names.declared(receiver, ref)
            return (declared[1], receiver.rpartition("::")[2]) if declared is not None else None
        return None

    # -- taken again -------------------------------------------------------------------------

    def _reentries(self, ref: Ref, guard: Guard, kind: _Kind) -> list[Reentry]:
        function, found = outlined(self.target, ref), []
        held = guard.site
        late = self._lives_in_else(ref.path)
        identity = self._identity(ref, held.receiver)
        is_temporary = guard.form in ("if let", "while let", "match", "for") and not guard.name

        def add(again: Place, mode: str, call: Note | None, surely: bool) -> None:
            both = held.mode == "read" and mode == "read"
            if both and (identity is None or identity not in self.written):
                return
            found.append(
                Reentry(
                    function=f"{function.owner}::{function.name}"
                    if function.owner
                    else function.name,
                    clause="c" if is_temporary else "a" if call is not None else "b",
                    held=held,
                    at=Place(ref.path, held.line),
                    form=guard.form,
                    kind=kind.shown,
                    again=again,
                    mode=mode,
                    call=call,
                    both_read=both,
                    surely=surely,
                    route=named_route(self.target, ref),
                    unmade=bool(function.owner) and is_unmade(self.target, function.owner),
                    uncalled=makes_programs(self.target)
                    and bool(uncalled(self.target, Place(ref.path, function.line))),
                    name=guard.name,
                )
            )

        for site, otherwise in guard.relocks:
            if (late or not otherwise) and self._kind(ref, site) is not None:
                add(Place(ref.path, site.line), site.mode, None, True)
        for call, otherwise in guard.calls:
            if otherwise and not late:
                continue
            for site, where, surely in self._taken_by(ref, call, held):
                note = Note(Place(ref.path, call.line), f"{_said(call)}")
                add(where, site.mode, note, surely)
        return found

    def _taken_by(
        self, caller: Ref, call: OutlinedCall, held: LockSite
    ) -> list[tuple[LockSite, Place, bool]]:
        """The lock that is held as a called method takes it, at most once for each method."""
        refs = self.names.meant(caller, call) or ()
        found = []
        for ref in refs:
            one, function = self.locking.get(ref), outlined(self.target, ref)
            if one is None or ref == caller or (function.is_async and not call.awaited):
                continue
            static = "." not in held.receiver
            if static:
                identity = self._identity(caller, held.receiver)
                sites = [
                    site
                    for site in one.sites
                    if "." not in site.receiver and self._identity(ref, site.receiver) == identity
                ]
                if identity is None:
                    continue
            else:
                if not function.parameters or "self" not in function.parameters[0][0]:
                    continue
                inner = held.receiver[len(call.receiver) + 1 :]
                sites = [site for site in one.sites if site.receiver == f"self.{inner}"]
            sites = [site for site in sites if self._kind(ref, site) is not None]
            # What excludes the other comes first: two reads are the lesser thing.
            sites.sort(key=lambda site: (held.mode == "read" and site.mode == "read", site.line))
            if sites:
                found.append((sites[0], Place(ref.path, sites[0].line), len(refs) == 1))
        return found

    def _lives_in_else(self, path: str) -> bool:
        """Whether a temporary of ``if let`` lives in its ``else``: before edition 2024."""
        package = cargo_at(self.target, path.rpartition("/")[0])
        return package is None or _edition(self.target, package) < "2024"

    # -- over an await -----------------------------------------------------------------------

    def _across(self, ref: Ref, guard: Guard, kind: _Kind) -> GuardAcross | None:
        if guard.form not in ("let", "if let", "while let") or not guard.is_async:
            return None
        function = outlined(self.target, ref)
        name = f"{function.owner}::{function.name}" if function.owner else function.name
        at = Place(ref.path, guard.site.line)
        if not guard.site.awaited and kind.crate in _SYNC_CRATES:
            if not guard.awaits:
                return None
            kept, ready = suspending(self.target, ref, guard.awaited)
            lines = dict.fromkeys(guard.awaits[index] for index in kept)
            if not lines:
                return None
            awaits = tuple(Place(ref.path, line) for line in lines)
            return GuardAcross(
                name, guard.site, at, kind.shown, guard.name, awaits, (), ready=ready
            )
        if not kind.is_async or guard.site.mode == "read" or ref not in handlers(self.target):
            return None
        root = guard.site.receiver.partition(".")[0]
        given = next((text for one, text in function.parameters if root in one), "")
        asks = tuple(
            Note(Place(ref.path, line), f"`.{word}()` is awaited")
            for word, line in guard.asked
            if word in _ASKS
        )
        if not asks or not _STATE.search(given):
            return None
        awaits = tuple(note.place for note in asks)
        return GuardAcross(name, guard.site, at, kind.shown, guard.name, awaits, asks)


def _said(call: OutlinedCall) -> str:
    before = f"{call.receiver}." if call.receiver else "::".join((*call.path[:-1], ""))
    return f"`{before}{call.name}()`"


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word[:1].isupper()]


def _edition(target: Target, package: CargoPackage) -> str:
    """The edition of a package, or of its workspace."""
    if package.manifest.edition:
        return package.manifest.edition
    root = next((one for one in cargo_packages(target) if one.folder == package.workspace), None)
    return root.manifest.edition if root is not None else "2015"
