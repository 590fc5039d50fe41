"""Which long-running services have no resource limit, and which no restart policy.

Judged in the merged model: what an override sets counts for the stacks that have it. Services
that only develop, test or end by themselves are not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from pytest_reconaudit.facts.compose.roles import (
    is_development,
    is_one_shot,
    is_tool_container,
    never_started,
)
from pytest_reconaudit.facts.compose.stacks import Stack, compose_files, stacks
from pytest_reconaudit.facts.compose.workbenches import is_for_work
from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.compose import ComposeService, Found
from pytest_reconaudit.target import Target, once

__all__ = ["Lacking", "PolicyScope", "limit_scopes", "restart_scopes"]

_LIMITS = (
    ("deploy", "resources", "limits"),
    ("mem_limit",),
    ("cpus",),
    ("cpu_quota",),
    ("cpu_count",),
    ("memswap_limit",),
)
_RESTARTS = (("restart",), ("deploy", "restart_policy"))


class Lacking(Struct, frozen=True):
    """A service that some stack starts without the thing."""

    service: str
    place: Place
    stack: str
    """The first such stack."""
    elsewhere: Place | None = None
    """Where another stack sets it."""


class PolicyScope(Struct, frozen=True):
    """One compose file; or all of them, when none sets the thing for anything."""

    id: str
    judged: int
    """How many services were looked at."""
    lacking: tuple[Lacking, ...] = ()
    whole: bool = False
    """No compose file of the repository sets it."""
    problem: str = ""
    """Why the file could not be read."""

    def sentence(self, what: str) -> str:
        """Who lacks ``what``: the count, the first five with their lines, and who has it."""
        where = "the repository" if self.whole else self.id
        services = "service" if self.judged == 1 else "services"
        verb = "has" if len(self.lacking) == 1 else "have"
        names = ", ".join(
            f"{one.service} ({one.place if self.whole else f'line {one.place.line}'})"
            for one in self.lacking[:5]
        )
        more = f" and {len(self.lacking) - 5} more" if len(self.lacking) > 5 else ""
        files = sorted({one.elsewhere.path for one in self.lacking if one.elsewhere})
        only = f"; set in {', '.join(files)} only" if files else ""
        return (
            f"{len(self.lacking)} of {self.judged} long-running {services} of {where} {verb}"
            f" {what}: {names}{more}{only}"
        )

    def notes(self, what: str) -> Iterator[tuple[Place, str]]:
        """Every further place: who lacks it, and where another file sets it."""
        for one in self.lacking[1:]:
            yield one.place, f"{one.service}: {what}"
        for one in self.lacking:
            if one.elsewhere:
                yield one.elsewhere, f"{one.service}: set here"


@once
def limit_scopes(target: Target) -> tuple[PolicyScope, ...]:
    """Memory and CPU limits."""
    return _scopes(target, _LIMITS, lambda stack, service: False)


@once
def restart_scopes(target: Target) -> tuple[PolicyScope, ...]:
    """Restart policies. A profile is started by hand, and a swarm restarts by itself.

    A service that some stack restarts is fine: the base alone is then for development.
    """
    swarms = _swarm_files(target)

    def exempt(stack: Stack, service: ComposeService) -> bool:
        if service.profiles or service.find("deploy", "mode") is not None:
            return True
        return bool(swarms.intersection(stack.files))

    return _scopes(target, _RESTARTS, exempt, one_is_enough=True)


def _swarm_files(target: Target) -> frozenset[str]:
    """Files that ``docker stack deploy`` is given, or that are named for it."""
    found = {
        one.path
        for one in compose_files(target)
        if "swarm" in one.path.lower()
        or one.path.rpartition("/")[2].startswith(("stack", "docker-stack"))
    }
    for call in invocations_of(target, ("docker",)):
        if call.words[1:3] == ("stack", "deploy"):
            found |= {path for word in call.words[3:] if (path := call.resolve(word))}
    return frozenset(found)


def _set(service: ComposeService, routes: tuple[tuple[str, ...], ...]) -> Found | None:
    for route in routes:
        found = service.find(*route)
        if found is not None and found.value not in (None, "", {}):
            return found
    return None


def _scopes(
    target: Target,
    routes: tuple[tuple[str, ...], ...],
    exempt: Callable[[Stack, ComposeService], bool],
    one_is_enough: bool = False,
) -> tuple[PolicyScope, ...]:
    anywhere = False
    sets: dict[tuple[Place, str], Place] = {}
    lacks: dict[tuple[Place, str], Lacking] = {}
    judged: dict[str, set[tuple[Place, str]]] = {}
    audited = frozenset(target.files)
    for stack in stacks(target):
        if is_for_work(stack):
            anywhere = anywhere or any(_set(service, routes) for service in stack.services)
            continue
        for service in stack.services:
            found = _set(service, routes)
            anywhere = anywhere or found is not None
            key = (service.place, service.name)
            if service.place.path not in audited or exempt(stack, service):
                continue
            if not _asked(stack, service):
                continue
            judged.setdefault(service.place.path, set()).add(key)
            if found is not None:
                sets.setdefault(key, found.place)
            else:
                lacks.setdefault(key, Lacking(service.name, service.place, stack.id))
    if one_is_enough:
        lacks = {key: one for key, one in lacks.items() if key not in sets}
    scopes = list(_by_file(judged, lacks, sets))
    if not anywhere and len(scopes) > 1:
        every = tuple(one for scope in scopes for one in scope.lacking)
        total = sum(scope.judged for scope in scopes)
        scopes = [PolicyScope("all compose files", total, every, whole=True)]
    elif not anywhere:
        scopes = [PolicyScope(one.id, one.judged, one.lacking, whole=True) for one in scopes]
    broken = [
        PolicyScope(file.path, 0, problem=file.problems[0].message)
        for file in compose_files(target)
        if file.problems and file.path not in judged
    ]
    return (*scopes, *broken)


def _by_file(
    judged: dict[str, set[tuple[Place, str]]],
    lacks: dict[tuple[Place, str], Lacking],
    sets: dict[tuple[Place, str], Place],
) -> Iterator[PolicyScope]:
    for path, keys in sorted(judged.items()):
        lacking = [
            Lacking(one.service, one.place, one.stack, sets.get(key))
            for key, one in lacks.items()
            if key in keys
        ]
        lacking.sort(key=lambda one: (one.place.key(), one.service))
        yield PolicyScope(path, len(keys), tuple(lacking))


def _asked(stack: Stack, service: ComposeService) -> bool:
    """Whether the service is one that serves, from a file that is not for development."""
    if is_development(service.place.path):
        return False
    if service.image == "$extended" or not service.complete:
        return False
    return not (never_started(service) or is_tool_container(service) or is_one_shot(stack, service))
