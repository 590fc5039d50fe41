"""Database calls in Rust: Diesel and diesel-async, sqlx, SeaORM, tokio-postgres."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Binding, Call, Code
from pytest_reconaudit.readers.query_call import (
    FoundQuery,
    binding_near,
    expression_text,
    sql_of,
    table_name,
)
from pytest_reconaudit.readers.query_shape import Compared

__all__ = ["LIBRARY_METHODS", "names_connection", "rust_queries"]

_DIESEL = frozenset({"load", "get_result", "get_results", "first", "execute", "load_stream",
                     "load_iter"})  # fmt: skip
_DIESEL_OWN = _DIESEL - {"execute", "load", "first"}
_DIESEL_MANY = frozenset({"load", "get_results", "load_stream", "load_iter"})
_SQLX = frozenset({"fetch_one", "fetch_all", "fetch_optional", "fetch", "fetch_many", "execute"})
_SQLX_MANY = frozenset({"fetch_all", "fetch", "fetch_many"})
_SEA = frozenset({"one", "all", "insert", "update", "delete", "save", "exec", "exec_with_returning",
                  "exec_without_returning", "count", "paginate", "stream"})  # fmt: skip
_POSTGRES = frozenset({"query", "query_one", "query_opt", "execute", "query_raw"})
_WORDS = _DIESEL | _SQLX | _SEA | _POSTGRES
LIBRARY_METHODS = _WORDS
"""What the libraries' own methods that send a statement are called."""

