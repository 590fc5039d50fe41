"""The record of each database call: how it stands in its function and in the loops around it."""

from __future__ import annotations

import re
from bisect import bisect_left

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Scope
from pytest_reconaudit.readers.query_call import FoundQuery, binding_near
from pytest_reconaudit.readers.query_excuses import EXISTS, FOUND_OR_MADE
from pytest_reconaudit.readers.query_loops import LONG_BODY, folded
from pytest_reconaudit.readers.query_origin import LISTED
from pytest_reconaudit.readers.query_reading import WORD
from pytest_reconaudit.readers.query_records import QueryCall
from pytest_reconaudit.readers.query_relations import RelationReading

__all__ = [
    "StatementReading",
]

_ENDS_ROUND = regex(
    r"\{?\s*(?:return\b|break\b|continue\b|Err\s*\(|(?:\w+::)*(?:panic|bail|unreachable|todo|unimplemented)!)"
)
"""An arm of a match with which its function, or the round, is over."""
_CONDITION = {
    "rust": regex(
        r"\b(?:eq|eq_any|ge|gt|le|lt|is_in|contains|like|ilike)\s*\(\s*(?!true\b|false\b|\"|\d|[A-Z_]{3,})[&*\w]"
        r"|\.\s*find\s*\(|\bfind_by_id\b|\bbelonging_to\b|\bin_subquery\s*\(\s*[&*a-z]"
        r"|\.\s*filter\s*\(\s*[a-z_]\w*(?:\.clone\(\))?\s*\)|(?i:\bwhere\b)[^\"]*(?:\$\d|\?|:\w)|\bbind\s*\("
    ),
    "script": regex(
        r"\$relatedQuery\(|\bfindByIds?\(|\bfind(?:AndCount)?By\(\s*\{\s*(?!\w+\s*:\s*(?:true|false|null|[\"'\d])[^,{}]*\})[\w.]|\.(?:modify|onBuild)\(|\{\w+:[A-Z]\w*\}"
        r"|\bwhere\b(?!\s*:\s*\{\s*(?:\w+\s*:\s*(?:true|false|null|\"[^\"]*\"|'[^']*')\s*,?\s*)*\})"
        r"|\bWHERE\b[^;`]*(?:\$\d|\$\{|\?|:\w)"
    ),
    "python": regex(
        r"\b(?:filter|filter_by|where|get|exclude)\s*\(\s*(?!\s*\w+\s*==?\s*(?:True|False|None|\"|\d)|\))"
        r"|(?i:\bwhere\b)[^\"]*(?:%s|:\w|%\(|\?)"
        r"|(?i:\bwhere\b)[^;]{0,1500}?(?:[=<>]|(?i:\bin|\blike))\s*\(?(?:%s|%\(\w|\{)"
    ),
}
"""A condition on something that is only known at run time: the rows are those of one parent."""
_FILTERED = regex(
    r"\.\s*(?:find\w*|countDocuments|distinct|exists|aggregate)\(\s*+(?!\)|\{\s*\}"
    r"|\{\s*+(?:[\"']?[\w.$]++[\"']?\s*+:\s*+(?:true|false|null|\"[^\"]*+\"|'[^']*+'|\d++)\s*+,?\s*+)++\})"
)
"""What Mongoose is given to filter by, unless that is written out."""
_FILTERS = regex(
    r"\.\s*(?:eq|neq|in|match|contains|containedBy|overlaps|i?like|[gl]te?|or|filter|textSearch)\("
    r"\s*(?:\{|[`\w.]|[\"'][^\"'\n]{0,80}[\"']\s*,\s*(?!true\b|false\b|null\b|[\"'\d]))"
)
"""What a query of Supabase filters by that is only known at run time."""
_FILTERS_DOCUMENT = regex(
    r"\bdoc!\s*\{(?!\s*\"\$(?:set|inc|push|unset)\")[^;]{0,400}?\"[\w.$]*\"\s*:\s*"
    r"(?!true\b|false\b|\"|-?\d|doc!|\{|\[|(?:\w+::)+Null\b|[A-Z_]{3,}\b)[&*\w]"
)
"""What a document of MongoDB's driver filters by that is only known at run time."""
_RECENT = regex(
    r">=?\s*(?:now\s*\(\s*\)|current_date|current_timestamp|localtimestamp)\s*-\s*interval\b", 2
)
"""The rows of a span of time that ends now."""
_GROUPS = regex(r"\bgroup\s+by\s+(?!(?:\w+\.)?id\b)", 2)
_GROUPED = regex(r"\.\s*(?:group_by|groupBy)\s*\(")
_FIGURE = regex(r"\b(?:count|sum|avg|min|max)\s*\(", 2)
_JOINED = regex(r"\bjoin\b", 2)
_LIST_WORDS = (
    "eq_any",
    "is_in",
    "in_",
    "In",
    ".in(",
    "in:",
    "in :",
    "ANY",
    "any",
    "unnest",
    "inArray",
    "__in",
    '"$in"',
)
_COUNTS = regex(r"\bcount|\bannotate\b", 2)
_REGISTERED = frozenset({"content_type", "permission", "site"})
"""Tables that Django fills by the code: as many rows as there are models, or one."""
_PAGED = regex(r"[pP]aginat|\b(?:limit|offset|cursor|per_?page|page_?size|PAGE_SIZE)\b")
_EXISTS_SQL = regex(r"\bselect\s+exists\b", 2)
_VARIABLE = regex(
    r"(?<![\w.\"'])(?!(?:True|False|None|and|or|not|in|is|if|else|for|lambda|await)\b)([a-z_]\w*+)(?!\s*=[^=]|\s*\()"
)
_MOST_VARIABLES = 6


