"""Whether a script notices that one of its commands failed, can be started, and knows its words."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.copies import copy_of
from pytest_reconaudit.facts.index import files_by_name
from pytest_reconaudit.facts.invocations import invocations
from pytest_reconaudit.facts.scripts.files import ScriptFile, path_callers, script_files
from pytest_reconaudit.facts.scripts.hidden_errors import critical
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import Block, Script, ShellCommand, read_shell, unwrapped
from pytest_reconaudit.target import Target, once

__all__ = ["ScriptStrictness", "script_strictness"]


class ScriptStrictness(Struct, frozen=True, eq=False):
    """One script and what keeps its failures from being seen."""

    file: ScriptFile
    strict: bool
    """``set -e`` or ``trap … ERR`` is in effect, or may come from what it sources."""
    careless: tuple[ShellCommand, ...]
    """The commands whose failure nothing looks at, when the script is not strict."""
    grave: bool
    """It deploys, rolls back or migrates, or one of these commands does."""
    by_hand: int
    """How many commands have their status looked at, when the script is not strict."""
    not_executable: str
    """What starts it by its path although the file is not executable; ``#`` when nothing does but
    the repository's other scripts are executable; else empty."""
    started: Place | None
    """Where it is started by its path."""
    unset: Place | None
    """A ``set +e`` that nothing takes back."""
    quiet: tuple[Place, ...]
    """Where the folder's scripts without `set -e` begin in which nothing is lost, this one first;
    empty for those that another one speaks for."""
    idle_modes: tuple[Place, ...]
    """The same of the folder's scripts that nothing starts and that are not executable."""
    unknown: tuple[tuple[ShellCommand, str], ...]
    """(command, the script that has a function of this name or nothing) that do not exist here."""
    alike: tuple[ScriptStrictness, ...] = ()
    """The other scripts with careless commands that this one speaks for."""
    spoken_for: bool = False
    """Another script speaks for this one's careless commands."""

    @property
    def start(self) -> Place:
        """The script's first line."""
        return self.file.shell.script.commands[0].place.at(1, 1)


_SHELLS = regex(r"(?:^|/|\s)(?:ba|da|k|z|a)?sh(?:\s|$)")
_IDLE = frozenset(
    {"echo", "printf", "export", "local", "set", "unset", "source", ".", "true", ":", "exit",
     "return", "break", "continue", "shift", "sleep", "read", "declare", "readonly", "typeset",
     "trap", "wait", "date", "clear", "tput", "pwd", "type", "command", "which", "umask", "getopts",
     "alias", "hash", "test", "[", "[[", "let", "shopt", "ulimit", "cat", "false", "pushd", "popd",
     "logger", "stty", "whoami", "hostname", "uname", "ls", "env", "printenv", "kill", "pkill",
     "killall", "rm", "grep", "egrep", "figlet", "banner", "open", "xdg-open", "history", "id",
     "exec", "eval", "tail", "head", "less", "tree", "df", "du", "free", "ps", "top", "uptime",
     "basename", "dirname", "seq", "nproc", "column", "sort", "uniq", "wc", "cut", "tr", "jq",
     "rmdir", "chmod", "mapfile", "readarray"}
)  # fmt: skip
"""Commands that say, look or tidy: nothing is built on their success."""
_BUILTINS_AND_WORDS = frozenset({"die", "fail", "abort"})
_HELPER = regex(r"(?:[a-z][a-z0-9]*_[a-z0-9_]+|die|fail|abort|warn|success|ok|err|msg|section)")
_REAL_WITH_UNDERSCORE = regex(
    r"(?:pg|mysql|sqlite|redis|mongo|apt|docker|git|kubectl|update|dpkg|ssh|lsb|xxd|add|setup|mount|sw"
    r"|grpc|cargo|python|npm|bpf|clang|llvm|nvidia|rabbitmq|kafka|service|postgres|command|emsdk"
    r"|xml|ca|envoy|start|node|ip|systemd|wp|vm|iconv|luac|fc|cephadm|vault|zfs|zip|qemu|virt|ldap"
    r"|initdb|vacuum)_"
)
_FOREIGN = frozenset(
    {"gradlew", "mvnw", "configure", "install-sh", "autogen.sh", "config.guess", "config.sub",
     "wait-for-it.sh", "wait-for.sh", "husky.sh", "missing", "depcomp", "ltmain.sh"}
)  # fmt: skip
"""Scripts that are copied from elsewhere as they are."""
_WORDS_OF_SHELL = frozenset({"do", "done", "then", "fi", "else", "elif", "esac", "in", "{", "}"})
_ADDS_COMMANDS = frozenset({"eval", "enable"})


