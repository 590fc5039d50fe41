"""Every cache operation of the servers, its key resolved across files, and the families of keys.

A *family* is all that the repository does to the keys of one template. Browser code is left out:
what a page keeps for itself is no cache that a server could invalidate.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.applications import application_of, is_node_side
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.packages import npm_at
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_counts import counts
from pytest_reconaudit.readers.cache_records import (
    NO_TTL,
    OWN_TTL,
    UNKNOWN_TTL,
    CacheOp,
    Caches,
    KeyHelper,
    Wrapper,
)
from pytest_reconaudit.readers.cache_words import whole_number
from pytest_reconaudit.readers.scans.caches import caches
from pytest_reconaudit.target import Target, once

__all__ = [
    "CacheOperation",
    "KeyFamily",
    "cache_files",
    "counters",
    "families",
    "is_store",
    "may_hold",
    "module_name",
    "operations",
    "segments",
    "shown_ttl",
    "wrappers",
]

_HOLE = regex(r"\{([^{}]*)\}")
_CALL = regex(r"((?:[A-Za-z_$][\w$]*(?:::|\.))*)([A-Za-z_$][\w$]*)\(")
_PUT_IN = regex(
    r"(?:[A-Za-z_]\w*\.)*([A-Z][A-Z0-9_]{2,})(?:\.(?:format|replace)\s*\(|\s*%\s*[\w(])"
)
"""A constant with holes that is filled in: ``USER_KEY.format(id=user.id)``, ``USER_KEY % id``."""
_PLACEHOLDER = regex(r"\{\w*\}|%(?:\(\w+\))?[sd]|:\w+$")
_NAME = regex(r"(?:[A-Za-z_$][\w$]*(?:::|\.))*([A-Z][A-Z0-9_]{2,})")
_SUPPORTS_TESTS = regex(
    r"(?i)(?:^|/)(?:[\w-]{1,40}[-_])?(?:test[-_]?(?:kit|utils?|support|helpers?|harness|ing)|fixtures?)(?:/|\.\w+$)"
)
"""Packages and modules that tests are written with."""
_OF_CLASS = regex(r"(?:this|self|cls)\.")
_OWN = frozenset({"self", "Self", "this", "crate", "super", "cls"})
_WORDS = regex(r"[A-Za-z0-9]+")
_MEMBER = regex(r"\.([a-z]\w*)\b")


class CacheOperation(Struct, frozen=True, eq=False):
    """One operation with its key as far as the repository tells it."""

    path: str
    op: CacheOp
    template: str
    """The key with ``{}`` for what is put in at run time; empty when it is not known."""
    holes: tuple[str, ...]
    """Source of what is put in, in order."""
    ttl: int
    """Seconds, or one of the marks of ``readers.cache_records``."""
    variants: tuple[str, ...] = ()
    """The templates that it stands for where a condition chooses between some texts."""

    @property
    def place(self) -> Place:
        return Place(self.path, self.op.line)

    @property
    def wraps(self) -> bool:
        """It hands on a key that its function was given."""
        return bool(self.op.parameter)

    @property
    def shown(self) -> str:
        """The key as it is told: ``project:{}``."""
        return self.template or "a key that is not told here"


class KeyFamily(Struct, frozen=True, eq=False):
    """What the repository does to the keys of one template."""

    template: str
    writes: tuple[CacheOperation, ...]
    reads: tuple[CacheOperation, ...]
    deletes: tuple[CacheOperation, ...]
    """By the key, a pattern or a prefix of it; not those that delete everything."""
    others: tuple[CacheOperation, ...]
    """Counters, hashes, times to live."""

    @property
    def ttl(self) -> int:
        """The longest time that a write keeps the key."""
        known = [one.ttl for one in self.writes]
        if any(one == NO_TTL for one in known) and not any(
            one.op.verb == "touch" for one in self.others
        ):
            return NO_TTL
        return max(known, default=UNKNOWN_TTL)


def shown_ttl(seconds: int) -> str:
    """A time to live in words."""
    if seconds == NO_TTL:
        return "no TTL"
    if seconds in (OWN_TTL, UNKNOWN_TTL):
        return "TTL not told here"
    return f"TTL {seconds} s"


def module_name(path: str) -> str:
    """What Python calls the module in a file, as far as its path tells: ``shop.orders.views``."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def segments(template: str) -> list[str]:
    """The parts of a key between its separators: ``project`` and ``{}`` of ``project:{}``."""
    return [one for one in re.split(r"[:/|.#]+", template.strip("/")) if one]


