"""Source code that runs database migrations: functions that only say so, and errors let go.

A function is told by its name and judged by its statements; the grammar gives the statements,
regular expressions the few harmless forms a statement may have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.syntax import SyntaxTree

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "MigrationCode",
    "MigrationFunction",
    "SwallowedError",
    "may_run_migrations",
    "migration_code",
]


class MigrationFunction(Struct, frozen=True):
    """A function whose name says that it runs migrations."""

    name: str
    place: Place
    stub: bool
    """Its body logs at most and returns success, and no comment says who else runs them."""
    said: str
    """The first comment inside a stub; else empty."""


class SwallowedError(Struct, frozen=True):
    """A branch that lets a migration's error go because of words in its message."""

    place: Place
    words: str
    text: str


class MigrationCode(Struct, frozen=True):
    """What a source file does about migrations; test modules are left out."""

    path: str
    functions: tuple[MigrationFunction, ...]
    swallowed: tuple[SwallowedError, ...]


_RUNS = r"(?:run|apply|execute|perform)"
_NAMES = {
    "rust": rf"fn\s+(?:{_RUNS}_(?:(?:pending|database|db|diesel|sqlx|sql|schema|all)_)*migrations?"
    r"|migrate(?:_(?:database|db|schema))?)\b",
    "python": rf"def\s+(?:{_RUNS}_(?:(?:pending|database|db|sql|schema|all)_)*migrations?"
    r"|migrate_(?:database|db|schema))\b",
    "script": rf"\b(?:{_RUNS}(?:Pending|Database|Db|DB|Sql|SQL|Schema|All)*Migrations?"
    r"|migrate(?:Database|Db|DB|Schema))\b\s*(?:[(<=:])",
}
_NAME_PATTERNS = {kind: regex(text.encode()) for kind, text in _NAMES.items()}
_NAME_HINT = regex("|".join(_NAMES.values()))
_MESSAGE = (
    r"(?:already exists|already applied|duplicate (?:column|table|key|object|index)|does not exist"
    r"|no such (?:table|column))"
)
_TELLS_BY = (
    rf"(?:contains|includes|indexOf|search|match)\s*\(\s*[\"'`/][^\"'`\n]{{0,40}}{_MESSAGE}"
    rf"|[\"'][^\"'\n]{{0,40}}{_MESSAGE}[^\"'\n]{{0,40}}[\"']\s+in\s"
    rf"|/[^/\n]{{0,40}}{_MESSAGE}[^/\n]{{0,40}}/\w*\.test\s*\("
)
_TELLS = regex(_TELLS_BY, re.IGNORECASE)
_TELLS_BYTES = regex(_TELLS_BY.encode(), re.IGNORECASE)
_WORDS = regex(_MESSAGE, re.IGNORECASE)

