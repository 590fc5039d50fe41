"""What to do about a statement per element in Rust, in terms of the statement that stands there.

The statement itself stays: its columns, its other conditions, its order. Words say which part of it
takes a list, which column that is where the source tells it, and what else the loop sends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from pytest_reconaudit.facts.query.tables import READS
from pytest_reconaudit.patterns import regex

__all__ = ["RustStatement", "fix_of_rust"]

_MOST_UP = 60
"""Lines above the call that sends a statement in which it may begin."""
_LONGEST = 6_000
"""Characters of a statement that are looked at, its last ones."""
_LONGEST_VALUE = 300
_MOST_PARAMETERS = 65_535
"""Of one statement of PostgreSQL."""
_MOST_TOLD = 3
_MOST_COLUMNS = 6
_BEGINS = regex(
    r"\b(?:query(?:_as|_scalar|_file\w*)?(?:_with)?(?:_unchecked)?!?\s*(?:::|\(|!)|sql_query\s*\(|QueryBuilder\b"
    r"|insert_into\b|\bupdate\s*\(|\bdelete\s*\(|::table\b|::dsl\b|Entity::)"
)
_ENDS = regex(r"[;{}]\s*(?://.*)?$")
_INSERTS = regex(r"(?is)\binsert\s+into\s+[\w.\"]+\s*\(([^()]{1,1500})\)\s*values\b")
_CONFLICT = regex(r"(?is)\bon\s+conflict\b[^\"#;]{0,400}")
_RETURNS = regex(r"(?i)\breturning\b|\brows_affected\s*\(")
_KEPT = regex(r"^\s*let\s+(?:mut\s+)?(\w+)\s*(?::[^=\n]{1,120})?=")
_EQUALS = regex(r"(?i)(?<!\w)(?:\w+\.)?\"?(\w+)\"?\s*=\s*(?:\$(\d{1,2})|(\?))")
_WHERE = regex(r"(?is)\bwhere\b(.*)")
_BINDS = regex(r"\.\s*bind\s*(?:::<[^<>]{0,80}>)?\(")
_EQ = regex(r"(?:^|[\s(.:])([a-z_]\w*|Column::\w+)\s*\.\s*eq\(")
_BY_ID = regex(r"\bfind_by_id\b|\.\s*find\s*\(")
_LISTS = {
    "diesel": "`{key}.eq_any(&keys)` in the place of `{key}.eq(…)`",
    "sea-orm": "`{key}.is_in(keys)` in the place of `{key}.eq(…)`",
    "postgres": "`{key} = ANY($n)` in the place of `{key} = $n`",
    "sql": "`{key} IN (…)`, which `QueryBuilder` writes, in the place of `{key} = ?`",
}
_UNKNOWN = {
    "diesel": "`eq_any(&keys)` in the place of the `eq(…)` that varies",
    "sea-orm": "`is_in(keys)` in the place of the `eq(…)` that varies",
    "postgres": "`= ANY($n)` in the place of the `= $n` that varies",
    "sql": "`IN (…)`, which `QueryBuilder` writes, in the place of the `= ?` that varies",
}
_BY_KEY = {
    "diesel": "`eq_any(&keys)` on the key in the place of `find(…)`",
    "sea-orm": "`find()` with `is_in(keys)` on the key in the place of `find_by_id(…)`",
}
_TAKEN = {
    "diesel": "`eq_any(&keys)`",
    "sea-orm": "`is_in(keys)`",
    "postgres": "`= ANY($n)`",
    "sql": "`IN (…)`",
}
_ROWS = {
    "diesel": "`insert_into(…).values(&rows)`",
    "sea-orm": "`insert_many(rows)`",
    "postgres": "`QueryBuilder::push_values`, or `SELECT * FROM UNNEST(…)` with an array for each"
    " column",
    "sql": "`QueryBuilder::push_values`",
}


class RustStatement(Struct, frozen=True):
    """A statement of Rust that a loop repeats."""

    kind: str
    library: str
    """``diesel``, ``sqlx``, ``sql`` or ``sea-orm``."""
    via: str
    """The function that sends it, when the loop only calls it; else empty."""
    variable: str
    """The element's name or pattern."""
    text: str
    """Of the file with the statement."""
    line: int
    """Of the call that sends it."""
    exists: bool = False
    others: Sequence[tuple[str, str, int]] = ()
    """(kind, in words, line) of the other statements of the loop."""


