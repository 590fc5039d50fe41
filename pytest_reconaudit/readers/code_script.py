"""The index of a TypeScript or JavaScript file, JSX included (see :mod:`.code`).

What the words of :mod:`.code` mean here:

- A function has a name of its own when it is declared, a method, the value of a ``const``, of an
  object's key, of a class field or of an assignment; ``default`` is that of an anonymous default
  export. One that is an argument of a call is a closure, also when it says a name.
- ``owner`` is the class, or the object by its whole name: ``api.users`` of
  ``const api = { users: { async list() {} } }``.
- ``path`` holds all words of a call on plain names (``axios.get``, ``prisma.user.findMany``) and
  ``receiver`` all but the last; both are given, since a script does not tell a module from a value.
  Calls on ``this`` or on an expression have no path.
- ``new X()`` is a call of ``X``: :func:`is_new` tells it. ``import("x")`` is one of ``import``, a
  tagged template one of its tag with the template as the argument.
- A class field with a value is a binding called ``this.name``.
- Names passed on (``export { a } from "./b"``) are imports too, so that they can be followed.
  ``require`` and ``await import`` that a ``const`` takes apart are imports.
- A branch without braces (``if (x) f();``) is a block as one with braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Binding, Call, Code, Function, Import, Parameter
from pytest_reconaudit.readers.code_build import Builder
from pytest_reconaudit.readers.syntax import SyntaxTree, query

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["imports_of", "index_script", "is_new"]

_COMMON = """
(call_expression) @call
(new_expression) @new
(arguments) @arguments
(await_expression) @await
(function_declaration) @function
(generator_function_declaration) @function
(function_expression) @function
(generator_function) @function
(arrow_function) @arrow
(method_definition) @function
(statement_block) @block
(if_statement) @if
(else_clause) @else
(try_statement) @try
(catch_clause) @catch
(finally_clause) @finally
(switch_body) @match
(for_statement) @for
(for_in_statement) @for_in
(while_statement) @while
(do_statement) @do
(lexical_declaration) @let
(variable_declaration) @let
(pair value: [(arrow_function) (function_expression) (generator_function)]) @pair
(assignment_expression
  right: [(arrow_function) (function_expression) (generator_function) (class)
    (call_expression)]) @assign
(object [(method_definition)
  (pair value: [(arrow_function) (function_expression) (generator_function)])]) @object
(class_declaration) @class
(class) @class
(import_statement) @import
(export_statement) @export
"""
_SCRIPT = _COMMON + "(field_definition) @field"
_TYPED = (
    _COMMON
    + """
