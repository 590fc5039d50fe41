"""What the outline of a script holds besides functions and calls: classes, constants, exports."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.code_script import imports_of
from pytest_reconaudit.readers.scans.outline import FileOutline, More, OutlinedType, folded
from pytest_reconaudit.readers.syntax import SyntaxTree

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["describe", "runs_in_browsers", "view"]

_CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})
_CLASS = regex(rb"\bclass\s+[\w$]+")
_INTERFACE = regex(
    r"interface\s+([A-Za-z_$][\w$]*)\b(?:\s*<[^{};\n]{0,200}>)?"
    r"(?:\s+extends\s+([^{};\n]{1,200}?))?\s*\{",
    8,
)
_ALIAS = regex(
    r"type\s+([A-Za-z_$][\w$]*)\s*=\s*([A-Za-z_$][\w$.<>, |]{0,100});?[ \t]*$",
    8,
)
_MADE = regex(r"\bthis\.(#?[A-Za-z_$][\w$]*)\s*=\s*(new\s+[A-Za-z_$][\w$.]*)\s*[<(]")
_BASES = regex(r"\b(?:extends|implements)\s+([^{]*?)(?=\bimplements\b|\{|$)")
_DEFAULT = regex(
    r"export\s+default\s+"
    r"(?:(?:abstract\s+)?(?:async\s+)?(?:function\b\s*\*?|class\b)\s*(?P<named>[A-Za-z_$][\w$]*)?"
    r"|(?P<value>new\s+[A-Za-z_$][^;\n]{0,120}|[A-Za-z_$][\w$]*)\s*(?:;|$))",
    8,
)
_LISTS = regex(r"export\s*\{([^}]{0,4000})\}\s*(?!\s*from)", 8)
_COMMON_JS = regex(
    r"module\.exports\s*=\s*(?:((?:new\s+)?[A-Za-z_$][\w$]*(?:\([^()\n]{0,120}\))?)\s*+;?[ \t]*+$"
    r"|\{([^{}]{0,2000})\})",
    8,
)
_LISTED = regex(r"(?:type\s+)?([A-Za-z_$][\w$]*)(?:\s+as\s+([A-Za-z_$][\w$]*))?\s*$")
_MAY_MAKE = regex(rb"(?:await\s+)?(?:new\s+[A-Za-z_$]|[A-Za-z_$][\w$.]*\()")
_MAY_TELL = regex(r"=(?:await )?(?:new [A-Za-z_$]|[A-Za-z_$][\w$.]*\()|^[A-Z]")
_TYPE = 120
_MAX_FIELDS = 60


_VIEWS = regex(r"from\s*[\"'](?:react|preact|solid-js|vue|svelte)[\"'/]")
_SERVER = (
    "prisma", "use server", "getServerSideProps", "getStaticProps", "knex", "typeorm", "sequelize",
    "drizzle", "redis", "mongoose", "express", "fastify", "@nestjs", "next/server", "next/headers",
    "Prisma", "createServerFn", "loader", "server-only", "mongodb", "kysely", "trpc", "hono",
)  # fmt: skip


def runs_in_browsers(text: str, path: str) -> bool:
    """Whether a script is a view: what it calls is never followed, only what it imports."""
    if not path.endswith((".tsx", ".jsx")) and not _VIEWS.search(text):
        return False
    return not any(mark in text for mark in _SERVER)


def view(tree: SyntaxTree) -> FileOutline | None:
    """The outline of a view: what it imports and exports, without its functions."""
    text = tree.source.decode("utf-8", "replace")
    found = tuple((one.name, one.path) for one in imports_of(tree))
    exports = tuple(_exports(text)) if "export" in text else ()
    if not found and not exports:
        return None
    return FileOutline((), found, (), len(tree.errors), (), (), exports)


class _Script(More):
    def is_closure(self, start: int, end: int) -> bool:
        text = self.code.source[start : min(end, start + 400)]
        return b"=>" in text.partition(b"{")[0] or text.startswith((b"function", b"async function"))


def describe(code: Code) -> More:
    """The classes, constants and exports of a file."""
    more = _Script(code)
    source = code.source
    types = list(_classes(code, more)) if _CLASS.search(source) else []
    has_types = code.language != "javascript" and (b"interface " in source or b"type " in source)
    if has_types or b"export" in source or b"module.exports" in source:
        text = source.decode("utf-8", "replace")
        if has_types:
            types += _interfaces(text)
        more.exports = tuple(_exports(text))
    more.types = tuple(types)
    found = []
    for one in code.bindings:
        if code.scopes[one.scope].function < 0 and one.name.isidentifier():
            if one.type:
                what = folded(one.type, _TYPE)
            elif _MAY_MAKE.match(source, one.value[0], one.value[1]):
                what = more.value(one.value)
            else:
                continue
            if _MAY_TELL.match(what):
                found.append((one.name, what))
    more.variables = tuple(found)
    return more


def _exports(text: str) -> list[tuple[str, str, str]]:
    found = []
    for match in _DEFAULT.finditer(text) if "export default" in text else ():
        if match["named"]:
            found.append(("default", "", match["named"]))
        elif match["value"]:
            value = match["value"].strip()
            found.append(("default", "", f"={value}" if value.startswith("new ") else value))
    for match in _LISTS.finditer(text) if "export {" in text or "export{" in text else ():
        for part in match[1].split(","):
            listed = _LISTED.match(part.strip())
            if listed:
                found.append((listed[2] or listed[1], "", listed[1]))
    for match in _COMMON_JS.finditer(text) if "module.exports" in text else ():
        if match[1]:
            made = match[1].startswith("new ")
            if made or match[1].isidentifier():
                found.append(("default", "", f"={match[1]}" if made else match[1]))
        for part in (match[2] or "").split(","):
            name, _, value = part.partition(":")
            if name.strip().isidentifier() and (not value or value.strip().isidentifier()):
                found.append((name.strip(), "", value.strip() or name.strip()))
    return found


def _interfaces(text: str) -> list[OutlinedType]:
    """Interfaces and aliases: by pattern, as there are very many and little is asked of them."""
    types = []
    for match in _INTERFACE.finditer(text) if "interface " in text else ():
        bases = tuple(part.strip() for part in (match[2] or "").split(",") if part.strip())
        line = text.count("\n", 0, match.start(1)) + 1
        types.append(OutlinedType(match[1], "interface", (), line, bases, ()))
    for match in _ALIAS.finditer(text) if "type " in text else ():
        line = text.count("\n", 0, match.start(1)) + 1
        types.append(OutlinedType(match[1], "alias", (), line, (match[2].strip(),), ()))
    return types


def _classes(code: Code, more: More) -> Iterator[OutlinedType]:
    for node in sorted(code.tree.around(_CLASS, _CLASSES), key=_start):
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            continue
        head = folded(code.text(name.end_byte, min(body.start_byte, name.end_byte + 800)), 400)
        bases = tuple(
            part.strip()
            for match in _BASES.finditer(head)
            for part in match[1].split(",")
            if part.strip()
        )
        fields = tuple(islice(_fields(code, more, body), _MAX_FIELDS))
        yield OutlinedType(
            _text(code, name), "class", (), code.line(node.start_byte), bases, fields
        )


def _start(node: Node) -> int:
    return node.start_byte


def _fields(code: Code, more: More, body: Node) -> Iterator[tuple[str, str]]:
    """What a class holds: its fields, the constructor's, and what ``this.x = new X()`` makes."""
    for member in body.named_children:
        if member.type in ("public_field_definition", "field_definition"):
            field = _field(code, more, member)
            if field is not None:
                yield field
        elif member.type == "method_definition":
            name = member.child_by_field_name("name")
            given = member.child_by_field_name("parameters")
            if name is None or given is None or _text(code, name) != "constructor":
                continue
            for parameter in given.named_children:
                if any(one.type == "accessibility_modifier" for one in parameter.named_children):
                    field = _field(code, more, parameter)
                    if field is not None:
                        yield field
            for match in _MADE.finditer(code.text(given.end_byte, member.end_byte)):
                yield match[1], f"={match[2]}()"


def _field(code: Code, more: More, node: Node) -> tuple[str, str] | None:
    """A field's name and its type or value, if they may be of the repository."""
    name = (
        node.child_by_field_name("name")
        or node.child_by_field_name("property")
        or node.child_by_field_name("pattern")
    )
    kind, value = node.child_by_field_name("type"), node.child_by_field_name("value")
    if name is None or name.end_byte - name.start_byte > 80:
        return None
    if kind is not None:
        text = folded(_text(code, kind).removeprefix(":"), _TYPE)
        return (_text(code, name), text) if _is_capital(text) else None
    if value is not None and value.type in ("new_expression", "call_expression"):
        return _text(code, name), more.value((value.start_byte, value.end_byte))
    return None


def _is_capital(text: str) -> bool:
    return text[:1].isupper() and not text.islower()


def _text(code: Code, node: Node) -> str:
    return code.text(node.start_byte, node.end_byte)
