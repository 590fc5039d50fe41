"""What becomes of a script when chosen commands fail and all others succeed.

The script is played through by a small model of the shell: variables and counters with their real
values, ``set -e`` and its exceptions, functions, traps, subshells, loops. What the text cannot tell
(an argument, a file's existence) is tried both ways; a path counts only when a chosen command was
reached on it. Nothing is ever executed.
"""

from __future__ import annotations

import enum
import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct

from pytest_reconaudit.facts.scripts.arithmetic import arithmetic
from pytest_reconaudit.facts.scripts.quiet import Quiet, leaves
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import ShellCommand, unwrapped
from pytest_reconaudit.readers.shell_tree import (
    AndOr,
    Arithmetic,
    Case,
    Conditional,
    FunctionBody,
    Group,
    Leaf,
    Loop,
    Negated,
    Pipeline,
    ShellTree,
    Statement,
    Substitution,
)

__all__ = ["Ending", "Fate", "Mode", "endings", "fate"]

_MAX_PATHS = 160
_MAX_STEPS = 4_000
_MAX_ROUNDS = 400
_MAX_CALLS = 25
_MAX_WORD = 2_000


class Mode(enum.Enum):
    """How a command fails."""

    FAILS = "fails"
    """It ends with status 1 and prints nothing."""
    ERROR_PAGE = "error page"
    """``curl`` without ``--fail`` gets a 503: status 0, and the body of an error."""


class Fate(enum.Enum):
    """What becomes of the script."""

    STOPS = "stops"
    """On at least one way through, it ends with a failure."""
    GOES_ON = "goes on"
    """On every way through, it ends as if nothing had happened."""
    WAITS = "waits"
    """It never ends."""
    UNKNOWN = "unknown"
    """The commands are not reached, or the script is too much for the model."""


class Ending(Struct, frozen=True, eq=False):
    """One way through the script on which a chosen command was reached."""

    status: int | None
    """``None``: another program took over (``exec``), or it never ends."""
    waits: bool
    after: tuple[ShellCommand, ...]
    """The commands that ran after the first failure, in order."""


def fate(ways: Sequence[Ending] | None) -> Fate:
    """The verdict over all ways through; ``None`` stands for a script that was too much."""
    if not ways:
        return Fate.UNKNOWN
    if any(way.status not in (0, None) for way in ways):
        return Fate.STOPS
    if any(way.waits for way in ways):
        return Fate.WAITS
    if all(way.status == 0 for way in ways):
        return Fate.GOES_ON
    return Fate.UNKNOWN


def endings(
    tree: ShellTree,
    modes: Mapping[int, Mode],
    sourced: Callable[[ShellCommand], ShellTree | None] = lambda command: None,
) -> tuple[Ending, ...] | None:
    """The ways through the script on which a chosen command is reached, up to the first that ends
    with a failure.

    :param modes: ``id(command)`` of the script's chosen commands → how they fail.
    :param sourced: the tree of the script that a ``source`` command reads, when it is known.

    ``None`` when there are too many ways or steps, or the script was not read as a whole.
    """
    if not tree.whole:
        return None
    try:
        return _ways(tree, modes, sourced)
    except RecursionError:
        return None  # functions that call each other by the hundred


def _ways(
    tree: ShellTree,
    modes: Mapping[int, Mode],
    sourced: Callable[[ShellCommand], ShellTree | None],
) -> tuple[Ending, ...] | None:
    quiet = Quiet(tree, modes)
    found: list[Ending] = []
    taken: list[tuple[int, int]] = []
    budget = _MAX_STEPS
    for _ in range(_MAX_PATHS):
        play = _Play(tree, modes, sourced, [choice for choice, _ in taken], budget, quiet)
        ending = play.run()
        budget -= play.steps
        if play.gave_up or budget <= 0:
            return None
        if ending is not None:
            found.append(ending)
            if ending.status:
                return tuple(found)
        taken = [(choice, count) for choice, count in zip(play.choices, play.counts, strict=True)]
        while taken and taken[-1][0] + 1 >= taken[-1][1]:
            taken.pop()
        if not taken:
            return tuple(found)
        last, count = taken.pop()
        taken.append((last + 1, count))
    return None


