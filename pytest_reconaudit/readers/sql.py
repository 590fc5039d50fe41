"""PostgreSQL scripts as statements with places, and the DDL in them that makes tables and indexes.

A scanner of our own. A replay must cost what the server costs: ``sqlparse.split`` takes two to
four times as long as PostgreSQL needs to execute the same history, gives strings without offsets
and knows neither ``COPY … FROM stdin`` data nor psql's backslash commands. ``pglast`` would be
PostgreSQL's own parser, but it is GPL and 33 MB. sqlparse, which recovers where we cannot, takes
over behind a quote that is never closed, and the tests hold the splitting against it.

What is read is what psql would send: dollar quotes, ``E''`` strings, nested comments,
``BEGIN ATOMIC`` bodies, rule bodies in parentheses, COPY data and meta-commands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

__all__ = [
    "CreateIndex",
    "IndexKey",
    "SqlScript",
    "SqlStatement",
    "TableChange",
    "fold",
    "normal_expression",
    "read_indexes",
    "read_sql",
    "read_table_changes",
]

_MAX_RESPLIT = 200_000
StatementKind = Literal["sql", "copy", "meta"]


class SqlStatement(Struct, frozen=True):
    """One statement as it is sent: no leading comments, no final semicolon."""

    text: str
    place: Place
    """Its first word."""
    offset: int
    """Where it begins, in characters of the script's text."""
    kind: StatementKind = "sql"
    """``copy``: COPY … FROM stdin with its rows in ``data``; ``meta``: a psql backslash command."""
    data: str = ""


class SqlScript(Struct, frozen=True):
    """The statements of a script, in order, and what could not be read."""

    path: str
    statements: tuple[SqlStatement, ...]
    problems: tuple[Problem, ...] = ()


class IndexKey(Struct, frozen=True):
    """One key of an index: a column, or an expression (``column`` is then ``None``)."""

    text: str
    column: str | None = None
    collation: str = ""
    opclass: str = ""
    descending: bool = False
    nulls_first: bool | None = None
    """As written; ``None`` leaves it to the order's default (DESC puts nulls first)."""


class CreateIndex(Struct, frozen=True):
    """A CREATE INDEX statement, read whole. Names are folded as the server folds them."""

    name: str | None
    table: str
    schema: str | None
    keys: tuple[IndexKey, ...]
    place: Place
    text: str
    method: str = "btree"
    include: tuple[str, ...] = ()
    where: str = ""
    unique: bool = False
    nulls_not_distinct: bool = False
    concurrently: bool = False
    if_not_exists: bool = False
    only: bool = False
    tablespace: str = ""
    options: str = ""
    """The inside of ``WITH (…)``."""
    dynamic: bool = False
    """A name in it is put in at run time (``{}``, ``%s``, ``$x``), so it cannot be judged."""
    target_offset: int = 0
    """Where ``ON`` stands in ``text``."""

    @property
    def anonymous(self) -> str:
        """The statement that builds the same index under a name the server chooses."""
        return f"CREATE {'UNIQUE ' if self.unique else ''}INDEX {self.text[self.target_offset :]}"

    @property
    def shown(self) -> str:
        """The index in one line, as a report names it."""
        return " ".join(self.text[self.target_offset :].split()).removeprefix("ON ")

    def form(self) -> tuple[object, ...]:
        """What the index is, without the server's help: comparable, name and spelling left out.

        Two equal forms are the same index; two unequal ones may still be (an expression can be
        written in many ways), so the server's own deparsed form is preferred where there is one.
        """
        keys = tuple(
            (
                key.column or normal_expression(key.text),
                key.collation,
                key.opclass,
                key.descending,
                key.descending if key.nulls_first is None else key.nulls_first,
            )
            for key in self.keys
        )
        return (
            self.table,
            self.method,
            keys,
            frozenset(self.include),
            normal_expression(self.where),
            self.unique,
            self.nulls_not_distinct,
        )


ChangeKind = Literal[
    "create-table", "create-view", "drop-table", "rename-table",
    "add-column", "drop-column", "rename-column", "unread",
]  # fmt: skip