_CONNECTION = regex(
    r"(?:\w*_)?(?:conn(?:ection)?|pool|db|tx|txn|transaction|trx|executor|database|pg|dbtx)\d*"
    r"|(?:get|acquire|establish)_(?:\w*_)?(?:conn|connection|pool|db)(?:_\w+)?"
)
_SOFTENED = regex(
    r"(?:\.\s*(?:as_mut|deref_mut|deref|as_ref|as_deref_mut|get|get_ref|acquire|clone|inner|unwrap"
    r"|begin|borrow_mut|lock|write|into_inner|expect)\s*\([^()]*\)|\.\s*await|\?|\s)+$"
)
_LAST = regex(r"(\w+)(?:\s*\([^()]*\))?$")
_IDENTIFIER = regex(
    r"(?:&\s*(?:mut\s+)?|\*)*([a-z_]\w*)(?:\s*\.\s*(?:clone|as_str|build\w*)\s*\(\))?"
)
_STATEMENT = regex(
    r"\bsql_query\b|\binsert_into\b|\binsert_or_ignore_into\b|\breplace_into\b|\bdiesel::|::table\b"
    r"|\.\s*(?:values|set|filter|select|find|inner_join|order|order_by|into_boxed|on_conflict"
    r"|set_bind|bind|limit|distinct)\s*(?:::<[^>]*>)?\(|\bquery(?:_as|_scalar|_with|_file\w*)*\s*(?:!|\(|::)"
    r"|\b(?:update|delete)\s*\("
)
_SQLX_MADE = regex(
    r"\bquery(?:_as|_scalar|_with|_as_with|_scalar_with|_file|_file_as|_file_scalar|_unchecked"
    r"|_as_unchecked|_scalar_unchecked)*\s*(?:!|\(|::<)|QueryBuilder|\.\s*build(?:_query_as|_query_scalar)?"
    r"\s*(?:::<[^>]*>)?\(\)|\bsql\w*\b"
)
_UPDATE = regex(r"(?:\bdiesel::|(?<![\w.:]))update\s*\(")
_DELETE = regex(r"(?:\bdiesel::|(?<![\w.:]))delete\s*\(")
_INSERT = regex(r"\b(?:insert_into|insert_or_ignore_into|replace_into)\s*\(")
_COUNT = regex(
    r"\.\s*count\s*\(\s*\)|\bcount_star\s*\(|\bselect\s*\(\s*(?:diesel::)?(?:dsl::)?(?:count|sum|max|min|avg|exists)\b|\bexists\s*\("
)
_TABLE = (
    regex(r"\b(?:insert_into|insert_or_ignore_into|replace_into|update|delete)\s*\(\s*&?\s*(?:\w+::)*?(\w+)(?:::table|::dsl::\w+)?\s*[.,)]"),
    regex(r"\b(\w+)::table\b"),
    regex(r"\b(\w+)::dsl::\w+"),
    regex(r"^\s*(?:\w+::)*([a-z]\w*)\s*\.\s*(?:filter|select|find|order|inner_join|left_join|into_boxed|limit|count|load|first)\b"),
)  # fmt: skip
_DIESEL_LIMIT = regex(r"\.\s*limit\s*\(\s*([^()]*(?:\([^()]*\)[^()]*)*)\)")
_DIESEL_COLUMN = regex(r"(?:^|[(,\s])(?:\w+::)*(\w+)\s*\.\s*eq\s*\(")
_SET_CALL = regex(r"\.\s*set\s*\(")
_ENTITY = regex(
    r"\b([A-Z]\w*|\w+::Entity)\s*(?:as\s+EntityTrait\s*>)?::(?:find|insert|update|delete|find_by_id|insert_many|update_many|delete_many|delete_by_id)\b|\b(\w+)::(?:Entity|ActiveModel)\b"
)
_SEA_WORDS = (b"sea_orm", b"ActiveModel", b"EntityTrait", b"ActiveValue", b"DatabaseConnection")
_BULK = regex(
    r"\bpush_values\b|\bunnest\s*\(|\binsert_many\b|\bvalues\s*\(\s*&?\s*\w*(?:s|rows|records|vec|batch|list)\s*\)",
    2,
)
_SEA_VERB = regex(r"(?:::|\b)(insert|update|delete)(?:_many|_by_id)?\s*\(")
_FILTER = regex(r"\.\s*filter\s*\(")
_UNPLAIN = regex(
    r"\b(?:sql_query|into_boxed|or_filter|inner_join|left_join|left_outer_join|find|belonging_to"
    r"|on_conflict|insert_into|sql\s*(?:::<|\()|or|distinct_on|nullable|group_by|union|exists|not)\b"
)
"""What a chain of Diesel holds that is more than a table, its filters and an order."""
_EQUAL = regex(r"(?<![\w.)])((?:\w+::)*)(\w+)\s*\.\s*(eq|eq_any)\s*\(\s*(.{0,40})", re.DOTALL)
_ORDER = regex(
    r"\.\s*order(?:_by)?\s*+\(\s*+(?:\(\s*+)?((?:\w+::)*)([a-z_]\w*)"
    r"\s*+(?:\.\s*(?:asc|desc)\s*\(\)\s*)?[,)]"
)
_FILTERED = regex(r"(?<![\w.])(?:\w+::)*([a-z_]\w*)\s*\.\s*\w+\s*\(")
_CONSTANT = regex(r"(?:true|false|\"|\d|None\b|(?:\w+::)*[A-Z]\w*(?:::[A-Z]\w*)+|[A-Z][A-Z_]+\b)")
_NO_TABLES = frozenset(
    {"diesel", "dsl", "self", "query", "q", "stmt", "statement", "select", "schema"}
)
_MAX_CONNECTION = 300
_KINDS = {"insert": "insert", "update": "update", "delete": "delete", "save": "update",
          "count": "count", "one": "select", "all": "select", "paginate": "select",
          "stream": "select"}  # fmt: skip


def names_connection(text: str) -> bool:
    """Whether an expression names a database connection, pool or transaction."""
    if len(text) > _MAX_CONNECTION:
        return False
    text = text.strip().lstrip("&*(").strip()
    if text.count(")") > text.count("("):
        text = text.rstrip(")")
    text = text.removeprefix("mut ").strip().lstrip("&*( ").removeprefix("mut ").strip()
    text = _SOFTENED.sub("", text) if _SOFTENED.search(text) else text
    last = _LAST.search(text)
    return last is not None and _CONNECTION.fullmatch(last[1]) is not None


