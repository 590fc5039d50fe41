"""Pairs of env files that should hold the same keys, and the keys that one of them lacks."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.applications import application_at
from pytest_reconaudit.facts.env.keys import (
    KeyMatrix,
    is_platform_key,
    is_third_party_key,
    key_matrix,
)
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.dotenv import EnvFile
from pytest_reconaudit.target import Target, once

__all__ = ["EnvPair", "MissingKey", "env_pairs"]

_SECRET = ("SECRET", "PASSWORD", "TOKEN", "KEY", "DSN", "CREDENTIAL", "CERT", "PRIVATE")
_FEW = 3
_MAX_TWINS = 4


class MissingKey(Struct, frozen=True):
    """A key that one file of a pair has and the other has not."""

    key: str
    place: Place
    """Where the one file sets it."""
    use: str
    """``required``, ``read`` (no default anywhere), ``default`` (there is one) or ``unread``."""
    read: Place | None
    """A line that reads it."""


class EnvPair(Struct, frozen=True):
    """Two env files of one application."""

    id: str
    kind: str
    """``production`` (a production file and the base template) or ``twins`` (one role)."""
    one: EnvFile
    """The production file; of twins the first by path."""
    other: EnvFile
    """The base template; of twins the second."""
    common: int
    """How many keys both have."""
    smaller: int
    """How many keys the shorter file has."""
    missing: tuple[MissingKey, ...] = ()
    """In ``one`` only. For twins: in either only, ``one``'s first."""
    required: tuple[MissingKey, ...] = ()
    """In the base only, though code stops without them."""
    lacking: int = 0
    """How many keys of ``one`` the base lacks, those that are no business of the pair included."""

    @property
    def drifted(self) -> bool:
        """Less than half of the shorter file's keys are in both."""
        return 2 * self.common < self.smaller

    def with_use(self, *uses: str) -> tuple[MissingKey, ...]:
        return tuple(key for key in self.missing if key.use in uses)


@once
def env_pairs(target: Target) -> tuple[EnvPair, ...]:
    """Every pair, by path."""
    matrix = key_matrix(target)
    found = [*_productions(matrix), *_twins(matrix)]
    return tuple(sorted(found, key=lambda pair: pair.id))


def _home(matrix: KeyMatrix, file: EnvFile) -> str:
    """The folder that a file is for: the named application's, else the one it lies in."""
    return matrix.named_by(file) or posixpath.dirname(file.path)


def _known(file: EnvFile) -> frozenset[str]:
    return frozenset(file.keys) | {one.key for one in file.documented}


def _own(file: EnvFile) -> list[str]:
    return [key for key in file.keys if not is_platform_key(key)]


# -- production against base ---------------------------------------------------------------


def _productions(matrix: KeyMatrix) -> Iterator[EnvPair]:
    for file in matrix.files:
        if file.name.environment != "production" or not file.settings:
            continue
        base = _base(matrix, file)
        if base is not None:
            yield _production(matrix, file, base)


def _base(matrix: KeyMatrix, file: EnvFile) -> EnvFile | None:
    """The base template of the same application: the nearest above, the most alike there."""
    folder = _home(matrix, file)
    serves, keys = matrix.serves(file), set(_own(file))
    while True:
        candidates = []
        for other in matrix.files:
            if other.name.environment or not other.settings or _home(matrix, other) != folder:
                continue
            if matrix.label(other) != matrix.label(file) or not serves & matrix.serves(other):
                continue
            common = len(keys & _known(other))
            if common >= _FEW or (common and 3 * common >= len(keys)):
                candidates.append((common, other.name.template, other.path, other))
        if candidates:
            return max(candidates, key=lambda one: (one[0], one[1], one[2]))[3]
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _production(matrix: KeyMatrix, file: EnvFile, base: EnvFile) -> EnvPair:
    ours, theirs = set(_own(file)), _known(base)
    lacking = sum(1 for key in file.keys if key not in theirs)
    layered = not base.name.template and _bundled(matrix, file)
    missing = [
        one
        for key in dict.fromkeys(_own(file))
        if key not in theirs and (one := _missing(matrix, file, key)) is not None
    ]
    if layered:  # the bundler loads both files: what one lacks the other brings
        missing = [one for one in missing if one.use == "required"]
        lacking = len(missing)
    required = [] if layered else list(_required(matrix, file, base))
    return EnvPair(
        f"{file.path} / {base.path}", "production", file, base, len(ours & theirs),
        min(len(ours), len(theirs)), tuple(missing), tuple(required), lacking,
    )  # fmt: skip