class _Exit(Exception):
    def __init__(self, status: int | None) -> None:
        super().__init__()
        self.status = status


class _Return(Exception):
    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class _Leave(Exception):
    """``break`` or ``continue``."""

    def __init__(self, again: bool, levels: int) -> None:
        super().__init__()
        self.again, self.levels = again, levels


class _Endless(Exception):
    pass


class _GaveUp(Exception):
    pass


_EXPANSION = regex(
    r"\$\(\(|\$\(|`|\$\{([A-Za-z_]\w*|[0-9@*#?!])([^{}]*)\}|\$([A-Za-z_]\w*|[0-9@*#?!$-])|\$\{"
)
_PRINTS = frozenset({"echo", "printf", "sleep", "date", "true", ":", "clear", "tput"})
_ASKS = frozenset(
    {"grep", "egrep", "fgrep", "rg", "diff", "cmp", "pgrep", "pidof", "lsof", "nc", "ss", "netstat",
     "id", "getent", "read", "confirm", "mountpoint", "systemctl", "ls", "find", "awk", "ping",
     "jq", "yq", "gum"}
)  # fmt: skip
"""Programs whose status answers a question: as a test, both answers are tried."""
_SEARCHES = frozenset({"grep", "egrep", "fgrep", "rg"})
_RANGE = regex(r"\{(-?\d{1,6})\.\.(-?\d{1,6})\}")