def rust_queries(code: Code) -> Iterator[FoundQuery]:
    """Every call of a file that sends a statement."""
    source = code.source
    diesel = b"diesel" in source
    sea = any(word in source for word in _SEA_WORDS)
    postgres = b"postgres::" in source
    sqlx = b"sqlx" in source or b"query" in source
    for call in code.calls_named(_WORDS):
        if call.macro or not call.arguments or call.receiver[0] == call.receiver[1]:
            continue
        given = code.text(call.arguments[0])
        if len(call.arguments) == 1:
            connected = names_connection(given)
            statement = _statement(code, call, call.receiver)
            plain = call.name in _DIESEL_OWN or (
                call.name in _DIESEL
                and (_STATEMENT.search(statement) is not None or _is_table(code, call))
            )
            if diesel and connected and plain:
                yield _diesel(code, call, _from_variable(code, call, statement), given)
            elif sqlx and call.name in _SQLX and _SQLX_MADE.search(statement):
                yield _sqlx(code, call, statement, given)
            elif sea and connected and call.name in _SEA and _is_awaited(code, call):
                yield _sea(code, call, _from_variable(code, call, statement), given)
            elif (
                sqlx
                and call.name in _SQLX
                and not connected
                and names_connection(code.text(call.receiver))
                and ('"' in given or _SQLX_MADE.search(given))
            ):
                made = _statement(code, call, call.arguments[0])
                yield _sqlx(code, call, made, code.text(call.receiver))
        elif (
            postgres
            and len(call.arguments) == 2
            and call.name in _POSTGRES
            and (code.text(call.arguments[1]).startswith("&[") or '"' in given)
        ):
            made = _statement(code, call, call.arguments[0])
            yield _sqlx(code, call, made, code.text(call.receiver))


def _is_table(code: Code, call: Call) -> bool:
    """Whether what is asked is a table itself, by the name that Diesel's ``dsl`` gives it:
    ``use schema::orders::dsl::*; orders.load(conn)``."""
    name = code.text(call.receiver).strip()
    if not name.isidentifier() or binding_near(code, name, call.start, call.scope) is not None:
        return False
    return any(
        (one.name == "*" and one.path[-2:] == (name, "dsl"))
        or (one.name == name and one.path[-2:-1] == ("dsl",))
        for one in code.imports
    )


_WRAPPED = regex(r"\s*\.\s*(?:instrument|in_current_span|boxed|boxed_local)\s*\(")


def _is_awaited(code: Code, call: Call) -> bool:
    """Whether a call is awaited, as such or within a span: ``.all(db).instrument(span).await``."""
    return call.awaited or _WRAPPED.match(code.text(call.end, call.end + 40)) is not None


def _statement(code: Code, call: Call, span: tuple[int, int]) -> str:
    """The source of a statement; of one in a variable that of its declaration as well."""
    text = expression_text(code, *span)
    at, scope, seen = call.start, call.scope, text
    for _ in range(3):
        plain = _IDENTIFIER.fullmatch(seen.strip()) or _QUERY_OF.search(seen)
        if plain is None:
            break
        binding = binding_near(code, plain[1], at, scope) or _constant(code, plain[1], scope)
        if binding is not None and binding.value[0] <= call.start < binding.value[1]:
            # `let row = row.update(db)`: the name that is used is the one before.
            binding = binding_near(code, plain[1], binding.start, scope)
        if binding is None:
            break
        added = _added(code, plain[1], binding.end, at)
        at = binding.start
        seen = expression_text(code, *binding.value)
        text = f"{text}\n{binding.type}\n{seen}" if binding.type else f"{text}\n{seen}"
        text = f"{text}\n{added}" if added else text
    return text


_QUERY_OF = regex(
    r"\b(?:query\w*|QueryBuilder(?:::<[^>]*>)?::new)\s*+(?:::<[^(]{0,400}>)?\(\s*+(?:&\s*+)?"
    r"([A-Za-z_]\w*+)\s*+[,)]"
)


