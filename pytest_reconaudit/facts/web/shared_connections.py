"""Queries that go through one connection: by a handle bound to a context, or in a transaction."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.code.functions import Ref, callees, function_at, outlined
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.askers import asking_functions
from pytest_reconaudit.facts.web.named_functions import body_of, meant_by
from pytest_reconaudit.facts.web.operations import is_database
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import Awaited
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
from pytest_reconaudit.target import Target, once

__all__ = ["is_bound", "is_transactional", "led_to"]

_BOUND = regex(
    r"\bget\w{0,40}Repository\(\s*(?P<context>\w{1,60})\s*,\s*[\w'\"`]"
    r"|(?<![\w$.])(?P<handle>\w{0,40}(?:[mM]anager|[eE]m|qr|[rR]unner))[!?]?(?:\.manager)?"
    r"\.(?:get\w{0,40}Repository|createQueryBuilder|find\w{0,40}|query|count\w{0,20})\("
)
"""What is asked for by a context, or by a handle that somebody else took."""
_DECORATOR = regex(r"@?(?:\w{1,40}\.)?Transaction(?:al)?\b")
_STEPS = 3


def is_bound(target: Target, path: str, one: Awaited) -> bool:
    """Whether an operation asks the database by a handle or context that the function is given, or
    by a function that does so: all that is asked by it may queue at one connection."""
    ref = function_at(target, path, one.line)
    if ref is None:
        return False
    function = outlined(target, ref)
    if _is_given(function, body_of(target, path, function), one.whole):
        return True
    bound = _bound(target)
    if not bound:
        return False
    asked = [other for other in meant_by(target, path, one) if other != ref]
    return any(not bound.isdisjoint(led_to(target, [other])) for other in asked)


def is_transactional(target: Target, path: str, one: Awaited) -> bool:
    """Whether an operation runs in a transaction that a decorator opens: of the function itself, or
    of one that leads to it when it asks the database."""
    opened = _opened(target)
    ref = function_at(target, path, one.line) if opened else None
    if ref is None or ref not in opened:
        return False
    if _is_decorated(outlined(target, ref)) or is_database(one):
        return True
    asking = asking_functions(target)
    return any(
        (at.path, outlined(target, at).line) in asking
        for at in meant_by(target, path, one)
        if at != ref
    )


def _is_given(function: OutlinedFunction, body: str, text: str) -> bool:
    names = {name for name, _ in function.parameters}
    for match in _BOUND.finditer(text):
        name = match["context"] or match["handle"]
        # A callback is given it: `transaction(async (manager) => …)`.
        taken = rf"\(\s*(?:async\s*)?\(?\s*{re.escape(name)}\b[^()=]{{0,80}}\)?\s*=>"
        if name in names or re.search(taken, body):
            return True
    return False


@once
def _bound(target: Target) -> frozenset[Ref]:
    """The functions of scripts that ask by what they are given."""
    found = set()
    for path, file in scanned(target, outline).items():
        if path.endswith((".py", ".rs")) or "epository(" not in target.text(path):
            continue
        for index, one in enumerate(file.functions):
            if one.parameters:
                body = body_of(target, path, one)
                if _is_given(one, body, body):
                    found.add(Ref(path, index))
    return frozenset(found)


def led_to(target: Target, starts: list[Ref]) -> set[Ref]:
    """What a few steps of calls lead to."""
    seen, level = set(starts), starts
    for _ in range(_STEPS):
        called = (refs for one in level for _, refs in callees(target, one))
        level = list(dict.fromkeys(one for refs in called for one in refs or () if one not in seen))
        seen.update(level)
    return seen


@once
def _opened(target: Target) -> frozenset[Ref]:
    """The functions under a decorator of transactions, and those that they lead to."""
    decorated = [
        Ref(path, index)
        for path, file in scanned(target, outline).items()
        if not path.endswith((".py", ".rs"))
        for index, one in enumerate(file.functions)
        if _is_decorated(one)
    ]
    return frozenset(led_to(target, decorated)) if decorated else frozenset()


def _is_decorated(function: OutlinedFunction) -> bool:
    return any(_DECORATOR.match(one) for one in function.attributes)
