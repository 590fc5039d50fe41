"""Effects of React components that start something and never end it."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.scanning import SCRIPT, scan

__all__ = ["OpenEffect", "OpenEffects", "effects"]


class OpenEffect(Struct, frozen=True, array_like=True):
    line: int
    starts: str
    """``setInterval``, ``addEventListener`` or ``WebSocket``."""


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
    r"\breturn\s+(?![;}\n])|=>\s*\(\)\s*=>|\bonce\s*:|\bsignal\b|clearInterval|removeEventListener"
    r"|\.close\s*\(|useSyncExternalStore"
)
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
        if match is None or _ENDS.search(text):
            continue
        name = match[0].replace("new", "").strip(" .(\n")
        at = called.end_byte - len(words[2].lstrip())
        found.append(OpenEffect(code.line(at), name))
    return OpenEffects(tuple(found)) if found else None
