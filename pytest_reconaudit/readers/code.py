"""One source file as an index: functions, scopes, calls, bindings and imports of any language.

Made by :func:`index_code` from a syntax tree; the same words for Rust, TypeScript, JavaScript and
Python, so that what is looked for can be written once. An index and its tree live only while the
scans of a file run (:mod:`.scanning`): what is to be kept is copied into small plain records.
Offsets count bytes of ``source``; ranges are half open.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.syntax import SyntaxTree

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "Binding",
    "Call",
    "Code",
    "Function",
    "Import",
    "Parameter",
    "Scope",
    "code_of",
    "index_code",
]


class Parameter(Struct, frozen=True, gc=False):
    name: str
    """As written; ``self`` (without ``&mut``) for the receiver; a pattern's source otherwise."""
    type: str = ""
    """Source text of the annotation; empty without one."""


class Function(Struct, frozen=True, eq=False):
    """A function or method with a name of its own (no closure)."""

    index: int
    name: str
    owner: str
    """The type, class or object it belongs to, without generics; empty for a free function."""
    trait: str
    """The Rust trait that it implements; of a class the first base; else empty."""
    modules: tuple[str, ...]
    """Inline modules or namespaces of the file around it, outer first."""
    start: int
    end: int
    body: tuple[int, int]
    """The range of its body; ``(end, end)`` for a declaration without one."""
    name_at: int
    is_async: bool
    is_test: bool
    """It, or anything around it, is test code: attributes, ``describe`` blocks, ``test_``."""
    exported: bool
    """``pub``, ``export`` or (Python) no leading underscore."""
    parameters: tuple[Parameter, ...]
    returns: str
    attributes: tuple[str, ...]
    """Rust attributes and decorators as written, ``#[get("/x")]``, ``@app.get("/x")``."""
    scope: int
    """Index of the scope that its body makes."""


class Scope(Struct, frozen=True, gc=False):
    """A part of the code that runs under conditions of its own."""

    index: int
    kind: str
    """``function``, ``closure`` (also arrow functions, lambdas), ``async`` (an async block),
    ``loop`` (for, while, loop, comprehension: the body only), ``block`` (braces of anything else;
    in Python the body of an ``if``, ``try``, ``with`` …), ``module`` (index 0: the file)."""
    start: int
    end: int
    parent: int
    """Index of the scope around it; -1 for the module."""
    function: int
    """Index of the named function around (or made by) it; -1 outside of any."""
    call: int = -1
    """Of a closure: index of the call that it is given to as an argument; -1 when it is not."""
    head: tuple[int, int] = (0, 0)
    """Of a loop the range of what is iterated over, or of its condition; of a closure that of its
    parameters."""
    label: str = ""
    """Of a loop ``for``, ``while``, ``loop``, ``do`` or ``comprehension``; of a block what it
    belongs to: ``if``, ``else``, ``match``, ``unsafe``, ``try``, ``catch``, ``with`` or empty."""
    is_async: bool = False
    """Of functions and closures: awaits are allowed directly in it."""


class Call(Struct, frozen=True, gc=False):
    """A call of a function, method, constructor or (Rust) macro."""

    index: int
    name: str
    """The last word: ``get_result`` of ``q.get_result::<T>(c)``, ``new`` of ``Regex::new``, ``log``
    of ``console.log``; empty when what is called has no name."""
    path: tuple[str, ...]
    """Of a call by path all its words: ``("Regex", "new")``, ``("std", "fs", "read")``, of a plain
    name that name; empty for a method call on a value."""
    start: int
    end: int
    name_at: int
    """Where the name stands: the offset to report of a chain over several lines."""
    receiver: tuple[int, int]
    """Range of what a method is called on; empty range without one."""
    arguments: tuple[tuple[int, int], ...]
    """Range of each argument, in order; of a macro one range for all that is in its brackets."""
    scope: int
    """Index of the innermost scope that it is in."""
    awaited: bool
    """It is directly awaited: ``f().await``, ``await f()``."""
    macro: bool = False


