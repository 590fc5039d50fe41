"""Database calls in Python: Django's ORM, SQLAlchemy and SQLModel, DB-API cursors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Scope
from pytest_reconaudit.readers.query_call import (
    FoundQuery,
    binding_near,
    expression_text,
    sql_of,
    table_name,
)
from pytest_reconaudit.readers.query_models import alchemy_shape, django_shape
from pytest_reconaudit.readers.query_steps import whole_query

__all__ = ["python_queries", "queryset_model"]

_TERMINALS = {
    "get": "select", "first": "select", "last": "select", "earliest": "select",
    "latest": "select", "in_bulk": "select", "count": "count", "exists": "count",
    "aggregate": "count", "create": "insert", "get_or_create": "insert",
    "update_or_create": "upsert", "bulk_create": "insert", "bulk_update": "update",
    "update": "update", "delete": "delete", "iterator": "select", "contains": "count",
    "aget": "select", "afirst": "select", "alast": "select", "acount": "count",
    "aexists": "count", "acreate": "insert", "aupdate": "update", "adelete": "delete",
    "aget_or_create": "insert", "aupdate_or_create": "upsert",
}  # fmt: skip
_PLAIN = frozenset({"select", "count", "update", "delete"})
_BULK = frozenset({"bulk_create", "bulk_update", "in_bulk", "add_all", "executemany",
                   "bulk_save_objects", "bulk_insert_mappings",
                   "bulk_update_mappings"})  # fmt: skip
_LAZY = frozenset({"all", "filter", "exclude", "order_by", "values", "values_list", "annotate",
                   "select_related", "prefetch_related", "distinct", "only", "defer", "using",
                   "reverse", "union"})  # fmt: skip
_QUERYSET = regex(
    r"\b(?:(?!self\b|cls\b)[a-z_]\w*\.){0,2}([A-Z]\w*)"
    r"(?:\._?(?:default_manager|base_manager)|\s*\.\s*(?:\w+_)?objects)\b"
)
_EVALUATES = frozenset({"list", "tuple", "set", "len", "sorted", "dict", "bool", "frozenset", "any",
                        "all", "sum", "max", "min", "enumerate", "next"})  # fmt: skip

_SESSION = regex(
    r"(?:\w+\.)*_?(?:\w*session|db|sess|dbs|conn(?:ection)?|\w+_conn|engine|tx|transaction|uow|database)"
    r"(?:\(\))?(?:\.session)?"
)
_SESSION_CALLS = {"execute": "", "scalars": "", "scalar": "", "scalar_one": "", "get": "select",
                  "get_one": "select", "exec": "", "stream": "", "stream_scalars": "",
                  "query": "", "merge": "upsert", "delete": "delete", "fetch": "", "fetchrow": "",
                  "fetchval": "", "fetch_one": "", "fetch_all": "", "fetch_val": "",
                  "executemany": ""}  # fmt: skip
_ALCHEMY_WORDS = (b"sqlalchemy", b"sqlmodel", b"Session")
_ALCHEMY_ENDS = {"first": "select", "all": "select", "one": "select", "one_or_none": "select",
                 "scalar": "select", "scalar_one": "select", "scalar_one_or_none": "select",
                 "count": "count", "get": "select", "update": "update", "delete": "delete",
                 "exists": "count"}  # fmt: skip
_STATEMENT = regex(
    r"\b(?:sa\.|sqlalchemy\.|sqlmodel\.)?(select|insert|update|delete|text|exists|func)\s*\(|\.\s*(?:insert|update|delete|select)\s*\("
)
_VERB = regex(r"(?:^|[\s.(=])(?:\w+\.)?(select|insert|update|delete)\s*\(\s*([A-Za-z_][\w.]*)?")
_TABLE_VERB = regex(r"\b(\w+)\.(insert|update|delete|select)\s*\(\s*\)")
_FUNC = regex(r"\bselect\s*\(\s*(?:sa\.|sqlalchemy\.|sqlmodel\.)?(?:func\.|exists\b|count\()")
_MODEL = regex(r"(?:\w+\.)*([A-Z]\w*)")
_CURSOR = regex(r"(?:\w+\.)*_?(?:cur|cursor|\w+_cursor|\w+_cur|c|curs)")
_ROW = regex(
    r"^(?:\w+\.)?([A-Z]\w*)(?:\.model_validate)?\s*\(|\b(?:get|get_one|select|query)\s*\(\s*(?:\w+\.)?([A-Z]\w*)"
)
"""A row that is made or read: its class."""
_LIMIT = regex(
    r"\.\s*(?:limit|fetch)\s*\(\s*([^()]*(?:\([^()]*\)[^()]*)*)\)|\.\s*(?:paginate|slice)\s*\(\s*([^()]*)\)|\[\s*\w*\s*:\s*([^\]]+)\]"
)
_ITERATED = frozenset({"for_statement", "for_in_clause"})
_MODEL_QUERY = regex(r"(?:\w+\.){0,3}([A-Z]\w*)\s*\.\s*query\b(?!\()")
"""Flask-SQLAlchemy's ``Order.query``."""
_BEGUN = regex(
    r"(?:\w+\.){0,4}(?:\w*session|db|sess|s)(?:\(\))?\.\s*query\(\s*(?:\w+\.){0,3}([A-Z]\w*)?"
)
_ENDED = regex(
    r"\.\s*(?:all|first|get|one|one_or_none|scalar|count|paginate|first_or_404|get_or_404|subquery"
    r"|scalar_subquery|delete|update|exists|fetchall|items|cte)\b"
)
_FLASK_ENDS = {
    **_ALCHEMY_ENDS, "first_or_404": "select", "get_or_404": "select", "one_or_404": "select",
    "paginate": "select",
}  # fmt: skip
_NAMES = frozenset({*_TERMINALS, *_SESSION_CALLS, *_LAZY, *_ALCHEMY_ENDS, "save", "asave"})