_CHAINED = regex(r"\s*([a-z_]\w*)\s*\.\s*\w+\s*(?:::<[^>]*>)?\(")


def _from_variable(code: Code, call: Call, text: str) -> str:
    """The source of a statement that goes on from a variable, with what that was given first."""
    root = _CHAINED.match(text)
    binding = binding_near(code, root[1], call.start, call.scope) if root is not None else None
    if root is None or binding is None or binding.value[0] <= call.start < binding.value[1]:
        return text
    more = _added(code, root[1], binding.end, call.start)
    kind = f"{binding.type}\n" if "ActiveModel" in binding.type else ""
    return f"{kind}{expression_text(code, *binding.value)}\n{more}{text}"


def _added(code: Code, name: str, start: int, end: int) -> str:
    """What a statement in a variable is given later on: ``query = query.limit(50);``, or piece by
    piece (``query.push(" LIMIT ").push_bind(most);``), which is told as SQL."""
    if end - start > _MOST_BETWEEN:
        return ""
    between = code.text(start, end)
    added = re.compile(rf"\b{name} = {name}\s*(\.[^;]{{1,600}});")
    found = "".join(f"{match[1]}\n" for match in added.finditer(between))
    if ".push" in between:
        pushed = re.compile(rf"\b{name}\s*(\.\s*push[^;]{{1,600}});")
        for match in pushed.finditer(between):
            found += "".join(f"{text or '$1'} " for text in _PUSHED.findall(match[1]))
    return found


_MOST_BETWEEN = 6_000
_PUSHED = regex(r"\.\s*push(?:_bind)?\(\s*(?:\"([^\"]{0,600})\")?")
"""A piece of SQL, or a value that is bound (empty)."""


def _constant(code: Code, name: str, scope: int) -> Binding | None:
    """The declaration of a constant, which may stand behind what uses it."""
    if not name.isupper():
        return None
    visible = {one.index for one in code.around(scope)} | {0}
    return next((one for one in code.bindings_with(name) if one.scope in visible), None)


def _diesel(code: Code, call: Call, text: str, connection: str) -> FoundQuery:
    bare = text.strip()
    table = _unaliased(code, _diesel_table(text) or (bare.lower() if bare.isidentifier() else ""))
    columns: tuple[str, ...] = ()
    if "sql_query" in text:
        kind, table, limit, columns = sql_of(text) or ("other", table, "", ())
    else:
        limited = _DIESEL_LIMIT.search(text)
        limit = limited[1].strip() if limited else ""
        if _INSERT.search(text):
            kind = "upsert" if "on_conflict" in text or "replace_into" in text else "insert"
        elif _UPDATE.search(text):
            kind = "update"
            if assigned := _SET_CALL.search(text):
                columns = tuple(_DIESEL_COLUMN.findall(text[assigned.end() - 1 :]))
        elif _DELETE.search(text):
            kind = "delete"
        elif _COUNT.search(text):
            kind = "count"
        else:
            kind = "select" if call.name != "execute" else "other"
    return FoundQuery(
        call,
        kind,
        "diesel",
        (call.start, call.end),
        text,
        table,
        connection,
        call.name in _DIESEL_MANY and kind == "select",
        limit,
        columns,
        bool(_BULK.search(text)),
        tuple(_diesel_filters(text)) if ".filter" in text or "filter(" in text else (),
        _diesel_order(text) if kind == "select" and (limit or call.name == "first") else "",
    )


def _unaliased(code: Code, table: str) -> str:
    """The table that a name means: ``use schema::orders::dsl::orders as orders_table``."""
    known = code.resolved((table,)) if table else ()
    return known[-1] if known[-2:-1] == ("dsl",) else table


