"""What selects a cached answer and stands not in its key: a page, a range of dates, a filter."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_words import stripped
from pytest_reconaudit.readers.code import Binding, Call, Code, Function, Scope

__all__ = ["InputReader"]

_SELECTS = regex(
    r"page|limit|per_?page|page_?(?:size|number|no)|offset|skip|cursor|sort\w*|order_?by|ordering"
    r"|search(?:_?(?:term|query|text))?|q|query_?(?:text|string|str)|keyword\w*|term|filters?|status(?:es)?"
    r"|categor(?:y|ies)(?:_?(?:id|slug))?|categoryUuid|tags?|kind|type|lang(?:uage)?|locale|currency"
    r"|from|to|start|end|(?:start|end|from|to)_?(?:date|time|day)|date_?(?:from|to|range)?|since|until"
    r"|days(?:_?(?:ahead|back))?|hours|weeks|months|years?|month|period(?:_?type)?|(?:time_?)?range|granularity"
    r"|interval|time_?frame|group_?by|include_?\w+|only_?\w+|operation|role|scope|permission|action"
    r"|region|country|city|level|depth|symbol",
    re.IGNORECASE,
)
"""Names of what narrows an answer; ids are left out, since one may tell the other."""
_OBJECTS = regex(
    r"input|inputs|filters?|params?|query|queries|opts|options|args|criteria|dto|payload|body|search"
    r"|pagination|range|spec|data|props|q|\w+(?:Filter|Filters|Params|Query|Input|Options|Dto)"
    r"|\w+_(?:filters?|params|query|options)"
)
_QUERY = regex(
    r"\b(?:req|request|ctx|context|c)\.(?:query|nextUrl\.searchParams|args|query_params|GET)"
    r"(?:\??\.(?:get\(\s*)?|\[|\.get\(\s*)[\"']?([A-Za-z_]\w*)"
)
_OF_QUERY = regex(r"^\(?\s*(?:await\s+)?(?:req|request|ctx)\.query\b")
_NAME = regex(r"(?<![\w.$'\"`])[A-Za-z_$][\w$]*")
_WRITES = regex(
    r"_?(?:update|create|save|mark|change|add|put|patch|record|store|write|insert|delete|remove"
    r"|upsert|assign|set|reset|increment|toggle|publish|send|post)(?:$|_|[A-Z])"
)
_WHOLE = regex(
    r"hash|digest|md5|sha\d|stringify|dumps|serialize|signature|fingerprint|checksum|originalUrl"
    r"|full_path|\.url\b|querystring|query_string|urlencode|to_string\(&|kwargs|\bargs\b|locals\(",
    re.IGNORECASE,
)
"""What puts all that is asked for into a key."""
_KEYWORD = regex(r"\s*(?::(?!:)|=(?![=>]))")
_DEPTH = 5
_MANY = 60
_LONGEST = 6_000
_IF = regex(r"\bif\b")
_RETURN = regex(r"\breturn\b")
_NEAR = 200


class InputReader:
    """Reads what the functions of one file select by."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self._known: dict[int, dict[str, set[str]]] = {}

    def left_out(self, call: Call, function: Function) -> tuple[str, ...]:
        """The names by which the answer that a call writes is selected and that its key has not."""
        code = self.code
        if len(call.arguments) < 2 or _WRITES.match(function.name):
            return ()
        inputs = self._known.get(function.index)
        if inputs is None:
            inputs = self._known[function.index] = self._inputs(function)
        if not inputs:
            return ()
        key = self._made_of(code.text(call.arguments[0])[:_LONGEST], call, function)
        if _WHOLE.search(key) or _names_whole(key, inputs):
            return ()
        value = "\n".join(code.text(one)[:_LONGEST] for one in call.arguments[1:])
        value = self._made_of(value, call, function)
        around = self._conditions(call, function)
        found = []
        for leaf, written in inputs.items():
            if re.search(rf"\b{re.escape(leaf)}\b", f"{key}\n{around}"):
                continue
            if not any(_is_used(value, one) for one in written):
                continue
            if self._is_set_aside(leaf, call, function):
                continue
            found.append(leaf)
        return tuple(found)

    def _inputs(self, function: Function) -> dict[str, set[str]]:
        """Name → how it is written in the function: ``page``, ``input.page``."""
        code = self.code
        found: dict[str, set[str]] = {}
        objects = set()
        body = code.text(*function.body)[:_LONGEST]
        for one in function.parameters[:_MANY]:
            for name in islice(dict.fromkeys(_NAME.findall(one.name.partition("=")[0])), _MANY):
                if not one.name.startswith(("{", "[")) and stripped(one.name) != name:
                    continue
                selects = _SELECTS.fullmatch(name) is not None
                if (selects or _OBJECTS.fullmatch(name)) and _has_members(body, name, one.type):
                    objects.add(name)
                elif selects:
                    found.setdefault(name, set()).add(name)
        for name in objects:
            for match in re.finditer(rf"(?<![\w.]){name}\??\.([A-Za-z_]\w*)\b(?!\s*\()", body):
                if _SELECTS.fullmatch(match[1]):
                    found.setdefault(match[1], set()).update((match[0], f"{name}.{match[1]}"))
        for match in _QUERY.finditer(body):
            if _SELECTS.fullmatch(match[1]):
                found.setdefault(match[1], set()).add(match[0])
        first = bisect_left(code.bindings, function.body[0], key=_begin)
        for binding in islice(code.bindings, first, None):
            if binding.start >= function.body[1]:
                break
            if not binding.name.startswith("{"):
                continue
            value = code.text(binding.value)[:80]
            if stripped(value) not in objects and not _OF_QUERY.match(value):
                continue
            for piece in binding.name.strip("{} \n").split(","):
                own, _, local = piece.partition("=")[0].partition(":")
                name = (local or own).strip()
                if _SELECTS.fullmatch(name):
                    found.setdefault(name, set()).add(name)
        return found

    def _made_of(self, text: str, call: Call, function: Function) -> str:
        """An expression with those that give their values to the names in it, before a call."""
        parts = [text]
        seen: set[str] = set()
        level = [text]
        for _ in range(_DEPTH):
            names = {name for one in level for name in _NAME.findall(one)} - seen
            seen |= names
            level = []
            for name in sorted(names)[:_MANY]:
                level += self._values(name, call, function)
                if len(level) > _MANY:
                    break
            parts += level
            if not level or len(parts) > _MANY:
                break
        return "\n".join(parts)

    def _values(self, name: str, call: Call, function: Function) -> Iterator[str]:
        code = self.code
        for known in (code.bindings_named(name), code.bindings_with(name)):
            last = bisect_left(known, call.start, key=_begin)
            for one in known[max(last - _MANY, 0) : last]:
                start, end = one.value
                if one.start < function.body[0] or end <= start:
                    continue
                if start <= call.start < end:
                    continue
                yield code.text(start, min(end, start + 1_000))

    def _is_set_aside(self, leaf: str, call: Call, function: Function) -> bool:
        """Whether a function ends early for what is so selected: that is not kept."""
        code = self.code
        first = max(function.body[0], call.start - _LONGEST)
        last = bisect_left(self._closures, first, key=_start)
        closures = [
            (one.start, one.end)
            for one in self._closures[last : bisect_left(self._closures, call.start, key=_start)]
            if one.end <= call.start
        ]
        word = re.compile(rf"\b{re.escape(leaf)}\b")
        before = code.text(first, call.start)
        for match in _IF.finditer(before):
            line = before.find("\n", match.end()) % (len(before) + 1)
            if word.search(before, match.end(), min(line, match.end() + _NEAR)) is None:
                continue
            rest = "\n".join(before[match.end() : match.end() + 3 * _NEAR].split("\n")[:3])
            if _RETURN.search(rest) is None:
                continue
            at = first + len(before[: match.start()].encode())
            if not any(start <= at < end for start, end in closures):
                return True
        return False

    @cached_property
    def _closures(self) -> list[Scope]:
        return sorted((one for one in self.code.scopes if one.kind == "closure"), key=_start)

    def _conditions(self, call: Call, function: Function) -> str:
        """The heads of the conditions around a call, and what their names stand for."""
        code = self.code
        heads = []
        for scope in code.around(call.scope):
            if scope.kind == "function":
                break
            if scope.label in ("if", "else", "match"):
                before = code.text(max(function.body[0], scope.start - 300), scope.start)
                at = max(before.rfind("if "), before.rfind("if("), before.rfind("match "))
                heads.append(before[max(at, 0) :])
        return self._made_of("\n".join(heads), call, function) if heads else ""


def _begin(binding: Binding) -> int:
    return binding.start


def _start(scope: Scope) -> int:
    return scope.start


def _has_members(body: str, name: str, typed: str) -> bool:
    """Whether a parameter is an object: its members are what selects."""
    if typed.lstrip(": ").startswith("{"):
        return True
    known = re.escape(name)
    members = rf"(?<![\w.]){known}(?:\??\.[A-Za-z_]\w*\b(?!\s*\()|\s*;)"
    return re.search(rf"{members}|\}}\s*=\s*{known}\b", body) is not None


def _names_whole(key: str, inputs: dict[str, set[str]]) -> bool:
    """Whether a key is made of a whole object that selects, not of its members one by one."""
    objects = {
        one.partition(".")[0].rstrip("?") for all_ in inputs.values() for one in all_ if "." in one
    }
    return any(re.search(rf"(?<![\w.]){re.escape(one)}\b(?!\??\.)", key) for one in objects)


def _is_used(value: str, written: str) -> bool:
    """Whether an expression takes an input, more than as the name of a field or an argument."""
    for match in re.finditer(rf"(?<![\w.$'\"`-]){re.escape(written)}(?![\w$'\"`-])", value):
        if _KEYWORD.match(value, match.end()) is None:
            return True
    return False
