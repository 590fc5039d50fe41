"""Shell text → the nesting of its statements: what ``readers.shell`` lists one after the other.

A list of commands with their guards answers most questions. "What happens after this one fails?"
needs the tree: branches, loops, functions, and the ``&&`` and ``||`` between them. The leaves point
into the :class:`~pytest_reconaudit.readers.shell.Script` of the same text, so that nothing about a
command is read twice.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.readers.shell import (
    Assignment,
    Script,
    ShellCommand,
    read_shell,
    shell_syntax,
)

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "AndOr",
    "Arithmetic",
    "Branch",
    "Case",
    "Choice",
    "Conditional",
    "FunctionBody",
    "Group",
    "Leaf",
    "Loop",
    "Negated",
    "Pipeline",
    "ShellTree",
    "Statement",
    "Substitution",
    "read_shell_tree",
    "shell_tree",
]

_MAX_DEPTH = 60


class Statement(Struct, frozen=True, eq=False):
    """Any statement."""

    line: int


class Substitution(Struct, frozen=True, eq=False):
    """``$(…)`` inside a word: its source text and what it runs."""

    text: str
    body: tuple[Statement, ...]


class Leaf(Statement, frozen=True, eq=False):
    """One simple command, or a row of assignments without a command."""

    command: ShellCommand | None
    assignments: tuple[Assignment, ...] = ()
    substitutions: tuple[Substitution, ...] = ()
    background: bool = False


class Arithmetic(Statement, frozen=True, eq=False):
    """``(( … ))``."""

    text: str


class Negated(Statement, frozen=True, eq=False):
    """``! statement``."""

    body: Statement


class Pipeline(Statement, frozen=True, eq=False):
    """``a | b``: each member runs in a subshell."""

    members: tuple[Statement, ...]


class AndOr(Statement, frozen=True, eq=False):
    """``a && b || c``: ``joins[i]`` stands between ``items[i]`` and ``items[i + 1]``."""

    items: tuple[Statement, ...]
    joins: tuple[str, ...]


class Group(Statement, frozen=True, eq=False):
    """``{ …; }``, or ``( … )`` with ``subshell``."""

    body: tuple[Statement, ...]
    subshell: bool
    background: bool = False


class Branch(Struct, frozen=True, eq=False):
    """``if``/``elif`` test and body."""

    test: tuple[Statement, ...]
    body: tuple[Statement, ...]


class Conditional(Statement, frozen=True, eq=False):
    """``if … elif … else … fi``."""

    branches: tuple[Branch, ...]
    otherwise: tuple[Statement, ...]


class Loop(Statement, frozen=True, eq=False):
    """``while`` and ``until`` (``test``), ``for x in words``, ``for ((…))`` (``header``)."""

    kind: str
    body: tuple[Statement, ...]
    test: tuple[Statement, ...] = ()
    variable: str = ""
    words: tuple[str, ...] = ()
    header: str = ""


class Choice(Struct, frozen=True, eq=False):
    """One arm of a ``case``."""

    patterns: tuple[str, ...]
    body: tuple[Statement, ...]


class Case(Statement, frozen=True, eq=False):
    """``case word in … esac``."""

    word: str
    choices: tuple[Choice, ...]


class FunctionBody(Statement, frozen=True, eq=False):
    """A function's definition."""

    name: str
    body: tuple[Statement, ...]


class ShellTree(Struct, frozen=True, eq=False):
    """The statements of a script, with its flat reading."""

    script: Script
    statements: tuple[Statement, ...]
    whole: bool
    """Every part was understood; otherwise nothing should be concluded from the order of things."""


def read_shell_tree(text: str, path: str) -> ShellTree:
    """The statements of a script. Never raises on bad input; see :attr:`ShellTree.whole`."""
    return shell_tree(text, read_shell(text, path))


def shell_tree(text: str, script: Script) -> ShellTree:
    """The same for a text whose flat reading is there: the leaves hold its very commands."""
    if not script.commands and not script.assignments:
        return ShellTree(script, (), not script.problems)
    return _Growing(text, script).tree()


