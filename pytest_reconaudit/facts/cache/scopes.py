"""Cached answers that are one user's, under a key that is everybody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.cache.operations import CacheOperation, operations
from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.code.functions import Ref, function_at, outlined, reached
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.kept_answers import KeptAnswer, KeptAnswers, kept_answers
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["Kept", "KeyScopes", "Unscoped", "key_scopes"]

_WHO = regex(
    r"user|tenant|owner|account|org|workspace|team|member|auth|claims|\bsub\b|viewer|actor|customer"
    r"|company|client|shop|store_?id|site|uid|email|session|token|profile|principal|\bme\b",
    re.IGNORECASE,
)
_OPAQUE = regex(
    r"hash|digest|md5|sha\d|json|dumps|stringify|params|filter|scope|fingerprint|ctx|context|args"
    r"|kwargs|options|opts|signature|serialize|repr|\bkey\b|_key|Key\b",
    re.IGNORECASE,
)


_ONE_TIME = regex(
    r"(?:^|[._])(?:uuid\w*|nonce|otp|pin|ticket|challenge|verifier|random\w*)$"
    r"|^code$|(?:pair(?:ing)?|auth|verification|invite|reset|device|access|login)_?code$",
    re.IGNORECASE,
)
"""What is made anew for each one who asks, so nobody else has it."""
_DRAWN = (
    r"\b{0}\s*(?::[^=\n]{{1,40}})?=\s*(?:await\s+)?[\w.:]*(?:[gG]enerate|[rR]andom|[uU]uid|nanoid"
    r"|cuid|token_(?:hex|urlsafe|bytes)|secrets\.|ObjectId|new_v4)"
)
_BEFORE = 60


_OWN_LIMIT = regex(
    r"(?:^|[:_.\-/<])(?:rate_?limit\w*|rate|rl|throttle\w*|limit(?:er|s)?|quota|attempts?|lock(?:s|out)?"
    r"|counters?|count|hits?|visits?|idempoten\w*|block|fences?|cancel\w*|generator|heartbeat)"
    r"(?=$|[:_.\-/>{])",
    re.IGNORECASE,
)
"""Keys under which no answer is kept."""


class Unscoped(Struct, frozen=True, eq=False):
    """One write of what only some may see."""

    write: CacheOperation
    who: str
    """What the function fetches for one user or tenant; empty when the key is the request's."""
    who_place: Place
    used: bool
    """Something runs it."""
    missing: tuple[str, ...] = ()
    """What selects the answer and stands not in the key: ``page``."""
    grants: bool = False
    """What is missing says what somebody may do."""


class Kept(Struct, frozen=True, eq=False):
    """One handler whose whole answer is kept under the URL, though it answers to one."""

    answer: KeptAnswer
    place: Place
    who_place: Place


class KeyScopes(Struct, frozen=True, eq=False):
    """The written templates of one file."""

    path: str
    judged: int
    unscoped: tuple[Unscoped, ...]
    kept: tuple[Kept, ...] = ()


@once
def key_scopes(target: Target) -> tuple[KeyScopes, ...]:
    """Every file that writes under keys that are told or keeps whole answers, by path."""
    by_path: dict[str, list[CacheOperation]] = {}
    for one in operations(target):
        if one.op.verb in ("set", "wrap") and one.template:
            by_path.setdefault(one.path, []).append(one)
    answers = {
        path: found
        for path, found in scanned(target, kept_answers).items()
        if not is_test_path(path)
    }
    return tuple(_of_file(target, path, by_path, answers) for path in sorted({*by_path, *answers}))


def _of_file(
    target: Target,
    path: str,
    by_path: dict[str, list[CacheOperation]],
    answers: dict[str, KeptAnswers],
) -> KeyScopes:
    writes = by_path.get(path, [])
    kept = answers.get(path)
    return KeyScopes(
        path,
        len(writes) + (kept.judged if kept else 0),
        (*_unscoped(target, writes), *_unselected(target, writes)),
        tuple(
            Kept(one, Place(path, one.line), Place(path, one.who_line or one.line))
            for one in (kept.found if kept else ())
        ),
    )


_AN_ID = regex(r"\w+(?:\.\w+)*\.(?:id|pk|uid|uuid|sub|email|username|\w+_id|\w+Id)")


