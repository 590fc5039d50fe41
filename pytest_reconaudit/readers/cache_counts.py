"""Counts that are kept in a cache's server, which are no copies of anything."""

from __future__ import annotations

import re

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code

__all__ = ["counts", "is_sum"]

_COUNTS = frozenset(
    {"incr", "incrby", "decr", "decrby", "incrbyfloat", "hincrby", "hincrbyfloat", "inc",
     "increment", "decrement"}
)  # fmt: skip
_WRAPPED = regex(
    r"\s*(?:(?:&|await\b|\(|(?:str|String|int|float|Number|max|min|round|abs|parseInt|parseFloat"
    r"|Math\.\w+|json\.dumps|JSON\.stringify|[iu](?:32|64)::from)\(\s*(?:\d+\s*,)?)\s*){0,6}"
)
_INSIDE = regex(r"\([^()]*\)")
_SUM = regex(r"[^,;{}+\-\n]{1,100}[-+]\s*[\w(]")
_LOOKS = regex(
    r"\.\s*(?:get|hget|getex|get_ex|get_json|getJSON|fetch|read|peek|get_value|getValue)\s*"
    r"(?:::\s*<[^;()]{0,80}>\s*|<[^;()]{0,80}>\s*)?\(|\bcmd\(\s*\"H?GET\""
)
_NAME = regex(r"(?<![\w.$'\"`])[A-Za-z_$][\w$]*")
_MOST = 12
"""Names and values that one value is traced over."""
_LONGEST = 240
_NEAR = 4_000
"""Bytes before a write in which what it writes is made."""


def counts(method: str) -> bool:
    """Whether a command adds to what is kept, or takes away from it."""
    return method.lower().replace("_", "") in _COUNTS


def is_sum(code: Code, call: Call, values: list[tuple[int, int]]) -> bool:
    """Whether what is written is what was read before, and something added or taken away."""
    function = code.function_at(call.scope)
    if function is None:
        return False
    first = function.body[0]
    texts = [code.text(one[0], min(one[1], one[0] + _LONGEST)) for one in values]
    before = ""
    known: set[str] = set()
    added = looked = False
    for count, text in enumerate(texts):
        if count > _MOST:
            break
        added = added or _adds(text)
        looked = looked or _LOOKS.search(text) is not None
        for name in _NAME.findall(text):
            if name in known or len(known) > _MOST:
                continue
            known.add(name)
            bindings = code.bindings_before(name, call.start, first, _MOST)
            texts += [code.text(one.value)[:_LONGEST] for one in bindings]
            if bindings and not added:
                before = before or code.text(max(first, call.start - _NEAR), call.start)
                added = _is_raised(before, name)
    return added and looked


def _adds(text: str) -> bool:
    wrapped = _WRAPPED.match(text)
    bare = text[wrapped.end() :] if wrapped is not None else text
    for _ in range(3):
        bare = _INSIDE.sub("", bare)
    return _SUM.match(bare.strip("`${ ")) is not None


def _is_raised(text: str, name: str) -> bool:
    """Whether a name is added to: ``count += 1``, ``count = Number(count) - 1``."""
    word = re.escape(name)
    again = rf"=(?!=)[^;=\n]{{0,60}}(?<![\w.$]){word}\b[^;,\n]{{0,20}}?[-+]\s*[\w(]"
    raised = rf"(?<![\w.$]){word}\s*(?:[-+]=|{again})"
    return re.search(raised, text) is not None