def python_queries(code: Code) -> Iterator[FoundQuery]:
    """Every call of a file that sends a statement; a lazy queryset only where it is evaluated."""
    source = code.source
    alchemy = any(word in source for word in _ALCHEMY_WORDS)
    django = b"objects" in source or b"_manager" in source
    names = _NAMES if django else _SESSION_CALLS
    stepwise = b".query" in source
    if stepwise:
        names = frozenset({*names, *_FLASK_ENDS})
    if alchemy:
        yield from _units(code)
    for call in code.calls_named(names):
        if call.name_at <= call.start:
            continue
        found = _django(code, call) if django else None
        if found is None and call.name in _SESSION_CALLS:
            found = _alchemy(code, call, alchemy)
        if found is None and stepwise and call.name in _FLASK_ENDS:
            found = _of_model_query(code, call, alchemy)
        if found is None and call.name == "execute":
            found = _cursor(code, call)
        if found is None and django and call.name in ("save", "asave", "delete"):
            found = _instance(code, call)
        if found is not None:
            yield found


def queryset_model(text: str) -> str:
    """The class whose manager an expression begins with; empty when it is no queryset."""
    match = _QUERYSET.match(text.strip())
    return match[1] if match else ""


# -- Django --------------------------------------------------------------------------------


def _django(code: Code, call: Call) -> FoundQuery | None:
    if call.name not in _TERMINALS and call.name not in _LAZY:
        return None
    text = expression_text(code, call.start, call.end)
    before = text[: call.name_at - call.start]
    match = _QUERYSET.match(before)
    if match is None:
        if call.name not in _TERMINALS:
            return None
        text = _from_variable(code, call, text)
        match = _QUERYSET.match(text)
        if match is None:
            return None
    last = _last_of_chain(code, call)
    if last is not call:  # not the end of its chain: the end is looked at by itself
        return None
    kind = _TERMINALS.get(call.name, "select")
    many = False
    if call.name in _LAZY:
        if not _evaluated(code, call):
            at = _asked_later(code, call)
            if at < 0:
                return None
            call = replace(call, name_at=at)
        many = True
    limit = _limit(code, call, text)
    plain = django_shape(text) if kind in _PLAIN else None
    return FoundQuery(
        call,
        kind,
        "django",
        (call.start, call.end),
        text,
        table_name(match[1]),
        "",
        many,
        limit,
        (),
        call.name in _BULK,
        plain.compared if plain is not None else (),
        plain.ordered if plain is not None else "",
    )


