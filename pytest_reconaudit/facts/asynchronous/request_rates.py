"""How often requests come to a function, as far as routes and names say."""

from __future__ import annotations

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.asynchronous.crates import crate_of
from pytest_reconaudit.facts.code.functions import Ref, outlined, reached
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["SAMPLES", "is_mapped", "is_rare"]

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
    said = (route, ref.path, *names)
    return any(_RARE.search(one) for one in said) and not any(_OFTEN.search(one) for one in said)


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
