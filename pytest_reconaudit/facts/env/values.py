"""One key, several values: where files that should agree do not.

Compared are plain values of one application's env files of one role, compose defaults, and numbers
that code falls back to. Hosts, addresses, ports and switches of an environment differ rightly;
placeholders are no values; secrets are compared only where both sides must be the same secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from msgspec import Struct

from pytest_reconaudit.facts.compose.stacks import Stack, merged_stack, stacks
from pytest_reconaudit.facts.docker.toolchains import is_development_name
from pytest_reconaudit.facts.env.keys import KeyMatrix, is_platform_key, key_matrix
from pytest_reconaudit.facts.env.secrets import purpose
from pytest_reconaudit.model import Place, Severity, mask
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService, Entry
from pytest_reconaudit.readers.dotenv import EnvFile
from pytest_reconaudit.readers.interpolation import references
from pytest_reconaudit.readers.secret_text import (
    Credentials,
    credentials_in,
    is_reference,
    is_secret_name,
)
from pytest_reconaudit.target import Target, once

__all__ = ["Conflict", "KeyValue", "KeyValues", "key_values"]


class KeyValue(Struct, frozen=True):
    """One value of one key."""

    value: str
    place: Place
    role: str
    """``base``, ``production`` …; ``code`` for a literal in code."""
    shown: str


class Conflict(Struct, frozen=True):
    """Values that should be the same."""

    clause: str
    """``a`` values differ, ``b`` one secret with two values."""
    what: str
    values: tuple[KeyValue, ...]
    severity: Severity


class KeyValues(Struct, frozen=True):
    """One key with its conflicts; or all keys that have none."""

    id: str
    conflicts: tuple[Conflict, ...]


_ENVIRONMENTAL = regex(
    r"(?:^|_)(?:HOST|HOSTNAME|PORT|URL|URI|ADDR|ADDRESS|ENDPOINT|DOMAIN|ORIGINS?|ENV|ENVIRONMENT|MODE"
    r"|LEVEL|DEBUG|LOG|VERBOSE|REGION|BUCKET|NAMESPACE|PATH|DIR|FILE|EMAIL|FROM|USER|USERNAME|NAME"
    r"|ID|VERSION|TAG|IMAGE|ENABLED?|PROFILE|PROTOCOL|SCHEME|BIND|LISTEN|SERVERS?|HOSTS|TARGET|KEY"
    r"|DSN|TITLE|MESSAGE|COMMIT|SHA|TYPE|DRIVER|BACKEND|PROVIDER|FORMAT|SSL|TLS|SECURE|WORKERS"
    r"|REPLICAS|THREADS|MEMORY|CPU|HEAP)(?:_|$)"
)
_QUANTITY = regex(
    r"(?:^|_)(?:EXPIR\w*|TTL|TIMEOUT|INTERVAL|DURATION|WINDOW|AGE|LIFETIME|SIZE|LENGTH|BYTES|LIMIT"
    r"|RETENTION|DELAY|PERIOD|SECONDS|MS|MINUTES|HOURS|DAYS)(?:_|$)"
)
_UNSET = regex(r"change.?me|\byour|<|example|placeholder|replace|todo|xxx", re.IGNORECASE)
_NUMBER = regex(r"\d{1,15}")
_DATABASE_URL = regex(r"(?:\w*_)?(?:DATABASE|DB|POSTGRES|POSTGRESQL|PG)_(?:URL|URI|DSN)")
_DATABASE_NAME = regex(r"POSTGRES_DB|(?:DB|DATABASE|PG)_?(?:NAME|DATABASE)|PGDATABASE")
_POSTGRES = regex(r"postgres(?:ql)?(?:\+\w+)?://", re.IGNORECASE)
_URL_NAME = regex(r"^[a-z][a-z0-9+]{1,30}://[^\s/]{0,300}/(?P<name>[A-Za-z_][\w-]{0,62})(?:\?|$)")
_SHARED = regex(r"JWT_SECRET(?:_KEY)?|\w*SHARED_SECRET|JWT_SIGNING_KEY|INTERNAL_(?:API_)?TOKEN")


@once
def key_values(target: Target) -> tuple[KeyValues, ...]:
    """Keys with conflicts by name, then one subject for all others."""
    matrix = key_matrix(target)
    values = _collected(target, matrix)
    found: dict[str, list[Conflict]] = {}
    for key in sorted(values):
        conflicts = list(_of_key(key, values[key]))
        if conflicts:
            found[key] = conflicts
    for name, conflict in (*_databases(target, matrix), *_secrets(target)):
        for key, known in list(found.items()):
            # The same values once more, without the URLs that hold the name too.
            if _DATABASE_NAME.fullmatch(key) and _covered(known, conflict):
                del found[key]
        found.setdefault(name, []).append(conflict)
    compared = sum(1 for key, ones in values.items() if len(ones) > 1 and key not in found)
    out = [KeyValues(key, tuple(found[key])) for key in sorted(found)]
    if compared:
        out.append(KeyValues("all other keys", ()))
    return tuple(out)


def _covered(known: Iterable[Conflict], other: Conflict) -> bool:
    places = {one.place for one in other.values}
    return all(one.place in places for conflict in known for one in conflict.values)


def _files(matrix: KeyMatrix) -> Iterator[EnvFile]:
    for file in matrix.files:
        if file.name.environment != "test" and purpose(file.path) != "test":
            yield file


def _collected(
    target: Target, matrix: KeyMatrix
) -> dict[str, list[tuple[frozenset[str], KeyValue]]]:
    """Key → (applications, value), from env files, compose defaults and code."""
    found: dict[str, list[tuple[frozenset[str], KeyValue]]] = {}

    def add(key: str, value: str | None, place: Place, role: str, serves: frozenset[str]) -> None:
        value = (value or "").strip()
        if not value or is_reference(value) or is_secret_name(key) or is_platform_key(key):
            return
        if _UNSET.search(value):
            return
        found.setdefault(key, []).append((serves, KeyValue(value, place, role, value[:60])))

    for file in _files(matrix):
        serves = matrix.serves(file)
        for key in file.keys:
            setting = file.setting(key)
            if setting is not None:
                role = f"{file.name.role} {matrix.label(file)}".strip()
                add(key, setting.value, setting.place, role, serves)
    everything = frozenset({""})
    seen: set[tuple[Place, str]] = set()
    for stack in stacks(target):
        for service in stack.services:
            for entry in service.environment:
                path = entry.place.path
                if "${" not in entry.written or (entry.place, entry.key) in seen:
                    continue
                seen.add((entry.place, entry.key))
                if purpose(path) or is_development_name(path):
                    continue
                for one in references(entry.written):
                    if one.operator in ("-", ":-"):
                        add(one.name, one.word, entry.place, "base", everything)
    for read in matrix.reads:
        known = read.read
        if read.kind != "code" or read.test or known.default is None:
            continue
        if _QUANTITY.search(known.key) and not purpose(known.place.path):
            add(known.key, known.default, known.place, "code", frozenset({read.application}))
    return found


def _together(ones: Iterable[tuple[frozenset[str], KeyValue]]) -> list[KeyValue]:
    """The values of the applications that the first one serves."""
    known = list(ones)
    if not known:
        return []
    serves = known[0][0]
    kept: dict[Place, KeyValue] = {}
    for folders, value in known:
        if folders & serves or "" in folders or "" in serves:
            kept.setdefault(value.place, value)
    return list(kept.values())


def _of_key(key: str, ones: list[tuple[frozenset[str], KeyValue]]) -> Iterator[Conflict]:
    values = _together(ones)
    numbers = [one for one in values if _NUMBER.fullmatch(one.value) and int(one.value) > 0]
    if _QUANTITY.search(key) and len(numbers) > 1:
        firm = [one for one in numbers if one.role in ("production", "code")]
        pair = (
            _apart(firm)
            or _apart([one for one in numbers if one.role in ("base", "code")])
            or _apart([one for one in numbers if one.role in ("production", "base")])
        )
        if pair is not None:
            low, high = pair
            times = int(high.value) // max(1, int(low.value))
            production = "production" in (low.role, high.role)
            spread = [one for one in numbers if one not in pair]
            yield Conflict(
                "a", f"differs by a factor of {times}",
                _production_first((low, high, *spread)),
                Severity.MEDIUM if production or "code" in (low.role, high.role) else Severity.LOW,
            )  # fmt: skip
            return
    if _ENVIRONMENTAL.search(key) or "://" in "".join(one.value for one in values):
        return
    by_role: dict[str, dict[str, KeyValue]] = {}
    for one in values:
        if one.role != "code":
            by_role.setdefault(one.role, {}).setdefault(one.value.lower(), one)
    for role, different in by_role.items():
        if len(different) > 1:
            yield Conflict(
                "a", f"has {len(different)} values among {role} files", tuple(different.values()),
                Severity.LOW,
            )  # fmt: skip


def _production_first(values: Iterable[KeyValue]) -> tuple[KeyValue, ...]:
    return tuple(
        sorted(
            values,
            key=lambda one: (
                one.role != "production",
                bool(purpose(one.place.path)),
                one.place.key(),
            ),
        )
    )


def _apart(values: list[KeyValue]) -> tuple[KeyValue, KeyValue] | None:
    """The smallest and largest, when ten times apart; one factor of a unit is no difference."""
    if len(values) < 2:
        return None
    ordered = sorted(values, key=lambda one: int(one.value))
    low, high = ordered[0], ordered[-1]
    return (low, high) if int(high.value) >= 10 * int(low.value) else None


# -- databases -----------------------------------------------------------------------------


def _databases(target: Target, matrix: KeyMatrix) -> Iterator[tuple[str, Conflict]]:
    """Scheme and name of the database in URLs and in keys of their own."""
    names: dict[str, list[KeyValue]] = {}
    shipped: dict[str, list[KeyValue]] = {}
    schemes: list[KeyValue] = []
    for key, value, place, role, owner in _database_settings(target, matrix):
        if _DATABASE_URL.fullmatch(key) and _POSTGRES.match(value):
            schemes.append(KeyValue(value.partition("://")[0], place, role, _without_secret(value)))
            match = _URL_NAME.match(value)
            name = match["name"] if match else ""
        else:
            name = value if _DATABASE_NAME.fullmatch(key) else ""
        simple = key in ("DATABASE_URL", "DB_URL", "POSTGRES_URL") or name == value
        if name and simple and role in ("base", "compose") and not is_reference(name):
            names.setdefault(owner, []).append(KeyValue(name, place, role, f"{key}: {name}"))
        elif name and simple and role == "production" and not is_reference(name):
            shipped.setdefault(owner, []).append(KeyValue(name, place, role, f"{key}: {name}"))
    for ones in names.values():
        different = {one.value: one for one in reversed(ones)}
        if 1 < len(different) <= 4 and not _layered(different):
            yield (
                "database name",
                Conflict("a", "the database has several names", _in_order(ones), Severity.MEDIUM),
            )
    for owner, ones in shipped.items():
        different = {one.value: one for one in reversed(ones)}
        if 1 < len(different) <= 4 and not _layered(different):
            base = [one for one in names.get(owner, ()) if one.role == "base"]
            yield (
                "production database name",
                Conflict(
                    "a", "production files name several databases",
                    (*_in_order(ones), *_in_order(base)), Severity.MEDIUM,
                ),
            )  # fmt: skip
    written = {
        one.value: one for one in reversed(schemes) if one.value in ("postgres", "postgresql")
    }
    if len(written) > 1:
        yield (
            "database scheme",
            Conflict(
                "a", "database URLs are written with two schemes", _in_order(schemes), Severity.LOW
            ),
        )


_SUFFIX = regex(r"[_-](?:test|tests|dev|development|local|staging|prod|production|ci)$")


def _layered(names: Iterable[str]) -> bool:
    """``shop``, ``shop_test``, ``shop_dev``: one name and its suffixes for other uses."""
    stems = {_SUFFIX.sub("", one) for one in names}
    return len(stems) == 1 or (
        bool(stems & {"postgres", "db", "database", "app"}) and len(stems) == 2
    )


def _in_order(values: Iterable[KeyValue]) -> tuple[KeyValue, ...]:
    """Each value once per file, the odd ones first."""
    known = list({(one.place, one.value): one for one in values}.values())
    counts: dict[str, int] = {}
    for one in known:
        counts[one.value] = counts.get(one.value, 0) + 1
    return tuple(sorted(known, key=lambda one: (counts[one.value], one.place.key())))


def _without_secret(url: str) -> str:
    for one in credentials_in(url):
        return f"{one.shown}/{one.database}"
    return url[:80]


def _database_settings(
    target: Target, matrix: KeyMatrix
) -> Iterator[tuple[str, str, Place, str, str]]:
    """(key, value, place, role, owner): owner keeps databases of different programs apart."""
    for file in _files(matrix):
        owner = min(matrix.serves(file), default="")
        for key in file.keys:
            setting = file.setting(key)
            if setting is not None and setting.value and len(setting.value) < 2000:
                yield key, setting.value, setting.place, file.name.role, owner
    found: list[tuple[str, str, Place, str, str]] = []
    for stack in stacks(target):
        stores = [one for one in stack.services if _entry(one, "POSTGRES_DB") is not None]
        if len(stores) != 1 or any(
            purpose(path) or is_development_name(path) for path in stack.files
        ):
            continue
        found += [
            (entry.key, entry.value, entry.place, "compose", "")
            for entry in stores[0].environment
            if entry.key == "POSTGRES_DB" and entry.value
        ]
    if len({value for _, value, *_ in found}) == 1:  # else they are databases of several programs
        yield from found


# -- one secret, two values --------------------------------------------------------------------


def _entry(service: ComposeService, key: str) -> Entry | None:
    return next((one for one in service.environment if one.key == key), None)


def _secrets(target: Target) -> Iterator[tuple[str, Conflict]]:
    """Secrets that two sides share, within one compose model and within one env file."""
    seen: set[tuple[Place, Place]] = set()
    for stack in stacks(target):
        shared: dict[str, dict[str, Entry]] = {}
        for service in stack.services:
            for entry in service.environment:
                if _SHARED.fullmatch(entry.key) and _literal(entry):
                    shared.setdefault(entry.key, {}).setdefault(entry.value or "", entry)
        apart = _is_pair_of_whole_stacks(target, stack)
        for key, different in shared.items():
            if len(different) > 1:
                one, other = list(different.values())[:2]
                if apart and one.place.path != other.place.path:
                    continue
                if (one.place, other.place) not in seen:
                    seen.add((one.place, other.place))
                    yield (
                        key,
                        _secret_conflict(
                            f"{key} has two values in services of one model", (one, other)
                        ),
                    )
        yield from _passwords(stack.services, seen, apart=apart)
    for file in key_matrix(target).files:
        password = file.setting("POSTGRES_PASSWORD")
        user = file.setting("POSTGRES_USER")
        url = file.setting("DATABASE_URL")
        if password is None or url is None or not password.value or is_reference(password.value):
            continue
        for cred in credentials_in(url.value or ""):
            if _differs(cred, user.value if user is not None else None, password.value):
                values = (
                    KeyValue("", url.place, file.name.role, f"DATABASE_URL: {cred.shown}"),
                    KeyValue(
                        "",
                        password.place,
                        file.name.role,
                        f"POSTGRES_PASSWORD: {mask(password.value)}",
                    ),
                )
                what = "the password in DATABASE_URL is not POSTGRES_PASSWORD"
                yield "DATABASE_URL", Conflict("b", what, values, Severity.HIGH)


def _is_pair_of_whole_stacks(target: Target, stack: Stack) -> bool:
    """Whether two files were only guessed to be run together, and the later one describes every
    service that it names: it may as well be another stack, whose values are its own."""
    if stack.origin != "paired":
        return False
    whole = merged_stack(target, stack.files[-1:], stack.folder)
    return bool(whole.services) and all(one.complete for one in whole.services)


def _literal(entry: Entry) -> bool:
    return bool(entry.value) and "$" not in entry.written and not is_reference(entry.value or "")


def _passwords(
    services: tuple[ComposeService, ...], seen: set[tuple[Place, Place]], *, apart: bool
) -> Iterator[tuple[str, Conflict]]:
    """URLs that name a database service of the model, against that service's password."""
    stores = {
        one.name: (password, _entry(one, "POSTGRES_USER"))
        for one in services
        if (password := _entry(one, "POSTGRES_PASSWORD")) is not None
    }
    for service in services:
        for entry in service.environment:
            if not entry.resolved or not entry.value or "://" not in entry.value:
                continue
            for cred in credentials_in(entry.value):
                if cred.host not in stores or not _POSTGRES.match(f"{cred.scheme}://"):
                    continue
                password, user = stores[cred.host]
                if not password.resolved or not password.value:
                    continue
                if apart and entry.place.path != password.place.path:
                    continue
                name = user.value if user is not None else "postgres"
                if (
                    _differs(cred, name, password.value)
                    and (entry.place, password.place) not in seen
                ):
                    seen.add((entry.place, password.place))
                    values = (
                        KeyValue("", entry.place, "compose", f"{entry.key}: {cred.shown}"),
                        KeyValue(
                            "",
                            password.place,
                            "compose",
                            f"POSTGRES_PASSWORD: {mask(password.value)}",
                        ),
                    )
                    what = f"the password in {entry.key} is not the one that {cred.host} is given"
                    yield entry.key, Conflict("b", what, values, Severity.HIGH)


def _differs(cred: Credentials, user: str | None, password: str) -> bool:
    """Whether the same user is given two literal passwords. In a URL both may be escaped."""
    if "$" in cred.password or "$" in cred.user or is_reference(cred.password):
        return False
    if user is not None and user not in (cred.user, unquote(cred.user)):
        return False
    return password not in (cred.password, unquote(cred.password))


def _secret_conflict(what: str, entries: Iterable[Entry]) -> Conflict:
    values = tuple(
        KeyValue("", one.place, "compose", f"{one.key}: {mask(one.value or '')}") for one in entries
    )
    return Conflict("b", what, values, Severity.HIGH)