def _from_variable(code: Code, call: Call, text: str) -> str:
    """The source of a queryset that begins with a variable of the function."""
    root = text.partition(".")[0].strip()
    if not root.isidentifier():
        return ""
    binding = binding_near(code, root, call.start, call.scope)
    if binding is None or binding.name != root or not _still_lazy(code, binding.value):
        return ""
    value = expression_text(code, *binding.value)
    return f"{value}{text[len(root) :]}" if queryset_model(value) else ""


def _still_lazy(code: Code, span: tuple[int, int]) -> bool:
    """Whether a value is a queryset and not what one gave: ``in_bulk`` makes a dict."""
    for call in code.calls:
        if call.start == span[0] and call.end == span[1]:
            return call.name in _LAZY
        if call.start > span[0]:
            break
    return code.text(span).endswith("objects")


def _last_of_chain(code: Code, call: Call) -> Call:
    last = call
    for one in code.calls[max(call.index - 40, 0) : call.index]:
        if one.start == call.start and one.end > last.end:
            if code.source[last.end : one.name_at].strip(b" \n\t\\") == b".":
                last = one
            elif last is call:
                # Another link in between; it is looked at when its turn comes.
                return one
    return last


def _evaluated(code: Code, call: Call) -> bool:
    """Whether a lazy queryset is read where it stands."""
    node = code.node(call.start, call.end)
    for _ in range(6):
        parent = node.parent if node is not None else None
        if node is None or parent is None:
            return False
        if parent.type in _ITERATED:
            right = parent.child_by_field_name("right")
            return right is not None and right.start_byte <= call.start < right.end_byte
        if parent.type == "argument_list":
            taker = parent.parent
            function = taker.child_by_field_name("function") if taker is not None else None
            return function is not None and code.tree.text(function) in _EVALUATES
        if parent.type == "return_statement":
            return False
        if parent.type not in (
            "subscript",
            "parenthesized_expression",
            "call",
            "attribute",
            "await",
        ):
            return False
        node = parent
    return False


_LATER = regex(
    r"(?=\b(?:if|elif|while)\s+(?:not\s+)?(\w+)\s*(?::|\band\b|\bor\b)"
    r"|\bin\s+(\w+)\s*(?:[:\]\)\n]|\band\b|\bor\b|$)"
    r"|\b(?:list|tuple|set|len|sorted|dict|bool|any|all|sum|max|min|enumerate|next|iter)\(\s*(\w+)\s*[,)]"
    r"|(?<![\w.])(\w+)\[\d+\]|^[ \t]*(\w+)[ \t]*=[^=])",
    re.MULTILINE,
)
"""The name that is looked into; the last group's is given another value."""
_SPAN = 4_000


def _asked_later(code: Code, call: Call) -> int:
    """Where a loop's round first looks into a queryset that it gave a name to: ``if rows:``,
    ``for row in rows``; -1 when it does not, or is no loop's."""
    loop = next((one for one in code.around(call.scope) if one.kind in ("loop", "function")), None)
    if loop is None or loop.kind != "loop":
        return -1
    for one in code.bindings_around(call.start, call.end):
        if one.value[0] > call.start or one.value[1] < call.end or not one.name.isidentifier():
            continue
        if code.text(one.value[0], call.start).strip("( \n"):
            return -1
        rest = code.text(call.end, max(min(loop.end, call.end + _SPAN), call.end))
        at = rest.find(one.name)
        if at < 0:
            return -1
        looks = _LATER.finditer(rest, rest.rfind("\n", 0, at) + 1)
        found = next((each for each in looks if one.name in each.groups()), None)
        if found is None or found[5]:
            return -1
        return call.end + len(rest[: found.start()].encode())
    return -1


