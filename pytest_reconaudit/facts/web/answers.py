"""Operations that answer without waiting, because the answer is kept, cached or handed to them, and
those that go through one connection.
"""

from __future__ import annotations

import re

from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.web.named_functions import body_of, what_is_named
from pytest_reconaudit.facts.web.nearness import INSTANT
from pytest_reconaudit.facts.web.operations import HANDED
from pytest_reconaudit.facts.web.shared_connections import is_bound, is_transactional
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import Awaited
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
from pytest_reconaudit.target import Target, once

__all__ = ["connections_of", "is_free", "is_handed", "is_kept", "may_share"]


_HANDLE = regex(
    r"\b(?:PoolClient|(?:Pool)?Connection|Client(?:Base|Session)?|\w*Transaction(?:Client)?|Trx"
    r"|EntityManager|QueryRunner|ReservedSql|TransactionSql|DatabaseSession)\b(?!\s*\()"
)
_TAKEN = regex(
    r"^=(?:\s*await)?\s*(?:[\w.$#]+\.)?(?:connect|getConnection|reserve|acquire|startSession"
    r"|createQueryRunner|beginTransaction|transaction)\("
)
"""One connection or transaction of a database, by its type or by where it is taken from."""


def connections_of(target: Target, path: str, line: int) -> frozenset[str]:
    """The names of a function that hold one connection or transaction of a database."""
    ref = function_at(target, path, line)
    if ref is None:
        return frozenset()
    function = outlined(target, ref)
    return frozenset(
        name
        for name, kind in (*function.parameters, *function.locals)
        if _TAKEN.match(kind) or (not kind.startswith(("=", "fn")) and _HANDLE.search(kind))
    )


_TRANSACTION = regex(
    r"\b(?:txClient|txHost|getTx|(?:get|current)Transaction\w*|transactionClient|getEntityManager)\b"
)
"""What gives the connection of the transaction that is under way."""


def may_share(target: Target, path: str, one: Awaited) -> bool:
    """Whether an operation goes through the transaction of whoever calls, when there is one."""
    return (
        _TRANSACTION.search(one.whole) is not None
        or any(
            _TRANSACTION.search(body_of(target, at, made))
            for at, made in what_is_named(target, path, one)
        )
        or is_bound(target, path, one)
        or is_transactional(target, path, one)
    )


def is_handed(one: Awaited, handles: frozenset[str]) -> bool:
    """Whether an operation goes through a connection or transaction that others use too."""
    if HANDED.search(one.whole):
        return True
    return any(
        one.receiver.partition(".")[0].rstrip("?!") == name
        or re.search(rf"[(,]\s*{re.escape(name)}\s*[,)]", one.whole)
        for name in handles
    )


def is_kept(target: Target, path: str, operation: Awaited) -> bool:
    """Whether what an operation answers is kept after the first time: by the function that is
    meant, of a method that cannot be resolved by one of that name."""
    return any(_keeps(target, at, one) for at, one in what_is_named(target, path, operation))


def is_free(target: Target, path: str, operation: Awaited) -> bool:
    """Whether an operation answers at once, the first time left out."""
    return (
        any(
            _keeps(target, at, one)
            or _is_instant(target, at, one)
            or _is_cached(target, at, one)
            or _is_supplied(target, at, one, operation)
            for at, one in what_is_named(target, path, operation)
        )
        or "cache" in operation.name.lower()
    )


_LOOKS_UP = regex(
    r"\bthis\.[#_]?\w*[cC]ache\w*[?!]?\.(?:get|has|wrap|fetch|getOrSet|remember)\w*\b"
)
_OWN_CALL = regex(r"\bthis\.([A-Za-z_$][\w$]*)\s*(?:<[^;{}()]{0,200}>)?\(")


def _is_cached(target: Target, path: str, function: OutlinedFunction) -> bool:
    """Whether a method looks its answer up in a cache first, itself or by one that it calls."""
    if not function.owner:
        return False
    body = body_of(target, path, function)
    return _LOOKS_UP.search(body) is not None or any(
        match[1] in _caching(target) for match in _OWN_CALL.finditer(body)
    )


@once
def _caching(target: Target) -> frozenset[str]:
    """The names of methods of scripts that look into a cache of their object."""
    return frozenset(
        one.name
        for path, file in scanned(target, outline).items()
        if not path.endswith((".py", ".rs")) and _LOOKS_UP.search(target.text(path))
        for one in file.functions
        if one.owner and _LOOKS_UP.search(body_of(target, path, one))
    )


_KEEPS = regex(
    r"\bif\s*\(\s*!\s*(?P<unset>(?:this\.)?#?[\w$]+)\s*\)|(?P<or>(?:this\.)?#?[\w$]+)\s*(?:\?\?|\|\|)="
    r"|\bif\s*\(\s*(?P<set>(?:this\.)?#?[\w$]+)(?:\s*!==?\s*(?:null|undefined))?\s*\)\s*\{?\s*"
    r"return\s+(?:await\s+)?(?P=set)\b"
)


def _is_instant(target: Target, path: str, function: OutlinedFunction) -> bool:
    """Whether a function waits for nothing."""
    if not function.is_async or function.bodiless:
        return False
    return INSTANT.search(body_of(target, path, function)) is None


_SUPPLIED = regex(
    r"\btypeof\s+(?P<a>\w+)\s*===?\s*['\"]undefined['\"]\s*\?\s*\(?\s*await\b"
    r"|(?P<b>\w+)\s*(?:\?\?|\|\|)\s*\(?\s*await\b"
    r"|(?P<c>\w+)\s*\?\s*(?P=c)\s*:\s*\(?\s*await\b"
)
"""Waiting for what a parameter holds already, where it is given."""
_AWAIT = regex(r"\bawait\b")


def _is_supplied(target: Target, path: str, function: OutlinedFunction, operation: Awaited) -> bool:
    """Whether all that a function waits for is what this call hands to it."""
    if not function.is_async or function.bodiless or operation.whole.count("(") != 1:
        return False
    body = body_of(target, path, function)
    found = list(_SUPPLIED.finditer(body))
    if not found or len(found) != len(_AWAIT.findall(body)):
        return False
    given = operation.whole.count(",") + 1
    names = {name: at for at, (name, _) in enumerate(function.parameters)}
    return all(names.get(one["a"] or one["b"] or one["c"], given) < given for one in found)


def _keeps(target: Target, path: str, function: OutlinedFunction) -> bool:
    """Whether a function gives a variable outside of it the answer once, and that from then on."""
    body = body_of(target, path, function)
    own = {name for name, _ in function.parameters}
    for match in _KEEPS.finditer(body):
        name = match["unset"] or match["or"] or match["set"]
        word = re.escape(name)
        if name in own or re.search(rf"\b(?:const|let|var)\s+{word}\b", body):
            continue
        given = re.search(rf"(?<![\w.]){word}\s*(?:\?\?|\|\|)?=(?![=>])", body)
        if given is not None and (
            not match["unset"] or re.search(rf"(?<![\w.]){word}\b(?!\s*=[^=])", body[match.end() :])
        ):
            return True
    return False
