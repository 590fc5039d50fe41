"""The index of a Rust file (see :mod:`.code`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Binding, Call, Code, Function, Import, Parameter
from pytest_reconaudit.readers.code_build import Builder
from pytest_reconaudit.readers.rust_use import used_names
from pytest_reconaudit.readers.syntax import SyntaxTree, parse_snippet, query

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["index_rust"]

_QUERY = """
(call_expression) @call
(macro_invocation) @macro
(function_item) @function
(function_signature_item) @function
(closure_expression) @closure
(async_block) @async
(for_expression) @for
(while_expression) @while
(loop_expression) @loop
(await_expression) @await
(block) @block
(if_expression consequence: (block) @if)
(else_clause (block) @else)
(unsafe_block (block) @unsafe)
(match_block) @match
(let_declaration) @let
(const_item) @let
(static_item) @let
(use_declaration) @use
(mod_item) @container
(impl_item) @container
(trait_item) @container
"""
_LABELS = ("if", "else", "unsafe")
_TEST = regex(
    r"#\[\s*(?:(?:\w+::)*(?:test|rstest|test_case|bench|quickcheck|proptest|wasm_bindgen_test)\b"
    r"|cfg\s*\(\s*(?:test\b|(?:all|any)\s*\([^)]*\btest\b))"
)
_COMMENT = regex(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_WORDS = regex(rb"[A-Za-z_]\w*")
_GENERICS = regex(r"<.*", re.DOTALL)
_SILENT = frozenset(
    {
        "println", "print", "eprintln", "eprint", "format", "write", "writeln", "panic", "info",
        "debug", "warn", "error", "trace", "log", "assert", "assert_eq", "assert_ne", "matches",
        "concat", "include_str", "env", "stringify", "debug_assert", "bail", "ensure", "anyhow",
        "unreachable", "todo", "unimplemented", "span", "event", "format_args", "table", "cfg",
        "allow_tables_to_appear_in_same_query", "joinable", "macro_rules", "dbg", "eyre",
    }
)  # fmt: skip
"""Macros whose arguments are searched for calls only when something in them is awaited."""
_CALLING = regex(rb"\w\s*(?:::<[^<>]*>)?\(|\.\s*await\b")
_MAX_MACRO = 20_000
_MAX_NESTING = 3


_Seen = tuple[int, int, int, int, "Node", int]
"""A captured node: start, minus the end (outer before inner), its kind's number, a serial number
so that nodes are never compared, the node, and what to add to its own offsets."""
_KINDS = (
    "let", "call", "macro", "function", "closure", "async", "for", "while", "loop", "block",
    "match", "use", "container",
)  # fmt: skip


def index_rust(tree: SyntaxTree) -> Code:
    """The index of a Rust file; never raises."""
    return _Indexing(tree).code()


class _Indexing:
    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.source = tree.source
        self.build = Builder(tree)
        self.awaited: set[tuple[int, int]] = set()
        self.labels: dict[tuple[int, int], str] = {}
        self.bodies: dict[tuple[int, int], tuple[str, tuple[int, int], int, bool]] = {}
        """Range of a block → (kind, head, function, async) of the scope that it makes."""
        self.argument_of: dict[tuple[int, int], int] = {}
        """Range of an argument → index of the call."""
        self.containers: list[tuple[int, str, str, str, bool]] = []
        """(end, kind, name, trait, test) of the impls, traits and modules around, outer first."""
        self.tests: list[int] = []
        """Ends of the test functions around."""

    def code(self) -> Code:
        seen: list[_Seen] = []
        self._nodes(self.tree.root, 0, 0, seen)
        seen.sort()
        build, containers = self.build, self.containers
        methods = [getattr(self, f"_{kind}") for kind in _KINDS]
        for start, inner, kind, _, node, shift in seen:
            build.at(start)
            while containers and containers[-1][0] <= start:
                containers.pop()
            methods[kind](node, start, -inner, shift)
        return build.code()

    def _nodes(self, root: Node, shift: int, depth: int, seen: list[_Seen]) -> None:
        """Add the nodes below one to ``seen``, those in macros too."""
        found = self.tree.captures_unsorted(query("rust", _QUERY), root)
        for label in _LABELS:
            for node in found.get(label, ()):
                self.labels[node.start_byte + shift, node.end_byte + shift] = label
        for node in found.get("await", ()):
            inner = node.named_child(0)
            if inner is not None and inner.type in ("call_expression", "macro_invocation"):
                self.awaited.add((inner.start_byte + shift, inner.end_byte + shift))
        limit = len(self.source)
        for kind, name in enumerate(_KINDS):
            for node in found.get(name, ()):
                start, end = node.start_byte + shift, node.end_byte + shift
                if end <= limit:
                    seen.append((start, -end, kind, len(seen), node, shift))
        if depth < _MAX_NESTING:
            for node in found.get("macro", ()):
                self._within_macro(node, shift, depth, seen)

    def _within_macro(self, node: Node, shift: int, depth: int, seen: list[_Seen]) -> None:
        """Add the nodes of a macro's arguments, read as the statements of a function."""
        name = node.child_by_field_name("macro")
        body = node.named_child(node.named_child_count - 1)
        if name is None or body is None or body.type != "token_tree":
            return
        start, end = body.start_byte + shift + 1, body.end_byte + shift - 1
        inner = self.source[start:end]
        if len(inner) > _MAX_MACRO or not _CALLING.search(inner):
            return
        last = self.source[name.start_byte + shift : name.end_byte + shift].split(b"::")[-1]
        if last.decode("utf-8", "replace") in _SILENT and b"await" not in inner:
            return
        # `a, b` is read as the arguments of a call. `pattern = future => body` of select! is no
        # expression; a statement is near enough.
        listed = b"," in inner and b";" not in inner and b"=>" not in inner
        head, tail = (b"async fn f(){g(", b")}") if listed else (b"async fn f(){", b"}")
        snippet = parse_snippet(head + inner.replace(b"=>", b"; ") + tail, "rust")
        within = snippet.root_node.named_child(0) if snippet is not None else None
        if within is None:
            return
        body_node = within.child_by_field_name("body")
        while listed and body_node is not None and body_node.type != "arguments":
            given = body_node.child_by_field_name("arguments")
            body_node = given or (body_node.named_child(0) if body_node.named_child_count else None)
        if body_node is None:
            return
        found: list[_Seen] = []
        self._nodes(body_node, start - len(head), depth + 1, found)
        braces = _KINDS.index("block")
        for at, minus_end, kind, _, one, by in found:
            if kind != braces or one.id != body_node.id:
                seen.append((at, minus_end, kind, len(seen), one, by))

    # -- one method per kind of node ---------------------------------------------------------

    def _call(self, node: Node, start: int, end: int, shift: int) -> None:
        callee = node.child_by_field_name("function")
        if callee is None:
            return
        if callee.type == "generic_function":
            callee = callee.child_by_field_name("function") or callee
        path: tuple[str, ...] = ()
        receiver = (start, start)
        name_at = callee.start_byte + shift
        kind = callee.type
        if kind == "field_expression":
            field = callee.child_by_field_name("field")
            value = callee.child_by_field_name("value")
            if field is None or value is None:
                return
            name_at = field.start_byte + shift
            name = self.build.text(name_at, field.end_byte + shift)
            receiver = (value.start_byte + shift, value.end_byte + shift)
        elif kind == "identifier":
            name = self.build.text(name_at, callee.end_byte + shift)
            path = (name,)
        elif kind == "scoped_identifier":
            path = self._path(callee, shift)
            last = callee.child_by_field_name("name")
            if last is not None:
                name_at = last.start_byte + shift
            name = path[-1] if path else ""
        else:
            name = ""
        self._add(node, name, path, (start, end), name_at, receiver, shift)

    def _macro(self, node: Node, start: int, end: int, shift: int) -> None:
        callee = node.child_by_field_name("macro")
        if callee is None:
            return
        path = self._path(callee, shift)
        index = len(self.build.calls)
        body = node.named_child(node.named_child_count - 1)
        inside = (
            ((body.start_byte + shift + 1, body.end_byte + shift - 1),)
            if body is not None and body.type == "token_tree"
            else ()
        )
        self.build.calls.append(
            Call(
                index,
                path[-1] if path else "",
                path,
                start,
                end,
                callee.start_byte + shift,
                (start, start),
                inside,
                self.build.scope,
                (start, end) in self.awaited,
                True,
            )
        )

    def _add(
        self,
        node: Node,
        name: str,
        path: tuple[str, ...],
        span: tuple[int, int],
        name_at: int,
        receiver: tuple[int, int],
        shift: int,
    ) -> None:
        index = len(self.build.calls)
        given = node.child_by_field_name("arguments")
        arguments: tuple[tuple[int, int], ...] = ()
        if given is not None and given.named_child_count:
            found = []
            for one in given.named_children:
                kind = one.type
                if kind in ("line_comment", "block_comment", "attribute_item"):
                    continue
                at = (one.start_byte + shift, one.end_byte + shift)
                found.append(at)
                if kind == "closure_expression" or kind == "async_block":
                    self.argument_of[at] = index
            arguments = tuple(found)
        self.build.calls.append(
            Call(
                index,
                name,
                path,
                span[0],
                span[1],
                name_at,
                receiver,
                arguments,
                self.build.scope,
                span in self.awaited,
            )
        )

    def _path(self, node: Node, shift: int) -> tuple[str, ...]:
        """The words of a path, generics and `<T as Trait>` left out."""
        raw = self.source[node.start_byte + shift : node.end_byte + shift]
        if b"<" not in raw:
            words = raw.decode("utf-8", "replace").split("::")
            return tuple(words) if raw.isalnum() else tuple([word.strip() for word in words])
        plain, depth = bytearray(), 0
        for byte in raw:
            if byte == 60:
                depth += 1
            elif byte == 62:
                depth -= 1
            elif not depth:
                plain.append(byte)
        if raw.startswith(b"<"):  # `<T as Trait>::f`, `<Vec<u8>>::new`
            inside = _WORDS.search(raw)
            plain = bytearray((inside[0] if inside else b"") + bytes(plain))
        left = bytes(plain).decode("utf-8", "replace").split("::")
        return tuple([word.strip() for word in left if word.strip()])

    def _function(self, node: Node, start: int, end: int, shift: int) -> None:
        build = self.build
        name = node.child_by_field_name("name")
        if name is None:
            return
        body = node.child_by_field_name("body")
        span = (body.start_byte + shift, body.end_byte + shift) if body else (end, end)
        given = node.child_by_field_name("parameters")
        returns = node.child_by_field_name("return_type")
        name_at = name.start_byte + shift
        head = self.source[start:name_at]
        attributes = tuple(self._attributes(node, shift))
        while self.tests and self.tests[-1] <= start:
            self.tests.pop()
        inside = [one for one in self.containers if one[1] == "mod"]
        owner = next((one for one in reversed(self.containers) if one[1] != "mod"), None)
        is_test = (
            bool(self.tests)
            or any(one[4] for one in self.containers)
            or any(_TEST.match(one) for one in attributes)
        )
        if is_test:
            self.tests.append(end)
        index = len(build.functions)
        is_async = b"async" in head.split()
        build.functions.append(
            Function(
                index=index,
                name=build.text(name_at, name.end_byte + shift),
                owner=owner[2] if owner else "",
                trait=owner[3] if owner else "",
                modules=tuple(one[2] for one in inside),
                start=start,
                end=end,
                body=span,
                name_at=name_at,
                is_async=is_async,
                is_test=is_test,
                exported=head.lstrip().startswith(b"pub"),
                parameters=tuple(self._parameters(given, shift)) if given is not None else (),
                returns=(
                    build.text(returns.start_byte + shift, returns.end_byte + shift)
                    if returns is not None
                    else ""
                ),
                attributes=attributes,
                scope=-1,
            )
        )
        if body is not None:
            self.bodies[span] = ("function", (0, 0), index, is_async)

    def _parameters(self, given: Node, shift: int) -> Iterator[Parameter]:
        for one in given.named_children:
            if one.type == "self_parameter":
                yield Parameter(
                    "self", self.build.text(one.start_byte + shift, one.end_byte + shift)
                )
            elif one.type == "parameter":
                pattern = one.child_by_field_name("pattern")
                kind = one.child_by_field_name("type")
                if pattern is not None:
                    yield Parameter(
                        self.build.text(pattern.start_byte + shift, pattern.end_byte + shift),
                        self.build.text(kind.start_byte + shift, kind.end_byte + shift)
                        if kind is not None
                        else "",
                    )

    def _attributes(self, node: Node, shift: int) -> Iterator[str]:
        found = []
        before = node.prev_named_sibling
        while before is not None and before.type in (
            "attribute_item",
            "line_comment",
            "block_comment",
        ):
            if before.type == "attribute_item":
                found.append(self.build.text(before.start_byte + shift, before.end_byte + shift))
            before = before.prev_named_sibling
        yield from reversed(found)

    def _container(self, node: Node, start: int, end: int, shift: int) -> None:
        kind = node.type.removesuffix("_item")
        title = node.child_by_field_name("type" if kind == "impl" else "name")
        if title is None or node.child_by_field_name("body") is None:
            return
        trait = node.child_by_field_name("trait") if kind == "impl" else None
        name = self._bare(title, shift)
        self.containers.append(
            (
                end,
                kind,
                name,
                self._bare(trait, shift) if trait is not None else name if kind == "trait" else "",
                any(_TEST.match(one) for one in self._attributes(node, shift)),
            )
        )

    def _bare(self, node: Node, shift: int) -> str:
        """A type's last word, without generics, references and path."""
        text = self.build.text(node.start_byte + shift, node.end_byte + shift)
        text = _GENERICS.sub("", text.lstrip("&").removeprefix("dyn "))
        return text.rpartition("::")[2].strip()

    def _closure(self, node: Node, start: int, end: int, shift: int) -> None:
        body = node.child_by_field_name("body")
        given = node.child_by_field_name("parameters")
        head = (given.start_byte + shift, given.end_byte + shift) if given is not None else (0, 0)
        is_async = self.source[start : start + 12].split()[:1] == [b"async"]
        if body is not None and body.type == "block":
            # One scope for the closure, none for its braces.
            self.bodies[body.start_byte + shift, body.end_byte + shift] = ("", head, -1, False)
        self.build.open(
            "closure",
            start,
            end,
            call=self.argument_of.get((start, end), -1),
            head=head,
            is_async=is_async,
        )

    def _async(self, node: Node, start: int, end: int, shift: int) -> None:
        body = node.named_child(node.named_child_count - 1)
        if body is not None and body.type == "block":
            self.bodies[body.start_byte + shift, body.end_byte + shift] = ("", (0, 0), -1, False)
        self.build.open(
            "async", start, end, call=self.argument_of.get((start, end), -1), is_async=True
        )

    def _for(self, node: Node, start: int, end: int, shift: int) -> None:
        self._looping(node, "for", "value", shift)

    def _while(self, node: Node, start: int, end: int, shift: int) -> None:
        self._looping(node, "while", "condition", shift)

    def _loop(self, node: Node, start: int, end: int, shift: int) -> None:
        self._looping(node, "loop", "", shift)

    def _looping(self, node: Node, label: str, head: str, shift: int) -> None:
        body = node.child_by_field_name("body")
        over = node.child_by_field_name(head) if head else None
        if body is not None:
            span = (body.start_byte + shift, body.end_byte + shift)
            at = (over.start_byte + shift, over.end_byte + shift) if over is not None else (0, 0)
            self.bodies[span] = ("loop", at, -1, False)
            self.labels[span] = label

    def _block(self, node: Node, start: int, end: int, shift: int) -> None:
        build = self.build
        kind, head, function, is_async = self.bodies.get((start, end), ("block", (0, 0), -1, False))
        if not kind:
            return
        label = self.labels.get((start, end), "")
        if kind == "function":
            scope = build.open("function", start, end, function=function, is_async=is_async)
            made = build.functions[function]
            build.functions[function] = _with_scope(made, scope)
        else:
            build.open(kind, start, end, head=head, label=label)

    def _match(self, node: Node, start: int, end: int, shift: int) -> None:
        self.build.open("block", start, end, label="match")

    def _let(self, node: Node, start: int, end: int, shift: int) -> None:
        pattern = node.child_by_field_name("pattern") or node.child_by_field_name("name")
        if pattern is None:
            return
        kind = node.child_by_field_name("type")
        value = node.child_by_field_name("value")
        text = self.build.text
        self.build.bindings.append(
            Binding(
                text(pattern.start_byte + shift, pattern.end_byte + shift),
                text(kind.start_byte + shift, kind.end_byte + shift) if kind is not None else "",
                start,
                end,
                (value.start_byte + shift, value.end_byte + shift)
                if value is not None
                else (end, end),
                self.build.scope,
            )
        )

    def _use(self, node: Node, start: int, end: int, shift: int) -> None:
        argument = node.child_by_field_name("argument")
        if argument is None:
            return
        text = self.build.text(argument.start_byte + shift, argument.end_byte + shift)
        for path, alias in used_names(_COMMENT.sub(" ", text)):
            if path[-1:] == ("*",):
                # `use *;` of the 2015 edition takes all that the crate's root holds
                self.build.imports.append(Import("*", path[:-1] or ("crate",), start))
            elif path:
                self.build.imports.append(Import(alias or path[-1], path, start))


def _with_scope(function: Function, scope: int) -> Function:
    from msgspec.structs import replace

    return replace(function, scope=scope)
