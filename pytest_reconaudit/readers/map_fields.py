"""Who else can wait for a concurrent map of Rust that is a private field of a type.

A guard that only reads keeps writers waiting. Where a file shows all that is done to a map, and
nothing of it writes, or only what needs the owner for itself alone, nobody waits.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function

__all__ = ["MapFields"]

_READS = frozenset(
    {b"get", b"iter", b"len", b"is_empty", b"contains_key", b"view", b"try_get", b"capacity",
     b"hasher", b"as_ref"}
)  # fmt: skip
_WRITES = frozenset(
    {b"insert", b"remove", b"remove_if", b"remove_if_mut", b"get_mut", b"try_get_mut", b"entry",
     b"try_entry", b"iter_mut", b"retain", b"alter", b"alter_all", b"clear", b"shrink_to_fit",
     b"extend", b"reserve", b"swap", b"drain", b"replace"}
)  # fmt: skip
_METHOD = regex(rb"\s*\.\s*(\w+)\s*(?:::\s*<[^<>]{0,80}>\s*)?\(")
_LET = regex(rb"\blet\s+(?:mut\s+)?([a-z_]\w*)\s*(?::[^=;\n]{1,80})?=\s*&?\s*$")
_LET_CLONE = regex(
    rb"\blet\s+(?:mut\s+)?([a-z_]\w*)\s*(?::[^=;\n]{1,80})?=\s*(?:\w+::){0,3}Arc::clone\(\s*&\s*$"
)
_OVER = regex(rb"\bin\s+&\s*$")
_MADE = regex(
    rb"(?:\w+::){0,3}(?:(?:Arc|Rc|DashMap)\s*(?:::\s*<|::\s*(?:new|default|from_iter|from"
    rb"|with_capacity)|<)|Default::default)"
)
_ALONE = regex(
    r"\(\s*(?:&\s*(?:'\w+\s+)?mut\s+self\b|(?:mut\s+)?self\s*(?:[,)]|:\s*(?:(?:\w+::){0,3}Pin\s*<\s*)?"
    r"&\s*(?:'\w+\s+)?mut\s+Self\b|:\s*(?:Box\s*<\s*)?Self\b))"
)
"""A function that has the value to itself."""
_MOST = 120
"""Mentions of one field that are looked at."""
_MOST_FIELDS = 40
_NESTED = 20
"""Functions within one another."""
_BEFORE = 120
_BODY = 20_000


class MapFields:
    """The maps of one file that are fields."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self._known: dict[tuple[str, str], tuple[str, bool]] = {}

    @cached_property
    def _functions(self) -> list[Function]:
        return sorted(self.code.functions, key=lambda one: one.body[0])

    @cached_property
    def _starts(self) -> list[int]:
        return [one.body[0] for one in self._functions]

    @cached_property
    def _spawns(self) -> list[Call]:
        return [one for one in self.code.calls if "spawn" in one.name][: _MOST + 1]

    def nobody_waits(self, function: Function, receiver: str) -> str:
        """Why no task can wait for a reading guard of a map: ``unwritten`` (nothing writes to it
        once it is made), ``alone`` (the function that holds the guard has the owner to itself, and
        so have all that write); empty where some may wait, or not all that is done is seen.

        :param receiver: as written, ``self.sessions``.
        """
        field = receiver.removeprefix("self.")
        if field == receiver or not field.isidentifier() or not function.owner:
            return ""
        key = (function.owner, field)
        if key not in self._known:
            if len(self._known) >= _MOST_FIELDS:
                return ""
            self._known[key] = self._contenders(function.owner.encode(), field.encode())
        told, by_owner = self._known[key]
        return "" if by_owner and not self._has_alone(function) else told

    def _contenders(self, owner: bytes, field: bytes) -> tuple[str, bool]:
        """(what is to be said, whether only of a function that has the owner to itself)."""
        source = self.code.source
        declared = _declared(source, owner, field)
        if declared is None or _is_taken_apart(source, field):
            return "", False
        around = declared.partition(b"DashMap")[0]
        shared = b"Arc" in around or b"Rc" in around
        if shared and not _is_made_here(source, field):
            return "", False
        writers = self._writers(field, shared=shared)
        if writers is None:
            return "", False
        if not writers:
            return "unwritten", False
        alone = not _is_cloned(source, owner) and all(self._is_own(*one) for one in writers)
        return ("alone", True) if alone else ("", False)

    def _writers(self, field: bytes, *, shared: bool) -> list[tuple[int, str]] | None:
        """(offset, by what: ``self``, a ``name`` of its own, ``other``) of all that writes to a
        map once it is made; ``None`` where it goes somewhere that is not followed."""
        source, found = self.code.source, []
        aliases: list[tuple[bytes, int, int]] = []
        for count, match in enumerate(re.finditer(rb"\.\s*" + re.escape(field) + rb"\b", source)):
            if count > _MOST:
                return None
            if _is_remark(source, match.start()):
                continue
            function = self._function_of(match.start())
            if function is not None and function.is_test:
                continue
            before = source[max(0, match.start() - _BEFORE) : match.start()].rstrip()
            root = re.search(rb"([\w.]+)$", before)
            if root is None:
                return None
            lead = before[: root.start()]
            method = _METHOD.match(source, match.end())
            bound = _LET.search(lead)
            if method is not None and method[1] in _WRITES:
                found.append((match.start(), "self" if root[1] == b"self" else "other"))
            elif method is not None and method[1] == b"clone":
                if shared:
                    if bound is None or function is None:
                        return None
                    aliases.append((bound[1], method.end(), function.body[1]))
            elif method is not None:
                if method[1] not in _READS:
                    return None
            elif source[match.end() : match.end() + 12].lstrip()[:1] == b"=":
                if source[match.end() : match.end() + 12].lstrip()[:2] == b"==":
                    return None
                found.append((match.start(), "self" if root[1] == b"self" else "other"))
            elif _OVER.search(lead) is None:
                bound = _LET_CLONE.search(lead) or bound
                if bound is None or function is None:
                    return None
                aliases.append((bound[1], match.end(), function.body[1]))
        for alias, start, end in aliases:
            if end - start > _BODY:
                return None
            by = self._by_alias(alias, start, end)
            if by is None:
                return None
            found += [(one, "name") for one in by]
        return found

    def _by_alias(self, alias: bytes, start: int, end: int) -> list[int] | None:
        """The writes by a local name of the map; ``None`` where it is handed on."""
        found = []
        name = rb"(?<![.\w])" + re.escape(alias) + rb"\b"
        for count, match in enumerate(re.compile(name).finditer(self.code.source, start, end)):
            if count > _MOST:
                return None
            if _is_remark(self.code.source, match.start()):
                continue
            method = _METHOD.match(self.code.source, match.end())
            if method is None:
                lead = self.code.source[max(start, match.start() - _BEFORE) : match.start()]
                if _OVER.search(lead) is None:
                    return None
            elif method[1] in _WRITES:
                found.append(match.start())
            elif method[1] not in _READS:
                return None
        return found

    def _function_of(self, at: int) -> Function | None:
        """The innermost named function around an offset."""
        last = bisect_right(self._starts, at)
        near = reversed(self._functions[max(0, last - _NESTED) : last])
        return next((one for one in near if at < one.body[1]), None)

    def _has_alone(self, function: Function) -> bool:
        return _ALONE.search(self.code.text(function.start, function.body[0])) is not None

    def _is_own(self, at: int, by: str) -> bool:
        """Whether a write needs the owner for itself: it stands in a function that has it alone, or
        in a future that nothing spawns, of a function that this type keeps to itself."""
        function = self._function_of(at)
        if function is None or by == "other" or len(self._spawns) > _MOST:
            return False
        if any(one.start <= at < one.end for one in self._spawns):
            return False
        if self._has_alone(function):
            return True
        if by == "self" or function.exported or not function.owner:
            return False
        asked = self.code.calls_named((function.name,))
        return bool(asked) and not any(
            spawn.start <= one.start < spawn.end for one in asked for spawn in self._spawns
        )


