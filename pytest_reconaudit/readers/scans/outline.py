"""The outline of a source file: its functions, what they call by which words, its imports.

Types with the types of their fields, and what local names hold, are kept as far as they tell what
a method is called on; see ``facts.code.functions``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Binding, Call, Code, Function
from pytest_reconaudit.readers.scanning import SCRIPT, scan

__all__ = [
    "FileOutline",
    "OutlinedCall",
    "OutlinedFunction",
    "OutlinedType",
    "folded",
    "outline",
    "outlined_call",
]

CUT = "…"
"""Ends a text that was too long."""
_RECEIVER = 60
_VALUE = 160
_TYPE = 120


class OutlinedCall(Struct, frozen=True, gc=False, array_like=True):
    """A call as a function makes it; macros are left out, and methods of the language's own
    library that say nothing (``clone``, ``unwrap``, ``map``, ``push`` …)."""

    name: str
    path: tuple[str, ...]
    """All words of a call by path, as written; empty for a method."""
    receiver: str
    """Source of what a method is called on, blanks folded, at most 60 characters (then it ends
    with ``…``): ``self.cache``; empty for a call by path, but for Python's dotted ones."""
    line: int
    awaited: bool
    arguments: int


class OutlinedFunction(Struct, frozen=True, array_like=True):
    """A function or method with a name of its own, without its text."""

    name: str
    owner: str
    trait: str
    modules: tuple[str, ...]
    line: int
    """Where its name stands; attributes and decorators are above it."""
    end_line: int
    is_async: bool
    is_test: bool
    exported: bool
    parameters: tuple[tuple[str, str], ...]
    """(name, type as written)."""
    returns: str
    attributes: tuple[str, ...]
    calls: tuple[OutlinedCall, ...]
    """Those in closures inside of it too."""
    locals: tuple[tuple[str, str], ...] = ()
    """(name, what it is) of local names that something is called on: a type as written, or ``=``
    and the value that it is given (``=?`` when taken out of an ``Option`` or ``Result``), or ``fn``
    for a closure. A name that is given twice comes twice."""
    bodiless: bool = False
    """A declaration without a body."""


class OutlinedType(Struct, frozen=True, array_like=True):
    """A struct, enum, trait, class, interface or type alias."""

    name: str
    kind: str
    """``struct``, ``enum``, ``trait``, ``class``, ``interface`` or ``alias``."""
    modules: tuple[str, ...]
    line: int
    bases: tuple[str, ...]
    """Of a class what it extends and implements; of an alias the type that it stands for."""
    fields: tuple[tuple[str, str], ...]
    """(name, type as written, or ``=`` and the value): those whose type may be ours."""