_FUNCTIONS = {
    "rust": frozenset({"function_item"}),
    "python": frozenset({"function_definition"}),
    "script": frozenset(
        {"function_declaration", "method_definition", "variable_declarator"}
        | {"public_field_definition"}
    ),
}
_BRANCHES = {
    "rust": frozenset({"if_expression", "match_arm"}),
    "python": frozenset({"if_statement"}),
    "script": frozenset({"if_statement"}),
}
_AROUND = frozenset(
    {"function_item", "function_definition", "function_declaration", "method_definition",
     "arrow_function", "function_expression", "source_file", "module", "program"}
)  # fmt: skip
_MIGRATES = regex(
    r"run_pending_migrations|run_migrations?|runMigrations?|applyMigrations?|apply_migrations?"
    r"|migrate!\s*\(|embed_migrations|MIGRATOR?S?\b|Migrator\b|\bmigrate\s*\(|migration_?files?"
    r"|migrations?\b.{0,200}(?:execute|query)",
    re.IGNORECASE | re.DOTALL,
)
_FAILS = regex(
    r"\bErr\s*\(|\?\s*;|\bpanic!|\bbail!|\bexit\s*\(|\bthrow\b|\braise\b|\breject\s*\("
    r"|\bsys\.exit\b|\banyhow!|\bunwrap\("
)
_DATABASE = regex(
    r"database|postgres|diesel|sqlx|prisma|knex|typeorm|sequelize|drizzle|psycopg|sqlalchemy"
    r"|\bpool\b|\bdb\b|PgConnection|\bpg\b",
    re.IGNORECASE,
)
_QUIET = {
    "rust": regex(
        r"(?:\w+::)*(?:trace|debug|info|warn|error|log|e?println|e?print|event)!\s*[(\[{].*"
        r"|(?:return\s+)?(?:\w+::)?Ok(?:::<[^()]*>)?\s*\(\s*(?:\(\)|true|\d+|vec!\[\]|Vec::new\(\))"
        r"\s*\)|let\s+_\w*\s*=\s*[&\w.]+|return|(?:tokio::time::)?sleep\(.*\)\.await",
        re.DOTALL,
    ),
    "python": regex(
        r"(?:self\.)?_?(?:logger|logging|log|console)\.\w+\(.*\)|print\(.*\)|pass|\.\.\."
        r"|return(?:\s+(?:True|None|0|\[\]))?|[rR]?\"\"\".*\"\"\"|[rR]?\"[^\"]*\"|'''.*'''"
        r"|(?:await\s+asyncio|time)\.sleep\(.*\)",
        re.DOTALL,
    ),
    "script": regex(
        r"(?:this\.)?_?(?:console|logger|log|winston)\.\w+\(.*\)"
        r"|return(?:\s+(?:true|undefined|null|0|\[\]|Promise\.resolve\([\w{}\s]*\)"
        r"|\{\s*(?:success|ok)\s*:\s*true[^}]*\}))?|await\s+Promise\.resolve\(\)"
        r"|await\s+new\s+Promise\(.*setTimeout.*\)",
        re.DOTALL,
    ),
}
_WORKS = regex(r"\.await|\bawait\s|\?\s*$|migrat\w*\s*\(|execute\w*\s*\(|query\w*\s*\(")
_ADMITS = regex(
    r"for now|placeholder|to-?do|fixme|real implementation|not (?:yet )?implemented|\bstub|would\b"
    r"|simulat|in (?:a )?(?:real|production)",
    re.IGNORECASE,
)
_EXPLAINS = regex(
    r"\b(?:are|is|be|gets?|been|were|was)\s+(?:\w+\s+){0,2}(?:run|applied|handled|managed|done"
    r"|executed|performed|embedded)\b|\bno-?op\b|externally|separately|nothing to (?:do|migrate)"
    r"|not (?:needed|required|necessary)|deprecated|has no (?:schema|migrations)",
    re.IGNORECASE,
)
_DOUBLES = regex(rb"mock|fake|no_?op|null|memory|dummy|stub|test", re.IGNORECASE)
_COMMENTS = frozenset({"comment", "line_comment", "block_comment"})


def may_run_migrations(text: str) -> bool:
    """Whether :func:`migration_code` can find anything; cheap."""
    return "igrat" in text and bool(_NAME_HINT.search(text) or _TELLS.search(text))


def migration_code(tree: SyntaxTree) -> MigrationCode:
    """The migration functions of a Rust, Python, JavaScript or TypeScript file. Never raises."""
    text = tree.source.decode("utf-8", "replace")
    if tree.language == "bash" or not may_run_migrations(text):
        return MigrationCode(tree.path, (), ())
    kind = tree.language if tree.language in ("rust", "python") else "script"
    functions = _functions(tree, kind) if _DATABASE.search(text) else ()
    return MigrationCode(tree.path, tuple(functions), tuple(_swallowed(tree, kind)))


def _functions(tree: SyntaxTree, kind: str) -> Iterator[MigrationFunction]:
    for node in tree.around(_NAME_PATTERNS[kind], _FUNCTIONS[kind]):
        name = node.child_by_field_name("name") or node.child_by_field_name("property")
        body = _body(node)
        if name is None or body is None or not _NAME_HINT.search(_signature(tree, node, name)):
            continue
        if _is_test(tree, node):
            continue
        stub = _is_stub(tree, node, body, kind)
        said = next((_words(tree.text(c)) for c in body.children if c.type in _COMMENTS), "")
        yield MigrationFunction(tree.text(name), tree.place(node), stub, said if stub else "")


def _signature(tree: SyntaxTree, node: Node, name: Node) -> str:
    """The name with the keyword before it, as the patterns want it."""
    if node.type in ("function_item", "function_definition"):
        return ("fn " if node.type == "function_item" else "def ") + tree.text(name)
    return tree.text(name) + "("


def _body(node: Node) -> Node | None:
    body = node.child_by_field_name("body")
    if body is None and (value := node.child_by_field_name("value")) is not None:
        body = value.child_by_field_name("body")
    return body if body is not None and body.type in ("block", "statement_block") else None