def fix_of_rust(one: RustStatement) -> str:
    """Markdown of what to do; empty where the words of the library are not known."""
    source = _statement(one.text, one.line)
    library = _dialect(one, source)
    if library not in _LISTS:
        return ""
    told = _by_function(one, library, source) if one.via else _own(one, library, source)
    rest = _beside(one)
    return f"{told} {rest}".rstrip()


def _dialect(one: RustStatement, source: str) -> str:
    if one.library not in ("sqlx", "sql"):
        return one.library
    postgres, sqlite = _named(one.text)
    postgres = postgres or re.search(r"\$\d", source) is not None
    return "postgres" if postgres and not sqlite else "sql"


@lru_cache(maxsize=1)
def _named(text: str) -> tuple[bool, bool]:
    """Whether a file names PostgreSQL, and SQLite."""
    return "postgres::" in text, "qlite" in text


@lru_cache(maxsize=1)
def _lines(text: str) -> list[str]:
    return text.split("\n")


def _statement(text: str, line: int) -> str:
    """The source of the statement that a line sends."""
    lines = _lines(text)
    first = line
    for at in range(line, max(line - _MOST_UP, 0), -1):
        if at < line and _ENDS.search(lines[at - 1]) is not None:
            break
        first = at
        if _BEGINS.search(lines[at - 1]) is not None:
            break
    return "\n".join(lines[first - 1 : line])[-_LONGEST:]


def _by_function(one: RustStatement, library: str, source: str) -> str:
    name = f"`{one.via}`"
    if one.kind == "select":
        sibling = (
            f"{name} asks for one at a time: give it a sibling that takes all keys"
            f" ({_TAKEN[library]}) and keeps its other conditions, call that once before the loop,"
        )
        if _FIRST.search(source) is not None:
            return f"{sibling} and keep the row that comes first for each key ({_FIRST_HOW})."
        if _MANY.search(source) is not None:
            return f"{sibling} and take the rows of each from a map that groups them by key."
        return (
            f"{sibling} and look each one up in a map; a key that the map lacks is one that it did"
            " not find."
        )
    if one.kind == "count":
        what = "which keys there are" if one.exists else "a figure for each key (`GROUP BY`)"
        return (
            f"{name} asks for one at a time: give it a sibling that takes all keys"
            f" ({_TAKEN[library]}), keeps its other conditions and brings {what}, and call that"
            " once before the loop."
        )
    if one.kind in ("insert", "upsert"):
        return (
            f"{name} writes one row: give it a sibling that takes all rows ({_ROWS[library]}), and"
            " call that once behind the loop."
        )
    return f"{name} changes one row: give it a sibling that takes all keys ({_TAKEN[library]})."


def _own(one: RustStatement, library: str, source: str) -> str:
    if one.kind in ("insert", "upsert"):
        return _inserted(library, source)
    key = _key(one, library, source)
    given = (_LISTS if key else _BY_KEY if _BY_ID.search(source) else _UNKNOWN).get(library)
    given = (given or _UNKNOWN[library]).format(key=key)
    by = f" by `{key}`" if key else ""
    if one.kind == "select":
        once = f"Send the same statement once before the loop, with {given}"
        if _FIRST.search(source) is not None:
            return f"{once}, and keep the row that comes first for each key ({_FIRST_HOW})."
        if _MANY.search(source) is not None:
            return f"{once}, and group the rows{by} in a map, from which each round takes its own."
        return f"{once}, and look each one up{by} in a map."
    if one.kind == "count" and one.exists:
        return (
            f"Ask once before the loop which keys there are: under the same conditions, with"
            f" {given}."
        )
    if one.kind == "count":
        group = f"`GROUP BY {key}`" if key else "`GROUP BY` on that column"
        return (
            f"Ask once before the loop for the figures of all: under the same conditions, with"
            f" {given} and {group}, and look each one up in a map."
        )
    verb = "Delete" if one.kind == "delete" else "Change"
    return f"{verb} all of them with the same statement, sent once, with {given}."