class FileOutline(Struct, frozen=True, array_like=True):
    functions: tuple[OutlinedFunction, ...]
    """In the order of ``Code.functions``."""
    imports: tuple[tuple[str, tuple[str, ...]], ...]
    """(name in the file, where it comes from): see ``code.Import``."""
    loose: tuple[OutlinedCall, ...] = ()
    """Calls outside of any named function (the body of a script, ``const x = () => …`` counts as a
    function named ``x``)."""
    errors: int = 0
    """Places where the grammar had to guess."""
    types: tuple[OutlinedType, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    """Names of the file itself (statics, constants): as ``OutlinedFunction.locals``."""
    exports: tuple[tuple[str, str, str], ...] = ()
    """Of scripts what is exported by a statement of its own: (name for others, module that it comes
    from or empty, name there or here); ``*`` for all names."""

    def imported(self, name: str) -> tuple[str, ...]:
        """Where a name of the file comes from; empty where no import brings it."""
        return next((where for known, where in self.imports if known == name), ())

    def every_call(self) -> Iterator[OutlinedCall]:
        """The calls of the file, those in functions and the others."""
        return chain(self.loose, *(one.calls for one in self.functions))


_COMMON = frozenset(
    {
        "clone", "unwrap", "expect", "into", "to_string", "to_owned", "map", "map_err", "iter",
        "into_iter", "iter_mut", "collect", "ok_or", "ok_or_else", "and_then", "unwrap_or",
        "unwrap_or_else", "unwrap_or_default", "as_ref", "as_str", "as_mut", "as_deref", "len",
        "is_empty", "is_some", "is_none", "is_ok", "is_err", "push", "push_str", "cloned", "copied",
        "enumerate", "filter_map", "as_bytes", "trim", "ok", "chars", "eq", "and", "or_insert",
        "toString", "forEach", "join", "slice", "split", "toLowerCase", "toUpperCase",
        "toFixed", "includes", "startsWith", "endsWith", "indexOf", "concat", "reduce", "then",
        "catch", "finally", "preventDefault", "stopPropagation", "toISOString", "setState",
        "append", "extend", "strip", "lower", "upper", "items", "keys", "values", "startswith",
        "endswith", "isoformat", "lstrip", "rstrip", "encode", "decode",
    }
)  # fmt: skip
"""Methods of which no more than the name is common: a function of the repository with such a name
is not found by its callers."""
_WORDS = frozenset(
    {
        "Ok", "Err", "Some", "len", "str", "int", "print", "isinstance", "float", "bool", "list",
        "dict", "set", "tuple", "range", "super", "String", "Number", "Boolean", "parseInt",
        "setTimeout", "useState", "useEffect", "useCallback", "useMemo", "useRef", "require",
    }
)  # fmt: skip
_APART = (" .", ". ", " ?", ":: ", " ::")
_JOINTS = regex(r"\s*(\?\.|\.|::)\s*")
_FIRST = regex(r"[&*(\s]*(?:await\s+|mut\s+|new\s+)*([A-Za-z_$][\w$]*)")
_WORD = regex(r"[A-Za-z_$][\w$]*")


def _always(text: str, path: str) -> bool:
    return True


@scan("rust", "python", *SCRIPT, record=FileOutline, wants=_always)
def outline(code: Code) -> FileOutline | None:
    """The outline of one file."""
    if code.language == "rust":
        from pytest_reconaudit.readers.outline_rust import describe
    elif code.language == "python":
        from pytest_reconaudit.readers.outline_python import describe
    else:
        from pytest_reconaudit.readers.outline_script import describe, runs_in_browsers, view

        if runs_in_browsers(code.source.decode("utf-8", "replace"), code.path):
            return view(code.tree)
    more = describe(code)
    by_function: list[list[OutlinedCall]] = [[] for _ in code.functions]
    loose: list[OutlinedCall] = []
    scopes = code.scopes
    for call in code.calls:
        if not call.macro and not _says_nothing(call):
            index = scopes[call.scope].function
            (by_function[index] if index >= 0 else loose).append(outlined_call(code, call))
    functions = []
    for function in code.functions:
        calls = by_function[function.index]
        functions.append(_function(code, function, calls, more))
    if not functions and not loose and not code.imports and not more.types:
        return None
    return FileOutline(
        tuple(functions),
        more.imports,
        tuple(loose),
        len(code.tree.errors),
        more.types,
        more.variables,
        more.exports,
    )


def _says_nothing(call: Call) -> bool:
    if not call.name:
        return True
    return call.name in (_WORDS if len(call.path) == 1 else _COMMON)


def outlined_call(code: Code, call: Call) -> OutlinedCall:
    """A call of the index as outlines hold it."""
    start, end = call.receiver
    receiver = ""
    if end > start:
        receiver = folded(code.source[start : min(end, start + 4 * _RECEIVER)], _RECEIVER)
        if end > start + 4 * _RECEIVER and not receiver.endswith(CUT):
            receiver += CUT
    return OutlinedCall(
        call.name, call.path, receiver, code.line(call.name_at), call.awaited, len(call.arguments)
    )


def folded(source: bytes | str, limit: int) -> str:
    """Source text on one line, no blanks around dots; cut at a number of characters."""
    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    if not text.isascii() or len(text.split(None, 2)) > 1 or text[:1].isspace():
        text = " ".join(text.split())
        if any(map(text.__contains__, _APART)):
            text = _JOINTS.sub(r"\1", text)
    return text if len(text) <= limit else text[:limit] + CUT


def _function(
    code: Code,
    function: Function,
    calls: list[OutlinedCall],
    more: More,
) -> OutlinedFunction:
    return OutlinedFunction(
        name=function.name,
        owner=function.owner,
        trait=function.trait,
        modules=function.modules,
        line=code.line(function.name_at),
        end_line=code.line(max(function.end - 1, function.start)),
        is_async=function.is_async,
        is_test=function.is_test,
        exported=function.exported,
        parameters=tuple(
            (one.name, folded(more.kind_of(function, one.type), _TYPE))
            for one in function.parameters
        ),
        returns=folded(function.returns, _TYPE),
        attributes=tuple(folded(one, 2 * _TYPE) for one in function.attributes),
        calls=tuple(calls),
        locals=more.locals_of(function, calls),
        bodiless=function.body[0] >= function.body[1],
    )


class More:
    """What an outline holds besides functions and calls; made by the module of a language."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.imports: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
            (one.name, one.path) for one in code.imports
        )
        self.types: tuple[OutlinedType, ...] = ()
        self.variables: tuple[tuple[str, str], ...] = ()
        self.exports: tuple[tuple[str, str, str], ...] = ()
        self.extra: list[tuple[str, str, int]] = []
        """(name, what it is, offset) of names that the index has no binding for."""
        self._by_function: dict[int, dict[str, list[Binding | str]]] | None = None

    def value(self, span: tuple[int, int], mark: str = "=") -> str:
        """A value as ``locals`` hold it."""
        start, end = span
        text = folded(self.code.source[start : min(end, start + 4 * _VALUE)], _VALUE)
        if end > start + 4 * _VALUE and not text.endswith(CUT):
            text += CUT
        return mark + text

    def is_closure(self, start: int, end: int) -> bool:
        """Whether a value is a closure."""
        return False

    def kind_of(self, function: Function, kind: str) -> str:
        """The type of a parameter; one that a caller chooses as what it has to be."""
        return kind

    def locals_of(
        self, function: Function, calls: Iterable[OutlinedCall]
    ) -> tuple[tuple[str, str], ...]:
        """What the names that a function calls something on (or calls) hold in it."""
        wanted = set()
        for call in calls:
            if call.receiver:
                first = _FIRST.match(call.receiver)
                if first is not None:
                    wanted.add(first[1])
            elif call.path:
                wanted.add(call.path[0])
        known = self._names().get(function.index)
        if not wanted or not known:
            return ()
        found: list[tuple[str, str]] = []
        todo = [name for name in known if name in wanted]
        # What a wanted name is made of is wanted too: `let cache = state.cache.clone()`.
        for name in todo:
            for one in known[name]:
                what = one if isinstance(one, str) else self._what(one)
                if not what:
                    continue
                found.append((name, what))
                if what[0] == "=" and (first := _FIRST.match(what.lstrip("=?"))):
                    other = first[1]
                    if other in known and other not in wanted:
                        wanted.add(other)
                        todo.append(other)
        return tuple(found)

    def _what(self, one: Binding) -> str:
        """What a binding gives to its name; empty when it gives nothing."""
        start, end = one.value
        if one.type:
            return folded(one.type, _TYPE)
        if end <= start:
            return ""
        return "fn" if self.is_closure(start, end) else self.value(one.value)

    def _names(self) -> dict[int, dict[str, list[Binding | str]]]:
        """Function → name → its bindings, or what it is."""
        if self._by_function is None:
            code = self.code
            scopes = code.scopes
            found: dict[int, dict[str, list[Binding | str]]] = {}
            self._by_function = found
            for one in code.bindings:
                index = scopes[one.scope].function
                if index >= 0:
                    found.setdefault(index, {}).setdefault(one.name, []).append(one)
            for name, what, at in self.extra:
                index = self._function_around(at)
                if index >= 0:
                    found.setdefault(index, {}).setdefault(name, []).append(what)
            for scope in scopes:
                # The parameters of a closure hide names of the same spelling.
                start, end = scope.head
                if scope.kind == "closure" and scope.function >= 0 and start < end <= start + 2_000:
                    known = found.setdefault(scope.function, {})
                    for word in _WORD.findall(code.text(start, end)):
                        if word[:1].islower() or word[:1] == "_":
                            known.setdefault(word, []).append("?")
        return self._by_function

    def _function_around(self, at: int) -> int:
        functions = self.code.functions
        index = bisect_right(functions, at, key=_start) - 1
        for _ in range(50):
            if index < 0 or functions[index].start <= at < functions[index].end:
                return index
            index -= 1
        return -1


def _start(function: Function) -> int:
    return function.start