class _Play:
    """One way through."""

    def __init__(
        self,
        tree: ShellTree,
        modes: Mapping[int, Mode],
        sourced: Callable[[ShellCommand], ShellTree | None],
        choices: list[int],
        budget: int,
        quiet: Quiet,
    ) -> None:
        self.tree, self.modes, self.sourced, self.quiet = tree, modes, sourced, quiet
        self.choices = choices
        self.counts: list[int] = []
        self.given = len(choices)
        self.budget = budget
        self.steps = 0
        self.values: dict[str, str | None] = {}
        self.functions: dict[str, FunctionBody] = {}
        self.arguments: list[str | None] | None = None
        self.calls = 0
        self.errexit = "errexit" in _options_of(tree.script.shebang)
        self.pipefail = False
        self.status = 0
        self.on_error = ""
        self.reached = False
        self.after: list[ShellCommand] = []
        self.answers: dict[str, int] = {}
        self.gave_up = False

    def run(self) -> Ending | None:
        """The ending, or nothing when no chosen command was reached."""
        status: int | None
        waits = False
        try:
            status = self._body(self.tree.statements, False)
        except _Exit as end:
            status = end.status
        except _Return as end:
            status = end.status
        except _Leave:
            status = self.status
        except _Endless:
            status, waits = None, True
        except _GaveUp:
            self.gave_up = True
            return None
        return Ending(status, waits, tuple(self.after)) if self.reached else None

    # -- statements ------------------------------------------------------------------------

    def _body(self, body: Sequence[Statement], guarded: bool) -> int:
        status = 0
        for statement in body:
            status = self._statement(statement, guarded)
        return status

    def _statement(self, node: Statement, guarded: bool) -> int:
        self.steps += 1
        if self.steps > self.budget:
            raise _GaveUp
        if isinstance(node, Leaf):
            status = self._leaf(node, guarded)
        elif isinstance(node, AndOr):
            status = self._and_or(node, guarded)
        elif isinstance(node, Conditional):
            status = self._if(node, guarded)
        elif isinstance(node, Loop):
            status = self._loop(node, guarded)
        elif isinstance(node, Negated):
            status = int(self._statement(node.body, True) == 0)
        elif isinstance(node, Pipeline):
            status = self._pipeline(node, guarded)
        elif isinstance(node, Group):
            status = self._group(node, guarded)
        elif isinstance(node, Case):
            status = self._case(node, guarded)
        elif isinstance(node, FunctionBody):
            self.functions[node.name] = node
            status = 0
        elif isinstance(node, Arithmetic):
            value = arithmetic(node.text.replace("$#", "0"), self.values)
            if value is None:
                asked = re.search(r"[<>]|[=!]=|%", node.text) is not None
                status = self._choose(2) if asked else 0
            else:
                status = int(value == 0)
            self._failed(status, guarded)
        else:
            raise _GaveUp
        self.status = status
        return status

    def _failed(self, status: int, guarded: bool) -> None:
        """What the shell does by itself about a failure."""
        if not status or guarded:
            return
        if self.on_error:
            handler, self.on_error = self.on_error, ""
            words = handler.split()
            name = words[0].rstrip(";") if words else ""
            if name in self.functions:
                self._call(name, [], True)
            if re.search(r"\bexit\b(?!\s+0)", handler):
                raise _Exit(status)
            self.on_error = handler
        if self.errexit:
            raise _Exit(status)

    def _and_or(self, node: AndOr, guarded: bool) -> int:
        last = len(node.items) - 1
        status = self._statement(node.items[0], guarded or last > 0)
        for index, (join, item) in enumerate(zip(node.joins, node.items[1:], strict=False), 1):
            if (join == "&&") == (status == 0):
                status = self._statement(item, guarded or index < last)
        return status

    def _if(self, node: Conditional, guarded: bool) -> int:
        if self.quiet.statement(node):
            return 0
        for branch in node.branches:
            if self._body(branch.test, True) == 0:
                return self._body(branch.body, guarded)
        return self._body(node.otherwise, guarded)

    def _case(self, node: Case, guarded: bool) -> int:
        word = self._expand(node.word, {})
        if word is None:
            key = f"case {node.word} {node.line}"
            leading = () if self.reached else self.quiet.leading(node)
            if key not in self.answers:
                number = self._choose(len(leading) or len(node.choices) + 1)
                self.answers[key] = leading[number] if leading else number
            chosen = self.answers[key]
            return (
                self._body(node.choices[chosen].body, guarded) if chosen < len(node.choices) else 0
            )
        for choice in node.choices:
            if any(fnmatch.fnmatchcase(word[:200], one[:200]) for one in choice.patterns):
                return self._body(choice.body, guarded)
        return 0

    def _group(self, node: Group, guarded: bool) -> int:
        if node.background:
            self._apart(lambda: self._body(node.body, True))
            return 0
        if not node.subshell:
            return self._body(node.body, guarded)
        status = self._apart(lambda: self._body(node.body, guarded))
        self._failed(status, guarded)
        return status

    def _apart(self, run: Callable[[], int]) -> int:
        """Run in a subshell: variables, options and ``exit`` stay inside."""
        kept = (
            dict(self.values), dict(self.functions), self.errexit, self.pipefail, self.on_error,
        )  # fmt: skip
        try:
            status = run()
        except _Exit as end:
            status = 0 if end.status is None else end.status
        except _Return as end:
            status = end.status
        except _Leave:
            status = 0
        finally:
            self.values, self.functions, self.errexit, self.pipefail, self.on_error = kept
        return status

    def _pipeline(self, node: Pipeline, guarded: bool) -> int:
        statuses: list[int] = []
        failed_input = False
        for index, member in enumerate(node.members):
            last = index == len(node.members) - 1
            command = member.command if isinstance(member, Leaf) else None
            if failed_input and command is not None and id(command) not in self.modes:
                statuses.append(self._reads_nothing(member, command, last))
                continue
            before = self.reached
            status = self._apart(partial(self._statement, member, True))
            statuses.append(status)
            if command is not None and id(command) in self.modes:
                failed_input = True
            elif self.reached and not before:
                failed_input = failed_input or not last
        status = statuses[-1] if statuses else 0
        if self.pipefail and any(statuses):
            status = next(one for one in reversed(statuses) if one)
        self._failed(status, guarded)
        return status

    def _reads_nothing(self, member: Statement, command: ShellCommand, last: bool) -> int:
        """A filter behind a failed command: a search finds nothing, the others are content."""
        self._ran(command)
        words = unwrapped(command.words)
        name = words[0].rpartition("/")[2] if words else ""
        if name in _SEARCHES:
            inverted = any(re.fullmatch(r"-[a-zA-Z]*v[a-zA-Z]*", word) for word in words[1:])
            return 0 if inverted else 1
        if name == "jq":
            return int(any(re.fullmatch(r"-[a-z]*e[a-z]*|--exit-status", w) for w in words[1:]))
        if name in self.functions:
            return self._apart(lambda: self._statement(member, True))
        return 0

    # -- loops -----------------------------------------------------------------------------

    def _loop(self, node: Loop, guarded: bool) -> int:
        if node.kind in ("for", "select"):
            return self._for(node, guarded)
        if node.kind == "c-for":
            return self._counted(node, guarded)
        status = 0
        wanted = 0 if node.kind == "while" else 1
        for _ in range(_MAX_ROUNDS):
            before = len(self.counts)
            if int(self._body(node.test, True) != 0) != wanted:
                return status
            unsure = len(self.counts) > before
            status, stop = self._round(node.body, guarded)
            if stop:
                return status
            if unsure:
                return status  # one round stands for all when nobody can tell how many there are
        raise _Endless

    def _round(self, body: Sequence[Statement], guarded: bool) -> tuple[int, bool]:
        try:
            return self._body(body, guarded), False
        except _Leave as leave:
            if leave.levels > 1:
                raise _Leave(leave.again, leave.levels - 1) from None
            return 0, not leave.again

    def _for(self, node: Loop, guarded: bool) -> int:
        values = list(self._listed(node.words))
        status = 0
        if len(values) > 6:
            values = [values[0], values[1], values[-1]]
        for value in values:
            self.values[node.variable] = value
            status, stop = self._round(node.body, guarded)
            if stop:
                break
        return status

    def _listed(self, words: Sequence[str]) -> Iterator[str | None]:
        for word in words:
            span = _RANGE.fullmatch(word)
            counted = re.fullmatch(
                r"(?:\$\(|`)\s*seq\s+(\S+)(?:\s+(\S+))?(?:\s+(\S+))?\s*(?:\)|`)", word
            )
            if span:
                yield from _numbers(int(span[1]), int(span[2]))
            elif counted:
                ends = [self._number(one) for one in counted.groups() if one]
                if any(one is None for one in ends):
                    yield None
                else:
                    known = [one for one in ends if one is not None]
                    first = known[0] if len(known) > 1 else 1
                    yield from _numbers(first, known[-1])
            else:
                yield self._expand(word, {})

    def _number(self, text: str) -> int | None:
        value = self._expand(text.strip("\"'"), {})
        return int(value) if value is not None and re.fullmatch(r"-?\d{1,6}", value) else None

    def _counted(self, node: Loop, guarded: bool) -> int:
        parts = [part.strip() for part in node.header.split(";")]
        first, test, step = (*parts, "", "", "")[:3]
        if first:
            arithmetic(first, self.values)
        status = 0
        for _ in range(_MAX_ROUNDS):
            value = arithmetic(test, self.values) if test else 1
            if value == 0:
                return status
            status, stop = self._round(node.body, guarded)
            if stop or value is None:
                return status
            if step:
                arithmetic(step, self.values)
        raise _Endless

    # -- simple commands -------------------------------------------------------------------

    def _leaf(self, node: Leaf, guarded: bool) -> int:
        outputs: dict[str, str | None] = {}
        inner = 0
        for substitution in node.substitutions:
            inner, outputs[substitution.text] = self._captured(substitution)
        for one in node.assignments:
            self.values[one.name] = None if one.items else self._expand(one.value, outputs)
            if one.value.startswith(("(", "+")) or one.items:
                self.values[one.name] = None
        command = node.command
        if command is None:
            self._failed(inner, guarded)
            return inner
        if node.background:
            self._apart(lambda: self._command(command, outputs, True))
            return 0
        status = self._command(command, outputs, guarded)
        if status and command.words[:1] not in (("return",),):
            self._failed(status, guarded)
        return status

    def _captured(self, substitution: Substitution) -> tuple[int, str | None]:
        """Status and output of ``$(…)``."""
        kept, before = self.errexit, self.reached
        self.errexit = False
        status = self._apart(lambda: self._body(substitution.body, False))
        self.errexit = kept
        output: str | None = None
        inside = [leaf.command for leaf in leaves(substitution.body) if leaf.command is not None]
        chosen = [self.modes[id(one)] for one in inside if id(one) in self.modes]
        if chosen:
            text = substitution.text
            if "http_code" in text or "response_code" in text:
                output = "503" if chosen[0] is Mode.ERROR_PAGE else "000"
            elif re.search(r"\bwc\b|grep\s+(?:-\w+\s+)*-\w*c", text):
                output = "0"
            else:
                output = "unhealthy" if chosen[0] is Mode.ERROR_PAGE else ""
            if len(inside) > 1 and inside[-1].name in ("echo", "printf") and status == 0:
                spoken = self._expand(" ".join(inside[-1].words[1:]), {})
                if inside[-1].name == "echo" and spoken is not None:
                    output = output + spoken if "http_code" in text else spoken
        elif self.reached and not before:
            output = ""  # a function that failed inside; what it says of that is not modelled
            spoken_last = self.after[-1] if self.after else None
            if spoken_last is not None and spoken_last.name in ("echo", "printf"):
                output = None
        return status, output

    def _ran(self, command: ShellCommand) -> None:
        if self.reached and len(self.after) < 4000:
            self.after.append(command)

    def _command(
        self, command: ShellCommand, outputs: Mapping[str, str | None], guarded: bool
    ) -> int:
        mode = self.modes.get(id(command))
        if mode is not None:
            self.reached = True
            self._ran(command)
            return 0 if mode is Mode.ERROR_PAGE else 1
        self._ran(command)
        words = unwrapped(command.words)
        if not words:
            return 0
        name = words[0]
        if name in ("exit", "return"):
            self._end(name, words, outputs)
        if name in ("break", "continue"):
            levels = self._number(words[1]) if len(words) > 1 else 1
            raise _Leave(name == "continue", max(1, min(levels or 1, 20)))
        if name in ("[", "[[", "test"):
            return self._tested(words, outputs)
        if name in self.functions:
            if self.quiet.function(name):
                if self.reached:
                    for inner in self.tree.script.function(name):
                        self._ran(inner)
                return 0
            arguments = [self._expand(word, outputs) for word in words[1:]]
            return self._call(name, arguments, guarded)
        return self._builtin(command, name, words, outputs, guarded)

    def _builtin(
        self, command: ShellCommand, name: str, words: tuple[str, ...],
        outputs: Mapping[str, str | None], guarded: bool,
    ) -> int:  # fmt: skip
        if name in ("true", ":"):
            return 0
        if name == "false":
            return 1
        if name == "set":
            self._set(words[1:])
        elif name == "trap":
            if len(words) > 2 and "ERR" in words[2:]:
                self.on_error = "" if words[1] == "-" else words[1]
        elif name in ("local", "export", "readonly", "declare", "typeset"):
            for word in words[1:]:
                variable, equals, value = word.partition("=")
                if equals:
                    self.values[variable] = self._expand(value, outputs)
                elif name in ("local", "declare") and re.fullmatch(r"\w+", word):
                    self.values[word] = ""
        elif name == "let":
            value_of = arithmetic(" ".join(words[1:]), self.values)
            return 0 if value_of is None else int(value_of == 0)
        elif name == "read":
            for word in words[1:]:
                self.values[word] = None
        elif name == "shift":
            if self.arguments:
                self.arguments.pop(0)
        elif name in ("source", "."):
            below = self.sourced(command)
            if below is not None and self.calls < _MAX_CALLS:
                self.calls += 1
                status = self._body(below.statements, guarded)
                self.calls -= 1
                return status
        elif name == "eval":
            raise _GaveUp
        elif command.words[:1] == ("exec",) and len(command.words) > 1:
            raise _Exit(None)
        elif command.tested and name in _ASKS and not command.captured:
            return self._answer(" ".join(words))
        return 0

    def _end(self, name: str, words: tuple[str, ...], outputs: Mapping[str, str | None]) -> None:
        if len(words) < 2:
            status: int | None = self.status
        else:
            text = self._expand(words[1], outputs)
            status = arithmetic(text, {}) if text else None
            if status is None:
                # The value is lost; somebody took the trouble of handing it on.
                status = 1
        if name == "return" and self.arguments is not None:
            raise _Return(status or 0)
        raise _Exit(status)

    def _call(self, name: str, arguments: list[str | None], guarded: bool) -> int:
        if self.calls >= _MAX_CALLS:
            raise _GaveUp
        kept, self.arguments = self.arguments, arguments
        self.calls += 1
        try:
            status = self._body(self.functions[name].body, guarded)
        except _Return as end:
            status = end.status
        finally:
            self.arguments = kept
            self.calls -= 1
        return status

    def _set(self, words: Sequence[str]) -> None:
        for index, word in enumerate(words):
            if word[:1] not in ("-", "+"):
                continue
            on = word[0] == "-"
            if "e" in word[1:]:
                self.errexit = on
            if word.endswith("o") and index + 1 < len(words):
                if words[index + 1] == "errexit":
                    self.errexit = on
                elif words[index + 1] == "pipefail":
                    self.pipefail = on

    # -- tests -----------------------------------------------------------------------------

    def _choose(self, count: int) -> int:
        index = len(self.counts)
        if index >= self.given:
            self.choices.append(0)
        self.counts.append(count)
        return self.choices[index]

    def _answer(self, asked: str) -> int:
        """Both answers to a question; the same question keeps its answer on one way."""
        if "$(" in asked or "`" in asked:
            return self._choose(2)
        if asked not in self.answers:
            self.answers[asked] = self._choose(2)
        return self.answers[asked]

    def _tested(self, words: tuple[str, ...], outputs: Mapping[str, str | None]) -> int:
        inner = [word for word in words[1:] if word not in ("]", "]]", "(", ")")]
        value, shown = self._or(inner, outputs)
        if value is None:
            return self._answer(shown)
        return int(not value)

    def _or(self, words: list[str], outputs: Mapping[str, str | None]) -> tuple[bool | None, str]:
        shown = " ".join(
            word if one is None else one
            for word, one in ((word, self._expand(word, outputs)) for word in words)
        )
        results: list[bool | None] = []
        for part in _divided(words, ("||", "-o")):
            every: bool | None = True
            for piece in _divided(part, ("&&", "-a")):
                one = self._simple(piece, outputs)
                if one is False:
                    every = False
                    break
                if one is None:
                    every = None
            results.append(every)
        if any(one is True for one in results):
            return True, shown
        if any(one is None for one in results):
            return None, shown
        return False, shown

    def _simple(self, words: list[str], outputs: Mapping[str, str | None]) -> bool | None:
        if words[:1] == ["!"]:
            value = self._simple(words[1:], outputs)
            return None if value is None else not value
        if not words:
            return False
        if len(words) == 1:
            text = self._expand(words[0], outputs)
            return None if text is None else text != ""
        if len(words) == 2:
            text = self._expand(words[1], outputs)
            if words[0] in ("-z", "-n") and text is not None:
                return (text == "") == (words[0] == "-z")
            return None
        left, operator = self._expand(words[0], outputs), words[1]
        right = self._expand(" ".join(words[2:]), outputs)
        if operator in ("=", "=="):
            if left is None or right is None:
                return None
            return fnmatch.fnmatchcase(left[:200], right[:200]) or left == right
        if operator == "!=":
            if left is None or right is None:
                return None
            return not (fnmatch.fnmatchcase(left[:200], right[:200]) or left == right)
        if operator == "=~":
            return _matches(left, right)
        numbers = {"-eq": "==", "-ne": "!=", "-lt": "<", "-gt": ">", "-le": "<=", "-ge": ">="}
        if operator in numbers and left is not None and right is not None:
            values: dict[str, str | None] = dict(self.values)
            plain = left.strip() or "0"
            if re.fullmatch(r"0+\d*", plain):
                plain = plain.lstrip("0") or "0"
            compared = arithmetic(f"{plain} {numbers[operator]} {right.strip() or '0'}", values)
            return None if compared is None else bool(compared)
        return None

    # -- words -----------------------------------------------------------------------------

    def _expand(self, word: str, outputs: Mapping[str, str | None]) -> str | None:
        """The word's value; ``None`` when it cannot be told."""
        if "$" not in word and "`" not in word:
            return word
        if len(word) > _MAX_WORD:
            return None
        out: list[str] = []
        at = 0
        while True:
            match = _EXPANSION.search(word, at)
            if match is None:
                out.append(word[at:])
                return "".join(out)
            out.append(word[at : match.start()])
            if match[0] in ("$(", "`", "$(("):
                end = _closing(word, match.start())
                text = word[match.start() : end]
                value: str | None
                if match[0] == "$((":
                    inner = re.sub(r"\$#", "0", text[3:-2])
                    number = arithmetic(inner, self.values)
                    value = None if number is None else str(number)
                else:
                    value = outputs.get(text)
                at = end
            elif match[0] == "${":
                return None
            else:
                value = self._variable(match[1] or match[3], match[2] or "", outputs)
                at = match.end()
            if value is None:
                return None
            out.append(value)

    def _variable(self, name: str, operation: str, outputs: Mapping[str, str | None]) -> str | None:
        if name == "?":
            return str(self.status)
        if name.isdigit():
            number = int(name)
            known: str | None = None
            if self.arguments is not None and number > 0:
                known = self.arguments[number - 1] if number <= len(self.arguments) else ""
            if known:
                return known if not operation or operation[:2] in (":-", ":=", ":?") else None
            if self.arguments is None and operation:
                # Anything may be given; a number is worth assuming, as loops are counted by it.
                usual = re.fullmatch(r":?[-=](\d+)", operation)
                return usual[1] if usual else None
        elif name in "@*#!$-":
            return None
        else:
            known = self.values.get(name)
        default = re.fullmatch(r":?[-=](.*)", operation, re.DOTALL)
        if default and not known:
            return self._expand(default[1].strip("\"'"), outputs)
        if operation and not re.fullmatch(r":?[-=?+].*", operation, re.DOTALL):
            return None
        return known


