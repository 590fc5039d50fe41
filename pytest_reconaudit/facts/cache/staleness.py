"""Cached keys that outlive a change of what they hold: no code deletes them.

A family of keys is judged when it is written and read, kept for more than a minute, and nothing
deletes it, by its key, by a pattern, a tag or a version in the key. Whoever changes the entity that
the key is named after, or a table that the writer reads, is a *mutator*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.cache.mutators import (
    Mutator,
    below,
    entity_words,
    mutators,
    same_entity,
    tables_read,
    takes,
    written_through,
)
from pytest_reconaudit.facts.cache.operations import (
    CacheOperation,
    KeyFamily,
    counters,
    families,
    is_store,
    module_name,
    operations,
    segments,
    words_of,
)
from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.code.functions import Ref, function_at, handlers, outlined, reached
from pytest_reconaudit.facts.code.places import weighed
from pytest_reconaudit.facts.query.tables import mutations
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_records import NO_TTL, OWN_TTL, UNKNOWN_TTL
from pytest_reconaudit.target import Target, once

__all__ = ["CachedKey", "cached_keys"]

SHORT = 60
"""Seconds for which a stale answer is a choice, not a fault."""
MIDDLE = 300
_HOUR = 3600
"""Seconds from which on one entity's old state is shown for as long as for ever."""
_HINT = Severity.INFO
_NEAR = 25
"""Lines in which a function without a name looks for a key and writes it."""
"""What names alone say is worth a look, no more."""

_OWN_LIFE = regex(
    r"(?:^|[:_.\-/<])(?:sess(?:ion)?s?|tokens?|jwt|csrf|nonce|otp|rate_?limit(?:er|s)?|rate|throttle"
    r"|locks?|mutex|semaphore|idempoten\w*|exports?|health\w*|ping|heartbeat|blacklist(?:ed)?"
    r"|denylist|revoked|blocklist|queue|captcha|oauth\w*|presence|online|typing|progress|dedup\w*"
    r"|attempts?|cooldown|quota|verif\w+|reset|magic_?link|challenge|refresh|pkce|saml|webauthn"
    r"|ua|user_?agents?|leader|election|cursor|checkpoint|jobs?_?lock|throttl\w*|invite_?codes?|geo\w*|weather|ip"
    r"|exchange_?rates?|fx|dns|oembed|og|preview|translation|embedding|llm|github|gitlab|stripe"
    r"|jwks|openid|discovery|version|release|etag|nodeinfo|webfinger|last_?(?!name|\d)[a-z]+"
    r"|\w+_last_\w+|watermark|heartbeats?)(?=$|[:_.\-/>{]|\d)",
    re.IGNORECASE,
)
"""Keys with a life of their own: nothing in the database that they could be stale against."""
_AGGREGATE = frozenset(
    {
        "stat", "stats", "statistic", "count", "dashboard", "summary", "analytic", "metric",
        "overview", "report", "trend", "popular", "top", "recent", "feed", "leaderboard",
        "aggregate", "total", "chart", "insight", "kpi", "usage", "ranking", "trending",
    }
)  # fmt: skip
_GENERIC = frozenset(
    {
        "cache", "cached", "app", "api", "data", "list", "all", "item", "detail", "by", "id",
        "page", "get", "find", "fetch", "query", "result", "lookup", "info", "v1", "v2", "v3",
        "response", "http", "db", "key", "entity", "object", "model", "svc", "service", "backend",
        "prod", "dev", "public", "full", "search", "filter", "index", "view", "cnt", "the",
    }
)  # fmt: skip
_LOGS = frozenset(
    {
        "log", "audit", "event", "measurement", "reading", "metric", "history", "archive",
        "ledger", "trace", "activity", "tick", "sample", "visit", "click", "impression", "snapshot",
    }
)  # fmt: skip
_VERSIONED = regex(
    r"\b(?:v|ver|version|rev|revision|etag|generation|epoch|checksum|digest|hash|sha\d*|md5"
    r"|updated_?at|modified(?:_?at)?|timestamp|last_?mod\w*|build|release|commit)\b|_(?:version|hash|rev"
    r"|digest|etag|updated_at|generation)\b|(?:Version|Hash|Digest|UpdatedAt|Revision)\b",
    re.IGNORECASE,
)


