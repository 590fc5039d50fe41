"""Rounds of a loop that change rows, themselves or by what they call."""

from __future__ import annotations

from pytest_reconaudit.facts.code.functions import Ref, callees, function_at, outlined
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.askers import asking_functions, changes_rows
from pytest_reconaudit.facts.query.tables import WRITES
from pytest_reconaudit.facts.web.named_functions import body_of
from pytest_reconaudit.facts.web.shared_connections import led_to
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import AwaitingLoop
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["round_changes_rows"]

_WRITE = regex(
    r"(?:\bget\w{0,40}Repository\([^()]{0,160}\)|[rR]epo(?:sitory)?)[!?]?\s{0,40}\.\s{0,40}"
    r"(?:save|insert|update|upsert|delete|remove|soft(?:Delete|Remove)|restore|increment|decrement"
    r"|(?:createQueryBuilder\([^()]{0,80}\)\s{0,40}\.(?:insert|update|delete)))\s?\("
)
"""A change of rows by a repository."""


def round_changes_rows(target: Target, path: str, loop: AwaitingLoop) -> bool:
    """Whether a round ends in writes to the database, also in loops inside of it: more of them at
    once are no gain, and what one reads another may have changed."""
    if _WRITE.search("\n".join(target.lines(path)[loop.line - 1 : loop.end])) is not None:
        return True
    caller = function_at(target, path, loop.line)
    if caller is None:
        return False
    own = asking_functions(target).get((path, outlined(target, caller).line))
    if own is not None and any(
        loop.line <= one.line <= loop.end and one.kind in WRITES for one in own.function.queries
    ):
        return True
    called = [
        ref
        for call, refs in callees(target, caller)
        if loop.line <= call.line <= loop.end
        for ref in refs or ()
        if ref != caller
    ]
    if any(changes_rows(target, ref) for ref in called):
        return True
    return bool(_writers(target)) and not _writers(target).isdisjoint(led_to(target, called))


@once
def _writers(target: Target) -> frozenset[Ref]:
    """The functions of scripts that change rows by a repository."""
    return frozenset(
        Ref(path, index)
        for path, file in scanned(target, outline).items()
        if not path.endswith((".py", ".rs"))
        if "epo" in target.text(path) and _WRITE.search(target.text(path)) is not None
        for index, one in enumerate(file.functions)
        if _WRITE.search(body_of(target, path, one)) is not None
    )
