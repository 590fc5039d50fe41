"""The index of a Python file: see :mod:`.code`.

A dotted call whose first word is imported, or is a class of the file, has both a ``path`` and a
``receiver``: whether ``db.session.get`` is a function of a module or a method of a value is for
the reader of the import to say. Other dotted calls are methods: a receiver and no path.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Binding, Call, Code, Function, Import, Parameter, Scope
from pytest_reconaudit.readers.syntax import SyntaxTree, query

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["index_python"]

_QUERY = """
(call) @call
(await (call) @awaited)
(await (parenthesized_expression (call) @awaited))
(function_definition) @function
(class_definition) @class
(lambda) @lambda
[(for_statement) (while_statement)] @loop
[(list_comprehension) (set_comprehension) (dictionary_comprehension) (generator_expression)]
  @comprehension
[(if_statement) (elif_clause) (else_clause) (try_statement) (except_clause) (finally_clause)
 (with_statement) (case_clause)] @part
[(assignment) (named_expression) (with_item)] @binding
[(import_statement) (import_from_statement)] @import
"""
_DOTTED = regex(rb"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_TYPE_CHECKING = regex(rb"\bif\s+(?:\w+\.)?TYPE_CHECKING\b")
_TEST_BASE = regex(r"\bTestCase$|TestCase\b")
_FIXTURE = regex(r"@(?:pytest\.)?(?:fixture|mark)\b|@pytest_asyncio\.fixture\b")
_LABELS = {
    "if_statement": "if",
    "elif_clause": "else",
    "else_clause": "else",
    "try_statement": "try",
    "except_clause": "catch",
    "finally_clause": "finally",
    "with_statement": "with",
    "case_clause": "match",
}
_SPLATS = frozenset({"list_splat_pattern", "dictionary_splat_pattern"})
_SEPARATORS = frozenset({"positional_separator", "keyword_separator", "comment"})
_TARGETS = frozenset({"identifier", "attribute", "pattern_list", "tuple_pattern", "list_pattern"})
_MAX_CHAIN = 50


class _Range(Struct):
    """A scope before it has a number."""

    start: int
    end: int
    kind: str
    label: str = ""
    head: tuple[int, int] = (0, 0)
    is_async: bool = False
    made_by: Node | None = None
    """The function or class whose body it is; of a closure the call that it is given to."""
    index: int = -1
    parent: int = -1
    function: int = -1


def index_python(tree: SyntaxTree) -> Code:
    """The index of a Python file; never raises on bad input."""
    from tree_sitter import QueryCursor

    found = QueryCursor(query("python", _QUERY)).captures(tree.root)
    reader = _Reader(tree, found)
    return reader.read()


class _Reader:
    def __init__(self, tree: SyntaxTree, found: dict[str, list[Node]]) -> None:
        self.tree = tree
        self.source = tree.source
        self.found = found

    def read(self) -> Code:
        imports = tuple(self._imports())
        ranges = self._numbered()
        functions, scopes = self._functions(ranges)
        roots = {one.name for one in imports}
        roots.update(self._field(node, "name") for node in self.found.get("class", ()))
        calls, numbers = self._calls(scopes, roots)
        for one in ranges:
            if one.kind == "closure" and one.made_by is not None:
                call = numbers.get(one.made_by.id, -1)
                if call >= 0:
                    scopes[one.index] = _given(scopes[one.index], call)
        bindings = self._bindings(scopes)
        return Code(self.tree, functions, tuple(scopes), calls, bindings, imports)

    # -- scopes ----------------------------------------------------------------------------

    def _numbered(self) -> list[_Range]:
        """Every scope in source order, outer before inner, with the one around it."""
        ranges = [_Range(0, len(self.source), "module"), *self._ranges()]
        order = sorted(range(len(ranges)), key=lambda i: (ranges[i].start, -ranges[i].end, i))
        sorted_ranges = [ranges[i] for i in order if ranges[i].end > ranges[i].start or not i]
        open_: list[_Range] = []
        for index, one in enumerate(sorted_ranges):
            while open_ and (open_[-1].end <= one.start or open_[-1].end < one.end):
                open_.pop()
            one.index = index
            one.parent = open_[-1].index if open_ else (0 if index else -1)
            open_.append(one)
        return sorted_ranges

    def _ranges(self) -> Iterator[_Range]:
        found = self.found
        for node in found.get("function", ()):
            if (body := node.child_by_field_name("body")) is not None:
                yield _Range(*_span(body), "function", is_async=self._async(node), made_by=node)
        for node in found.get("class", ()):
            if (body := node.child_by_field_name("body")) is not None:
                yield _Range(*_span(body), "block", made_by=node)
        for node in found.get("lambda", ()):
            if (body := node.child_by_field_name("body")) is not None:
                head = node.child_by_field_name("parameters")
                yield _Range(
                    *_span(body),
                    "closure",
                    head=_span(head) if head is not None else (node.start_byte, node.start_byte),
                    made_by=_taker(node),
                )
        for node in found.get("loop", ()):
            if (body := node.child_by_field_name("body")) is not None:
                label = "for" if node.type == "for_statement" else "while"
                head = node.child_by_field_name("right" if label == "for" else "condition")
                yield _Range(
                    *_span(body), "loop", label, _span(head) if head is not None else (0, 0)
                )
        for node in found.get("comprehension", ()):
            yield from self._comprehension(node)
        for node in found.get("part", ()):
            body = node.child_by_field_name("body") or node.child_by_field_name("consequence")
            if body is None:
                body = next((child for child in node.children if child.type == "block"), None)
            if body is not None:
                yield _Range(*_span(body), "block", _LABELS[node.type])

    def _comprehension(self, node: Node) -> Iterator[_Range]:
        """One loop for each ``for``; all but the first iterable run once per element as well."""
        body = node.child_by_field_name("body")
        if body is None:
            return
        head: tuple[int, int] | None = None
        for clause in node.named_children:
            if clause.type == "for_in_clause":
                right = clause.child_by_field_name("right")
                if right is None:
                    continue
                if head is not None:
                    yield _Range(*_span(right), "loop", "comprehension", head)
                head = _span(right)
                yield _Range(*_span(body), "loop", "comprehension", head)
            elif clause.type == "if_clause" and head is not None:
                yield _Range(*_span(clause), "loop", "comprehension", head)

    # -- functions -------------------------------------------------------------------------

    def _functions(self, ranges: list[_Range]) -> tuple[tuple[Function, ...], list[Scope]]:
        functions: list[Function] = []
        scopes: list[Scope] = []
        tested = self._test_classes(ranges)
        for one in ranges:
            around = ranges[one.parent] if one.parent >= 0 else None
            one.function = around.function if around else -1
            if one.kind == "function" and one.made_by is not None:
                owner = self._class_around(ranges, one)
                parent = functions[one.function] if one.function >= 0 else None
                one.function = len(functions)
                functions.append(self._function(one, owner, parent, tested))
            scopes.append(
                Scope(
                    one.index, one.kind, one.start, one.end, one.parent, one.function,
                    head=one.head, label=one.label, is_async=one.is_async,
                )
            )  # fmt: skip
        return tuple(functions), scopes

    def _class_around(self, ranges: list[_Range], one: _Range) -> Node | None:
        index = one.parent
        while index >= 0:
            around = ranges[index]
            if around.made_by is not None:
                return around.made_by if around.made_by.type == "class_definition" else None
            index = around.parent
        return None

    def _test_classes(self, ranges: list[_Range]) -> set[int]:
        """Node ids of classes that hold tests."""
        found = {
            node.id for node in self.found.get("class", ()) if _TEST_BASE.search(self._base(node))
        }
        for one in ranges:
            made_by = one.made_by if one.kind == "function" else None
            if made_by is not None and self._field(made_by, "name").startswith("test_"):
                owner = self._class_around(ranges, one)
                if owner is not None and self._field(owner, "name").startswith("Test"):
                    found.add(owner.id)
        return found

    def _function(
        self, scope: _Range, owner: Node | None, around: Function | None, tested: set[int]
    ) -> Function:
        node = scope.made_by
        assert node is not None
        name = self._field(node, "name")
        named = node.child_by_field_name("name")
        decorators: tuple[str, ...] = ()
        parent = node.parent
        if parent is not None and parent.type == "decorated_definition":
            decorators = tuple(
                self._text(child).rstrip() for child in parent.children if child.type == "decorator"
            )
        is_test = (
            name.startswith("test_")
            or (around is not None and around.is_test)
            or (owner is not None and owner.id in tested)
            or any(map(_FIXTURE.match, decorators))
        )
        return Function(
            index=scope.function,
            name=name,
            owner=self._field(owner, "name") if owner is not None else "",
            trait=self._base(owner) if owner is not None else "",
            modules=(),
            start=node.start_byte,
            end=node.end_byte,
            body=(scope.start, scope.end),
            name_at=named.start_byte if named is not None else node.start_byte,
            is_async=scope.is_async,
            is_test=is_test,
            exported=not name.startswith("_"),
            parameters=tuple(self._parameters(node)),
            returns=self._field(node, "return_type"),
            attributes=decorators,
            scope=scope.index,
        )

    def _parameters(self, node: Node) -> Iterator[Parameter]:
        parameters = node.child_by_field_name("parameters")
        for one in parameters.named_children if parameters is not None else ():
            if one.type in _SEPARATORS:
                continue
            name = one.child_by_field_name("name") or one
            if one.type == "typed_parameter":
                name = one.named_children[0] if one.named_children else one
            yield Parameter(self._text(name), self._field(one, "type"))

    def _base(self, node: Node) -> str:
        """The first base of a class without its generics."""
        bases = node.child_by_field_name("superclasses")
        for base in bases.named_children if bases is not None else ():
            if base.type not in ("keyword_argument", "comment"):
                return self._text(base).partition("[")[0]
        return ""

    # -- calls -----------------------------------------------------------------------------

    def _calls(
        self, scopes: list[Scope], roots: set[str]
    ) -> tuple[tuple[Call, ...], dict[int, int]]:
        """The calls, and the number of each by its node."""
        awaited = {node.id for node in self.found.get("awaited", ())}
        nodes = [(node.start_byte, -node.end_byte, node) for node in self.found.get("call", ())]
        nodes.sort(key=_by_range)
        calls: list[Call] = []
        numbers: dict[int, int] = {}
        inner = _Inner(scopes)
        for start, negative_end, node in nodes:
            called = node.child_by_field_name("function")
            arguments = node.child_by_field_name("arguments")
            if called is None or arguments is None:
                continue
            name, path, receiver, at = self._called(called, roots)
            numbers[node.id] = len(calls)
            calls.append(
                Call(
                    index=len(calls),
                    name=name,
                    path=path,
                    start=start,
                    end=-negative_end,
                    name_at=at,
                    receiver=receiver,
                    arguments=_arguments(arguments),
                    scope=inner.at(start),
                    awaited=node.id in awaited,
                )
            )
        return tuple(calls), numbers

    def _called(
        self, node: Node, roots: set[str]
    ) -> tuple[str, tuple[str, ...], tuple[int, int], int]:
        """(name, path, receiver, where the name stands) of what is called."""
        start, end = node.start_byte, node.end_byte
        text = self.source[start:end]
        if _DOTTED.fullmatch(text):
            words = text.decode("utf-8", "replace").split(".")
            at = end - len(words[-1].encode())
            if len(words) == 1:
                return words[0], (words[0],), (start, start), start
            path = tuple(words) if words[0] in roots else ()
            return words[-1], path, (start, at - 1), at
        if node.type == "attribute":
            value, attribute = (
                node.child_by_field_name("object"),
                node.child_by_field_name("attribute"),
            )
            if value is not None and attribute is not None:
                return self._text(attribute), (), _span(value), attribute.start_byte
        if node.type == "identifier":
            name = self._text(node)
            return name, (name,), (start, start), start
        return "", (), (start, start), start

    # -- bindings and imports --------------------------------------------------------------

    def _bindings(self, scopes: list[Scope]) -> tuple[Binding, ...]:
        raw: list[tuple[int, int, str, str, tuple[int, int]]] = []
        for node in self.found.get("binding", ()):
            if node.type == "with_item":
                value = node.child_by_field_name("value")
                if value is None or value.type != "as_pattern":
                    continue
                target, value = value.child_by_field_name("alias"), value.named_children[0]
                if target is not None and target.named_child_count:
                    target = target.named_children[0]
                annotation = ""
            else:
                named = node.type == "named_expression"
                target = node.child_by_field_name("name" if named else "left")
                value = node.child_by_field_name("value" if named else "right")
                annotation = self._field(node, "type")
            if target is None or target.type not in _TARGETS:
                continue
            for _ in range(_MAX_CHAIN):  # a = b = value
                if value is None or value.type != "assignment":
                    break
                value = value.child_by_field_name("right")
            span = _span(value) if value is not None else (node.end_byte, node.end_byte)
            raw.append((*_span(node), self._text(target), annotation, span))
        raw.sort(key=lambda one: (one[0], -one[1]))
        inner = _Inner(scopes)
        return tuple(
            Binding(name, annotation, start, end, value, inner.at(start))
            for start, end, name, annotation, value in raw
        )

    def _imports(self) -> Iterator[Import]:
        for node in sorted(self.found.get("import", ()), key=_start):
            type_only = self._type_only(node)
            if node.type == "import_statement":
                for one in node.children_by_field_name("name"):
                    name, alias = _aliased(one)
                    words = tuple(self._text(name).split("."))
                    if alias is not None:
                        yield Import(self._text(alias), words, node.start_byte, type_only)
                    else:  # ``import a.b`` makes ``a`` known
                        yield Import(words[0], words[:1], node.start_byte, type_only)
                continue
            module = node.child_by_field_name("module_name")
            text = "".join(self._text(module).split()) if module is not None else ""
            dots = len(text) - len(text.lstrip("."))
            home = (".",) * dots
            home = (*home, *(word for word in text.lstrip(".").split(".") if word))
            if any(child.type == "wildcard_import" for child in node.children):
                yield Import("*", (*home, "*"), node.start_byte, type_only)
            for one in node.children_by_field_name("name"):
                name, alias = _aliased(one)
                yield Import(
                    self._text(alias if alias is not None else name),
                    (*home, self._text(name)),
                    node.start_byte,
                    type_only,
                )

    def _type_only(self, node: Node) -> bool:
        if b"TYPE_CHECKING" not in self.source:
            return False
        block = node.parent
        statement = block.parent if block is not None and block.type == "block" else None
        return (
            statement is not None
            and statement.type == "if_statement"
            and _TYPE_CHECKING.match(self.source, statement.start_byte) is not None
        )

    # -- text ------------------------------------------------------------------------------

    def _text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _field(self, node: Node, name: str) -> str:
        child = node.child_by_field_name(name)
        return self._text(child) if child is not None else ""

    def _async(self, node: Node) -> bool:
        return self.source.startswith(b"async", node.start_byte)


class _Inner:
    """The innermost scope of offsets that are asked for in rising order."""

    def __init__(self, scopes: list[Scope]) -> None:
        self.scopes = scopes
        self.next = 0
        self.open: list[Scope] = []

    def at(self, offset: int) -> int:
        scopes, open_ = self.scopes, self.open
        while self.next < len(scopes) and scopes[self.next].start <= offset:
            open_.append(scopes[self.next])
            self.next += 1
            while len(open_) > 1 and open_[-2].end <= open_[-1].start:
                del open_[-2]
        while len(open_) > 1 and open_[-1].end <= offset:
            open_.pop()
        return open_[-1].index if open_ else 0


def _given(scope: Scope, call: int) -> Scope:
    return Scope(
        scope.index, scope.kind, scope.start, scope.end, scope.parent, scope.function,
        call, scope.head, scope.label, scope.is_async,
    )  # fmt: skip


def _taker(node: Node) -> Node | None:
    """The call that a lambda is an argument of."""
    parent = node.parent
    if parent is not None and parent.type == "keyword_argument":
        parent = parent.parent
    if parent is None or parent.type != "argument_list":
        return None
    call = parent.parent
    return call if call is not None and call.type == "call" else None


def _arguments(node: Node) -> tuple[tuple[int, int], ...]:
    if node.type != "argument_list":  # a generator without parentheses of its own
        return (_span(node),)
    if node.end_byte - node.start_byte <= 2:
        return ()
    return tuple(_span(child) for child in node.named_children if child.type != "comment")


def _aliased(node: Node) -> tuple[Node, Node | None]:
    if node.type == "aliased_import":
        name = node.child_by_field_name("name")
        return (name or node), node.child_by_field_name("alias")
    return node, None


def _span(node: Node) -> tuple[int, int]:
    return (node.start_byte, node.end_byte)


def _start(node: Node) -> int:
    return node.start_byte


def _by_range(one: tuple[int, int, Node]) -> tuple[int, int]:
    return one[0], one[1]