_FLEETING = regex(
    r"(?:^|[.&*\s])(?:oauth_?state|nonce|(?:code_?)?verifier|otp|challenge|jti|csrf"
    r"|(?:(?:access|refresh|session|reset|bearer|csrf|auth|jwt|magic|id)_?)?token)$",
    re.IGNORECASE,
)
"""Values of a handshake: what is kept under them is gone with it."""


class CachedKey(Struct, frozen=True, eq=False):
    """One template that the repository writes and reads, and what may make it stale."""

    family: KeyFamily
    entity: tuple[str, ...]
    """Words of what the key is named after, singular; empty when its name tells nothing."""
    aggregate: bool
    """A count, a dashboard: made of many rows."""
    mutators: tuple[Mutator, ...]
    """Who changes it and leaves it standing; none when it is invalidated or has its own life."""
    tables: tuple[tuple[str, Place], ...]
    """The tables that its writers read."""
    pardon: str
    """Why it need not be deleted; empty when nothing says so."""
    own_life: bool
    """A session, a token, a lock, data of others."""
    severity: Severity
    sure: bool = True
    """Some mutator is known by what it writes, not by its name alone."""
    figure: bool = False
    """A counter or a usage that may run behind for the few minutes it is kept."""
    idle: tuple[tuple[Place, str], ...] = ()
    """Its deletes, each with the function that it stands in: nothing calls any of them."""

    @property
    def write(self) -> CacheOperation:
        return self.family.writes[0]


@once
def cached_keys(target: Target) -> tuple[CachedKey, ...]:
    """Every template that is written and read, by template."""
    return tuple(_judged(target))


def _judged(target: Target) -> Iterator[CachedKey]:
    loose = [
        one
        for one in operations(target)
        if one.op.verb in ("delete", "pattern") and not one.template and not one.wraps
    ]
    everything = [one for one in operations(target) if one.op.verb == "all" and one.op.function]
    for family in families(target):
        if not family.writes or not family.reads:
            continue
        entity, aggregate = _entity(_own_part(family))
        pardon = _pardon(target, family, entity, aggregate, loose, everything)
        if pardon:
            own_life = bool(_OWN_LIFE.search(family.template)) or pardon in (_COUNTED, _STORED)
            yield CachedKey(family, entity, aggregate, (), (), pardon, own_life, Severity.INFO)
            continue
        fillers = _fillers(target, family)
        tables = tables_read(target, fillers)
        if not tables and not _is_cache(family):
            why = "it is kept here, and fetched from nowhere"
            yield CachedKey(family, entity, aggregate, (), (), why, False, Severity.INFO)
            continue
        found = _mutators(target, family, entity, aggregate, fillers, tables)
        if not aggregate and _is_log(family, found):
            found = []
        if found and aggregate and _is_by_choice(target, family, found):
            found = []
        sure = not mutations(target) or any(
            not one.by_name
            and (_is_told(one, entity, tables) or _is_pair(one, _pair(family.template)))
            for one in found
        )
        figure = bool(found) and _is_figure(family, found, tables)
        yield CachedKey(
            family,
            entity,
            aggregate,
            tuple(found),
            tuple(sorted(tables.items())),
            "" if found else "nothing here changes what it holds",
            False,
            _severity(family, entity, aggregate, found) if sure and not figure else _HINT,
            sure,
            figure,
            tuple((one.place, _idle(target, one)) for one in family.deletes),
        )


@once
def _idle_functions(target: Target) -> dict[tuple[str, int], str]:
    """Filled as deletes are asked for."""
    return {}


def _idle(target: Target, one: CacheOperation) -> str:
    """The function around a delete when nothing but tests calls it; empty when something may: a
    framework, by a decorator, too."""
    known = _idle_functions(target)
    key = (one.path, one.op.line)
    if key not in known:
        ref = function_at(target, one.path, one.op.line)
        free = ref is not None and not outlined(target, ref).attributes
        known[key] = uncalled(target, one.place) if free and ref not in handlers(target) else ""
    return known[key]