@once
def cache_files(target: Target) -> Mapping[str, Caches]:
    """Path → what a source file of a server does with caches, by path."""
    return {
        path: found
        for path, found in sorted(scanned(target, caches).items())
        if not is_test_path(path)
        and not _SUPPORTS_TESTS.search(path)
        and not _in_browser(target, path, found)
    }


def _in_browser(target: Target, path: str, found: Caches) -> bool:
    if path.endswith((".rs", ".py")):
        return False
    if found.redis and any(op.store == "redis" for op in found.ops):
        return False
    if path.endswith((".tsx", ".jsx")):
        return True
    application = application_of(target, path)
    bundler = application.bundler
    if bundler is None:
        return False
    return not (bundler.server_side or is_node_side(path, target.text(path)))


@once
def operations(target: Target) -> tuple[CacheOperation, ...]:
    """Every operation, by path and line."""
    book = _Book(cache_files(target))
    return tuple(
        replace(one, ttl=max(one.ttl // 1000, 1)) if _in_milliseconds(target, one) else one
        for path, found in cache_files(target).items()
        for one in _of_file(book, path, found.ops)
    )


def _in_milliseconds(target: Target, one: CacheOperation) -> bool:
    """Whether a number of seconds is one of milliseconds: cache-manager counts in them since its
    version 5 (so does ``@nestjs/cache-manager`` since 2), in seconds before."""
    if one.ttl <= 0 or one.op.verb not in ("set", "wrap") or one.op.store != "service":
        return False
    if one.path.endswith((".rs", ".py")) or whole_number(one.op.ttl_text) != one.ttl:
        return False  # a duration, or large enough to be told by itself
    text = target.text(one.path)
    if "cache-manager" not in text and "CACHE_MANAGER" not in text:
        return False
    package = npm_at(target, posixpath.dirname(one.path))
    if package is None:
        return False
    for _, name, version, _ in package.manifest.dependencies:
        first = re.search(r"\d+", version)
        if first is not None and int(first[0][:6]) >= _MILLISECONDS_SINCE.get(name, 1_000):
            return True
    return False


_MILLISECONDS_SINCE = {"cache-manager": 5, "@nestjs/cache-manager": 2}


_NEAR = 8
"""Lines between a walk over keys and their deletion."""


def _of_file(book: _Book, path: str, ops: Iterable[CacheOp]) -> Iterator[CacheOperation]:
    found = []
    for op in ops:
        template, holes = book.resolved(path, op.key) if op.key else ("", ())
        told = [book.resolved(path, one)[0] for one in op.variants] if template else []
        variants = tuple([one for one in told if one])
        found.append(CacheOperation(path, op, template, holes, book.seconds(path, op), variants))
    walked: dict[int, list[CacheOperation]] = {}
    for one in found:
        if one.op.verb in ("scan", "raw") and one.template:
            walked.setdefault(one.op.function_line, []).append(one)
    for one in found:
        by: Iterable[CacheOperation] = walked.get(one.op.function_line, ())
        if not one.op.function_line:
            # A handler without a name: what was walked a few lines above.
            near = [each for each in by if 0 <= one.op.line - each.op.line <= _NEAR]
            by = near[-1:]
        if one.op.verb == "delete" and not one.template and by:
            # What is deleted was listed by a pattern just before.
            for scan in by:
                yield CacheOperation(
                    path, replace(one.op, verb="pattern"), scan.template, scan.holes, one.ttl
                )
        else:
            yield one


@once
def families(target: Target) -> tuple[KeyFamily, ...]:
    """Every template that something is written, read or deleted under, by template."""
    known = operations(target)
    by_template: dict[str, list[CacheOperation]] = {}
    patterns = [one for one in known if one.op.verb == "pattern" and one.template]
    deletes: dict[str, list[CacheOperation]] = {}
    for one in known:
        if one.op.verb == "delete" and one.template:
            for name in dict.fromkeys((one.template, *one.variants)):
                deletes.setdefault(name, []).append(one)
    near: dict[str, list[str]] = {}
    for name in deletes:
        near.setdefault(name[:2], []).append(name)
    for one in known:
        if one.template and one.op.verb != "pattern":
            by_template.setdefault(one.template, []).append(one)
    return tuple(
        _family(template, listed, patterns, deletes, near)
        for template, listed in sorted(by_template.items())
    )


def _family(
    template: str,
    listed: list[CacheOperation],
    patterns: list[CacheOperation],
    deletes: Mapping[str, list[CacheOperation]],
    near: Mapping[str, list[str]],
) -> KeyFamily:
    by_pattern = [
        one
        for one in patterns
        if matches(one.template, template) and not _is_deeper(one.template, template, listed)
    ]
    return KeyFamily(
        template,
        tuple([one for one in listed if one.op.verb in ("set", "wrap")]),
        tuple([one for one in listed if one.op.verb in ("get", "wrap")]),
        (*_deletes_of(template, listed, deletes, near), *by_pattern),
        tuple([one for one in listed if one.op.verb in ("other", "touch")]),
    )


_REPOSITORY = regex(r"(?:^|/)repositor(?:y|ies)/|(?:_|\b|(?-i:[a-z]))repository\.\w+$", 2)
_MANIFESTS = {".rs": "Cargo.toml", ".ts": "package.json", ".js": "package.json"}
_DATABASE = regex(
    r"\b(?:diesel|sqlx|sea-orm|tokio-postgres|deadpool-postgres|postgres|rusqlite|mongodb|mysql2?"
    r"|@?prisma|typeorm|knex|pg|mongoose|drizzle-orm|sequelize|kysely|objection)\b"
)
"""2 is ``re.IGNORECASE``."""


def is_store(target: Target, path: str) -> bool:
    """Whether what a file keeps in Redis is kept nowhere else, and no copy: it is a repository of
    a package that has no other database."""
    name = _MANIFESTS.get(posixpath.splitext(path)[1], "")
    if not name or _REPOSITORY.search(path) is None:
        return False
    manifest = posixpath.join(target.home(posixpath.dirname(path), name), name)
    return target.has(manifest) and _DATABASE.search(target.text(manifest)) is None


@once
def counters(target: Target) -> frozenset[str]:
    """The templates of keys that are the record of a count, not a copy: some code adds to them in
    place, or reads them and writes what it has read with something added."""
    known = operations(target)
    read = {(one.path, one.op.function_line, one.template) for one in known if one.op.verb == "get"}
    return frozenset(
        one.template
        for one in known
        if one.template
        and (
            (one.op.verb == "other" and counts(one.op.method))
            or (one.op.stored == "sum" and (one.path, one.op.function_line, one.template) in read)
        )
    )


def _deletes_of(
    template: str,
    listed: list[CacheOperation],
    deletes: Mapping[str, list[CacheOperation]],
    near: Mapping[str, list[str]],
) -> list[CacheOperation]:
    """The deletes of keys that may be of a template.

    :param near: the names of what is deleted by their first letters.
    """
    names = dict.fromkeys((template, *(name for one in listed for name in one.variants)))
    loose = [one for one in listed if one.op.verb in ("set", "wrap") and one.holes]
    for one in loose[:1]:
        names.update(
            dict.fromkeys(name for name in near.get(template[:2], ()) if may_hold(one, name))
        )
    return [*dict.fromkeys(one for name in names for one in deletes.get(name, ()))]


_LOOSE = regex(
    r"(?i)(?:^|[._])(?:suffix|variant|rest|tail|sub_?key|sub_?path)\w*$|[a-z](?:Suffix|Variant)$"
)
"""What may bring a separator of its own."""


def may_hold(write: CacheOperation, template: str) -> bool:
    """Whether what is put into a written key, where no separator stands before it, or its name
    tells that it has one, may make it a key of another template: ``meta:{}{}`` is ``meta:{}:slim``
    with the right suffix."""
    ends = _open_end(write)
    if ends is not None and template.startswith(ends[0]) and template.endswith(ends[1]):
        return True
    return _is_filled(write, template)


def _is_filled(write: CacheOperation, template: str) -> bool:
    """Whether each part of a template is that of a written key, or what its hole may hold: the
    ``{kind}`` of ``ferry:{}:{kind}`` may be ``night``, an id is no such word."""
    own, other = segments(write.template), segments(template)
    if len(own) != len(other) or write.template.count("{}") != len(write.holes) or write.variants:
        return False
    at, filled = 0, False
    for mine, theirs in zip(own, other, strict=True):
        if mine != theirs:
            if mine != "{}" or "{}" in theirs or _AN_ID.fullmatch(write.holes[at]):
                return False
            filled = True
        at += mine.count("{}")
    return filled


def _open_end(write: CacheOperation) -> tuple[str, str] | None:
    """(what is before, what is behind) the holes of a written key that may hold a separator."""
    own = write.template
    glued = own.find("{}{}")
    if glued >= 0:
        head, tail = own[: glued + 2], own[own.rfind("{}") + 2 :]
    elif own.endswith("{}"):
        head, tail = own[:-2], ""
        loose = bool(write.holes) and _LOOSE.search(write.holes[-1]) is not None
        if not loose and not head[-1:].isalnum():
            return None
    else:
        return None
    return (head, tail) if len(head) > 2 else None


_AN_ID = regex(r"(?:.*[._])?(?:id|uuid|pk|slug)|.*[a-z]Id")


def _is_deeper(pattern: str, template: str, listed: list[CacheOperation]) -> bool:
    """Whether a pattern names a part of the key (``order:list:*``) where the template has an id
    (``order:{}``), which holds no colon."""
    prefix = re.split(r"[*%?\[^]", pattern, maxsplit=1)[0]
    if prefix.count(":") <= template.count(":") or not template.endswith("{}"):
        return False
    return all(one.holes and _AN_ID.fullmatch(one.holes[-1]) for one in listed)


def matches(pattern: str, template: str) -> bool:
    """Whether a delete by pattern, prefix or tag may take a key of the template.

    Only what is before the first wildcard counts; a hole takes anything.
    """
    prefix = re.split(r"[*%?\[^]|\{\}", pattern, maxsplit=1)[0]
    if not prefix:
        return True
    literal = template.partition("{}")[0]
    return template.startswith(prefix) or (
        len(literal) < len(prefix) and prefix.startswith(literal) and "{}" in template
    )


@once
def wrappers(target: Target) -> Mapping[str, tuple[tuple[str, Wrapper], ...]]:
    """Name of a method that writes under a key it is given → (path, what it does without a TTL)."""
    found: dict[str, list[tuple[str, Wrapper]]] = {}
    for path, one in cache_files(target).items():
        for wrapper in one.wrappers:
            found.setdefault(wrapper.name, []).append((path, wrapper))
    return {name: tuple(listed) for name, listed in found.items()}


class _Book:
    """The helpers that build keys and the constants of all files, by name."""

    def __init__(self, files: Mapping[str, Caches]) -> None:
        self.helpers: dict[str, list[tuple[str, KeyHelper]]] = {}
        self.constants: dict[str, dict[str, list[str]]] = {}
        for path, found in files.items():
            for helper in found.helpers:
                self.helpers.setdefault(helper.name, []).append((path, helper))
            for name, value in found.constants:
                self.constants.setdefault(name, {}).setdefault(value, []).append(path)

    def resolved(self, path: str, key: str) -> tuple[str, tuple[str, ...]]:
        """(template, what is put in) of a key; an empty template when it cannot be told."""
        out, holes, last = [], [], 0
        for match in _HOLE.finditer(key):
            out.append(key[last : match.start()])
            last = match.end()
            text, inner = self._hole(path, match[1], whole=match[0] == key)
            if text is None:
                return "", ()
            out.append(text)
            holes += inner
        out.append(key[last:])
        template = " ".join("".join(out).split())
        if not re.search(r"[A-Za-z0-9]", template.replace("{}", "")):
            return "", ()
        return template, tuple(holes)

    def _hole(self, path: str, text: str, *, whole: bool) -> tuple[str | None, list[str]]:
        """What one hole stands for; ``None`` when the key cannot be told without it."""
        match = _PUT_IN.match(text)
        if match is not None:
            value = self.constant(path, match[1])
            if value is not None:
                return _PLACEHOLDER.sub("{}", value), [text]
        match = _CALL.match(text)
        if match is not None:
            words = [one for one in re.split(r"::|\.", match[1]) if one]
            helper = self._helper(path, match[2], words)
            if helper is not None:
                template = _HOLE.sub("{}", helper.template)
                return template, [*_HOLE.findall(helper.template), text]
            if whole:
                return None, []
            if match[2].lower().endswith(("key", "prefix")):
                return None, []
            return "{}", [text]
        if text == "__name__" and path.endswith(".py"):
            return module_name(path), [text]
        match = _NAME.fullmatch(text)
        if match is not None:
            value = self.constant(path, match[1])
            if value is not None:
                return value, []
            if _OF_CLASS.match(text) and not path.endswith(".rs"):
                # Each class has one of its own: another file's tells nothing.
                return (None if whole else f"<{match[1].lower()} of {module_name(path)}>"), [text]
            # The same name is the same text wherever it stands.
            return f"<{match[1].lower()}>", []
        return (None if whole else "{}"), [text]

    def _helper(self, path: str, name: str, words: list[str]) -> KeyHelper | None:
        known = self.helpers.get(name, ())
        if not known:
            return None
        last = words[-1] if words else ""
        if last in _OWN or not words:
            here = [one for where, one in known if where == path]
            if len(here) == 1:
                return here[0]
            if here or words:
                return None
        elif last:
            wanted = last.lower().replace("_", "")
            known = [
                (where, one)
                for where, one in known
                if wanted
                in {
                    one.owner.lower(),
                    *(module.lower().replace("_", "") for module in one.modules[-1:]),
                    posixpath.splitext(posixpath.basename(where))[0].lower().replace("_", ""),
                }
            ]
        templates = {_HOLE.sub("{}", one.template) for _, one in known}
        return known[0][1] if len(templates) == 1 else None

    def constant(self, path: str, name: str) -> str | None:
        """The value of a constant when all its definitions agree, or its own file tells it."""
        known = self.constants.get(name)
        if not known:
            return None
        if len(known) == 1:
            return next(iter(known))
        here = [value for value, paths in known.items() if path in paths]
        return here[0] if len(here) == 1 else None

    def seconds(self, path: str, op: CacheOp) -> int:
        """The time to live of a write, constants of other files put in."""
        if op.ttl != UNKNOWN_TTL or not op.ttl_text:
            return op.ttl
        match = re.search(r"\b([A-Z][A-Z0-9_]{2,})\b", op.ttl_text)
        if match is None:
            return op.ttl
        value = self.constant(path, match[1])
        if value is None or not value.isdecimal() or len(value) > 12:
            return op.ttl
        return int(value)


def words_of(texts: Iterable[str]) -> set[str]:
    """The lower-case words of some names, ``camelCase`` and ``snake_case`` taken apart."""
    found: set[str] = set()
    for text in texts:
        split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
        found.update(one.lower() for one in _WORDS.findall(split.replace("_", " ")))
    return found
