"""Log statements that print a secret, or a URL with its password.

A read of a secret key is followed to the variable or field that it is put into, and that name into
the arguments of log statements: within the block that the variable lives in, for a field in every
file of the same language. Calls are taken apart by brackets and quotes, not parsed: what matters is
which names are printed and what is done to them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from pytest_reconaudit.facts.applications import is_test_path
from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.compose.workbenches import is_work_file
from pytest_reconaudit.facts.docker.toolchains import is_development_name
from pytest_reconaudit.facts.env.keys import KeyRead, key_matrix
from pytest_reconaudit.facts.env.secrets import purpose
from pytest_reconaudit.facts.invocations import shell_script_paths
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.secret_text import is_secret_name
from pytest_reconaudit.readers.shell import ShellCommand, read_shell
from pytest_reconaudit.target import Target, once

__all__ = ["LogFile", "LoggedSecret", "log_files"]


class LoggedSecret(Struct, frozen=True):
    """One statement that prints one secret."""

    key: str
    place: Place
    """The statement."""
    text: str
    """Its first line."""
    name: str
    """The variable or field that it prints."""
    read: Place
    """Where the key is read."""
    prompt: bool = False
    """A script prints it for whoever sits at the terminal: it is no log."""


class LogFile(Struct, frozen=True):
    """A file that reads secrets, or prints what another file read."""

    path: str
    logged: tuple[LoggedSecret, ...]
    statements: int
    """How many log statements were looked at."""
    local: bool = False
    """A script that nothing but stacks and images for development starts: who reads what it prints
    is who has put the secret in."""

    @property
    def aside(self) -> bool:
        """Whether the file only fills or tries out a database that is made for that, runs on a
        developer's machine, or was run by hand on some day (``scripts/20191212_keys``)."""
        once = _OF_A_DAY.search(self.path) is not None
        return self.local or once or purpose(self.path) in ("development", "example")


_OF_A_DAY = regex(r"(?:^|/)scripts?/(?:[\w.-]{1,40}/){0,2}20\d\d-?\d\d-?\d\d")
_CREDENTIAL_URL = regex(
    r"(?:\w*_)?(?:DATABASE|DB|REDIS|VALKEY|MONGO|MONGODB|POSTGRES|POSTGRESQL|PG|MYSQL|AMQP|RABBITMQ"
    r"|BROKER|CELERY|CLICKHOUSE|ELASTICSEARCH|SMTP|MAIL|CACHE|QUEUE)(?:_\w+)?_(?:URL|URI|DSN)"
    r"|DATABASE_URI|SQLALCHEMY_DATABASE_URI|DB_CONNECTION_STRING|DATABASE_CONNECTION_STRING"
)
_HOST_PORT = regex(r"[\w.-]{1,200}:\d{1,5}(?:,\s?[\w.-]{1,200}:\d{1,5}){0,20}")
_FAMILIES = {
    ".rs": "rust",
    **dict.fromkeys((".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts"), "script"),
    ".py": "python",
}
_LOGS = {
    "rust": regex(
        r"\b(?:(?:log|tracing)::)?(?:println|eprintln|print|eprint|dbg|info|debug|warn|error|trace)"
        r"!\s{0,3}\("
    ),
    "script": regex(
        r"(?<![\w$])(?:console\.(?:log|info|debug|warn|error|trace|dir)"
        r"|(?:this\.)?(?:_?logger|log|Logger|winston|pino|fastify\.log|app\.log)\."
        r"(?:info|debug|warn|error|log|trace|verbose|silly|fatal))\s{0,3}\("
    ),
    "python": regex(
        r"(?<![\w.])(?:print|pprint|logging\.\w{2,12}|(?:self\.)?_?(?:logger|log|LOG|LOGGER)\."
        r"(?:info|debug|warning|warn|error|critical|exception|log))\s{0,3}\("
    ),
}
_MAX_CALL = 3000


_PATHS = frozenset({"GOOGLE_APPLICATION_CREDENTIALS", "AWS_SHARED_CREDENTIALS_FILE"})
"""Keys that name a file in spite of how they end."""


def _is_watched(key: str) -> bool:
    if _CREDENTIAL_URL.fullmatch(key):
        return True
    if key in _PATHS:
        return False
    # The other DSNs are addresses of error trackers, which clients hold anyway.
    return is_secret_name(key) and not key.endswith("DSN")