def _instance(code: Code, call: Call) -> FoundQuery | None:
    """``row.save()`` of a row that a loop over a queryset gives."""
    receiver = code.text(call.receiver)
    if not receiver.isidentifier():
        return None
    for scope in code.around(call.scope):
        if scope.kind == "function":
            return None
        if scope.kind != "loop" or scope.label not in ("for", "comprehension"):
            continue
        start = code.source.rfind(b"for ", 0, scope.head[0])
        target = code.text(start + 4, scope.head[0]).rpartition(" in")[0].strip()
        if target != receiver:
            continue
        over = code.text(scope.head)
        model = queryset_model(over)
        if not model:
            root = over.partition(".")[0].strip()
            binding = binding_near(code, root, scope.head[0], scope.parent)
            model = queryset_model(code.text(binding.value)) if binding is not None else ""
        if not model:
            return None
        kind = "delete" if call.name == "delete" else "update"
        text = expression_text(code, call.start, call.end)
        return FoundQuery(call, kind, "django", (call.start, call.end), text, table_name(model))
    return None


# -- SQLAlchemy and DB-API -----------------------------------------------------------------


def _alchemy(code: Code, call: Call, alchemy: bool) -> FoundQuery | None:
    head = "".join(code.text(call.start, call.name_at).split()).rstrip(".")
    if not call.arguments or not _is_session(code, call, head):
        return None
    given = code.text(call.arguments[0][0], min(call.arguments[0][1], call.arguments[0][0] + 3_000))
    name, last = call.name, _last_link(code, call)
    chain = expression_text(code, call.start, last.end)
    many = ".all()" in chain or ".fetchall()" in chain or ".unique()" in chain
    many = many or _read_later(code, call, last)
    if name in ("get", "get_one"):
        model = _MODEL.fullmatch(given)
        if not alchemy or model is None or len(call.arguments) < 2:
            return None
        return _session(call, last, "select", table_name(model[1]), chain, False, head)
    if name in ("merge", "delete"):
        return None
    if name == "query":
        if not alchemy:
            return None
        kind = _query_kind(code, call)
        model = _MODEL.match(given)
        if not kind:
            return None
        return _session(
            call, last, kind, table_name(model[1]) if model else "", chain, many, head,
            _limit(code, call, chain),
        )  # fmt: skip
    text = given
    whole = ""
    if given.isidentifier():
        binding = binding_near(code, given, call.start, call.scope)
        if binding is None:
            return None
        text = expression_text(code, *binding.value)
        if _STATEMENT.search(text) is None:
            whole, text = whole_query(code, given, call.start, call.scope)
    sql = sql_of(text)
    if sql is not None:
        kind, table, limit, columns = sql
        return FoundQuery(
            call, kind, "sql", (call.start, last.end), f"{chain}\n{text}", table, head,
            many and kind == "select", limit, columns, name in _BULK,
        )  # fmt: skip
    if not _STATEMENT.search(text):
        return None
    kind, table = _statement_kind(text)
    rows = many or name == "scalars"
    return _session(
        call, last, kind, table, f"{chain}\n{text}", rows and kind == "select", head,
        _limit(code, call, whole or text),
    )  # fmt: skip


def _is_session(code: Code, call: Call, head: str) -> bool:
    """Whether a call is made on a session or connection: by its name, or, of a short one, by the
    type of the parameter or by what a ``with`` opens (``async with Session() as s``)."""
    if _SESSION.fullmatch(head):
        return True
    if not head.isidentifier() or len(head) > _SHORT:
        return False
    function = code.function_at(call.scope)
    if function is not None:
        for one in function.parameters:
            if one.name == head:
                return _SESSION_TYPE.match(one.type) is not None
    binding = binding_near(code, head, call.start, call.scope)
    return binding is not None and _OPENED.match(code.text(binding.value)) is not None


_SHORT = 4
_SESSION_TYPE = regex(
    r"(?:Annotated\[\s*)?(?:\w+\.)*(?:Async)?(?:Session|Connection|scoped_session)\b"
)
_OPENED = regex(
    r"(?:\w+\.)*_?(?:(?=\w*?[sS]ession)\w++|scoped_session|get_db\w*|engine\.(?:begin|connect))\("
)