def _diesel_table(text: str) -> str:
    changed = _TABLE[0].search(text)
    if changed is not None and changed[1] not in _NO_TABLES:
        return changed[1].lower()
    # What is joined stands behind what it is joined to.
    matches = [match for one in _TABLE[1:] if (match := one.search(text)) is not None]
    matches.sort(key=lambda match: match.start(1))
    return next((one[1].lower() for one in matches if one[1] not in _NO_TABLES), "")


def _sqlx(code: Code, call: Call, text: str, connection: str) -> FoundQuery:
    many = call.name in _SQLX_MANY or call.name in ("query", "query_raw")
    kind, table, limit, columns = sql_of(text) or (
        "select" if call.name != "execute" else "other", "", "", ()
    )  # fmt: skip
    if kind == "insert" and "on conflict" in text.lower() and "do update" in text.lower():
        kind = "upsert"
    return FoundQuery(
        call,
        kind,
        "sqlx",
        (call.start, call.end),
        text,
        table,
        connection,
        many and kind == "select",
        limit,
        columns,
        bool(_BULK.search(text)),
    )


def _sea(code: Code, call: Call, text: str, connection: str) -> FoundQuery:
    name = _entity(code, text)
    kind = _KINDS.get(call.name, "")
    if not kind:  # exec
        verb = _SEA_VERB.search(text)
        kind = verb[1] if verb else "other"
    limited = _DIESEL_LIMIT.search(text)
    return FoundQuery(
        call,
        kind,
        "sea-orm",
        (call.start, call.end),
        text,
        name,
        connection,
        call.name in ("all", "stream"),
        limited[1].strip() if limited else "",
        (),
        "insert_many" in text,
    )


def _entity(code: Code, text: str) -> str:
    """The table of an entity, by the module that it is declared in, else by its alias."""
    if b"related(" in code.source:
        text = _RELATED.sub("", text)  # what is brought along is not what is asked for
    match = _ENTITY.search(text) or _ACTIVE.search(text)
    if match is None:
        return ""
    words = tuple((match[1] or match[2] or "").split("::"))
    if len(words) == 1:
        words = code.resolved(words) or words
    if words[-1] in ("Entity", "ActiveModel") and len(words) > 1:
        words = words[:-1]
    return _OF_ENTITY.sub("", table_name(words[-1])) or table_name(words[-1])


_ACTIVE = regex(r"\b([A-Z]\w*ActiveModel|\w+::ActiveModel)\b|\b(ActiveModel)\s*[{:]")
_RELATED = regex(r"\.\s*find_(?:also|with)_related\s*\([^()]{0,120}\)")
_OF_ENTITY = regex(r"_(?:entity|active_model|model)$")


def _diesel_filters(text: str) -> Iterator[Compared]:
    """What the filters of a chain on one table compare; nothing where the chain is not plain."""
    if _UNPLAIN.search(text):
        return
    for match in _FILTER.finditer(text):
        yield from _filters(text[match.end() : _closed(text, match.end())])


def _diesel_order(text: str) -> str:
    """The column by which a chain on one table sorts first; empty where it is not plain."""
    match = None if _UNPLAIN.search(text) or ".distinct" in text else _ORDER.search(text)
    return match[2] if match is not None else ""


def _closed(text: str, at: int) -> int:
    """Where the parenthesis before a position is closed."""
    depth = 1
    for index in range(at, len(text)):
        depth += (text[index] == "(") - (text[index] == ")")
        if not depth:
            return index
    return len(text)


def _filters(text: str) -> Iterator[Compared]:
    """The columns of one ``filter``; what is no plain equation is only mentioned."""
    read: set[str] = set()
    for match in _EQUAL.finditer(text):
        table = match[1].rstrip(":").rsplit("::", 1)[-1]
        how = "list" if match[3] == "eq_any" else "text" if _CONSTANT.match(match[4]) else "value"
        read.add(match[2])
        yield Compared("" if table in ("dsl", "columns") else table, match[2], how)
    for match in _FILTERED.finditer(text):
        if match[1] not in read:
            yield Compared("", match[1], "other")
