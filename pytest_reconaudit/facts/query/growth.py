"""Whether a table grows as the platform is used, or holds what somebody sets up."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.model import Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["definitions_of", "grows_by_name", "weight_of_growth"]

_EVENTS = regex(
    r"(?:^|_)(?:events?|logs?|log_entr(?:y|ies)|messages?|orders?|notes?|comments?|posts?|transactions?|payments?|invoices?"
    r"|bookings?|reservations?|appointments?|visits?|views?|clicks?|sessions?|tokens?|requests?|jobs?|runs?|executions?"
    r"|submissions?|uploads?|files?|documents?|images?|photos?|attachments?|audits?|histor(?:y|ies)|records?|measurements?|metrics?|samples?"
    r"|readings?|deliver(?:y|ies)|shipments?|tickets?|issues?|reports?|users?|accounts?|customers?|clients?|patients?"
    r"|people|persons?|contacts?|products?|items?|articles?|entries|entry|subscriptions?|emails?|mails?|chats?"
    r"|calls?|tasks?|reviews?|ratings?|likes?|votes?|follows?|followers?|loans?|passengers?|guests?|members?|trades?"
    r"|quotes?|bids?|alerts?|incidents?|parcels?|packages?|trips?|rides?|flights?)$"
)
"""What each use of a platform adds to."""
_HANDMADE = regex(
    r"(?:^|_)(?:agents?|channels?|rules?|rule_groups?|polic(?:y|ies)|schedules?|presets?|\w+_settings?|\w+_configs?"
    r"|definitions?|dashboards?|invitations?|invites?|secrets?|api_?keys?|webhooks?|integrations?)$"
)
"""What somebody sets up by hand."""
_INSTALLED = regex(
    r"(?:^|_)(?:networks?|subnets?|vlans?|vxlans?|bridges?|hosts?|pools?|backends?|volumes?|clusters?"
    r"|datacent(?:er|re)s?|racks?|storages?|upstreams?|load_balancers?|firewalls?|nics?"
    r"|tenants?|plugins?|extensions?|add_?ons?)$"
)
"""Parts of an installation, which administrators add one by one."""
_RULED = regex(r"(?:^|_)(?:alerts?|jobs?|tasks?|reports?)$")
"""What happens, or the rule by which it does."""
_RULE = regex(
    r"\b(?:threshold\w*|\w+_threshold|cron_?expr\w*|cron_?schedule|schedule_?expr\w*)\b", 2
)
_TIME = regex(
    r"auto_now_add|CreateDateColumn|\btimestamps\s*:\s*true|defaultNow\(|default\(\s*now\(\)"
    r"|default\s*[:=]\s*[^\n]{0,40}?(?:\bnow\b|CURRENT_TIMESTAMP|Date\.now|fn\.now)"
    r"|default\s+\(?\s*(?:now|current_timestamp)|_default=[^\n]{0,20}\bnow\b"
    r"|\b(?:created|inserted|occurred|sent|received|recorded|started|placed)_?at\b",
    re.IGNORECASE,
)
"""A column of the time at which a row came."""
_OWNED = regex(
    r"\bREFERENCES\b|ForeignKey|@(?:ManyToOne|BelongsTo)\b|@relation\(|\.references\(|\bref\s*:"
    r"|\b[a-z]\w*(?:_id|Id)\b"
)
_HEADS = (
    r"(?:\bclass|\bmodel|\bstruct|\bCREATE\s+TABLE(?:\s+IF\s+NOT\s+EXISTS)?|\b\w*[tT]able\(|\.createTable\("
    r"|\bmodel(?:<[^<>()]{0,80}>)?\(|\btable_name\s*=|\bDeriveEntity\w*)\s*[\"'`]?(?:\w+\.)?[\"'`]?"
)
_BODY = 2_500
"""Characters of a definition that are looked at."""
_MOST_FILES = 400
_END = regex(r"\n(?:\}|\)|class |model |\s*CREATE |export )")
_WORDS = regex(r"_+")
_SOURCES = (".py", ".ts", ".js", ".rs", ".sql", ".prisma", ".mjs", ".tsx", ".cjs")


def weight_of_growth(target: Target, table: str) -> Severity:
    """How much it matters that all of a table is brought: medium where it surely gets rows from
    use, by what it is called, else by a time at which a row came beside the key of whom or what it
    is of; low where nothing is known of it, each row belongs to another or administrators add them
    one by one, a note where what is known says neither."""
    if _HANDMADE.search(table) is not None:
        return Severity.INFO
    if _INSTALLED.search(table) is not None:
        return Severity.LOW
    if _RULED.search(table) is not None and any(
        _RULE.search(one) for one in definitions_of(target, table)
    ):
        return Severity.LOW
    if _EVENTS.search(table) is not None:
        return Severity.MEDIUM
    known = definitions_of(target, table)
    owned = [one for one in known if _OWNED.search(one)]
    if any(map(_TIME.search, owned)):
        return Severity.MEDIUM
    return Severity.INFO if known and not owned else Severity.LOW


def grows_by_name(table: str) -> bool:
    """Whether a table is called what each use of a platform adds to: orders, messages."""
    return _EVENTS.search(table) is not None


def definitions_of(target: Target, table: str) -> list[str]:
    """The texts of what defines a table: DDL, schemas, classes of models; empty where none is."""
    defined = _defined(target)
    if table not in defined:
        defined[table] = _definitions(target, table)
    return defined[table]


@once
def _defined(target: Target) -> dict[str, list[str]]:
    """By table; filled as they are asked for."""
    return {}


def _definitions(target: Target, table: str) -> list[str]:
    """The texts of what defines a table: DDL, schemas, classes of models."""
    stem = table[:-1] if table.endswith("s") else table
    words = [re.escape(one) for one in _WORDS.split(stem) if one]
    if not words:
        return []
    # ``order_line`` is ``OrderLine`` of an ORM, and ``order_lines`` of a database.
    pattern = re.compile(rf"{_HEADS}{'_?'.join(words)}(?:s|es|Entity|Model)?\b", re.IGNORECASE)
    hint = words[0].lower()
    found: list[str] = []
    looked = 0
    for path in target.files:
        if not path.endswith(_SOURCES) or is_test_path(path):
            continue
        text = target.text(path)
        if hint not in text.lower():
            continue
        looked += 1
        if looked > _MOST_FILES:
            break
        for match in pattern.finditer(text):
            body = text[match.end() : match.end() + _BODY]
            end = _END.search(body)
            found.append(body[: end.start()] if end is not None else body)
    return found
