"""Loops whose rounds wait for something outside of the database, which takes longer."""

from __future__ import annotations

from pytest_reconaudit.facts.callers import body_of
from pytest_reconaudit.facts.code.functions import Ref, callees, function_at, outlined
from pytest_reconaudit.facts.query.loop_bodies import further_statements
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["waits_elsewhere"]

_CALL = regex(r"(?<![\w.])((?:\w+\.){0,6}\w+)\s*\(")
_ERRAND = regex(
    r"(?:^|\.)(?:send_[a-z]\w*|send_?mail|apply_async|urlopen|sleep|upload_\w+|download_\w+|put_object"
    r"|delete_object|notify(?:_\w+)?|publish|enqueue)$"
    r"|(?:^|\.)(?:registry|smtp\w{0,9}|channel|sns|sqs|ses|mailer)\.send$"
    r"|^(?:requests|httpx|aiohttp|boto3|stripe|smtplib|subprocess|urllib|openai)\."
)
"""A call that waits for something outside of the database, and longer."""
_HOPS = 4


def waits_elsewhere(target: Target, path: str, line: int, loop_line: int) -> bool:
    """Whether each round of a loop in Python waits for another system: a mail, a service, a
    program.

    :param line: of a statement in the loop.
    """
    lines = target.lines(path)
    _, end = body_of(lines, loop_line)
    if any(_ERRAND.search(name) for name in _CALL.findall("\n".join(lines[loop_line - 1 : end]))):
        return True
    if any(one.kind == "file" for one in further_statements(target, path, loop_line, ())):
        return True
    ref = function_at(target, path, line)
    if ref is None:
        return False
    called = [
        other
        for call, refs in callees(target, ref)
        if loop_line <= call.line <= end
        for other in refs or ()
        if other != ref
    ]
    seen = {ref}
    for _ in range(_HOPS):
        if any(_is_errand(target, one) for one in called):
            return True
        seen.update(called)
        called = [
            other
            for one in dict.fromkeys(called)
            for _, refs in callees(target, one)
            for other in refs or ()
            if other not in seen
        ][:_MOST_CALLED]
    return False


_MOST_CALLED = 60


def _is_errand(target: Target, ref: Ref) -> bool:
    """Whether a function itself waits for another system."""
    return any(
        _ERRAND.search(f"{call.receiver}.{call.name}" if call.receiver else call.name)
        for call in outlined(target, ref).calls
    )
