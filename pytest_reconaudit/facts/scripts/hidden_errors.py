"""Migrations, builds, deployments and backups whose failure a script does not let out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.deploys import act_of, compose_call
from pytest_reconaudit.facts.ci.gate_kinds import gate_kind
from pytest_reconaudit.facts.scripts.failing import Fate, Mode, endings, fate
from pytest_reconaudit.facts.scripts.files import ScriptFile, script_files, sourced_tree, tree_of
from pytest_reconaudit.model import Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import ShellCommand, unwrapped
from pytest_reconaudit.target import Target, once

__all__ = ["HiddenError", "ScriptErrors", "script_errors", "swallows"]


class HiddenError(Struct, frozen=True, eq=False):
    """A command whose failure is lost."""

    command: ShellCommand
    kind: str
    """``migration``, ``build``, ``deployment`` or ``backup``."""
    mask: str
    """What hides it, as a person would write it."""
    severity: Severity

    @property
    def filtered(self) -> bool:
        """Whether ``|| true`` stands behind a filter of its output, for the filter's own status."""
        return self.mask.startswith("| ") and "||" in self.mask


class ScriptErrors(Struct, frozen=True, eq=False):
    """One script with commands that must not fail silently."""

    file: ScriptFile
    judged: int
    hidden: tuple[HiddenError, ...]


_BACKUP = frozenset({"pg_dump", "pg_dumpall", "mysqldump", "mariadb-dump", "mongodump",
                     "pg_basebackup", "wal-g", "pgbackrest", "barman", "restic", "borg",
                     "redis-dump", "influxd", "velero"})  # fmt: skip
_BACKUP_VERBS = {"restic": "backup", "borg": "create", "wal-g": "backup-push", "influxd": "backup",
                 "velero": "backup", "barman": "backup", "pgbackrest": "backup"}  # fmt: skip
_SQL = regex(r"migrat|index|schema|upgrade|init|patch|ddl", re.IGNORECASE)
_FILTERS = frozenset({"grep", "egrep", "tail", "head", "tee", "cat", "sed", "awk", "less", "sort",
                      "uniq", "wc", "gzip", "pigz", "zstd", "bzip2", "xz", "ts", "indent", "cut",
                      "logger", "openssl", "gpg", "age", "pv", "lz4"})  # fmt: skip
_FAILING = regex(
    r"\b(?:exit|return)\b(?!\s+0)|\bfalse\b|\bkill\b|\b(?:die|fail|abort|bail|fatal|error_exit|panic|throw)\w*"
)
_REMEMBERS = regex(r">>?\s*[^\s&/]|(?<![\w-])[A-Za-z_]\w*=|\btee\b|\+\+|\(\(|\+=")
_SPEAKS = regex(
    r":$|(?:true|echo|printf|log\w*|warn\w*|print\w*|info|msg|say|note|debug|notify\w*|success|ok|err\w*"
    r"|sleep|continue)\b"
)
_MAX_COMMANDS = 80
_CLEARING = regex(
    r"clean|rollback|roll_back|restore|recover|revert|teardown|tear_down|on_exit|on_error|trap|undo",
    re.IGNORECASE,
)
"""Functions that put things right after a failure: what fails in them must not stop them."""
_SERVICES_ONLY = frozenset({"systemd", "supervisor", "pm2"})
_ELSEWHERE = regex(r"--(?:version|help|dry-run)\b")


def swallows(fallback: str) -> bool:
    """Whether what stands behind ``||`` only says something, and remembers nothing."""
    text = re.sub(r"[12&]?>>?\s*(?:/dev/null|&[12]|/dev/std\w+)|'[^']*'|\"[^\"]*\"", "", fallback)
    if _FAILING.search(text) or _REMEMBERS.search(text):
        return False
    body = text.strip().strip("{}() \n;")
    parts = [part.strip() for part in re.split(r"[;\n]|&&|\|\|", body) if part.strip()]
    return bool(parts) and all(_SPEAKS.match(part) or part == "exit 0" for part in parts)


