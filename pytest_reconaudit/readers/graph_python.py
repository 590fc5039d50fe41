"""Fields of GraphQL in Python: the types of Strawberry and of Graphene."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code, Function
from pytest_reconaudit.readers.graph_calls import calls_of, holds
from pytest_reconaudit.readers.graph_records import ROOT, GraphAnswer, GraphFile, GraphResolver
from pytest_reconaudit.readers.graph_schema import is_narrow
from pytest_reconaudit.readers.query_call import table_name

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["read_graph_python"]

_ROOT_NAME = regex(r"(?:\w*[a-z0-9_])?Quer(?:y|ies)(?:Mixin|Type)?$|Query(?:Mixin|Type)?$")
_STRAWBERRY = regex(r"@(?:strawberry(?:_django)?\.(?:\w+\.)?|gql\.)(?:type|interface|node)\b")
_BERRY_FIELD = regex(
    r"@(?:strawberry(?:_django)?\.(?:\w+\.)?|gql\.)(?:field|connection)\b(?![^\x00]{0,300}"
    r"(?:prefetch_related|select_related|annotate|only)\s*=)"
)
_GRAPHENE = regex(r"(?:ObjectType|Type|Node|Query|Queries|Mixin)(?:Base)?$")
_RESOLVES = "resolve_"
_MANY = regex(
    r"\b(?:list|List|Sequence|Iterable|tuple|\w*Connection\w*|Paginated\w*|\w*Page|\w*OffsetPaginated|Edge)\["
)
_NAMED = regex(r"\b[A-Z]\w*")
_WRAPPERS = frozenset(
    {"List", "Optional", "Union", "None", "Sequence", "Iterable", "Annotated", "Awaitable", "Any",
     "Connection", "ListConnection", "ListConnectionWithTotalCount", "Private", "ID", "Info",
     "Edge", "Paginated", "OffsetPaginated", "Self", "QuerySet", "Literal", "Maybe"}
)  # fmt: skip
_GIVEN = regex(
    r"(?:\w+\.){0,2}(\w+)\(\s*(?:lambda\s*:\s*)?((?:(?:graphene\.)?(?:List|NonNull|NonNullList|Field)\(\s*(?:lambda\s*:\s*)?){0,3})"
    r"[\"']?((?:\w+\.){0,6}[A-Z]\w*)[\"']?\s*[,)]"
)
_LISTING = regex(r"(?:List|Connection|ConnectionField|ListField|NonNullList)$|List|Connection")
_META_NODE = regex(r"\bclass Meta\b[^:\n]{0,100}:(?:[^\n]*\n){1,8}?\s+node\s*=\s*([A-Z]\w*)")
_KEYWORD = regex(r"\b(\w+)\s*(?::\s*[\w.\[\]\"']+\s*)?(?=[,)])")
_SUBSCRIPT = regex(r"\[[^\[\]]*\]")
_RETURNED = regex(
    r"(?m)^([ \t]+)return[ \t]+(?:([A-Z]\w*)\.objects|(\w+)\.(\w+))\.(?:filter|exclude|order_by)\("
)
_MOST = 1_000
_MOST_CLASS = 60_000
_VALUE = 2_000


def read_graph_python(code: Code) -> GraphFile | None:
    """The part of a file in a schema of GraphQL; ``None`` without any."""
    answers: list[GraphAnswer] = []
    resolvers: list[GraphResolver] = []
    for node in islice(code.tree.walk(frozenset({"class_definition"})), _MOST):
        _class(code, node, answers, resolvers)
    if not (answers or resolvers):
        return None
    return GraphFile(tuple(answers), tuple(resolvers))


def _class(
    code: Code, node: Node, answers: list[GraphAnswer], resolvers: list[GraphResolver]
) -> None:
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if named is None or body is None:
        return
    name = code.tree.text(named)
    around = node.parent
    decorators = (
        [code.tree.text(one) for one in around.named_children if one.type == "decorator"]
        if around is not None and around.type == "decorated_definition"
        else []
    )
    bases = node.child_by_field_name("superclasses")
    given = code.tree.text(bases)[:_VALUE] if bases is not None else ""
    berry = any(map(_STRAWBERRY.match, decorators))
    listed = [
        one.strip().rpartition(".")[2] for one in _SUBSCRIPT.sub("", given).strip("()").split(",")
    ]
    graphene = not berry and any(_GRAPHENE.search(one) for one in listed if "=" not in one)
    connected = not berry and any("Connection" in one for one in listed)
    if not (berry or graphene or connected):
        return
    owner = ROOT if _ROOT_NAME.match(name) else name
    methods = [
        one for one in code.functions if one.owner == name
        and node.start_byte <= one.start and one.end <= node.end_byte
    ]  # fmt: skip
    line = code.line(named.start_byte)
    if connected:
        meta = _META_NODE.search(code.tree.text(body)[:_MOST_CLASS])
        if meta is not None:
            answers.append(GraphAnswer(name, "edges", meta[1], True, line))
        if not graphene:
            return
    by_name = {one.name: one for one in methods}
    for child in body.named_children:
        inner = child.named_children[0] if child.named_children else None
        if child.type != "expression_statement" or inner is None or inner.type != "assignment":
            continue
        if len(answers) < _MOST:
            answers += _assigned(code, inner, owner, by_name, berry=berry)
    for method in methods:
        if berry:
            _of_strawberry(code, method, owner, answers, resolvers)
        elif method.name.startswith(_RESOLVES) and owner != ROOT:
            resolvers.append(_resolver(code, method, name, method.name.removeprefix(_RESOLVES)))


def _assigned(
    code: Code, node: Node, owner: str, methods: dict[str, Function], *, berry: bool
) -> Iterator[GraphAnswer]:
    """``orders: list[Order]``, ``orders = graphene.List(Order)``."""
    left = node.child_by_field_name("left")
    if left is None or left.type != "identifier":
        return
    name, line = code.tree.text(left), code.line(left.start_byte)
    if berry:
        typed = node.child_by_field_name("type")
        if typed is not None and (found := _annotated(code.tree.text(typed)[:_VALUE])) is not None:
            yield GraphAnswer(owner, name, *found, line, narrow=is_narrow(name))
        return
    right = node.child_by_field_name("right")
    if right is None or right.type != "call":
        return
    given = _GIVEN.match(code.tree.text(right)[:_VALUE])
    if given is None:
        return
    made, wrapped, of = given[1], given[2], given[3].rpartition(".")[2]
    many = _LISTING.search(made) is not None or "List(" in wrapped
    method = methods.get(_RESOLVES + name)
    at = code.line(method.name_at) if method is not None else 0
    yield GraphAnswer(owner, name, of, many, line, at, is_narrow(name))


def _annotated(text: str) -> tuple[str, bool] | None:
    """(type, whether many) of an annotation."""
    found = [one for one in _NAMED.findall(text) if one not in _WRAPPERS]
    if not found:
        return None
    return found[-1], _MANY.search(text) is not None


def _of_strawberry(
    code: Code,
    method: Function,
    owner: str,
    answers: list[GraphAnswer],
    resolvers: list[GraphResolver],
) -> None:
    if not any(map(_BERRY_FIELD.match, method.attributes)):
        return
    line = code.line(method.name_at)
    found = _annotated(method.returns) if method.returns else None
    if found is not None:
        keys = tuple(one.name for one in method.parameters if "None" not in one.type)
        answers.append(
            GraphAnswer(owner, method.name, *found, line, line, is_narrow(method.name, keys))
        )
    if owner != ROOT:
        resolvers.append(_resolver(code, method, method.owner, method.name))


def _lazy(code: Code, method: Function, parent: str) -> Iterator[tuple[int, str]]:
    """The querysets that a method gives back whatever it is given: ``return
    Line.objects.filter(order=self.pk)``, ``return self.lines.filter(open=True)``."""
    start = method.body[0]
    indent = code.source[code.source.rfind(b"\n", 0, start) + 1 : start]
    body = code.text(start, method.body[1])
    for match in _RETURNED.finditer(f"{indent.decode('utf-8', 'replace')}{body}"):
        if len(match[1]) != len(indent) or (match[3] and match[3] != parent):
            continue
        line = code.line(start) + body.count("\n", 0, max(match.start(2) - len(indent), 0))
        yield line, table_name(match[2]) if match[2] else match[4]


def _resolver(code: Code, method: Function, owner: str, field: str) -> GraphResolver:
    parent = method.parameters[0].name if method.parameters else ""
    return GraphResolver(
        owner,
        field,
        method.owner,
        method.name,
        code.line(method.name_at),
        calls_of(code, method, parent),
        bool(parent) and holds(code, method, parent, field),
        lazy=tuple(_lazy(code, method, parent)),
    )
