"""Defaults of secret keys: what a program or a stack uses when nobody has set the secret.

In code (parsed reads with a literal default; by pattern in languages that are not parsed), in
compose (``${KEY:-literal}``, literals, URLs with a password), in Spring property files, and short
signing keys in env files that are shipped.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.applications import is_test_path
from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.compose.siblings import variants
from pytest_reconaudit.facts.compose.stacks import OVERRIDES, Stack, stacks
from pytest_reconaudit.facts.compose.workbenches import (
    is_database,
    keeps_stores,
    runs_stores,
    runs_tests,
)
from pytest_reconaudit.facts.docker.toolchains import is_development_name
from pytest_reconaudit.facts.env.fallback_use import (
    filled_from_file,
    is_idle,
    is_refused,
    reaches_a_signer,
)
from pytest_reconaudit.facts.env.keys import env_files, is_third_party_key, key_matrix
from pytest_reconaudit.facts.env.secrets import is_declared_public, purpose
from pytest_reconaudit.facts.env.shipping import is_unused_stack, serves_developers
from pytest_reconaudit.facts.env.trials import tried_alone
from pytest_reconaudit.facts.env.unchecked import (
    is_of_one_machine,
    is_tried_out,
    is_unchecked,
)
from pytest_reconaudit.facts.told_once import told_once
from pytest_reconaudit.model import Place, Severity, mask
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService, Entry
from pytest_reconaudit.readers.interpolation import expand_compose, references
from pytest_reconaudit.readers.secret_text import (
    credentials_in,
    is_local_host,
    is_outbound_name,
    is_placeholder,
    is_reference,
    is_secret_name,
    is_signing_name,
    is_store_name,
    is_wordy,
    names_a_cookie,
)
from pytest_reconaudit.target import Target, once

__all__ = ["Fallback", "FallbackFile", "fallback_files"]

_SHORTEST_KEY = 16
"""Characters that a signing key needs at the very least."""


class Fallback(Struct, frozen=True):
    """One default of one secret key."""

    key: str
    place: Place
    shown: str
    """The masked default."""
    kind: str
    """``code``, ``default`` (``${KEY:-x}``), ``literal`` (compose) or ``short`` (an env file)."""
    severity: Severity
    copies: tuple[tuple[Place, str], ...] = ()
    """Templates that ship the same value, deploy files that rely on it."""
    uncalled: str = ""
    """The function that holds the default, when no source names it."""
    elsewhere: tuple[Place, ...] | None = ()
    """Where variants of a stack's file have the same; ``None`` where one of those tells it."""


class FallbackFile(Struct, frozen=True):
    """The defaults of secret keys in one file; none when all of its secret keys have none."""

    path: str
    fallbacks: tuple[Fallback, ...]
    judged: int
    """How many secret keys were looked at."""

    def groups(self) -> tuple[tuple[Fallback, ...], ...]:
        """By kind, severity and function without a caller, worst first, without what a variant of
        the file tells."""
        found: dict[tuple[str, Severity, str], list[Fallback]] = {}
        for one in self.fallbacks:
            if one.elsewhere is None:
                continue
            found.setdefault((one.kind, one.severity, one.uncalled), []).append(one)
        order = sorted(found, key=lambda key: (-key[1], key[0], key[2]))
        return tuple(tuple(found[key]) for key in order)


@once
def fallback_files(target: Target) -> tuple[FallbackFile, ...]:
    """Every file that reads or sets a secret key, by path."""
    known = _Known(target)
    found: dict[str, list[Fallback]] = {}
    judged: dict[str, int] = {}
    for path, fallback in (
        *_code(target, known),
        *_unparsed(target, known),
        *_compose(target),
        *_shipped(target),
    ):
        judged[path] = judged.get(path, 0) + 1
        if fallback is not None:
            found.setdefault(path, []).append(fallback)
    told = _told(target, found)
    return tuple(
        FallbackFile(
            path,
            tuple(sorted(told.get(path, ()), key=lambda one: (one.place.key(), one.key))),
            judged[path],
        )
        for path in sorted(judged)
    )