class _Growing:
    def __init__(self, text: str, script: Script) -> None:
        self.script = script
        self.data = text.replace("\0", " ").encode("utf-8", "replace")
        self.starts = [0]
        at = self.data.find(b"\n")
        while at >= 0:
            self.starts.append(at + 1)
            at = self.data.find(b"\n", at + 1)
        self.commands: dict[tuple[int, int], ShellCommand] = {}
        for command in script.commands:
            key = (command.place.line or 0, command.place.column or 0)
            self.commands.setdefault(key, command)
        self.assigned: dict[tuple[int, int], Assignment] = {}
        for one in script.assignments:
            self.assigned.setdefault((one.place.line or 0, one.place.column or 0), one)
        self.whole = not script.problems
        self.depth = 0

    def tree(self) -> ShellTree:
        tree = shell_syntax(self.data)
        if tree is None:
            return ShellTree(self.script, (), False)
        root = tree.root_node
        statements = self._body(root)
        return ShellTree(self.script, statements, self.whole and not root.has_error)

    def _spot(self, node: Node) -> tuple[int, int]:
        offset = node.start_byte
        row = bisect_right(self.starts, offset) - 1
        start = self.starts[row]
        width = len(self.data[start:offset].decode("utf-8", "replace"))
        return row + 1, width + 1

    def _text(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _body(self, node: Node) -> tuple[Statement, ...]:
        found: list[Statement] = []
        children = node.children
        for index, child in enumerate(children):
            if child.is_named and child.type not in ("comment", "heredoc_body"):
                after = children[index + 1] if index + 1 < len(children) else None
                background = after is not None and not after.is_named and after.type == "&"
                found.extend(self._statement(child, background))
        return tuple(found)

    def _statement(self, node: Node, background: bool = False) -> tuple[Statement, ...]:
        if self.depth > _MAX_DEPTH:
            self.whole = False
            return ()
        self.depth += 1
        made = self._made(node, background)
        self.depth -= 1
        return made

    def _made(self, node: Node, background: bool) -> tuple[Statement, ...]:
        kind = node.type
        line = self._spot(node)[0]
        if kind in ("command", "test_command", "declaration_command", "unset_command"):
            command = self.commands.get(self._spot(node))
            if command is None:
                self.whole = False
            return (Leaf(line, command, (), self._substitutions(node), background),)
        if kind in ("variable_assignment", "variable_assignments"):
            nodes = [node] if kind == "variable_assignment" else node.named_children
            ones = tuple(
                one for one in (self.assigned.get(self._spot(each)) for each in nodes) if one
            )
            return (Leaf(line, None, ones, self._substitutions(node)),)
        if kind == "redirected_statement":
            return self._redirected(node, background)
        if kind == "negated_command":
            inner = self._first(node)
            return (Negated(line, inner),) if inner is not None else ()
        if kind == "pipeline":
            members = [self._one(child) for child in node.named_children if child.type != "comment"]
            found = [one for one in members if one is not None]
            if found and isinstance(found[0], Negated):
                # The grammar hangs `! a | b` on `a`; the shell, on the whole pipeline.
                return (Negated(line, Pipeline(line, (found[0].body, *found[1:]))),)
            return (Pipeline(line, tuple(found)),)
        if kind == "list":
            return (self._list(node),)
        if kind in ("compound_statement", "do_group", "subshell"):
            if kind == "compound_statement" and self._text(node).startswith("(("):
                return (Arithmetic(line, self._text(node)[2:-2]),)
            return (Group(line, self._body(node), kind == "subshell", background),)
        if kind == "if_statement":
            return (self._if(node),)
        if kind in ("while_statement", "for_statement", "c_style_for_statement"):
            return (self._loop(node),)
        if kind == "case_statement":
            return (self._case(node),)
        if kind == "function_definition":
            name = node.child_by_field_name("name")
            body = node.child_by_field_name("body")
            inside = self._statement(body) if body is not None else ()
            return (FunctionBody(line, self._text(name) if name is not None else "", inside),)
        self.whole = False
        return ()

    def _first(self, node: Node) -> Statement | None:
        for child in node.named_children:
            made = self._one(child)
            if made is not None:
                return made
        return None

    def _one(self, node: Node) -> Statement | None:
        made = self._statement(node)
        if len(made) == 1:
            return made[0]
        return Group(self._spot(node)[0], made, False) if made else None

    def _redirected(self, node: Node, background: bool) -> tuple[Statement, ...]:
        """The statement that is redirected; a here-document may carry the rest of its line."""
        body: Statement | None = None
        items: list[Statement] = []
        joins: list[str] = []
        piped: list[Statement] = []
        for child in node.named_children:
            if child.type == "heredoc_redirect":
                joiner = ""
                for part in child.children:
                    if part.type in ("&&", "||"):
                        joiner = part.type
                    elif part.type == "pipeline":
                        piped.extend(self._statement(part))
                    elif part.is_named and not part.type.startswith(("heredoc", "file_", "word")):
                        made = self._one(part)
                        if made is not None and joiner:
                            items.append(made)
                            joins.append(joiner)
            elif child.type not in ("file_redirect", "herestring_redirect", "comment"):
                body = self._first_of(self._statement(child, background))
        if body is None:
            return ()
        if piped:
            body = Pipeline(body.line, (body, *piped))
        if items:
            return (AndOr(body.line, (body, *items), tuple(joins)),)
        return (body,)

    @staticmethod
    def _first_of(made: tuple[Statement, ...]) -> Statement | None:
        return made[0] if made else None

    def _list(self, node: Node) -> Statement:
        items: list[Node] = []
        joins: list[str] = []
        current: Node | None = node
        while current is not None and current.type == "list":
            parts = [child for child in current.children if child.type != "comment"]
            if len(parts) < 3:
                self.whole = False
                break
            items.append(parts[-1])
            joins.append(parts[-2].type)
            current = parts[0]
        if current is not None and current.type != "list":
            items.append(current)
        made = [self._one(item) for item in reversed(items)]
        if any(one is None for one in made):
            self.whole = False
        found = tuple(one for one in made if one is not None)
        return AndOr(self._spot(node)[0], found, tuple(reversed(joins))[: max(len(found) - 1, 0)])

    def _if(self, node: Node) -> Statement:
        branches: list[Branch] = []
        otherwise: tuple[Statement, ...] = ()
        branches.append(self._branch(node))
        for child in node.named_children:
            if child.type == "elif_clause":
                branches.append(self._branch(child))
            elif child.type == "else_clause":
                otherwise = self._body(child)
        return Conditional(self._spot(node)[0], tuple(branches), otherwise)

    def _branch(self, node: Node) -> Branch:
        test: list[Statement] = []
        body: list[Statement] = []
        into = test
        for child in node.children:
            if child.type == "then":
                into = body
            elif child.is_named and child.type not in ("elif_clause", "else_clause", "comment"):
                into.extend(self._statement(child))
        return Branch(tuple(test), tuple(body))

    def _loop(self, node: Node) -> Statement:
        line = self._spot(node)[0]
        body: tuple[Statement, ...] = ()
        test: list[Statement] = []
        kind = node.children[0].type if node.children else "while"
        variable, header = "", ""
        words: list[str] = []
        for child in node.named_children:
            if child.type == "do_group" or (child.type == "compound_statement" and kind == "for"):
                body = self._body(child)
            elif child.type == "comment":
                continue
            elif node.type == "while_statement":
                test.extend(self._statement(child))
            elif node.type == "for_statement":
                if not variable:
                    variable = self._text(child)
                else:
                    words.append(self._text(child).strip("\"'"))
        if node.type == "c_style_for_statement":
            text = self._text(node)
            header = text[text.find("((") + 2 : text.find("))")] if "((" in text else ""
            kind = "c-for"
        return Loop(line, kind, body, tuple(test), variable, tuple(words), header)

    def _case(self, node: Node) -> Statement:
        value = node.child_by_field_name("value")
        choices: list[Choice] = []
        for item in node.named_children:
            if item.type != "case_item":
                continue
            patterns: list[str] = []
            body: list[Statement] = []
            past = False
            for child in item.children:
                if not child.is_named:
                    past = past or child.type == ")"
                elif past and child.type != "comment":
                    body.extend(self._statement(child))
                elif not past:
                    patterns.append(self._text(child).strip("\"'"))
            choices.append(Choice(tuple(patterns), tuple(body)))
        word = self._text(value).strip("\"'") if value is not None else ""
        return Case(self._spot(node)[0], word, tuple(choices))

    def _substitutions(self, node: Node) -> tuple[Substitution, ...]:
        if b"$(" not in self.data[node.start_byte : node.end_byte] and (
            b"`" not in self.data[node.start_byte : node.end_byte]
        ):
            return ()
        found: list[Substitution] = []
        stack = list(reversed(node.named_children))
        while stack:
            child = stack.pop()
            if child.type == "command_substitution":
                if self.depth > _MAX_DEPTH:
                    self.whole = False
                    continue
                self.depth += 1
                found.append(Substitution(self._text(child), self._body(child)))
                self.depth -= 1
            elif child.named_child_count:
                stack.extend(reversed(child.named_children))
        return tuple(found)
