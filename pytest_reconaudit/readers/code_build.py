"""Puts an index together from what a tree-sitter query captured: nesting by a stack of ranges."""

from __future__ import annotations

from pytest_reconaudit.readers.code import Binding, Call, Code, Function, Import, Scope
from pytest_reconaudit.readers.syntax import SyntaxTree

__all__ = ["Builder"]


class Builder:
    """The parts of an index while the nodes of a file go by, outer before inner.

    Call :meth:`at` with the start of each node before anything else is said of it.
    """

    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.source = tree.source
        end = len(tree.source)
        self.functions: list[Function] = []
        self.scopes: list[Scope] = [Scope(0, "module", 0, end, -1, -1)]
        self.calls: list[Call] = []
        self.bindings: list[Binding] = []
        self.imports: list[Import] = []
        self._open: list[tuple[int, int]] = [(end + 1, 0)]
        self.scope = 0
        """Index of the scope that the current node is in."""

    def at(self, start: int) -> None:
        """Leave the scopes that end at or before an offset."""
        stack = self._open
        while stack[-1][0] <= start:
            stack.pop()
        self.scope = stack[-1][1]

    def open(
        self,
        kind: str,
        start: int,
        end: int,
        *,
        function: int | None = None,
        call: int = -1,
        head: tuple[int, int] = (0, 0),
        label: str = "",
        is_async: bool = False,
    ) -> int:
        """Enter a scope and return its index."""
        index = len(self.scopes)
        inside = self.scopes[self.scope].function if function is None else function
        self.scopes.append(
            Scope(index, kind, start, end, self.scope, inside, call, head, label, is_async)
        )
        self._open.append((end, index))
        self.scope = index
        return index

    def text(self, start: int, end: int) -> str:
        return self.source[start:end].decode("utf-8", "replace")

    def code(self) -> Code:
        """The finished index."""
        return Code(
            self.tree,
            tuple(self.functions),
            tuple(self.scopes),
            tuple(self.calls),
            tuple(self.bindings),
            tuple(self.imports),
        )