_TENANT = r"(?:tenant|org|organi[sz]ation|workspace|company)(?:_id|Id)"
_OF_TENANT = regex(
    rf"(?:\b\w+(?:\.|::)){{0,3}}\b{_TENANT}\s*(?:==|=(?!=)|\.eq\()\s*[$:%&*\w.()]{{1,60}}?(?=\s*(?:[,)\"\n]|\band\b|\border\b|$))"
    rf"(?:\s*\)(?=\s*\)))?\s*(?:,|(?i:\band\b))?|\b{_TENANT}\s*(?::\s*[\w.!?]{{1,60}})?\s*,?(?=[^{{}}]{{0,200}}\}})",
    re.IGNORECASE,
)
"""A condition that holds a query to one tenant."""
_BY_OBJECT = regex(
    r"\.find\(\s*([a-z_]\w*)\s*[,)]|\bwhere\s*:\s*([a-z_]\w*)\s*[,}]|[{,]\s*where\s*[,}]"
)
"""A filter that stands in a variable: ``find(query)``, ``where: filter``, ``where``."""
_CHOICE = regex(r"\(?\s*\w+\s*\?\s*\{[^{}]{0,200}\}\s*:\s*\{\s*\}\s*\)?")
_CONSTANTS = regex(
    r"\{\s*(?:[\"']?\w+[\"']?\s*:\s*(?:true|false|null|\"[^\"]*\"|'[^']*'|\d+)\s*,?\s*)*\}(?:\s*as\s+\w+)?"
)
_OF_WHOM = regex(
    r"(?i)\breq\.user|\buser\b|user_?id|owner|tenant|\borg|workspace|account|customer|session|auth"
    r"|member|company|team"
)
_MOST_OPTIONAL = 600
_MOST_BETWEEN = 3_000
_WIDEST = 200


