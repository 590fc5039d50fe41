"""What a statement per element of a loop in Python is worth: who waits, and for what else."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.facts.code.functions import Ref, callees, callers_of, function_at, outlined
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.model import Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["Round", "keeps_in_a_file", "settled"]

_SERVES = regex(
    r"(?:^|/)(?:views?|viewsets?|filters?|serializers?|templatetags|context_processors|resolvers?"
    r"|endpoints?|routers?|routes)(?:/\w+)?\.py$"
)
"""Modules whose functions a framework calls by name while it answers."""
_SELDOM = regex(
    r"(?:^|[^a-z])(?:log_?(?:in|out|on)|sign_?(?:in|up|out)|register|registration|o?auth2?|sso|saml"
    r"|oidc|callback|onboard\w{0,9}|set_?up|install|invit\w{1,9}|migrat\w{1,6}|debug|health\w{0,9})(?![a-z])",
    2,
)
"""What a person does once in a while."""
_PARAMETER = regex(r"/[{<:]")
_PART = regex(r"(?:\w+\.){2,}\w+$")
_SENT = regex(r"(?:^|\.)(?:data|json|body|payload|request|items|results|rows|records)(?:\.|$)")
_CALL = regex(r"(?<![\w.])((?:\w+\.){0,6}\w+)\s*\(")
_ERRAND = regex(
    r"(?:^|\.)(?:send_[a-z]\w*|send_?mail|apply_async|urlopen|sleep|upload_\w+|download_\w+|put_object"
    r"|delete_object|notify(?:_\w+)?|publish|enqueue)$"
    r"|(?:^|\.)(?:registry|smtp\w{0,9}|channel|sns|sqs|ses|mailer)\.send$"
    r"|^(?:requests|httpx|aiohttp|boto3|stripe|smtplib|subprocess|urllib|openai)\."
)
"""A call that waits for something outside of the database, and longer."""
_MOST_BODY = 80
_HOPS = 2


class Round(Struct, frozen=True):
    """What is known of a statement in a loop."""

    line: int
    loop_line: int
    over: str
    origin: str
    """See ``QueryLoop.origin``."""
    request: str
    """The request during which it runs, in words; empty when none is known."""
    listing: bool
    """It makes the rows of a list that is answered."""
    beside: int
    """Statements of its loop, itself included."""
    same: bool
    """It asks for the same in every round."""
    guarded: bool
    """Only those who run the platform may ask for it."""


def settled(target: Target, path: str, one: Round, severity: Severity) -> Severity:
    """The severity of a statement per element of a loop in Python: a note unless somebody waits for
    it, for a list that may be long, and for nothing dearer; high of the rows of a list alone.

    :param severity: what its loop and its kind make of it.
    """
    if keeps_in_a_file(target) or one.guarded:
        return Severity.INFO
    if severity <= Severity.LOW:
        plain = one.same and one.request and one.origin in ("rows", "page")
        return severity if plain else Severity.INFO
    ref = function_at(target, path, one.line)
    given = {name for name, _ in outlined(target, ref).parameters} if ref is not None else set()
    if given & _JOB:
        return Severity.INFO
    answers = "request" in given
    by_name = one.origin == "rows" and _is_called_by_name(target, path, one)
    if not (one.request or answers or by_name):
        return Severity.INFO
    if one.request and _SELDOM.search(one.request):
        return Severity.INFO
    of_one = one.origin == "children" or (not one.origin and _PARAMETER.search(one.request))
    if of_one and one.beside <= 1:
        return Severity.INFO
    if not one.origin and _PART.match(one.over) and not _SENT.search(one.over):
        return Severity.INFO  # a part of one thing
    if _waits_elsewhere(target, path, one):
        return Severity.INFO
    if one.request and one.listing and (one.beside > 1 or one.origin == "rows"):
        return severity
    return min(severity, Severity.MEDIUM)


@once
def keeps_in_a_file(target: Target) -> bool:
    """Whether the Python programs keep their rows in a file of SQLite, as far as settings and
    requirements say: what they ask makes no round trip."""
    named = False
    for path in target.files:
        if is_test_path(path) or not _SETTINGS.search(path):
            continue
        text = target.text(path)
        if _SERVER.search(text):
            return False
        named = named or (path.endswith(".py") and _FILE.search(text) is not None)
    return named


_SETTINGS = regex(
    r"(?:^|/)(?:\w*(?:conf|config|settings?|database|db|session|engine)\w*\.py|settings/\w+\.py|[^/]*requirements?[^/]*"
    r"|requirements/[^/]+|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|[^/]*compose[^/]*\.ya?ml|\.env[^/]*)$"
)
_SERVER = regex(
    r"postgres|psycopg|asyncpg|mysql|mariadb|oracle|mssql|cockroach|dj_?database_?url|DATABASE_URL",
    2,
)
_FILE = regex(r"[\"']sqlite(?:\+\w+)?:///|django\.db\.backends\.sqlite3")


_JOB = frozenset({"job_id", "task_id", "job"})
"""What work is given that reports how far it is, to nobody who waits."""


def _is_called_by_name(target: Target, path: str, one: Round) -> bool:
    """Whether a framework calls a function, as far as its file says, and no other code does."""
    if not _SERVES.search(path):
        return False
    ref = function_at(target, path, one.line)
    return ref is not None and not callers_of(target, ref)


def _waits_elsewhere(target: Target, path: str, one: Round) -> bool:
    """Whether a round waits for another system: a mail, a service, a program."""
    lines = target.text(path).split("\n")
    head = lines[one.loop_line - 1] if one.loop_line <= len(lines) else ""
    indent = len(head) - len(head.lstrip())
    last = min(one.loop_line + _MOST_BODY, len(lines))
    end = next(
        (
            number
            for number in range(one.loop_line, last)
            if lines[number].strip() and len(lines[number]) - len(lines[number].lstrip()) <= indent
            if lines[number].lstrip()[0] not in ")]}"
        ),
        last,
    )
    if any(
        _ERRAND.search(name) for name in _CALL.findall("\n".join(lines[one.loop_line - 1 : end]))
    ):
        return True
    ref = function_at(target, path, one.line)
    return ref is not None and any(
        _is_errand(target, other, _HOPS)
        for call, refs in callees(target, ref)
        if one.loop_line <= call.line <= end
        for other in refs or ()
        if other != ref
    )


def _is_errand(target: Target, ref: Ref, hops: int) -> bool:
    for call in outlined(target, ref).calls:
        name = f"{call.receiver}.{call.name}" if call.receiver else call.name
        if _ERRAND.search(name):
            return True
    return hops > 1 and any(
        _is_errand(target, other, hops - 1)
        for _, refs in callees(target, ref)
        for other in refs or ()
        if other != ref
    )
