"""Whom an answer is for, and whether a key says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_words import WORD, shortened, stripped
from pytest_reconaudit.readers.code import Call, Code, Function

__all__ = ["IdentityReader"]

_IDENTITY = regex(
    r"\b(?:claims\.(?:sub|user_id|id|uid|tenant_id|org_id)"
    r"|(?:req|request|ctx|context|c|info\.context|self\.request)\.(?:user|auth|session|tenant|state\.user)"
    r"(?:\.\w+){0,2}|current_user(?:_?id|\.\w+)?|currentUser(?:Id|\.\w+)?|auth(?:ed|enticated)?_user(?:_id|\.\w+)?"
    r"|authUser(?:Id|\.\w+)?|session\.user(?:\.\w+)?|tenant_id|tenantId|user_id|userId|owner_id|ownerId"
    r"|account_id|accountId|org(?:anization)?_id|org(?:anization)?Id|workspace_id|workspaceId|g\.user(?:\.\w+)?)\b"
)
_EXTRACTED = regex(
    r"extract_user|current_?user|claims|get_?user_?id|req(?:uest)?\.(?:user|auth|session|headers)|\bauth\b"
    r"|jwt|session|tenant|identity|principal|g\.user|Depends\(|ctx\.(?:user|auth|session)|locals",
    re.IGNORECASE,
)
_GUARDS = regex(
    r"check|author|permission|verif|valid|ensure|assert|require|guard|can_|can[A-Z]|allow|log|audit"
    r"|trace|debug|info|warn|error|track|emit|publish|notify|record|span|metric|extract|parse|from_str"
    r"|is_admin|has_role|into_inner|clone|to_string|format|sleep",
    re.IGNORECASE,
)
_OWNERSHIP = regex(
    r"check_?(?!ed|out|sum)|authori[sz]|permission|ensure_?|require_?|^can_?|assert_|has_?access|is_?owner"
    r"|is_?member|is_?admin|verify_?(?:access|owner)|_?guard|policy|ability|get_object_or_404",
    re.IGNORECASE,
)
_WHO = regex(
    r"user|tenant|owner|account|org|workspace|team|member|auth|claims|subject|sub\b|viewer|actor|customer|me\b|uid",
    re.I,
)
_PATHS = regex(
    r"(?:req|request|ctx|context|uri|url)\w*\.(?:path|originalUrl|url|uri|get_full_path|build_absolute_uri|match_pattern|full_path|nextUrl)\b",
    re.I,
)
_QUERIED = regex(
    r"query|originalUrl|\.url\b|full_path|absolute|uri\b|search|params|args|\.GET\b|urlencode", re.I
)


_PERSON_TYPE = regex(
    r"\b(?:Auth(?:ed|enticated)?|Current|Logged(?:In)?|Session|Active)_?(?:User|Account|Member|Session)\w*"
    r"|\b\w*Claims\b|\bPrincipal\b|\bUserDep\b|\bIdentity\b|\b(?:Extension|ReqData)<\s*(?:\w+::)*\w*User\w*"
    r"|\b(?:Depends|Security)\(\s*[\w.]*(?:user|auth|principal|account|member|identity)"
)
"""Types of parameters by which a framework hands over who asks; FastAPI's dependencies."""
_GIVEN = regex(
    r"\b(\w+)\s*(?::[^,=()]{1,80})?=\s*(?:Depends|Security)\(\s*[\w.]*(?:user|auth|principal|account"
    r"|member|identity)"
)
_OWN_ID = regex(
    r"(?<![\w.])([a-z_]\w*)\.(?:id|pk|uid|uuid|sub|user_?id|userId|tenant_?id|tenantId|org_?id|orgId"
    r"|organization_?id|organizationId|account_?id|email|username)\b(?!\s*\()"
)
_PERSON = frozenset(
    {"user", "viewer", "me", "principal", "member", "account", "identity", "auth", "actor",
     "session"}
)  # fmt: skip
_NAME = regex(r"[a-z_]\w*")
_Narrowing = tuple[int, list[tuple[int, str, int]]]
"""(where the first call ends that checks whose things these are, (end, text, line) of each call
that is given who asks)."""


