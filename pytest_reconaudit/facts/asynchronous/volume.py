"""Whether it is plain that a collection of Rust code grows with what a request brings, or with the
rows of a table."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.code.functions import Ref, callees, handlers, outlined, reached
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import OutlinedFunction
from pytest_reconaudit.target import Target

__all__ = ["surely_grows"]

_ROOT = regex(r"[&*(\s]*(?:mut\s+)?([a-z_]\w*)\b(?!\s*(?:::|!))")
_ROWS = regex(
    r"\.(?:fetch_all|load|load_iter|get_results|find_many|try_collect)\s*(?:::\s*<[^;{}]{0,80}>\s*)?\("
    r"|\.(?:query|all)\s*\([^;{}]{0,200}\)\s*\.await"
    r"|(?i:repo|repository|dao|db|database)\b[\w.()&]{0,40}(?:\.|::)"
    r"(?:list|find_all|get_all|fetch_all|load_all|all)(?:_\w+)?\s*\([^;{}]{0,200}\)\s*\.await"
)
"""What gives all rows of a query."""
_BOUNDED = regex(r"(?i)\blimit\b|\.take\(|\bpage|\bMAX_|\.truncate\(|\bfirst_n\b")
_STEPS = 4
_STATEMENT = 12
"""Lines of a statement."""
_LONGEST = 600


def surely_grows(target: Target, ref: Ref, over: str, line: int) -> bool:
    """Whether what a function goes over is what a handler takes out of its request, or all that a
    query finds; through the parameters of the functions on the way of the request.

    :param over: source of what is gone over.
    :param line: where; what is made before is looked at.
    """
    found = reached(target).get(ref)
    chain = found.chain if found is not None else (ref,)
    at = ref
    for step in range(_STEPS):
        root = _ROOT.match(over)
        if root is None or root[1] == "self":
            return False
        function = outlined(target, at)
        value = _given(target, at, function, root[1], line)
        if value:
            rows = _ROWS.search(value)
            if rows is not None and "|" not in value[: rows.start()]:
                return _BOUNDED.search(value) is None
            over = value
            root = _ROOT.match(over)
            if root is None:
                return False
        index = _parameter(function, root[1])
        if index is None:
            return False
        if at in handlers(target):
            return _brings(function.parameters[index][1]) and _BOUNDED.search(over) is None
        before = chain[chain.index(at) - 1] if at in chain and chain.index(at) else None
        if before is None or step == _STEPS - 1:
            return False
        handed = _handed(target, before, at, index)
        if handed is None:
            return False
        over, line = handed
        at = before
    return False


_OF_REQUEST = regex(
    r"\b(?:Json|Query|Form|Bytes|Vec|Multipart|TypedMultipart|Payload|Request)\b|^$"
)


def _brings(kind: str) -> bool:
    """Whether a parameter of a handler is something of its request, by its type."""
    return _OF_REQUEST.search(kind.strip()) is not None


def _parameter(function: OutlinedFunction, name: str) -> int | None:
    """Which parameter gives a name: ``Json(ids)`` gives ``ids``."""
    word = re.compile(rf"(?<!\w){name}(?!\w)")
    for index, (written, _) in enumerate(function.parameters):
        if word.search(written):
            return index
    return None


def _given(target: Target, ref: Ref, function: OutlinedFunction, name: str, line: int) -> str:
    """What a name is given by the last ``let`` before a line; empty where there is none."""
    lines = target.lines(ref.path)
    bound = re.compile(rf"\blet\s+(?:mut\s+)?{name}\s*(?::[^=;]{{1,120}})?=(?!=)")
    for at in range(line - 1, function.line - 1, -1):
        if "let " not in lines[at][:_LONGEST]:
            continue
        match = bound.search(lines[at][:_LONGEST])
        if match is not None:
            text = "\n".join([lines[at][match.end() : _LONGEST], *lines[at + 1 :][:_STATEMENT]])
            return text.partition(";")[0].strip()
    return ""


def _handed(target: Target, caller: Ref, callee: Ref, index: int) -> tuple[str, int] | None:
    """(source of an argument, the line of the call) by which a function calls another."""
    function = outlined(target, callee)
    own = any(name.rpartition(" ")[2].lstrip("&") == "self" for name, _ in function.parameters[:1])
    for call, refs in callees(target, caller):
        if callee not in (refs or ()):
            continue
        taken = index - (1 if own and not call.path else 0)
        arguments = _arguments(target, caller, call.name, call.line)
        if 0 <= taken < len(arguments):
            return arguments[taken], call.line
    return None


def _arguments(target: Target, caller: Ref, name: str, line: int) -> list[str]:
    """The arguments of a call, as written."""
    lines = target.lines(caller.path)
    text = "\n".join(one[:_LONGEST] for one in lines[line - 1 :][:_STATEMENT])
    start = re.search(rf"\b{re.escape(name)}\s*(?:::\s*<[^()]{{0,80}}>)?\(", text)
    if start is None:
        return []
    found: list[str] = []
    depth, last = 0, start.end()
    for at in range(start.end(), len(text)):
        letter = text[at]
        if letter in ")]}":
            if depth == 0:
                found.append(text[last:at].strip())
                break
            depth -= 1
        elif letter in "([{":
            depth += 1
        elif letter == "," and depth == 0:
            found.append(text[last:at].strip())
            last = at + 1
    return [one for one in found if one]
