"""Python classes about rows: Django's models, Django REST framework's serializers and its views.

What each reads of one row, as it is written. Which names are relations, and what a view's queryset
loads along, is for facts that see all files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.query_steps import whole_query
from pytest_reconaudit.readers.scanning import scan

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "GIVEN",
    "RELATIONSHIPS",
    "Loader",
    "RowClass",
    "RowClasses",
    "RowField",
    "RowList",
    "RowLoop",
    "RowMethod",
    "RowRead",
    "RowSource",
    "alchemy_rows",
    "loaded_by",
    "row_classes",
    "sure_lines",
]


class RowRead(Struct, frozen=True, gc=False, array_like=True):
    """``obj.order.lines.all()`` in a method that is given ``obj``."""

    names: tuple[str, ...]
    """``("order", "lines", "all")``, at most four."""
    called: bool
    """The last of all names is called."""
    line: int


class RowMethod(Struct, frozen=True, gc=False, array_like=True):
    """A method, and what it surely reads of the row that it is given, or (of a model's method) of
    ``self``."""

    name: str
    line: int
    reads: tuple[RowRead, ...]
    asks: tuple[tuple[str, int], ...]
    """(model or relation, line) of each queryset that it asks for the row:
    ``Vote.objects.filter(item=obj)``, ``user.votes.filter(item=obj)``."""
    further: tuple[RowRead, ...] = ()
    """What it reads of some rows alone, behind a name that it reads of each."""
    calls: tuple[tuple[str, int], ...] = ()
    """(plain function, line) of each that it hands the row, or what the row leads to."""


class RowField(Struct, frozen=True, gc=False, array_like=True):
    """A field of a model or a serializer that is made by a call."""

    name: str
    line: int
    callee: str
    """The last word of what is called."""
    first: str
    """The first argument, as source."""
    keywords: tuple[tuple[str, str], ...]


class RowClass(Struct, frozen=True, gc=False, array_like=True):
    name: str
    line: int
    bases: tuple[str, ...]
    """Their last words."""
    fields: tuple[RowField, ...]
    attributes: tuple[tuple[str, str, int], ...]
    """(name, source, line) of the other assignments: ``queryset = Order.objects.all()``."""
    methods: tuple[RowMethod, ...]
    meta: tuple[tuple[str, str, int], ...] | None
    """The same of ``class Meta``; ``None`` without one."""
    meta_bases: tuple[str, ...]
    loaded: tuple[str, ...]
    """What the querysets of the class load along: ``order__customer``; ``*`` is all."""
    called: tuple[str, ...]
    """The names of the methods that it calls."""
    querysets: tuple[tuple[str, int, str], ...]
    """(model, line, source) of each queryset that its ``get_queryset`` makes, and of its attribute
    ``queryset``; of ``self.model.objects`` the model is ``self.model``."""
    lists: tuple[tuple[str, str, int], ...]
    """(action, serializer, line): the serializers that ``get_serializer_class`` names, ``list`` for
    that of the list, empty for what is returned in the end."""
    defines: tuple[str, ...]
    """The names of all its methods."""
    scoped: bool
    """It filters by a part of its route: ``self.kwargs["project_id"]``."""


class RowList(Struct, frozen=True, gc=False, array_like=True):
    """``OrderSerializer(orders, many=True)`` in a function that makes a queryset."""

    serializer: str
    line: int
    function: str
    owner: str
    loaded: tuple[str, ...]
    called: tuple[str, ...]
    querysets: tuple[tuple[str, int, str], ...]
    paged: bool


class RowLoop(Struct, frozen=True, gc=False, array_like=True):
    """A loop over rows of SQLAlchemy, or over what a function gives, and what it looks at."""

    function: str
    function_line: int
    line: int
    over: str
    model: str
    """Empty where a function gives the rows."""
    given_by: str
    """That function's name; else empty."""
    reads: tuple[RowRead, ...]
    loaded: tuple[str, ...]
    scoped: tuple[str, ...]
    """The keys by which it asks for the rows of one parent: ``service_id``."""
    works: bool
    """It changes or removes what it goes over."""


class RowSource(Struct, frozen=True, gc=False, array_like=True):
    """A function that gives all rows that a query of SQLAlchemy brings."""

    name: str
    line: int
    model: str
    loaded: tuple[str, ...]
    scoped: tuple[str, ...]


class Loader(Struct, frozen=True, gc=False, array_like=True):
    """A function that loads relations along."""

    name: str
    owner: str
    loaded: tuple[str, ...]


class RowClasses(Struct, frozen=True, array_like=True):
    classes: tuple[RowClass, ...]
    loaders: tuple[Loader, ...]
    lists: tuple[RowList, ...]
    imports: tuple[tuple[str, str], ...]
    """(class, or function that a method hands a row, module) of what the file imports; of relative
    ones what follows the dots."""
    loops: tuple[RowLoop, ...] = ()
    sources: tuple[RowSource, ...] = ()


_MARKS = ("erializer", "django", "_related(", "models.")
_SERVED = regex(r"Serializer|View|Mixin|API|Manager|QuerySet")
_PARAMETERS = regex(r"def\s+\w+\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_GUARDED = regex(
    r"\bhasattr\(|\bgetattr\(|_prefetched_objects_cache|\b__dict__\b|\bis_prefetched|@lru_cache"
)
_REMEMBERED = regex(r"\bcache\b|_cache\b")
_ROW_NAMES = frozenset({"obj", "instance", "value", "self", "data", "item", "row", "model"})
_LOADS = regex(r"\b(?:select_related|prefetch_related)\s*\(")
_PREFETCH = regex(r"\bPrefetch\s*\(")
_PLAIN_ROWS = regex(r"\s*=\s*\(?\s*(?:\w+\.)*[A-Z]\w*\s*\.\s*objects\b")
_OTHER_CALL = regex(
    r"\.\s*(?!(?:all|filter|exclude|select_related|prefetch_related|order_by|annotate|alias|only|defer"
    r"|distinct|using)\b)[a-z_]\w*\s*\("
)
"""What a queryset is asked that may load more along."""
_LITERAL_NAME = regex(r"[\"']([a-z]\w*)[\"']")
_QUERYSET = regex(
    r"(?<![\w.])((?:self|cls)\.[a-z]\w*|(?:self\.)?serializer_class\.Meta\.model|(?:\w+\.)?[A-Z]\w*)"
    r"\s*\.\s*(?:(?:objects|_default_manager)[\s\\]*\.\s*(?!create|get\b|get_or|update|bulk|none\b|in_bulk"
    r"|count|exists|aggregate)\w|[a-z]\w*\s*\.\s*(?:filter|exclude|all|annotate|order_by|only|distinct"
    r"|select_related|prefetch_related)\s*\()"
)
_OF_MODEL = regex(r"[\s(]*((?:\w+\.)*[A-Z]\w*)\s*\.\s*[a-z_]\w*")
_CALLED = regex(r"\.\s*([a-z_]\w*)\s*\(")
_NAMED = r"(?:\w+\.)?(?=[A-Z]\w{0,100}Serializer)([A-Z]\w*+)"
_RETURNS = regex(rf"\breturn\s+{_NAMED}\s*(?:$|[\s#])", re.MULTILINE)
_BY_ACTION = regex(rf"[\"'](\w+)[\"']\s*:\s*{_NAMED}\s*[,}}]")
_LIST_ACTION = regex(r"[\"']list[\"']")
_MANY = regex(r"many\s*=\s*True$")
_FEW = regex(r"\[\s*:\s*\d\s*\]|^\[")
_INSTANCES = regex(rf"\b{_NAMED}\s*\((?:[^()]|\([^()]*\)){{0,300}}?\bmany\s*=\s*True")
_AS_EVER = regex(r"super\(|\bget_serializer\(|serializer_class\(")
_OF_ROWS = (b"relationship(", b"django", b"rest_framework", b"Serializer", b"models.")
_SCOPED = regex(r"\bfilter\([^)]{0,200}\bself\.kwargs\b")
_MOST_CLASS = 60_000
_MOST_METHOD = 6_000
_MOST_NAMES = 200
_SOURCE = 400


def _is_alchemy(text: str) -> bool:
    return (
        "relationship(" in text
        or ".query." in text
        or ".query(" in text
        or "session" in text
        or "Session" in text
        or (" in " in text and ("_dao" in text or "dao_" in text or "repositor" in text))
    )


def _wants(text: str, path: str) -> bool:
    if "/migrations/" in path or "/versions/" in path:
        return False
    listed = "many=True" in text
    if not ("class " in text or "_related(" in text or listed or _is_alchemy(text)):
        return False
    return (
        "rest_framework" in text
        or "django" in text
        or ("class " in text and ("erializer" in text or "models." in text))
        or _is_alchemy(text)
    )


@scan("python", record=RowClasses, wants=_wants)
def row_classes(code: Code) -> RowClasses | None:
    """The classes of a file that rows are made into, or answered with; functions that load
    relations along."""
    classes = []
    for node in _definitions(code.tree.root):
        if node.end_byte - node.start_byte < _MOST_CLASS * 4:
            one = _class(code, node)
            if one is not None:
                classes.append(one)
    loaders = []
    source = code.text(0, len(code.source))
    if _LOADS.search(source):
        for function in code.functions:
            text = code.text(function.start, min(function.end, function.start + _MOST_METHOD))
            if _LOADS.search(text) and (names := loaded_by(text)):
                loaders.append(Loader(function.name, function.owner, names))
    lists = tuple(_listed(code)) if "many=True" in source else ()
    loops: tuple[RowLoop, ...] = ()
    found: tuple[RowSource, ...] = ()
    if "rest_framework" not in source and "django" not in source:
        loops, found = tuple(_row_loops(code)), tuple(_row_sources(code))
    if not (classes or loaders or lists or loops or found):
        return None
    called = {name for one in classes for method in one.methods for name, _ in method.calls}
    imports = tuple(
        (one.name, ".".join(word for word in one.path[:-1] if word.strip(".")))
        for one in code.imports
        if (one.name[:1].isupper() or one.name in called) and len(one.path) > 1
    )
    return RowClasses(tuple(classes), tuple(loaders), lists, imports, loops, found)


# -- rows of SQLAlchemy --------------------------------------------------------------------

_MODEL = r"(?=[A-Z]\w{0,100}[a-z])([A-Z]\w*+)"
_ROWS = regex(
    rf"\bselect\(\s*(?:\w+\.)*{_MODEL}\s*\)|\.query\(\s*(?:\w+\.)*{_MODEL}\s*\)|\b{_MODEL}\.query\s*[.\n]"
)
_ALL = regex(r"\.all\(\)|\.scalars\(|\.fetchall\(\)|\.paginate\(|\bpaginate\(")
_TUPLES = regex(
    r"with_entities|add_columns?\(|group_by\(|\.first\(|\.one\w*\(|\.scalar\w*\(\s*\)|\bawait\b"
    r"|\.distinct\(|\.yield_per\("
)
_OPTIONS = regex(
    r"\b(?:joinedload|selectinload|subqueryload|contains_eager|immediateload|defaultload|raiseload|noload"
    r"|lazyload)(?:_all)?\(\s*(?:(?:\w+\.)*[A-Z]\w*\.(\w+)|[\"'](\w+)|([^)]*))"
)
_PARENT_KEY = regex(r"\b(?:\w+\.)?(\w+_id|id)(?:\s*==?\s*\w|\.is_\()")
_GIVES = regex(r"(?:await\s+)?(?:\w+\.)*([a-z_]\w*)\((?:[^()]|\([^()]*\))*\)$")
_WORKS = regex(
    r"\b(?:delete|remove|save|archive|cancel|close|update|merge|commit|flush)(?:_\w+)?\("
)
_LONG_SOURCE = 3_000
_MOST_LOOPS = 60


def alchemy_rows(
    code: Code, text: str, at: int, scope: int
) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    """(model, loaded along, keys of parents) of an expression that gives whole rows of one model
    of SQLAlchemy, as its function makes it."""
    whole, sure = whole_query(code, text, at, scope)
    rows = _alchemy_rows(whole[:_LONG_SOURCE])
    return (*rows[:2], tuple(set(_PARENT_KEY.findall(sure)))) if rows is not None else None


@lru_cache(maxsize=16)
def _alchemy_rows(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    """(model, loaded along, keys of parents) of a text with a query for whole rows of one model."""
    models = {next(one for one in match.groups() if one) for match in _ROWS.finditer(text)}
    if len(models) != 1 or _ALL.search(text) is None or _TUPLES.search(text):
        return None
    loaded = [one or two or "*" for one, two, _ in _OPTIONS.findall(text)]
    if ".options(" in text and not loaded:
        loaded = ["*"]
    return models.pop(), tuple(dict.fromkeys(loaded)), tuple(set(_PARENT_KEY.findall(text)))


def _row_sources(code: Code) -> Iterator[RowSource]:
    for function in code.functions:
        if function.is_async or function.is_test or function.end - function.start > _LONG_SOURCE:
            continue
        text = code.text(function.body[0], function.body[1])
        if text.count("return ") != 1 or "yield" in text:
            continue
        before, _, rest = text.partition("return ")
        returned = rest.strip()
        at = function.body[0] + len(before.encode())
        rows = alchemy_rows(code, returned, at, function.scope) or _alchemy_rows(text)
        if rows is None or returned.startswith(("[", "{", "bool", "len", "not ")):
            continue
        if not _ALL.search(returned) and not re.fullmatch(r"\w+", returned):
            continue
        yield RowSource(function.name, code.line(function.name_at), *rows)


def _row_loops(code: Code) -> Iterator[RowLoop]:
    count = 0
    for scope in code.scopes:
        if scope.kind != "loop" or scope.label not in ("for", "comprehension"):
            continue
        function = code.function_at(scope.index)
        if function is None or function.is_test or count > _MOST_LOOPS:
            continue
        over = text = code.text(scope.head[0], min(scope.head[1], scope.head[0] + 1_000)).strip()
        asked = text.removesuffix(".all()")
        if asked.isidentifier():
            binding = code.binding_of(asked, scope.head[0], max(scope.parent, 0))
            if binding is None or code.function_at(binding.scope) is not function:
                continue
            text = code.text(*binding.value)[:1_500].strip() + text[len(asked) :]
        rows = alchemy_rows(code, text, scope.head[0], max(scope.parent, 0))
        if function.is_async and ".query" not in text:
            continue  # a session that waits loads nothing lazily
        call = _GIVES.match(text) if rows is None else None
        if rows is None and call is None:
            continue
        start = code.source.rfind(b"for ", 0, scope.head[0])
        name = code.text(start + 4, scope.head[0]).partition(" in")[0].strip()
        if not name.isidentifier():
            continue
        body = code.text(scope.start, min(scope.end, scope.start + _MOST_METHOD))
        reads = tuple(_reads(body, name, code.line(scope.start)))
        if not reads:
            continue
        count += 1
        model, loaded, scoped = rows or ("", (), ())
        yield RowLoop(
            function.name,
            code.line(function.name_at),
            code.line(start),
            " ".join(over.split())[:80],
            model,
            call[1] if call is not None else "",
            reads,
            loaded,
            scoped,
            _WORKS.search(body) is not None,
        )


def _reads(body: str, row: str, first: int) -> Iterator[RowRead]:
    """What the text of a loop reads of its row in every round."""
    seen: set[tuple[str, ...]] = set()
    if f"{row}." not in body:
        return
    given = {name for root, name in GIVEN.findall(body) if root == row}
    for number, line in sure_lines(body, row):
        for match in _READ.finditer(line):
            names = tuple(match[2][1:].split("."))
            if match[1] != row or len(names) > 4:
                continue
            if names in seen or names[0] in given or len(seen) > 60:
                continue
            seen.add(names)
            at = first + number + line.count("\n", 0, match.start())
            yield RowRead(names, match[3] is not None, at)


def _listed(code: Code) -> Iterator[RowList]:
    """The serializers of lists that functions make themselves."""
    for call in code.calls:
        if not call.name.endswith("Serializer") or len(call.arguments) < 2:
            continue
        if not any(_MANY.match(code.text(one)) for one in call.arguments[1:]):
            continue
        function = code.function_at(call.scope)
        if function is None or function.owner.endswith("Serializer") or function.is_test:
            continue
        text = code.text(function.start, min(function.end, function.start + _MOST_METHOD))
        given = code.text(call.arguments[0])
        if _FEW.search(given):
            continue
        yield RowList(
            call.name,
            code.line(call.start),
            function.name,
            function.owner,
            loaded_by(text),
            tuple(dict.fromkeys(_CALLED.findall(text)))[:_MOST_NAMES],
            tuple(_querysets(code, function.start, text)) if "request" in text else (),
            "pagina" in text,
        )


def _definitions(block: Node) -> Iterator[Node]:
    for child in block.named_children:
        inner: Node | None = child
        if child.type == "decorated_definition":
            inner = child.child_by_field_name("definition")
        elif child.type == "if_statement":
            body = child.child_by_field_name("consequence")
            if body is not None:
                yield from (one for one in body.named_children if one.type == "class_definition")
            continue
        if inner is not None and inner.type == "class_definition":
            yield inner


def _class(code: Code, node: Node) -> RowClass | None:
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if named is None or body is None:
        return None
    name = _text(code, named)
    given = node.child_by_field_name("superclasses")
    bases = tuple(
        _text(code, one).partition("[")[0].rpartition(".")[2]
        for one in (given.named_children if given is not None else ())
        if one.type in ("identifier", "attribute", "subscript")
    )
    fields: list[RowField] = []
    attributes: list[tuple[str, str, int]] = []
    methods: list[RowMethod] = []
    defines: list[str] = []
    lists: list[tuple[str, str, int]] = []
    querysets: list[tuple[str, int, str]] = []
    anew = False
    meta: tuple[tuple[str, str, int], ...] | None = None
    meta_bases: tuple[str, ...] = ()
    of_row = not any(base.endswith(("View", "ViewSet", "Mixin")) for base in bases)
    of_row = of_row and any(word in code.source for word in _OF_ROWS)
    for child in body.named_children:
        inner: Node | None = child
        if child.type == "decorated_definition":
            inner = child.child_by_field_name("definition")
        if inner is None:
            continue
        if inner.type == "function_definition":
            own = inner.child_by_field_name("name")
            method = _text(code, own) if own is not None else ""
            defines.append(method)
            if method == "get_queryset":
                rows = _body(code, inner)
                querysets += _querysets(code, inner.start_byte, rows)
                anew = bool(querysets) and not any(way in rows for way in _OWN_ROWS)
            elif method == "get_serializer_class":
                lists += _chosen(code, inner)
            elif method == "list":
                lists += _listed_itself(code, inner)
            if of_row and (found := _method(code, method, inner)) is not None:
                methods.append(found)
        elif inner.type == "class_definition":
            own = inner.child_by_field_name("name")
            if own is not None and _text(code, own) == "Meta":
                meta, meta_bases = _meta(code, inner)
        elif inner.type == "expression_statement" and inner.named_child_count:
            _assigned(code, inner.named_children[0], fields, attributes)
    model = (
        any(one.callee.endswith(("Field", "Key", "olumn", "elationship")) for one in fields)
        or meta is not None
    )
    if not (model or methods or any(map(_SERVED.search, (name, *bases)))):
        return None
    text = code.text(node.start_byte, min(node.end_byte, node.start_byte + _MOST_CLASS))
    served = any(map(_SERVED.search, (name, *bases))) or "serializer_class" in text
    if served:
        for key, source, line in attributes:
            if key == "queryset" and anew:
                text = text.replace(source, "", 1)  # nothing asks for it
            elif key == "queryset" and (made := _OF_MODEL.match(source)) is not None:
                querysets.insert(0, (made[1], line, " ".join(source.split())[:160]))
            if "serializer" in key:
                lists += [
                    ("list" if match[1] == "list" else match[1], match[2], line)
                    for match in _BY_ACTION.finditer(source)
                ]
    return RowClass(
        name,
        code.line(node.start_byte),
        bases,
        tuple(fields),
        tuple(attributes),
        tuple(methods),
        meta,
        meta_bases,
        loaded_by(text) if served else (),
        tuple(dict.fromkeys(_CALLED.findall(text)))[:_MOST_NAMES] if served else (),
        tuple(querysets),
        tuple(lists),
        tuple(defines[:_MOST_NAMES]),
        _SCOPED.search(text) is not None,
    )


def _assigned(
    code: Code,
    node: Node,
    fields: list[RowField],
    attributes: list[tuple[str, str, int]],
) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "assignment" or left is None or right is None or left.type != "identifier":
        return
    name, line = _text(code, left), code.line(left.start_byte)
    called = right.child_by_field_name("function") if right.type == "call" else None
    callee = _text(code, called) if called is not None else ""
    if not callee or "objects" in callee or ")" in callee:
        attributes.append((name, code.text(right.start_byte, right.end_byte)[:_SOURCE], line))
        return
    first = ""
    keywords = []
    arguments = right.child_by_field_name("arguments")
    for one in arguments.named_children if arguments is not None else ():
        if one.type == "keyword_argument":
            key, value = one.child_by_field_name("name"), one.child_by_field_name("value")
            if key is not None and value is not None:
                keywords.append((_text(code, key), _text(code, value)))
        elif not first and one.type != "comment":
            first = _text(code, one)
    typed = node.child_by_field_name("type")
    if typed is not None and not first and callee.rpartition(".")[2] in RELATIONSHIPS:
        # ``lines: Mapped[list["Line"]] = relationship()``
        named = [one for one in _CLASSES.findall(_text(code, typed)) if one not in _AROUND]
        first = named[-1] if named else ""
    fields.append(RowField(name, line, callee.rpartition(".")[2], first, tuple(keywords)))


RELATIONSHIPS = frozenset({"relationship", "Relationship"})
"""Of SQLAlchemy and of SQLModel."""
_CLASSES = regex(r"\b[A-Z]\w*")
_AROUND = frozenset(
    {"Mapped", "List", "Optional", "Sequence", "Set", "Union", "None", "DynamicMapped",
     "WriteOnlyMapped", "Any", "Dict"}
)  # fmt: skip


_META = frozenset(
    {"model", "fields", "exclude", "depth", "abstract", "proxy", "list_serializer_class",
     "extra_kwargs"}
)  # fmt: skip
"""What a ``Meta`` says that is kept."""


_STARRED = regex(r"\*(\w+)\b")


def _meta(code: Code, node: Node) -> tuple[tuple[tuple[str, str, int], ...], tuple[str, ...]]:
    found = []
    lists: dict[str, str] = {}
    body = node.child_by_field_name("body")
    for child in body.named_children if body is not None else ():
        if child.type == "expression_statement" and child.named_child_count:
            one = child.named_children[0]
            left, right = one.child_by_field_name("left"), one.child_by_field_name("right")
            if left is not None and right is not None:
                name = _text(code, left)
                source = code.text(right.start_byte, right.end_byte)[:6_000]
                if source[:1] in "[(" and source[-1:] in ")]":
                    lists[name] = source[1:-1].replace("\n", " ")
                if name in _META:
                    # ``[*read_only_fields, "name"]``: what another line of it lists.
                    source = _STARRED.sub(lambda one: lists.get(one[1], one[0]), source)
                    found.append((name, source, code.line(right.start_byte)))
    given = node.child_by_field_name("superclasses")
    bases = [_text(code, one) for one in given.named_children] if given is not None else []
    return tuple(found), tuple(bases)


# -- what a method reads of its row --------------------------------------------------------


# The row is compared, not put into the patterns: each name would be compiled anew.
_READ = regex(r"(?<![\w.\"'])(\w+)((?:\.[a-z]\w*){1,6})(?![\w.])(\s*\()?(?!\s*=[^=])")
GIVEN = regex(r"(?<![\w.])(\w+)\.([a-z]\w*)\s*=[^=]")
"""(variable, attribute) that is given a value."""
_OBJECTS = regex(
    r"(?<![\w.])([A-Z]\w*)\.(?:objects|query)\s*\.|\bsession\.query\(\s*([A-Z]\w*)\s*\)\s*\."
)
_ASKS_FOR = regex(
    r"(?<![\w.])((?:self\.context\[[^\]\n]{1,40}\]|\w+)(?:\.\w+){0,4})\.(?:filter|exclude)\s*\("
    r"([^()]{0,200})"
)
_HANDED = regex(r"(?<![\w.])(\w+)(?:\.\w+)?\s*[,)&|]")
_ROOTS = regex(r"(?<![\w.])\w+")
_FAR = 300


def _asked_models(line: str, row: str) -> Iterator[tuple[str, int]]:
    """(model, where) of the queries that are given a row: ``Vote.objects.filter(item=obj)``."""
    end = 0
    for match in _OBJECTS.finditer(line):
        if match.start() < end:
            continue
        for given in _HANDED.finditer(line, match.end(), match.end() + 2 * _FAR):
            if given.start() > match.end() + _FAR:
                break
            if given[1] == row:
                yield match[1] or match[2], match.start()
                end = given.end()
                break


def _asked_relations(line: str, row: str) -> Iterator[tuple[list[str], int]]:
    """(words of what is asked, where) of ``user.votes.filter(item=obj)``."""
    for match in _ASKS_FOR.finditer(line):
        for given in _HANDED.finditer(line, match.start(2), match.end(2) + _FAR):
            if given.start() > match.end(2):
                break
            if given[1] == row and given[0][-1] in ",)":
                yield match[1].split("."), match.start()
                break


def _method(code: Code, name: str, node: Node) -> RowMethod | None:
    text = _body(code, node)
    head = _PARAMETERS.match(text.removeprefix("async ").lstrip())
    if head is None or _GUARDED.search(text):
        return None
    given = [one.partition(":")[0].partition("=")[0].strip() for one in head[1].split(",")]
    given = [one for one in given if one.isidentifier()]
    if given and given[0] in ("self", "cls"):
        row = given[0] if len(given) == 1 else given[1]
        if given[0] == "cls" and len(given) == 1:
            return None
        handed = name.startswith("get_") or name == "to_representation"
        if len(given) > 1 and given[1] not in _ROW_NAMES and not handed:
            row = given[0]
    elif given:
        row = given[0]
    else:
        return None
    body = node.child_by_field_name("body")
    if body is None:
        return None
    offset = len(code.text(node.start_byte, body.start_byte))
    if _REMEMBERED.search(text, 0, offset):
        return None
    # What stands before it looks into a cache is asked for all the same.
    sure = takewhile(lambda one: not _REMEMBERED.search(one[1]), sure_lines(text[offset:], row))
    first = code.line(body.start_byte)
    reads: dict[tuple[str, ...], RowRead] = {}
    asks: dict[tuple[str, int], None] = {}
    calls: dict[str, int] = {}
    for number, line in sure:
        if row not in line:
            continue
        for words, where in _asked_relations(line, row):
            if words[0] != row and words[-1] != "objects" and len(words) > 1:
                asks.setdefault((words[-1], first + number + line.count("\n", 0, where)))
        for match in _READ.finditer(line):
            if match[1] != row:
                continue
            names = tuple(match[2][1:].split("."))
            at = first + number + line.count("\n", 0, match.start())
            reads.setdefault(names, RowRead(names[:4], match[3] is not None, at))
        for model, where in _asked_models(line, row):
            asks.setdefault((model, first + number + line.count("\n", 0, where)))
        for match in _GIVEN_ROW.finditer(line) if row not in ("self", "cls") else ():
            if row in _WORDS_IN.findall(match[2]):
                calls.setdefault(match[1], first + number + line.count("\n", 0, match.start()))
    if not reads and not asks and not calls:
        return None
    branches = _branches(text[offset:]) if len(asks) > 1 else {}
    # Of the ways that something else decides on one is gone: the last, which is the usual one.
    last: dict[int, int] = {}
    for _, at in asks:
        chain, number = branches.get(at - first, (-1, 0))
        last[chain] = max(last.get(chain, 0), number)
    return RowMethod(
        name,
        code.line(node.start_byte),
        tuple(sorted(reads.values(), key=lambda one: one.line))[:40],
        tuple(
            one
            for one in asks
            if (way := branches.get(one[1] - first)) is None or way[1] == last[way[0]]
        ),
        tuple(_further(text[offset:], first, row, reads))[:10],
        tuple(calls.items())[:_MOST_CALLED],
    )


_GIVEN_ROW = regex(
    r"(?<![\w.])(?!def\b|if\b|in\b|not\b|and\b|or\b|for\b)([a-z_]\w*)\((?=([^()]{0,200}))"
)
_WORDS_IN = regex(r"(?<![\w.\"'])[a-z_]\w*")
_MOST_CALLED = 8


def _branches(body: str) -> dict[int, tuple[int, int]]:
    """Line of a body → (line of the ``if`` that decides on it, number of its way), by the innermost
    ``if``."""
    found: dict[int, tuple[int, int]] = {}
    open_ways: list[tuple[int, int, int]] = []
    """(indent, line of the ``if``, number of the way)"""
    chains: dict[int, tuple[int, int]] = {}
    for number, line in enumerate(body.split("\n")):
        stripped = line.strip()
        if not stripped or stripped[0] in "#)]}":
            if open_ways:
                found[number] = open_ways[-1][1:]
            continue
        indent = len(line) - len(line.lstrip()) if number else 0
        while open_ways and indent <= open_ways[-1][0]:
            open_ways.pop()
        word = stripped.split(" ", 1)[0].rstrip(":")
        if word == "if" and number:
            chains[indent] = (number, 0)
        elif word in ("elif", "else") and indent in chains:
            chains[indent] = (chains[indent][0], chains[indent][1] + 1)
        if open_ways:
            found[number] = open_ways[-1][1:]
        if number and word in ("if", "elif", "else") and indent in chains:
            open_ways.append((indent, *chains[indent]))
    return found


def _further(
    body: str, first: int, row: str, reads: dict[tuple[str, ...], RowRead]
) -> Iterator[RowRead]:
    """See :attr:`RowMethod.further`."""
    begun = {names[0] for names in reads}
    for number, line in _logical(body):
        if _REMEMBERED.search(line):
            return
        if row not in line or line.lstrip()[:1] == "#":
            continue
        for match in _READ.finditer(line):
            names = tuple(match[2][1:].split("."))
            if match[1] == row and len(names) > 1 and names[0] in begun and names not in reads:
                yield RowRead(names[:4], match[3] is not None, first + number)


_HEADER = regex(r"(if|elif|else|except|for|while|with|try|finally|match|case|def|lambda|async)\b")
_LEAVES = regex(r"(?:return|raise|continue)\b")


def sure_lines(body: str, row: str) -> list[tuple[int, str]]:
    """(number, text) of the logical lines of a body that are run for every row, or for all but
    those that something else than the row itself decides."""
    found: list[tuple[int, str]] = []
    blocks: list[tuple[int, bool]] = []
    """(indent, whether what the block holds is run for some rows alone)"""
    skipped = -1
    chosen: dict[int, bool] = {}
    left = False
    for number, line in _logical(body):
        stripped = line.strip()
        if not stripped or stripped[0] == "#":
            continue
        indent = len(line) - len(line.lstrip()) if number else -1
        if skipped >= 0:
            if indent > skipped:
                continue
            skipped = -1
        while blocks and indent <= blocks[-1][0]:
            blocks.pop()
        header = _HEADER.match(stripped)
        opens = stripped.partition("  #")[0].rstrip().endswith(":")
        word = header[1] if header is not None and opens else ""
        if word in ("except", "finally", "def", "lambda", "while"):
            skipped = indent
            continue
        some = left or any(one for _, one in blocks)
        inside = bool(blocks) and some
        by_row = False
        if word in ("if", "elif"):
            by_row = row in stripped and row in _ROOTS.findall(stripped)
            if word == "elif":
                by_row = by_row or chosen.get(indent, False)
                some = some or chosen.get(indent, False)
            chosen[indent] = by_row
        elif word == "else":
            by_row = chosen.get(indent, False)
        if word:
            blocks.append((indent, by_row))
        if not some:
            found.append((number, line if word not in ("if", "elif") else _first_asked(line)))
        if not word and _LEAVES.match(stripped) and inside and not left:
            left = True
    return found


def _first_asked(condition: str) -> str:
    """A condition without what is looked at for some rows alone: behind ``and``, ``or``."""
    return _FURTHER.split(condition, maxsplit=1)[0]


_FURTHER = regex(r"\b(?:and|or)\b")


def _logical(body: str) -> Iterator[tuple[int, str]]:
    """(number of the first line, text) of what belongs together by its brackets."""
    depth, start, gathered = 0, 0, ""
    quoted = ""
    for number, line in enumerate(body.split("\n")):
        if quoted:
            if quoted in line:
                quoted = ""
            continue
        for mark in ('"""', "'''"):
            if line.count(mark) == 1:
                quoted = mark
        if quoted or (not gathered and line.lstrip().startswith(('"""', "'''"))):
            continue
        if not gathered:
            start = number
        gathered = f"{gathered}\n{line}" if gathered else line
        depth += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
        if depth <= 0:
            yield start, gathered
            depth, gathered = 0, ""
    if gathered:
        yield start, gathered


# -- what a view's querysets are -----------------------------------------------------------


def loaded_by(text: str) -> tuple[str, ...]:
    """The relations that the querysets of a text load along; ``*`` where they are not plain,
    ``lines__*`` where those of the rows of one relation are not. What a statement of its own
    brings, which gives rows with one key the same object, is named once more: ``~customer``."""
    found: dict[str, None] = {}
    for pattern in (_LOADS, _PREFETCH):
        for match in pattern.finditer(text):
            given = _given(text, match.end())
            names = _LITERAL_NAME.findall(given)
            plain = given.strip().startswith(("'", '"', "Prefetch", "models.Prefetch", "lookup"))
            if not plain or not names or re.search(r"(?<![\w*])\*\w|f[\"']", given):
                if given.strip() == "None":
                    continue
                found["*"] = None
            found.update(dict.fromkeys(names))
            if "prefetch" in match[0].lower():
                found.update(dict.fromkeys(f"~{name}" for name in names))
            own = given.partition("queryset")[2] if pattern is _PREFETCH and names else ""
            if own:
                # What the rows of a queryset of its own have with them is known by their relation.
                found.update(dict.fromkeys(f"{names[0]}__{name}" for name in names[1:]))
                if not _PLAIN_ROWS.match(own) or _OTHER_CALL.search(own):
                    found[f"{names[0]}__*"] = None
    return tuple(found)[:_MOST_NAMES]


def _given(text: str, at: int) -> str:
    depth = 0
    for index in range(at, min(len(text), at + 4_000)):
        if text[index] in "([{":
            depth += 1
        elif text[index] in ")]}":
            if not depth:
                return text[at:index]
            depth -= 1
    return text[at : at + 4_000]


_OWN_ROWS = ("super(", ".queryset", ".get_queryset(")
"""Ways to the queryset that a view has as an attribute, in a ``get_queryset``."""
_WITHIN = regex(r"[(,]\s*\w+\s*=\s*$|\b(?:Exists|Subquery|Prefetch)\(\s*$")
"""What makes a queryset a part of another one."""
_NEAR = 60


def _querysets(code: Code, start: int, text: str) -> Iterator[tuple[str, int, str]]:
    for match in _QUERYSET.finditer(text):
        if _WITHIN.search(text[max(match.start() - _NEAR, 0) : match.start()]):
            continue
        line = code.line(start + len(text[: match.start()].encode()))
        _, source = next(_logical(text[match.start() : match.start() + 400]))
        yield match[1], line, " ".join(source.split())[:160]


def _chosen(code: Code, node: Node) -> list[tuple[str, str, int]]:
    text = _body(code, node)
    first = code.line(node.start_byte)
    found = []
    condition = ""
    depth = 0
    for number, line in enumerate(text.split("\n")):
        stripped = line.strip()
        indent = len(line) - len(line.lstrip())
        if stripped.startswith(("if ", "elif ", "else")):
            condition, depth = stripped, indent
        elif indent <= depth:
            condition = ""
        match = _RETURNS.search(line)
        if match is not None:
            action = "list" if _LIST_ACTION.search(condition) else "?" if condition else ""
            if condition.startswith("else"):
                action = ""
            found.append((action, match[1], first + number))
    found += [
        (match[1], match[2], first + text[: match.start()].count("\n"))
        for match in _BY_ACTION.finditer(text)
    ]
    return found


def _listed_itself(code: Code, node: Node) -> list[tuple[str, str, int]]:
    """The serializer that a view's own ``list`` answers with; empty for one that is not told."""
    text = _body(code, node)
    line = code.line(node.start_byte)
    named = _INSTANCES.search(text)
    if named is not None:
        return [("list", named[1], line)]
    return [] if _AS_EVER.search(text) else [("list", "", line)]


def _body(code: Code, node: Node) -> str:
    return code.text(node.start_byte, min(node.end_byte, node.start_byte + _MOST_METHOD))


def _text(code: Code, node: Node) -> str:
    return " ".join(code.text(node.start_byte, min(node.end_byte, node.start_byte + 300)).split())
