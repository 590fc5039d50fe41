"""Metrics in Rust code that are kept by the raw path of a request."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function

__all__ = ["RawKey", "raw_keys"]


class RawKey(Struct, frozen=True, gc=False, array_like=True):
    """A place where a request's path becomes the key of a counter."""

    function: str
    owner: str
    line: int
    """Where the key is made."""
    use_line: int
    """Where it is used."""
    kind: str
    """``map`` (an entry of a map) or ``label`` (a label of a Prometheus metric)."""
    key: str
    """As written."""


_PATH = regex(
    r"\.\s*(?:path|uri|url|full_path|request_path|raw_path)\b(?:\(\))?|\b(?:request_path|req_path)\b"
)
_PATTERN = regex(
    r"match_pattern|matched_path|MatchedPath|match_name|template|normali[sz]e|saniti[sz]e|pattern"
    r"|route|canonical|endpoint_name|\bgroup"
)
_URL = regex(r"\bUrl\b")
_FILE = regex(r"\b(?:file|dir|folder|entry|node|module|source|package|repo)\w*\s*\.\s*path")
_KEEPS = regex(
    r"metric|stat|counter|count|latenc|histogram|timing|requests|duration",
)
_LIMITS = regex(
    r"\.(?:remove|retain|clear|pop|evict\w*|pop_lru|truncate)\(|LruCache|\bcache\b|moka"
)
_LABELS = ("with_label_values", "get_metric_with_label_values")
_MACROS = ("counter", "histogram", "gauge", "increment_counter")


def raw_keys(code: Code) -> Iterator[RawKey]:
    """Every such place outside of test code, one per function and kind."""
    seen: set[tuple[int, str]] = set()
    for call in code.calls_named(("entry", *_LABELS, *_MACROS)):
        function = code.function_at(call.scope)
        if function is None or function.is_test or not call.arguments:
            continue
        kind = "map" if call.name == "entry" else "label"
        if call.name in _MACROS and not call.macro:
            continue
        if (function.index, kind) in seen:
            continue
        found = _of_map(code, call, function) if kind == "map" else _of_labels(code, call, function)
        if found is not None:
            seen.add((function.index, kind))
            yield found


def _of_map(code: Code, call: Call, function: Function) -> RawKey | None:
    receiver = code.text(call.receiver)
    if not _KEEPS.search(f"{receiver} {function.owner} {function.name}".lower()):
        return None
    if _LIMITS.search(code.text(function.body)):
        # Something takes keys out again, unless it only shortens the values.
        named = receiver.rpartition(".")[2].strip()
        if f"{named}.re" in code.text(function.body) or f"{named}.clear" in code.text(
            function.body
        ):
            return None
    return _made(code, call, call.arguments[0], function, "map")


def _of_labels(code: Code, call: Call, function: Function) -> RawKey | None:
    for argument in call.arguments:
        found = _made(code, call, argument, function, "label")
        if found is not None:
            return found
    return None


def _is_asked(code: Code, call: Call, value: str, function: Function) -> bool:
    """Whether it is the path of an address that this program asks itself: a ``Url``."""
    owner = value.lstrip(" &*").partition(".")[0].strip()
    if any(one.name == owner and _URL.search(one.type) for one in function.parameters):
        return True
    made = code.binding_of(owner, call.start, call.scope) if owner.isidentifier() else None
    return made is not None and bool(
        _URL.search(made.type) or _URL.search(code.text(made.value)[:200])
    )


def _other(value: str) -> bool:
    """Whether it is a route's pattern, or the path of a file."""
    return bool(_PATTERN.search(value) or _FILE.search(value))


def _made(
    code: Code, call: Call, argument: tuple[int, int], function: Function, kind: str
) -> RawKey | None:
    """The key of an argument, when it is made of a request's path."""
    text = code.text(argument)
    at = argument[0]
    words = [word.strip(" &*[]") for word in text.split(",")]
    for word in words:
        name = word.partition(".")[0].strip("&* ")
        value, place = word, at
        if name.isidentifier():
            binding = code.binding_of(name, call.start, call.scope)
            if binding is not None and binding.value[1] > binding.value[0]:
                value, place = code.text(binding.value), binding.start
        if len(value) < 400 and _PATH.search(value) and not _other(value):
            if kind == "label" and "path" not in value.lower():
                continue
            if _is_asked(code, call, value, function):
                continue
            return RawKey(
                function=function.name,
                owner=function.owner,
                line=code.line(place),
                use_line=code.line(call.name_at),
                kind=kind,
                key=" ".join(value.split())[:120],
            )
    return None