def _inserted(library: str, source: str) -> str:
    told = (
        "Collect the rows in the loop, and write them behind it with one statement"
        f" ({{}}{_ROWS[library]})."
    )
    columns = _INSERTS.search(source)
    same, most = "", ""
    if columns is not None:
        names = [one.strip() for one in columns[1].split(",") if one.strip()]
        listed = ", ".join(names[:_MOST_COLUMNS]) + (", …" if names[_MOST_COLUMNS:] else "")
        same = f"the columns stay: `{listed}`; "
        if library == "postgres" and names:
            most = (
                f" One statement takes {_MOST_PARAMETERS // len(names):,} such rows at most when"
                " each value is a parameter; arrays have no such limit."
            )
    conflict = _CONFLICT.search(source)
    if conflict is not None:
        same += "so does `ON CONFLICT`; " if same else "`ON CONFLICT` stays; "
    told = told.format(same) + most
    if _RETURNS.search(source) is not None or _is_kept(source):
        told += " What the loop does with each result then comes from `RETURNING`."
    return told


def _is_kept(source: str) -> bool:
    return _KEPT.match(source) is not None


def _key(one: RustStatement, library: str, source: str) -> str:
    """The column that varies with the loop; empty where the source does not tell it surely."""
    names = [word for word in re.findall(r"[a-z_]\w*", one.variable) if word not in _NO_NAMES]
    if library in ("diesel", "sea-orm"):
        found = [
            match[1]
            for match in _EQ.finditer(source)
            if _names(source[match.end() : match.end() + 80].split(")")[0], names)
        ]
        return found[0] if len(found) == 1 else ""
    where = _WHERE.search(source)
    if where is None:
        return ""
    asked = [(match[1], match[2]) for match in _EQUALS.finditer(where[1])]
    given = _bound(source)
    varying = [
        column
        for index, (column, number) in enumerate(asked)
        if (at := int(number) - 1 if number else index) < len(given) and _names(given[at], names)
    ]
    if len(varying) == 1:
        return varying[0]
    return asked[0][0] if len(asked) == 1 and not given else ""


_MANY = regex(
    r"\.\s*(?:all|load|get_results|fetch_all|fetch|load_iter|stream)\s*(?:::<[^;(]{0,80}>)?\([^()]{0,60}\)?\s*$"
    r"|\.\s*(?:all|load|get_results|fetch_all)\s*(?:::<[^;(]{0,80}>)?\("
)
"""What brings any number of rows for a key."""
_FIRST = regex(
    r"(?is)(?:\border_by\w*\s*\(|\.\s*order\s*\(|\border\s+by\b)[^;]{0,400}?(?:\.\s*(?:one|first)\s*(?:::<[^;(]{0,80}>)?\("
    r"|\blimit\s*\(?\s*1\b|\.\s*fetch_(?:one|optional)\s*\()"
)
"""What brings the row that comes first in an order."""
_FIRST_HOW = "`row_number()`, or PostgreSQL's `DISTINCT ON`, in its order"
_NO_NAMES = frozenset({"mut", "ref", "_"})


def _names(text: str, names: list[str]) -> bool:
    return any(re.search(rf"(?<![\w.]){re.escape(name)}\b", text) for name in names)


def _bound(source: str) -> list[str]:
    """What ``bind`` is given, in order."""
    found = []
    for match in _BINDS.finditer(source):
        depth, at = 1, match.end()
        end = min(len(source), at + _LONGEST_VALUE)
        while at < end and depth:
            depth += {"(": 1, ")": -1}.get(source[at], 0)
            at += 1
        found.append(source[match.end() : at - 1])
    return found


def _beside(one: RustStatement) -> str:
    """What is to be done about the other statements of the loop."""
    reads = [(what, line) for kind, what, line in one.others if kind in READS]
    writes = [(what, line) for kind, what, line in one.others if kind not in READS]
    told = []
    if reads:
        many = len(reads) > 1
        told.append(
            f"The same loop asks for {_listed(reads)} too: bring {'these' if many else 'that'} for"
            " all elements in the same way, else the round trips stay."
        )
    if writes:
        told.append(
            f"It also sends {_listed(writes)}: gather what is written there, and send it once"
            " behind the loop, in the order in which the rounds do it now."
        )
    return " ".join(told)


def _listed(every: list[tuple[str, int]]) -> str:
    words = [f"{what} (line {line})" for what, line in every[:_MOST_TOLD]]
    more = f" and {len(every) - _MOST_TOLD} more" if len(every) > _MOST_TOLD else ""
    return ", ".join(words) + more