def _bundled(matrix: KeyMatrix, file: EnvFile) -> bool:
    applications = [application_at(matrix.target, one) for one in matrix.serves(file)]
    return any(one is not None and one.bundler is not None for one in applications)


def _required(matrix: KeyMatrix, file: EnvFile, base: EnvFile) -> Iterator[MissingKey]:
    known = _known(file)
    for key in dict.fromkeys(_own(base)):
        if key in known or (not file.name.template and any(word in key for word in _SECRET)):
            continue  # a secret is rightly kept out of a file that is committed
        one = _missing(matrix, base, key)
        elsewhere = any(
            definition.key == key and definition.kind != "env-file"
            for definition in matrix.definitions
        )
        if one is not None and one.use == "required" and not elsewhere:
            yield one


def _missing(matrix: KeyMatrix, file: EnvFile, key: str) -> MissingKey | None:
    """The key with its use; nothing when it is no business of the file's applications."""
    setting = file.setting(key)
    if setting is None or is_third_party_key(key):
        return None
    every = matrix.reads_of(key)
    reads = [one for one in every if not one.test]
    if every and not reads:
        return None  # only tests read it
    code = [one for one in reads if one.kind == "code"]
    serves = matrix.serves(file)
    own = [one for one in code if any(matrix.belongs(one, folder) for folder in serves)]
    if code and not own:
        return None  # another application's
    used = own or [one for one in reads if one.kind != "code"]
    if not used:
        place = matrix.mention(key, unparsed=True)
        return MissingKey(key, setting.place, "read" if place else "unread", place)
    for one in used:
        if one.read.required:
            return MissingKey(key, setting.place, "required", one.place)
    for one in used:
        if one.read.has_default:
            return MissingKey(key, setting.place, "default", one.place)
    return MissingKey(key, setting.place, "read", used[0].place)


# -- two files of one role -----------------------------------------------------------------


def _twins(matrix: KeyMatrix) -> Iterator[EnvPair]:
    groups: dict[tuple[str, str, str, frozenset[str]], list[EnvFile]] = {}
    for file in matrix.files:
        if len(_own(file)) < _FEW or file.name.environment == "test":
            continue
        # A name of an application and a file inside it mean the same.
        where = (_home(matrix, file), file.name.role, matrix.label(file), matrix.serves(file))
        groups.setdefault(where, []).append(file)
    for files in groups.values():
        for index, one in enumerate(files[:_MAX_TWINS]):
            for other in files[index + 1 : _MAX_TWINS]:
                if one.name.template or other.name.template:
                    yield _twin(matrix, one, other)


def _twin(matrix: KeyMatrix, one: EnvFile, other: EnvFile) -> EnvPair:
    ours, theirs = set(_own(one)), set(_own(other))
    missing = [
        found
        for mine, yours in ((one, _known(other)), (other, _known(one)))
        for key in dict.fromkeys(_own(mine))
        if key not in yours and (found := _missing(matrix, mine, key)) is not None
    ]
    common = len(set(_own(one)) & _known(other) | set(_own(other)) & _known(one))
    return EnvPair(
        f"{one.path} / {other.path}", "twins", one, other, common,
        min(len(ours), len(theirs)), tuple(missing),
    )  # fmt: skip