class TableChange(Struct, frozen=True):
    """One thing that DDL does to the set of tables and columns.

    ``columns`` of a created table or added column; ``new_name`` of a rename. ``kind`` is
    ``unread`` for a table whose columns come from elsewhere (AS, LIKE, INHERITS, OF).
    """

    kind: ChangeKind
    table: str
    place: Place
    columns: tuple[str, ...] = ()
    new_name: str = ""
    unique_keys: tuple[tuple[str, ...], ...] = ()
    """Column lists of PRIMARY KEY and UNIQUE constraints: each makes an index."""
    schema: str | None = None
    temporary: bool = False


# -- splitting -----------------------------------------------------------------------------

# Every alternative begins with a plain character set, which lets the engine skip to the next
# candidate at C speed; look-behinds stand after the first character for the same reason.
_BREAK = regex(
    r"""
      ;
    | '(?:[^']++|'')*+'?
    | "(?:[^"]++|"")*+"?
    | -(?=-)[^\n]*+
    | /(?=\*)
    | \$(?<![\w$]\$)(?:[^\W\d]\w*+)?\$
    | [eE](?<![\w$][eE])'(?:[^'\\]++|\\.|'')*+'?
    | [bB](?<!\w[bB])[eE][gG][iI][nN]\s++[aA][tT][oO][mM][iI][cC]\b
    | \\
    """,
    re.VERBOSE | re.DOTALL,
)
_NESTED = regex(
    r"""
      [;()]
    | '(?:[^']++|'')*+'?
    | "(?:[^"]++|"")*+"?
    | -(?=-)[^\n]*+
    | /(?=\*)
    | \$(?<![\w$]\$)(?:[^\W\d]\w*+)?\$
    | [eE](?<![\w$][eE])'(?:[^'\\]++|\\.|'')*+'?
    | \b(?:[bB][eE][gG][iI][nN]|[cC][aA][sS][eE]|[eE][nN][dD])\b
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSED = regex(
    r"""'(?:[^']++|'')*+' | "(?:[^"]++|"")*+" | [eE]'(?:[^'\\]++|\\.|'')*+'""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = regex(r"/\*|\*/")
_BLANK = regex(r"(?:\s++|--[^\n]*+)*+")
_ROUTINE = regex(r"create\s+(?:or\s+replace\s+)?(?:function|procedure)\b", re.IGNORECASE)
_RULE = regex(r"create\s+(?:or\s+replace\s+)?rule\b", re.IGNORECASE)
_COPY_IN = regex(r"copy\b[^;]*?\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_COPY_END = regex(r"^\\\.[ \t]*$", re.MULTILINE)


def read_sql(text: str, path: str, origin: Place | None = None) -> SqlScript:
    """Split a script into statements. Never raises; an open quote or comment is a problem.

    :param origin: where the text's first character stands, when it is a part of a file.
    """
    places = _Places(text, origin or Place(path, 1, 1))
    statements: list[SqlStatement] = []
    problems: list[Problem] = []
    at, size = 0, len(text)
    while True:
        start = _skip_blank(text, at)
        if start >= size:
            break
        if text[start] == "\\":
            end = text.find("\n", start)
            end = size if end < 0 else end
            line = text[start:end].rstrip()
            statements.append(SqlStatement(line, places.at(start), start, "meta"))
            at = end
            continue
        end, after, problem = _end_of_statement(text, start)
        if problem:
            problems.append(Problem(places.at(start), problem))
            if after >= size:
                statements.extend(
                    SqlStatement(piece, places.at(offset), offset)
                    for offset, piece in _resplit(text, start)
                )
                break
        body = text[start:end].rstrip()
        at = after
        if not body:
            continue
        if body[:4].lower() == "copy" and _COPY_IN.match(body):
            newline = text.find("\n", after)
            first = size if newline < 0 else newline + 1
            stop = _COPY_END.search(text, first)
            data = text[first : stop.start() if stop else size]
            at = stop.end() if stop else size
            statements.append(SqlStatement(body, places.at(start), start, "copy", data))
        else:
            statements.append(SqlStatement(body, places.at(start), start))
    return SqlScript(path, tuple(statements), tuple(problems))


def _resplit(text: str, start: int) -> Iterator[tuple[int, str]]:
    """(offset, statement) of what follows an open quote, which runs to the end of the text.

    sqlparse goes on behind a quote that is never closed, so the statements after it are not lost.
    """
    import sqlparse

    rest = text[start : start + _MAX_RESPLIT]
    at = start
    for piece in sqlparse.split(rest):
        body = piece.strip().rstrip(";").rstrip()
        if not body:
            continue
        found = text.find(body, at)
        if found >= 0:
            yield found, body
            at = found + len(body)


class _Places:
    """Offsets of a text as places, for a text that itself begins somewhere in a file."""

    def __init__(self, text: str, origin: Place) -> None:
        self._origin = origin
        self._text = text
        self._starts: list[int] | None = None

    def at(self, offset: int) -> Place:
        if self._starts is None:
            self._starts = [0, *(m.end() for m in re.finditer("\n", self._text))]
        row = bisect_right(self._starts, offset) - 1
        column = offset - self._starts[row] + 1
        if row == 0:
            column += (self._origin.column or 1) - 1
        return Place(self._origin.path, (self._origin.line or 1) + row, column)


def _skip_blank(text: str, at: int) -> int:
    """The offset of the next character that is no space and no comment."""
    while True:
        match = _BLANK.match(text, at)
        at = match.end() if match else at
        if text.startswith("/*", at):
            at = _comment_end(text, at)
        elif text.startswith(";", at):  # an empty statement
            at += 1
        else:
            return at


def _comment_end(text: str, at: int) -> int:
    depth = 0
    while match := _COMMENT_EDGE.search(text, at):
        at = match.end()
        depth += 1 if match[0] == "/*" else -1
        if depth <= 0:
            return at
    return len(text)


def _end_of_statement(text: str, start: int) -> tuple[int, int, str]:
    """(end, where the next one may begin, problem) of the statement that begins at ``start``."""
    nested = bool(_RULE.match(text, start))
    depth, at, problem = 0, start, ""
    while match := (_NESTED if nested else _BREAK).search(text, at):
        token = match[0]
        first = token[0]
        at = match.end()
        if first == ";":
            if depth <= 0:
                return match.start(), at, problem
        elif first == "/":
            at = _comment_end(text, match.start())
            if at >= len(text) and not text.endswith("*/"):
                problem = "a comment is never closed"
        elif first == "$":
            close = text.find(token, at)
            if close < 0:
                return len(text), len(text), f"the quote {token} is never closed"
            at = close + len(token)
        elif first in "'\"" or token[1:2] == "'":
            if not _CLOSED.fullmatch(token):
                problem = "a quote is never closed"
        elif first == "\\":
            if text.startswith(";", at):
                at += 1  # \; sends several statements at once: leave them together
            else:  # \g, \gexec, \gset: end of the statement, and of the line
                end = text.find("\n", at)
                return match.start(), len(text) if end < 0 else end, problem
        elif first == "(":
            depth += 1
        elif first == ")":
            depth -= 1
        elif not nested:  # BEGIN ATOMIC
            if _ROUTINE.match(text, start):
                nested, depth = True, 1
        elif first in "bBcC":
            depth += 1
        elif first in "eE":
            depth -= 1
    return len(text), len(text), problem


# -- tokens --------------------------------------------------------------------------------


class _Token(NamedTuple):
    kind: str
    """``w`` word, ``q`` quoted name, ``s`` string, ``n`` number, ``o`` any other character."""
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "w" and self.text.lower() in words


_TOKEN = regex(
    r"""
      (?P<space>\s++ | --[^\n]*+)
    | (?P<comment>/\*)
    | (?P<dollar>\$(?:[^\W\d]\w*+)?\$)
    | (?P<s>[eE]'(?:[^'\\]++|\\.|'')*+'? | '(?:[^']++|'')*+'?)
    | (?P<q>"(?:[^"]++|"")*+"?)
    | (?P<w>[^\W\d][\w$]*+)
    | (?P<n>\d[\w.]*+)
    | (?P<o>:: | .)
    """,
    re.VERBOSE | re.DOTALL,
)
_MAX_TOKENS = 20_000


def _tokens(text: str, limit: int = _MAX_TOKENS) -> list[_Token]:
    out: list[_Token] = []
    at, size = 0, len(text)
    while at < size and len(out) < limit:
        match = _TOKEN.match(text, at)
        if match is None:
            break
        kind = match.lastgroup or "o"
        at = match.end()
        if kind == "space":
            continue
        if kind == "comment":
            at = _comment_end(text, match.start())
            continue
        if kind == "dollar":
            close = text.find(match[0], at)
            at = size if close < 0 else close + len(match[0])
            out.append(_Token("s", text[match.start() : at], match.start(), at))
            continue
        out.append(_Token(kind, match[0], match.start(), at))
    return out


def fold(name: str) -> str:
    """A name as the server stores it: quotes taken off, or folded to lower case."""
    if name.startswith('"'):
        return name.strip('"').replace('""', '"')
    return name.lower()


_CAST = regex(
    r"::\s*(?:character varying|double precision|[\w\".]+)(?:\(\d+(?:,\s*\d+)?\))?(?:\[\])*"
)


def normal_expression(text: str) -> str:
    """An expression with spelling taken out: case, blanks, casts, needless parentheses."""
    if not text:
        return ""
    out: list[str] = []
    plain = _CAST.sub("", text)
    for token in _tokens(plain):
        if token.text in "()" and token.kind == "o":
            # Only a call's own parentheses mean something to a comparison.
            continue
        out.append(token.text if token.kind == "s" else fold(token.text))
    return " ".join(out)


class _Cursor:
    """A statement's tokens with a position; every step is safe at the end."""

    def __init__(self, tokens: Sequence[_Token], text: str) -> None:
        self.tokens = tokens
        self.text = text
        self.at = 0
        self.dynamic = False

    def peek(self, ahead: int = 0) -> _Token | None:
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def done(self) -> bool:
        return self.at >= len(self.tokens)

    def words(self, *words: str) -> bool:
        """Take these words if they come next, all or none."""
        for index, word in enumerate(words):
            token = self.peek(index)
            if token is None or not token.is_word(word):
                return False
        self.at += len(words)
        return True

    def sign(self, sign: str) -> bool:
        token = self.peek()
        if token is not None and token.kind == "o" and token.text == sign:
            self.at += 1
            return True
        return False

    def name(self) -> str | None:
        """One plain or quoted name. A name that a program puts in sets ``dynamic``."""
        token = self.peek()
        if token is None:
            return None
        if token.kind in "wq":
            self.at += 1
            follower = self.peek()
            if follower is not None and follower.start == token.end and follower.text in "{%$":
                self._hole()
            if "{" in token.text or "%s" in token.text or token.text.startswith('"$'):
                self.dynamic = True
            return fold(token.text)
        if token.kind == "s" or (token.kind == "o" and token.text in "{$%:?@<["):
            self._hole()
            return ""
        return None

    def _hole(self) -> None:
        """Pass over ``{x}``, ``${x}``, ``%s``, ``$1``, ``%(x)s`` and what is glued to it."""
        self.dynamic = True
        end = None
        while (token := self.peek()) is not None and (end is None or token.start == end):
            if token.text in "(),;." and token.kind == "o":
                break
            end = token.end
            self.at += 1
            follower = self.peek()
            named = token.text == "%" and _is_open(follower)  # %(name)s
            if token.text == "{" or named:
                depth = 0 if named else 1
                while (inner := self.peek()) is not None:
                    depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(inner.text, 0)
                    end = inner.end
                    self.at += 1
                    if depth <= 0:
                        break

    def qualified(self) -> tuple[str | None, str] | None:
        """``table`` or ``schema.table`` or ``database.schema.table``."""
        first = self.name()
        if first is None:
            return None
        parts = [first]
        while self.sign("."):
            part = self.name()
            if part is None:
                break
            parts.append(part)
        return (parts[-2] if len(parts) > 1 else None), parts[-1]

    def group(self) -> list[list[_Token]] | None:
        """A parenthesised list, split at its own commas; ``None`` when none comes next."""
        if not self.sign("("):
            return None
        depth = 1
        items: list[list[_Token]] = [[]]
        while (token := self.peek()) is not None:
            self.at += 1
            if token.kind == "o":
                if token.text in "([":
                    depth += 1
                elif token.text in ")]":
                    depth -= 1
                    if depth == 0:
                        return [item for item in items if item]
                elif token.text == "," and depth == 1:
                    items.append([])
                    continue
            items[-1].append(token)
        return None  # never closed

    def source(self, tokens: Sequence[_Token]) -> str:
        return self.text[tokens[0].start : tokens[-1].end] if tokens else ""


# -- CREATE INDEX --------------------------------------------------------------------------

_INDEX_DDL = regex(r"create\s+(?:unique\s+)?index\b", re.IGNORECASE)


def read_indexes(script: SqlScript) -> tuple[CreateIndex, ...]:
    """The CREATE INDEX statements of a script; one that is no SQL at all is left out."""
    return tuple(
        index
        for statement in script.statements
        if statement.kind == "sql" and _INDEX_DDL.match(statement.text)
        if (index := _create_index(statement)) is not None
    )


def _create_index(statement: SqlStatement) -> CreateIndex | None:
    cursor = _Cursor(_tokens(statement.text), statement.text)
    cursor.words("create")
    unique = cursor.words("unique")
    cursor.words("index")
    concurrently = cursor.words("concurrently")
    if_not_exists = cursor.words("if", "not", "exists")
    name: str | None = None
    target_offset = _start(cursor)
    if not cursor.words("on"):
        named = cursor.qualified()
        name = named[1] if named else None
        target_offset = _start(cursor)
        if not cursor.words("on"):
            return None
    only = cursor.words("only")
    target = cursor.qualified()
    if target is None:
        return None
    schema, table = target
    method = "btree"
    if cursor.words("using"):
        method = cursor.name() or "btree"
    items = cursor.group()
    if not items:
        return None
    keys = tuple(_index_key(cursor, item) for item in items)
    include: tuple[str, ...] = ()
    nulls_not_distinct, options, tablespace, where = False, "", "", ""
    while not cursor.done():
        if cursor.words("include"):
            include = tuple(fold(cursor.source(item)) for item in cursor.group() or [])
        elif cursor.words("nulls", "not", "distinct"):
            nulls_not_distinct = True
        elif cursor.words("nulls", "distinct"):
            nulls_not_distinct = False
        elif cursor.words("with"):
            options = ", ".join(cursor.source(item) for item in cursor.group() or [])
        elif cursor.words("tablespace"):
            tablespace = cursor.name() or ""
        elif cursor.words("where"):
            rest = cursor.tokens[cursor.at :]
            where = cursor.source(rest)
            cursor.dynamic = cursor.dynamic or _has_hole(rest, where)
            break
        else:
            rest = cursor.tokens[cursor.at :]
            if not _has_hole(rest, cursor.source(rest)):
                return None  # prose, or another server's dialect
            cursor.dynamic = True
            break
    return CreateIndex(
        name=name,
        table=table,
        schema=schema,
        keys=keys,
        place=statement.place,
        text=statement.text,
        method=method,
        include=include,
        where=where,
        unique=unique,
        nulls_not_distinct=nulls_not_distinct,
        concurrently=concurrently,
        if_not_exists=if_not_exists,
        only=only,
        tablespace=tablespace,
        options=options,
        dynamic=cursor.dynamic,
        target_offset=target_offset,
    )


def _start(cursor: _Cursor) -> int:
    token = cursor.peek()
    return token.start if token else len(cursor.text)


_HOLE = regex(r"\$\{|\{\w*\}|%s|%\(\w+\)s|\$\d|\$\w|(?<!:):[a-z_]\w*\b(?!:)")


def _has_hole(tokens: Sequence[_Token], text: str) -> bool:
    return any(t.kind == "o" and t.text in "{$%?:" for t in tokens) and bool(_HOLE.search(text))


def _index_key(cursor: _Cursor, tokens: list[_Token]) -> IndexKey:
    """One key: ``column`` or ``call(…)`` or ``(expression)``, then collation, opclass, order."""
    text = cursor.source(tokens)
    head = _Cursor(tokens, cursor.text)
    column: str | None = None
    first = head.peek()
    if first is not None and first.kind in "wq" and not _is_open(head.peek(1)):
        column = head.name()
        end = first.end
    elif first is not None and first.kind in "wq":
        head.qualified()
        head.group()
        end = head.tokens[head.at - 1].end
    elif _is_open(first):
        head.group()
        end = head.tokens[head.at - 1].end
    else:
        column = head.name()
        end = head.tokens[head.at - 1].end if head.at else len(cursor.text)
    if _has_hole(tokens, text):
        head.dynamic = True
    collation = opclass = ""
    descending, nulls_first = False, None
    while not head.done():
        if head.words("collate"):
            named = head.qualified()
            collation = named[1] if named else ""
        elif head.words("asc"):
            descending = False
        elif head.words("desc"):
            descending = True
        elif head.words("nulls", "first"):
            nulls_first = True
        elif head.words("nulls", "last"):
            nulls_first = False
        else:
            named = head.qualified()
            if named is None:
                # An expression without its parentheses, which the server refuses.
                column, end = None, tokens[-1].end
                break
            opclass = named[1]
            head.group()  # opclass parameters
    cursor.dynamic = cursor.dynamic or head.dynamic
    shown = cursor.text[tokens[0].start : end]
    return IndexKey(shown, column, collation, opclass, descending, nulls_first)


def _is_open(token: _Token | None) -> bool:
    return token is not None and token.kind == "o" and token.text == "("


# -- tables --------------------------------------------------------------------------------

_TABLE_DDL = regex(
    r"(?:create\s+(?:or\s+replace\s+)?(?:(?:global|local)\s+)?(?:temp(?:orary)?\s+|unlogged\s+"
    r"|foreign\s+|recursive\s+|materialized\s+)*(?:table|view)"
    r"|alter\s+(?:foreign\s+)?(?:table|view|materialized\s+view)"
    r"|drop\s+(?:foreign\s+)?(?:table|view|materialized\s+view))\b",
    re.IGNORECASE,
)
_CONSTRAINT_WORDS = frozenset(
    {"constraint", "primary", "unique", "check", "foreign", "exclude", "like", "not"}
)


def read_table_changes(script: SqlScript) -> tuple[TableChange, ...]:
    """What a script does to the set of tables and columns, in order."""
    out: list[TableChange] = []
    for statement in script.statements:
        if statement.kind == "sql" and (match := _TABLE_DDL.match(statement.text)):
            out.extend(_table_changes(statement, match[0]))
    return tuple(out)


def _table_changes(statement: SqlStatement, head: str) -> Iterator[TableChange]:
    # Of a view only the name matters: its query may be hundreds of lines.
    view = head[-4:].lower() == "view" and head[:6].lower() == "create"
    tokens = _tokens(statement.text, 24 if view else _MAX_TOKENS)
    cursor = _Cursor(tokens, statement.text)
    if cursor.words("create"):
        cursor.words("or", "replace")
        yield from _create_relation(cursor, statement.place)
    elif cursor.words("alter"):
        cursor.words("foreign")
        cursor.words("materialized")
        if cursor.words("table") or cursor.words("view"):
            yield from _alter_table(cursor, statement.place)
    elif cursor.words("drop"):
        cursor.words("foreign")
        cursor.words("materialized")
        if cursor.words("table") or cursor.words("view"):
            cursor.words("if", "exists")
            while (named := cursor.qualified()) is not None:
                yield TableChange("drop-table", named[1], statement.place, schema=named[0])
                if not cursor.sign(","):
                    break


def _create_relation(cursor: _Cursor, place: Place) -> Iterator[TableChange]:
    temporary = False
    while (token := cursor.peek()) is not None and not token.is_word("table", "view"):
        temporary = temporary or token.is_word("temp", "temporary")
        cursor.at += 1
    view = bool(token and token.is_word("view"))
    cursor.at += 1
    cursor.words("if", "not", "exists")
    named = cursor.qualified()
    if named is None or cursor.dynamic:
        return
    schema, table = named
    if view:
        yield TableChange("create-view", table, place, schema=schema)
        return
    items = cursor.group()
    columns: list[str] = []
    unique: list[tuple[str, ...]] = []
    unread = items is None
    for item in items or []:
        inner = _Cursor(item, cursor.text)
        first = item[0]
        if first.kind == "w" and first.text.lower() in _CONSTRAINT_WORDS:
            unread = unread or first.is_word("like")
            unique.extend(_unique_columns(inner))
            continue
        name = inner.name()
        if name is None:
            unread = True
            continue
        columns.append(name)
        lowered = [t.text.lower() for t in item[1:] if t.kind == "w"]
        if "unique" in lowered or ("primary" in lowered and "key" in lowered):
            unique.append((name,))
    unread = unread or any(t.is_word("inherits", "as") for t in cursor.tokens[cursor.at :])
    if cursor.dynamic:
        return
    yield TableChange(
        "unread" if unread else "create-table",
        table,
        place,
        tuple(columns),
        unique_keys=tuple(unique),
        schema=schema,
        temporary=temporary,
    )


def _unique_columns(cursor: _Cursor) -> Iterator[tuple[str, ...]]:
    """The column list of a PRIMARY KEY or UNIQUE table constraint."""
    if cursor.words("constraint"):
        cursor.name()
    if not cursor.words("primary", "key") and not cursor.words("unique"):
        return
    if not cursor.words("nulls", "not", "distinct"):
        cursor.words("nulls", "distinct")
    if items := cursor.group():
        yield tuple(fold(cursor.source(item)) for item in items)


def _alter_table(cursor: _Cursor, place: Place) -> Iterator[TableChange]:
    cursor.words("if", "exists")
    cursor.words("only")
    named = cursor.qualified()
    if named is None or cursor.dynamic:
        return
    schema, table = named
    cursor.sign("*")
    while not cursor.done():
        if cursor.words("rename", "to"):
            yield TableChange(
                "rename-table", table, place, new_name=cursor.name() or "", schema=schema
            )
        elif cursor.words("rename", "constraint"):
            pass
        elif cursor.words("rename"):
            cursor.words("column")
            old = cursor.name()
            cursor.words("to")
            new = cursor.name()
            if old and new:
                yield TableChange(
                    "rename-column", table, place, (old,), new_name=new, schema=schema
                )
        elif cursor.words("drop", "constraint"):
            pass
        elif cursor.words("drop"):
            cursor.words("column")
            cursor.words("if", "exists")
            if (old := cursor.name()) is not None:
                yield TableChange("drop-column", table, place, (old,), schema=schema)
        elif cursor.words("add"):
            token = cursor.peek()
            if (
                token is not None
                and token.kind == "w"
                and (token.text.lower() in _CONSTRAINT_WORDS)
            ):
                keys = tuple(_unique_columns(cursor))
                if keys:
                    yield TableChange("add-column", table, place, unique_keys=keys, schema=schema)
            else:
                cursor.words("column")
                cursor.words("if", "not", "exists")
                if new := cursor.name():
                    yield TableChange("add-column", table, place, (new,), schema=schema)
        _next_action(cursor)
    return


def _next_action(cursor: _Cursor) -> None:
    """To behind the next comma outside of parentheses."""
    depth = 0
    while (token := cursor.peek()) is not None:
        cursor.at += 1
        if token.kind == "o":
            if token.text == "(":
                depth += 1
            elif token.text == ")":
                depth -= 1
            elif token.text == "," and depth <= 0:
                return
