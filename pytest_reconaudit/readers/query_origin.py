"""What a loop goes over: rows of a query, a list of keys, a literal, what a call gives."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import islice

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Scope
from pytest_reconaudit.readers.query_call import FoundQuery, binding_near
from pytest_reconaudit.readers.query_python import queryset_model
from pytest_reconaudit.readers.query_reading import QueryReading

__all__ = [
    "LENGTH",
    "LISTED",
    "RETRIES",
    "ROOT",
    "LoopOrigins",
    "django_origin",
]

_BATCHED = regex(r"(?:^|[_\W]|[a-z](?=[CBP]))(?:[cC]hunk|[bB]atch|[pP]age|[wW]indow)(?=[\W_]|$)")
"""An element that is itself a list."""
_BATCHES = regex(r"(?:[cC]hunks|[bB]atches|[pP]ages)\b|step_by|\bpaginat(?!ed_?\w)")
_BATCH_CALL = regex(
    r"\b(?:chunk\w*|batch\w*|array_chunks|step_by|tuples|grouper|splitIntoChunks|toChunks|sliced?_chunks)\s*\(|\.chunks?\w*\(|Batch\w*\(|Chunk\w*\("
    r"|\bzip(?:_longest)?\(\s*\*"
)
RETRIES = regex(r"attempt|retr(?:y|ies)|\btries\b|backoff|max_?tries", re.IGNORECASE)
_RANGE = regex(r"\(?\s*\d+\s*\.\.")
_PYTHON_RANGE = regex(r"(?:range|xrange)\s*\(")
LENGTH = regex(r"\blen\b|\.length\b|\.size\b")
_SCREAMING = regex(r"(?:^|[.:&\s(])[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|^&?[A-Z][A-Z0-9]{2,}(?:\b|\s*\.)")
_ENUM = regex(
    r"^&?(?:\w+::)*[A-Z]\w*::(?:iter|into_iter|into_enum_iter|values|variants|all|list|VARIANTS|ALL|VALUES|iterator)\b|^Object\.(?:values|keys|entries)\(\s*[A-Z]\w*\s*\)|^(?:list\()?[A-Z]\w*[a-z]\w*(?:\.choices|\.values|\.__members__)?\)?$"
)
_OF_ENUM = regex(r"\bin\s+[\w.]*[A-Z]\w*\.(?:choices|values|labels|names)\b(?!\()")
_PER_TARGET = regex(
    r"\b(?:\w*_)?(?:shards?|replicas?|databases?|dbs|pools?|conns?|connections?|schemas?|tenant_dbs|dataSources?|backends?|nodes?|engines?|aliases"
    r"|all_models|\w*constraints(?:_\w+)?|ind(?:ex|ic)es(?:_to_\w+)?|sorted_tables|table_(?:names|triggers|classes)|partitions|get_models|get_app_configs)\b",
    re.IGNORECASE,
)
_LITERAL = regex(r"&?(?:\[|vec!\s*\[|\()")
_SPREAD = regex(r"\.\.\.|\*\w|\bfor\b|;")
_CALL_ENDS = ("", ";", ")", ".await", ".await?", ".await?;", ".await;", "?", "?;")
_MOST_GIVEN = 40
"""Calls of an expression that are looked at for the last one."""
_PLAIN_ROOT = regex(
    r"[&*\s]*(\w+)(?:\.(?:iter|into_iter|iter_mut|values|entries)\(\)|\.filter\([^()]*(?:\([^()]*\)[^()]*)*\))*\s*$"
)
"""A name, with what only leaves some of its elements out."""
ROOT = regex(
    r"[&*\s(]*(?:mut\s+)?(?:list|tuple|sorted|reversed|enumerate|set|Array\.from|Object\.(?:values|keys|entries)|zip|iter|stream::iter|futures::stream::iter)?\s*\(?\s*(?:self\.|this\.)?([A-Za-z_]\w*)"
)
_DIGITS = regex(r"\d+")
LISTED = regex(
    r"\"\$in\"\s*:|\.in\(\s*[\"'`]\w|\beq_any\s*\(|\bis_in\s*\(|\.in_\s*\(|\bwhereIn\s*\(|\bIn\s*\(|\binArray\s*\(|__in\s*="
    r"|(?<!\w)\$?in\s*:\s*|\bANY\s*\(|\bunnest\s*\("
)
_SLICES = regex(r"\byield\s+(?:list\(|tuple\()?[\w.]+\[[^\]:]*:[^\]]*\]")
"""What a generator of batches gives."""
_GIVEN = regex(r"(\w+)\s*\(")
_SINGLE = regex(
    r"find_one\w*|find(?:Unique|First|One|ByPk|ById)\w*|get_result|first|fetch_one|fetch_optional|one|get|getOne\w*"
    r"|getRawOne|executeTakeFirst\w*|query_one|query_opt|scalar|last|latest|earliest|get_or_create"
    r"|(?:get|first|one)_or_404|one_or_none"
)
_SINGLE_END = regex(
    r"\.\s*(?:scalar_one\w*|one_or_none|scalar|one|first|(?:first|one)_or_404)\(\s*\)"
)
_SLICED = regex(r"\[[^\]]*:[^\]]*\]")
_VALIDATED = regex(r"[\w.()]+\.(?:safeParse|parse|parse_obj_as|validate_python)\(\s*(\w+)\s*\)")
_BATCH_SIZE = regex(r"(?i)batch|chunk|bulk")
_OF_PARENT = regex(
    r"\b\w{1,40}(?:_id|(?-i:Id))\s*\.\s*eq\s*\(|\.eq\(\s*[\"'`]\w{1,40}(?:_id|(?-i:Id))[\"'`]\s*,|\beq\(\s*[\w.]{0,60}(?-i:[a-z]Id)\s*,|\bwhere\b[^;]{0,200}?\b[\w.\"`]{0,40}(?:_id|(?-i:[a-z]Id))[\"`]?\s*=\s*[$?%:]"
    r"|\$relatedQuery\(|\.find\(\s*\{[^{}]{0,200}?\b(?:\w{1,40}(?-i:Id)|\w{1,40}_id|team|user|owner)\s*[,:}]"
    r"|\bdoc!\s*\{[^{}]{0,200}?\"[\w.]{1,60}(?:(?-i:Id)|_id)\"\s*:\s*(?!doc!|\{)"
    r"|\bwhere\s*:\s*\{[^{}]{0,200}?\b\w{1,40}(?:(?-i:[a-z]Id)|_id)\s*[,:}]|\.(?:filter|filter_by|where)\s*\(\s*"
    r"(?:\w{1,40}\.)?(?:\w{1,40}_(?:id|uuid|pk)|user|owner)\s*==?\s*\w|\.where\(\s*\{?\s*['\"]?\w{1,40}(?:Id|_id)\b",
    re.IGNORECASE,
)
"""The rows of one parent: ``WHERE owner_id = $1``, ``where: { userId }``."""
_BY_KEY = regex(
    r"\.eq\(\s*[\"'](?:id|uuid|slug)[\"']\s*,|\bdoc!\s*\{\s*\"_id\"\s*:\s*(?!doc!|\{)|\b(?:where|and_where|filter|filter_by)\(\s*(?:and\(\s*)?(?:eq\(\s*\w{1,40}\.(?:id|uuid)\s*,"
    r"|(?:\w{1,40}(?:::|\.)){0,4}(?:id|pk|uuid)(?:\.eq\(|\s*==?\s*\w))"
    r"|\bWHERE\s+(?:\w{1,40}\.)?\"?id\"?\s*=\s*(?:\$\d|\$\{|\?|%s|:\w)|\bwhere:\s*\{\s*id\s*(?:,|\}|:\s*[\w.]+\s*[,}])"
)
"""The row with a key."""
_WIDER = regex(r"\bor_?\b|\bjoin|Join\(|\b(?:union|any|eq_any|inArray)\b|\|\s*Q\(|\)\s*\|\s*\(", 2)
"""What brings more than the row with a key."""
_SPAN = regex(r"__range\s*=|\.between\(")
_OF_SELF = regex(
    r"\bfilter\(\s*(?!(?:status|state|type|kind|name|active|enabled|language|country|day|date)\b)"
    r"([a-z]\w{0,40})\s*=\s*(?:self(?:\.(?:object|instance))?|(?:self\.)?(?:request\.)?user"
    r"|(?:\w{1,40}\.){0,3}(?:\1|(?:\w{0,40}_)?(?:id|pk|uuid)))\s*[,)]"
)
"""Of Django the rows of one parent: ``filter(order=self)``, ``filter(order=order_id)``."""
_OWN_ROWS = regex(
    r"(?:^|_)(?:members?|memberships?|sessions?|devices?|passkeys?|identit(?:y|ies)|authenticators?"
    r"|device_tokens?|push_(?:token|subscription)s?)$|_users?$"
)
"""Tables of which one user has a handful of rows: what he belongs to, where he is logged in."""
_OF_TENANT = regex(
    r"(?:where|andWhere)\(\s*['\"`][\w.]{0,60}(?:organi[sz]ation|workspace|tenant|company)_?id\s*=\s*:\w+",
    2,
)
"""All rows that somebody sees are those of a tenant."""
_OF_USER = regex(
    r"\buser_id\s*(?:\.\s*eq\(|[\"'`]?\s*(?:=|:|,))|\b(?-i:userId)\s*[\"'`]?\s*[=:,}]|::UserId\.eq\(",
    2,
)
_TOLD_BY_CHAIN = frozenset({"objection", "knex", "supabase"})
"""Libraries of which the call that begins a statement does not say how many rows it brings."""


class LoopOrigins(QueryReading):
    """What loops go over."""

    def _given(self, scope: Scope, over: str, head: tuple[int, int]) -> tuple[str, int]:
        """See ``QueryLoop.given``."""
        code, span, at = self.code, head, scope.start
        over = over[:200]
        for _ in range(2):
            first = bisect_left(self.starts, span[0])
            for call in islice(code.calls, first, first + _MOST_GIVEN):
                if call.start >= span[1]:
                    break
                ends = code.text(call.end, min(max(span[1], call.end), call.end + 200)).strip()
                if ends in _CALL_ENDS and (call.awaited or self.language == "python"):
                    return call.name, code.line(call.name_at)
            root = ROOT.fullmatch(over.strip().removesuffix(")")) or _PLAIN_ROOT.match(over)
            if root is None:
                break
            binding = binding_near(code, root[1], at, max(scope.parent, 0))
            if binding is None or binding.name != root[1]:
                break
            span, at = binding.value, binding.start
            over = code.text(span[0], min(span[1], span[0] + 300))[:200]
        return "", 0

    def _origin(
        self, scope: Scope, over: str, head: tuple[int, int], variable: str
    ) -> tuple[str, str]:
        """(``rows``, ``few``, empty or ``none``: not to be counted; the table of the rows)."""
        code = self.code
        text = over[:2_000].strip()
        if RETRIES.search(f"{variable} {text}") or _BATCH_CALL.search(text):
            return "none", ""
        if _RANGE.match(text) and not LENGTH.search(text):
            return "none", ""
        if self.language == "python" and self._in_slices(text):
            return "none", ""
        stepped = text.count(",") >= 2 or not LENGTH.search(text)
        if self.language == "python" and _PYTHON_RANGE.match(text) and stepped:
            return "none", ""
        enum = _ENUM.match(text) is not None and not self._is_variable(text, head[0], scope.parent)
        if _SCREAMING.search(text) or enum or self._listed(text):
            return "none", ""
        if self._few(text):
            return "few", ""
        inside = self._query_within(*head)
        if inside is not None:
            return _rows(inside)
        at, start, words = code.scopes[scope.index].start, scope.parent, [text]
        for _ in range(3):
            root = _VALIDATED.fullmatch(text) or ROOT.match(text)
            if root is None:
                break
            name = root[1]
            binding = binding_near(code, name, at, max(start, 0))
            if binding is None or binding.value[0] == binding.value[1]:
                break
            found = self._query_within(*binding.value)
            value = code.text(binding.value[0], min(binding.value[1], binding.value[0] + 2_000))
            if found is not None:
                origin, table = _rows(found)
                return ("few", table) if self._few(value) else (origin, table)
            value = value.strip()
            if self.language == "python" and (model := queryset_model(value)):
                return ("few" if self._few(value) else django_origin(value)), model.lower()
            if self._listed(value) and not self._grown(name, binding.end, head[0]):
                return "none", ""
            if _BATCH_CALL.search(value) or _OF_ENUM.search(value) or _ENUM.match(value):
                return "none", ""
            if self._few(value):
                return "few", ""
            at, text = binding.start, value
            words.append(name)
        if _BATCHED.search(variable) or _BATCHES.search(words[0]):
            return "none", ""
        if _PER_TARGET.search(words[0]) or _PER_TARGET.fullmatch(variable.strip("&() ")):
            return "none", ""
        return "", ""

    def _in_slices(self, text: str) -> bool:
        """Whether a function of the file that gives slices of a list is gone over."""
        call = _GIVEN.match(text)
        return call is not None and any(
            one.name == call[1] and _SLICES.search(self.code.text(one.start, one.end)) is not None
            for one in self.code.functions
        )

    def _grown(self, name: str, start: int, end: int) -> bool:
        """Whether a list that began as a literal gets more elements before it is gone through."""
        between = self.code.source[start:end]
        return (
            re.search(
                rb"\b"
                + name.encode()
                + rb"\s*\.\s*(?:push|append|extend|insert|add|concat|unshift)\b",
                between,
            )
            is not None
        )

    def _is_variable(self, name: str, at: int, scope: int) -> bool:
        """Whether a capitalised name of a script is one that its function gives a value to."""
        if self.language != "script" or not name.isidentifier():
            return False
        binding = binding_near(self.code, name, at, max(scope, 0))
        return binding is not None and self.code.scopes[binding.scope].function >= 0

    def _listed(self, text: str) -> bool:
        """Whether an expression is a list written out."""
        return (
            _LITERAL.match(text) is not None
            and not _SPREAD.search(text[:600])
            and (text[1:2] != ")" and "," in text)
            and text.rstrip()[-1:] in "])"
        ) or (text.startswith("{") and ":" in text and not _SPREAD.search(text[:600]))


def django_origin(text: str) -> str:
    """See ``QueryLoop.origin``: of a queryset."""
    if _OF_PARENT.search(text) or _SPAN.search(text) or _OF_SELF.search(text):
        return "children"
    if LISTED.search(text):
        return "keys"
    return "page" if _SLICED.search(text) else "rows"


def _rows(query: FoundQuery) -> tuple[str, str]:
    if _DIGITS.fullmatch(query.limit) and int(query.limit[:9]) <= 10:
        return "few", query.table
    single = (
        (query.library in _TOLD_BY_CHAIN and not query.many)
        or _SINGLE.fullmatch(query.call.name)
        or _SINGLE_END.search(query.text[:2_000])
    )
    if query.kind != "select" or single:
        return "", query.table
    if _BY_KEY.search(query.text[:4_000]) and not _WIDER.search(query.text[:4_000]):
        return "none", query.table
    if _BATCH_SIZE.search(query.limit):
        return "batch", query.table
    if _OF_PARENT.search(query.text[:4_000]):
        text = query.text[:4_000]
        if _OWN_ROWS.search(query.table) and _OF_USER.search(text):
            return "few", query.table
        of_tenant = query.library == "typeorm" and not _OF_PARENT.search(_OF_TENANT.sub("", text))
        return ("rows" if of_tenant and not query.limit else "children"), query.table
    if query.library == "django" and _OF_SELF.search(query.text[:4_000]):
        return "children", query.table
    if LISTED.search(query.text[:4_000]):
        return "keys", query.table
    return ("page" if query.limit else "rows"), query.table
