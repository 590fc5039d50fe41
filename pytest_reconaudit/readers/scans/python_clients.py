"""Where Python code makes an asynchronous HTTP client inside of a function."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function
from pytest_reconaudit.readers.scanning import scan

__all__ = ["MadeClient", "MadeClients", "python_clients"]


class MadeClient(Struct, frozen=True, gc=False, array_like=True):
    words: str
    """What makes it, ``httpx.AsyncClient``."""
    line: int
    column: int
    text: str
    function: int
    """Line of the name of the function around."""
    given: str = ""
    """The parameter of that function which says whom it asks first, where one does."""


class MadeClients(Struct, frozen=True, array_like=True):
    clients: tuple[MadeClient, ...]


_MAKERS = {("httpx", "AsyncClient"), ("aiohttp", "ClientSession")}
_NAMES = frozenset(path[-1] for path in _MAKERS)
_OWN = regex(
    r"\b(?:proxy|proxies|mounts|transport|cert|verify|cookies|cookie_jar|connector|trust_env|app|auth"
    r"|base_url)\s*=|\*\*"
)
"""Settings that a client may have for one call only."""
_OPENED = regex(r"\basync\s+with\s+(?:[\w.]+\s*\([^()]*\)\s*(?:as\s+\w+\s*)?,\s*)?\(?\s*$")
_BLANKS = regex(r"\s+")


def _may_make(text: str, path: str) -> bool:
    return "AsyncClient(" in text or "ClientSession(" in text


@scan("python", record=MadeClients, wants=_may_make)
def python_clients(code: Code) -> MadeClients | None:
    """The clients of one file that an ``async with`` closes where it ends."""
    found = []
    for call in code.calls_named(_NAMES):
        path = code.resolved(call.path) if call.path else ()
        if path not in _MAKERS or not _is_closed(code, call):
            continue
        function = code.function_at(call.scope)
        if function is None or function.is_test or not function.is_async:
            continue
        text = _BLANKS.sub(" ", code.text(call.start, min(call.end, call.start + 300)))
        if _OWN.search(text) is not None:
            continue
        place = code.place(call.start)
        found.append(
            MadeClient(
                ".".join(path),
                place.line or 0,
                place.column or 0,
                text[:120],
                code.line(function.name_at),
                _asked(code, call, function),
            )
        )
    return MadeClients(tuple(found)) if found else None


_HELD = regex(r"\s*\)?\s*as\s+(\w+)\s*:")
_ASKS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "stream"})


def _asked(code: Code, call: Call, function: Function) -> str:
    """The parameter that is the whole address which a client first asks; empty where none is."""
    held = _HELD.match(code.text(call.end, call.end + 80))
    if held is None:
        return ""
    for one in code.calls_in(call.end, function.body[1]):
        holder = one.path[0] if len(one.path) == 2 else code.text(one.receiver).strip()
        if one.name not in _ASKS or not one.arguments or holder != held[1]:
            continue
        at = 1 if one.name in ("request", "stream") and len(one.arguments) > 1 else 0
        text = code.text(one.arguments[at]).strip()
        return text if any(each.name == text for each in function.parameters) else ""
    return ""


def _is_closed(code: Code, call: Call) -> bool:
    """Whether the client lives no longer than the block that it is opened for, and that block is no
    generator's, which others use it in."""
    if _OPENED.search(code.text(max(0, call.start - 120), call.start)) is None:
        return False
    function = code.function_at(call.scope)
    return function is not None and "yield" not in code.text(*function.body)
