"""Operations that wait for nothing, or for the machine itself: its files, its processor, a database
whose driver is synchronous.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.packages import NpmPackage, npm_at, npm_packages
from pytest_reconaudit.facts.web.named_functions import (
    body_of,
    imported_as,
    methods_named,
    what_is_named,
)
from pytest_reconaudit.facts.web.operations import is_database, words_of
from pytest_reconaudit.facts.web.waiters import PAGE
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import Awaited
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
from pytest_reconaudit.target import Target, once

__all__ = ["INSTANT", "is_at_once", "is_near", "is_of_page_alone"]


_NEAR = frozenset(
    {"fs", "fs/promises", "fs-extra", "graceful-fs", "crypto", "path", "url", "zlib", "os", "util"}
)
"""Modules that wait for the machine itself: its files, its processor."""
_WAITED = regex(r"\bawait\s+(?:\(\s*)?(import(?=\s*\()|[\w$#]+(?:[?!]?\.[\w$#]+){0,6})")
_REMOTE = regex(
    r"\b(?:fetch|axios|got|ky|ofetch|request|prisma|knex|redis|s3|https?|sql|db)\b\s*[.(`]"
    r"|(?:[cC]lient|[aA]pi|[rR]epository|[sS]ervice|[qQ]ueue|[pP]rovider)\b\s*[.(]"
    r"|\.(?:query|post|send|execute|invoke)\("
    r"|\.find\w*\((?!\s*(?:\w+|\([^()\n]*\))\s*=>)"
)
_NEAR_DEPTH = 3


def is_near(target: Target, path: str, operation: Awaited) -> bool:
    """Whether an operation waits for nothing, or for files and modules of the machine alone: one
    after another they take hardly longer than together."""
    if _comes_from_machine(target, path, (operation.receiver or operation.name).split(".")[0]):
        return True
    if "import.meta.url" in operation.whole:
        return True  # a file that lies beside the module
    if _KEPT_HERE.search(f"{operation.receiver}.{operation.name}"):
        return True
    words = words_of(operation.name)
    if _LOCALLY & set(words) or {"file", "entry"} <= set(words):
        return True
    if _ADDRESS & set(words) and words[0] not in ("fetch", "load", "download", "read"):
        return True
    return _may_stay_near(target, list(what_is_named(target, path, operation)), _NEAR_DEPTH)


_KEPT_HERE = regex(
    r"(?i)local_?(?:storage|config|store|state)|async_?storage|secure_?store|persistence\w{0,20}\."
    r"|shared_?preferences|encrypted_?storage|session_?storage|indexed_?db"
    r"|\.get(?:text|asstring|asfile|asfilesystemhandle)$"
    r"|^window\.(?!fetch\b)\w+\.\w|\bipcrenderer\."
)
"""What a browser or an application keeps on its user's own machine, what was dropped on it, and
what the page of a desktop application asks its own process."""
_LOCALLY = frozenset(
    {
        "hash",
        "sha",
        "digest",
        "checksum",
        "fingerprint",
        "directory",
        "dropped",
        "zip",
        "kv",
        "kvs",
        "kvn",
        "kvb",
        "keychain",
    }
)
"""Words of what is computed from, or read of, a file that lies on the user's own machine."""
_ADDRESS = frozenset({"url", "urls", "uri", "presigned", "signed"})
"""Words of what only makes or signs an address."""


def _may_stay_near(target: Target, named: list[tuple[str, OutlinedFunction]], depth: int) -> bool:
    """Whether a function, or one of several that stand in for each other, stays on the machine:
    where files lie in its own folder unless somebody sets up a bucket."""
    near = (_stays_near(target, at, one, depth) for at, one in named)
    several = len({one.owner for _, one in named if one.owner}) > 1
    return bool(named) and (any(near) if several else all(near))


def _comes_from_machine(target: Target, path: str, name: str) -> bool:
    file = scanned(target, outline).get(path)
    return file is not None and any(
        known == name and words[0].removeprefix("node:") in _NEAR for known, words in file.imports
    )