def _is_told(one: Mutator, entity: tuple[str, ...], tables: Mapping[str, Place]) -> bool:
    """Whether more than a part of its name says that what is written is what the key holds: the
    ``trace`` of a key is not the table ``pinned_trace``, where what is cached reads others."""
    if one.entity in {entity_words(table) for table in tables}:
        return True
    return "".join(one.entity) == "".join(entity) or len(one.entity) < len(entity)


def _is_figure(family: KeyFamily, found: list[Mutator], tables: Mapping[str, Place]) -> bool:
    """Whether what is kept for some minutes is a figure that runs behind on purpose: a counter, a
    usage, and any statistic of which no table is known that it is made of."""
    if _is_statistic(family):
        return True
    if not NO_TTL < family.ttl <= _FIGURE:
        return False
    texts = [family.template]
    for one in family.writes:
        texts += [one.op.receiver, one.op.function]
    words = {word for text in texts for word in entity_words(text)}
    if words & _FIGURES:
        return True
    read = {entity_words(table) for table in tables}
    return bool(words & _AGGREGATE) and not any(one.entity in read for one in found)


def _is_statistic(family: KeyFamily) -> bool:
    """Whether what is kept for an hour at most is worked out of what has been: a trend, a
    performance, or a sum over the days that are part of the key."""
    if not NO_TTL < family.ttl <= _HOUR:
        return False
    texts = [family.template, *(one.op.function for one in family.writes)]
    words = {word for text in texts for word in entity_words(text)}
    if words & _STATISTICS:
        return True
    holes = [hole for one in family.writes for hole in one.holes]
    return bool(words & _AGGREGATE) and any(_SPAN.search(hole) for hole in holes)


_STATISTICS = frozenset(
    {"trend", "forecast", "projection", "performance", "perf", "compare", "comparison", "breakdown",
     "turnover", "growth", "churn", "cohort", "retention", "distribution", "heatmap", "peak",
     "velocity", "popular", "trending", "leaderboard"}
)  # fmt: skip
_SPAN = regex(
    r"(?:^|[._\s])(?:days?|hours?|weeks?|months?|years?|period\w*|from|to|since|until|granularity|interval"
    r"|time_?frame|time_?range|range|window|(?:date|start|end)_?(?:from|to|date|time|range)?)(?:$|[._?\s])",
    re.IGNORECASE,
)
"""What tells between which days something is summed up."""
_FIGURE = 600
"""Seconds for which a figure may run behind."""
_FIGURES = frozenset({"count", "counter", "usage", "metric", "meter", "total"})


def _own_part(family: KeyFamily) -> str:
    """A template without the name of the module that it may begin with."""
    first = family.writes[0]
    if "__name__" not in first.holes:
        return family.template
    return family.template.replace(module_name(first.path), "", 1)


def _is_by_choice(target: Target, family: KeyFamily, found: list[Mutator]) -> bool:
    """Whether what is kept for a day at most is changed by jobs alone, which come round as seldom:
    how old it may be is what the time says."""
    return NO_TTL < family.ttl <= _DAY and all(
        one.ref is not None
        and one.ref not in reached(target)
        and _JOB.search(one.ref.path) is not None
        for one in found
    )


_DAY = 86_400
_COUNTED = "a count that is kept here alone"
_STORED = "a repository keeps it here, and the package has no other database"
_JOB = regex(r"(?:^|[/_])(?:tasks?|jobs?|cron(?:jobs?)?|workers?|schedul\w+|celery\w*)(?:/|\.\w+$)")


