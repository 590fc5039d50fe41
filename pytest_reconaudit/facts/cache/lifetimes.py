"""How long what is written to a cache stays there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.cache.operations import (
    CacheOperation,
    cache_files,
    counters,
    is_store,
    operations,
    segments,
    words_of,
    wrappers,
)
from pytest_reconaudit.facts.cache.staleness import cached_keys
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_records import NO_TTL, OWN_TTL
from pytest_reconaudit.target import Target, once

__all__ = ["CacheWrites", "cache_writes"]

_LONG = 300
_KEPT = regex(
    r"(?:^|[:_\-./<])(?:locks?|counters?|count|seq(?:uence)?|id_?gen|cursor|checkpoint|config|settings"
    r"|feature_?flags?|flags?|version|schema|leader|queue|stream|state|index|registry|offset|nonce"
    r"|last_?\w+|next_?\w+|schedules?|current_?\w+|progress|watermarks?|heartbeats?)"
    r"(?=$|[:_\-./{>])",
    re.IGNORECASE,
)
"""Keys that are meant to stay: counters, switches, positions."""
_STATE = frozenset(
    {"watermark", "watermarks", "progress", "cursor", "offset", "offsets", "checkpoint",
     "checkpoints", "lock", "leader", "heartbeat", "bookmark", "bookmarks", "sync", "synced"}
)  # fmt: skip
"""Words of what is read back as the state of some work."""
_RECORD = frozenset({"usage", "quota", "quotas", "credit", "credits", "balance"})
"""Words of functions that keep accounts, not copies."""
_PART = regex(r"(?i)(?:^|[._\W])(?:partition|shard)(?:_?(?:id|no|number|index|key))?(?:\(\))?$")
"""What there is a bounded number of."""
_FLAG = regex(
    r",\s*(?:['\"](?:true|false|[01]|yes|no|ok|done)['\"]|true|false|True|False|[01])\s*,?\s*\)$"
)
"""A mere mark is written."""


_VALUE = regex(r",\s*([A-Za-z_$][\w$]*)\s*,?\s*\)$")
_IDS = regex(r",\s*`\$\{[\w.]{1,60}\}(?:[\w:.-]{0,3}\$\{[\w.]{1,60}\}){0,3}`\s*,?\s*\)$")
_CHOSEN = (
    r"(?<![\w.]){0}\s*=\s*"
    r"(?:process\.env|os\.environ|['\"\d]|[\w.]*(?:options|args|params|query)\.)"
)
_FETCHED = r"(?<![\w.]){0}\s*=\s*await\b(?!\s+[\w.?]{{1,60}}\.get\()"
_ABOVE = 40
"""Lines."""


class CacheWrites(Struct, frozen=True, eq=False):
    """The writes of one source file."""

    path: str
    writes: tuple[CacheOperation, ...]
    endless: tuple[CacheOperation, ...]
    """Kept until somebody deletes them."""
    judged: int
    """How many writes are of what is to run out: those above, and those that have a time."""
    at_once: tuple[CacheOperation, ...]
    """Lists and dashboards kept for five minutes and more: all callers compute them at the same
    moment when they run out, since nothing holds all but one back."""
    uncounted: CacheOperation | None
    """The first write of all, where the repository's caches count neither hits nor misses."""


@once
def cache_writes(target: Target) -> tuple[CacheWrites, ...]:
    """Every file that writes to a cache, by path."""
    return tuple(_files(target))


def _files(target: Target) -> Iterator[CacheWrites]:
    known = operations(target)
    by_path: dict[str, list[CacheOperation]] = {}
    for one in known:
        if one.op.verb in ("set", "wrap"):
            by_path.setdefault(one.path, []).append(one)
    # What is given a time later, or taken away by its key, does not pile up.
    touched = {one.template for one in known if one.op.verb in ("touch", "delete") and one.template}
    reads = {
        (one.path, one.op.function_line, one.template) for one in known if one.op.verb == "get"
    }
    counted = any(one.counted for one in cache_files(target).values())
    herd = _herd(target)
    first = True
    for path, writes in sorted(by_path.items()):
        limited = {
            one.op.function_line
            for one in known
            if one.path == path
            and (
                one.op.verb == "touch"
                or (one.op.verb == "set" and one.ttl not in (NO_TTL, OWN_TTL))
            )
        }
        endless = [one for one in writes if _endless(target, one, touched, limited, reads)]
        named = [one for one in writes if one.template and one.template not in counters(target)]
        copies = [one for one in writes if one.template not in counters(target)]
        yield CacheWrites(
            path,
            tuple(writes),
            tuple(endless),
            len(endless) + sum(one not in endless and _is_timed(one) for one in writes),
            tuple([one for one in named if one in herd]),
            copies[0] if named and first and not counted else None,
        )
        first = first and not named