def _unscoped(target: Target, writes: list[CacheOperation]) -> Iterator[Unscoped]:
    for one in writes:
        op = one.op
        if (not op.identity and not op.request_key) or _OWN_LIMIT.search(one.template):
            continue
        told = any(
            _WHO.search(hole)
            or _OPAQUE.search(hole)
            or (_AN_ID.fullmatch(hole) and hole in op.identity)
            for hole in one.holes
        ) or ("{}" in one.template and _WHO.search(one.template))
        if (told or any(_is_drawn(target, one, hole) for hole in one.holes)) and not op.request_key:
            continue
        if not op.request_key and (_is_apart(target, one) or _is_lot(target, one)):
            continue
        if "admin" in (op.function + op.owner + one.path).lower():
            continue
        ref = function_at(target, one.path, op.line)
        used = (ref is not None and ref in reached(target)) or not uncalled(target, one.place)
        yield Unscoped(
            one,
            "" if op.request_key else op.identity,
            Place(one.path, op.identity_line or op.line),
            used,
        )


def _unselected(target: Target, writes: list[CacheOperation]) -> Iterator[Unscoped]:
    """The writes of answers that a parameter selects which the key has not; of those that a
    function looks for before it makes them."""
    looked = {
        (one.path, one.op.function_line)
        for one in operations(target)
        if one.op.verb == "get" and one.op.function_line and _is_taken(target, one)
    }
    for one in writes:
        op = one.op
        if not op.left_out or op.request_key or _OWN_LIMIT.search(one.template):
            continue
        if op.verb != "wrap" and (one.path, op.function_line) not in looked:
            continue
        ref = function_at(target, one.path, op.line)
        missing = tuple(
            name for name in op.left_out if ref is None or not _is_never_given(target, ref, name)
        )
        if not missing:
            continue
        used = (ref is not None and ref in reached(target)) or not uncalled(target, one.place)
        grants = any(_GRANTS.fullmatch(name) for name in missing)
        yield Unscoped(one, "", one.place, used, missing, grants)


def _is_never_given(target: Target, ref: Ref, name: str) -> bool:
    """Whether a parameter of a function has its default in every call of that name: there is but
    one answer."""
    function = outlined(target, ref)
    names = [one for one, _ in function.parameters if one not in ("self", "this", "cls")]
    index = next((at for at, one in enumerate(names) if one.partition("=")[0].strip() == name), -1)
    if index < 0 or ref.path.endswith(".rs"):
        return False
    given = _given(target).get((ref.path.endswith(".py"), function.name), ())
    return bool(given) and max(given) <= index


@once
def _given(target: Target) -> dict[tuple[bool, str], list[int]]:
    """(whether in Python, name of what is called) → with how many arguments it is, by each call."""
    found: dict[tuple[bool, str], list[int]] = {}
    for path, file in scanned(target, outline).items():
        if path.endswith(".rs") or is_test_path(path):
            continue
        for call in file.every_call():
            found.setdefault((path.endswith(".py"), call.name), []).append(call.arguments)
    return found


def _is_taken(target: Target, one: CacheOperation) -> bool:
    """Whether what is found under a key is given out, not only that there is something."""
    above = target.line(one.path, one.op.line - 1).rstrip()
    own = target.line(one.path, one.op.line)
    return _TAKES.search(own) is not None or above.endswith(("=", "(", "await", "match"))


_TAKES = regex(r"=(?!=)|\breturn\b|\bmatch\b")
_GRANTS = regex(r"operation|role|scope|permission|action")


_STORE_OF_ONE = regex(
    r"(?i)\b\w*(?:redis|cache|store|connector|kv)\w*\(\s*[^()\n]{0,80}"
    r"(?:tenant|workspace|org(?:anization)?|account|user)(?:_?id)?\b"
)
"""A store or client that is made for one tenant: it puts him before each key."""
_NO_FETCH = regex(r"(?i)^[\w.]*(?:mark|accessible|allowed|check|ensure|max|connector|client)\w*\(")


def _is_apart(target: Target, one: CacheOperation) -> bool:
    """Whether the store itself is one tenant's, or what names him fetches nothing that is kept."""
    if _STORE_OF_ONE.search(one.op.identity) or _NO_FETCH.search(one.op.identity):
        return True
    return _STORE_OF_ONE.search(target.text(one.path)) is not None


_NAMES = regex(r"(?<![\w.$'\"`])[a-z_]\w{2,}(?=\s*[,)])")
_MOST_NAMES = 8


def _is_lot(target: Target, one: CacheOperation) -> bool:
    """Whether what is written was drawn by lot in its function: a token, no answer."""
    names = dict.fromkeys(_NAMES.findall(one.op.text))
    return any(_is_drawn(target, one, name) for name in [*names][:_MOST_NAMES])


def _is_drawn(target: Target, one: CacheOperation, hole: str) -> bool:
    """Whether what a key holds was drawn by lot just before: nobody can ask for another's."""
    if _ONE_TIME.search(hole):
        return True
    if not hole.isidentifier():
        return False
    lines = target.lines(one.path)
    text = "\n".join(lines[max(0, one.op.line - _BEFORE) : one.op.line])
    return re.search(_DRAWN.format(re.escape(hole)), text) is not None