def _told(target: Target, files: dict[str, list[Fallback]]) -> dict[str, list[Fallback]]:
    """A secret that several variants of a stack hold is told of the first of them."""
    group = variants(target)

    def cause(one: Fallback) -> tuple[str, str, str, str, Severity] | None:
        known = group.get(one.place.path)
        return None if known is None else (known, one.kind, one.key, one.shown, one.severity)

    told = told_once(target, files, cause, lambda one: one.place)
    return {
        path: [
            one if (same := cause(one)) is None else replace(one, elsewhere=told[same][path])
            for one in found
        ]
        for path, found in files.items()
    }


Judged = Iterator[tuple[str, "Fallback | None"]]

_SWITCHES = frozenset(
    {"true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "0", "1"}
)
"""Values that turn something on or off: no secret, whatever the key is called."""


def _is_nothing(value: str) -> bool:
    """Whether a value of an environment turns something on or off, or says that there is none, also
    between quotes that the shell would take off, and as Dynaconf writes it (``@none``)."""
    plain = value.strip("\"'").strip().lower()
    return not plain or plain in _SWITCHES or plain.startswith("@none")


def _shipped_with(target: Target, key: str, value: str) -> list[tuple[Place, str]]:
    """The env files that give the key this very value."""
    return [
        (setting.place, "ships the same value")
        for file in env_files(target)
        for setting in file.settings
        if setting.key == key and setting.value == value
    ]


class _Known:
    """What other files say about a default."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._rejections: dict[tuple[str, str], bool] = {}

    @cached_property
    def given(self) -> tuple[Entry, ...]:
        """What every stack gives its services."""
        return tuple(
            entry
            for stack in stacks(self.target)
            for service in stack.services
            for entry in service.environment
        )

    def relying(self, key: str) -> list[tuple[Place, str]]:
        """Deploy files that pass the key on without a value of their own."""
        found = [
            (entry.place, "passes it on, set or not")
            for entry in self.given
            if entry.key == key and entry.value is None
        ]
        return list(dict.fromkeys(found))[:5]

    def mistaken(self, key: str) -> list[tuple[Place, str]]:
        """Where a stack gives a key that no code reads and that is this one but for a prefix
        (``JWT_SECRET`` for ``APP_JWT_SECRET``), while none gives this one."""
        read = {one.key for one in key_matrix(self.target).reads if one.kind == "code"}
        if any(entry.key == key for entry in self.given):
            return []  # they are named so on purpose: the other is for another program
        return [
            (entry.place, f"gives {entry.key} instead, which no code reads")
            for entry in self.given
            if entry.key not in read
            and is_secret_name(entry.key)
            and (key.endswith(f"_{entry.key}") or entry.key.endswith(f"_{key}"))
        ][:3]

    def handed(self, key: str) -> bool:
        """Whether a workflow gives the key a value out of the store of secrets, or every stack
        that gives it a variable's (``KEY=${OTHER}``): what is deployed does not run on the
        default."""
        given = [entry for entry in self.given if entry.key == key]
        if given and all(
            (names := references(entry.written)) and not any(one.word for one in names)
            for entry in given
        ):
            return True
        gives = re.compile(
            rf"\b{re.escape(key)}[\"']?\s{{0,4}}[=:]\s{{0,4}}[\"']?\$\{{\{{\s*secrets\."
        )
        return any(
            key in (text := self.target.text(path)) and gives.search(text) is not None
            for path in self.target.glob(".github/workflows/*.y*ml")
        )

    def rejected(self, path: str, value: str) -> bool:
        """Whether some code compares with the default: a check at start refuses it."""
        if len(value) < 6:
            return False
        suffix = posixpath.splitext(path)[1]
        wanted = (suffix, value)
        if wanted not in self._rejections:
            self._rejections[wanted] = any(
                _compared(self.target.text(other), value)
                for other in self.target.files
                if other.endswith(_ALIKE.get(suffix, (suffix,))) and not is_test_path(other)
            )
        return self._rejections[wanted]

    def noticed(self, path: str, key: str, value: str) -> tuple[tuple[Place, str], ...]:
        """Where other code asks whether the setting still has its default, and says so."""
        suffix = posixpath.splitext(path)[1]
        asks = re.compile(
            rf"\b{re.escape(key)}\b[\"'\])]{{0,3}}\s{{0,3}}[!=]==?\s{{0,3}}[\"'`]{re.escape(value)}[\"'`]"
        )
        for other in self.target.files:
            if other.endswith(_ALIKE.get(suffix, (suffix,))) and not is_test_path(other):
                text = self.target.text(other)
                if key in text and (found := asks.search(text)) is not None:
                    line = text.count("\n", 0, found.start()) + 1
                    return ((Place(other, line), "asks whether it is the default"),)
        return ()


_ALIKE = {
    **dict.fromkeys((".ts", ".tsx", ".js", ".mjs", ".cjs", ".mts"), (".ts", ".tsx", ".js", ".mjs")),
    **dict.fromkeys((".java", ".kt", ".properties", ".yml"), (".java", ".kt")),
}
_COMPARES = regex(
    r"(?:[!=]==?|\b(?:eq|ne|equals|contains|includes|starts_with|startsWith|HasPrefix|Contains"
    r"|matches|has|in|assert_ne!|indexOf|EqualFold)\b)[\s(\[{&,]{0,6}[\"'`]$"
)
_COMPARED = regex(r"^[\"'`]\s{0,3}(?:[!=]=|=>|\|[^|])")


def _compared(text: str, value: str) -> bool:
    at = text.find(value)
    for _ in range(20):
        if at < 0:
            return False
        before, after = text[max(0, at - 40) : at], text[at + len(value) : at + len(value) + 12]
        if _COMPARES.search(before) or _COMPARED.match(after):
            return True
        at = text.find(value, at + 1)
    return False


# -- code ----------------------------------------------------------------------------------


def _code(target: Target, known: _Known) -> Judged:
    """Reads that the parsers found."""
    for one in key_matrix(target).reads:
        if one.kind != "code" or one.test or not one.key or purpose(one.place.path) == "test":
            continue
        path = one.place.path
        if is_secret_name(one.key):
            yield path, _code_default(known, one.key, one.read.default or "", one.place)
        elif one.read.default and "://" in one.read.default:
            yield path, _url_default(one.key, one.read.default, one.place)


def _code_default(known: _Known, key: str, value: str, place: Place) -> Fallback | None:
    if not value.strip() or is_reference(value) or known.rejected(place.path, value):
        return None
    if value.lower() in _SWITCHES or names_a_cookie(key, value):
        return None
    if _ABSENT.fullmatch(value) and not is_signing_name(key):
        return None  # it says that there is none
    if "://" in value and not any(True for _ in credentials_in(value)):
        return None  # an address, also a DSN that only says where to report to
    text = known.target.text(place.path)
    lines = text.split("\n")
    if is_declared_public(lines, place.line or 1):
        return None
    if tried_alone(known.target, place) or value.startswith(_WRITE_ONLY):
        return None
    if is_refused(known.target, place, key) or is_idle(known.target, place):
        return None
    shipped = _shipped_with(known.target, key, value)
    severity = Severity.HIGH
    if is_signing_name(key) and not known.handed(key):
        severity = Severity.CRITICAL
        if not reaches_a_signer(known.target, place):
            severity = Severity.HIGH
    made_up = _is_made_up(value)
    if made_up and not is_signing_name(key):
        if is_outbound_name(key) or is_store_name(key):
            severity = Severity.MEDIUM
        if _asks_own_machine(key, text):
            severity = Severity.LOW
    if purpose(place.path) in ("example", "development"):
        severity = Severity.LOW
    elif _TOOL.search(place.path):
        severity = severity.lowered(2)  # somebody runs it by hand, and it serves nobody
    copies = (*shipped, *known.mistaken(key), *known.relying(key))
    if severity > Severity.MEDIUM and (noticed := known.noticed(place.path, key, value)):
        severity = severity.lowered(2)
        copies = (*copies, *noticed)
    filled = filled_from_file(known.target, place.path)
    if filled is not None:
        severity = Severity.INFO
        copies = (*copies, (filled, "may come from the configuration file that is read here"))
    idle = uncalled(known.target, place)
    if idle:
        severity = severity.lowered()
    return Fallback(key, place, mask(value), "code", severity, copies, idle)


def _asks_own_machine(key: str, text: str) -> bool:
    """Whether the host beside a password has a default too, the machine that the code runs on:
    ``DB_HOST`` of ``DB_PASSWORD``."""
    prefix, _, last = key.rpartition("_")
    if not prefix or not last.upper().startswith("PASS"):
        return False
    host = re.compile(
        rf"\b{re.escape(prefix)}_(?:HOST|HOSTNAME|URL|ADDR|ADDRESS)[\"'][\])]?\s{{0,4}}"
        r"(?:,|\|\||\?\?|\bor\b)\s{0,10}[\"'](?:https?://)?(?:localhost|127\.0\.0\.1)\b"
    )
    return host.search(text) is not None


def _url_default(key: str, value: str, place: Place) -> Fallback | None:
    """``DATABASE_URL`` with a password for a host that is not this machine."""
    for one in credentials_in(value):
        if is_local_host(one.host) or purpose(place.path) or is_reference(one.password):
            continue
        return Fallback(key, place, one.shown, "code", Severity.HIGH)
    return None


_ABSENT = regex(
    r"(?i)(?:(?:not|no|un)[ _-]?(?:found|set|configured|provided|defined|available|token|key)"
    r"|missing|none|null|n/?a)"
)
"""What is said where a secret is not there."""
_FOR_TESTS = regex(
    r"(?i)(?:^|[_\W])(?:test(?:s|ing)?|dev(?:elopment)?(?:[_-]only)?|examples?|sample|dummy|fake)(?:$|[_\W])"
)
"""A value that says itself what it is for."""
_WRITE_ONLY = ("phc_", "pk_live_", "pk_test_")
"""Keys that browsers and programs are given to report with."""
_TOOL = regex(r"(?:^|/)(?:scripts?|tools?|hack)/")
_TEST_BLOCK = regex(r"[\"'](?:[a-z]+_)?test(?:ing)?[\"']\s*(?:=>|:)\s*[\[{][^\[\]{}]{0,1500}$")
"""The entry of a configuration that only test runs use."""
_UNPARSED = (".go", ".java", ".kt", ".rb", ".php", ".cs", ".ex", ".exs", ".scala", ".groovy")
_CALL = regex(
    r"(?<![\w.])(?P<function>[A-Za-z_][\w.:>-]{0,60})\s{0,4}\(\s{0,20}(?:[a-z]\w{0,20},\s{0,4})?"
    r"[\"'](?P<key>[A-Za-z][A-Za-z0-9_.]{2,60})[\"']\s{0,8},\s{0,20}(?:default:\s{0,3}|\w{0,10}Of\()?"
    r"[\"'](?P<value>[^\"'\n]{1,200})[\"']"
)
_OR = regex(
    r"[(\[]\s{0,4}[\"'](?P<key>[A-Z][A-Z0-9_]{2,60})[\"']\s{0,4}[)\]]\s{0,20}(?:\|\||\?\?|\?:|or\b)"
    r"\s{0,20}[\"'](?P<value>[^\"'\n]{1,200})[\"']"
)
_READS = regex(r"(?:^|[.:>_])(?:\w*(?:get|fetch|env|lookup|default|param)\w*|or)$", re.I)
_WRITES = regex(
    r"(?:^|[.:>_])(?:set(?!_?default)|put|bind|add|replace|define|log|print|error|warn|test|mock|stub"
    r"|header|flag|string|equal|assert|append|register|reset|unset|clear|del|remove|hide|redact"
    r"|\w*bind(?:p?flag|env))\w*$",
    re.I,
)
_SPRING = regex(r"\$\{(?P<key>[A-Za-z][A-Za-z0-9_.-]{2,60}):(?P<value>[^}\n$]{1,200})\}")


def _unparsed(target: Target, known: _Known) -> Judged:
    """The same in languages without a parser here, and in Spring's property files."""
    for path in target.files:
        if path.endswith(_UNPARSED):
            text = target.text(path)
            if not _HINT.search(text) or is_test_path(path) or target.is_generated(path):
                continue
            for match in (*_CALL.finditer(text), *_OR.finditer(text)):
                function = match.groupdict().get("function")
                if function is not None and (
                    not _READS.search(function) or _WRITES.search(function)
                ):
                    continue
                yield from _found(known, path, text, match)
        elif path.endswith(".rs"):
            text = target.text(path)
            if "set_default" in text and _HINT.search(text) and not is_test_path(path):
                for match in _SET_DEFAULT.finditer(text):
                    yield from _found(known, path, text, match)
        elif path.endswith((".properties", ".yml", ".yaml")) and _SPRING_NAME.search(path):
            text = target.text(path)
            if "${" in text and not is_test_path(path):
                for match in _SPRING.finditer(text):
                    if not match["value"].startswith(("-", "?", "+", "=")):
                        yield from _found(known, path, text, match)


_HINT = regex(r"(?i)secret|passw|token|_key")
_SET_DEFAULT = regex(
    r"\.set_default\(\s{0,40}\"(?P<key>[A-Za-z][\w.-]{2,80})\"\s{0,4},\s{0,40}\"(?P<value>[^\"\n]{1,200})\""
)
"""What the ``config`` crate takes where no source has the setting."""
_SPRING_NAME = regex(r"(?:^|/)(?:application|bootstrap)[\w-]*\.(?:properties|ya?ml)$")


def _found(known: _Known, path: str, text: str, match: re.Match[str]) -> Judged:
    key, value = match["key"], match["value"]
    if path.endswith(".rs"):
        key = key.replace(".", "_").upper()
    start = text.rfind("\n", 0, match.start("key")) + 1
    line = text[start : match.start("key")].lstrip()
    if not is_secret_name(key) or line.startswith(("//", "#", "*", "--")):
        return
    if _TEST_BLOCK.search(text, max(0, start - 1500), start):
        return
    number = text.count("\n", 0, start) + 1
    place = Place(path, number, match.start("key") - start + 1)
    found = _code_default(known, key, value, place)
    # Shown as it is written: the name of a setting, which sources spell in their own way.
    yield path, None if found is None else replace(found, key=match["key"])


# -- compose -------------------------------------------------------------------------------


def _compose(target: Target) -> Judged:
    """The environment of every service, each line once."""
    seen: set[tuple[Place, str]] = set()
    aside = {path: _is_aside(target, path) for stack in stacks(target) for path in stack.all_files}
    for stack in stacks(target):
        if runs_tests(stack):
            continue
        for service in stack.services:
            for entry in service.environment:
                path = entry.place.path
                if path not in aside:
                    aside[path] = _is_aside(target, path)
                if (entry.place, entry.key) in seen or aside[path]:
                    continue
                seen.add((entry.place, entry.key))
                for at, found in _entry(target, entry):
                    if found is not None and is_unchecked(stack, service, entry):
                        found = None
                    yield at, found and _softened(target, stack, service, entry, found)


_TO_FILL = regex(
    r"\s#[^\n]{0,60}\b(?:change[ _-]?me|change (?:this|it|in)|replace|please|generate)\b",
    re.IGNORECASE,
)


def _softened(
    target: Target, stack: Stack, service: ComposeService, entry: Entry, found: Fallback
) -> Fallback:
    """Less where the line itself says to change it, in a stack of stores that nothing of this
    repository runs beside (they are for a developer, as their user's name for a password says, or
    that none of them comes back by itself), and where nothing but a person starts a stack whose
    secrets are all invented."""
    if _made_up(stack) and is_unused_stack(target, stack):
        return replace(found, severity=min(found.severity, Severity.LOW))
    severity = found.severity
    if severity > Severity.LOW and _is_for_another(stack, service, entry):
        severity = Severity.LOW
    if is_tried_out(stack, service):
        severity = min(severity, Severity.LOW)
    if severity > Severity.MEDIUM and is_of_one_machine(stack):
        severity = Severity.MEDIUM
    if _TO_FILL.search(target.line(entry.place.path, entry.place.line or 1)[:2000]):
        severity = severity.lowered()
    if _is_shut_in(stack, service, entry):
        severity = min(severity, Severity.LOW)
    if entry.place.path in _files_of_stores(target) or (
        found.kind == "literal" and _is_users_name(service, entry) and runs_stores(stack)
    ):
        severity = min(severity, Severity.LOW)
    return found if severity is found.severity else replace(found, severity=severity)


def _is_shut_in(stack: Stack, service: ComposeService, entry: Entry) -> bool:
    """Whether an evidently invented password is that of a database which only its stack reaches: it
    publishes no port."""
    value = entry.written.strip()
    default = next((one.word for one in references(value) if one.operator in ("-", ":-")), value)
    if "://" in default:
        given = list(credentials_in(default))
        servers = [stack.service(one.host.partition(":")[0]) for one in given]
        made_up = bool(given) and all(_is_made_up(one.password) for one in given)
    else:
        made_up = _is_made_up(default) and _OF_DATABASE.search(entry.key) is not None
        servers = [service]
        if not is_database(service):
            servers = [one for one in stack.services if is_database(one)]
    return (
        made_up
        and bool(servers)
        and all(one is not None and is_database(one) and not one.ports for one in servers)
    )


@once
def _files_of_stores(target: Target) -> frozenset[str]:
    """The compose files that, each by itself, hold a developer's stores."""
    alone = (stack for stack in stacks(target) if len(stack.files) == 1)
    return frozenset(stack.files[0] for stack in alone if keeps_stores(stack))


_OF_DATABASE = regex(r"(?:^|_)(?:DB|DATABASE|POSTGRES(?:QL)?|PG|MYSQL|MARIADB|MONGO(?:DB)?|REDIS)_")


def _is_made_up(value: str) -> bool:
    return is_placeholder(value) or is_wordy(value) or len(value) < _SHORTEST_KEY


_CREDENTIAL = regex(r"^(\w{2,60})_(?:(?:API|ACCESS|AUTH)_)?(?:TOKEN|KEY|PASSWORD)$")


def _is_for_another(stack: Stack, service: ComposeService, entry: Entry) -> bool:
    """Whether an evidently invented credential is what the service shows to a server that the stack
    does not run, as the address beside it says (``HUB_URL`` of ``HUB_TOKEN``): nobody is let in."""
    named = _CREDENTIAL.match(entry.key)
    value = entry.written.strip()
    default = next((one.word for one in references(value) if one.operator in ("-", ":-")), value)
    if named is None or is_signing_name(entry.key) or not is_placeholder(default):
        return False
    for one in service.environment[:_MOST_ENTRIES]:
        if one.key in (f"{named[1]}_URL", f"{named[1]}_ENDPOINT", f"{named[1]}_HOST"):
            url = expand_compose(one.written, {}) or ""
            host = url.rpartition("://")[2].partition("/")[0].partition(":")[0]
            here = host.startswith(("127.", "0.0.0.0")) or stack.service(host) is not None
            return "." in host and not here
    return False


def _made_up(stack: Stack) -> bool:
    """Whether every secret that a stack spells out was evidently invented for it."""
    return all(
        is_placeholder(entry.written) or is_wordy(entry.written)
        for service in stack.services
        for entry in service.environment
        if entry.written and is_secret_name(entry.key)
    )


_MOST_ENTRIES = 200


def _is_users_name(service: ComposeService, entry: Entry) -> bool:
    value = entry.written.strip()
    if "://" in value:
        return any(one.password == one.user for one in credentials_in(value))
    return any(
        other.written.strip() == value
        and other.key != entry.key
        and (_USER.search(other.key) or _USER.search(entry.key))
        for other in service.environment[:_MOST_ENTRIES]
    )


_USER = regex(r"(?:USER(?:NAME)?|ACCESS_KEY(?:_ID)?|LOGIN)$", re.IGNORECASE)


_RUNS_SOURCE = regex(
    r"\b(?:run (?:dev|start:dev|watch)|cargo[ -]watch|nodemon|air\b|--reload|ts-node-dev|vite\b"
    r"|next dev|runserver|bun dev|pnpm dev|yarn dev|npm start|watchexec|tilt\b)"
)
_DEV_HEAD = regex(
    r"\b(?:for|local|during|your|only (?:for|in)) (?:local )?(?:development|dev|testing|tests)\b"
    r"|\blocal(?:ly)? (?:dev\w*|testing|environment|run|services|stack|dependencies)\b"
    r"|\b(?:development|dev|testing)[- ](?:only|use|environment|setup|purposes|stack|mode|docker"
    r"|compose|database)\b|\bnot (?:\w+ ){0,4}(?:for|in) production|\bdon'?t use (?:\w+ ){0,3}prod",
    re.IGNORECASE,
)


def _is_aside(target: Target, path: str) -> bool:
    """Whether a compose file is for development, tests or show: its defaults are meant to be used.

    Told by its path, by a comment at its head, or by services that run the sources in place.
    """
    name = posixpath.basename(path)
    if name in OVERRIDES or ".override." in name or purpose(path) or is_development_name(name):
        return True
    head = "\n".join(
        line for line in target.text(path).split("\n")[:25] if line.lstrip().startswith("#")
    )
    if _DEV_HEAD.search(head):
        return True
    return _RUNS_SOURCE.search(target.text(path)) is not None


def _entry(target: Target, entry: Entry) -> Judged:
    path, written = entry.place.path, entry.written
    if entry.value is None and not written:
        return
    if "://" in written and "@" in written:
        yield path, _url_entry(target, entry)
    elif is_secret_name(entry.key):
        yield path, _secret_entry(target, entry)
    else:
        for reference in references(written):
            if is_secret_name(reference.name):
                yield (
                    path,
                    _default(target, entry, reference.name, reference.operator, reference.word),
                )


def _secret_entry(target: Target, entry: Entry) -> Fallback | None:
    value = entry.written.strip()
    if not value:
        return None
    named = [one for one in references(value) if one.operator in ("-", ":-")]
    if named:
        for one in named:
            found = _default(target, entry, one.name, one.operator, one.word)
            if found is not None:
                return found
        return None
    if "$" in value or is_reference(value) or value.startswith(("/", "{{")):
        return None
    if value.startswith("<") and value.endswith(">"):
        return None  # `<client_secret>`: still to be put in, and nothing runs on it
    if _is_nothing(value) or names_a_cookie(entry.key, value):
        return None
    if is_declared_public(target.text(entry.place.path).split("\n"), entry.place.line or 1):
        return None
    if "://" in value and not any(True for _ in credentials_in(value)):
        return None  # an address
    severity = _weight(entry.key, value)
    return Fallback(entry.key, entry.place, mask(value), "literal", severity)


def _weight(name: str, value: str) -> Severity:
    """Of a literal or default in a stack.

    What opens one store, or somebody else's service, and was evidently made up is medium: the
    application's own secrets and random values are high.
    """
    made_up = _is_made_up(value)
    narrow = is_store_name(name) or is_third_party_key(name) or is_outbound_name(name)
    return Severity.MEDIUM if narrow and made_up and not is_signing_name(name) else Severity.HIGH


def _default(target: Target, entry: Entry, name: str, operator: str, word: str) -> Fallback | None:
    """``${NAME:-word}`` of a secret."""
    if operator not in ("-", ":-") or not word.strip():
        return None
    filled = expand_compose(word, {})
    if not filled or is_reference(filled) or not is_secret_name(name):
        return None
    if _is_nothing(filled) or names_a_cookie(name, filled):
        return None
    if filled.startswith("/run/secrets"):
        return None
    if "://" in filled and not any(True for _ in credentials_in(filled)):
        return None
    severity = min(_weight(name, filled), _weight(entry.key, filled))
    if is_signing_name(name):
        severity = Severity.HIGH
    if _FOR_TESTS.search(filled):
        severity = severity.lowered()
    shown = f"${{{name}:-{mask(filled)}}}"
    copies = tuple(_shipped_with(target, name, filled))
    return Fallback(name, entry.place, shown, "default", severity, copies)


def _url_entry(target: Target, entry: Entry) -> Fallback | None:
    """A URL with a literal password, or with one that has a default."""
    value = entry.written.strip()
    for one in references(value):
        if is_secret_name(one.name) and (
            found := _default(target, entry, one.name, one.operator, one.word)
        ):
            return found
    plain = expand_compose(value, {}) if "$" in value else value
    if plain is None:
        plain = re.sub(r"\$\{[^{}]{0,200}\}", "x", value)
    for cred in credentials_in(plain):
        if f":{cred.password}@" not in value or "$" in cred.password:
            continue  # it comes from a variable
        severity = _weight("DATABASE_PASSWORD", cred.password)
        whole = next(
            (
                one
                for one in references(value)
                if one.operator in ("-", ":-") and value.endswith("}")
            ),
            None,
        )
        if whole is not None and value.startswith("$") and cred.password in whole.word:
            return Fallback(whole.name, entry.place, cred.shown, "default", severity)
        return Fallback(entry.key, entry.place, cred.shown, "literal", severity)
    return None


# -- env files that are shipped ----------------------------------------------------------------


def _shipped(target: Target) -> Judged:
    """Signing keys in env files that are used as they are."""
    for file in env_files(target):
        name = file.name
        if name.template or name.environment in ("development", "test") or purpose(file.path):
            continue
        for setting in file.settings:
            if not is_signing_name(setting.key):
                continue
            value = setting.value or ""
            short = 0 < len(value) < _SHORTEST_KEY and not is_placeholder(value)
            if not short:
                yield file.path, None
                continue
            severity = Severity.LOW if serves_developers(target, file) else Severity.HIGH
            yield (
                file.path,
                Fallback(setting.key, setting.place, mask(value), "short", severity),
            )