(abstract_class_declaration) @class
(public_field_definition) @field
(class_body (decorator) @decorator)
(internal_module) @module
(module) @module
"""
)
"""Nearly all patterns are of one node: one below another takes a hundred times as long to compile,
and what it finds is told from the text or the node in less time than a capture takes."""
_KINDS = (
    "export", "import", "class", "module", "object", "let", "assign", "decorator", "pair", "field",
    "for", "for_in", "while", "do", "function", "block", "match", "call", "new", "arguments",
)  # fmt: skip
"""In the order of handling where two nodes have one range."""
_NEW, _ARGUMENTS, _BLOCK = map(_KINDS.index, ("new", "arguments", "block"))
_MADE = (_KINDS.index("call"), _NEW)
_LABELS = (
    ("if", "consequence"), ("else", ""), ("try", "body"), ("catch", "body"), ("finally", "body"),
)  # fmt: skip
"""What is a block as the part of a statement (empty: any part)."""
_START, _END, _KIND, _LIMIT = 29, 5, 31, (1 << 24) - 1
"""A node as one number: its start, the limit less its end, its kind; each in bits of its own."""
_WORDS = regex(
    rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*(?:\s*!?\??\.\s*#?[A-Za-z_$\x80-\xff][\w$\x80-\xff]*)*"
)
_LAST_WORD = regex(rb"\s*(#?[A-Za-z_$\x80-\xff][\w$\x80-\xff]*)")
_ONE = regex(rb"\(\s*([\w$]+(?:\.[\w$]+)*|\"[^\"\\\n]*\"|'[^'\\\n]*')\s*\)")
_NO_NAMES = frozenset(
    {
        b"this", b"undefined", b"null", b"true", b"false", b"new", b"await", b"yield", b"import",
        b"super", b"typeof", b"void", b"delete", b"function", b"class", b"async",
    }
)  # fmt: skip
"""Words that may stand first in what is called and be no identifier."""
_NO_PARTS = frozenset({"comment", "ERROR"})
_MAX_PATH = 200
_CLOSES = b")`"
"""The last byte of a call; another is that of a type, as in ``await f() as Row``."""
_WRAPS_AWAITED = b"/(<"
"""The first byte of a comment, of parentheses and of a cast."""
_MAX_WRAPPED = 8
_AWAIT = (b"await ", b"await\n", b"await\t", b"await(")
_TEST_CALL = regex(
    rb"(?:[fx]?(?:describe|it|context)|test|suite|bench|before(?:Each|All)?|after(?:Each|All)?"
    rb"|setup|teardown)(?:\.[\w$]+)*\s*(?:\(\s*(?:[\"'`]|(?:async\s*)?(?:\(|function\b|\w+\s*=>))|`)"
    rb"|(?:[fx]?describe|it|test|suite)(?:\.[\w$]+)+\s*\(|[fx]?describe\s*\("
)
_COMMENT = regex(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_BASE = regex(rb"extends\s+([\w$.\x80-\xff]+)")
_LIST = regex(r"\{([^{}]*)\}", re.DOTALL)
_STAR = regex(r"\*\s*(?:as\s+([\w$]+))?")
_LEADING = regex(r"\s*(?:(type|typeof)\s+(?!from\b|,))?([\w$]+)?")
_REQUIRE = regex(
    r"(?:await\s+import|require|\(\s*await\s+import)\s*\(\s*(?:/\*.*?\*/\s*)?[\"'`]([^\"'`$\n]+)"
    r"[\"'`]\s*,?\s*\)\s*\)?\s*(?:\.\s*([\w$]+))?\s*$",
    re.DOTALL,
)
_IMPORT_EQUALS = regex(r"\s*(type\s+)?([\w$]+)\s*=\s*require\s*\(\s*[\"']([^\"'\n]+)[\"']")
_COMMONJS = regex(rb"\bexports(?:\s*\.\s*([\w$]+))?\s*=\s*(?:([\w$]+)\s*[;\n]|\{([^{}]*)\})")
_PLAIN = regex(r"[A-Za-z_$][\w$]*")
_PRIVATE = regex(rb"\bprivate\b")
_WRAPPING = frozenset(
    {
        "as_expression", "satisfies_expression", "parenthesized_expression", "type_assertion",
        "non_null_expression",
    }
)  # fmt: skip
_FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function"})
_WRAPS = regex(
    r"(?:[\w$]+\.)?(?!define|create|event|use[A-Z])(?:async(?:_?(?:handler|wrap\w*|error\w*|middleware|route"
    r"|function|fn|catch\w*|controller))?|express_?async_?handler|catch_?(?:async|error)\w*"
    r"|(?:error|promise)_?wrap\w*|wrap(?:per|_?async\w*|_?handler|_?controller|_?route)?|try_?catch\w*"
    r"|handle_?(?:async|error)\w*|safe_?(?:handler|controller|route)|(?:api_?|route_?)?handler"
    r"|controller(?:_?wrapper|_?handler)?|with(?!retr|transaction|lock|timeout|tx|cache)[a-z]\w*)",
    2,
)
"""What is given a handler and makes one of it that catches its errors, asks who is there …"""
_REQUESTED = regex(
    rb"(?:async\b\s*)?(?:function\b[^(]{0,60})?(?:\(\s*(?:\{[^{}]{0,200}\}|_*(?:req\w*|ctx|context|c|event)\b)"
    rb"|_*(?:req\w*|ctx|context)\s*=>|\(\s*\)\s*=>)"
)
"""The head of a function that is given a request."""
_MAX_WRAPS = 4
_MAX_CLIMB = 12

_Range = tuple[int, int]


def is_new(code: Code, call: Call) -> bool:
    """Whether a call is ``new X(…)``."""
    return call.name_at > call.start and code.source.startswith(
        (b"new ", b"new\n", b"new\t"), call.start
    )


def index_script(tree: SyntaxTree) -> Code:
    """The index of a script; never raises."""
    return _Indexing(tree).code()


def imports_of(tree: SyntaxTree) -> tuple[Import, ...]:
    """The imports of a script alone, for a tenth of what its index costs; those that ``require``
    and ``await import`` make are left out."""
    one = _Indexing(tree)
    for node in tree.root.named_children:
        if node.type == "import_statement":
            one._import(node, node.start_byte, node.end_byte)
        elif node.type == "export_statement" and node.child_by_field_name("source") is not None:
            one._export(node, node.start_byte, node.end_byte)
    return tuple(one.build.imports)


class _Indexing:
    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.source = tree.source
        self.build = Builder(tree)
        self.labels: dict[_Range, str] = {}
        self.bodies: dict[_Range, tuple[str, _Range, int, bool]] = {}
        """Range of a body → (kind, head, function, async) of the scope that it makes; kind empty
        when it makes none of its own."""
        self.named: dict[_Range, tuple[str, str, int, int]] = {}
        """Range of a function or class → owner, name, offset of the name, start of the whole."""
        self.containers: list[tuple[int, str, str, str]] = []
        """(end, kind, name, base) of the classes, objects and namespaces around, outer first."""
        self.decorators: list[tuple[int, str]] = []
        """(end of what they may stand in, text) since the last member."""
        self.tests: list[int] = []
        """Ends of the test blocks around."""
        self.exported_until = 0
        self.exported_names: set[str] = set()
        self.functions: list[dict[str, Any]] = []
        self.calling: list[tuple[int, int]] = []
        """(end, index) of the calls around, outer first."""
        self.call_arguments: list[tuple[_Range, ...]] = []
        self.call_starts: list[int] = []
        self.awaited: set[_Range] = set()
        """Ranges of the calls that are awaited."""
        self.broken = False
        """Whether the grammar had to guess: then only nodes tell what a call is."""
        self.function_bodies: dict[_Range, Node | None] = {}
        """Range of an arrow function → its body."""

    def code(self) -> Code:
        keys, nodes = self._nodes()
        build, containers, calling = self.build, self.containers, self.calling
        methods = [getattr(self, f"_{kind}", None) for kind in _KINDS]
        spans: list[tuple[int, int, int, bool, Node]] = []
        heads: list[int] = []
        """Of each call where its arguments begin; -1 without any in parentheses."""
        arguments, starts, at = self.call_arguments, self.call_starts, build.at
        inner = len(self.source) + 1
        """Where the innermost call ends."""
        calling.append((inner, -1))
        for key in keys:
            start, kind = key >> _START, key & _KIND
            end = _LIMIT - ((key >> _END) & _LIMIT)
            while inner <= start:
                calling.pop()
                inner = calling[-1][0]
            if kind == _ARGUMENTS:
                if inner == end:
                    index = calling[-1][1]
                    heads[index] = start
                    arguments[index] = self._given(nodes[key], start, end)
            elif kind in _MADE:
                at(start)
                calling.append((end, len(spans)))
                inner = end
                spans.append((start, end, build.scope, kind == _NEW, nodes[key]))
                heads.append(-1)
                arguments.append(())
                starts.append(start)
            else:
                at(start)
                while containers and containers[-1][0] <= start:
                    containers.pop()
                method = methods[kind]
                if method is not None:
                    method(nodes[key], start, end)
        self._calls(spans, heads)
        build.functions.extend(Function(**one) for one in self.functions)
        return build.code()

    def _nodes(self) -> tuple[list[int], dict[int, Node]]:
        """All that is looked at, outer before inner, and the nodes.

        A node is told by one number made of its start, its end and its kind: numbers of a few
        ten thousand nodes are sorted in a fraction of the time that tuples take.
        """
        from tree_sitter import QueryCursor

        if len(self.source) >= _LIMIT:
            return [], {}
        language = self.tree.language
        root = self.tree.root
        self.broken = root.has_error
        pattern = _SCRIPT if language == "javascript" else _TYPED
        found = QueryCursor(query(language, pattern)).captures(root)
        for node in found.get("await", ()):
            self._await(node)
        nodes: dict[int, Node] = {}
        base = (_LIMIT << _END) + _BLOCK
        labels = self.labels
        for label, field in _LABELS:
            for node in found.get(label, ()):
                for part in node.children_by_field_name(field) if field else node.named_children:
                    if part.type == "ERROR":
                        continue
                    start, end = part.start_byte, part.end_byte
                    labels[start, end] = label
                    nodes[(start << _START) - (end << _END) + base] = part
        for label in ("for", "for_in", "while", "do"):
            for node in found.get(label, ()):
                for part in node.children_by_field_name("body"):
                    nodes[(part.start_byte << _START) - (part.end_byte << _END) + base] = part
        arrows, bodies = found.get("arrow"), self.function_bodies
        for node in arrows or ():
            body = node.child_by_field_name("body")
            bodies[node.start_byte, node.end_byte] = body
            if body is not None:
                nodes[(body.start_byte << _START) - (body.end_byte << _END) + base] = body
        if arrows:
            found.setdefault("function", []).extend(arrows)
        for kind, name in enumerate(_KINDS):
            these = found.get(name)
            if these:
                base = (_LIMIT << _END) + kind
                for node in these:
                    nodes[(node.start_byte << _START) - (node.end_byte << _END) + base] = node
        self._exports(found.get("export", ()))
        return sorted(nodes), nodes

    def _await(self, node: Node) -> None:
        """Note the range of the call that is awaited, if it is one."""
        start, end = node.start_byte, node.end_byte
        source = self.source
        if not self.broken and source.startswith(b"await", start) and source[end - 1] in _CLOSES:
            at = _after_blanks(source, start + 5)
            if source[at] not in _WRAPS_AWAITED:
                self.awaited.add((at, end))
                return
        for one in node.named_children:
            inner: Node | None = one
            for _ in range(_MAX_WRAPPED):
                if inner is None or inner.type not in _WRAPPING:
                    break
                cast = inner.type == "type_assertion"  # its type stands first
                inner = inner.named_child(inner.named_child_count - 1 if cast else 0)
            if inner is not None and inner.type in ("call_expression", "new_expression"):
                self.awaited.add((inner.start_byte, inner.end_byte))

    def _given(self, node: Node, start: int, end: int) -> tuple[_Range, ...]:
        """The range of each argument."""
        if end - start == 2:
            return ()
        if not self.broken:
            one = _ONE.fullmatch(self.source, start, end)
            if one is not None:
                return (one.span(1),)
        return tuple(
            [
                (one.start_byte, one.end_byte)
                for one in node.named_children
                if one.type not in _NO_PARTS
            ]
        )

    def _exports(self, nodes: list[Node] | tuple[()]) -> None:
        """The names that are exported by a list or by ``module.exports``."""
        for node in nodes:
            if node.child_by_field_name("declaration") is not None:
                continue
            if node.child_by_field_name("source") is not None:
                continue
            value = node.child_by_field_name("value")
            if value is not None:
                if value.type == "identifier":
                    self.exported_names.add(self._text(value))
            elif listed := _LIST.search(self._text(node)):
                self.exported_names.update(name for name, _, _ in _listed(listed[1]))
        if b"exports" in self.source:
            for match in _COMMONJS.finditer(self.source):
                if match[2]:
                    self.exported_names.add(match[2].decode("utf-8", "replace"))
                elif match[3]:
                    self.exported_names.update(_PLAIN.findall(match[3].decode("utf-8", "replace")))

    def _calls(self, spans: list[tuple[int, int, int, bool, Node]], heads: list[int]) -> None:
        """Make the calls of what was seen of them."""
        source, awaited, calls = self.source, self.awaited, self.build.calls
        arguments, sure = self.call_arguments, not self.broken
        plain: dict[bytes, tuple[str, tuple[str, ...], int, int] | None] = {}
        late = -1
        for index, (start, end, scope, new, node) in enumerate(spans):
            is_awaited = (start, end) in awaited
            if source.startswith(_AWAIT, start):
                # Of `await f<T>(x)` the grammar makes a call of `await f<T>`.
                is_awaited = start != late
                late = start
                start = _after_blanks(source, start + 5)
            known = None
            if sure and heads[index] >= 0:
                begin = _after_blanks(source, start + 3) if new else start
                raw = source[begin : heads[index]]
                if raw in plain:
                    known = plain[raw]
                else:
                    known = plain[raw] = _called(raw)
            if known is not None:
                name, path, name_at, upto = known
                name_at += begin
                receiver = (begin, begin + upto) if upto else (start, start)
                given = arguments[index]
            else:
                name, path, name_at, receiver = self._looked_at(node, start, new)
                given = arguments[index]
                if heads[index] < 0:
                    part = node.child_by_field_name("arguments")
                    if part is not None and part.type == "template_string":
                        given = ((part.start_byte, part.end_byte),)
            calls.append(
                Call(
                    index,
                    name,
                    path,
                    start,
                    end,
                    name_at,
                    receiver,
                    given,
                    scope,
                    is_awaited,
                )
            )

    def _looked_at(
        self, node: Node, start: int, new: bool
    ) -> tuple[str, tuple[str, ...], int, _Range]:
        """(name, path, where the name stands, receiver) of a call by its nodes."""
        source = self.source
        found = self._name_of(node, new)
        if found is None:
            return "", (), node.start_byte, (start, start)
        name_at, name_end = found.start_byte, found.end_byte
        receiver = (start, start)
        if name_end <= name_at:
            return "", (), name_at, receiver
        begin = _after_blanks(source, start + 3) if new else start
        if name_at <= begin:
            begin = name_at
        else:
            upto = name_at
            while upto > begin and source[upto - 1] in b" \t\r\n.?!":
                upto -= 1
            receiver = (begin, upto)
        raw = source[begin:name_end]
        if len(raw) < _MAX_PATH and _WORDS.fullmatch(raw):
            path = _words(raw)
            return path[-1], () if _is_own(path) else path, name_at, receiver
        name = source[name_at:name_end].decode("utf-8", "replace")
        if len(raw) >= _MAX_PATH and _WORDS.fullmatch(raw := source[name_at:name_end]):
            name = _words(raw)[-1]
        return name, (), name_at, receiver

    def _name_of(self, node: Node, new: bool) -> Node | None:
        """The last word of what is called."""
        called = node.child_by_field_name("constructor" if new else "function")
        if called is None:
            return None
        kind = called.type
        if kind == "identifier" or (kind in ("super", "import") and not new):
            return called
        if kind == "member_expression":
            return _property(called)
        if new or self.tree.language == "javascript":
            return None
        found = None
        if kind == "non_null_expression":
            for one in called.named_children:
                if one.type in ("identifier", "member_expression"):
                    found = one
                elif one.type == "instantiation_expression":
                    for inner in one.named_children:
                        if inner.type == "await_expression":
                            called = inner
                            kind = "await_expression"
        if kind == "await_expression":
            for one in called.named_children:
                if one.type in ("identifier", "member_expression"):
                    found = one
        if found is not None and found.type == "member_expression":
            return _property(found)
        return found

    def _text(self, node: Node) -> str:
        return self.build.text(node.start_byte, node.end_byte)

    # -- one method per kind of node ---------------------------------------------------------

    def _function(self, node: Node, start: int, end: int) -> None:
        kind = node.type
        if kind == "arrow_function":
            body, name_node = self.function_bodies[start, end], None
        else:
            body, name_node = node.child_by_field_name("body"), node.child_by_field_name("name")
        span = (body.start_byte, body.end_byte) if body is not None else (end, end)
        given = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        owner, name, name_at, whole = self.named.pop((start, end), ("", "", start, start))
        method = kind == "method_definition"
        declared = kind in ("function_declaration", "generator_function_declaration")
        if name_node is not None and (method or declared or not name):
            name_at = name_node.start_byte
            name = self._text(name_node) if method or declared else ""
            if method:
                name = _key(name)
                owner = self._owner()
        elif declared:
            name, name_at = "default", start
        if method:
            is_async = self.source[start:name_at].rstrip(b"* \t\r\n").endswith(b"async")
        else:
            is_async = self.source.startswith((b"async ", b"async(", b"async<", b"async\n"), start)
        if not name:
            self._closure(start, end, span, given, is_async)
            return
        while self.tests and self.tests[-1] <= start:
            self.tests.pop()
        returns = node.child_by_field_name("return_type")
        inside = self.containers[-1] if owner and self.containers else None
        index = len(self.functions)
        exported = self.build.scope == 0 and (
            start < self.exported_until
            or name in self.exported_names
            or owner.partition(".")[0] in self.exported_names
        )
        if exported and method:
            exported = not name.startswith("#") and not _PRIVATE.search(self.source[start:name_at])
        self.functions.append(
            {
                "index": index,
                "name": name,
                "owner": owner,
                "trait": inside[3] if inside is not None and inside[2] == owner else "",
                "modules": tuple(one[2] for one in self.containers if one[1] == "module"),
                "start": whole,
                "end": end,
                "body": span,
                "name_at": name_at,
                "is_async": is_async,
                "is_test": bool(self.tests),
                "exported": exported,
                "parameters": tuple(self._parameters(given)) if given is not None else (),
                "returns": self._text(returns).lstrip(": ") if returns is not None else "",
                "attributes": self._attributes(node) if owner else (),
                "scope": self.build.scope,
            }
        )
        if body is not None:
            self.bodies[span] = ("function", (0, 0), index, is_async)

    def _closure(
        self, start: int, end: int, span: _Range, given: Node | None, is_async: bool
    ) -> None:
        call = -1
        around = self.calling[-1][1]
        if around >= 0 and (start, end) in self.call_arguments[around]:
            call = around
            if _TEST_CALL.match(self.source, self.call_starts[call]):
                self.tests.append(end)
        head = (given.start_byte, given.end_byte) if given is not None else (0, 0)
        # One scope for the closure, none for its braces.
        self.bodies[span] = ("", head, -1, False)
        self.build.open("closure", start, end, call=call, head=head, is_async=is_async)

    def _owner(self) -> str:
        around = self.containers[-1] if self.containers else None
        return around[2] if around is not None and around[1] != "module" else ""

    def _attributes(self, node: Node) -> tuple[str, ...]:
        end = self.containers[-1][0] if self.containers else -1
        found = [text for inside, text in self.decorators if inside == end]
        self.decorators.clear()
        if self.source.startswith(b"@", node.start_byte):  # JavaScript: within the method
            found += [self._text(one) for one in node.named_children if one.type == "decorator"]
        return tuple(found)

    def _parameters(self, given: Node) -> Iterator[Parameter]:
        if given.type != "formal_parameters":
            yield Parameter(self._text(given))
            return
        for one in given.named_children:
            kind = one.type
            if kind == "comment":
                continue
            if kind in ("required_parameter", "optional_parameter"):
                pattern = one.child_by_field_name("pattern")
                typed = one.child_by_field_name("type")
                if pattern is not None:
                    yield Parameter(
                        "self" if pattern.type == "this" else self._text(pattern),
                        self._text(typed).lstrip(": ") if typed is not None else "",
                    )
            elif kind == "assignment_pattern":
                left = one.child_by_field_name("left")
                yield Parameter(self._text(left if left is not None else one))
            else:
                yield Parameter(self._text(one))

    def _block(self, node: Node | None, start: int, end: int) -> None:
        span = (start, end)
        kind, head, function, is_async = self.bodies.get(span, ("block", (0, 0), -1, False))
        if kind == "function":
            scope = self.build.open("function", start, end, function=function, is_async=is_async)
            self.functions[function]["scope"] = scope
        elif kind:
            self.build.open(kind, start, end, head=head, label=self.labels.get(span, ""))

    def _match(self, node: Node, start: int, end: int) -> None:
        self.build.open("block", start, end, label="match")

    def _for(self, node: Node, start: int, end: int) -> None:
        self._looping(node, "for", "condition")

    def _for_in(self, node: Node, start: int, end: int) -> None:
        self._looping(node, "for", "right")

    def _while(self, node: Node, start: int, end: int) -> None:
        self._looping(node, "while", "condition")

    def _do(self, node: Node, start: int, end: int) -> None:
        self._looping(node, "do", "condition")

    def _looping(self, node: Node, label: str, head: str) -> None:
        body = node.child_by_field_name("body")
        over = node.child_by_field_name(head)
        if body is not None:
            span = (body.start_byte, body.end_byte)
            at = (over.start_byte, over.end_byte) if over is not None else (0, 0)
            self.bodies[span] = ("loop", at, -1, False)
            self.labels[span] = label

    def _class(self, node: Node, start: int, end: int) -> None:
        name = node.child_by_field_name("name")
        title = self._text(name) if name is not None else self.named.get((start, end), ("", ""))[1]
        body = node.child_by_field_name("body")
        base = ""
        if body is not None:
            head = self.source[start : body.start_byte]
            if match := _BASE.search(head):
                base = match[1].decode("utf-8", "replace")
        self.containers.append((end, "class", title, base))

    def _module(self, node: Node, start: int, end: int) -> None:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if name is not None and body is not None:
            self.containers.append((end, "module", self._text(name).strip("\"'"), ""))
            self.bodies[body.start_byte, body.end_byte] = ("", (0, 0), -1, False)

    def _object(self, node: Node, start: int, end: int) -> None:
        if (
            not self.containers
            or self.containers[-1][0] != end
            or self.containers[-1][1] == "class"
        ):
            self.containers.append((end, "object", self._object_name(node), ""))

    def _object_name(self, node: Node) -> str:
        """What an object is called: the keys above it and the name that it is given to."""
        words: list[str] = []
        at = node.parent
        for _ in range(_MAX_CLIMB):
            if at is None:
                break
            kind = at.type
            if kind == "pair":
                key = at.child_by_field_name("key")
                words.append(_key(self._text(key)) if key is not None else "")
            elif kind == "variable_declarator":
                name = at.child_by_field_name("name")
                if name is not None and name.type == "identifier":
                    words.append(self._text(name))
                break
            elif kind == "assignment_expression":
                left = at.child_by_field_name("left")
                text = self._text(left) if left is not None else ""
                words.append("" if text in ("module.exports", "exports") else text)
                break
            elif kind in ("public_field_definition", "field_definition"):
                name = at.child_by_field_name("name") or at.child_by_field_name("property")
                words.append(f"this.{self._text(name)}" if name is not None else "")
                break
            elif kind != "object" and kind not in _WRAPPING:
                break
            at = at.parent
        return ".".join(word for word in reversed(words) if word)

    def _let(self, node: Node, start: int, end: int) -> None:
        bindings, scope, text = self.build.bindings, self.build.scope, self.build.text
        for one in node.named_children:
            if one.type != "variable_declarator":
                continue
            name = one.child_by_field_name("name")
            if name is None:
                continue
            typed = one.child_by_field_name("type")
            value = one.child_by_field_name("value")
            title = text(name.start_byte, name.end_byte)
            span = (value.start_byte, value.end_byte) if value is not None else (end, end)
            bindings.append(
                Binding(
                    title,
                    text(typed.start_byte, typed.end_byte).lstrip(": ")
                    if typed is not None
                    else "",
                    start,
                    end,
                    span,
                    scope,
                )
            )
            if value is None:
                continue
            kind = value.type
            if kind in _WRAPPING:
                value = self._unwrapped(value)
                kind = value.type
            handler = self._wrapped(value) if kind == "call_expression" else None
            if handler is not None:
                value, kind = handler, handler.type
            if kind in _FUNCTIONS or kind == "class":
                if name.type == "identifier":
                    at = (value.start_byte, value.end_byte)
                    self.named[at] = ("", title, name.start_byte, one.start_byte)
            elif kind in ("call_expression", "await_expression", "member_expression"):
                self._required(title, text(*span) if span[1] - span[0] < _MAX_PATH else "", start)

    def _unwrapped(self, node: Node) -> Node:
        for _ in range(_MAX_CLIMB):
            inner = node.named_child(0) if node.type in _WRAPPING else None
            if inner is None:
                break
            node = inner
        return node

    def _wrapped(self, node: Node) -> Node | None:
        """The handler inside of ``asyncHandler(async (req, res) => …)``: the value that is named is
        no other function to those who call it."""
        for _ in range(_MAX_WRAPS):
            if node.type in _FUNCTIONS:
                return node if _REQUESTED.match(self.source, node.start_byte) else None
            function = node.child_by_field_name("function")
            arguments = node.child_by_field_name("arguments")
            if node.type != "call_expression" or function is None or arguments is None:
                return None
            if function.end_byte - function.start_byte > _MAX_PATH:
                return None
            if not _WRAPS.fullmatch(self._text(function)):
                return None
            given = [one for one in arguments.named_children if one.type != "comment"]
            if not given:
                return None
            node = given[-1]
        return None

    def _required(self, title: str, value: str, start: int) -> None:
        """The imports that ``const x = require("y")`` or ``await import("y")`` makes."""
        if "require" not in value and "import" not in value:
            return
        match = _REQUIRE.match(value)
        if match is None:
            return
        module, member = match[1], match[2]
        imports = self.build.imports
        if listed := _LIST.fullmatch(title):
            for exported, alias, _ in _listed(listed[1].replace(":", " as ")):
                words = (module, member, exported) if member else (module, exported)
                imports.append(Import(alias, words, start))
        elif _PLAIN.fullmatch(title):
            imports.append(Import(title, (module, member or "*"), start))

    def _pair(self, node: Node, start: int, end: int) -> None:
        key = node.child_by_field_name("key")
        value = node.child_by_field_name("value")
        if key is not None and value is not None:
            name = _key(self._text(key))
            at = (value.start_byte, value.end_byte)
            self.named[at] = (self._owner(), name, key.start_byte, start)

    def _assign(self, node: Node, start: int, end: int) -> None:
        left = node.child_by_field_name("left")
        right = node.child_by_field_name("right")
        if left is None or right is None:
            return
        if right.type == "call_expression":
            right = self._wrapped(right)
            if right is None:
                return
        owner, name, name_at = "", "", left.start_byte
        if left.type == "identifier":
            name = self._text(left)
        elif left.type == "member_expression":
            last = left.child_by_field_name("property")
            of = left.child_by_field_name("object")
            if last is None or of is None:
                return
            name, name_at, owner = self._text(last), last.start_byte, self._text(of)
            if owner in ("exports", "module.exports", "this"):
                self.exported_names.add(name)
                owner = ""
            elif owner == "module":
                owner, name = "", "default" if name == "exports" else name
            elif len(owner) > _MAX_PATH:
                owner = ""
            owner = owner.removesuffix(".prototype")
        if name:
            self.named[right.start_byte, right.end_byte] = (owner, name, name_at, start)

    def _field(self, node: Node, start: int, end: int) -> None:
        name = node.child_by_field_name("name") or node.child_by_field_name("property")
        value = node.child_by_field_name("value")
        if name is None or value is None:
            self.decorators.clear()
            return
        title = _key(self._text(name))
        value = self._wrapped(value) or value
        if value.type in _FUNCTIONS:
            at = (value.start_byte, value.end_byte)
            self.named[at] = (self._owner(), title, name.start_byte, start)
            return
        self.decorators.clear()
        typed = node.child_by_field_name("type")
        self.build.bindings.append(
            Binding(
                f"this.{title}",
                self._text(typed).lstrip(": ") if typed is not None else "",
                start,
                end,
                (value.start_byte, value.end_byte),
                self.build.scope,
            )
        )

    def _decorator(self, node: Node, start: int, end: int) -> None:
        inside = self.containers[-1][0] if self.containers else -1
        self.decorators.append((inside, self._text(node)))

    def _import(self, node: Node, start: int, end: int) -> None:
        module = node.child_by_field_name("source")
        if module is None or module.end_byte - module.start_byte < 2:
            match = _IMPORT_EQUALS.match(self.build.text(start + 6, end))
            if match:
                self.build.imports.append(Import(match[2], (match[3], "*"), start, bool(match[1])))
            return
        path = self.build.text(module.start_byte + 1, module.end_byte - 1)
        clause = self.build.text(start + 6, module.start_byte)
        self._imported(clause, path, start)

    def _export(self, node: Node, start: int, end: int) -> None:
        module = node.child_by_field_name("source")
        if module is not None and module.end_byte - module.start_byte >= 2:
            path = self.build.text(module.start_byte + 1, module.end_byte - 1)
            self._imported(self.build.text(start + 6, module.start_byte), path, start)
            return
        self.exported_until = max(self.exported_until, end)
        value = node.child_by_field_name("value")
        if value is not None:
            value = self._unwrapped(value)
            value = self._wrapped(value) or value
            if value.type in _FUNCTIONS:
                at = (value.start_byte, value.end_byte)
                self.named[at] = ("", "default", value.start_byte, value.start_byte)

    def _imported(self, clause: str, module: str, start: int) -> None:
        """The names of ``a, { b, type c as d }`` or ``* as e`` before ``from``."""
        if "/" in clause:
            clause = _COMMENT.sub(" ", clause)
        imports = self.build.imports
        head = _LEADING.match(clause)
        type_only = bool(head and head[1])
        listed = _LIST.search(clause)
        star = None if listed else _STAR.search(clause)
        if head and head[2] and head[2] != "from":
            imports.append(Import(head[2], (module, "default"), start, type_only))
        if listed:
            for exported, alias, typed in _listed(listed[1]):
                imports.append(Import(alias, (module, exported), start, type_only or typed))
        elif star:
            imports.append(Import(star[1] or "*", (module, "*"), start, type_only))
        elif not clause.strip():
            imports.append(Import("", (module,), start))


def _property(node: Node) -> Node | None:
    """The last word of ``a.b.c``."""
    found = node.child_by_field_name("property")
    return found if found is not None and found.is_named else None


def _is_own(path: tuple[str, ...]) -> bool:
    """Whether a path begins with the object itself."""
    return path[0] == "this" or (path[0] == "super" and len(path) > 1)


def _called(raw: bytes) -> tuple[str, tuple[str, ...], int, int] | None:
    """(name, path, where the name stands, where the receiver ends) of the source before the
    arguments of a call; ``None`` when the nodes must tell."""
    if not raw or raw[-1] in b" \t\r\n":
        return None
    dot = raw.rfind(b".")
    last = _LAST_WORD.fullmatch(raw, dot + 1)
    if last is None:
        return None
    name_at = last.start(1)
    name = last[1].decode("utf-8", "replace")
    upto = 0
    if dot >= 0:
        upto = dot
        while upto and raw[upto - 1] in b" \t\r\n.?!":
            upto -= 1
        if not upto:
            return None
    elif name_at:
        return None
    if len(raw) >= _MAX_PATH or not _WORDS.fullmatch(raw):
        return (name, (), name_at, upto) if dot >= 0 else None
    path = _words(raw)
    if path[0].encode() in _NO_NAMES and (len(path) == 1 or not _is_own(path)):
        return None
    return path[-1], () if _is_own(path) else path, name_at, upto


def _after_blanks(source: bytes, at: int) -> int:
    while source[at : at + 1] in (b" ", b"\n", b"\t", b"\r"):
        at += 1
    return at


def _words(raw: bytes) -> tuple[str, ...]:
    if b" " in raw or b"\n" in raw or b"\t" in raw or b"?" in raw or b"!" in raw:
        raw = raw.translate(None, b" \t\r\n?!")
    return tuple(raw.decode("utf-8", "replace").split("."))


def _key(text: str) -> str:
    """A property's name without quotes and brackets."""
    return text.strip("[]").strip("\"'`") if text[:1] in ("[", '"', "'", "`") else text


def _listed(text: str) -> Iterator[tuple[str, str, bool]]:
    """(exported name, name here, types only) of the names in braces."""
    if "/" in text:
        text = _COMMENT.sub(" ", text)
    for part in text.split(","):
        words = part.partition("=")[0].split()
        typed = len(words) > 1 and words[0] == "type" and words[1] != "as"
        if typed:
            words = words[1:]
        if not words:
            continue
        name = words[0].strip("\"'")
        alias = words[2] if len(words) == 3 and words[1] == "as" else name
        yield name, alias.strip("\"'"), typed