def _of_model_query(code: Code, call: Call, alchemy: bool) -> FoundQuery | None:
    """What ends a chain of Flask-SQLAlchemy's ``Order.query``, or one that was begun before in a
    variable: ``query = session.query(Order)``, ``query.filter(…).all()``."""
    chain = expression_text(code, call.start, call.end)
    before = chain[: call.name_at - call.start].rstrip(" .\n\\")
    begun = _MODEL_QUERY.match(before)
    text = sure = chain
    if begun is None:
        if _ROOT_NAME.match(before) is None:
            return None
        text, sure = whole_query(code, chain, call.start, call.scope)
        if text == chain:
            return None
        begun = _MODEL_QUERY.match(sure)
        if begun is None and alchemy:
            begun = _BEGUN.match(sure)
        if begun is None or _ENDED.search(text[: len(text) - len(chain)]):
            return None
    if _ENDED.search(before):
        return None
    kind = _FLASK_ENDS[call.name]
    many = call.name in ("all", "paginate")
    table = table_name(begun[1]) if begun[1] else ""
    limit = _limit(code, call, text)
    if call.name == "paginate":
        limit = limit or "per_page"
    return FoundQuery(
        call, kind, "sqlalchemy", (call.start, call.end), sure, table, "", many, limit
    )


_ROOT_NAME = regex(r"[a-z_]\w*(?=\s*\.|$)")


def _read_later(code: Code, call: Call, last: Call) -> bool:
    """Whether all rows of a result are read from the name that it is given to."""
    if last is not call:
        return False
    function = code.function_at(call.scope)
    for one in code.bindings:
        if one.value[0] <= call.start and call.end <= one.value[1] <= call.end + 1:
            end = function.body[1] if function is not None else len(code.source)
            rest = code.text(one.end, max(min(end, one.end + 3_000), one.end))
            links = r"(?:\.(?:scalars|unique|mappings|tuples)\(\w*\))*"
            name = re.escape(one.name)
            return re.search(rf"\b{name}{links}\.(?:all|fetchall)\(\)", rest) is not None
    return False


def _units(code: Code) -> Iterator[FoundQuery]:
    """What a unit of work does to the database: rows that ``add`` and ``delete`` are given, and
    the ``commit`` or ``flush`` that a loop ends each round with, which sends them one by one."""
    for call in code.calls_named(("add", "delete", "commit", "flush")):
        if call.name_at <= call.start or len(call.arguments) > 1:
            continue
        head = "".join(code.text(call.start, call.name_at).split()).rstrip(".")
        if not _is_session(code, call, head):
            continue
        loop = next(
            (
                one
                for one in code.around(call.scope)
                if one.kind in ("loop", "function") and one.label != "comprehension"
            ),
            None,
        )
        looped = loop is not None and loop.kind == "loop"
        text = code.text(call.start, min(call.end, call.start + 3_000))
        if call.name in ("commit", "flush"):
            body = code.text(loop.start, loop.end) if loop is not None and looped else ""
            added = re.search(rf"\b{re.escape(head)}\.add\(\s*(?:([A-Z]\w*)\(|(\w+)\s*\))?", body)
            if added is not None:
                table = table_name(added[1]) if added[1] else ""
                given = added[2] is None or any(
                    loop is not None and loop.start <= one.start < loop.end
                    for one in code.bindings_named(added[2])
                )
                # What the loop does not make was there before: it is written again.
                kind = "insert" if given else "update"
                yield _session(call, call, kind, table, text, False, head)
        elif not looped and call.arguments:
            model = _made_model(code, call)
            if model:
                kind = "insert" if call.name == "add" else "delete"
                one = _session(call, call, kind, table_name(model), text, False, head)
                # What nothing here sends goes with all the rest that the session has gathered.
                yield one if _sends(code, call, head) else replace(one, bulk=True)