def _stays_near(target: Target, path: str, function: OutlinedFunction, depth: int) -> bool:
    """Whether all that a function waits for is near; what waits for nothing is told elsewhere."""
    known = _nearness(target)
    key = (path, function.line, function.name, depth)
    if key not in known:
        known[key] = _waits_nearby(target, path, function, depth)
    return known[key]


def _reads_cookie(target: Target, path: str, called: str) -> bool:
    """Whether what is called reads or signs a cookie alone, as Remix keeps sessions in one."""
    holder, _, name = called.partition(".")
    if name not in ("getSession", "commitSession", "destroySession", "parse", "serialize"):
        return False
    made = target.text(path).partition(f"{holder} = ")[2]
    return made.startswith(("createCookieSessionStorage", "createCookie("))


@once
def _nearness(target: Target) -> dict[tuple[str, int, str, int], bool]:
    """(path, line, name, depth) → :func:`_stays_near`, which fills it."""
    return {}


def _waits_nearby(target: Target, path: str, function: OutlinedFunction, depth: int) -> bool:
    body = body_of(target, path, function)
    if not function.bodiless and INSTANT.search(body) is None:
        return True
    if any(
        _ASKS_ON.match(body, match.end()) is not None
        and not _comes_from_machine(target, path, match[1].split(".")[0])
        for match in _WAITED.finditer(body)
    ):
        return False
    called = {match[1] for match in _WAITED.finditer(body)}
    handed = {match[1] for match in _HANDS_ON.finditer(body)} - called
    here = {
        one
        for one in handed
        if one.rpartition(".")[2] in _PLAIN
        or _comes_from_machine(target, path, one.split(".")[0])
        or _reads_cookie(target, path, one)
    }
    handed -= here
    if not depth:
        return False
    for one in handed:
        receiver, _, name = one.rpartition(".")
        if receiver and receiver != "this" and len(some := methods_named(target).get(name, ())) > 1:
            return _may_stay_near(target, list(some), depth - 1)
    if _REMOTE.search(body):
        return False
    if not called:
        return not handed and (bool(here) or _STREAMS.search(body) is not None)
    file = scanned(target, outline).get(path)
    for one in called:
        if one in ("import", "Promise.all") or _comes_from_machine(target, path, one.split(".")[0]):
            continue
        if "." in one.removeprefix("this."):
            return False
        own = [
            other
            for other in (file.functions if file is not None else ())
            if other.name == one.removeprefix("this.") and other.line != function.line
        ]
        some = [(path, other) for other in own] or list(imported_as(target, path, one))
        if not some or not all(_stays_near(target, at, other, depth - 1) for at, other in some):
            return False
    return True


_ASKS_ON = regex(r"\([^()\n]{0,80}\)\s*[?!]?\.(?!then\b|catch\b|finally\b)\w+\(")
"""What is waited for is asked of what a call answers: ``await getDb().select()``."""
_HANDS_ON = regex(r"\breturn\s+([\w$#]+(?:[?!]?\.[\w$#]+){1,4})\(")
"""A call whose promise a function answers with."""
_PLAIN = frozenset(
    {"map", "filter", "join", "slice", "some", "every", "reduce", "includes", "trim", "toString",
     "split", "replace", "push", "concat", "flat", "flatMap", "at", "keys", "values", "entries",
     "toLowerCase", "toUpperCase", "padStart", "toFixed", "toISOString", "stringify", "parse"}
)  # fmt: skip
"""Methods of values that lie here."""
_STREAMS = regex(r"\.pipe\(|\bcreateReadStream\b|\.on\(\s*['\"](?:data|end|finish)['\"]")
INSTANT = regex(
    r"\bawait\b|\.then\(|\bnew Promise\b"
    r"|(?:\breturn\s+|=>\s*)(?!JSON\.|Object\.|Array\.|Promise\.resolve|String\(|Number\()[^;\n]*\("
)
"""What shows that a function may wait for something, or hand on what does."""
_AT_ONCE = frozenset({"better-sqlite3", "better-sqlite3-multiple-ciphers"})
_BUILT_IN = frozenset({"bun:sqlite", "node:sqlite"})
"""Drivers that answer at once, while all else stands still: together or in a row, it takes as
long."""
_FAR = regex(
    r"\b(?:fetch\w*|axios|got|ky|ofetch|request|s3|https?)\b\s*[.(`]|\.(?:send|post|invoke)\("
)