class IdentityReader:
    """Reads who asks in the functions of one file."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self._functions: dict[int, _Narrowing] = {}
        self._closures: dict[int, _Narrowing] = {}

    def identity(self, call: Call, function: Function | None, within: bool) -> tuple[str, int]:
        """How the function narrows what it fetches before a write to one user or tenant.

        :param function: ``None`` in a handler without a name.
        :param within: of a call that is given a function to make the value: what that fetches.
        """
        if function is not None:
            known = self._functions.get(function.index)
            if known is None:
                known = self._functions[function.index] = self._narrowing(function)
        else:
            closures = [one for one in self.code.around(call.scope) if one.kind == "closure"]
            if not closures or closures[-1].call < 0:
                return "", 0
            outer = closures[-1]
            known = self._closures.get(outer.index)
            if known is None:
                own = set(_NAME.findall(self.code.text(outer.head)))
                known = self._within(outer.start, outer.end, own, frozenset())
                self._closures[outer.index] = known
        if known[0] <= call.start:
            return "", 0
        first, last = (call.start, call.end - 1) if within else (0, call.start)
        return next(((text, line) for end, text, line in known[1] if first < end <= last), ("", 0))

    def _narrowing(self, function: Function) -> _Narrowing:
        own = {stripped(one.name) for one in function.parameters}
        return self._within(*function.body, own, self._handed_over(function))

    def _within(self, start: int, end: int, own: set[str], persons: frozenset[str]) -> _Narrowing:
        """What narrows the things of a piece of code.

        :param own: names that its parameters bring.
        :param persons: those of them in which a framework hands over who asks.
        """
        code = self.code
        text = code.text(start, end)
        if not _IDENTITY.search(text) and not _OWN_ID.search(text):
            return end, []
        checked = (one.end for one in code.calls_in(start, end) if _OWNERSHIP.search(one.name))
        return min(checked, default=end), list(self._given_who(start, end, own, persons))

    def _handed_over(self, function: Function) -> frozenset[str]:
        """Parameters in which a framework hands over who asks: ``user: AuthUser``,
        ``user=Depends(current_user)``."""
        found = set()
        for one in function.parameters:
            if _PERSON_TYPE.search(one.type) is not None:
                found.update(_NAME.findall(one.name)[-1:])
        head = self.code.text(function.start, min(function.body[0], function.start + 3_000))
        if "Depends(" in head or "Security(" in head:
            found.update(_GIVEN.findall(head))
        return frozenset(found)

    def _given_who(
        self, start: int, end: int, own: set[str], persons: frozenset[str]
    ) -> Iterator[tuple[int, str, int]]:
        code = self.code
        for one in code.calls_in(start, end):
            if one.macro or _GUARDS.search(one.name):
                continue
            if one.receiver[1] > one.receiver[0]:
                receiver = code.text(one.receiver)[-60:]
                if _GUARDS.search(receiver.rpartition(".")[2]) or "ache" in receiver:
                    continue
            if any(_GUARDS.search(code.calls[by].name) for by in self._outer(one)):
                continue
            for span in one.arguments:
                if span[1] - span[0] > 200:
                    continue
                given = code.text(span)
                if self._names_who(given, one, own, persons):
                    yield one.end, shortened(f"{one.name}({given})", 80), code.line(one.name_at)
                    break

    def _names_who(self, given: str, call: Call, own: set[str], persons: frozenset[str]) -> bool:
        """Whether an argument is the authenticated user, a tenant, or an id of one."""
        for match in _IDENTITY.finditer(given):
            word = match[0]
            head = word.partition(".")[0]
            after = given[match.end() :].lstrip()[:1]
            if given[: match.start()].count('"') % 2 or (after == ":" and "." not in word):
                continue  # in a string, the name of a field
            if WORD.fullmatch(word) and not word.startswith(("current", "auth", "tenant")):
                binding = self.code.binding_of(word, call.start, call.scope)
                if binding is None or not _EXTRACTED.search(self.code.text(binding.value)[:300]):
                    continue
            elif (
                head in ("req", "request", "ctx", "context", "c", "session")
                and head not in own
                and not self.code.binding_of(head, call.start, call.scope)
            ):
                continue
            return True
        for match in _OWN_ID.finditer(given):
            name = match[1]
            if given[: match.start()].count('"') % 2:
                continue
            if name in persons:
                return True
            if name in _PERSON and name not in own:
                binding = self.code.binding_of(name, call.start, call.scope)
                if binding and _EXTRACTED.search(self.code.text(binding.value)[:300]):
                    return True
        return False

    def _outer(self, call: Call) -> Iterator[int]:
        """Indexes of the calls whose argument holds a call."""
        for one in self.code.calls[max(call.index - 12, 0) : call.index]:
            if any(a <= call.start and call.end <= b for a, b in one.arguments):
                yield one.index

    def is_request_key(self, key: str, call: Call) -> bool:
        holes = re.findall(r"\{([^{}]*)\}", key)
        if not any(_PATHS.search(one) for one in holes):
            return False
        return not any(
            _WHO.search(one)
            or (_QUERIED.search(one) and not one.endswith((".path()", ".path")))
            or re.search(r"hash|digest|md5|sha|key|fingerprint|stringify", one, re.I)
            for one in holes
        )