@once
def script_errors(target: Target) -> tuple[ScriptErrors, ...]:
    """Every script that migrates, builds, deploys or backs up, by path."""
    result = []
    for file in script_files(target):
        commands = [(one, critical(one)) for one in file.shell.script.commands]
        known = [(one, kind) for one, kind in commands if kind]
        if known:
            hidden = tuple(_hidden(target, file, known))
            result.append(ScriptErrors(file, len(known), hidden))
    return tuple(result)


def critical(command: ShellCommand) -> str:
    """What a command does that nobody may lose: empty for all others."""
    words = unwrapped(command.words)
    if not words or command.words[:1] == ("exec",):
        return ""
    name = words[0].rpartition("/")[2]
    if name in ("echo", "printf", "[", "[[", "test", "cd", "local", "export", "set"):
        return ""
    if _ELSEWHERE.search(command.text):
        return ""
    inner = _inner(words)
    program = inner[0].rpartition("/")[2] if inner else ""
    if program in _BACKUP and _BACKUP_VERBS.get(program, "") in ("", *inner):
        return "backup"
    if program in ("psql", "mysql", "mariadb"):
        text = " ".join([*inner, *(one.target for one in command.redirects if one.op == "<")])
        return "migration" if re.search(r"\.sql\b|FILE\b", text) and _SQL.search(text) else ""
    act = act_of(words)
    if act is not None:
        if act.kind == "migrate":
            return "migration"
        if act.kind == "deploy" and act.tool not in _SERVICES_ONLY:
            return "deployment"
        return ""
    call = compose_call(words)
    if call is not None:
        return "build" if call[0] == "build" else "deployment" if call[0] == "push" else ""
    if name in ("docker", "podman") and words[1:2] == ("push",):
        return "deployment"
    return "build" if gate_kind(words)[0] == "build" else ""