def _pardon(
    target: Target,
    family: KeyFamily,
    entity: tuple[str, ...],
    aggregate: bool,
    loose: list[CacheOperation],
    everything: list[CacheOperation],
) -> str:
    first = next((one for one in family.deletes if not _idle(target, one)), None)
    if first is not None:
        return f"deleted at {first.place}"
    if _OWN_LIFE.search(family.template):
        return "a key with a life of its own"
    if family.template in counters(target):
        return _COUNTED
    if all(is_store(target, one.path) for one in family.writes):
        return _STORED
    if any(one.op.conditional for one in family.writes):
        return "written under NX: a lock or a first writer"
    if any(one.op.tagged for one in family.writes):
        return "written with tags"
    if any(_VERSIONED.search(hole) for one in family.writes for hole in one.holes):
        return "a version is part of the key"
    if any(_FLEETING.search(hole) for one in family.writes for hole in one.holes):
        return "keyed by what one exchange makes up"
    if all(one.op.stored == "id" for one in family.writes):
        return "a mere id is stored"
    if all(one.op.stored == "outside" for one in family.writes) and family.ttl != NO_TTL:
        return "what another system has answered is stored"
    ttl = family.ttl
    if NO_TTL < ttl <= SHORT:
        return f"kept for {ttl} s only"
    if aggregate and ttl in (UNKNOWN_TTL, OWN_TTL):
        return "how long it is kept is not told here"
    for one in loose:
        if one.path == family.writes[0].path or (
            entity
            and entity[-1]
            in {
                w
                for e in words_of((one.op.function, one.op.owner, one.path))
                for w in entity_words(e)
            }
        ):
            return f"{one.op.text} at {one.place} may delete it"
    for one in everything:
        ref = function_at(target, one.path, one.op.line)
        if ref is not None and _by_request(target, ref) and "ache" not in one.op.owner:
            return f"{one.op.text} at {one.place} deletes everything"
    return ""


def _is_cache(family: KeyFamily) -> bool:
    """Whether what is written is a copy: whoever writes looks first, or calls it a cache."""
    looked = [(one.path, one.op.function_line, one.op.line) for one in family.reads]
    return any(
        one.op.verb == "wrap"
        or any(
            path == one.path
            and function == one.op.function_line
            and (function or 0 < one.op.line - line <= _NEAR)
            for path, function, line in looked
        )
        or "cache"
        in f"{one.path} {one.op.receiver} {one.op.owner} {one.op.function} {one.template}".lower()
        for one in family.writes
    )


def _is_log(family: KeyFamily, found: list[Mutator]) -> bool:
    """Whether what is cached is only ever added to, and what is past stays as it is."""
    if any(one.verb != "insert" for one in found):
        return False
    words = set(entity_words(family.template)).union(*(one.entity for one in found))
    return bool(words & _LOGS)


def _by_request(target: Target, ref: Ref) -> bool:
    return any(one.ref is not None and ref in below(target, one.ref) for one in mutators(target))


def _entity(template: str) -> tuple[tuple[str, ...], bool]:
    """(words of what the key is named after, whether it is an aggregate)."""
    aggregate = False
    for part in segments(template):
        words = [
            one
            for piece in re.split(r"[_\-\s]+", re.sub(r"\{\}|[<>]", " ", part))
            for one in entity_words(piece)
            if not one.isdigit()
        ]
        aggregate = aggregate or any(one in _AGGREGATE for one in words)
        rest = [
            one for one in words if one not in _GENERIC and one not in _AGGREGATE and len(one) > 1
        ]
        if rest:
            return tuple(rest), aggregate
    return (), aggregate


def _fillers(target: Target, family: KeyFamily) -> list[Ref]:
    """The functions that write the key."""
    found: dict[Ref, None] = {}
    for one in family.writes:
        ref = function_at(target, one.path, one.op.line)
        if ref is not None:
            found[ref] = None
    return list(found)


def _mutators(
    target: Target,
    family: KeyFamily,
    entity: tuple[str, ...],
    aggregate: bool,
    fillers: list[Ref],
    tables: Mapping[str, Place],
) -> list[Mutator]:
    read = {entity_words(one) for one in tables}
    readers = {
        ref
        for one in family.reads
        if (ref := function_at(target, one.path, one.op.line)) is not None
    }
    writing = set(fillers) - readers
    language = _language(family.writes[0].path)
    known = [
        one
        for one in mutators(target)
        if _language(one.place.path) == language and one.ref not in fillers
    ]
    own = [one for one in known if same_entity(entity, one.entity)]
    pair = _pair(family.template)
    if joined := [one for one in known if not one.by_name and _is_pair(one, pair)]:
        own = joined  # `permissions:role:{}` is kept of the table `role_permissions`
    elif entity in read:
        # The table itself is read: another one whose name ends alike holds other things.
        own = [one for one in own if one.by_name or one.entity == entity or one.entity in read]
    if "{}" not in family.template:
        # One value for everybody: a name that says more, as UserConfig does, means another thing.
        own = [one for one in own if not one.by_name or len(one.entity) <= len(entity)]
    if _is_single(family, entity, aggregate):
        own = [one for one in own if one.verb != "insert"]  # what is new is under no key yet
    if aggregate:
        # What a count is made of is told by the tables that it is counted from.
        found = [one for one in known if one.entity in read] or own
        if found and entity:
            found += [one for one in own if one not in found]
            found += _children(target, known, entity, found)
    else:
        found = own
    kept: dict[Place, Mutator] = {}
    for one in found:
        if one.ref is not None and writing & below(target, one.ref):
            continue  # write-through
        if (
            one.ref is not None
            and one.ref not in handlers(target)
            and written_through(target, one.ref, frozenset(writing))
        ):
            continue
        before = kept.get(one.place)
        if before is None or (before.by_name and not one.by_name):
            kept[one.place] = one
    return sorted(kept.values(), key=lambda one: one.place.key())


