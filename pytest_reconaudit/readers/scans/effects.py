"""Effects of React components that start something and never end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.scanning import SCRIPT, scan

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["OpenEffect", "OpenEffects", "effects"]


class OpenEffect(Struct, frozen=True, array_like=True):
    line: int
    starts: str
    """``setInterval``, ``addEventListener`` or ``WebSocket``; ``removeEventListener`` where it is
    given another function than was added."""
    lasting: bool = False
    """It outlives the component for certain: a timer, a socket, a listener of the window, and
    nothing in the file ends such a thing, nor does the effect set what it depends on."""


class OpenEffects(Struct, frozen=True, array_like=True):
    found: tuple[OpenEffect, ...]


_EFFECTS = (b"useEffect", b"useLayoutEffect")
_EFFECT = regex(rb"\buse(?:Layout)?Effect\b")
_CALLS = frozenset({"call_expression"})
"""Looked for by their word: no index is made for them."""
_STARTS = regex(
    r"\bnew\s+WebSocket\s*\(|(?<![\w$])setInterval\s*\(|\.addEventListener\s*\(|\baddEventListener\s*\("
)
_ENDS = regex(
    r"=>\s*\(\)\s*=>|\bonce\s*:|\bsignal\b|clearInterval|removeEventListener|\.close\s*\("
    r"|useSyncExternalStore"
)
_REMOVES_NOTHING = regex(
    r"(?P<window>\b(?:window|document|globalThis|self)(?:\??\.(?:body|documentElement))?\??\.)?"
    r"\bremoveEventListener\(\s*[^(),]{1,120},\s*(?:(?:async\s+)?(?:\([^()]{0,200}\)|[\w$]{1,80})\s*=>"
    r"|(?:async\s+)?function\b|[\w$.]{1,80}\.bind\()"
)
"""A function that is made where it is removed is not the one that was added."""
_RETURNS = regex(r"\breturn\b")
_WINDOW = regex(
    r"(?:^|[^\w$.])(?:(?:window|document|globalThis|self)(?:\??\.(?:body|documentElement))?\??\.)$"
)
_OWN_TIMER = regex(
    rb"\bsetInterval\s*\]|\b(?:const|let|function)\s+setInterval\b|\{[^{}]*\bsetInterval\s*[,}]"
)
"""A setter of a state that is called interval."""
_ENDED = {
    "setInterval": b"clearInterval",
    "addEventListener": b"removeEventListener",
    "WebSocket": b".close(",
}
_FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_expression",
        "function_declaration",
        "method_definition",
        "function",
    }
)
_MAX_NODES = 5_000
_COMMENT = regex(r"/\*.*?(?:\*/|\Z)|//[^\n]*", 16)
"""16 is ``re.DOTALL``."""


def _starts_something(text: str, path: str) -> bool:
    return "Effect(" in text and (
        "setInterval" in text or "addEventListener" in text or "WebSocket" in text
    )


@scan(*SCRIPT, record=OpenEffects, wants=_starts_something)
def effects(code: Code) -> OpenEffects | None:
    """Effects that start a timer, a listener or a socket, and return nothing that ends it."""
    found = []
    own_timer: bool | None = None
    for call in code.tree.around(_EFFECT, _CALLS):
        called, given = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if called is None or given is None or given.type != "arguments":
            continue
        words = code.source[called.start_byte : called.end_byte].rpartition(b".")
        parts = [one for one in given.named_children if one.type not in ("comment", "ERROR")]
        if not parts or words[2].strip() not in _EFFECTS:
            continue
        text = _COMMENT.sub(" ", code.text(parts[0].start_byte, parts[0].end_byte))
        if "=>" not in text[:200] and "function" not in text[:200]:
            continue  # a named function: what it returns stands elsewhere
        match = _STARTS.search(text)
        if match is None:
            continue
        void = _REMOVES_NOTHING.search(text)
        if void is None and _ENDS.search(text):
            continue
        at = called.end_byte - len(words[2].lstrip())
        if void is not None:
            lasting = void["window"] is not None
            found.append(OpenEffect(code.line(at), "removeEventListener", lasting))
            continue
        name = match[0].replace("new", "").strip(" .(\n")
        if name == "setInterval":
            if own_timer is None:
                own_timer = _OWN_TIMER.search(code.source) is not None
            if own_timer:
                continue
        if _RETURNS.search(text) and _returns(parts[0]):
            continue
        on_window = (
            name != "addEventListener"
            or not match[0].startswith(".")
            or _WINDOW.search(text[max(0, match.start() - 40) : match.start() + 1]) is not None
        )
        kept = _ENDED[name] in code.source or (len(parts) > 1 and _once_only(code, *parts[:2]))
        found.append(OpenEffect(code.line(at), name, on_window and not kept))
    return OpenEffects(tuple(found)) if found else None


def _once_only(code: Code, effect: Node, depends: Node) -> bool:
    """Whether an effect itself sets a state that it depends on, so as to do its work only once:
    what it returned would end that work at once."""
    names = {code.text(one.start_byte, one.end_byte) for one in depends.named_children}
    setters = {f"set{name[:1].upper()}{name[1:]}" for name in names}
    pending = [one for one in effect.named_children if one.type == "statement_block"]
    for _ in range(_MAX_NODES):
        if not pending:
            break
        node = pending.pop()
        called = node.child_by_field_name("function") if node.type in _CALLS else None
        if called is not None and code.text(called.start_byte, called.end_byte) in setters:
            return True
        pending += [one for one in node.named_children if one.type not in _FUNCTIONS]
    return False


def _returns(effect: Node) -> bool:
    """Whether an effect itself returns something, not only a function in it."""
    body = effect.child_by_field_name("body")
    if body is None:
        return True
    if body.type != "statement_block":
        return body.type in _FUNCTIONS
    pending = [body]
    for _ in range(_MAX_NODES):
        if not pending:
            return False
        node = pending.pop()
        if node.type == "return_statement" and node.named_child_count:
            return True
        pending += [one for one in node.named_children if one.type not in _FUNCTIONS]
    return True