def _numbers(first: int, last: int) -> Iterator[str]:
    step = 1 if last >= first else -1
    if abs(last - first) > 6:
        yield from (str(first), str(first + step))
        yield from (str(last - step), str(last))
        return
    yield from (str(one) for one in range(first, last + step, step))


def _divided(words: list[str], operators: tuple[str, ...]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in words:
        if word in operators:
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _matches(left: str | None, right: str | None) -> bool | None:
    """``=~``, for the plain patterns whose answer is beyond doubt."""
    if left is None or right is None or len(left) > 20:
        return None
    if not re.fullmatch(r"\^?(?:[\w ]|\\.|\.|\[[^\[\]]*\]|[()|])*\$?", right) or len(right) > 60:
        return None
    try:
        return re.search(right, left) is not None
    except re.error:
        return None


def _closing(word: str, start: int) -> int:
    """Where the ``$(…)`` or backquoted text that begins at ``start`` ends."""
    if word[start] == "`":
        end = word.find("`", start + 1)
        return len(word) if end < 0 else end + 1
    depth = 0
    for index in range(start + 1, len(word)):
        if word[index] == "(":
            depth += 1
        elif word[index] == ")":
            depth -= 1
            if depth == 0:
                return index + 1
    return len(word)


def _options_of(shebang: str) -> tuple[str, ...]:
    words = shebang.split()[1:]
    on = any(word.startswith("-") and "e" in word[1:] for word in words if word[:2] != "--")
    return ("errexit",) if on else ()