@once
def log_files(target: Target) -> tuple[LogFile, ...]:
    """Every file with log statements that may print a secret, by path."""
    found: dict[str, list[LoggedSecret]] = {}
    counts: dict[str, int] = {}
    fields: dict[tuple[str, str], KeyRead] = {}
    reads: dict[str, list[KeyRead]] = {}
    plain = _addresses(target)
    for one in key_matrix(target).reads:
        if one.kind != "code" or not one.key or one.test or one.key in plain:
            continue
        if _is_watched(one.key) and not _has_own_password(target, one.place.path, one.key):
            family = _FAMILIES.get(posixpath.splitext(one.place.path)[1])
            if family is not None and purpose(one.place.path) != "test":
                reads.setdefault(one.place.path, []).append(one)
    for path, ones in reads.items():
        family = _FAMILIES[posixpath.splitext(path)[1]]
        text = target.text(path)
        calls = _calls(text, family)
        counts[path] = len(calls)
        for one in ones:
            offset = _offset(text, one.place)
            name, is_field = _holder(text, offset, family)
            if is_field and name and ("_" in name or not name.islower()):
                fields.setdefault((family, name), one)
            for call in calls:
                if call.start <= offset < call.end:
                    whole = text[call.start : call.end]
                    at = offset - call.start
                    if not (_is_masked(whole, at, 0) or _is_asked_about(whole, at, one.key)):
                        found.setdefault(path, []).append(_logged(text, path, call, one, one.key))
                elif name and not is_field and _in_scope(text, offset, call.start):
                    printed = _prints(call, name, family)
                    if printed and not _is_replaced(text, name):
                        found.setdefault(path, []).append(_logged(text, path, call, one, name))
    for path, logged in _printed_fields(target, fields):
        counts.setdefault(path, 1)
        found.setdefault(path, []).extend(logged)
    for path, logged, count in _scripts(target):
        counts[path] = counts.get(path, 0) + count
        found.setdefault(path, []).extend(logged)
    return tuple(
        LogFile(
            path,
            _unique(found.get(path, ())),
            counts[path],
            bool(found.get(path)) and _runs_locally(target, path),
        )
        for path in sorted(counts)
        if counts[path]
    )


def _has_own_password(target: Target, path: str, key: str) -> bool:
    """Whether the password of a connection is read from a key of its own beside the address:
    ``MQTT_PASSWORD`` of ``MQTT_BROKER_URL``."""
    if _CREDENTIAL_URL.fullmatch(key) is None:
        return False
    first = re.escape(key.partition("_")[0])
    return (
        re.search(rf"\b{first}_(?:\w+_)?(?:PASSWORD|PASSWD|PASS|PWD)\b", target.text(path))
        is not None
    )


def _addresses(target: Target) -> frozenset[str]:
    """Keys of connections that are only ever set to `host:port`: such a list has no password."""
    values: dict[str, list[str]] = {}
    given = [(one.key, one.value or "") for one in key_matrix(target).definitions]
    given += [
        (entry.key, entry.written)
        for stack in stacks(target)
        for service in stack.services
        for entry in service.environment
    ]
    for key, value in given:
        if _CREDENTIAL_URL.fullmatch(key):
            values.setdefault(key, []).append(value)
    return frozenset(
        key for key, ones in values.items() if all(_HOST_PORT.fullmatch(one) for one in ones)
    )


def _unique(ones: Iterable[LoggedSecret]) -> tuple[LoggedSecret, ...]:
    by_place = {(one.place, one.key): one for one in ones}
    return tuple(sorted(by_place.values(), key=lambda one: (one.place.key(), one.key)))


# -- calls ---------------------------------------------------------------------------------


class _Call(Struct, frozen=True):
    start: int
    end: int
    code: str
    """The arguments with the text of strings blanked; what is put into strings is kept."""


def _calls(text: str, family: str) -> list[_Call]:
    """The log statements of a file, comments left out."""
    found = []
    for match in _LOGS[family].finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if line.lstrip().startswith(("//", "#", "*")) or "//" in line:
            continue
        end, code = _arguments(text, match.end(), family)
        found.append(_Call(match.start(), end, code))
    return found