def is_at_once(target: Target, path: str, row: list[Awaited]) -> bool:
    """Whether a row only asks a database whose driver is synchronous, or may be: one of several.
    What a page asks its own program for, by whatever name, may end there as well."""
    if not _has_synchronous(target, posixpath.dirname(path)):
        return False
    page = PAGE.search(path) is not None
    return all(is_database(one) or (page and not _is_far(target, path, one)) for one in row)


def _is_far(target: Target, path: str, one: Awaited) -> bool:
    if words_of(one.name)[0] in ("fetch", "request", "download") or _FAR.search(one.whole):
        return True
    return any(
        _FAR.search(body_of(target, at, made)) for at, made in what_is_named(target, path, one)
    )


def _has_synchronous(target: Target, folder: str) -> bool:
    """Whether a package, or a member of the repository that it depends on, has such a driver."""
    return any(
        {name for section, name, _, _ in one.manifest.dependencies if section in _SHIPPED}
        & _AT_ONCE
        or one.folder in _built_in(target)
        for one in _with_members(target, folder)
    )


def _with_members(target: Target, folder: str) -> Iterator[NpmPackage]:
    """The package of a folder, and the members of the repository that it depends on."""
    first = npm_at(target, folder)
    members = {one.manifest.name: one for one in npm_packages(target) if one.manifest.name}
    some = [first] if first is not None else []
    seen: set[str] = set()
    while some:
        package = some.pop()
        if package.path in seen:
            continue
        seen.add(package.path)
        yield package
        # What is bundled is often asked for in the program's devDependencies.
        names = {
            name
            for section, name, _, _ in package.manifest.dependencies
            if section in _SHIPPED or package is first
        }
        some += [members[name] for name in sorted(names & members.keys())]


_IN_MEMORY = frozenset(
    {"sql.js", "@electric-sql/pglite", "wa-sqlite", "@sqlite.org/sqlite-wasm", "dexie", "idb",
     "rxdb", "lokijs", "alasql", "nedb", "minisearch", "fake-indexeddb", "@libsql/client-wasm"}
)  # fmt: skip
"""Databases that live in the page or the process itself."""
_NEW = regex(
    r"\b(?:const|let|var)\s+([\w$]{1,60})\s*(?::[^=\n]{1,80})?=\s*(?:await\s+)?\(?new\s+\w"
)


def is_of_page_alone(target: Target, path: str, row: list[Awaited]) -> bool:
    """Whether all of a row but one asks a thing that the file itself has made, in a program that
    brings a database which lives in the page: at most one of them is known to leave it."""
    if not _has_in_memory(target, posixpath.dirname(path)):
        return False
    made = set(_NEW.findall(target.text(path)))
    near = [
        one
        for one in row
        if one.receiver.split(".")[0].rstrip("?!") in made and not _is_far(target, path, one)
    ]
    return len(row) - len(near) < 2


def _has_in_memory(target: Target, folder: str) -> bool:
    """Whether a package, or a member of the repository that it depends on, has such a database."""
    return any(
        {name for section, name, _, _ in one.manifest.dependencies if section in _SHIPPED}
        & _IN_MEMORY
        for one in _with_members(target, folder)
    )


_SHIPPED = ("dependencies", "optionalDependencies", "peerDependencies")


@once
def _built_in(target: Target) -> frozenset[str]:
    """Folders of the packages that import a synchronous driver of their runtime."""
    found = set()
    for path, file in scanned(target, outline).items():
        if path.endswith((".py", ".rs")) or is_test_path(path):
            continue
        if any(words[0] in _BUILT_IN for _, words in file.imports if words):
            package = npm_at(target, posixpath.dirname(path))
            found.add(package.folder if package is not None else "")
    return frozenset(found)