def _declared(source: bytes, owner: bytes, field: bytes) -> bytes | None:
    """The type of a private field of a struct of this file."""
    head = re.search(rb"\bstruct\s+" + re.escape(owner) + rb"\b[^;{}]{0,400}\{", source)
    if head is None:
        return None
    end = source.find(b"\n}", head.end())
    body = source[head.end() : min(end if end >= 0 else len(source), head.end() + _BODY)]
    found = re.search(
        rb"(?m)^[ \t]*(pub\b[^:\n]{0,40}?)?" + re.escape(field) + rb"\s*:\s*([^\n]{1,200})", body
    )
    return found[2] if found is not None and not found[1] else None


def _is_made_here(source: bytes, field: bytes) -> bool:
    """Whether a shared map is made where its field is filled: nobody else was given it before."""
    name = re.escape(field)
    if re.search(rb"[{,]\s*" + name + rb"\s*[,}]", source):
        return False
    given = re.finditer(rb"(?<![.\w])" + name + rb"\s*:(?!:)\s*(?:&\s*)?", source)
    return all(_MADE.match(source, one.end()) for one in given)


def _is_taken_apart(source: bytes, field: bytes) -> bool:
    """Whether a pattern gives the field a name of its own: ``let Self { sessions, .. } = self``."""
    name = re.escape(field)
    pattern = rb"[{,]\s*" + name + rb"\b[^{}]{0,400}\}\s*=\s*[&*]?\s*(?:mut\s+)?\w"
    return re.search(pattern, source) is not None


def _is_cloned(source: bytes, owner: bytes) -> bool:
    name = re.escape(owner)
    if re.search(rb"\bimpl\b[^{};]{0,80}\bClone\s+for\s+" + name + rb"\b", source):
        return True
    derived = rb"\bderive\([^)]{0,300}\bClone\b[^)]{0,300}\)\][^{};]{0,300}\bstruct\s+" + name
    return re.search(derived + rb"\b", source) is not None


def _is_remark(source: bytes, at: int) -> bool:
    line = source[source.rfind(b"\n", 0, at) + 1 : at]
    return b"//" in line[:_BEFORE]
