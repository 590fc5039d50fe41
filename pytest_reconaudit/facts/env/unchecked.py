"""What a compose stack says of how far its secrets matter: that nothing asks for them, that it runs
on the machine of whoever works on it."""

from __future__ import annotations

from functools import lru_cache

from pytest_reconaudit.facts.compose.stacks import Stack
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService, Entry
from pytest_reconaudit.readers.secret_text import credentials_in

__all__ = ["is_of_one_machine", "is_tried_out", "is_unchecked"]

_OFF = regex(
    r"(?i)(?:DISABLE_SECURITY_PLUGIN|plugins\.security\.disabled)\s*=\s*[\"']?true"
    r"|xpack\.security\.enabled\s*=\s*[\"']?false"
)
_SEARCH = regex(r"(?i)(?:OPENSEARCH_INITIAL_ADMIN|OPENSEARCH|ELASTIC(?:SEARCH)?)_PASSWORD$")
_TRUST = regex(r"(?i)[\"']?trust[\"']?")
_MOST = 200


def is_unchecked(stack: Stack, service: ComposeService, entry: Entry) -> bool:
    """Whether a password is for a PostgreSQL of the same stack that trusts every connection, or for
    a search engine without its security: it is said, and never looked at."""
    if _SEARCH.match(entry.key) is not None and _is_off(service):
        return True
    value = entry.written.strip()
    if "://" in value:
        hosts = [one.host.partition(":")[0] for one in credentials_in(value)]
        servers = [_named(stack, host) for host in hosts]
        return bool(servers) and all(one is not None and _trusts(one) for one in servers)
    return entry.key == "POSTGRES_PASSWORD" and _trusts(service)


def is_tried_out(stack: Stack, service: ComposeService) -> bool:
    """Whether a service is of a Keycloak that the stack starts for development alone
    (``start-dev``)."""
    if "keycloak" not in (service.image or ""):
        return False
    started = {
        word
        for one in stack.services
        if "keycloak" in (one.image or "")
        for text in one.command or ()
        for word in text.split()
    }
    return "start-dev" in started and "start" not in started


@lru_cache(maxsize=1)
def is_of_one_machine(stack: Stack) -> bool:
    """Whether a stack runs where somebody works: it runs the mounted sources of what it builds, or
    gives `localhost` for the address at which people find it."""
    return any(_runs_sources(one) for one in stack.services) or any(
        _PUBLIC.search(entry.key) and _LOCAL.match(entry.written.strip())
        for one in stack.services
        for entry in one.environment[:_MOST]
    )


_PUBLIC = regex(
    r"(?i)(?:^|_)(?:EXTERNAL|PUBLIC|BASE|SITE|ROOT|APP|FRONTEND|CLIENT|WEB)_?(?:EXTERNAL_?)?(?:URL|ORIGIN)$"
)
_LOCAL = regex(
    r"[\"']?https?://(?:localhost|127\.0\.0\.1|[\w.-]+\.(?:local|localhost|test))(?::|/|[\"']?$)"
)


def _runs_sources(service: ComposeService) -> bool:
    build = service.build
    if build is None or build.context is None:
        return False
    return any(
        one.kind == "bind" and one.path is not None and one.path == build.context
        for one in service.volumes
    )


def _named(stack: Stack, host: str) -> ComposeService | None:
    return next((one for one in stack.services if host == one.name), None)


def _trusts(service: ComposeService) -> bool:
    return any(
        one.key == "POSTGRES_HOST_AUTH_METHOD" and _TRUST.fullmatch(one.written.strip())
        for one in service.environment[:_MOST]
    )


def _is_off(service: ComposeService) -> bool:
    return any(_OFF.match(f"{one.key}={one.written}") for one in service.environment[:_MOST])