def _sends(code: Code, call: Call, head: str) -> bool:
    """Whether the function that gives a session a row has it sent at once, whatever it is asked."""
    function = code.function_at(call.scope)
    if function is None:
        return False
    for one in code.calls_named(("commit", "flush")):
        if function.start <= one.start < function.end and one.start > call.start:
            named = "".join(code.text(one.start, one.name_at).split()).rstrip(".")
            inside = {scope.label for scope in _up_to(code, one.scope, function.scope)}
            if named == head and not inside & {"if", "else"}:
                return True
    return False


def _up_to(code: Code, inner: int, outer: int) -> Iterator[Scope]:
    for one in code.around(inner):
        if one.index == outer:
            return
        yield one


def _made_model(code: Code, call: Call) -> str:
    """The class of the row that a session is given: made here, or read by ``get`` or ``select``."""
    text = code.text(call.arguments[0])
    if text.isidentifier():
        binding = binding_near(code, text, call.start, call.scope)
        if binding is None:
            return ""
        text = expression_text(code, *binding.value)
    match = _ROW.search(text)
    return next((one for one in match.groups() if one), "") if match is not None else ""


def _session(
    call: Call,
    last: Call,
    kind: str,
    table: str,
    text: str,
    many: bool,
    connection: str,
    limit: str = "",
) -> FoundQuery:
    plain = alchemy_shape(text) if kind in _PLAIN and call.name != "get" else None
    return FoundQuery(
        call, kind, "sqlalchemy", (call.start, last.end), text, table, connection, many, limit,
        compared=plain.compared if plain is not None else (),
        ordered=plain.ordered if plain is not None else "",
    )  # fmt: skip


def _query_kind(code: Code, call: Call) -> str:
    """How a ``session.query(…)`` chain ends; empty when it is only built here."""
    ends = [
        one.name
        for one in code.calls[max(call.index - 40, 0) : call.index]
        if one.start == call.start and one.name in _ALCHEMY_ENDS
    ]
    return (
        _ALCHEMY_ENDS[ends[0]]
        if ends
        else ("select" if _evaluated(code, _last_link(code, call)) else "")
    )


def _last_link(code: Code, call: Call) -> Call:
    last = call
    for one in code.calls[max(call.index - 40, 0) : call.index]:
        if one.start == call.start and one.end > last.end:
            last = one
    return last


def _statement_kind(text: str) -> tuple[str, str]:
    built = _TABLE_VERB.search(text)
    if built is not None:
        if built[1] in ("table", "t"):
            return "other", ""  # whatever table it is given: one statement for each table
        return built[2], built[1].lower()
    verb = _VERB.search(text)
    if verb is None:
        return "select", ""
    model = _MODEL.match(verb[2] or "")
    kind = verb[1]
    if kind == "select" and _FUNC.search(text):
        kind = "count"
    if kind == "insert" and "on_conflict_do_update" in text:
        kind = "upsert"
    return kind, table_name(model[1]) if model else ""


def _cursor(code: Code, call: Call) -> FoundQuery | None:
    head = code.text(call.start, call.name_at).rstrip(" .\n")
    if not call.arguments or not _CURSOR.fullmatch(head):
        return None
    text = code.text(call.arguments[0][0], min(call.arguments[0][1], call.arguments[0][0] + 3_000))
    if text.isidentifier():
        binding = binding_near(code, text, call.start, call.scope)
        text = expression_text(code, *binding.value) if binding is not None else ""
    sql = sql_of(text)
    if sql is None:
        return None
    kind, table, limit, columns = sql
    return FoundQuery(
        call, kind, "sql", (call.start, call.end), text, table, head, kind == "select", limit,
        columns,
    )  # fmt: skip


def _limit(code: Code, call: Call, text: str) -> str:
    after = code.text(call.end, min(call.end + 40, len(code.source))).lstrip()
    if after.startswith("[") and ":" in after.partition("]")[0]:
        return after.partition("]")[0].rpartition(":")[2].strip() or "slice"
    match = _LIMIT.search(text)
    if match is None:
        return ""
    return next((word.strip() for word in match.groups() if word), "limit")
