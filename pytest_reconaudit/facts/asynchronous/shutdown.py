"""Code that a server runs when it stops, after its last request, or before its first one."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.asynchronous.running import every_way_ends
from pytest_reconaudit.facts.code.functions import Ref, function_at, handlers, outlined
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["before_first_request", "only_at_end"]

_HOOKS = frozenset({"onModuleDestroy", "onApplicationShutdown", "beforeApplicationShutdown"})
"""Methods that Nest calls when the program ends."""
_DECORATED = regex(
    r"\.on_event\(\s*['\"]shutdown['\"]|\.(?:after|before)_server_stop\b|\.on_shutdown\b"
    r"|\.after_serving\b|\.listener\(\s*['\"](?:after|before)_server_stop['\"]"
)
_YIELDS = regex(r"^\s+(?:\w+\s*=\s*)?yield\b", re.MULTILINE)
_REGISTERS = (
    r"\batexit\.register\(\s*(?:\w+\.)*{0}\b|\bsignal\.signal\([^()\n]{{1,60}},\s*(?:\w+\.)*{0}\b"
    r"|\.add_signal_handler\([^()\n]{{1,60}},\s*(?:\w+\.)*{0}\b"
    r"|\bon_(?:shutdown|cleanup)(?:\.append\(|\s*=\s*\[[^\]\n]{{0,200}}?)\s*(?:\w+\.)*{0}\b"
    r"|add_event_handler\(\s*['\"]shutdown['\"]\s*,\s*(?:\w+\.)*{0}\b"
    r"|process\.(?:on|once)\(\s*['\"](?:SIG\w+|exit|beforeExit)['\"]\s*,\s*(?:\w+\.)*{0}\b"
)


def only_at_end(target: Target, ref: Ref, lines: tuple[int, ...]) -> bool:
    """Whether lines of a function only run when the program stops: they stand behind the ``yield``
    of a lifespan, in what is called at a program's exit or by a signal, or every known way to their
    function does."""
    if ref in handlers(target):
        return False
    if lines and all(_is_at_end(target, ref, line) for line in lines):
        return True
    return every_way_ends(
        target, ref, lambda caller, call: True if _is_at_end(target, caller, call.line) else None
    )


def _is_at_end(target: Target, ref: Ref, line: int) -> bool:
    function = outlined(target, ref)
    if function.name in _HOOKS or any(_DECORATED.search(one) for one in function.attributes):
        return True
    text = target.text(ref.path)
    name = re.escape(function.name)
    if not name:
        return False
    if re.search(_REGISTERS.format(name), text) is not None:
        return True
    if not _is_lifespan(target, ref):
        return False
    above = "\n".join(target.lines(ref.path)[function.line : line - 1])
    return _YIELDS.search(above) is not None


def _is_lifespan(target: Target, ref: Ref) -> bool:
    """Whether a function of Python is what an application runs around its life."""
    name = outlined(target, ref).name
    return ref.path.endswith(".py") and (
        "lifespan" in name
        or re.search(rf"\blifespan\s*=\s*{re.escape(name)}\b", target.text(ref.path)) is not None
    )


def before_first_request(target: Target, path: str, line: int) -> bool:
    """Whether a line stands before the ``yield`` of a lifespan: nothing is served yet."""
    ref = function_at(target, path, line)
    if ref is None or not _is_lifespan(target, ref):
        return False
    function = outlined(target, ref)
    lines = target.lines(path)
    above = "\n".join(lines[function.line : line - 1])
    below = "\n".join(lines[line - 1 : function.end_line])
    return _YIELDS.search(above) is None and _YIELDS.search(below) is not None
