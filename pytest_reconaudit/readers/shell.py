"""Shell text → the simple commands it runs, each with what joins, guards and catches it.

The grammar is tree-sitter-bash: it reads broken scripts as far as they are whole, where ``bashlex``
gives up at the first surprise and ``shlex`` knows neither operators nor here-documents. Nothing is
ever executed. The module is imported on first use, and words without expansions are split by one
regular expression instead of node by node, which halves the cost of a script.

GitHub's ``${{ … }}`` is replaced by a ``${name}`` of the same length before parsing and put
back in every text that leaves this module.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.syntax import narrowed

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

__all__ = [
    "Assignment",
    "Block",
    "Heredoc",
    "Redirect",
    "Script",
    "ShellCommand",
    "ShellFunction",
    "Word",
    "is_dynamic",
    "read_shell",
    "shell_syntax",
    "shell_words",
    "unwrapped",
]

_MAX_DEPTH = 120
_MAX_PROBLEMS = 20
_MAX_LENGTH = 250_000
"""Longer ones are no scripts but archives that unpack themselves."""
_MAX_OPEN = 200
_MAX_CLOSED = 500
"""Brackets that only close: the branches of a ``case``."""
_WINDOW = 4_000
_OPERATORS = "()<>|&;`"
_SECONDS = 2.0
"""What the grammar may take for one script; one without an error takes a tenth of it at most."""
_SECONDS_BROKEN = 1.0
_MAX_GUARDS = 8
"""How many of the commands before an ``&&`` are kept as conditions."""


class Word(NamedTuple):
    """An unquoted word and where it stands."""

    text: str
    place: Place


class Redirect(Struct, frozen=True):
    """``2> target``: the operator with its descriptor, and the word after it, unquoted."""

    op: str
    target: str
    place: Place

    @property
    def writes(self) -> bool:
        """Whether it creates or changes the target file."""
        return ">" in self.op and not self.op.endswith("&")


class Heredoc(Struct, frozen=True):
    """A here-document. ``place`` is its first body line, ``target`` the file it is written to."""

    text: str
    place: Place
    delimiter: str
    quoted: bool
    """``<<'EOF'``: the body is literal, nothing in it is expanded."""
    target: str = ""


class Block(Struct, frozen=True):
    """A construct around a command: what kind, which one, and the test that guards it."""

    kind: str
    """``if elif else while until for case subshell substitution pipe background brace``."""
    line: int
    column: int
    test: str = ""
    """The test as written; for a ``for`` its variable and words."""
    items: tuple[Word, ...] = ()
    """The words that a ``for`` goes through."""

    @property
    def forks(self) -> bool:
        """Whether a ``cd`` inside it is forgotten outside."""
        return self.kind in ("subshell", "substitution", "pipe", "background")

    @property
    def branches(self) -> bool:
        """Whether its commands may not run at all."""
        return self.kind in ("if", "elif", "else", "while", "until", "for", "case")


class ShellCommand(NamedTuple):
    """One simple command. ``[ … ]`` and ``[[ … ]]`` count as commands with those first words.

    A named tuple, not a frozen dataclass like the other records: a repository has thousands of
    these, and a frozen dataclass of this many fields takes five times as long to make.
    """

    words: tuple[str, ...]
    """Unquoted; an expansion keeps its ``$VAR``, ``${VAR}`` or ``$(…)`` text."""
    place: Place
    text: str
    """The source text, redirections left out."""
    assignments: tuple[tuple[str, str], ...] = ()
    """``A=1 B=2 command``."""
    redirects: tuple[Redirect, ...] = ()
    following: str = ""
    """What joins it to the next command: ``&& || ; | |& &``; empty at the end of a line."""
    conditions: tuple[str, ...] = ()
    """Tests of the enclosing ``if``/``while`` (``! test`` in an ``else``) and the left sides of
    the ``&&`` (``! left`` for ``||``) that guard it, outermost first."""
    function: str = ""
    heredoc: Heredoc | None = None
    fallback: str = ""
    """The text after the ``||`` that runs when it fails, if any."""
    blocks: tuple[Block, ...] = ()
    tested: bool = False
    """It stands where ``if`` or ``while`` look at its status: its failure ends nothing."""
    negated: bool = False
    captured: bool = False
    """It stands inside ``$(…)`` or backticks."""
    last_line: int = 0

    @property
    def name(self) -> str:
        """The program without its folder; empty when there is none."""
        return self.words[0].rpartition("/")[2] if self.words else ""


class Assignment(Struct, frozen=True):
    """``NAME=value`` on its own or after ``export``, ``local``, ``readonly``, ``declare``."""

    name: str
    value: str
    """Unquoted, expansions as written."""
    place: Place
    function: str = ""
    conditional: bool = False
    items: tuple[Word, ...] = ()
    """The words of an array, ``NAME=(a b)``; ``value`` is its source text then."""


class ShellFunction(Struct, frozen=True):
    name: str
    place: Place
    last_line: int


class Script(Struct, frozen=True):
    """A script, a workflow step's ``run`` or a recipe line."""

    path: str
    commands: tuple[ShellCommand, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    functions: tuple[ShellFunction, ...] = ()
    sets: tuple[str, ...] = ()
    """Options turned on by the shebang or ``set``, by their long names (``errexit``,
    ``nounset``, ``pipefail`` …); turned off again: ``+errexit``."""
    assignments: tuple[Assignment, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Likely, not certain: six of 1,113 public scripts have one that ``bash -n`` accepts."""
    shebang: str = ""
    """The interpreter line without ``#!``."""

    def function(self, name: str) -> tuple[ShellCommand, ...]:
        """The commands in the body of one function; ``""`` gives those outside all."""
        return tuple(command for command in self.commands if command.function == name)

    def loop_values(self, command: ShellCommand, word: str) -> tuple[Word, ...]:
        """What ``$x`` stands for in a command inside ``for x in …``, arrays looked up.

        Empty when ``word`` is no variable of an enclosing loop or a value is not in the text.
        """
        match = _WHOLE_VARIABLE.fullmatch(word)
        if match is None:
            return ()
        for block in reversed(command.blocks):
            if block.kind != "for" or block.test.partition(" ")[0] != match[1]:
                continue
            found: list[Word] = []
            for item in block.items:
                array = _WHOLE_ARRAY.fullmatch(item.text)
                if array:
                    sets = [one for one in self.assignments if one.name == array[1] and one.items]
                    if len(sets) != 1:
                        return ()
                    found.extend(sets[0].items)
                else:
                    found.append(item)
            return () if any(is_dynamic(one.text) for one in found) else tuple(found)
        return ()


_OPTIONS = {"e": "errexit", "u": "nounset", "x": "xtrace", "f": "noglob", "n": "noexec"}
_EXPRESSION = regex(rb"\$\{\{(?:(?!\$\{\{|\}\}).)*+\}\}", re.DOTALL)
_PLACEHOLDER = regex(r"\$\{(Q[0-9A-Z]{2}_*)\}")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Possessive throughout: a failed match must not be tried in another division.
_WORD_PART = (
    r"(?:[^\s\"'\\$`<>();&|]|\\[^\n]|'[^']*+'"
    r"|\"(?:[^\"\\$`]|\\[^\n]|\$\w++|\$\{\w++\})*+\"|\$\w++|\$\{\w++\})"
)
_SIMPLE = regex(rf"(?:{_WORD_PART}|\s|\\\n)++")
_WORD = regex(rf"{_WORD_PART}++")
_QUOTED = regex(r"[\"'\\`<>()]|\$\{\w*[^\w}]")
_PIECE = regex(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(.)|([^'\"\\]+)", re.DOTALL)
_ESCAPED = regex(r"\\([\"\\$`\n])")
_CONTINUED = regex(r"\\\n")
_ASSIGN = regex(r"([A-Za-z_]\w*)\+?=(.*)", re.DOTALL)
_WHOLE_VARIABLE = regex(r"\$(?:\{(?=\w+\}))?([A-Za-z_]\w*)\}?")
_WHOLE_ARRAY = regex(r"\$\{(\w+)\[[@*]\]\}")
_DYNAMIC = regex(r"[$`]")
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}
_ANSI_ESCAPE = regex(r"\\(.)", re.DOTALL)

_TEST_GROUPS = frozenset(
    {"unary_expression", "binary_expression", "negation_expression", "parenthesized_expression"}
)
_WRAPPERS = {
    "sudo": "ugpCThr", "doas": "uC", "env": "uCS", "time": "fo", "nohup": "", "exec": "a",
    "command": "", "builtin": "", "nice": "n", "ionice": "cnp", "stdbuf": "ioe", "setsid": "",
    "timeout": "ks", "xvfb-run": "ansefwp", "retry": "td",
}  # fmt: skip
"""Programs that run the command given to them → their short options that take a value."""


def is_dynamic(word: str) -> bool:
    """Whether a word holds an expansion, so that its value is not known from the text."""
    return _DYNAMIC.search(word) is not None


def shell_words(text: str) -> tuple[str, ...]:
    """Split plain command text into unquoted words; expansions stay as written."""
    return tuple(_unquoted(word) for word in _WORD.findall(_CONTINUED.sub(" ", text)))


def unwrapped(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command that ``sudo``, ``env A=1``, ``timeout 30``, ``time`` … are asked to run."""
    while words:
        name = words[0].rpartition("/")[2]
        if name not in _WRAPPERS:
            return words
        takes = _WRAPPERS[name]
        rest = words[1:]
        while rest and rest[0].startswith("-") and rest[0] != "--":
            option = rest[0]
            with_value = not option.startswith("--") and len(option) == 2 and option[1] in takes
            rest = rest[2:] if with_value else rest[1:]
        if rest[:1] == ("--",):
            rest = rest[1:]
        if name == "timeout":
            rest = rest[1:]
        while name in ("env", "sudo") and rest and _ASSIGN.fullmatch(rest[0]):
            rest = rest[1:]
        words = rest
    return words


def read_shell(text: str, path: str, line: int = 1, column: int = 1) -> Script:
    """Every command of ``text``, whose first character stands at ``line``/``column`` of ``path``.

    Never raises on bad input; what the grammar cannot take in becomes ``problems`` and the
    rest is still read. PowerShell and batch text is not for this reader.
    """
    if not text.strip():
        return Script(path)
    if len(text) > _MAX_LENGTH:
        problem = Problem(Place(path, line, column), f"over {_MAX_LENGTH} characters of shell")
        return Script(path, problems=(problem,))
    if not -_MAX_CLOSED <= text.count("(") - text.count(")") <= _MAX_OPEN:
        # The grammar's recovery takes quadratic time over these; no shell would read on either.
        return Script(path, problems=(Problem(Place(path, line, column), "brackets never close"),))
    if len(text) > _WINDOW and _is_noise(text):
        problem = Problem(Place(path, line, column), "operators, hardly a word: no shell script")
        return Script(path, problems=(problem,))
    return _Reading(text, path, line, column).script()


def _is_noise(text: str) -> bool:
    """Whether a stretch is mostly operators: error recovery takes quadratic time over those.

    Where people wrote the script, one character in twenty-five is an operator.
    """
    for start in range(0, len(text), _WINDOW):
        stretch = text[start : start + _WINDOW]
        if sum(map(stretch.count, _OPERATORS)) > _WINDOW * 0.45:
            return True
    return False


def shell_syntax(data: bytes) -> Tree | None:
    """The syntax tree of a script; ``None`` when that takes longer than any real one could."""
    parser = _parser()
    data = narrowed(data)
    start = time.monotonic()

    def slow(offset: int, has_error: bool) -> bool:
        return time.monotonic() - start > (_SECONDS_BROKEN if has_error else _SECONDS)

    try:
        # Only this form of the call asks back while it works.
        return parser.parse(
            lambda offset, _: data[offset : offset + 65_536], progress_callback=slow
        )
    except ValueError:
        parser.reset()
        return None


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


class _Around:
    """What surrounds the node being read. Never changed once made: copied with changes."""

    __slots__ = ("blocks", "captured", "conditions", "fallback", "function", "negated", "tested")

    def __init__(
        self,
        conditions: tuple[str, ...] = (),
        function: str = "",
        fallback: str = "",
        blocks: tuple[Block, ...] = (),
        tested: bool = False,
        negated: bool = False,
        captured: bool = False,
    ) -> None:
        self.conditions = conditions
        self.function = function
        self.fallback = fallback
        self.blocks = blocks
        self.tested = tested
        self.negated = negated
        self.captured = captured

    def _copy(self) -> _Around:
        return _Around(
            self.conditions, self.function, self.fallback, self.blocks, self.tested,
            self.negated, self.captured,
        )  # fmt: skip

    def testing(self) -> _Around:
        other = self._copy()
        other.tested = True
        return other

    def negating(self) -> _Around:
        other = self._copy()
        other.negated = True
        return other

    def given(self, *conditions: str) -> _Around:
        other = self._copy()
        other.conditions = (*self.conditions, *conditions)
        return other

    def falling_to(self, fallback: str) -> _Around:
        other = self._copy()
        other.fallback = fallback
        return other

    def within(self, block: Block) -> _Around:
        other = self._copy()
        other.blocks = (*self.blocks, block)
        return other

    def capturing(self, block: Block) -> _Around:
        other = self.within(block)
        other.captured, other.tested, other.negated, other.fallback = True, False, False, ""
        return other


_TOP = _Around()


class _Reading:
    """One pass over one text."""

    def __init__(self, text: str, path: str, line: int, column: int) -> None:
        raw = text.replace("\0", " ").encode("utf-8", "replace")
        self.path, self.line, self.column = path, line, column
        self.expressions: dict[str, str] = {}
        self.data = _EXPRESSION.sub(self._hide, raw) if b"${{" in raw else raw
        self.ascii = raw.isascii()
        self.starts = [0]
        at = raw.find(b"\n")
        while at >= 0:
            self.starts.append(at + 1)
            at = raw.find(b"\n", at + 1)
        self.commands: list[ShellCommand] = []
        self.heredocs: list[Heredoc] = []
        self.functions: list[ShellFunction] = []
        self.assignments: list[Assignment] = []
        self.problems: list[Problem] = []
        self.sets: list[str] = []
        self.depth = 0
        self.list_end = 0

    def script(self) -> Script:
        shebang = ""
        if self.data.startswith(b"#!"):
            shebang = self.data[2:].split(b"\n", 1)[0].decode("utf-8", "replace").strip()
            for word in shebang.split()[1:]:
                self._options(word)
        tree = shell_syntax(self.data)
        if tree is None:
            problem = Problem(Place(self.path, self.line, self.column), "takes too long to be read")
            return Script(self.path, problems=(problem,), shebang=shebang)
        root = tree.root_node
        self._statements(root, _TOP)
        if root.has_error:
            self._errors(root)
        return Script(
            self.path,
            tuple(self.commands),
            tuple(self.heredocs),
            tuple(self.functions),
            tuple(self.sets),
            tuple(self.assignments),
            tuple(self.problems),
            shebang,
        )

    # -- text and places -------------------------------------------------------------------

    def _hide(self, match: re.Match[bytes]) -> bytes:
        count = len(self.expressions)
        room = len(match[0]) - 3
        if room < 3 or count >= 36 * 36:
            return b"$" + b"_" * (len(match[0]) - 1)
        name = f"Q{_DIGITS[count // 36]}{_DIGITS[count % 36]}".ljust(room, "_")
        self.expressions[name] = match[0].decode("utf-8", "replace")
        return b"${" + name.encode() + b"}"

    def _restore(self, text: str) -> str:
        if not self.expressions or "${" not in text:
            return text
        return _PLACEHOLDER.sub(lambda m: self.expressions.get(m[1], m[0]), text)

    def _raw(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _text(self, node: Node) -> str:
        return self._restore(self._raw(node))

    def _line(self, offset: int) -> int:
        return self.line + bisect_right(self.starts, offset) - 1

    def _place(self, offset: int) -> Place:
        row = bisect_right(self.starts, offset) - 1
        start = self.starts[row]
        width = offset - start
        if not self.ascii:
            width = len(self.data[start:offset].decode("utf-8", "replace"))
        return Place(self.path, self.line + row, self.column + width)

    # -- structure -------------------------------------------------------------------------

    def _statements(self, node: Node, around: _Around) -> None:
        children = node.children
        for index, child in enumerate(children):
            if not child.is_named:
                continue
            following = ""
            if index + 1 < len(children):
                joiner = children[index + 1]
                if not joiner.is_named and joiner.type in (";", "&", ";;"):
                    following = "" if joiner.type == ";;" else joiner.type
            if following == "&":
                self._visit(child, self._block(around, "background", child), following)
            else:
                self._visit(child, around, following)

    def _visit(
        self,
        node: Node,
        around: _Around,
        following: str = "",
        redirects: tuple[Redirect, ...] = (),
        heredoc: Heredoc | None = None,
    ) -> None:
        kind = node.type
        if kind == "command":
            self._command(node, around, following, redirects, heredoc)
            return
        if kind in ("comment", "heredoc_body", "word"):
            return
        if self.depth > _MAX_DEPTH:
            self._problem(node, "nested too deep to be read")
            return
        self.depth += 1
        self._compound(node, kind, around, following, redirects, heredoc)
        self.depth -= 1

    def _compound(
        self,
        node: Node,
        kind: str,
        inside: _Around,
        following: str,
        redirects: tuple[Redirect, ...],
        heredoc: Heredoc | None,
    ) -> None:
        if kind == "if_statement":
            self._if(node, inside)
        elif kind == "list":
            self._list(node, inside, following, redirects, heredoc)
        elif kind == "pipeline":
            self._pipeline(node, inside, following, redirects, heredoc)
        elif kind == "redirected_statement":
            self._redirected(node, inside, following, redirects, heredoc)
        elif kind == "negated_command":
            for child in node.named_children:
                self._visit(child, inside.negating(), following, redirects, heredoc)
        elif kind in ("test_command", "declaration_command", "unset_command"):
            self._command(node, inside, following, redirects, heredoc)
        elif kind == "variable_assignment":
            self._assignment(node, inside)
        elif kind == "variable_assignments":
            for child in node.named_children:
                self._assignment(child, inside)
        elif kind == "function_definition":
            self._function(node, inside)
        elif kind == "subshell":
            self._statements(node, self._block(inside, "subshell", node))
        elif kind == "command_substitution":
            self._statements(node, inside.capturing(self._made(node, "substitution")))
        elif kind in ("while_statement", "for_statement", "c_style_for_statement"):
            self._loop(node, inside)
        elif kind == "case_statement":
            self._case(node, inside)
        elif kind in ("compound_statement", "do_group", "ERROR", "program"):
            self._statements(node, inside)
        else:
            self._substitutions(node, inside)

    def _made(self, node: Node, kind: str, test: str = "") -> Block:
        place = self._place(node.start_byte)
        return Block(kind, place.line or 1, place.column or 1, test)

    def _block(self, around: _Around, kind: str, node: Node, test: str = "") -> _Around:
        return around.within(self._made(node, kind, test))

    def _if(self, node: Node, around: _Around) -> None:
        testing, test = True, ""
        tests: list[str] = []
        inside = around
        kind = "elif" if node.type == "elif_clause" else "if"
        children = node.children
        for index, child in enumerate(children):
            kind_of_child = child.type
            if not child.is_named:
                if kind_of_child == "then":
                    testing = False
                    test = "; ".join(tests)
                    inside = self._block(around, kind, node, test)
                    inside = inside.given(test)
                continue
            if kind_of_child == "elif_clause":
                before = around.given(f"! {test}")
                self._if(child, before)
            elif kind_of_child == "else_clause":
                self._statements(
                    child, self._block(around, "else", child, f"! {test}").given(f"! {test}")
                )
            elif kind_of_child == "comment":
                continue
            elif testing:
                tests.append(self._text(child))
                self._visit(child, around.testing())
            else:
                joiner = children[index + 1].type if index + 1 < len(children) else ""
                self._visit(child, inside, joiner if joiner in (";", "&") else "")

    def _loop(self, node: Node, around: _Around) -> None:
        is_for = node.type != "while_statement"
        test = ""
        items: list[Word] = []
        kind = "for" if is_for else (node.children[0].type if node.children else "while")
        for child in node.named_children:
            if child.type in ("do_group", "compound_statement"):
                place = self._place(node.start_byte)
                block = Block(kind, place.line or 1, place.column or 1, test, tuple(items))
                inside = around.within(block)
                if test and not is_for:
                    inside = inside.given(test)
                self._statements(child, inside)
            elif is_for:
                self._substitutions(child, around)
                if test and node.type == "for_statement":
                    items.append(self._word(child))
                test = f"{test} {self._text(child)}".strip()
            elif child.type != "comment":
                test = f"{test}; {self._text(child)}" if test else self._text(child)
                self._visit(child, around.testing())

    def _case(self, node: Node, around: _Around) -> None:
        value = node.child_by_field_name("value")
        subject = self._text(value) if value is not None else ""
        for item in node.named_children:
            if item.type != "case_item":
                self._substitutions(item, around)
                continue
            patterns: list[str] = []
            past = False
            inside = around
            for child in item.children:
                if not child.is_named:
                    if child.type == ")" and not past:
                        past = True
                        test = f"case {subject} in {'|'.join(patterns)}"
                        inside = self._block(around, "case", item, test)
                        inside = inside.given(test)
                    continue
                if past:
                    self._visit(child, inside)
                else:
                    patterns.append(self._text(child))

    def _function(self, node: Node, around: _Around) -> None:
        name_node = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        name = self._text(name_node) if name_node is not None else ""
        place = self._place(node.start_byte)
        self.functions.append(ShellFunction(name, place, self._line(node.end_byte - 1)))
        if body is not None:
            self._visit(body, _Around(function=name))

    def _list(
        self,
        node: Node,
        around: _Around,
        following: str,
        redirects: tuple[Redirect, ...],
        heredoc: Heredoc | None,
    ) -> None:
        # `a && b || c` is nested to the left; taken apart without recursion, it may be long.
        items: list[Node] = []
        joins: list[str] = []
        current: Node | None = node
        while current is not None and current.type == "list":
            named = [child for child in current.children if child.type != "comment"]
            if len(named) < 3:
                items.extend(child for child in reversed(named) if child.is_named)
                joins.extend("&&" for child in named[1:] if child.is_named)
                break
            items.append(named[-1])
            joins.append(named[-2].type)
            current = named[0]
            if current.type != "list":
                items.append(current)
        items.reverse()
        joins.reverse()
        joins = joins[: len(items) - 1]
        texts = [self._text(item) for item in items]
        if self.list_end:
            # The grammar hangs `a || b > f` on the whole list; the shell, on `b`.
            raw = self.data[items[-1].start_byte : self.list_end]
            texts[-1] = self._restore(raw.decode("utf-8", "replace"))
            self.list_end = 0
        falls = [around.fallback] * len(items)
        later = around.fallback
        for index in range(len(items) - 1, -1, -1):
            falls[index] = later
            if index and joins[index - 1] == "||":
                later = texts[index]
        guards: list[str] = []
        for index, item in enumerate(items):
            if index:
                if joins[index - 1] == "&&":
                    guards = [*guards[-_MAX_GUARDS:], texts[index - 1]]
                else:
                    guards = [f"! {' && '.join([*guards[-_MAX_GUARDS:], texts[index - 1]])}"]
            last = index == len(items) - 1
            inside = around.given(*guards)
            inside.fallback = falls[index]
            self._visit(
                item,
                inside,
                following if last else joins[index],
                redirects if last else (),
                heredoc if last else None,
            )

    def _pipeline(
        self,
        node: Node,
        around: _Around,
        following: str,
        redirects: tuple[Redirect, ...],
        heredoc: Heredoc | None,
    ) -> None:
        members = [child for child in node.children if child.type != "comment"]
        for index, child in enumerate(members):
            if not child.is_named:
                continue
            last = index == len(members) - 1
            joiner = following if last else members[index + 1].type
            self._visit(
                child,
                self._block(around, "pipe", child),
                joiner,
                redirects if last else (),
                heredoc if last else None,
            )

    def _redirected(
        self,
        node: Node,
        around: _Around,
        following: str,
        redirects: tuple[Redirect, ...],
        heredoc: Heredoc | None,
    ) -> None:
        found = list(redirects)
        body: Node | None = None
        rest: list[tuple[str, Node]] = []
        documents: list[Node] = []
        for child in node.named_children:
            if child.type == "file_redirect" or child.type == "herestring_redirect":
                found.append(self._redirect(child))
                if b"$(" in self.data[child.start_byte : child.end_byte]:
                    self._substitutions(child, around)
            elif child.type == "heredoc_redirect":
                documents.append(child)
                joiner = ""
                for part in child.children:
                    if part.type == "file_redirect":
                        found.append(self._redirect(part))
                    elif part.type in ("&&", "||"):
                        joiner = part.type
                    elif part.type == "pipeline":
                        rest.append(("|", part))
                    elif part.is_named and not part.type.startswith("heredoc"):
                        rest.append((joiner, part))
            elif child.type != "comment":
                body = child
        written = next((one.target for one in found if one.writes and one.op[0] != "2"), "")
        for child in documents:
            heredoc = self._heredoc(child, written)
        fallback = next((self._text(part) for op, part in rest if op == "||"), around.fallback)
        first = rest[0][0] if rest else following
        if body is not None:
            inside = around.falling_to(fallback)
            if body.type in ("subshell", "compound_statement", "if_statement"):
                self._visit(body, inside, first)
                if heredoc is not None or found:
                    self._lend(body, tuple(found))
            else:
                if body.type == "list" and not documents:
                    self.list_end = node.end_byte
                self._visit(body, inside, first or following, tuple(found), heredoc)
        for index, (op, part) in enumerate(rest):
            joiner = rest[index + 1][0] if index + 1 < len(rest) else following
            conditions: tuple[str, ...] = ()
            if body is not None and op in ("&&", "||"):
                left = self._text(body)
                conditions = (left if op == "&&" else f"! {left}",)
            self._visit(part, around.given(*conditions), joiner)

    def _lend(self, body: Node, redirects: tuple[Redirect, ...]) -> None:
        """Output redirected from a group: its last command carries the redirections."""
        if not self.commands:
            return
        last = self.commands[-1]
        if (last.place.line or 0) >= self._line(body.start_byte):
            self.commands[-1] = last._replace(redirects=(*last.redirects, *redirects))

    # -- leaves ----------------------------------------------------------------------------

    def _command(
        self,
        node: Node,
        around: _Around,
        following: str,
        redirects: tuple[Redirect, ...],
        heredoc: Heredoc | None,
    ) -> None:
        raw = self._raw(node)
        own: tuple[Redirect, ...] = ()
        if _QUOTED.search(raw) is None:
            words = raw.split()
        else:
            words, own = self._words(node)
            if "$(" in raw or "`" in raw or "<(" in raw:
                self._substitutions(node, around)
        assignments: list[tuple[str, str]] = []
        place = self._place(node.start_byte)
        if node.type == "declaration_command":
            self._declared(words, place, around)
        elif "=" in raw and node.type == "command":
            while words and node.children[0].type == "variable_assignment":
                match = _ASSIGN.fullmatch(words[0])
                if match is None:
                    break
                assignments.append((match[1], self._restore(match[2])))
                words.pop(0)
        if words[:1] == ["set"]:
            self._set(words[1:])
        text = self._restore(raw)
        if own:
            text = self._restore(self._without_redirects(node))
        self.commands.append(
            ShellCommand(
                words=tuple(map(self._restore, words)) if self.expressions else tuple(words),
                place=place,
                text=text,
                assignments=tuple(assignments),
                redirects=(*own, *redirects),
                following=following,
                conditions=around.conditions,
                function=around.function,
                heredoc=heredoc,
                fallback=around.fallback,
                blocks=around.blocks,
                tested=around.tested,
                negated=around.negated,
                captured=around.captured,
                last_line=self._line(max(node.end_byte - 1, node.start_byte)),
            )
        )

    def _words(self, node: Node) -> tuple[list[str], tuple[Redirect, ...]]:
        if node.type == "test_command":
            return self._test_words(node), ()
        words: list[str] = []
        redirects: list[Redirect] = []
        data = self.data
        for child in node.children:
            kind = child.type
            if kind in ("string", "word", "command_name", "raw_string"):
                word = data[child.start_byte : child.end_byte].decode("utf-8", "replace")
                if kind in ("string", "raw_string") and (kind != "string" or "\\" not in word):
                    words.append(word[1:-1])
                elif kind == "word" and "\\" not in word:
                    words.append(word)
                else:
                    words.append(self._value(child))
            elif kind in ("file_redirect", "herestring_redirect"):
                redirects.append(self._redirect(child))
            elif kind not in ("comment", "heredoc_redirect"):
                words.append(self._value(child))
        return words, tuple(redirects)

    def _test_words(self, node: Node) -> list[str]:
        words: list[str] = []
        stack = list(reversed(node.children))
        while stack:
            child = stack.pop()
            if (
                child.type in ("unary_expression", "binary_expression", "negation_expression")
                or child.type == "parenthesized_expression"
            ):
                stack.extend(reversed(child.children))
            else:
                words.append(self._value(child))
        return words

    def _value(self, node: Node) -> str:
        """A word, unquoted."""
        kind = node.type
        if kind in ("word", "extglob_pattern", "regex"):
            raw = self._raw(node)
            return _CONTINUED.sub("", raw) if "\\" not in raw else _unquoted(raw)
        if kind == "raw_string":
            return self._raw(node)[1:-1]
        if kind == "ansi_c_string":
            return _ANSI_ESCAPE.sub(lambda m: _ANSI.get(m[1], m[0]), self._raw(node)[2:-1])
        if kind in ("string", "translated_string"):
            raw = self._raw(node)
            inner = raw[1:-1] if raw[:1] == '"' else raw[2:-1]
            return _ESCAPED.sub(r"\1", inner) if "\\" in inner else inner
        if kind in ("concatenation", "command_name", "variable_assignment"):
            return "".join(self._value(child) for child in node.children)
        return self._raw(node)

    def _word(self, node: Node) -> Word:
        return Word(self._restore(self._value(node)), self._place(node.start_byte))

    def _without_redirects(self, node: Node) -> str:
        parts, at = [], node.start_byte
        for child in node.children:
            if child.type in ("file_redirect", "herestring_redirect"):
                parts.append(self.data[at : child.start_byte])
                at = child.end_byte
        parts.append(self.data[at : node.end_byte])
        return b"".join(parts).decode("utf-8", "replace").strip()

    def _redirect(self, node: Node) -> Redirect:
        op, target = "", ""
        for child in node.children:
            if child.type == "file_descriptor" or not child.is_named:
                op += self._raw(child)
            else:
                target = self._restore(self._value(child))
        return Redirect(op, target, self._place(node.start_byte))

    def _heredoc(self, node: Node, target: str) -> Heredoc:
        start, body = "", None
        strip = False
        for child in node.children:
            if child.type == "heredoc_start":
                start = self._raw(child)
            elif child.type == "heredoc_body":
                body = child
            elif child.type == "<<-":
                strip = True
        text = self._text(body) if body is not None else ""
        if strip:
            text = "\n".join(line.lstrip("\t") for line in text.split("\n"))
        place = self._place(body.start_byte if body is not None else node.end_byte)
        delimiter = start.strip("'\"\\")
        found = Heredoc(text, place.at(place.line, 1), delimiter, start != delimiter, target)
        self.heredocs.append(found)
        return found

    def _assignment(self, node: Node, around: _Around) -> None:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if name is None:
            return
        raw = self._raw(node)
        if "$(" in raw or "`" in raw:
            self._substitutions(node, around)
        self.assignments.append(
            Assignment(
                self._text(name),
                self._restore(self._value(value)) if value is not None else "",
                self._place(node.start_byte),
                around.function,
                any(block.branches for block in around.blocks) or bool(around.conditions),
                tuple(self._word(one) for one in value.named_children if one.type != "comment")
                if value is not None and value.type == "array"
                else (),
            )
        )

    def _declared(self, words: list[str], place: Place, around: _Around) -> None:
        for word in words[1:]:
            match = _ASSIGN.fullmatch(word)
            if match:
                value = self._restore(match[2])
                conditional = any(block.branches for block in around.blocks)
                self.assignments.append(
                    Assignment(match[1], value, place, around.function, conditional)
                )

    def _substitutions(self, node: Node, around: _Around) -> None:
        """The commands inside ``$(…)``, backticks and ``<(…)`` anywhere below ``node``."""
        stack = list(reversed(node.named_children))
        while stack:
            child = stack.pop()
            if child.type in ("command_substitution", "process_substitution"):
                if self.depth > _MAX_DEPTH:
                    self._problem(child, "nested too deep to be read")
                    continue
                self.depth += 1
                self._statements(child, around.capturing(self._made(child, "substitution")))
                self.depth -= 1
            elif child.named_child_count:
                stack.extend(reversed(child.named_children))

    def _set(self, words: list[str]) -> None:
        index = 0
        while index < len(words):
            word = words[index]
            if word in ("-o", "+o") and index + 1 < len(words):
                self.sets.append(("+" if word == "+o" else "") + words[index + 1])
                index += 1
            elif word == "--" or word[:1] not in ("-", "+"):
                return
            else:
                self._options(word)
                if word.endswith("o") and index + 1 < len(words):
                    self.sets.append(("+" if word[0] == "+" else "") + words[index + 1])
                    index += 1
            index += 1

    def _options(self, word: str) -> None:
        if word[:1] in ("-", "+") and not word.startswith("--"):
            sign = "+" if word[0] == "+" else ""
            self.sets.extend(sign + _OPTIONS[char] for char in word[1:] if char in _OPTIONS)

    # -- problems --------------------------------------------------------------------------

    def _problem(self, node: Node, message: str) -> None:
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(Problem(self._place(node.start_byte), message))

    def _errors(self, root: Node) -> None:
        for node in _broken(root):
            if node.is_missing:
                self._problem(node, f"shell syntax: {node.type!r} is missing")
            else:
                near = " ".join(self._text(node).split())[:40]
                self._problem(node, f"shell syntax error near {near!r}")


def _broken(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "ERROR" or node.is_missing:
            yield node
        elif node.has_error:
            stack.extend(reversed(node.children))


def _unquoted(word: str) -> str:
    """A word without its quotes; inside double quotes only ``\\"``, ``\\\\``, ``\\$`` are."""
    if "'" not in word and '"' not in word and "\\" not in word:
        return word
    out: list[str] = []
    for single, double, escaped, plain in _PIECE.findall(word):
        if double:
            out.append(_ESCAPED.sub(lambda m: "" if m[1] == "\n" else m[1], double))
        else:
            out.append(single or escaped or plain)
    return "".join(out)
