"""Which loops repeat a call, and what is the same in every round of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import islice

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Scope
from pytest_reconaudit.readers.query_call import FoundQuery, binding_near
from pytest_reconaudit.readers.query_loops import LONG_BODY, LoopReading
from pytest_reconaudit.readers.query_reading import WORD, loop_pattern, names_in
from pytest_reconaudit.readers.query_records import QueryLoop

__all__ = [
    "MISSING",
    "Rounds",
]

_SPAWNS = regex(
    r"spawn(?:_blocking|_local)?$|^setTimeout$|^setInterval$|^setImmediate$|^create_task$|^nextTick$|^defer$|^on$|^once$|^addEventListener$|^subscribe$|^use[A-Z]\w*$"
)
_ENTITY = regex(
    r"\b(?:select|insert|update|delete|query|insert_into)\(\s*(?:func\.count\(\s*)?([a-z_]\w*)\b(?!::|\()"
    r"|(?:from|into|update|table)\s+[\"`']?\$?\{+(\w+)|(?:^|\()\s*([a-z_]\w*)\.(?:delete|insert|update|select|objects)\b",
    re.IGNORECASE,
)
_IN_LIST = (
    r"(?:(?:whereIn|inArray|\.in)\(\s*[\"'`]?[\w.]+[\"'`]?\s*,\s*"
    r"|(?:eq_any|is_in|in_|whereIn|In|inArray|__in|\bin|any|ANY)\s*[(=:][\s\[(&*]*)(?:\.\.\.)?{0}\b"
    r"(?!\s*\??\.\s*(?!(?:iter|map|clone|to_vec|as_slice|into_iter|keys|values|tolist)\b)\w)"
)
_BOUND = (
    r"(?:\bbind\(|,)\s*[&*]*{0}\s*(?:\.(?:as_slice|clone|to_vec)\(\)|\[\.\.\])?\s*"
    r"(?:as\s+[^,()]{{1,40}})?[,)]"
)
_ROWS_OF = (
    r"\)\s*,\s*{0}\s*,?\s*\)|\b(?:insertMany|createMany|bulkCreate|bulk_create)\("
    r"\s*(?:\{{\s*data\s*:\s*)?{0}\s*[,)}}]"
)
_ANY = regex(r"\bANY\s*\(|\bunnest\s*\(", re.IGNORECASE)
MISSING = regex(
    r"\bnot\s+in\s+([\w.]+)|!\s*([\w.]+?)\.(?:has|contains_key|contains)\(|([\w.]+)\s+is\s+None\b"
    r"|([\w.]+)\s*===?\s*(?:undefined|null)\b|([\w.]+)\.is_none\(\)|(?:\bnot\s+|!\s*)([\w.]+)(?:\[[^\]]*\])?\s*(?:\)|:|$|\{)"
)
_FULL = regex(
    r"\blen\(\s*([\w.]+)\s*\)\s*(?:>=?|===?)\s*(?![01]\b)|([\w.]+)\.(?:len\(\)|length|size)\s*(?:>=?|===?)"
    r"\s*(?![01]\b)"
)
"""What asks whether a batch has got its size; the batch."""
_EVERY_NTH = regex(r"%\s*[\w.]+\s*\)?\s*===?\s*0\b")
_IF = regex(rb"\bif\b")
_FILLED = r"(?<![\w.]){0}\s*(?:\[[^\]]*\]\s*)?(?:=(?!=)|\.(?:set|insert|add|append|update)\()"
_MATCHES = regex(r"\bmatch\b|\blet\b")
_PATTERNS = frozenset({"match_pattern", "let_condition", "case_pattern"})
_GIVEN_FIELD = regex(r"[{,]\s*+(\w++)\s*+(?::\s*+([^,{}()\n]{1,200}+)\s*+)?(?=[,}])")
"""``id``, ``id: order.id`` of an object that a call is given."""
_KEYWORD = regex(r"([A-Za-z_]\w*+)\s*+=(?!=)")
"""``shop_id=`` of an argument in Python: a name of the called function, none of this one."""
_ASSIGNED = regex(
    r"(?<![\w.$])(\w++)\s*+(?:\[[^\]\n]{0,80}+\]\s*+)?(?:[-+*/|&%]|\?\?|\|\|)?=(?![=>])"
)
_WALKS_ON = regex(
    r"\.(?:pop|shift|next|fetchone|save|insert\w*|create(?!QueryBuilder\b)\w*|update\w*|upsert\w*|delete\w*|remove\w*|commit"
    r"|bulk_\w+|destroy)\s*[(<]|\bnext\s*\(|\b(?:INSERT|UPDATE|DELETE)\s"
)
"""What makes another answer of the same question."""


class Rounds(LoopReading):
    """The loops around a call, and what they change."""

    def _is_for_some(self, scope: int) -> bool:
        """Whether a branch between a loop and what stands in it leaves it out in some rounds."""
        for one in self.code.around(scope):
            if one.kind in ("function", "loop") or self.loop_of.get(one.index, -1) >= 0:
                return False
            if one.label in ("if", "else", "match", "switch", "case"):
                return True
        return False

    def _repeated(self, scope: int, query: FoundQuery | None) -> tuple[int, ...]:
        """The loops around a scope that count, inner first, up to its function."""
        code = self.code
        found = []
        for one in code.around(scope):
            if one.kind == "function":
                break
            if self._kept_for_later(one):
                break
            if one.kind in ("closure", "async") and one.call >= 0:
                call = code.calls[one.call]
                if _SPAWNS.search(call.name):
                    break
            if one.label == "if":
                if one.index not in self.remembers:
                    self.remembers[one.index] = self._remembers(one)
                if self.remembers[one.index]:
                    break
                if query is None or query.bulk or query.kind != "select":
                    if one.index not in self.flushes:
                        self.flushes[one.index] = self._flushes(one)
                    if self.flushes[one.index]:
                        break
            if one.kind not in ("loop", "closure"):
                continue
            number = self.loop_of.get(one.index)
            if number is None:
                number = self._loop(one)
                self.loop_of[one.index] = number
            if number < 0:
                continue
            loop = self.loops[number]
            if query is not None and (
                _takes_all(names_in(loop.variable), query)
                or _takes_all(self._group(one, loop, query), query)
                or self._own(one, loop, query.connection, query)
                # Supabase is given rows where builders of SQL are given their table.
                or (
                    query.library != "supabase" and self._own(one, loop, _entity(query.text), query)
                )
            ):
                continue
            found.append(number)
        return tuple(found)

    def _remembers(self, scope: Scope) -> bool:
        """Whether a branch fills what its condition found missing: once per loop or key."""
        keywords = list(_IF.finditer(self.code.source, max(scope.start - 300, 0), scope.start))
        if not keywords:
            return False
        start = keywords[-1].start()
        body = self._body(scope)
        for match in MISSING.finditer(self.code.text(start, scope.start)):
            name = next(word for word in match.groups() if word)
            if re.search(_FILLED.format(re.escape(name)), body):
                return True
        return False

    def _flushes(self, scope: Scope) -> bool:
        """Whether a branch hands a batch over that has got its size: once per batch."""
        keywords = list(_IF.finditer(self.code.source, max(scope.start - 300, 0), scope.start))
        if not keywords:
            return False
        condition = self.code.text(keywords[-1].start(), scope.start)
        if _EVERY_NTH.search(condition):
            return True
        full = _FULL.search(condition)
        if full is None:
            return False
        name = full[1] or full[2]
        return re.search(rf"(?<![\w.]){re.escape(name)}\b", self._body(scope)) is not None

    def _kept_for_later(self, scope: Scope) -> bool:
        """Whether a function that is no argument does not run where it stands, as
        ``(async () => {…})()`` does."""
        if scope.kind != "closure" or scope.call >= 0 or self.language != "script":
            return False
        return not self.code.source[scope.end : scope.end + 3].lstrip(b")").startswith(b"(")

    def _own(self, scope: Scope, loop: QueryLoop, given: str, query: FoundQuery) -> bool:
        """Whether each round has a connection or table of its own: one per shard, per model."""
        names = names_in(loop.variable)
        if not names or not given:
            return False
        words = set(WORD.findall(given))
        if words & names:
            return True
        root = next(iter(WORD.findall(given.replace("&mut", "").replace("mut ", ""))), "")
        if not root or root in ("self", "this"):
            return False
        binding = binding_near(self.code, root, query.call.start, query.call.scope)
        if binding is None or binding.start < scope.start or binding.end > scope.end:
            return False
        made_of = set(WORD.findall(self.code.text(binding.value)))
        for one in made_of - names:
            # The connection of a value that is made of the element: a schema's own session.
            made = binding_near(self.code, one, binding.start, query.call.scope)
            if made is not None and scope.start <= made.start and made.end <= scope.end:
                made_of = made_of | set(WORD.findall(self.code.text(made.value)))
        return bool(made_of & names)

    def _group(self, scope: Scope, loop: QueryLoop, query: FoundQuery) -> set[str]:
        """The variables of a round that hold what a map has for its element: a group."""
        names = names_in(loop.variable)
        found = set()
        for binding in self.code.bindings:
            if not scope.start <= binding.start < query.call.start:
                continue
            value = self.code.text(binding.value)[:200]
            if any(
                re.search(rf"\w(?:\[|\.get\(\s*&?){re.escape(name)}[\])]", value) for name in names
            ):
                found.add(binding.name)
        return found

    def _is_same(self, one: FoundQuery) -> bool:
        """Whether a query in loops asks for the same in every round."""
        call = one.call
        changing = self._changing(call.scope)
        if changing is None or not (call.arguments or "createQueryBuilder(" in one.text):
            return False
        start = call.receiver[0] if call.receiver[1] > call.receiver[0] else call.start
        text = self.code.text(min(start, call.start), call.end) + one.text
        return len(text) < LONG_BODY and changing.isdisjoint(WORD.findall(text))

    def _fixed(self, call: Call) -> tuple[str, ...]:
        """See :attr:`LoopedCall.fixed`."""
        code = self.code
        changing = self._changing(call.scope)
        if changing is None or call.end - call.start > LONG_BODY:
            return ()
        if not changing.isdisjoint(WORD.findall(code.text(call.receiver))):
            return ()
        found: dict[str, None] = {}
        whole = True
        for index, argument in enumerate(call.arguments):
            text = code.text(argument)
            keyword = _KEYWORD.match(text) if self.language == "python" else None
            value = text if keyword is None else text[keyword.end() :]
            if changing.isdisjoint(WORD.findall(value)):
                found[str(index) if keyword is None else keyword[1]] = None
            else:
                whole = False
            if text.startswith("{"):
                for match in islice(_GIVEN_FIELD.finditer(text), 40):
                    if changing.isdisjoint(WORD.findall(match[2] or match[1])):
                        found[match[1]] = None
        if whole:
            found["*"] = None
        return tuple(found)

    def _changing(self, scope: int) -> set[str] | None:
        """The names that are another value in some round of the loops around a scope; ``None``
        where a loop may be a walk on through what it asks for, or changes it."""
        code = self.code
        names: set[str] = set()
        heads: set[str] = set()
        for one in code.around(scope):
            if one.kind == "function":
                break
            if one.kind == "closure":
                heads |= names_in(code.text(one.head))
            if one.kind == "loop" or self.loop_of.get(one.index, -1) >= 0:
                made = self._made_again(one)
                if made is None:
                    return None
                names |= made | heads
        return names

    def _made_again(self, loop: Scope) -> set[str] | None:
        if loop.index not in self._again:
            names: set[str] | None = None
            body = self._body(loop) if loop.end - loop.start <= LONG_BODY else ""
            if loop.label not in ("while", "loop", "do") and body and not _WALKS_ON.search(body):
                outer = _outside(body) if self.language == "python" else body
                names = set(_ASSIGNED.findall(outer))
                if loop.kind == "closure":
                    names |= names_in(self.code.text(loop.head))
                else:
                    before = self.code.source.rfind(b"for", 0, loop.head[0] or loop.start)
                    if before >= 0 and loop.head[0] - before < 300:
                        names |= names_in(loop_pattern(self.code.text(before + 3, loop.head[0])))
                    else:
                        names = None
                if names is not None:
                    first = bisect_left(self.code.bindings, loop.start, key=lambda one: one.start)
                    for binding in islice(self.code.bindings, first, None):
                        if binding.start >= loop.end:
                            break
                        names |= names_in(binding.name)
                    names |= self._taken_out(loop)
            self._again[loop.index] = names
        return self._again[loop.index]

    def _taken_out(self, loop: Scope) -> set[str]:
        """The names that the arms of a match, in Rust and Python, and ``if let`` give to parts."""
        if self.language == "script" or _MATCHES.search(self._body(loop)) is None:
            return set()
        node = self.code.node(loop.start, loop.end)
        patterns = self.code.tree.walk(_PATTERNS, node) if node is not None else ()
        names: set[str] = set()
        for one in patterns:
            pattern = one.child_by_field_name("pattern") or one
            names |= names_in(self.code.text(pattern.start_byte, pattern.end_byte))
        return names


def _outside(body: str) -> str:
    """What of Python stands outside of all brackets: what has ``=`` in them is a name of the
    function that is called."""
    depth, found = 0, []
    for part in _BRACKETS.split(_QUOTED.sub("", body)):
        if part in _DEPTHS:
            depth = max(depth + _DEPTHS[part], 0)
        elif not depth:
            found.append(part)
    return " ".join(found)


_BRACKETS = regex(r"([()\[\]{}])")
_QUOTED = regex(r"\"[^\"\n]*+\"|'[^'\n]*+'|#[^\n]*+")
_DEPTHS = {**dict.fromkeys("([{", 1), **dict.fromkeys(")]}", -1)}


def _entity(text: str) -> str:
    """What a statement names as its table, as source; empty when that is no plain variable."""
    match = _ENTITY.search(text)
    return next((word for word in match.groups() if word), "") if match else ""


def _takes_all(names: Iterable[str], query: FoundQuery) -> bool:
    """Whether the statement takes the element as a list: one statement per group or batch."""
    for name in names:
        escaped = re.escape(name)
        if re.search(_ROWS_OF.format(escaped), query.text):
            return True
        if re.search(_IN_LIST.format(escaped), query.text):
            return True
        if _ANY.search(query.text) and re.search(_BOUND.format(escaped), query.text):
            return True
    return False