class StatementReading(RelationReading):
    """Records of statements."""

    def _query(self, one: FoundQuery) -> QueryCall:
        call = one.call
        counted = one.kind != "other" and (one.library != "prisma" or self._sent(call))
        if one.library == "django" and one.table in _REGISTERED:
            counted = False
        loops = self._repeated(call.scope, one) if counted else ()
        return QueryCall(
            line=self.code.line(call.name_at),
            kind=one.kind,
            library=one.library,
            method=call.name,
            table=one.table,
            connection=folded(one.connection, 60),
            loops=loops,
            many=one.many,
            limit=folded(one.limit, 40) or ("paginated" if _PAGED.search(one.text) else ""),
            columns=one.columns,
            bulk=one.bulk or self._in_batch(call.scope),
            keyed=self._is_keyed(one) and not self._is_optional(one),
            listed=any(word in one.text for word in _LIST_WORDS)
            and LISTED.search(one.text) is not None,
            conditional=self._conditional(call.scope),
            word=_word(one),
            excused=self._excused(one, loops),
            compared=one.compared,
            ordered=one.ordered,
            same=bool(loops) and one.kind in ("select", "count") and self._is_same(one),
            some=bool(loops) and self._is_for_some(call.scope),
            names=() if loops or self.language != "python" else self._names_of(one),
        )

    def _is_keyed(self, one: FoundQuery) -> bool:
        text = one.text
        if one.many and one.kind == "select":
            # A tenant is no parent of a few: all that the product keeps for a customer is its own.
            text = _OF_TENANT.sub("", text)
        return (
            _CONDITION[self.language].search(text) is not None
            or _RECENT.search(text) is not None
            or (one.library in ("mongoose", "mongo") and _FILTERED.search(text) is not None)
            or (one.library == "supabase" and _FILTERS.search(text) is not None)
            or (one.library == "mongodb" and _FILTERS_DOCUMENT.search(text) is not None)
            or _per_group(text)
        )

    def _is_optional(self, one: FoundQuery) -> bool:
        """Whether a script's query for any number of rows is filtered by an object alone that is
        empty, or holds constants, unless the request says more: ``const where = {}; if (name)
        where.name = name``. What hangs on who asks is no such thing."""
        if self.language != "script" or not one.many or one.kind != "select":
            return False
        given = _BY_OBJECT.search(one.text)
        if given is None or one.text.count("where") > 1:
            return False
        name = given[1] or given[2] or "where"
        binding = binding_near(self.code, name, one.call.start, one.call.scope)
        if binding is None or binding.value[1] - binding.value[0] > _MOST_OPTIONAL:
            return False
        value = self.code.text(binding.value)
        between = self.code.text(binding.end, one.call.start)[:_MOST_BETWEEN]
        if _OF_WHOM.search(value) or _OF_WHOM.search(between):
            return False
        if _CHOICE.fullmatch(value):
            return True
        if not _CONSTANTS.fullmatch(value):
            return False
        line = self.code.text(max(binding.start - _WIDEST, 0), binding.start).rpartition("\n")[2]
        indent = len(line) - len(line.lstrip())
        for each in re.finditer(rf"\n([ \t]*){re.escape(name)}\b([^\n]*)", between):
            if len(each[1]) <= indent and "=" in each[2]:
                return False  # whoever asks
        return "else" not in between

    def _names_of(self, one: FoundQuery) -> tuple[str, ...]:
        """See :attr:`QueryCall.names`; none where they may be more."""
        if one.kind not in ("select", "count") or len(one.text) > LONG_BODY:
            return ()
        found = tuple(dict.fromkeys(_VARIABLE.findall(one.text)))
        return found if len(found) <= _MOST_VARIABLES else ()

    def _sent(self, call: Call) -> bool:
        """Whether a call of Prisma is sent where it stands: one that nobody awaits is a part of a
        transaction that is put together here."""
        code = self.code
        for one in code.calls[max(call.index - 10, 0) : call.index + 1]:
            if one.awaited and one.start == call.start:
                return True
        for scope in code.around(call.scope):
            if scope.kind == "closure":
                return scope.is_async or self._together(scope, "") or self._gathered(call)
            if scope.kind == "function":
                break
        return False

    def _gathered(self, call: Call) -> bool:
        """Whether a call is a part of a variable that ``Promise.all`` is given."""
        code = self.code
        names = {one.name for one in code.bindings_around(call.start, call.end)}
        return bool(names) and any(
            names & set(WORD.findall(code.text(start, min(end, start + 300))))
            for one in code.calls_named(("all", "allSettled"))
            for start, end in one.arguments[:1]
        )

    def _in_batch(self, scope: int) -> bool:
        """Whether an adaptor around it hands all statements over at once."""
        code = self.code
        return self.language == "script" and any(
            self._one_transaction(code.calls[one.call])
            for one in code.around(scope)
            if one.kind == "closure" and one.call >= 0
        )

    def _conditional(self, scope: int) -> bool:
        for one in self.code.around(scope):
            if one.kind == "function":
                return False
            if one.label in ("if", "else", "catch"):
                return True
            if one.label == "match" and self.language == "rust" and self._is_idle(one):
                return True
        return False

    def _is_idle(self, scope: Scope) -> bool:
        """Whether some arm of a match goes on without a query."""
        if scope.index not in self.idle:
            node = self.code.node(scope.start, scope.end)
            arms = [] if node is None else [
                arm.child_by_field_name("value")
                for arm in node.named_children
                if arm.type == "match_arm"
            ]  # fmt: skip
            self.idle[scope.index] = any(
                arm is not None
                and bisect_left(self.found_at, arm.start_byte)
                == bisect_left(self.found_at, arm.end_byte)
                and not _ENDS_ROUND.match(self.code.text(arm.start_byte, arm.start_byte + 80))
                for arm in arms
            )
        return self.idle[scope.index]


def _word(query: FoundQuery) -> str:
    """What a statement is called, where its kind says too much."""
    name = query.call.name
    if (name in FOUND_OR_MADE and name != "upsert") or (
        name == "save" and query.library == "typeorm"
    ):
        return name
    if query.kind == "count" and (EXISTS.search(query.text) or _EXISTS_SQL.search(query.text)):
        return "existence check"
    if query.kind == "count" and not (name == "count" or _COUNTS.search(query.text)):
        return "aggregate"
    return ""


def _per_group(text: str) -> bool:
    """Whether a statement asks for figures of groups: an aggregate, no list of rows."""
    if _GROUPED.search(text) is not None:
        return _FIGURE.search(text) is not None
    return (
        _GROUPS.search(text) is not None
        and _FIGURE.search(text) is not None
        and _JOINED.search(text) is None
    )
