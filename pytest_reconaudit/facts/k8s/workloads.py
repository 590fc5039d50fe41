"""What runs: every pod template, and the ``$(VAR)`` in its environment that stay as they are."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.k8s.cluster import Cluster, Sighting, cluster, is_fragment, sighted
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import Container, EnvEntry, KubeObject, PodTemplate
from pytest_reconaudit.target import Target, once

__all__ = ["Unexpanded", "Workload", "expansions", "workloads"]

_SERVICE_VARIABLE = regex(
    r"(?P<service>[A-Z][A-Z0-9_]*?)_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT(?:_\d+_\w+)?)"
)
_LOOKS_LIKE_ENV = regex(r"[A-Z_][A-Z0-9_]*|\w*_\w*")
_VARIABLE = regex(r"[A-Za-z_][A-Za-z0-9_]*")


class Unexpanded(Struct, frozen=True):
    """An ``env`` value in which Kubernetes leaves some ``$(VAR)`` as they stand."""

    entry: EnvEntry
    container: str
    variables: tuple[tuple[str, Place | None], ...]
    """Each with the place where the same list defines it, too late; ``None`` when nothing does."""
    certain: bool
    """All sources of the container's environment are known."""
    off_path: bool


class Workload(Struct, frozen=True):
    """What a manifest defines to be run, with every render set that it ends up in."""

    id: str
    sightings: tuple[Sighting, ...]
    unexpanded: tuple[Unexpanded, ...]
    """In file order, each once, as the most severe of its sightings."""

    @property
    def object(self) -> KubeObject:
        """The workload as the first of its render sets has it."""
        return self.sightings[0].object


@once
def workloads(target: Target) -> tuple[Workload, ...]:
    """Everything with a pod template, by file."""
    known = cluster(target)
    seen = (
        Sighting(within, one)
        for within in known.sets
        for one in within.objects
        if one.pod is not None and not is_fragment(one)
    )
    return tuple(
        Workload(name, group, _worst(known, group)) for name, group in sighted(target, seen).items()
    )


def _worst(known: Cluster, sightings: tuple[Sighting, ...]) -> tuple[Unexpanded, ...]:
    found: dict[tuple[Place, str], Unexpanded] = {}
    for seen in sightings:
        for one in _unexpanded(known, seen):
            key = (one.entry.value_place, one.container)
            old = found.get(key)
            if old is None or (old.off_path and not one.off_path):
                found[key] = one
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0].key(), key[1])))


def _unexpanded(known: Cluster, seen: Sighting) -> Iterator[Unexpanded]:
    pod = seen.object.pod
    assert pod is not None
    for container in pod.all_containers:
        entries = container.env
        if not any(entry.value and "$(" in entry.value for entry in entries):
            continue
        sources, certain = _sources(known, seen, container)
        above: set[str] = set()
        for index, entry in enumerate(entries):
            left: list[tuple[str, Place | None]] = []
            for variable in dict.fromkeys(expansions(entry.value or "")):
                if variable in above or variable in sources or variable in seen.within.variables:
                    continue
                later = next((e for e in entries[index + 1 :] if e.name == variable), None)
                if later is not None:
                    left.append((variable, later.place))
                elif _judged(known, seen, pod, variable, certain):
                    left.append((variable, None))
            above.add(entry.name)
            if left:
                yield Unexpanded(entry, container.name, tuple(left), certain, seen.off_path)


def _judged(known: Cluster, seen: Sighting, pod: PodTemplate, variable: str, certain: bool) -> bool:
    """Whether it is a finding that no entry defines the variable."""
    if not certain or _LOOKS_LIKE_ENV.fullmatch(variable) is None:
        return False  # it may come from a source that is not here; or it is a shell command
    if variable.startswith("KUBERNETES_"):
        return False
    match = _SERVICE_VARIABLE.fullmatch(variable)
    if match is None or pod.spec.get("enableServiceLinks") is False:
        return True
    if "_SERVICE_" in variable:
        return False  # named after some Service, perhaps one from elsewhere
    name = match["service"].lower().replace("_", "-")
    return not known.find(seen.within, seen.object, "Service", name, seen.object.namespace).entries


def _sources(known: Cluster, seen: Sighting, container: Container) -> tuple[set[str], bool]:
    """The variables that ``envFrom`` brings, and whether these are all."""
    names: set[str] = set()
    certain = True
    for source in container.env_from:
        one = seen.object
        found = known.find(seen.within, one, source.kind, source.name, one.namespace)
        certain = certain and bool(found.entries)
        for entry in found.entries:
            if entry.keys is None:
                certain = False
            else:
                names |= {f"{source.prefix}{key}" for key in entry.keys}
    return names, certain


def expansions(value: str) -> Iterator[str]:
    """The variables that Kubernetes looks up in a value, as its own parser finds them.

    ``$$`` stands for one dollar sign, so ``$$(VAR)`` expands nothing and ``$$$(VAR)`` does.
    """
    at = value.find("$")
    while 0 <= at < len(value) - 1:
        follower = value[at + 1]
        step = 2 if follower == "$" else 1
        if follower == "(":
            end = value.find(")", at)
            if end < 0:
                return
            if _VARIABLE.fullmatch(value, at + 2, end):
                yield value[at + 2 : end]
            step = end + 1 - at
        at = value.find("$", at + step)