@once
def script_strictness(target: Target) -> tuple[ScriptStrictness, ...]:
    """Every script that is run, by path; libraries and scripts of other shells left out."""
    files = [file for file in script_files(target) if _judged(file)]
    callers = path_callers(target)
    executable = [file for file in files if target.is_executable(file.path)]
    convention = len(executable) * 3 >= len([f for f in files if f.shell.script.shebang]) * 2
    documented = _documented(
        target,
        [f.path for f in files if f.shell.script.shebang and not target.is_executable(f.path)]
        if executable
        else [],
    )
    functions = _functions(target)
    result = []
    for file in files:
        script = file.shell.script
        strict = _strict(target, file)
        careless, by_hand = ([], 0) if strict else _careless(script)
        if (
            not script.shebang
            and not target.is_executable(file.path)
            and (file.path not in callers and file.path.rpartition("/")[2] not in _started(target))
        ):
            careless, by_hand = [], by_hand + len(careless)  # a snippet for readers
        started = callers.get(file.path, [])
        called, place = "", None
        if script.shebang and executable and not target.is_executable(file.path):
            if started:
                place = Place(started[0][0], started[0][1])
                called = f"{place} starts it by its path"
            elif file.path in documented:
                place = documented[file.path]
                called = f"{place} says to start it by its path"
            elif convention:
                called = "#"
        result.append(
            ScriptStrictness(
                file, strict, tuple(careless), _grave(file, careless), by_hand, called, place,
                _left_off(script), (), (), tuple(_unknown(target, file, functions)),
            )
        )  # fmt: skip
    return tuple(_one_for_all(target, list(_spoken_for(result))))


_MANY = 5
"""Scripts without `set -e` up to which each folder hears of its own."""


def _one_for_all(target: Target, scripts: list[ScriptStrictness]) -> Iterator[ScriptStrictness]:
    """The scripts, careless ones that weigh the same left to the first of their folder, of the
    whole repository when it is a habit. What lies in a kept copy speaks for itself alone."""
    weights: dict[bool, list[ScriptStrictness]] = {}
    for one in scripts:
        if one.careless and not copy_of(target, one.file.path):
            weights.setdefault(one.grave, []).append(one)
    groups: dict[tuple[bool, str], list[ScriptStrictness]] = {}
    for grave, ones in weights.items():
        for one in ones:
            folder = one.file.path.rpartition("/")[0] if len(ones) <= _MANY else "/"
            groups.setdefault((grave, folder), []).append(one)
    alike = {ones[0].file.path: tuple(ones[1:]) for ones in groups.values()}
    silent = {one.file.path for others in alike.values() for one in others}
    for one in scripts:
        path = one.file.path
        yield replace(one, alike=alike.get(path, ()), spoken_for=path in silent)


def _spoken_for(scripts: list[ScriptStrictness]) -> Iterator[ScriptStrictness]:
    """The scripts, notes that many of a folder would get left to the first."""
    quiet: dict[str, list[Place]] = {}
    modes: dict[str, list[Place]] = {}
    for one in scripts:
        place = one.start
        folder = one.file.path.rpartition("/")[0]
        if not one.strict and one.by_hand and not one.careless:
            quiet.setdefault(folder, []).append(place)
        if one.not_executable == "#":
            modes.setdefault(folder, []).append(place)
    for one in scripts:
        folder, path = one.file.path.rpartition("/")[0], one.file.path
        mine = tuple(quiet.get(folder, ()))
        same = tuple(modes.get(folder, ()))
        yield replace(
            one,
            quiet=mine if mine and mine[0].path == path else (),
            idle_modes=same if same and same[0].path == path else (),
        )


@once
def _started(target: Target) -> frozenset[str]:
    """Base names of the scripts that some command names."""
    return frozenset(
        word.rpartition("/")[2]
        for invocation in invocations(target)
        for word in invocation.words[:6]
        if word.endswith((".sh", ".bash"))
    )


def _judged(file: ScriptFile) -> bool:
    script = file.shell.script
    if file.library or (script.shebang and not _SHELLS.search(script.shebang)):
        return False
    return bool(script.commands) and file.path.rpartition("/")[2] not in _FOREIGN


