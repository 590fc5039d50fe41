"""Which parts of a script can be passed over when one asks what becomes of a failure.

Most of a script says things or runs programs that succeed. What neither ends it, nor sets what a
later test looks at, nor leads to a command in question need not be played through.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from pytest_reconaudit.readers.shell import unwrapped
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
)

__all__ = ["Quiet", "all_below", "leaves"]

_ACTING = frozenset(
    {"exit", "return", "break", "continue", "set", "trap", "eval", "source", ".", "read", "shift",
     "let", "false", "unset", "export", "readonly", "getopts", "mapfile", "readarray"}
)  # fmt: skip


class Quiet:
    """Which statements can be passed over: whatever way they take, nothing depends on it."""

    def __init__(self, tree: ShellTree, chosen: Container[int]) -> None:
        self.chosen = chosen
        self.bodies: dict[str, FunctionBody | None] = {}
        for node in all_below(tree.statements):
            if isinstance(node, FunctionBody):
                # Defined twice: which one is called is not known here.
                self.bodies[node.name] = None if node.name in self.bodies else node
        self.known: dict[int, bool] = {}
        self.functions: dict[str, bool] = {}
        self.arms: dict[int, tuple[int, ...]] = {}

    def function(self, name: str) -> bool:
        """Whether a call of the function only says or does things that succeed."""
        known = self.functions.get(name)
        if known is None:
            self.functions[name] = False  # while it is looked at: it may call itself
            body = self.bodies.get(name)
            known = body is not None and all(self.statement(one, True) for one in body.body)
            self.functions[name] = known
        return known

    def leading(self, node: Case) -> tuple[int, ...]:
        """The arms that lead to a chosen command: with any of them, the others are not tried."""
        known = self.arms.get(id(node))
        if known is None:
            known = self.arms[id(node)] = tuple(
                index
                for index, choice in enumerate(node.choices)
                if any(self._leads(one, set()) for one in all_below(choice.body))
            )
        return known

    def _leads(self, node: Statement, seen: set[str]) -> bool:
        if not isinstance(node, Leaf):
            return False
        for substitution in node.substitutions:
            if any(self._leads(one, seen) for one in all_below(substitution.body)):
                return True
        command = node.command
        if command is None:
            return False
        if id(command) in self.chosen:
            return True
        name = command.words[0] if command.words else ""
        body = self.bodies.get(name)
        if body is None or name in seen:
            return False
        seen.add(name)
        return any(self._leads(one, seen) for one in all_below(body.body))

    def statement(self, node: Statement, inside: bool = False) -> bool:
        known = self.known.get(id(node))
        if known is None:
            known = self.known[id(node)] = self._look(node, inside)
        return known

    def _look(self, node: Statement, inside: bool) -> bool:
        if isinstance(node, Leaf):
            if node.assignments or any(
                not self.statement(one) for sub in node.substitutions for one in sub.body
            ):
                return False
            command = node.command
            if command is None:
                return False
            if id(command) in self.chosen:
                return False
            words = unwrapped(command.words)
            if command.words[:1] == ("exec",) or not words:
                return not command.words
            name = words[0]
            if name in ("local", "declare", "typeset"):
                return inside
            if name in self.bodies:
                return self.function(name)
            return name not in _ACTING
        if isinstance(node, FunctionBody):
            return False
        if isinstance(node, Arithmetic):
            return re.search(r"\+\+|--|(?<![=<>!])=(?!=)", node.text) is None
        if isinstance(node, Loop) and (node.kind not in ("for", "select") or not inside):
            return node.kind == "for" and all(self.statement(one) for one in node.body)
        return all(self.statement(one, inside) for one in _children(node))


def _children(node: Statement) -> Iterator[Statement]:
    if isinstance(node, Leaf):
        return
    if isinstance(node, Pipeline):
        yield from node.members
    elif isinstance(node, AndOr):
        yield from node.items
    elif isinstance(node, (Group, FunctionBody)):
        yield from node.body
    elif isinstance(node, Negated):
        yield node.body
    elif isinstance(node, Loop):
        yield from node.test
        yield from node.body
    elif isinstance(node, Conditional):
        for branch in node.branches:
            yield from branch.test
            yield from branch.body
        yield from node.otherwise
    elif isinstance(node, Case):
        for choice in node.choices:
            yield from choice.body


def all_below(body: Sequence[Statement]) -> Iterator[Statement]:
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        stack.extend(_children(node))


def leaves(body: Sequence[Statement]) -> Iterator[Leaf]:
    stack = list(reversed(body))
    while stack:
        node = stack.pop()
        if isinstance(node, Leaf):
            yield node
        elif isinstance(node, Pipeline):
            stack.extend(reversed(node.members))
        elif isinstance(node, AndOr):
            stack.extend(reversed(node.items))
        elif isinstance(node, Group):
            stack.extend(reversed(node.body))
        elif isinstance(node, Negated):
            stack.append(node.body)
