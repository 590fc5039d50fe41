"""Names of one application's keys that mean the same setting.

Two names belong together when they are equal after a fixed table of synonyms and noise words
(:func:`canonical`). Likeness by spelling is never used: ``DB_HOST`` and ``DB_VHOST`` are two
things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.applications import Application, application_of, applications
from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.env.keys import (
    KeyDefinition,
    KeyMatrix,
    is_platform_key,
    is_third_party_key,
    key_matrix,
)
from pytest_reconaudit.model import Place
from pytest_reconaudit.target import Target, once

__all__ = ["KeyGroup", "KeyName", "canonical", "key_groups", "key_places"]

_SAME = {
    "USER": "USERNAME", "PASS": "PASSWORD", "PWD": "PASSWORD", "EXPIRES": "EXPIRATION",
    "EXPIRY": "EXPIRATION", "URI": "URL", "ORIGIN": "ORIGINS", "CONNS": "CONNECTIONS",
    "ADDR": "ADDRESS", "ENV": "ENVIRONMENT", "DIR": "PATH",
}  # fmt: skip
_UNITS = frozenset({"HOURS", "SECONDS", "SECS", "MS"})
_NOISE = _UNITS | {"IN", "MODE", "MAX", "BASE"}
_PUBLIC = ("VITE_", "NEXT_PUBLIC_", "REACT_APP_", "VUE_APP_", "EXPO_PUBLIC_", "GATSBY_")
_SET = frozenset({"env-file", "compose", "kubernetes", "dockerfile"})


def canonical(key: str) -> tuple[str, ...]:
    """A name with its synonyms replaced and its noise words dropped.

    ``JWT_EXPIRES_IN``, ``JWT_EXPIRATION`` and ``JWT_EXPIRY_HOURS`` give ``("JWT", "EXPIRATION")``.
    Names in lower case are compared among themselves.
    """
    words = [_SAME.get(word, word) for word in key.upper().split("_") if word]
    words = [word for word in words if word not in _NOISE]
    if words and not key.isupper():
        words[0] = words[0].lower()
    while words and words[-1] == "ADDRESS":
        words.pop()
    return tuple(words)


class KeyName(Struct, frozen=True):
    """One of the names of a group."""

    name: str
    definitions: tuple[KeyDefinition, ...]
    """Where it is set, production files first."""
    reads: tuple[Place, ...]
    """Where the application reads it; empty when nothing does."""
    documented: bool
    """Some env file of the repository lists it."""
    certain: bool = True
    """The reads were found by parsing; else its name merely occurs in code."""

    @property
    def read(self) -> bool:
        return bool(self.reads)

    @property
    def files(self) -> frozenset[str]:
        """The files that read it."""
        return frozenset(place.path for place in self.reads)

    @property
    def unit(self) -> frozenset[str]:
        return _UNITS & set(self.name.upper().split("_"))


class KeyGroup(Struct, frozen=True):
    """Names of one application with one canonical form; or all its other names together."""

    id: str
    application: Application
    names: tuple[KeyName, ...]
    """At least two, in a group proper; those that are read first."""
    others: int = 0
    """For the rest of an application: how many names stand alone."""
    idle: str = ""
    """The function around the only reads of the names, when no source but tests names it."""
    undecided: Place | None = None
    """A loader that derives names from fields: what is read cannot be told."""

    @property
    def read(self) -> tuple[KeyName, ...]:
        return tuple(one for one in self.names if one.read)

    @property
    def rivals(self) -> tuple[KeyName, ...]:
        """The names that are certainly read."""
        return tuple(one for one in self.read if one.certain)

    @property
    def unread(self) -> tuple[KeyName, ...]:
        return tuple(one for one in self.names if not one.read)

    @property
    def in_vain(self) -> tuple[KeyDefinition, ...]:
        """Where a name that nobody reads is set, production files first."""
        found = [definition for one in self.unread for definition in one.definitions]
        return tuple(sorted(found, key=_worst_first))

    @property
    def lost(self) -> tuple[KeyDefinition, ...]:
        """Production files that set a name nobody reads and not the one that is read."""
        if not self.read:
            return ()
        good = {d.place.path for one in self.read for d in one.definitions}
        return tuple(
            definition
            for one in self.unread
            for definition in one.definitions
            if definition.environment == "production" and definition.place.path not in good
        )

    @property
    def told_apart(self) -> bool:
        """One source file reads several of the names: somebody knows of both."""
        read = self.rivals
        return any(one.files & other.files for i, one in enumerate(read) for other in read[i + 1 :])

    @property
    def differ_by_unit(self) -> bool:
        return len({one.unit for one in self.rivals}) > 1


@once
def key_groups(target: Target) -> tuple[KeyGroup, ...]:
    """The groups of every application that reads or is given any key, by application."""
    matrix = key_matrix(target)
    found: list[KeyGroup] = []
    taken: set[frozenset[str]] = set()
    # The root's own territory is looked at last: its env files serve the applications below.
    for application in sorted(applications(target), key=lambda one: (not one.folder, one.folder)):
        if application.shared:
            continue
        names = _names(matrix, application)
        groups: dict[tuple[str, ...], list[str]] = {}
        for name in names:
            form = canonical(name)
            if form:
                groups.setdefault(form, []).append(name)
        alone = 0
        for form in sorted(groups):
            group = _group(matrix, application, form, groups[form], names)
            if group is None:
                alone += len(groups[form])
                continue
            same = frozenset(one.name for one in group.names)
            if not any(same <= known for known in taken):
                taken.add(same)
                found.append(group)
        if alone:
            title = application.folder or "(root)"
            found.append(KeyGroup(f"{title}: all other names", application, (), alone))
    return tuple(found)


def _names(matrix: KeyMatrix, application: Application) -> dict[str, list[KeyDefinition]]:
    """Every name that is set for an application or read by it, with its definitions."""
    folder = application.folder
    read = matrix.keys_read_by(folder)
    found: dict[str, list[KeyDefinition]] = {name: [] for name in sorted(read)}
    maps = _configmaps(matrix)
    shared = [
        one
        for holder in _maps_with_two(maps, read)
        for one in maps[holder]
        if folder not in one.applications
    ]
    own = matrix.definitions_for(folder)
    # Kept in the order of the matrix: by where they are set.
    for one in sorted([*own, *shared], key=_rank(matrix)) if shared else own:
        if one.kind in _SET and one.environment != "test":
            found.setdefault(one.key, []).append(one)
    public = application.bundler is not None
    return {
        name: definitions
        for name, definitions in found.items()
        if not is_platform_key(name)
        and (name in read or not is_third_party_key(name))
        and (public or not name.startswith(_PUBLIC))
    }


def _configmaps(matrix: KeyMatrix) -> Mapping[str, list[KeyDefinition]]:
    """ConfigMap → what it sets."""
    return matrix.target.remember(_all_configmaps)


def _all_configmaps(target: Target) -> dict[str, list[KeyDefinition]]:
    found: dict[str, list[KeyDefinition]] = {}
    for one in key_matrix(target).definitions:
        if one.kind == "kubernetes" and one.holder.startswith("ConfigMap/"):
            found.setdefault(one.holder_key, []).append(one)
    return found


def _maps_with_two(maps: Mapping[str, list[KeyDefinition]], read: frozenset[str]) -> Iterator[str]:
    """The ConfigMaps that hold at least two keys which an application reads."""
    for holder, definitions in maps.items():
        if sum(one.key in read for one in definitions) >= 2:
            yield holder


def _rank(matrix: KeyMatrix) -> Callable[[KeyDefinition], int]:
    ranks = {id(one): number for number, one in enumerate(matrix.definitions)}
    return lambda one: ranks[id(one)]


def _group(
    matrix: KeyMatrix,
    application: Application,
    form: tuple[str, ...],
    names: Iterable[str],
    definitions: dict[str, list[KeyDefinition]],
) -> KeyGroup | None:
    found = []
    names = sorted(set(names))
    if len(names) < 2:
        return None
    for name in names:
        one = _name(matrix, application, name, definitions[name])
        if one is not None:
            found.append(one)
    if len(found) < 2:
        return None
    found.sort(key=lambda one: (not one.read, one.name))
    read = sum(1 for one in found if one.read)
    undecided = matrix.undecidable(application.folder) if read < len(found) else None
    title = application.folder or "(root)"
    return KeyGroup(
        f"{title}: {'/'.join(one.name for one in sorted(found, key=lambda n: n.name))}",
        application,
        tuple(found),
        idle=_idle(matrix.target, found),
        undecided=undecided,
    )


def _idle(target: Target, names: Iterable[KeyName]) -> str:
    """A function that reads the names, when nothing calls any of those that do."""
    first = ""
    for place in (place for one in names for place in one.reads):
        name = uncalled(target, place)
        if not name:
            return ""
        first = first or name
    return first


def _name(
    matrix: KeyMatrix, application: Application, name: str, definitions: list[KeyDefinition]
) -> KeyName | None:
    """The name as the application sees it; nothing when it is another one's business."""
    folder = application.folder
    every = matrix.reads_of(name)
    own = [
        one.place
        for one in every
        if one.kind == "code" and not one.test and matrix.belongs(one, folder)
    ]
    certain = bool(own)
    if not own:
        if any(not one.test and not _hands_on(matrix.target, one.place, name) for one in every):
            return None  # another application, a script or compose itself uses it
        if every and not definitions:
            return None
        if matrix.loader_of(name, folder) is not None:
            return None
        place = matrix.mention(name)
        if place is not None:
            if application_of(matrix.target, place.path).folder != folder:
                return None
            own = [place]
    documented = any(name in file.keys for file in matrix.files) or any(
        name == one.key for file in matrix.files for one in file.documented
    )
    return KeyName(
        name, tuple(sorted(definitions, key=_worst_first)), tuple(own), documented, certain
    )


def _hands_on(target: Target, place: Place, name: str) -> bool:
    """Whether a compose file only hands a variable to a container under the same name:
    ``SMTP_PASS: ${SMTP_PASS}``."""
    if place.line is None or not place.path.endswith((".yml", ".yaml")):
        return False
    line = target.line(place.path, place.line)
    return (
        re.match(rf"\s*(?:-\s*)?[\"']?{re.escape(name)}\s*[:=]\s*[\"']?\$\{{?{name}\b", line)
        is not None
    )


def _worst_first(one: KeyDefinition) -> tuple[bool, bool, tuple[str, int, int]]:
    template = one.kind == "env-file" and any(
        word in one.holder for word in ("example", "sample", "template", "dist")
    )
    return (one.environment != "production", template, one.place.key())


def key_places(group: KeyGroup) -> list[tuple[Place, str]]:
    """Every place of every name, for a finding."""
    found = []
    for one in group.names:
        found += [(place, f"{one.name} is read here") for place in one.reads]
        for definition in one.definitions:
            role = f" ({definition.environment})" if definition.environment else ""
            found.append((definition.place, f"{one.name} is set here by {definition.holder}{role}"))
    return found