def _inner(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command that runs inside a container."""
    call = compose_call(words)
    rest: tuple[str, ...]
    if call is not None:
        if call[0] not in ("exec", "run"):
            return words
        rest = call[1]
    elif words[0] in ("docker", "podman") and words[1:2] in (("exec",), ("run",)):
        rest = words[2:]
    elif words[0] in ("kubectl", "oc") and "--" in words:
        return unwrapped(words[words.index("--") + 1 :])
    else:
        return words
    for index, word in enumerate(rest):
        if word.rpartition("/")[2] in _BACKUP or word in ("psql", "mysql", "mariadb"):
            return rest[index:]
    return words


def _hidden(
    target: Target, file: ScriptFile, known: list[tuple[ShellCommand, str]]
) -> Iterator[HiddenError]:
    for command, kind in known[:_MAX_COMMANDS]:
        if command.captured or _CLEARING.search(command.function):
            continue
        mask = _mask(file, command)
        if not mask:
            continue
        tree = tree_of(target, file.path)
        ways = endings(tree, {id(command): Mode.FAILS}, sourced_tree(target, file))
        verdict = fate(ways)
        if verdict is Fate.STOPS or verdict is Fate.WAITS:
            continue
        if (
            verdict is Fate.UNKNOWN
            and (command.tested or mask.startswith("|"))
            and ("||" not in mask)
        ):
            continue
        severity = _severity(file, kind, mask)
        # A migration that is only tried is one that may be missing.
        if kind == "deployment" and severity > Severity.LOW and _is_attempt(target, command):
            severity = Severity.LOW
        if severity > Severity.LOW and _is_idle(target, file.path):
            severity = Severity.LOW
        yield HiddenError(command, kind, mask, severity)


_HEADER = 12
"""Lines in which a script says what it is for."""
_TOLERANT = regex(
    r"\b(?:bypass\w*|lenient\w*|lenienc\w*|best[- ]effort|non-?fatal|tolera(?:nt|te)\w*|despite"
    r"|ignor(?:e|es|ing) (?:\w+ )?(?:errors?|failures?|warnings?)|allow\w* to fail)",
    re.IGNORECASE,
)


_ATTEMPT = regex(
    r"#.{0,80}\b(?:try to|tries to|best[- ]effort|if possible|may fail|might fail|allowed to fail"
    r"|ok if|okay if|non-?fatal|not fatal|don'?t fail|optional)\b",
    re.IGNORECASE,
)


def _is_attempt(target: Target, command: ShellCommand) -> bool:
    """Whether the comment right above says that the command only tries."""
    line = command.place.line or 1
    above = target.line(command.place.path, line - 1)[:300] if line > 1 else ""
    return _ATTEMPT.search(above) is not None


def _is_idle(target: Target, path: str) -> bool:
    """Whether a script says at its head that it lets failures pass, and nothing names it."""
    head = target.text(path).split("\n", _HEADER)[:_HEADER]
    if not any(_TOLERANT.search(line) for line in head):
        return False
    name = path.rpartition("/")[2]
    return not any(name in target.text(other) for other in target.files if other != path)


def _severity(file: ScriptFile, kind: str, mask: str) -> Severity:
    if file.role in ("test", "development"):
        return Severity.LOW
    plain = mask.startswith("| ") and "||" not in mask
    if plain or (kind == "build" and not file.deploys):
        return Severity.MEDIUM
    return Severity.HIGH


def _mask(file: ScriptFile, command: ShellCommand) -> str:
    """What keeps a failure from being seen; empty when nothing does."""
    script = file.shell.script
    fallback = command.fallback.strip()
    if fallback and swallows(fallback) and command.following in ("|", "|&"):
        filters = _filter_of(script.commands, command)
        if filters and "pipefail" not in script.sets:
            return f"| {filters} … || {' '.join(fallback.split())[:30]}"
    if fallback and swallows(fallback):
        shown = " ".join(fallback.split())
        return f"|| {shown if len(shown) <= 40 else shown[:39] + '…'}"
    if command.following in ("|", "|&"):
        return _piped(file, command)
    if command.tested:
        return _tested(script.commands, command)
    return ""


def _filter_of(commands: tuple[ShellCommand, ...], command: ShellCommand) -> str:
    """The filter at the end of a command's pipe whose status is that of a search."""
    index = commands.index(command) + 1
    last = commands[index] if index < len(commands) else None
    while last is not None and last.following in ("|", "|&") and index + 1 < len(commands):
        index += 1
        last = commands[index]
    return last.name if last is not None and last.name in ("grep", "egrep") else ""


def _piped(file: ScriptFile, command: ShellCommand) -> str:
    script = file.shell.script
    if "pipefail" in script.sets or file.open_source or _piped_status(script.commands):
        return ""
    commands = script.commands
    index = commands.index(command) + 1
    last = commands[index] if index < len(commands) else None
    while last is not None and last.following in ("|", "|&") and index + 1 < len(commands):
        index += 1
        last = commands[index]
    if last is None or last.name not in _FILTERS or last.captured:
        return ""
    if last.fallback and swallows(last.fallback):
        return f"| {last.name} … || {' '.join(last.fallback.split())[:30]}"
    if last.tested or last.fallback or last.following in ("&&", "||"):
        return ""
    if "errexit" not in script.sets:
        return ""  # nothing is noticed in such a script, pipe or not
    return f"| {last.name}` without `set -o pipefail"


def _piped_status(commands: tuple[ShellCommand, ...]) -> bool:
    return any("PIPESTATUS" in one.text for one in commands)


def _tested(commands: tuple[ShellCommand, ...], command: ShellCommand) -> str:
    """An ``if`` whose other branch only says something."""
    text = command.text
    line = command.last_line or command.place.line or 0
    failed = [
        one
        for one in commands
        if (one.place.line or 0) >= line
        and one.conditions
        and any(_denies(condition, command, text) for condition in one.conditions)
    ]
    if not failed:
        hidden = any(one.op.startswith(("2", "&")) for one in command.redirects)
        loops = any(block.kind in ("while", "until", "for") for block in command.blocks)
        return "if … then …, nothing else" if hidden and not loops and not command.negated else ""
    if all(_SPEAKS.match(one.text.strip()) for one in failed):
        return "else " + " ".join(failed[0].text.split())[:40]
    return ""


def _denies(condition: str, command: ShellCommand, text: str) -> bool:
    return condition.startswith("! ") and condition[2:].strip().startswith(text)
