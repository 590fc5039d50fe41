"""How often requests come to a function, as far as routes and names say."""

from __future__ import annotations

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.asynchronous.crates import crate_of
from pytest_reconaudit.facts.code.functions import Ref, outlined, reached
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["EACH_REQUEST", "SAMPLES", "heat", "is_mapped", "is_rare"]

EACH_REQUEST = "each route whose handler takes"
"""Begins what is said where an extractor brings requests to a function, whatever their route."""
_COLD = regex(
    r"(?:^|[/_-])(?:start|stop|restart|reboot|pause|resume|shutdown|log_?out|create|import|export|migrate"
    r"|health\w*|ready|live|ping)(?:[/_-]|$)",
    2,
)
"""What somebody asks for now and then, or a probe."""
_HOT = regex(
    r"(?:^|[/_-])(?:invoke|search|query|predict|chat|webhook|track|proxy|events?)(?:[/_-]|$)", 2
)

_RARE = regex(
    r"(?:^|[/_.\s-])(?:oauth\d?|oidc|openid\w*|sso|saml|log_?in|sign_?in|sign_?up|register|admin|backups?"
    r"|restore|onboarding|set_?up|install)(?:[/_.\s{}-]|$)",
    2,
)
_EXCHANGES = frozenset({"exchange_code", "exchange_device_access_token"})
"""What a sign-in by another service ends with."""
_OFTEN = regex(r"middleware|introspect|guard|extract|verif|validat|from_request", 2)
"""What looks at the token of each request."""
SAMPLES = regex(r"(?:^|/)(?:examples?|samples?|demos?)/")


def is_rare(target: Target, ref: Ref, route: str) -> bool:
    """Whether a function runs when somebody signs in by another service, or for administrators, as
    its route, the path of its file or the names of the functions say by which requests come."""
    found = reached(target).get(ref)
    names = [outlined(target, one).name for one in found.chain] if found is not None else []
    if any(call.name in _EXCHANGES for call in outlined(target, ref).calls):
        return True
    if found is not None and _asks_for_staff(target, found.handler):
        return True
    said = (route, ref.path, *names)
    return any(_RARE.search(one) for one in said) and not any(_OFTEN.search(one) for one in said)


_STAFF = regex(
    r"\bif\s+!\s*[\w.]{1,40}\bis_(?:admin|superuser|staff)\b|\b(?:require|ensure|check|assert|verify)_(?:is_)?admin\w*\("
)
_STAFF_TYPE = regex(
    r"\b(?:Require|Is|Current|Authenticated)?(?:Super)?Admin(?:User|Only|Claims|Auth|Token|Guard)?\b"
)


def _asks_for_staff(target: Target, handler: Ref) -> bool:
    """Whether a handler of Rust answers administrators alone, as what it takes or its first lines
    say."""
    if not handler.path.endswith(".rs"):
        return False
    function = outlined(target, handler)
    if any(_STAFF_TYPE.search(kind) for _, kind in function.parameters):
        return True
    lines = target.lines(handler.path)[function.line - 1 :][:_FIRST_LINES]
    return _STAFF.search("\n".join(lines[: function.end_line - function.line + 1])) is not None


_FIRST_LINES = 25


def heat(route: str) -> int:
    """How often a route is asked for, as its words say: more is oftener. What every request comes
    to before what callers of a program ask, reading before writing, and what administrators do or
    starts and stops something last."""
    if route.startswith(EACH_REQUEST):
        return 4
    path = route.partition(" ")[2]
    if not route or _COLD.search(path) or _RARE.search(path):
        return 0
    if _HOT.search(path):
        return 3
    return 2 if route.startswith("GET ") else 1


def is_mapped(target: Target, path: str) -> bool:
    """Whether it is known of some function of a file's crate or application that requests run it;
    else what they do not reach cannot be told."""
    return _unit(target, path) in _mapped(target)


@once
def _mapped(target: Target) -> frozenset[str]:
    paths = {ref.path for ref in reached(target)}
    return frozenset(_unit(target, path) for path in paths)


def _unit(target: Target, path: str) -> str:
    crate = crate_of(target, path) if path.endswith(".rs") else None
    return crate.path if crate is not None else application_of(target, path).folder