def _arguments(text: str, start: int, family: str) -> tuple[int, str]:
    """Where a call's brackets close, and its arguments without the plain text of strings."""
    out: list[str] = []
    depth, at, end = 1, start, min(len(text), start + _MAX_CALL)
    while at < end and depth:
        char = text[at]
        if char in "\"'`" and not (family == "rust" and char == "'"):
            at, holes = _string(text, at, end, family)
            out.append(f" {holes} ")
            continue
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        out.append(char)
        at += 1
    return at, "".join(out)


_RUST_HOLE = regex(r"(?<!\{)\{([a-z_]\w*)(?::[^{}]{0,20})?\}")
_SCRIPT_HOLE = regex(r"\$\{([^{}]{1,200})\}")
_PYTHON_HOLE = regex(r"(?<!\{)\{([^{}]{1,200})\}")


def _string(text: str, start: int, limit: int, family: str) -> tuple[int, str]:
    """(end, what is put in) of the string that begins at ``start``."""
    quote = text[start]
    if family == "python" and text.startswith(quote * 3, start):
        quote *= 3
    at = start + len(quote)
    while at < limit and not text.startswith(quote, at):
        at += 2 if text[at] == "\\" else 1
    body = text[start + len(quote) : at]
    if family == "rust":
        holes = _RUST_HOLE.findall(body)
    elif family == "script":
        holes = _SCRIPT_HOLE.findall(body) if quote == "`" else []
    else:
        formatted = text[max(0, start - 2) : start].lower().endswith(("f", "fr", "rf"))
        holes = _PYTHON_HOLE.findall(body) if formatted else []
    return at + len(quote), " , ".join(holes)


_SAFE_AFTER = regex(
    r"\s{0,4}(?:\?\.|\.)\s{0,4}(?:len|length|is_\w+|host\w*|split\w*|rsplit\w*|unwrap_err|get|slice"
    r"|substring|substr|chars|startsWith|starts_with|replace\w*|mask\w*|redact\w*|port|database"
    r"|pathname|scheme|includes|contains|test|match\w*|username|take|name|as_bytes)\b"
    r"|\s{0,4}(?:\?(?![.?])|===?|!==?|is\s|if\s|\[|&&|in\s)|\s{0,4}\.\.\."
)
_SAFE_BEFORE = regex(
    r"(?:(?:mask|redact|hide|secure|sanit|obfus|scrub|hash|len|bool|Boolean|censor|safe|strip|trunc|preview"
    r"|fingerprint|without|anonym|digest|type|host|parse|clean|set|present|status)\w*!?\s{0,3}\(\s{0,3}"
    r"(?:&\s{0,2}(?:mut\s)?)?|!|\bin\s{1,3}|typeof\s{1,3}|not\s{1,3}|if\s{1,3})$",
    re.IGNORECASE,
)

_TAKEN_OUT = regex(
    r"\.(?:replace|replaceAll|replacen|split|removeprefix|removesuffix|strip_prefix|strip_suffix)"
    r"\s{0,3}\(\s{0,10}(?:new\s+RegExp\(\s{0,3})?[&*]{0,2}$"
    r"|\bre\.sub\(\s{0,10}(?:re\.escape\(\s{0,3})?$"
)
"""What stands here is looked for and taken out of the text that is printed."""