def _grave(file: ScriptFile, careless: list[ShellCommand]) -> bool:
    if file.role in ("deploy", "migration"):
        return True
    if file.role in ("test", "development"):
        return False
    return any(critical(one) in ("migration", "deployment") for one in careless)


# -- set -e --------------------------------------------------------------------------------


def _strict(target: Target, file: ScriptFile) -> bool:
    script = file.shell.script
    if file.open_source or _stops_itself(script):
        return True
    for path in file.sources:
        # A library may lie where nothing is audited: below vendor/, say.
        if target.has(path) and _stops_itself(target.parse(read_shell, path)):
            return True
    return False


def _stops_itself(script: Script) -> bool:
    if "errexit" in script.sets:
        return True
    for command in script.commands:
        if command.words[:1] == ("trap",) and {"ERR", "DEBUG"} & set(command.words[2:]):
            return True
    return False


def _careless(script: Script) -> tuple[list[ShellCommand], int]:
    """(commands whose failure nobody sees, number of those that are looked at)."""
    own = {function.name for function in script.functions}
    looked = sorted(
        [
            one.place.line or 0
            for one in script.commands
            if "$?" in one.text or "PIPESTATUS" in one.text
        ]
        + [one.place.line or 0 for one in script.assignments if "$?" in one.value]
    )
    found: list[ShellCommand] = []
    by_hand = 0
    last = _last_of_all(script)
    for index, command in enumerate(script.commands):
        words = unwrapped(command.words)
        if not words or words[0] in own:
            continue
        if command.captured:
            by_hand += words[0] not in _IDLE
            continue
        if command.words[0] == "exec":
            continue
        if words[0] in _IDLE or words[0] in _WORDS_OF_SHELL or words[0].startswith(("-", "$", '"')):
            continue
        if words[0] == "cd":
            if len(words) < 2 or _own_folder(words[1]):
                continue
        elif "_" in words[0] and not _REAL_WITH_UNDERSCORE.match(words[0]):
            continue
        if command.tested or command.negated:
            by_hand += 1
            continue
        if command.fallback or command.following in ("&&", "||"):
            by_hand += 1
            continue
        if command.following in ("|", "|&") or any(b.kind == "background" for b in command.blocks):
            continue
        if "--version" in words or "-V" in words:
            continue
        end = command.last_line or command.place.line or 0
        after = next(
            (
                one.place.line or 0
                for one in script.commands[index + 1 :]
                if (one.place.line or 0) > end
            ),
            end + 1,
        )
        if any(end <= line <= after for line in looked):
            by_hand += 1
            continue
        if command is last or _tail(script, index):
            by_hand += 1
            continue
        found.append(command)
    return found, by_hand


def _last_of_all(script: Script) -> ShellCommand | None:
    """The command whose status is the script's own."""
    top = [one for one in script.commands if not one.captured]
    if not top:
        return None
    last = top[-1]
    name = last.words[0] if last.words else ""
    bodies = {function.name for function in script.functions}
    if name in bodies:
        inner = [one for one in script.function(name) if not one.captured]
        return inner[-1] if inner else last
    return last


def _tail(script: Script, index: int) -> bool:
    """Whether nothing runs behind a command but the other branches of its ``if`` or ``case``, and
    their tests: its status is the script's own."""
    command = script.commands[index]
    if command.function or any(block.kind in _LOOPS for block in command.blocks):
        return False
    after = [one for one in script.commands[index + 1 :] if not (one.captured or one.function)]
    tests = {
        (depth, block.line)
        for one in after
        for depth, block in enumerate(one.blocks)
        if block.kind == "elif"
    }
    return all(_is_otherwise(command, one, tests) for one in after)


def _is_otherwise(
    command: ShellCommand, other: ShellCommand, tests: Collection[tuple[int, int]]
) -> bool:
    """Whether a later command runs only where this one does not: in another branch, or as the test
    of one (``tests``: how deep each ``elif`` lies, and its line)."""
    depth = 0
    for mine, theirs in zip(command.blocks, other.blocks, strict=False):
        if mine != theirs:
            break
        depth += 1
    if depth >= len(command.blocks):
        return False
    mine = command.blocks[depth]
    if depth >= len(other.blocks):
        asked = other.tested and (depth, other.place.line) in tests
        return asked and mine.kind in ("if", "elif")
    theirs = other.blocks[depth]
    if mine.kind == "case":
        return theirs.kind == "case" and _subject(mine) == _subject(theirs)
    return mine.kind in ("if", "elif") and theirs.kind in ("elif", "else")


