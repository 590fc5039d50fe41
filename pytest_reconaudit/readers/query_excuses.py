"""Why a statement in a loop is none that should have been one for all."""

from __future__ import annotations

import re
from itertools import islice

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Scope
from pytest_reconaudit.readers.query_call import FoundQuery, binding_near, sql_of
from pytest_reconaudit.readers.query_loops import ADAPTORS, root_name
from pytest_reconaudit.readers.query_reading import WORD, names_in
from pytest_reconaudit.readers.query_rounds import MISSING, Rounds

__all__ = [
    "EXISTS",
    "FOUND_OR_MADE",
    "TRANSACTION",
    "Excuses",
]

_COMPARES = regex(
    r"[=!]==?|[<>](?!\w*>)=?|\bnot\s+in\b|\bin\b|\bmatches!|\.(?:contains\w*|includes|has|starts_?with|endswith|eq)\s*\(",
    2,
)
_NOTHING = regex(
    r"[=!]==?\s*(?:null|undefined|None|0|\"\"|''|false|true)\b|\b(?:null|undefined)\s*[=!]==?"
    r"|\.(?:length|len\(\)|size)\s*(?:>|!==?)\s*0\b|typeof\s+\w+\s*===?\s*[\"'`]\w+[\"'`]|=>|->"
)
"""A comparison that only asks whether there is anything."""
_LEAVES = regex(r"\b(?:raise|throw|panic!|bail!|return\s+Err\b)")
_BRACES = regex(r"[{}]")
_CHANGING = ("insert", "update", "delete")
TRANSACTION = regex(r"\$?(?:with|run|runIn|in|do|start)?[tT]ransaction|\$tx")
_LOOKS = regex(r"\bmatch$|\bif\s+let\s+Err\([^()]{0,40}\)\s*=$")
_FAILURE = regex(r"\bErr\((?:[^()]|\([^()]*\)){0,80}\)\s*=>([^\x00]{1,300})")
_BRANCH = regex(r"\s*(?:\.await\s*)?\)?\s*\{([^{}]{0,400}\}?)")
_GIVES_UP = regex(r"\breturn\b|\bbreak\b|\?[;,)\s]|\bbail!|\bpanic!|=>\s*Err\b|^\s*Err\(")
_VERSIONED = regex(
    r"\bcreate_revision\(|\breversion\.|\bset_comment\(|\b_change_reason\b|\bhistory\.\w+\("
)
FOUND_OR_MADE = frozenset({"get_or_create", "update_or_create", "aget_or_create",
                            "aupdate_or_create", "findOrCreate", "upsert"})  # fmt: skip
_SETS = regex(
    r"\.(?:set|col_expr|values|update|with_entities|patch\w*|updateAndFetch\w*|increment|decrement)\s*\(|\bdata\s*:|\bbind\s*\(|\bSet\s*\(|\bset\b(?=\s+[\w\"`.]+\s*=)",
    2,
)
_NESTED_WRITE = regex(r"\b(?:connect|connectOrCreate|disconnect|deleteMany|create|set)\s*:")
_DATA = regex(r"\bdata\s*:")
_SET_SQL = regex(r"\bset\b(.*?)(?:\bwhere\b|\breturning\b|$)", 18)
_SQL_VALUE = regex(r"\$\d|\$\{|\?|%s|%\(|:\w|\{\w*\}")
EXISTS = regex(r"\.\s*a?exists?(?:By)?\s*\(|\bselect\s*\(?\s*(?:diesel::|dsl::)*exists\b", 2)
_MAKES = regex(
    r"\.(?:save|create|insert|add|insert_into)\s*\(|\binsert_into\s*\(|\binsert\s+into\b", 2
)
_IF_NOT_IN = regex(r"\bif\b[^\n]*\bnot\s+in\b")
_REMEMBERS = regex(
    r"(?:^|_)cached?(?:_|$)|[cC]ached?(?=[A-Z]|$)|^(?:cache|remember|memo)|get_or_(?:set|insert|init|try)|getOrSet"
    r"|^(?:try_)?(?:optionally_)?get_with"
)
"""What a function is called that looks into a cache, and asks by a function it is given."""
_CACHES = regex(r"(?i)\b(?:this\.|self\.)?\w{0,30}cache\w{0,10}\s*\??\.\s*$")
_CREATES = regex(r"\bcreate\w*\s*\(")
_RANGES = regex(
    r"\b(?:gte?|lte?)\s*[:(]|__(?:gte?|lte?)\b|\.(?:ge|gt|le|lt)\(|[^-=<>]\s[<>]=?\s|\bbetween\b", 2
)
_ONLY_ROW = regex(r"\bobjects\s*\.\s*(?:get|first)\(\s*(?:(?:pk|id)=1|no_cache=\w+)?\s*\)")
"""A table with one row, which its manager mostly remembers."""
_PASSED_ON = regex(r"\?|\b(?:unwrap|expect)\(")