def _is_stub(tree: SyntaxTree, node: Node, body: Node, kind: str) -> bool:
    if node.has_error or _is_bound(tree, node):
        return False
    quiet = _QUIET[kind]
    for child in body.named_children:
        if child.type in _COMMENTS:
            continue
        text = tree.text(child).strip().rstrip(";").strip()
        if not quiet.fullmatch(text):
            return False
        if _WORKS.search(re.sub(r"\"(?:[^\"\\]|\\.)*\"|'[^'\n]*'|`[^`]*`", "''", text)) and not (
            "sleep" in text or "setTimeout" in text or "Promise.resolve" in text
        ):
            return False
    comments = " ".join(tree.text(one) for one in _comments(node, body))
    return bool(_ADMITS.search(comments)) or not _EXPLAINS.search(comments)


def _comments(node: Node, body: Node) -> Iterator[Node]:
    """The comments right above a function and those inside it, a docstring included."""
    before = node.prev_sibling
    while before is not None and before.type in (*_COMMENTS, "attribute_item", "decorator"):
        if before.type in _COMMENTS:
            yield before
        before = before.prev_sibling
    for child in body.named_children:
        if child.type in _COMMENTS or (
            child.type == "expression_statement"
            and child.named_child_count == 1
            and child.named_children[0].type == "string"
        ):
            yield child


def _is_bound(tree: SyntaxTree, node: Node) -> bool:
    """Whether a trait, a base class or a feature asks for the function: it may be empty then."""
    above: Node | None = node
    while above is not None:
        before = above.prev_sibling
        while before is not None and before.type in (*_COMMENTS, "attribute_item"):
            if before.type == "attribute_item" and b"cfg" in _bytes(tree, before):
                return True
            before = before.prev_sibling
        if above.type == "decorated_definition" and b"abstract" in _head(tree, above):
            return True
        if above.type == "trait_item":
            return True
        if above.type == "impl_item":
            owner = above.child_by_field_name("type")
            if above.child_by_field_name("trait") is not None:
                return True
            if owner is not None and _DOUBLES.search(_bytes(tree, owner)):
                return True
        if above.type in ("class_declaration", "class_definition", "class"):
            head = _head(tree, above)
            if re.search(rb"\b(?:extends|implements)\b|class\s+\w+\s*\(\s*\w", head):
                return True
            if _DOUBLES.search(head):
                return True
        above = above.parent
    return False


def _head(tree: SyntaxTree, node: Node) -> bytes:
    return _bytes(tree, node)[:300].partition(b"{")[0].partition(b":\n")[0]


def _bytes(tree: SyntaxTree, node: Node) -> bytes:
    return tree.source[node.start_byte : node.end_byte]


def _is_test(tree: SyntaxTree, node: Node) -> bool:
    above: Node | None = node
    while above is not None:
        if above.type in ("mod_item", "function_item"):
            before = above.prev_sibling
            while before is not None and before.type in (*_COMMENTS, "attribute_item"):
                if re.search(rb"\btest\b", _bytes(tree, before)) and before.type not in _COMMENTS:
                    return True
                before = before.prev_sibling
        above = above.parent
    return False


def _swallowed(tree: SyntaxTree, kind: str) -> Iterator[SwallowedError]:
    for node in tree.around(_TELLS_BYTES, _BRANCHES[kind]):
        test, inside, otherwise = _parts(node)
        if test is None or inside is None:
            continue
        condition = tree.text(test)
        found = _TELLS.search(condition)
        if found is None or _is_test(tree, node):
            continue
        fails = bool(_FAILS.search(tree.text(inside)))
        if re.search(r"!\s*[\w.()]*$|\bnot\s+$", condition[: found.start()]) or re.search(
            r"\bnot\s+in\b", condition[found.start() :]
        ):
            # ``if !message.contains(…) { return Err(…) }``: the others go on.
            lost = fails and (otherwise is None or not _FAILS.search(tree.text(otherwise)))
        else:
            lost = not fails
        words = _WORDS.search(found[0])
        if lost and words is not None and _MIGRATES.search(_function_text(tree, node)):
            yield SwallowedError(tree.place(node), words[0], _words(condition)[:160])


def _parts(node: Node) -> tuple[Node | None, Node | None, Node | None]:
    """(test, what is done, what else is done) of an ``if`` or a match arm."""
    if node.type == "match_arm":
        return node.child_by_field_name("pattern"), node.child_by_field_name("value"), None
    return (
        node.child_by_field_name("condition"),
        node.child_by_field_name("consequence"),
        node.child_by_field_name("alternative"),
    )


def _function_text(tree: SyntaxTree, node: Node) -> str:
    above: Node | None = node
    while above is not None and above.type not in _AROUND:
        above = above.parent
    return tree.text(above)[:20_000] if above is not None else ""


def _words(text: str) -> str:
    """One line, without comment marks."""
    return " ".join(text.strip("/*#! \n").split())[:160]