class Binding(Struct, frozen=True, gc=False):
    """A name that is given a value by a declaration (``let``, ``const``, Python's ``x = …``)."""

    name: str
    """The bare name; the source text of the pattern when it is none."""
    type: str
    start: int
    end: int
    """Range of the whole statement."""
    value: tuple[int, int]
    """Range of the value; empty range without one."""
    scope: int


class Import(Struct, frozen=True, gc=False):
    name: str
    """The name in this file; ``*`` when all names come."""
    path: tuple[str, ...]
    """Rust: ``("std", "fs")``. Scripts: ``("module", "exported name")``, ``default`` and ``*`` as
    they say. Python: ``("package", "module", "name")``; leading dots are words of their own."""
    start: int
    type_only: bool = False


class Code:
    """The index of one file; everything in source order."""

    def __init__(
        self,
        tree: SyntaxTree,
        functions: tuple[Function, ...],
        scopes: tuple[Scope, ...],
        calls: tuple[Call, ...],
        bindings: tuple[Binding, ...],
        imports: tuple[Import, ...],
    ) -> None:
        self.tree = tree
        self.path = tree.path
        self.language = tree.language
        """``rust``, ``typescript``, ``tsx``, ``javascript`` or ``python``."""
        self.source = tree.source
        self.functions = functions
        self.scopes = scopes
        self.calls = calls
        self.bindings = bindings
        self.imports = imports
        self._lines: list[int] | None = None
        self._by_name: dict[str, list[Call]] | None = None
        self._names: dict[str, Import] | None = None
        self._starts: list[int] | None = None
        self._values: list[int] | None = None
        self._patterns: dict[str, list[Binding]] | None = None
        self._declared: dict[str, list[Binding]] | None = None
        self._visible: dict[tuple[str, int], tuple[list[int], list[Binding]]] = {}

    # -- text ------------------------------------------------------------------------------

    def text(self, start: int | tuple[int, int], end: int = -1) -> str:
        """Source text of a range."""
        if isinstance(start, tuple):
            start, end = start
        return self.source[start:end].decode("utf-8", "replace")

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        if self._lines is None:
            at, lines = -1, [0]
            find = self.source.find
            while (at := find(b"\n", at + 1)) >= 0:
                lines.append(at + 1)
            self._lines = lines
        return bisect_right(self._lines, offset)

    def place(self, offset: int) -> Place:
        """Line and column of an offset."""
        line = self.line(offset)
        assert self._lines is not None
        column = len(self.text(self._lines[line - 1], offset))
        return Place(self.path, line, column + 1)

    def node(self, start: int, end: int) -> Node | None:
        """The smallest named node that covers a range."""
        return self.tree.root.named_descendant_for_byte_range(start, max(end - 1, start))

    # -- structure -------------------------------------------------------------------------

    def calls_named(self, names: Iterable[str]) -> list[Call]:
        """The calls with one of these last words, in source order; not to be changed."""
        if self._by_name is None:
            self._by_name = {}
            for call in self.calls:
                self._by_name.setdefault(call.name, []).append(call)
        wanted = set(names)
        if len(wanted) == 1:
            return self._by_name.get(wanted.pop(), [])
        found = [call for name in wanted for call in self._by_name.get(name, ())]
        found.sort(key=_index)
        return found

    def around(self, scope: int) -> Iterator[Scope]:
        """A scope and those around it, inner first."""
        while scope >= 0:
            one = self.scopes[scope]
            yield one
            scope = one.parent

    def function_at(self, scope: int) -> Function | None:
        """The named function that a scope belongs to."""
        index = self.scopes[scope].function
        return self.functions[index] if index >= 0 else None

    def calls_in(self, start: int, end: int) -> Iterator[Call]:
        """The calls that lie wholly in a range."""
        if self._starts is None:
            self._starts = [call.start for call in self.calls]
        for index in range(bisect_left(self._starts, start), len(self._starts)):
            call = self.calls[index]
            if call.start >= end:
                break
            if call.end <= end:
                yield call

    def imported(self, name: str) -> Import | None:
        """What a name of this file was imported as; ``None`` when it was not."""
        if self._names is None:
            self._names = {one.name: one for one in self.imports}
        return self._names.get(name)

    def resolved(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """A called path with its first word replaced by what was imported under it."""
        known = self.imported(path[0]) if path else None
        return (*known.path, *path[1:]) if known else path

    def binding_of(self, name: str, at: int, scope: int) -> Binding | None:
        """The latest declaration of a name before an offset that is visible in a scope."""
        if not self.bindings_named(name):
            return None
        found = None
        for one in self.around(scope):
            starts, bindings = self._visible.get((name, one.index), _NONE)
            last = bisect_left(starts, at) - 1
            if last >= 0 and (found is None or found.start <= starts[last]):
                found = bindings[last]
        return found

    def bindings_with(self, name: str) -> list[Binding]:
        """Every declaration of a pattern with a name in it, in source order."""
        if self._patterns is None:
            self._patterns = {}
            for binding in self.bindings:
                if not binding.name.isidentifier() and "." not in binding.name:
                    for word in set(_WORD.findall(binding.name)):
                        self._patterns.setdefault(word, []).append(binding)
        return self._patterns.get(name, [])

    def bindings_around(self, start: int, end: int) -> Iterator[Binding]:
        """The declarations whose value holds a range, inner first."""
        if self._values is None:
            self._values = [one.start for one in self.bindings]
        last = bisect_right(self._values, start)
        for binding in reversed(self.bindings[max(last - _NESTED, 0) : last]):
            if binding.value[0] <= start and end <= binding.value[1]:
                yield binding

    def bindings_named(self, name: str) -> list[Binding]:
        """Every declaration of a name in the file, in source order."""
        if self._declared is None:
            self._declared = {}
            for binding in self.bindings:
                self._declared.setdefault(binding.name, []).append(binding)
                known = self._visible.setdefault((binding.name, binding.scope), ([], []))
                known[0].append(binding.start)
                known[1].append(binding)
        return self._declared.get(name, [])

    def bindings_before(self, name: str, at: int, first: int, most: int) -> list[Binding]:
        """The last declarations of a name that begin before an offset, and not before a first one,
        in source order.

        :param most: so many at the most.
        """
        every = self.bindings_named(name)
        end = bisect_left(every, at, key=_start)
        return every[max(bisect_left(every, first, key=_start), end - most) : end]


_WORD = regex(r"\w+")
_NESTED = 200
"""Declarations before a place among which those around it are looked for."""
_NONE: tuple[list[int], list[Binding]] = ([], [])


def _index(call: Call) -> int:
    return call.index


def _start(binding: Binding) -> int:
    return binding.start


class _Unread(Code):
    """An index that is made when it is first asked for: some scans want the tree alone."""

    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.path = tree.path
        self.language = tree.language
        self.source = tree.source
        self._lines = None
        self._by_name = None
        self._names = None
        self._starts = None
        self._values = None
        self._patterns = None
        self._declared = None
        self._visible = {}

    def __getattr__(self, name: str) -> Any:
        if name not in ("functions", "scopes", "calls", "bindings", "imports"):
            raise AttributeError(name)
        made = index_code(self.tree)
        self.functions, self.scopes, self.calls = made.functions, made.scopes, made.calls
        self.bindings, self.imports = made.bindings, made.imports
        return getattr(self, name)


def code_of(tree: SyntaxTree) -> Code:
    """As :func:`index_code`, put off until a part of the index is asked for."""
    return _Unread(tree)


def index_code(tree: SyntaxTree) -> Code:
    """The index of a file. Never raises on bad input: what lies in an error of the tree is indexed
    as far as it is recognised.

    :raises KeyError: for a language that has no index (shell).
    """
    if tree.language == "rust":
        from pytest_reconaudit.readers.code_rust import index_rust

        return index_rust(tree)
    if tree.language == "python":
        from pytest_reconaudit.readers.code_python import index_python

        return index_python(tree)
    if tree.language in ("typescript", "tsx", "javascript"):
        from pytest_reconaudit.readers.code_script import index_script

        return index_script(tree)
    raise KeyError(tree.language)