class Excuses(Rounds):
    """Why statements in loops are as they are."""

    def _excused(self, one: FoundQuery, loops: tuple[int, ...]) -> str:
        """Why a statement in loops is none that should have been one for all."""
        call = one.call
        if self._is_remembered(call.scope):
            return "remembered"
        if call.name in FOUND_OR_MADE or one.kind == "upsert":
            return "found or made"
        if one.library == "django" and _ONLY_ROW.search(one.text):
            return "only row"
        if not loops:
            return ""
        picked = self._picked(call.scope, one.kind)
        if picked:
            return picked
        if one.kind in _CHANGING and self._own_transaction(call.scope):
            return "own transaction"
        loop = self._nearest(call.scope)
        if loop is None:
            return ""
        if one.kind in ("insert", "update") and self._fills(call.scope):
            return "found or made"
        if one.kind == "count" and EXISTS.search(one.text) and _MAKES.search(self._body(loop)):
            return "found or made"
        if one.kind in ("select", "count"):
            if self._found_or_made(call, loop):
                return "found or made"
            return "own values" if self._spans(one, loop) else ""
        if one.library == "django" and _before(self.code, call).endswith(".add("):
            return "hooks"
        if self.language == "rust" and (self._looked_at(call) or self._goes_on(call)):
            return "caught"
        if one.library == "django" and call.name in ("save", "asave", "delete"):
            if call.name == "delete":
                return "hooks"
            if "update_fields" not in one.text or self._assigned(loop, root_name(one.text)):
                return "hooks"
            # Each change is written down for itself.
            return "hooks" if _VERSIONED.search(self._body(loop)) else ""
        if (
            one.library == "typeorm"
            and call.name == "save"
            and call.arguments
            and self._assigned(loop, root_name(self.code.text(call.arguments[0])))
        ):
            return "own values"
        if one.kind == "update" and self._varied(one, loop):
            return "own values"
        return ""

    def _is_remembered(self, scope: int) -> bool:
        """Whether it stands in a function that a cache is given, for what it has not got."""
        code = self.code
        for one in code.around(scope):
            if one.kind == "function":
                return False
            if one.kind in ("closure", "async") and one.call >= 0:
                call = code.calls[one.call]
                if call.name in ADAPTORS[self.language]:
                    continue
                on = code.text(max(call.receiver[0], call.name_at - 40), call.name_at)
                if _REMEMBERS.search(call.name) or _CACHES.search(on):
                    return True
        return False

    def _found_or_made(self, call: Call, loop: Scope) -> bool:
        """Whether a row is made where a look for it finds none."""
        body = self._body(loop)
        if _MAKES.search(body) is None and _CREATES.search(body) is None:
            return False
        for binding in self.code.bindings_around(call.start, call.end):
            for name in names_in(binding.name.strip("[]{} ")):
                asked = re.search(
                    rf"\bif\s*\(?\s*(?:(?P<no>not\s+|!\s*){name}\b|{name}(?P<none>\s+is\s+None|\.is_none\(\))"
                    rf"|{name}\s*\)?\s*[:{{])(?P<then>.{{0,300}})",
                    body,
                    re.DOTALL,
                )
                if asked is None:
                    continue
                missing = asked["no"] or asked["none"]
                then = asked["then"][:120] if missing else asked["then"]
                if missing and _LEAVES.search(then) is None and "return" not in then:
                    return True
                if not missing and (
                    "continue" in then or self._else_makes(body[asked.start("then") :])
                ):
                    return True
            return False
        return False

    def _else_makes(self, text: str) -> bool:
        """Whether a text that begins in a branch makes something in the branch beside it."""
        depth = 0
        for match in islice(_BRACES.finditer(text), 400):
            depth += 1 if match[0] == "{" else -1
            if depth < 0:
                rest = text[match.end() : match.end() + 1_000]
                made = _MAKES.search(rest) or _CREATES.search(rest)
                return rest.lstrip().startswith("else") and made is not None
        return False

    def _fills(self, scope: int) -> bool:
        """Whether it stands in a branch for what its round has looked for in vain."""
        code = self.code
        for one in code.around(scope):
            if one.kind in ("loop", "function"):
                return False
            if one.label != "if":
                continue
            for match in MISSING.finditer(self._asked(one)):
                name = next(word for word in match.groups() if word)
                binding = binding_near(code, name, one.start, one.parent)
                if binding is not None and self._query_within(*binding.value) is not None:
                    return True
        return False

    def _own_transaction(self, scope: int) -> bool:
        """Whether each round opens a transaction around what stands in a scope: its work is done
        as a whole or not at all, whatever becomes of the others."""
        code = self.code
        if self.language != "script":
            return False
        for one in code.around(scope):
            if one.kind in ("loop", "function") or self.loop_of.get(one.index, -1) >= 0:
                return False
            called = code.calls[one.call].name if one.kind == "closure" and one.call >= 0 else ""
            if called and TRANSACTION.fullmatch(called):
                return True
        return False

    def _spans(self, one: FoundQuery, loop: Scope) -> bool:
        """Whether each round asks for a range of its own: no list of keys would say the same."""
        if _RANGES.search(one.text) is None:
            return False
        fields = set()
        for name in self._made_in(loop):
            fields |= set(re.findall(rf"\b{re.escape(name)}\.\w+", one.text))
        return len(fields) > 1

    def _looked_at(self, call: Call) -> bool:
        """Whether what became of a statement is kept, so that a failure does not end the loop."""
        for binding in self.code.bindings_around(call.start, call.end):
            return (
                not self.code.source[binding.value[0] : binding.value[1]]
                .rstrip()
                .endswith((b"?", b")"))
                or _PASSED_ON.search(self.code.text(call.end, binding.value[1])) is None
            )
        return False

    def _goes_on(self, call: Call) -> bool:
        """Whether Rust code looks at the failure of a call, and goes on with the next round:
        ``match create(…) { Ok(_) => …, Err(why) => failed.push(why) }``."""
        if self.language != "rust":
            return False
        before = self.code.text(max(call.start - 60, 0), call.start).rstrip(" \n\t&(")
        if _LOOKS.search(before) is None:
            return False
        rest = self.code.text(call.end, min(call.end + 900, len(self.code.source)))
        if before.endswith("match"):
            failure = _FAILURE.search(rest)
            return failure is not None and _GIVES_UP.search(failure[1][:300]) is None
        branch = _BRANCH.match(rest)
        return branch is not None and _GIVES_UP.search(branch[1]) is None

    def _picked(self, scope: int, kind: str) -> str:
        """Why what stands in a scope is not done for each element of the loop around it."""
        code = self.code
        for one in code.around(scope):
            if one.kind == "function":
                return ""
            if one.label == "comprehension":
                return "compared" if _IF_NOT_IN.search(self._body(one)) else ""
            if one.kind == "loop" or (one.kind == "closure" and one.index in self.loop_of):
                return ""
            if one.label == "else":
                return "compared"
            if one.label in ("catch", "finally"):
                return "caught"
            if one.label == "if" and _COMPARES.search(_NOTHING.sub("", self._asked(one))):
                return "compared"
            if one.label == "try" and kind not in ("select", "count"):
                after = code.text(one.end, min(one.end + 400, len(code.source)))
                if not _LEAVES.search(after[:300]):
                    return "caught" if kind else "tried"
        return ""

    def _assigned(self, loop: Scope, row: str) -> bool:
        """Whether a row is given a value that is made of itself or of what its round makes."""
        body = self._body(loop)
        made = self._made_in(loop)
        values = re.findall(rf"(?m)^\s*{re.escape(row)}\.\w+\s*(?:[-+*/|]?=)(?!=)\s*(.+)", body)
        return any(set(WORD.findall(value)) & made for value in values)

    def _varied(self, one: FoundQuery, loop: Scope) -> bool:
        """Whether an update gives each row other values."""
        if self.language == "rust" and "QueryBuilder" in one.text:
            return True
        if '"' in one.text or "`" in one.text or "'" in one.text:
            sql = _SET_SQL.search(one.text) if sql_of(one.text) is not None else None
            if sql is not None:
                return _SQL_VALUE.search(sql[1]) is not None
        made = self._made_in(loop)
        if one.library == "prisma" and _NESTED_WRITE.search(one.text):
            return True  # `updateMany` takes no writes of relations
        for match in _DATA.finditer(one.text) if one.library == "prisma" else ():
            return bool(set(WORD.findall(_given_to(one.text, match.end() - 1))) & made)
        for match in _SETS.finditer(one.text):
            if set(WORD.findall(_given_to(one.text, match.end() - 1))) & made:
                return True
        return False


def _before(code: Code, call: Call) -> str:
    """The source right before a call's expression."""
    return code.text(max(call.start - 40, 0), call.start).rstrip()


def _given_to(text: str, start: int) -> str:
    """What stands in the brackets, or behind the colon, that follow a place."""
    opening = re.search(r"[({\[]", text[start : start + 200])
    if opening is None:
        return text[start : start + 200]
    start += opening.start()
    depth = 0
    for at in range(start, min(len(text), start + 2_000)):
        if text[at] in "({[":
            depth += 1
        elif text[at] in ")}]":
            depth -= 1
            if depth == 0:
                return text[start:at]
    return text[start : start + 2_000]
