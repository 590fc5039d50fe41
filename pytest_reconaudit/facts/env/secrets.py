"""Secrets that are committed: real values under secret names, provider tokens, credentials.

The one judge of values is :mod:`...readers.secret_text`; here is what *where a value stands* says
about it: an example, a test, a development file, a script that deploys.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from hashlib import blake2s

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.applications import is_test_path
from pytest_reconaudit.facts.callers import indentation, openings
from pytest_reconaudit.facts.compose.stacks import compose_files, is_test_data, stacks
from pytest_reconaudit.facts.env.keys import env_files
from pytest_reconaudit.facts.env.scan_exceptions import excepted_at
from pytest_reconaudit.facts.invocations import shell_script_paths
from pytest_reconaudit.model import Place, Severity, mask
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.certificates import issuer_and_subject
from pytest_reconaudit.readers.dotenv import EnvFile
from pytest_reconaudit.readers.interpolation import references
from pytest_reconaudit.readers.manifest import may_hold_objects
from pytest_reconaudit.readers.secret_text import (
    Token,
    credentials_in,
    decoded,
    entropy,
    is_local_host,
    is_placeholder,
    is_public_name,
    is_reference,
    is_secret_name,
    is_secret_value,
    is_uuid,
    is_wordy,
    tokens_in,
)
from pytest_reconaudit.target import IgnoreRule, Target, once

__all__ = [
    "KNOWN_TO_ALL",
    "PAIRS",
    "CommittedFile",
    "Leak",
    "LeakGroup",
    "committed_files",
    "is_declared_public",
    "is_local_env",
    "is_of_self_signed",
    "leak_groups",
    "purpose",
    "same_elsewhere",
]

_WORD = regex(r"[a-z]+")
_PURPOSES = {
    **dict.fromkeys(
        ("test", "tests", "testing", "ci", "e2e", "fixture", "fixtures", "mock", "mocks", "spec",
         "bench", "benchmark", "integration", "testdata", "tst", "citest", "unittest", "unittests",
         "suites", "testsuite", "testsuites", "molecule"),
        "test",
    ),
    **dict.fromkeys(
        ("example", "examples", "sample", "samples", "demo", "demos", "tutorial", "tutorials",
         "playground", "template", "templates", "snippets", "sandbox", "quickstart", "quickstarts",
         "docs", "doc", "documentation", "cookbook", "dist", "default", "storybook", "showcase",
         "workshop", "stories", "story", "boilerplate", "starter", "starters", "tpl", "tmpl"),
        "example",
    ),
    **dict.fromkeys(
        ("dev", "development", "devel", "develop", "local", "localhost", "devcontainer", "debug",
         "devenv", "devstack", "devtools", "seed", "seeds", "seeder", "seeders", "localdev",
         "debugging", "contrib", "vscode", "idea", "simulator", "simulators"),
        "development",
    ),
}  # fmt: skip
_RANK = {"": 0, "development": 1, "example": 2, "test": 3}


def purpose(path: str) -> str:
    """What a path says its file is for: ``test``, ``example``, ``development``, or empty."""
    if is_test_path(path) or is_test_data(path):
        return "test"
    found = (_PURPOSES.get(word, "") for word in _WORD.findall(path.lower()))
    return max(found, key=_RANK.__getitem__, default="")


class Leak(Struct, frozen=True):
    """One secret in a committed file. The value itself is in no text of it."""

    clause: str
    """``a`` a secret, ``b`` a production env file, ``c`` credentials in a deploy script."""
    name: str
    """The key, or what kind of token it is."""
    shown: str
    """The masked value."""
    place: Place
    strength: str
    """``token`` (a provider's), ``self-signed`` (a key whose certificate nobody else signed),
    ``own-authority`` (one whose certificate was signed with another key of the repository), ``own``
    (formed like a provider's, and given to a store that the repository starts),
    ``name`` (of a key whose secret is elsewhere), ``real`` (random), ``default`` (random, of a file
    that spells out a stack's own defaults), ``sample`` (random, and the value of a template or
    sample), ``wordy`` (made of words), ``placeholder``."""
    bits: float = 0.0
    """Entropy per character."""
    public: bool = False
    """A comment above declares it public, or it is a key that clients hold anyway."""
    digest: str = ""
    """What the same value in other files is known by; it is shown nowhere."""
    copies: tuple[Place, ...] = ()
    """Where other files hold the very same value; of a pair, where its folder holds more."""
    excepted: Place | None = None
    """Where the repository's own scanner is told to leave it alone."""

    @property
    def named(self) -> str:
        """The key and its masked value."""
        return f"{self.name} {self.shown}"


class CommittedFile(Struct, frozen=True):
    """A committed file in which values were judged."""

    path: str
    purpose: str
    leaks: tuple[Leak, ...]
    judged: int
    """How many values under secret names were looked at."""
    environment: str = ""
    """Of an env file: ``production``, ``staging`` …"""
    template: bool = False
    """An env file that is to be copied."""
    env: bool = False
    local: bool = False
    """An env file that says it is for development, or whose every address is this machine."""
    ignored: IgnoreRule | None = None
    """The ignore rule that the file is tracked in spite of."""
    ignored_too: tuple[str, ...] = ()
    """Other env files that are tracked in spite of the same rule."""
    said: bool = False
    """What it holds was said of another file that holds the same."""


_DECLARED = regex(
    r"\b(?:public(?:ly)?|community|not (?:a |really )?secrets?|no secrets?|safe to commit"
    r"|(?:no|not|none|never) (?:an? |the )?(?:actual|real|valid|live)"
    r"|(?:fake|dummy|made[- ]up|invented) (?:\w+ ){0,2}"
    r"(?:tokens?|keys?|secrets?|credentials?|values?))\b",
    re.I,
)
_ALLOWED = regex(
    r"gitleaks:allow|pragma:\s?allowlist|trufflehog:ignore|ggignore|\bnosec\b|nolint:\w*,?gosec",
    re.IGNORECASE,
)
"""Marks by which somebody who looked at a scanner's alarm says that it is none."""


def is_declared_public(lines: list[str], line: int) -> bool:
    """Whether the value's line, a comment at most three lines above it or the comment above the
    statement that it stands in says it is public, or none at all.

    :param line: counted from 1.
    """
    if _is_in_prose(lines, line):
        return True
    near = range(line, max(0, line - 4), -1)
    for number in (*near, *_above_statement(lines, line)):
        if number > len(lines):
            continue
        text = lines[number - 1][:2000]
        if number == line:
            if _ALLOWED.search(text):
                return True
            text = text.rpartition(" #")[2] if " #" in text else ""
        elif not text.lstrip().startswith(("#", "//", "*", "/*", ";", "--", "<!--")):
            continue
        if _DECLARED.search(text):
            return True
    return False


_TOLD_TEXT = regex(
    r"[ \t]*(?:- )?[\"']?(?:description|details?|help(?:_?text)?|examples?|notes?|docs?"
    r"|documentation|usage|summary|comment)[\"']?\s*:\s*[|>][-+\d]{0,2}\s*$",
    re.IGNORECASE,
)
"""A key of YAML whose text is there to be read."""
_MOST_PROSE = 80
"""Lines of such a text."""


def _is_in_prose(lines: list[str], line: int) -> bool:
    """Whether a line stands in a text of YAML that somebody is to read: a sample, no setting."""
    if line > len(lines):
        return False
    return any(
        _TOLD_TEXT.match(text[:200]) is not None for _, text in openings(lines, line, _MOST_PROSE)
    )


_MOST_INSIDE = 40
"""Lines of a literal over which its head is looked for."""
_MOST_COMMENT = 6


def _above_statement(lines: list[str], line: int) -> Iterator[int]:
    """The lines of the comment above the outermost thing that an indented line stands in."""
    head = line
    while head > max(1, line - _MOST_INSIDE) and lines[head - 1 : head] != []:
        text = lines[head - 1]
        if text.strip() and not text[0].isspace() and text[0] not in ")]}":
            break
        head -= 1
    if head == line:
        return
    for number in range(head - 1, max(0, head - 1 - _MOST_COMMENT), -1):
        if not lines[number - 1].lstrip().startswith(("#", "//", "*", "/*")):
            return
        yield number


class LeakGroup(Struct, frozen=True):
    """The leaks of one file that weigh the same."""

    clause: str
    severity: Severity
    leaks: tuple[Leak, ...]

    def others(self) -> tuple[tuple[Place, str], ...]:
        """The places besides the one that the group is reported at."""
        rest = self.leaks[0 if self.clause == "b" else 1 :]
        excepted = dict.fromkeys(one.excepted for one in self.leaks if one.excepted)
        return (
            *((one.place, one.named) for one in rest),
            *((place, "allow-lists it") for place in excepted),
            *((place, _told_again(one)) for one in self.leaks for place in one.copies),
        )


PAIRS = frozenset({"self-signed", "own-authority"})
"""The strengths of keys that somebody made with their certificates for this repository."""


def _told_again(leak: Leak) -> str:
    return f"{leak.name} of such a pair" if leak.strength in PAIRS else f"the same {leak.name}"


def same_elsewhere(leaks: Sequence[Leak]) -> str:
    """Which other files hold values of these, for the end of a sentence."""
    others = sorted({place.path for one in leaks for place in one.copies})
    if not others:
        return ""
    says = "so it is with" if all(one.strength in PAIRS for one in leaks) else "the same stands in"
    return f"; {says} {', '.join(others[:3])}{' …' if others[3:] else ''}"


def leak_groups(file: CommittedFile) -> tuple[LeakGroup, ...]:
    """What is to be said about a file, worst first; leaks that are none there are left out."""
    groups: dict[tuple[str, Severity], list[Leak]] = {}
    for leak in file.leaks:
        severity = _weight(file, leak)
        if severity is not None:
            groups.setdefault((leak.clause, severity), []).append(leak)
    if file.said or any(clause == "a" and sev > Severity.MEDIUM for clause, sev in groups):
        groups.pop(("b", Severity.MEDIUM), None)  # said already, and worse
    return tuple(
        LeakGroup(clause, severity, tuple(leaks))
        for (clause, severity), leaks in sorted(groups.items(), key=lambda one: -one[0][1])
    )


KNOWN_TO_ALL = frozenset({"default", "sample"})
"""The strengths of values that nobody keeps to himself."""


def _weight(file: CommittedFile, leak: Leak) -> Severity | None:
    """How bad it is that this stands there; nothing when it is in order.

    What a scanner is told to pass over has been looked at: no more than medium.
    """
    severity = _unlooked_at(file, leak)
    if severity is None or leak.excepted is None or severity is Severity.INFO:
        return severity
    return severity.lowered(2 if severity is Severity.CRITICAL else 1)


def _unlooked_at(file: CommittedFile, leak: Leak) -> Severity | None:
    if leak.clause in ("b", "c"):
        return Severity.MEDIUM
    test = "test" in (file.environment, file.purpose)
    aside = file.template or file.environment in ("development", "test") or bool(file.purpose)
    if leak.public:
        return None if test else Severity.INFO
    if leak.strength == "name":
        return None if aside else Severity.LOW
    if leak.strength == "own" and file.path.startswith(".github/"):
        return Severity.INFO  # a runner's store, gone with the job
    if leak.strength in PAIRS or leak.strength == "own":
        return (None if test else Severity.LOW) if aside else Severity.MEDIUM
    if leak.strength == "token":
        if leak.name == "a private key" and aside:
            return None if test else Severity.LOW
        return Severity.MEDIUM if aside else Severity.CRITICAL
    if test:
        return None
    if leak.strength in KNOWN_TO_ALL and file.local:
        return Severity.MEDIUM
    if (leak.strength in KNOWN_TO_ALL or (leak.strength == "real" and file.local)) and not aside:
        return Severity.HIGH
    if leak.strength == "real" or leak.strength in KNOWN_TO_ALL:
        return Severity.MEDIUM if aside else Severity.CRITICAL
    if aside:
        return None
    return Severity.HIGH if file.environment == "production" else Severity.MEDIUM


_MODE = regex(r"(?:[A-Z]+_)?ENV(?:IRONMENT)?|[A-Z]+_MODE")
_LOCAL_MODES = frozenset({"development", "dev", "local", "test", "testing"})
_SWITCHES = frozenset({"", "0", "1", "true", "false", "on", "off", "yes", "no"})
"""What `DEBUG_MODE` is set to: it names no environment."""
_ADDRESSES = regex(r"[\w.-]{1,200}:\d{2,5}(?:,\s?[\w.-]{1,200}:\d{2,5}){0,20}")
_HOST_NAME = regex(
    r"(?:[A-Z\d]{1,40}_){0,4}(?:DB|DATABASE|POSTGRES(?:QL)?|PG|MYSQL|MARIADB|MONGO(?:DB)?|REDIS|CACHE"
    r"|RABBITMQ|AMQP|KAFKA|ELASTICSEARCH|SMTP|MAIL|EMAIL)_(?:HOST|HOSTNAME|SERVER)|PGHOST"
)
"""What is asked, other than `SERVER_HOST`, which is listened on."""
_PLAIN_HOST = regex(r"(?=[\w.-]*[A-Za-z])[\w.-]{1,200}|[\d.]{7,15}")
_HOST = regex(r"://(?:[^\s/@]{1,200}@)?(\[[^\]\s]{2,40}\]|[\w.-]{1,200})")


def is_local_env(env: EnvFile) -> bool:
    """Whether an env file says that it is for development, or its addresses are all here."""
    if env.name.environment not in ("", "development", "test"):
        return False
    hosts: set[str] = set()
    for setting in env.settings:
        value = (setting.value or "")[:_MAX_LINE]
        if _MODE.fullmatch(setting.key) and value.lower() not in _SWITCHES:
            return value.lower() in _LOCAL_MODES
        hosts.update(_HOST.findall(value))
        if _HOST_NAME.fullmatch(setting.key) and _PLAIN_HOST.fullmatch(value):
            hosts.add(value)
        elif _ADDRESSES.fullmatch(value):
            hosts.update(one.strip().rpartition(":")[0] for one in value.split(","))
    return bool(hosts) and all(is_local_host(host) for host in hosts)


@once
def committed_files(target: Target) -> tuple[CommittedFile, ...]:
    """Every committed file with something to judge, by path."""
    found: list[CommittedFile] = []
    by_path = {file.path: file for file in env_files(target)}
    scripts = frozenset(shell_script_paths(target))
    models = {file.path for file in compose_files(target)}
    models |= {path for stack in stacks(target) for path in stack.all_files}
    for path in target.files:
        text = target.text(path)
        if not text:
            continue
        env = by_path.get(path)
        marked = not path.endswith(_PROSE) and any(mark in text for mark in _TOKEN_MARKS)
        data = path.endswith(_DATA) and path not in models
        if env is None and not marked and not data and path not in scripts:
            continue
        reading = _Reading(target, path, text)
        if env is not None:
            reading.env_file(env)
        elif path in scripts:
            reading.script()
        elif data:
            reading.data()
        if marked:
            reading.tokens()
        if env is not None or reading.leaks or reading.judged:
            found.append(reading.file(env))
    found = [_looked_at(target, file) for file in found]
    told = _once_per_folder(_once_per_secret(_as_defaults(target, found)))
    return tuple(_once_per_rule(told))


def _looked_at(target: Target, file: CommittedFile) -> CommittedFile:
    """A file, its secrets marked of which the repository's own scanner is told to say nothing."""
    marked = {
        leak: place
        for leak in file.leaks
        if leak.clause == "a" and (place := excepted_at(target, leak.place)) is not None
    }
    if not marked:
        return file
    leaks = tuple(replace(leak, excepted=marked.get(leak)) for leak in file.leaks)
    return replace(file, leaks=leaks)


def _as_defaults(target: Target, files: list[CommittedFile]) -> list[CommittedFile]:
    """The files, an env file that holds the very defaults of a stack, or the values of a template
    or sample, marked as such: nobody's secret has leaked, but what everybody gets is known."""
    if not any(_random(one) for one in files):
        return files
    samples = {
        leak.digest for file in files if _is_sample(file) for leak in _random(file) if leak.digest
    }
    defaults = {
        _digest(one.word)
        for stack in stacks(target)
        for service in stack.services
        for entry in service.environment
        if "-" in entry.written
        for one in references(entry.written)
        if one.operator in ("-", ":-") and len(one.word) >= _SHORTEST_SECRET
    }
    found = []
    for file in files:
        known = {leak.digest for leak in _random(file)}
        if file.env and known & defaults:
            file = _weakened(file, "default")
        elif known & samples and not _is_sample(file):
            file = _weakened(file, "sample", samples)
        found.append(file)
    return found


def _weakened(
    file: CommittedFile, strength: str, digests: Collection[str] | None = None
) -> CommittedFile:
    """A file whose real leaks, all or those of these digests, are of another strength."""
    leaks = (
        replace(leak, strength=strength)
        if leak.strength == "real" and (digests is None or leak.digest in digests)
        else leak
        for leak in file.leaks
    )
    return replace(file, leaks=tuple(leaks))


_SHORTEST_SECRET = 8


def _is_sample(file: CommittedFile) -> bool:
    return file.template or file.purpose in ("development", "example")


def _random(file: CommittedFile) -> list[Leak]:
    return [leak for leak in file.leaks if leak.strength == "real" and leak.clause == "a"]


def _once_per_secret(files: list[CommittedFile]) -> list[CommittedFile]:
    """The files, each secret in the one where it weighs most: it has to be replaced once."""
    holders: dict[str, list[tuple[Severity, str, Leak]]] = {}
    for file in files:
        for leak in file.leaks:
            severity = _weight(file, leak) if leak.digest and leak.clause == "a" else None
            if severity is not None and not leak.public:
                holders.setdefault(leak.digest, []).append((severity, file.path, leak))
    first: dict[str, tuple[str, tuple[Place, ...]]] = {}
    copies: tuple[Place, ...]
    for digest, ones in holders.items():
        best = min(ones, key=lambda one: (-one[0], one[1]))
        copies = tuple(
            sorted((leak.place for _, path, leak in ones if path != best[1]), key=Place.key)
        )
        if copies:
            first[digest] = best[1], copies
    out = []
    for file in files:
        kept, said = [], False
        for leak in file.leaks:
            owner, copies = first.get(leak.digest, (file.path, ()))
            if owner == file.path or leak.public or leak.clause != "a":
                mine = owner == file.path and leak.clause == "a" and not leak.public
                kept.append(replace(leak, copies=copies) if mine and copies else leak)
            elif _weight(file, leak) is not None:
                said = True
            else:
                kept.append(leak)
        out.append(
            replace(file, leaks=tuple(kept), said=said) if kept != list(file.leaks) else file
        )
    return out


def _once_per_folder(files: list[CommittedFile]) -> list[CommittedFile]:
    """The files, the pairs of one folder told at its first: they were made together."""
    first: dict[tuple[str, str], str] = {}
    more: dict[str, set[Place]] = {}
    out = []
    for file in files:
        kept = []
        for leak in file.leaks:
            where = posixpath.dirname(file.path), str(_weight(file, leak))
            if (
                leak.strength not in PAIRS
                or leak.public
                or (owner := first.setdefault(where, file.path)) == file.path
            ):
                kept.append(leak)
            else:
                more.setdefault(owner, set()).update((leak.place, *leak.copies))
        told = tuple(kept)
        out.append(file if told == file.leaks else replace(file, leaks=told, said=True))
    return [_with_copies(file, more.get(file.path, ())) for file in out]


def _with_copies(file: CommittedFile, places: Collection[Place]) -> CommittedFile:
    if not places:
        return file
    leaks = list(file.leaks)
    at = next(number for number, leak in enumerate(leaks) if leak.strength in PAIRS)
    copies = sorted({*leaks[at].copies, *places}, key=Place.key)
    leaks[at] = replace(leaks[at], copies=tuple(copies))
    return replace(file, leaks=tuple(leaks))


def _once_per_rule(files: list[CommittedFile]) -> Iterator[CommittedFile]:
    """The files, each ignore rule at the first that it should have kept out."""
    groups: dict[IgnoreRule, list[str]] = {}
    for file in files:
        if file.ignored is not None:
            groups.setdefault(file.ignored, []).append(file.path)
    for file in files:
        if file.ignored is not None:
            paths = groups[file.ignored]
            first = paths[0] == file.path
            yield replace(
                file,
                ignored=file.ignored if first else None,
                ignored_too=tuple(paths[1:]) if first else (),
            )
        else:
            yield file


_TOKEN_MARKS = (
    "AKIA", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "k_live_", "xoxb-", "xoxp-", "npm_",
    "SG.", "PRIVATE KEY-----",
)  # fmt: skip
_PROSE = (".sql", ".csv", ".css", ".scss", ".html", ".txt", ".po", ".xml")
"""Files that are long and name no provider's token but by accident."""
_DATA = (
    ".properties", ".toml", ".ini", ".conf", ".cfg", ".tfvars", ".yml", ".yaml", ".json",
)  # fmt: skip
_NOT_DATA = regex(
    r"(?:^|/)(?:package(?:-lock)?\.json|tsconfig[\w.-]*\.json|composer\.json|[\w.-]*lock[\w.-]*"
    r"|openapi[\w.-]*|swagger[\w.-]*|[\w.-]*schema[\w.-]*\.json|[a-z]{2}(?:[-_][A-Za-z]{2,4})?\.json"
    r"|[\w.-]*\.postman_collection\.json|renovate\.json|codecov\.ya?ml"
    r"|\.git(?:allowed|leaksignore|leaks\.toml)|\.secrets\.baseline|\.(?:trufflehog|ggshield|gitguardian)"
    r"[\w.-]*|results?\.json)$"
    r"|(?:^|/)(?:locales?|i18n|l10n|lang(?:uages?)?|translations?|messages|abi|abis|crds?|dashboards?)/",
    re.IGNORECASE,
)
_HINTS = (
    "secret", "passw", "passphrase", "token", "api_key", "apikey", "private_key", "privatekey",
    "access_key", "accesskey",
)  # fmt: skip
_SETTING = regex(
    r"[ \t]*(?:-[ \t]+)?(?:export[ \t]+)?[\"']?(?P<name>[A-Za-z_][\w.-]{2,80})[\"']?"
    r"[ \t]*[:=][ \t]*(?P<quote>[\"']?)(?P<value>[^\s\"'#,;{}\[\]]{8,4096})(?P=quote)"
    r"[ \t]*(?:[,;#]|$)"
)


def _hints(text: str) -> list[int]:
    """Where names of secrets may stand, in order.

    Words in a text of small letters are found ten times as fast as by a pattern that ignores case:
    some repositories hold a hundred megabytes of YAML.
    """
    small = text.lower()
    if len(small) != len(text):  # a letter became two: places would not be those of the text
        small = "".join(one if len(low := one.lower()) != 1 else low for one in text)
    found: list[int] = []
    for word in _HINTS:
        at = small.find(word)
        while at >= 0:
            found.append(at)
            at = small.find(word, at + len(word))
    return sorted(found)


_CIPHERTEXTS = ("secretEnv:", "envMap:")
"""Blocks beside a `kmsKeyName`, whose values only that key opens."""
_MAX_LINE = 5000
_SHORTEST_TOKEN = 16
_MAX_LEAKS = 200
_DEPLOYS = regex(r"deploy|release|prod(?!uct)|rollout|go-?live|cutover|publish", re.IGNORECASE)
_REHEARSES = regex(
    r"(?:^|[/_.-])(?:uat|e2e|acceptance|smoke|loadtests?)(?:$|[/_.-])", re.IGNORECASE
)
"""Scripts that try the platform out: the accounts in them are made for that."""
_PASSWORD_SETTING = regex(
    r"(?<![\w$])(?P<name>PGPASSWORD|MYSQL_PWD|REDISCLI_AUTH)=(?P<quote>[\"']?)"
    r"(?P<value>[^\s\"'$`;|&]{1,200})(?P=quote)"
)


_INTERFACE = regex(r"(?:\s|#[^\n]*\n|---|\{)*[\"']?(?:openapi|swagger|asyncapi)[\"']?\s*:")


_MAIL_NAME = regex(r"smtp|mail", re.IGNORECASE)
_TRIAL_MAIL = regex(
    r"^[^#]{0,60}(?:host|server|smtp|mail)[^#\n]{0,60}[:=][^#\n]{0,60}\b(?:smtp\.ethereal\.email"
    r"|(?<!live\.)smtp\.mailtrap\.io|mailhog|mailpit|maildev|smtp4dev|inbucket|greenmail"
    r"|(?:smtp|mail)\.example\.(?:com|org|net))\b",
    re.IGNORECASE,
)
_NEAR_LINES = 12


def _digest(value: str) -> str:
    return blake2s(value.encode("utf-8", "replace"), digest_size=12).hexdigest()


class _Reading:
    """One file while it is looked through."""

    def __init__(self, target: Target, path: str, text: str) -> None:
        self.target = target
        self.path = path
        self.text = text
        self.leaks: list[Leak] = []
        self.judged = 0
        self._lines: list[str] | None = None

    @cached_property
    def purpose(self) -> str:
        return purpose(self.path)

    @cached_property
    def _describes(self) -> bool:
        """Whether the file says what others hold or carry, a lock file or an interface, say."""
        return bool(_NOT_DATA.search(self.path) or _INTERFACE.match(self.text))

    @property
    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines

    def file(self, env: EnvFile | None) -> CommittedFile:
        ignored = None
        tracked = self.target.tracked
        aside = env is None or env.name.template or self.purpose in ("test", "example")
        if not aside and tracked and self.path in tracked:
            ignored = self.target.ignored_by(self.path)
        leaks = {(one.place, one.clause): one for one in reversed(self.leaks[:_MAX_LEAKS])}
        return CommittedFile(
            self.path,
            self.purpose,
            tuple(sorted(leaks.values(), key=lambda one: (one.place.key(), one.name))),
            self.judged,
            env.name.environment if env is not None else "",
            env is not None and env.name.template,
            env is not None,
            env is not None and is_local_env(env),
            ignored,
        )

    def env_file(self, env: EnvFile) -> None:
        """Every setting; then whether the file as a whole should be there."""
        first: Leak | None = None
        for setting in env.settings:
            value = (setting.value or "")[:_MAX_LINE]
            secret = is_secret_name(setting.key)
            credentials = list(credentials_in(value)) if not is_public_name(setting.key) else []
            if not secret and not credentials:
                continue
            self.judged += 1
            if first is None:
                first = Leak("b", setting.key, mask(value), setting.place, "placeholder")
            if secret and not credentials:
                self._value(setting.key, value, setting.place)
            for one in credentials:
                if not is_local_host(one.host) and one.password != one.user:
                    self._value(setting.key, one.password, setting.place, one.shown)
        shipped = env.name.environment == "production" and not env.name.template
        if first is not None and shipped:
            self.leaks.append(first)

    def _value(self, name: str, value: str, place: Place, shown: str = "") -> None:
        if not is_secret_value(value) or (is_uuid(value) and name.upper().endswith("ID")):
            return
        if len(value) < _SHORTEST_TOKEN and name.lower().endswith("token"):
            return  # a mark or a code: tokens that open something are made by machines
        # Tokens that look like ids are given out by hand, and many of them open nothing.
        strength = "wordy" if is_wordy(value) or is_uuid(value) else "real"
        public = is_declared_public(self.lines, place.line or 1) or (
            "DSN" in name.upper() and ":" not in value.partition("://")[2].partition("@")[0]
        )
        public = public or self._opens_a_trial_mailbox(name, place)
        digest = _digest(value) if strength == "real" else ""
        self.leaks.append(
            Leak("a", name, shown or mask(value), place, strength, entropy(value), public, digest)
        )

    def _opens_a_trial_mailbox(self, name: str, place: Place) -> bool:
        """Whether the mail host beside a password is one that delivers nothing."""
        if not _MAIL_NAME.search(name):
            return False
        number = place.line or 1
        near = self.lines[max(0, number - 1 - _NEAR_LINES) : number + _NEAR_LINES]
        return any(_TRIAL_MAIL.search(line[:_MAX_LINE]) for line in near)

    def data(self) -> None:
        """``name: value`` lines of configuration files, by name and value."""
        hints = _hints(self.text)
        if not hints or self._describes:
            return
        if self.purpose == "test" or "/.github/" in f"/{self.path}":
            return
        if may_hold_objects(self.text):
            return  # a check of its own judges what a cluster is given
        seen: set[int] = set()
        text = self.text
        for hint in hints:
            start = text.rfind("\n", 0, hint) + 1
            if start in seen:
                continue
            seen.add(start)
            end = text.find("\n", start)
            line = text[start : end if end >= 0 else len(text)]
            if len(line) > _MAX_LINE or line.lstrip().startswith(("#", "//", ";")):
                continue
            found = _SETTING.match(line)
            if found is None or not is_secret_name(found["name"]):
                continue
            if self.target.is_generated(self.path):
                return
            if not found["quote"] and not self._data_value(found["value"]):
                continue
            if self._is_encrypted(text.count("\n", 0, start)):
                continue
            self.judged += 1
            number = text.count("\n", 0, start) + 1
            if not _CODE_VALUE.search(found["value"]) and not (
                is_wordy(found["value"]) or is_uuid(found["value"])
            ):
                self._value(
                    found["name"], found["value"], Place(self.path, number, found.start("name") + 1)
                )

    def _is_encrypted(self, index: int) -> bool:
        """Whether a line stands in a block of Cloud Build that names the key which encrypted it.

        :param index: of the line, from 0.
        """
        if "kmsKeyName" not in self.text or not self.path.endswith((".yml", ".yaml")):
            return False
        depth = indentation(self.lines[index])
        for line in reversed(self.lines[max(0, index - _MOST_INSIDE) : index]):
            bare = line.strip()
            if bare and not bare.startswith("#") and indentation(line) < depth:
                return bare.lstrip("- ") in _CIPHERTEXTS
        return False

    def _data_value(self, value: str) -> bool:
        """Whether a value without quotes is data: in YAML and key=value files only."""
        return self.path.endswith((".yml", ".yaml", ".properties", ".ini", ".conf", ".cfg"))

    def script(self) -> None:
        """Literal credentials in a script that is run against something real."""
        if self.purpose:
            return
        deploys = _DEPLOYS.search(self.path) is not None
        if not deploys and _REHEARSES.search(self.path):
            return
        for number, line in enumerate(self.lines, 1):
            if "=" not in line and "://" not in line:
                continue
            line = line[:_MAX_LINE]
            if line.lstrip().startswith("#"):
                continue
            for one in credentials_in(line):
                if is_reference(one.password) or "$" in one.password or "<" in one.password:
                    continue
                self.judged += 1
                weak = is_placeholder(one.password)
                if not deploys and (weak or is_local_host(one.host)):
                    continue
                strength = "placeholder" if weak else "real"
                place = Place(self.path, number, one.offset + 1)
                self.leaks.append(Leak("c", one.scheme, one.shown, place, strength))
            if "PASSWORD=" in line or "_PWD=" in line or "_AUTH=" in line:
                for match in _PASSWORD_SETTING.finditer(line):
                    self.judged += 1
                    weak = is_placeholder(match["value"])
                    if deploys or not weak:
                        strength = "placeholder" if weak else "real"
                        place = Place(self.path, number, match.start() + 1)
                        self.leaks.append(
                            Leak("c", match["name"], mask(match["value"]), place, strength)
                        )

    def tokens(self) -> None:
        """What is a secret by its own shape."""
        if self.purpose == "test" or self._describes:
            return
        tests = self.text.find("#[cfg(test)]") if self.path.endswith(".rs") else -1
        for one in tokens_in(self.text):
            self.judged += 1
            start = max(0, one.offset - 400)
            near = "\n".join(self.text[start : one.offset].split("\n")[-4:])
            if 0 <= tests < one.offset or _EXAMPLE_NEAR.search(near):
                continue
            inside = _FUNCTION.findall(self.text, max(0, one.offset - _FAR), one.offset)
            if inside and _EXAMPLE_NEAR.search(inside[-1]):
                continue
            line = self.text.count("\n", 0, one.offset) + 1
            column = one.offset - (self.text.rfind("\n", 0, one.offset) + 1) + 1
            place = Place(self.path, line, column)
            self.leaks.append(self._token(one, place))

    def _token(self, one: Token, place: Place) -> Leak:
        public = is_declared_public(self.lines, place.line or 1) or (
            one.kind == "a private key" and _is_for_localhost(self.target, self.path)
        )
        shown = "-----BEGIN … PRIVATE KEY-----" if one.kind == "a private key" else mask(one.value)
        name, strength = one.kind, "token"
        if one.value.startswith("AKIA") and self._names_key(place):
            name, strength = "the id of an AWS access key, without its secret,", "name"
        elif one.value.startswith("AKIA") and _OWN_STORE.search(
            self.text[max(0, one.offset - _NEAR_STORE) : one.offset + _NEAR_STORE]
        ):
            strength = "own"
        digest = _digest(one.value) if strength == "token" else ""
        if name == "a private key":
            if is_of_self_signed(self.target, self.path):
                strength = "self-signed"
            elif _is_of_own_authority(self.target, self.path):
                strength = "own-authority"
        return Leak("a", name, shown, place, strength, entropy(one.value[:200]), public, digest)

    def _names_key(self, place: Place) -> bool:
        """Whether a line sets the id of a key, and the file takes its secret from elsewhere."""
        line = self.lines[(place.line or 1) - 1]
        return (
            _KEY_ID.search(line[:_MAX_LINE]) is not None
            and _KEY_SECRET_REFERENCE.search(self.text) is not None
        )


_NEAR_STORE = 300
_OWN_STORE = regex(
    r"MINIO_(?:ACCESS|ROOT)|endpoint_?url[\"']?\s{0,9}[:=]\s{0,9}[\"']?https?://(?:minio|localhost|127\.)",
    re.IGNORECASE,
)
"""What says that a key is that of a store which the repository starts itself."""


def _is_for_localhost(target: Target, path: str) -> bool:
    """Whether a certificate beside a key names this machine.

    Where the names differ it is the only certificate beside the folder's only key.
    """
    known = _local_keys(target)
    if path not in known:
        known[path] = _has_local_certificate(target, path)
    return known[path]


@once
def _local_keys(target: Target) -> dict[str, bool]:
    """File with a key → :func:`_is_for_localhost`, which fills it."""
    return {}


def _has_local_certificate(target: Target, path: str) -> bool:
    return any(
        (data := decoded(body)) is not None and any(mark in data for mark in _THIS_MACHINE)
        for body in _certificates_of(target, path)
    )


def is_of_self_signed(target: Target, path: str, *, alike: bool = False) -> bool:
    """Whether a private key is that of a certificate beside it which nobody else has signed.

    :param alike: the certificate must be called as the key is.
    """
    return any(
        names is not None and names[0] == names[1]
        for names in map(issuer_and_subject, _certificates_of(target, path, alike=alike))
    )


def _is_of_own_authority(target: Target, path: str) -> bool:
    """Whether a private key is that of a certificate beside it which was signed with another key
    of the repository: nobody outside trusts such an authority."""
    issuers = {
        names[0]
        for names in map(issuer_and_subject, _certificates_of(target, path))
        if names is not None
    }
    return bool(issuers) and not issuers.isdisjoint(_own_authorities(target))


@once
def _own_authorities(target: Target) -> frozenset[bytes]:
    """The names of the self-signed certificates whose private keys are in the repository."""
    return frozenset(
        names[1]
        for path in target.files
        if path.endswith((*_CERTIFICATES, ".key")) and _PRIVATE in target.text(path)
        for names in map(issuer_and_subject, _certificates_of(target, path))
        if names is not None and names[0] == names[1]
    )


def _certificates_of(target: Target, path: str, *, alike: bool = False) -> Iterator[str]:
    """The base64 of the certificates that belong to a key.

    :param alike: by their names, not because there is no other.
    """
    folder, name = posixpath.split(path)
    stem = _whose(name)
    near = [
        one
        for one in target.below(folder)
        if one.endswith((*_CERTIFICATES, ".key")) and posixpath.dirname(one) == folder
    ]
    beside = [one for one in near if one.endswith(_CERTIFICATES)]
    same = [one for one in beside if _whose(posixpath.basename(one)) == stem]
    others = [one for one in beside if one != path]
    if (
        alike
        or len(others) != 1
        or any(
            one != path and (one.endswith(".key") or _PRIVATE in target.text(one)) for one in near
        )
    ):
        others = []
    for one in [one for one in same if one != path] or others:
        yield from _CERTIFICATE.findall(target.text(one))[:1]


def _whose(name: str) -> str:
    """What a file of a pair is named after: ``mill`` of ``mill_key.pem`` and ``mill.cert.pem``."""
    return _ROLE.sub("", posixpath.splitext(name)[0].lower())


_ROLE = regex(
    r"(?:^|[-_.])(?:priv(?:ate)?[-_]?)?(?:key|cert(?:ificate)?|crt|privkey|fullchain|tls)$"
)
_CERTIFICATES = (".crt", ".cert", ".pem", ".cer")
_PRIVATE = "PRIVATE KEY-----"
_THIS_MACHINE = ("localhost", "docker.internal", "\x04\x7f\x00\x00\x01")
"""Names that no authority gives a certificate for; the last is 127.0.0.1 among the addresses."""
_KEY_ID = regex(r"access_?key_?id\b", re.IGNORECASE)
_KEY_SECRET_REFERENCE = regex(
    r"secret_?access_?key[\"']?\s{0,9}[:=]\s{0,9}[\"']?\$\{?|\bsecrets\.\w{0,60}SECRET\w{0,60}KEY",
    re.IGNORECASE,
)
_CERTIFICATE = regex(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{100,20000})-----END")
_EXAMPLE_NEAR = regex(
    r"example|pattern|placeholder|sample|dummy|fake|mock|test|regex|describe\(|story", re.I
)
"""What stands before a token that is shown, looked for or made up."""
_FUNCTION = regex(r"(?m)^[ \t]*(?:[a-z()]+[ \t]+){0,4}(?:fn|def|func|function)[ \t]+(\w{1,80})")
_FAR = 4_000
"""Characters before a token among which the function that holds it begins."""
_CODE_VALUE = regex(
    r"[()<>]|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|^[a-z]+(?:-[a-z]+)+$|^[a-z]+(?:[A-Z][a-z]+)+$|::|^!"
    r"|^/|^https?://|^\w+/[\w/.-]+$|^\*"
)
"""Values of configuration files that are names, paths, expressions: no secrets."""