def _subject(block: Block) -> str:
    return block.test.partition(" in ")[0]


_LOOPS = frozenset({"while", "until", "for"})


def _own_folder(word: str) -> bool:
    return (
        "dirname" in word or "BASH_SOURCE" in word or "%/*" in word or word in ("-", "/", "~", "..")
        or re.fullmatch(r"\$\{?(?:\w*(?:DIR|ROOT|HERE|PATH|HOME|PWD|FOLDER))\}?(?:/\.\.)*", word,
                        re.IGNORECASE) is not None
    )  # fmt: skip


def _left_off(script: Script) -> Place | None:
    """A ``set +e`` after which an entry point never stops at failures again."""
    name = script.path.rpartition("/")[2].lower()
    if not any(word in name for word in ("entrypoint", "entry-point", "start", "init", "boot")):
        return None
    off: Place | None = None
    for command in script.commands:
        if command.words[:1] != ("set",) or command.blocks or command.function:
            continue
        words = " ".join(command.words[1:])
        if re.search(r"(?:^|\s)\+\w*e|\+o errexit", words):
            off = command.place
        elif re.search(r"(?:^|\s)-\w*e|-o errexit", words):
            off = None
    if off is None:
        return None
    careless, _ = _careless(script)
    return off if any((one.place.line or 0) > (off.line or 0) for one in careless) else None


# -- executable bit ------------------------------------------------------------------------


def _documented(target: Target, paths: list[str]) -> dict[str, Place]:
    """Scripts that a document says to start by their path → where."""
    if not paths:
        return {}
    names = {path.rpartition("/")[2]: path for path in paths}
    alternatives = "|".join(re.escape(name) for name in sorted(names))
    pattern = re.compile(
        rf"^[ \t]*(?:[$>#][ \t]+)?(?:sudo[ \t]+)?((?:\./)?(?:[\w.-]+/)*({alternatives}))(?![\w.-])",
        re.MULTILINE,
    )
    made_executable = re.compile(rf"chmod[^\n]{{1,80}}(?:{alternatives})")
    found: dict[str, Place] = {}
    for document in target.documents:
        text = target.text(document)
        if ".sh" not in text or made_executable.search(text):
            continue
        for match in pattern.finditer(text):
            path = names[match[2]]
            written = match[1].removeprefix("./")
            if "/" not in match[1] or not f"/{path}".endswith(f"/{written}"):
                continue
            line = text.count("\n", 0, match.start(1)) + 1
            found.setdefault(path, Place(document, line))
    return found


# -- words that nobody knows ---------------------------------------------------------------


@once
def _functions(target: Target) -> dict[str, list[str]]:
    """Function name → the scripts that define it."""
    found: dict[str, list[str]] = {}
    for file in script_files(target):
        for function in file.shell.script.functions:
            found.setdefault(function.name, []).append(file.path)
    return found


def _unknown(
    target: Target, file: ScriptFile, functions: dict[str, list[str]]
) -> Iterator[tuple[ShellCommand, str]]:
    if file.open_source:
        return
    script = file.shell.script
    reachable = {file.path, *file.sources}
    own = {function.name for function in script.functions}
    own.update(name for name, paths in functions.items() if reachable & set(paths))
    if any(command.name in _ADDS_COMMANDS for command in script.commands):
        return
    aliased = {
        word.partition("=")[0]
        for command in script.commands
        if command.name == "alias"
        for word in command.words[1:]
    }
    for command in script.commands:
        words = unwrapped(command.words)
        name = words[0] if words else ""
        if not _HELPER.fullmatch(name) or name in own or name in aliased:
            continue
        if _REAL_WITH_UNDERSCORE.match(name) or files_by_name(target).get(name):
            continue
        if _asked_for(script, name):
            continue
        others = functions.get(name, [])
        text = target.text(file.path)
        if any(posixpath.basename(other) in text for other in others):
            continue  # it names the script that has it: put together by some step of its own
        if others or name in _BUILTINS_AND_WORDS:
            yield command, others[0] if others else ""


def _asked_for(script: Script, name: str) -> bool:
    """Whether the script first looks if there is such a command."""
    return any(
        name in command.words[1:]
        for command in script.commands
        if command.words[:1] in (("type",), ("command",), ("which",), ("declare",), ("hash",))
    )