def _pair(template: str) -> frozenset[str]:
    """The words of the first two parts of a key, where both are plain words."""
    first = [entity_words(part) for part in _named_parts(template)[:2] if "{}" not in part]
    return frozenset(word for words in first for word in words) if len(first) == 2 else frozenset()


def _is_pair(one: Mutator, pair: frozenset[str]) -> bool:
    return len(one.entity) == len(pair) == 2 and set(one.entity) == pair


def _children(
    target: Target, known: list[Mutator], owner: tuple[str, ...], found: list[Mutator]
) -> Iterator[Mutator]:
    """Handlers that by their names change what belongs to the entity that is counted for: one
    that creates such a thing takes the owner's id."""
    wanted = "_".join(owner) + "_id"
    entities = {
        one.entity
        for one in known
        if one.verb == "insert" and one.ref is not None and takes(target, one.ref, wanted)
    }
    places = {one.place for one in found}
    written = {one.ref for one in known if not one.by_name}
    for one in known:
        mere = one.by_name and (one.ref is None or one.ref not in written)
        if mere and one.entity in entities and one.place not in places:
            yield one


def _language(path: str) -> str:
    suffix = path.rpartition(".")[2]
    return suffix if suffix in ("rs", "py") else "script"


def _severity(
    family: KeyFamily, entity: tuple[str, ...], aggregate: bool, found: list[Mutator]
) -> Severity:
    path = family.writes[0].path
    if _is_single(family, entity, aggregate) and any(
        one.verb in ("update", "delete") and same_entity(entity, one.entity) for one in found
    ):
        severity = Severity.HIGH if family.ttl > MIDDLE else Severity.MEDIUM
        if family.ttl == NO_TTL or family.ttl >= _HOUR:
            severity = Severity.HIGH
        if all(_only_deletes(one) for one in found):
            severity = severity.lowered()
        return weighed(severity, path)
    if aggregate or not (family.ttl == NO_TTL or family.ttl > MIDDLE):
        return weighed(Severity.MEDIUM, path)
    return weighed(Severity.HIGH, path)


def _only_deletes(one: Mutator) -> bool:
    """Whether what is changed is gone: nobody comes back to it with a new value in mind."""
    return one.verb == "delete" or "delete" in entity_words(one.name)


def _is_single(family: KeyFamily, entity: tuple[str, ...], aggregate: bool) -> bool:
    """Whether a key holds one entity: ``project:{}``."""
    return (
        not aggregate
        and len(_named_parts(family.template)) <= 2
        and family.template.count("{}") == 1
        and family.template.endswith("{}")
        and _is_singular(family.template, entity)
    )


def _named_parts(template: str) -> list[str]:
    """The parts of a key without the words that any key may begin with: ``cache:user:{}``."""
    parts = segments(template)
    while len(parts) > 1 and parts[0].lower() in _GENERIC:
        parts = parts[1:]
    return parts


def _is_singular(template: str, entity: tuple[str, ...]) -> bool:
    """Whether a key is named after one thing: ``project:{}``, not ``projects:{}``."""
    words = re.findall(r"[A-Za-z]+", template.partition("{}")[0])
    return bool(words) and bool(entity) and words[-1].lower() == entity[-1]
