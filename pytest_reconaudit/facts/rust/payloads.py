"""Uploads, files and exports that a request handler holds in memory as a whole."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.code.functions import (
    Reached,
    callers_of,
    function_at,
    handlers,
    outlined,
    reached,
)
from pytest_reconaudit.facts.code.places import is_test_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.network.listeners import package_folder
from pytest_reconaudit.facts.packages import cargo_at
from pytest_reconaudit.facts.query.lists import is_guarded
from pytest_reconaudit.facts.rust.module_tree import crate_sources
from pytest_reconaudit.model import Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.payloads import HeldPayload, held_payloads
from pytest_reconaudit.target import Target, once

__all__ = ["HeldInMemory", "PayloadFile", "payload_files"]

_LARGE = 8 * 1024 * 1024
"""Bytes of a request's body that no server minds to hold."""
_WEIGHTS = {"file": Severity.LOW, "export": Severity.LOW}
"""What the server stores itself is as large as it lets it be."""
_FRAMEWORKS = frozenset({"chunks", "field", "body"})
_REFUSING = regex(
    r"(?:len|length|size|bytes|body|content|upload|payload|file)_?limit"
    r"|(?:limit|check|validate|enforce|ensure|assert|verify)_(?:\w+_)?(?:len|length|size|bytes)(?:_|$)"
)
"""Names of functions that look at how large a request is: ``content_len_limit``,
``check_upload_size``."""


class HeldInMemory(Struct, frozen=True):
    held: HeldPayload
    place: Place
    severity: Severity
    route: str
    """The request that comes there; empty when none is known."""
    related: tuple[Note, ...]
    builder: bool = False
    """A builder of an answer, which may have headers by then, is given what was read."""


class PayloadFile(Struct, frozen=True):
    """A source file that takes uploads or gives files out."""

    path: str
    held: tuple[HeldInMemory, ...]
    framework: str = ""
    """``axum`` or ``actix``, as the file names them; empty otherwise."""
    crates: frozenset[str] = frozenset()
    """What its package depends on."""


@once
def payload_files(target: Target) -> tuple[PayloadFile, ...]:
    """Every file with handlers that hold a payload, by path; bounded ones have no ``held``."""
    unread = {path for crate in crate_sources(target) for path in crate.unread}
    found = []
    for path, record in scanned(target, held_payloads).items():
        if record.held and path not in unread and not is_test_path(path):
            text = target.text(path)
            kind = "axum" if "axum" in text else "actix" if "actix_web" in text else ""
            found.append(
                PayloadFile(
                    path, tuple(_judged(target, path, record.held)), kind, _crates(target, path)
                )
            )
    return tuple(sorted(found, key=lambda one: one.path))


def _crates(target: Target, path: str) -> frozenset[str]:
    package = cargo_at(target, posixpath.dirname(path))
    needs = package.manifest.dependencies if package is not None else ()
    return frozenset(one.package for one in needs if one.section == "dependencies")


@once
def _raised(target: Target) -> dict[str, list[tuple[int, Note]]]:
    """Package → the limits on bodies that its code raises: (bytes or -1, where)."""
    found: dict[str, list[tuple[int, Note]]] = {}
    for path, record in scanned(target, held_payloads).items():
        if is_test_path(path):
            continue
        for line, size, written in record.limits:
            note = Note(Place(path, line, 1), written)
            found.setdefault(package_folder(target, path), []).append((size, note))
    return found


@once
def _limiters(target: Target) -> frozenset[str]:
    return frozenset(
        package_folder(target, path)
        for path, record in scanned(target, held_payloads).items()
        if record.limiter and not is_test_path(path)
    )


def _limited(target: Target, path: str) -> bool:
    """Whether something bounds all bodies of the package."""
    return package_folder(target, path) in _limiters(target)


def _looks_at_size(target: Target, why: Reached) -> bool:
    """Whether a function on the way to the payload calls what refuses large bodies."""
    way = {*why.chain, *(caller for caller, _ in callers_of(target, why.chain[-1]))}
    return any(_REFUSING.search(call.name) for ref in way for call in outlined(target, ref).calls)


def _is_small(target: Target, path: str, held: HeldPayload) -> bool:
    """Whether the file that takes in what is read here refuses what is large: the avatar of
    ``get_avatar`` where ``set_avatar`` compares its length."""
    words = {word for word in held.function.lower().split("_") if len(word) > 3} - _VERBS
    lines = target.text(path).split("\n")
    for at, line in enumerate(lines):
        if words and _COMPARED.search(line):
            near = "\n".join(lines[max(at - _NEAR, 0) : at + _NEAR]).lower()
            if any(word in near for word in words):
                return True
    return False


_COMPARED = regex(
    r"\.len\(\)\s*(?:as\s+\w+\s*)?>=?\s*(?:[2-8]?\d{1,6}\b(?!_)(?:\s*\*\s*1_?024){0,1}\s*\{"
    r"|[1-8]\s*\*\s*1_?024\s*\*\s*1_?024\b|MAX_\w{1,40})"
)
_NEAR = 12
_VERBS = frozenset(
    {"read", "file", "serve", "download", "send", "handle", "handler", "fetch", "user"}
)


def _weight(target: Target, held: HeldPayload, why: Reached, *, chosen: bool) -> Severity:
    """How much it matters; little where who runs the platform sets the limit, or alone may ask.

    :param chosen: the limit is raised to what a setting says.
    """
    if is_guarded(target, why, why.route):
        return Severity.INFO
    return Severity.LOW if chosen else _WEIGHTS.get(held.kind, Severity.MEDIUM)


def _judged(target: Target, path: str, held: tuple[HeldPayload, ...]) -> Iterator[HeldInMemory]:
    for one in held:
        if one.kind in _FRAMEWORKS and (one.bounded or _limited(target, path)):
            continue
        ref = function_at(target, path, one.at)
        why = reached(target).get(ref) if ref is not None else None
        if why is None or (one.kind in _FRAMEWORKS and _looks_at_size(target, why)):
            continue
        if one.kind == "file" and _is_small(target, path, one):
            continue
        if one.kind == "body" and (ref is None or ref not in handlers(target)):
            continue
        related: list[Note] = []
        chosen = False
        if one.kind in ("field", "body"):
            homes = {path, why.route.place.path if why.route is not None else path}
            # The framework's own limit, 256 KiB or 2 MiB, holds unless somebody raises it.
            raised = [
                (size, note)
                for size, note in _raised(target).get(package_folder(target, path), ())
                if (size < 0 or size > _LARGE)
                # A layer of axum is for the routes beside it.
                and ("Payload" in note.message or note.place.path in homes)
            ]
            if not raised:
                continue
            related += [note for _, note in raised[:2]]
            chosen = all(size < 0 and "disable" not in note.message for size, note in raised)
        if one.use_line:
            related.append(Note(Place(path, one.use_line), "given as the answer"))
        route = ""
        if why.route is not None:
            route = why.route.request
            related.append(Note(why.route.place, "the route"))
        yield HeldInMemory(
            held=one,
            place=Place(path, one.line, 1),
            severity=weighed(_weight(target, one, why, chosen=chosen), path),
            route=route,
            related=tuple(related),
            builder=bool(one.use_line) and ".body(" in target.line(path, one.use_line),
        )
