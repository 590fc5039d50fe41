"""Fields of GraphQL in TypeScript and JavaScript: the decorators of NestJS and type-graphql, maps
of resolvers, and schemas in template strings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code, Function
from pytest_reconaudit.readers.graph_calls import calls_of, holds
from pytest_reconaudit.readers.graph_records import ROOT, GraphAnswer, GraphFile, GraphResolver
from pytest_reconaudit.readers.graph_schema import is_narrow, schema_answers
from pytest_reconaudit.readers.syntax import decorators_of

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["read_graph_script"]

_DECORATED = regex(r"@(?:\w+\.)?(\w+)\s*(?:\(|$)")
_FIELD_RESOLVERS = ("ResolveField", "ResolveProperty", "FieldResolver")
_ARROW = regex(
    r"(?:\(\s*+\w*+\s*+\)|\b\w++)\s*+=>\s*+(\[?)\s*+([A-Za-z_$][\w$]*+)\s*+(?:\(\s*+([A-Z]\w*+)\s*+[,)])?"
)
_PLAIN = regex(r"@(?:\w+\.)?\w+\(\s*([A-Z]\w*)\s*[,)]")
_TEXT = regex(r"@(?:\w+\.)?\w+\(\s*[\"'`](\w+)[\"'`]")
_NAME = regex(r"\bname\s*:\s*[\"'`](\w+)[\"'`]")
_BASE = regex(
    r"\bextends\s+([A-Za-z_$][\w$]*)\s*(?:<[\w\s,]{0,100}>\s*)?\(\s*(?:\(\s*\)\s*=>\s*)?([A-Z]\w*)\s*[,)]"
)
_PAGE = regex(r"(?i)paginat|page|connection|list|results?$|collection")
_OF_USER = regex(r"@\w*(?:User|Viewer|Profile|Session)\w*\(")
"""What gives a method the one who asks."""
_PARENT = regex(
    r"@(?:Parent|Root|Source)\(\s*+\)\s*+(?:readonly\s++)?([A-Za-z_$][\w$]*+|\{[^{}]{0,300}\})"
    r"\s*+[?!]?\s*+(?::\s*([A-Za-z_$][\w$.]*))?"
)
_ARGUMENT = regex(
    r"@Args?\(\s*(?:\{[^{}]{0,100}?\bname\s*:\s*)?[\"'`](\w+)[\"'`](?![^\n]{0,120}\bnullable\s*:\s*true)"
)
_TEMPLATE = regex(
    r"\b(?:gql|graphql)\s*(?:\(\s*)?`|/\*\s*GraphQL\s*\*/\s*`|`\s*#graphql|\bbuildSchema\(\s*`"
    r"|\b(?:typeDefs|typedefs|schema)\b[^=\n]{0,40}=\s*(?:\[\s*)?`"
)
_HANDLER = regex(r"@QueryHandler\(\s*([A-Z]\w*)\s*,?\s*\)")
_MAPS = regex(r"(?i)resolver|(?:^|/)(?:graphql|schema|gql)(?:/|\.)")
_CLASSES = frozenset({"class_declaration", "abstract_class_declaration"})
_FIRST = regex(r"(?:[A-Za-z_$][\w$]*|\{[^{}]*\})$")
_UNUSED = regex(r"_|_\w*$")
_MOST = 1_000
_HEAD = 2_000
_MOST_SCHEMA = 400_000


def read_graph_script(code: Code) -> GraphFile | None:
    """The part of a script in a schema of GraphQL; ``None`` without any."""
    text = code.text(0, len(code.source))
    answers: list[GraphAnswer] = []
    resolvers: list[GraphResolver] = []
    handlers: list[tuple[str, int]] = []
    decorated = "@Resolve" in text or "@FieldResolver" in text or "@ObjectType" in text
    if decorated or "@QueryHandler" in text or "@Query(" in text:
        for node in islice(code.tree.walk(_CLASSES), _MOST):
            _class(code, node, answers, resolvers, handlers)
    if "type " in text and "`" in text:
        answers += islice(_templates(text), _MOST)
    if _MAPS.search(code.path) or "esolvers" in text:
        resolvers += islice(_mapped(code, text), _MOST)
    if not (answers or resolvers or handlers):
        return None
    return GraphFile(tuple(answers), tuple(resolvers), tuple(handlers))


# -- decorators ------------------------------------------------------------------------------


def _class(
    code: Code,
    node: Node,
    answers: list[GraphAnswer],
    resolvers: list[GraphResolver],
    handlers: list[tuple[str, int]],
) -> None:
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if named is None or body is None:
        return
    name = code.tree.text(named)
    given = dict(_decorators(code, node))
    methods = [
        one for one in code.functions if node.start_byte <= one.start and one.end <= node.end_byte
        and one.owner == name
    ]  # fmt: skip
    if "QueryHandler" in given:
        message = _HANDLER.match(given["QueryHandler"])
        run = next((one for one in methods if one.name == "execute"), None)
        if message is not None and run is not None:
            handlers.append((message[1], code.line(run.name_at)))
    base = _BASE.search(code.text(node.start_byte, body.start_byte)[:_HEAD])
    if base is not None and (_PAGE.search(base[1]) or _PAGE.search(name)):
        # `class OrderPage extends Paginated(Order)`
        answers.append(GraphAnswer(name, "items", base[2], True, code.line(named.start_byte)))
    of, by_name = _type_of(given.get("Resolver", ""))
    for method in methods:
        _method(code, method, (of, by_name), answers, resolvers)
    _fields(code, body, name, answers)


def _decorators(code: Code, node: Node) -> Iterator[tuple[str, str]]:
    """(name, source) of each decorator of a class or a member."""
    for one in decorators_of(node):
        text = code.tree.text(one)[:_HEAD]
        match = _DECORATED.match(text)
        if match is not None:
            yield match[1], text


def _type_of(decorator: str) -> tuple[str, bool]:
    """(type, whether it is named by a text) that ``@Resolver(…)`` names."""
    arrow = _ARROW.search(decorator)
    if arrow is not None:
        return arrow[2], False
    named = _TEXT.match(decorator)
    if named is not None:
        return named[1], True
    plain = _PLAIN.match(decorator)
    return (plain[1], False) if plain is not None else ("", False)


def _method(
    code: Code,
    method: Function,
    resolver: tuple[str, bool],
    answers: list[GraphAnswer],
    resolvers: list[GraphResolver],
) -> None:
    given = {
        match[1]: one[:_HEAD]
        for one in method.attributes
        if (match := _DECORATED.match(one)) is not None
    }
    line = code.line(method.name_at)
    head = code.text(method.name_at, min(method.body[0], method.name_at + _HEAD))
    kind = next((one for one in _FIELD_RESOLVERS if one in given), "")
    if not kind and ROOT not in given:
        return
    decorator = given[kind or ROOT]
    arrow = _ARROW.search(decorator)
    own = _TEXT.match(decorator) or _NAME.search(decorator)
    field = own[1] if own is not None else method.name
    of, by_name = resolver
    if kind:
        parent = _PARENT.search(head)
        first = method.parameters[0] if method.parameters else None
        plain = first is not None and "@" not in head[: head.find(first.name) + 1]
        name = parent[1] if parent is not None else first.name if first and plain else ""
        if not of:
            of = (parent[2] or "") if parent is not None else ""
        if not of:
            return
        if name and not code.text(*method.body).strip("{} \n"):
            return
        resolvers.append(
            GraphResolver(
                of,
                field,
                method.owner,
                method.name,
                line,
                calls_of(code, method, name),
                bool(name) and holds(code, method, name, field),
                by_name,
            )
        )
    if arrow is None:
        if by_name or (not kind and not method.returns.strip().endswith("[]")):
            answers.append(GraphAnswer(of if kind else ROOT, field, "", False, line, line,
                                       by_name=True))  # fmt: skip
        return
    many, answered = bool(arrow[1]), arrow[2]
    if arrow[3] and _PAGE.search(answered):
        many, answered = True, arrow[3]  # `() => Paginated(Order)`
    narrow = _OF_USER.search(head) is not None or is_narrow(field, tuple(_ARGUMENT.findall(head)))
    answers.append(
        GraphAnswer(
            of if kind else ROOT,
            field,
            answered,
            many,
            line,
            line,
            narrow,
            by_name=by_name and bool(kind),
        )
    )


def _fields(code: Code, body: Node, owner: str, answers: list[GraphAnswer]) -> None:
    """The members of a class that are fields: ``@Field(() => [Order]) orders: Order[]``."""
    above: list[str] = []
    for child in body.named_children:
        if child.type == "decorator":
            above.append(code.tree.text(child)[:_HEAD])
            continue
        if child.type == "comment":
            continue
        if child.type in ("public_field_definition", "method_definition", "field_definition"):
            own = [
                code.tree.text(one)[:_HEAD]
                for one in child.named_children
                if one.type == "decorator"
            ]
            field = next(
                (one for one in (*above, *own) if (m := _DECORATED.match(one)) and m[1] == "Field"),
                "",
            )
            named = child.child_by_field_name("name")
            arrow = _ARROW.search(field) if field else None
            if arrow is not None and named is not None and len(answers) < _MOST:
                name = code.tree.text(named)
                many, of = bool(arrow[1]), arrow[2]
                answers.append(GraphAnswer(owner, name, of, many, code.line(named.start_byte)))
        above = []


# -- schemas and maps ------------------------------------------------------------------------


def _templates(text: str) -> Iterator[GraphAnswer]:
    for match in islice(_TEMPLATE.finditer(text), _MOST):
        start = text.find("`", match.start()) + 1
        end = text.find("`", start)
        if 0 < start < end < start + _MOST_SCHEMA:
            schema = text[start:end]
            if "type " in schema:
                yield from schema_answers(schema, text.count("\n", 0, start) + 1)


def _mapped(code: Code, text: str) -> Iterator[GraphResolver]:
    """The functions of ``{ Order: { customer: (order, args, context) => … } }``."""
    for one in code.functions:
        of = one.owner.rpartition(".")[2]
        if not of[:1].isupper() or not one.parameters or one.attributes or one.is_test:
            continue
        name = one.parameters[0].name
        if of in (ROOT, "Mutation", "Subscription") or _FIRST.match(name) is None:
            continue
        if _UNUSED.fullmatch(name) or one.trait or f"class {of}" in text:
            continue
        yield GraphResolver(
            of,
            one.name,
            one.owner,
            one.name,
            code.line(one.name_at),
            calls_of(code, one, name),
            holds(code, one, name, one.name),
            by_name=True,
        )