_SAFE_CALL = regex(
    r"(?:^|[^\w])_{0,2}(?:mask|redact|hide|secure|sanit|obfus|scrub|hash|len|bool|Boolean|censor|safe|trunc"
    r"|fingerprint|anonym|digest)\w*!?\s{0,3}\($",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def _name_pattern(name: str, *, field: bool) -> re.Pattern[str]:
    # What has fields of its own (`apiKey.id`) is a record, not the secret.
    plain = r"(?!\??\.[A-Za-z_]\w{0,60}\b(?!\s{0,3}[(<:]))"
    if field:
        return re.compile(rf"(?<=\.){re.escape(name)}(?![\w(]){plain}")
    return re.compile(rf"(?<![\w.$]){re.escape(name)}(?![\w(=]|\s*=[^=]|\s*:(?!:)){plain}")


def _prints(call: _Call, name: str, family: str, *, field: bool = False) -> bool:
    """Whether the call puts the name's own value into its output."""
    return any(
        not _is_masked(call.code, match.start(), len(name))
        for match in _name_pattern(name, field=field).finditer(call.code)
    )


_CLOSED = regex(r"""["']?\s{0,4}(?:,[^()\[\]{}]{0,60})?[\])]{0,2}""")
_ASKED = regex(r"\s{0,4}(?:\?(?![.?])|===?|!==?|&&|\.is_\w+\()")


def _is_asked_about(code: str, at: int, key: str) -> bool:
    """Whether a read that stands in the call itself only decides: ``process.env.X ? "y" : "n"``."""
    start = code.find(key, at, at + 80)
    closed = None if start < 0 else _CLOSED.match(code, start + len(key))
    return closed is not None and _ASKED.match(code, closed.end()) is not None


def _is_rest(code: str, at: int, name: str) -> bool:
    """Whether the name is what is left when there is no ``@`` to split it at."""
    before = code[max(0, at - 160) : at]
    return re.search(r"(?:\belse|:)\s{1,3}$", before) is not None and any(
        f"{name}.{verb}(" in before for verb in ("split", "rsplit", "partition", "rpartition")
    )


def _is_masked(code: str, at: int, length: int) -> bool:
    if length and _SAFE_AFTER.match(code, at + length):
        return True
    if length and _is_rest(code, at, code[at : at + length]):
        return True
    before = re.sub(r"[\w$]+(?:\.[\w$]+)*\.$", "", code[max(0, at - 80) : at])
    if _TAKEN_OUT.search(before):
        return True
    return _SAFE_BEFORE.search(before) is not None or _is_wrapped(code, at)


def _is_wrapped(code: str, at: int) -> bool:
    """Whether a call around the name, within the statement, masks it: ``safe_text(e, key)``."""
    depth = 0
    for index in range(at - 1, max(-1, at - 400), -1):
        char = code[index]
        if char in ")]}":
            depth += 1
        elif char in "([{":
            depth -= 1
            if depth < 0:
                depth = 0
                start = max(0, index - 60)
                if char == "(" and _SAFE_CALL.search(code[start : index + 1]):
                    return True
    return False


def _logged(text: str, path: str, call: _Call, read: KeyRead, name: str) -> LoggedSecret:
    start = text.rfind("\n", 0, call.start) + 1
    place = Place(path, text.count("\n", 0, call.start) + 1, call.start - start + 1)
    line = text[call.start : call.end].split("\n")[0][:160]
    return LoggedSecret(read.key, place, line, name, read.place)


# -- names ---------------------------------------------------------------------------------


def _offset(text: str, place: Place) -> int:
    start = 0
    for _ in range((place.line or 1) - 1):
        start = text.find("\n", start) + 1
        if not start:
            return 0
    return start + (place.column or 1) - 1


_BOUND = regex(r"[;{}]|,\s*\n|\n\s*\n")
_ASSIGNED = regex(
    r"(?:\b(?:let|const|var)\s{1,3}(?:mut\s{1,3})?)?(?P<holder>(?:self|this)\.)?(?P<name>[A-Za-z_$][\w$]*)"
    r"\s{0,3}(?::[^=;{}()\n]{1,60})?=(?![=>])\s*[^=]*$"
)
_FIELD = regex(r"(?P<name>[A-Za-z_$][\w$]*)\s{0,3}:(?!:)[^:;{}]{0,200}$")


_OPENS = regex(
    r"(?:^|[\W_]|[a-z](?=[A-Z]))(?:(?:[vV]erif|[dD]ecrypt|[eE]ncrypt|[aA]uthenticate|[cC]ompare|[eE]qual"
    r"|[hH]mac|[hH]ash|[sS]ign)\w*|[cC]onstruct_?[eE]vent\w*)\s{0,3}(?:<[^<>()]{0,60}>)?\s{0,3}$"
)
"""Calls that a secret is handed to as the key: it is not in what they return."""
_OPENS_LATER = regex(
    r"(?:^|[\W_]|[a-z](?=[A-Z]))(?:[dD]ecode|[vV]alidate|[uU]nwrap|[cC]heck|[uU]nseal|[pP]arse)\w*\s{0,3}$"
)
"""The same where something else is handed over first."""
_FAR_BACK = 400


def _only_opens(text: str, offset: int) -> bool:
    """Whether a read stands among the arguments of a call that takes it as a key."""
    depth, later = 0, False
    start = max(0, offset - _FAR_BACK)
    for at in range(offset - 1, start, -1):
        char = text[at]
        if char in ")]}":
            depth += 1
        elif char == "(" and not depth:
            before = text[max(start, at - 120) : at]
            if _OPENS.search(before) or (later and _OPENS_LATER.search(before)):
                return True
            later = False
        elif char in "([{":
            if not depth and char == "{":
                return False
            depth = max(0, depth - 1)
        elif not depth and char in ";=" and text[at + 1] not in ">=" and text[at - 1] not in "=!<>":
            return False
        elif char == "," and not depth:
            later = True
    return False


def _holder(text: str, offset: int, family: str) -> tuple[str, bool]:
    """(name, whether it is a field) that a read's value is put into; empty when into none."""
    if _only_opens(text, offset):
        return "", False
    segment = text[max(0, offset - 300) : offset]
    if family == "python":
        segment = segment[segment.rfind("\n") + 1 :]
    else:
        bounds = list(_BOUND.finditer(segment))
        if bounds:
            segment = segment[bounds[-1].end() :]
    match = _ASSIGNED.search(segment)
    if match:
        return match["name"], match["holder"] is not None
    match = _FIELD.search(segment)
    if match and family != "python" and match["name"] not in ("default", "case", "return"):
        return match["name"], True
    return "", False


def _in_scope(text: str, read: int, call: int) -> bool:
    """Whether a statement after the read stands in the block that the read's variable lives in."""
    if call <= read:
        return False
    start = text.rfind("\n", 0, read) + 1
    statement = text[start:read]
    depth = indentation(statement)
    # A read on a continuation line belongs to the statement above that is indented less.
    while start > 0 and re.match(r"\s*[.(|&?:+]", text[start : start + 80]):
        previous = text.rfind("\n", 0, start - 1) + 1
        line = text[previous : start - 1]
        depth, start = indentation(line), previous
    for line in text[read:call].split("\n")[1:-1]:
        if line.strip() and indentation(line) < depth and not line.lstrip().startswith(
            ("#", "//", ")", "]")
        ):  # fmt: skip
            return False
    last = text[text.rfind("\n", 0, call) + 1 : call]
    return not last or indentation(last) >= depth


@lru_cache(maxsize=1024)
def _replacement(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b{re.escape(name)}\s{{0,3}}=\s{{0,3}}[\w.:]{{0,40}}(?:mask|redact|hide|sanit|scrub)",
        re.I,
    )


def _is_replaced(text: str, name: str) -> bool:
    """Whether the variable is given a masked value under the same name."""
    return _replacement(name).search(text) is not None


@lru_cache(maxsize=1024)
def _own_field(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?m)(?:\b(?:self|this)\.{re.escape(name)}\s{{0,3}}(?::[^=\n]{{1,60}})?=(?!=)"
        rf"|^\s{{1,40}}(?:pub\s|public\s|private\s|readonly\s){{0,3}}{re.escape(name)}\??\s{{0,3}}:)"
    )


def _printed_fields(
    target: Target, fields: dict[tuple[str, str], KeyRead]
) -> Iterator[tuple[str, list[LoggedSecret]]]:
    """Log statements, in any file of the language, that print a field which holds a secret."""
    if not fields:
        return
    for path in target.files:
        family = _FAMILIES.get(posixpath.splitext(path)[1])
        if family is None or is_test_path(path) or purpose(path) == "test":
            continue
        text = target.text(path)
        wanted = [
            (name, one)
            for (kind, name), one in fields.items()
            if kind == family and f".{name}" in text
        ]
        if not wanted:
            continue
        # A file that gives the field to objects of its own prints theirs.
        wanted = [
            (name, one)
            for name, one in wanted
            if one.place.path == path or not _own_field(name).search(text)
        ]
        found = []
        for call in _calls(text, family) if wanted else ():
            for name, one in wanted:
                if f".{name}" in call.code and _prints(call, name, family, field=True):
                    found.append(_logged(text, path, call, one, name))
        if found:
            yield path, found


# -- shell ---------------------------------------------------------------------------------

_ECHOES = regex(r"\b(?:echo|printf)\b")
_PLAIN = regex(r"(?<!\\)\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_SUBSTITUTED = regex(r"\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`")
"""What another command makes of a value: its length, its first letters, a digest."""
_LOOPS = regex(r"\bfor\s{1,4}([A-Za-z_]\w*)\s{1,4}in\b")
_HINT = regex(r"(?i)\$\{?\w*(?:secret|passw|token|_key|_url|_dsn)")


def _scripts(target: Target) -> Iterator[tuple[str, list[LoggedSecret], int]]:
    """``echo "$DB_PASSWORD"`` to the terminal or a log."""
    for path in shell_script_paths(target):
        text = target.text(path)
        if not _HINT.search(text) or not _ECHOES.search(text) or purpose(path):
            continue
        script = target.parse(read_shell, path)
        made = {
            one.name
            for one in script.assignments
            if "$(" in one.value or "`" in one.value or not one.value.startswith("$")
        }
        made.update(_LOOPS.findall(text))
        asks = any(_asks(one) for one in script.commands) or not (
            posixpath.basename(path) in _started_by_machines(target)
            or any(one.words[:1] == ("exec",) for one in script.commands)
        )
        found, count = [], 0
        for command in script.commands:
            if command.name not in ("echo", "printf"):
                continue
            count += 1
            if not _is_shown(command):
                continue
            shown = _SUBSTITUTED.sub("", _expanded(command.text[:_MAX_CALL]))
            for match in _PLAIN.finditer(shown):
                key = match[1] or match[2]
                if key not in made and _is_watched(key):
                    line = command.text.split("\n")[0][:160]
                    found.append(
                        LoggedSecret(key, command.place, line, key, command.place, prompt=asks)
                    )
        yield path, found, count


_DEPLOY_FILES = regex(r"(?:^|/)(?:[^/]*\.ya?ml|[^/]*(?:Docker|Container)file[^/]*|Procfile[^/]*)$")
_SCRIPT_NAME = regex(r"[\w.-]+\.(?:sh|bash)\b")


@once
def _started_by_machines(target: Target) -> dict[str, list[str]]:
    """Base name of each script that images, stacks, manifests and workflows name → which of them:
    what it prints is kept. What a person starts goes to that person's terminal."""
    found: dict[str, list[str]] = {}
    for path in target.files:
        if _DEPLOY_FILES.search(path):
            text = target.text(path)
            if ".sh" in text or ".bash" in text:
                for name in set(_SCRIPT_NAME.findall(text)):
                    found.setdefault(name, []).append(path)
    return found


def _runs_locally(target: Target, path: str) -> bool:
    """Whether all that starts a script is for development."""
    if not path.endswith((".sh", ".bash")):
        return False
    starters = _started_by_machines(target).get(posixpath.basename(path), [])
    return bool(starters) and all(
        not one.startswith(".github/")
        and (is_work_file(target, one) if "compose" in one.lower() else is_development_name(one))
        for one in starters
    )


_FED = frozenset({"while", "until", "for", "pipe", "substitution"})
"""Constructs in which ``read`` takes its lines from something else than a person."""


def _asks(command: ShellCommand) -> bool:
    """Whether a command waits for somebody at the terminal."""
    if command.name != "read":
        return False
    if any(word.startswith("-") and "p" in word for word in command.words[1:]):
        return True
    fed = any("<" in one.op for one in command.redirects)
    return not fed and not any(block.kind in _FED for block in command.blocks)


def _expanded(text: str) -> str:
    """The command without what stands in single quotes, where nothing is expanded."""
    out, quote = [], ""
    for char in text:
        if quote != "'":
            out.append(char)
        if char in "\"'" and quote in ("", char):
            quote = "" if quote else char
    return "".join(out)


def _is_shown(command: ShellCommand) -> bool:
    """Whether the output goes to the terminal: not into a file, a pipe or a variable."""
    if command.captured or command.following == "|" or "add-mask" in command.text:
        return False
    if any(one.writes and not one.target.startswith("/dev/") for one in command.redirects):
        return False
    return not any(block.kind in ("pipe", "substitution") for block in command.blocks)