def _endless(
    target: Target,
    one: CacheOperation,
    touched: set[str],
    limited: set[int],
    reads: set[tuple[str, int, str]],
) -> bool:
    op = one.op
    if op.verb != "set" or op.conditional or one.template in touched:
        return False
    if is_store(target, one.path):
        return False
    if _KEPT.search(one.template or op.parameter):
        return False
    if op.stored == "id" or _FLAG.search(op.text) or one.template in counters(target):
        return False
    if not one.wraps and not (one.template and _is_cached(one, reads)):
        return False
    if _is_choice(target, one) or _is_bounded(target, one):
        return False
    looked = (one.path, op.function_line, one.template) in reads
    if not looked and _is_state(one):
        return False
    if one.template and "{}" not in one.template and not looked:
        return False  # one key, written anew by whoever computes it
    if one.wraps and _of_few_keys(target, op.function.rpartition(".")[2]):
        return False
    if op.store == "redis":
        # `match ttl { Some(t) => set_ex, None => set }`: whoever gives no time is told instead.
        return one.ttl == NO_TTL and not (op.function_line and op.function_line in limited)
    if one.ttl not in (NO_TTL, OWN_TTL) or one.wraps:
        return False
    known = wrappers(target).get(op.method, ())
    if known:
        return not any(wrapper.has_default for _, wrapper in known)
    # `None` in Django is said on purpose: with one fixed key nothing piles up.
    return one.ttl == NO_TTL and one.path.endswith(".py") and "{}" in one.template


def _is_timed(one: CacheOperation) -> bool:
    """Whether a write has a time, or is one of what may keep its key as it likes."""
    return one.ttl != NO_TTL and not (one.op.store == "redis" and one.ttl == OWN_TTL)


def _is_bounded(target: Target, one: CacheOperation) -> bool:
    """Whether what is written to is made here with a size or a time of its own."""
    name = one.op.receiver.rpartition(".")[2]
    if not name.isidentifier():
        return False
    options = r"(?:ttl|max_?\w*|expir\w*|capacity)\s*="
    made = rf"(?<![\w.]){name}\s*=\s*[\w.]{{1,60}}\([^()]{{0,200}}{options}"
    return re.search(made, target.text(one.path), re.IGNORECASE) is not None


def _is_choice(target: Target, one: CacheOperation) -> bool:
    """Whether what is written is what somebody chose, or the ids of where he is, not a copy."""
    if _IDS.search(one.op.text):
        return True
    match = _VALUE.search(one.op.text)
    if match is None:
        return False
    lines = target.lines(one.path)[max(one.op.line - _ABOVE, 0) : one.op.line]
    name, text = re.escape(match[1]), "\n".join(lines)
    chosen = re.search(_CHOSEN.format(name), text) is not None
    return chosen and re.search(_FETCHED.format(name), text) is None


def _is_state(one: CacheOperation) -> bool:
    """Whether a write keeps how far some work has come, or has a key per partition."""
    if one.holes and all(_PART.search(hole) for hole in one.holes):
        return True
    said = words_of((one.op.parameter, one.op.function))
    if not _RECORD.isdisjoint(said):
        return True  # what has been used up so far: the store itself is the truth
    return "cache" not in said and not _STATE.isdisjoint(said)


def _of_few_keys(target: Target, method: str) -> bool:
    """Whether all that a method is ever given is keys without a part put in: nothing piles up."""
    given = [
        one.template
        for one in operations(target)
        if one.op.method == method and one.op.verb == "set" and one.op.store == "service"
    ]
    told = [template for template in given if template]
    return bool(told) and not any("{}" in template for template in told)


def _is_cached(one: CacheOperation, reads: set[tuple[str, int, str]]) -> bool:
    """Whether a write fills a cache rather than a store of its own: its function looks first, or
    something is called a cache."""
    op = one.op
    if (one.path, op.function_line, one.template) in reads:
        return True
    return "cache" in f"{one.path} {op.receiver} {op.owner} {op.function} {one.template}".lower()


def _herd(target: Target) -> set[CacheOperation]:
    found = set()
    files = cache_files(target)
    for one in cached_keys(target):
        if one.own_life or one.family.ttl < _LONG or files[one.write.path].jitter:
            continue
        parts = segments(one.family.template)
        plural = bool(parts) and parts[0].lower().rstrip("{}_").endswith("s")
        if (one.aggregate or plural) and one.write.op.verb == "set":
            found.add(one.write)
    return found
