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


_EFFECTS = ("useEffect", "useLayoutEffect")
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
    for call in code.calls_named(_EFFECTS):
        if not call.arguments:
            continue
        text = _COMMENT.sub(" ", code.text(call.arguments[0]))
        if "=>" not in text[:200] and "function" not in text[:200]:
            continue  # a named function: what it returns stands elsewhere
        match = _STARTS.search(text)
        if match is None or _ENDS.search(text):
            continue
        name = match[0].replace("new", "").strip(" .(\n")
        found.append(OpenEffect(code.line(call.name_at), name))
    return OpenEffects(tuple(found)) if found else None
