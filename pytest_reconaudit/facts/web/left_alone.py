"""Work of a server that no request waits for, although a request's function leads to it.

Nobody waits where every way from a request ends on the way up: at a listener of events or a timer,
at a call whose promise is dropped, or at a call that does not hand over the collection that the
work goes through.
"""

from __future__ import annotations

import re

from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callers_of,
    function_at,
    handlers,
    outlined,
    served_outside,
)
from pytest_reconaudit.facts.web.shown import shown
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments
from pytest_reconaudit.readers.scans.outline import OutlinedCall
from pytest_reconaudit.target import Target

__all__ = ["is_left_alone"]

_MAX_STEPS = 8
_ABOVE = 40
"""Lines of a function that are read above a call for what it stands in."""
_CALLED_BACK = regex(
    r"@(?:OnEvent|OnQueueEvent|Cron|Interval|Timeout|EventPattern|Process|Processor)\s*\("
)
"""Decorators of what an event, a queue or the clock starts."""
_LISTENS = regex(
    r"(?i)\b(?:events?|\w*emitter|\w*event_?bus|bus|dispatcher)\.(?:on|once|addListener)\s*\("
    r"|\bset(?:Interval|Timeout|Immediate)\s*\(|\b(?:cron|schedule[rd]?)\w*\.(?:schedule|scheduleJob"
    r"|addCronJob)\s*\(|\bnew\s+Cron(?:Job)?\s*\("
)
_OPENS = ("{", "(", "=>", ",")
_NOTHING = frozenset({"", "undefined", "null", "[]", "void 0"})
_DROPPED = r"^\s*(?:void\s+)?(?:[\w$]+[?!]?\.)*{}\s*[(<]"
"""A statement that is the call alone."""


def is_left_alone(target: Target, path: str, line: int, over: str = "") -> bool:
    """Whether requests come near a line of a server and none waits for it.

    :param over: of a loop: what it goes over.
    """
    ref = function_at(target, path, line)
    if ref is None or path in shown(target):
        return False
    if _is_called_back(target, ref, line):
        return True
    if ref in handlers(target):
        return False
    ended = False
    start = (ref, _parameter(target, ref, over))
    seen = {start}
    level = [start]
    for _ in range(_MAX_STEPS):
        above: list[tuple[Ref, int]] = []
        for callee, handed in level:
            for caller, call in callers_of(target, callee):
                given = _argument(target, caller, call, handed) if handed >= 0 else None
                if (
                    given in _NOTHING
                    or _is_dropped(target, caller, call)
                    or _is_called_back(target, caller, call.line)
                ):
                    ended = True
                    continue
                if caller in handlers(target) or caller.path in shown(target):
                    return False
                if served_outside(target, caller.path, call.line):
                    return False
                step = (caller, _parameter(target, caller, given or ""))
                if step not in seen:
                    seen.add(step)
                    above.append(step)
        level = above
    return ended and not level


def _parameter(target: Target, ref: Ref, name: str) -> int:
    """The number of the parameter of a name; -1 for what is none."""
    names = [one.rstrip("?") for one, _ in outlined(target, ref).parameters]
    return names.index(name) if name in names else -1


def _is_called_back(target: Target, ref: Ref, line: int) -> bool:
    """Whether a line stands in a function, or a closure, that an event or the clock starts."""
    function = outlined(target, ref)
    lines = target.text(ref.path).split("\n")
    for text in reversed(lines[max(0, function.line - 6) : function.line - 1]):
        bare = text.strip()
        if _CALLED_BACK.match(bare) is not None:
            return True
        if not bare.startswith(("@", "//", "*", "/*", "})", ")")):
            break
    depth = indentation(lines[line - 1]) if line <= len(lines) else 0
    first = max(function.line, line - _ABOVE)
    own = lines[line - 1] if line <= len(lines) else ""
    if "=>" in own and _LISTENS.search(own) is not None:
        return True
    for text in reversed(lines[first - 1 : line - 1]):
        if text.strip() and indentation(text) < depth:
            depth = indentation(text)
            if text.rstrip().endswith(_OPENS) and _LISTENS.search(text) is not None:
                return True
    return False


def _is_dropped(target: Target, caller: Ref, call: OutlinedCall) -> bool:
    """Whether the promise of a call goes nowhere: the statement is the call alone."""
    if call.awaited or not caller.path.endswith((".ts", ".js", ".mts", ".mjs", ".cts", ".cjs")):
        return False
    lines = target.text(caller.path).split("\n")
    if re.match(_DROPPED.format(re.escape(call.name)), lines[call.line - 1]) is None:
        return False
    before = next((one.rstrip() for one in reversed(lines[: call.line - 1]) if one.strip()), "")
    return before.endswith((";", "{", "}", ")"))


def _argument(target: Target, caller: Ref, call: OutlinedCall, number: int) -> str | None:
    """The source of one argument of a call, empty for one that is left out; ``None`` where it
    cannot be told."""
    lines = target.text(caller.path).split("\n")[call.line - 1 : call.line + 20]
    text = "\n".join(lines)
    begins = re.search(rf"\b{re.escape(call.name)}\s*\(", text)
    if begins is None:
        return None
    found: list[str] = []
    try:
        found.extend(arguments(text, begins.end()))
    except Unclosed:
        return found[number] if number < len(found) else None
    if any("..." in one for one in found):
        return None
    return found[number] if number < len(found) else ""
