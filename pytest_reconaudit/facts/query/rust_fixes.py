"""What to do about a statement per element in Rust, in terms of the statement that stands there.

The statement itself stays: its columns, its other conditions, its order. Words say which part of it
takes a list, which column that is where the source tells it, and what else the loop sends.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from msgspec import Struct

from pytest_reconaudit.facts.query.tables import READS
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments, arguments_and_end

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
_PAIRS = {
    "diesel": "an OR of them (`or_filter(…)` of each on a boxed query)",
    "sea-orm": "`Expr::tuple([…]).in_tuples(keys)`",
    "postgres": "`(…) IN (SELECT * FROM UNNEST(…))` with an array for each column",
    "sql": "`(…) IN ((…), (…))`, which `QueryBuilder::push_tuples` writes",
}
"""What finds rows by more than one column."""
_OWN_VALUES = {
    "diesel": "`insert_into(…).values(&rows)` with `on_conflict(key).do_update()` where the loop"
    " has whole rows and a unique key, else `UPDATE … FROM (VALUES …)` by `sql_query`",
    "sea-orm": "`insert_many(rows)` with `on_conflict(…)` that updates the columns where the loop"
    " has whole rows and a unique key, else `UPDATE … SET … = CASE key WHEN … END`",
    "postgres": "`UPDATE … SET … FROM (SELECT * FROM UNNEST(…)) AS given (…)`, an array for each"
    " column, or `INSERT … ON CONFLICT … DO UPDATE` of all rows",
    "sql": "`UPDATE … FROM (VALUES …)` or `SET … = CASE key WHEN … END`, or `INSERT … ON CONFLICT …"
    " DO UPDATE` of all rows",
}
"""What changes rows of which each gets values of its own."""
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
    stays: Collection[tuple[str, int]] = ()
    """(in words, line) of those among them whose result the round goes on with."""
    names: frozenset[str] = frozenset()
    """The names that are another value in each round, where the statement stands; empty where only
    the element's are known, or of a called function none."""
    several: bool = False
    """:attr:`via` is given more than one value of each element."""
    used: bool = False
    """The round goes on with its result."""
    sibling: str = ""
    """In words a function beside :attr:`via` that does it for many."""


class _Varying(Struct, frozen=True):
    """What of a statement is another value in each round."""

    columns: tuple[str, ...]
    """Those that are compared with it."""
    other: bool
    """Something is compared with it otherwise than by equality."""
    values: bool
    """So is what an UPDATE sets."""
    known: bool
    """The source tells it: else nothing is known."""

    @property
    def several(self) -> bool:
        return len(self.columns) + self.other > 1


def fix_of_rust(one: RustStatement) -> str:
    """Markdown of what to do; empty where the words of the library are not known."""
    source = _statement(one.text, one.line)
    library = _dialect(one, source)
    if library not in _LISTS:
        return ""
    told = _by_function(one, library, source) if one.via else _own(one, library, source)
    rest = _beside(one, library)
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
    varying = _varying(one, library, source)
    several = len(varying.columns) > 1
    taken = f"all keys ({_TAKEN[library]})"
    if several:
        taken = f"all {_together(varying.columns)} ({_PAIRS[library]}; {_CROSSED})"
    elif varying.several or (one.several and not varying.columns):
        taken = (
            f"all keys ({_TAKEN[library]}; where more than one condition varies, all of them"
            f" together: {_PAIRS[library]})"
        )
    if one.sibling and one.kind in READS:
        return (
            f"{name} asks for one at a time; {one.sibling} asks for many: call that once before the"
            " loop."
        )
    if one.kind == "select":
        sibling = (
            f"{name} asks for one at a time: give it a sibling that takes {taken} and keeps its"
            " other conditions, call that once before the loop,"
        )
        if several:
            return f"{sibling} and look each up in a map by {_all_of(varying.columns)}."
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
            f"{name} asks for one at a time: give it a sibling that takes {taken}, keeps its other"
            f" conditions and brings {what}, and call that once before the loop."
        )
    if one.kind in ("insert", "upsert"):
        return (
            f"{name} writes one row: give it a sibling that takes all rows ({_ROWS[library]}), and"
            " call that once behind the loop."
        )
    result = ""
    if one.used:
        result = (
            " The round goes on with its result: that one has to bring it for each key, or it stays"
            " as it is where one depends on the one before."
        )
    if one.kind == "update" and (varying.values or not varying.known):
        how = _OWN_VALUES[library]
        if varying.values:
            told = (
                f"{name} gives a row values of its own: give it a sibling that takes all rows"
                f" ({how})"
            )
        else:
            told = (
                f"{name} changes one row: give it a sibling that takes all of them; where each gets"
                f" values of its own, it writes them with one statement ({how}), where all get the"
                f" same, it takes {taken}"
            )
        return f"{told}.{result}"
    return f"{name} changes one row: give it a sibling that takes {taken}.{result}"


_CROSSED = "a list for each column would also find what no element means"


def _together(columns: Sequence[str]) -> str:
    """What rows are found by, for all elements."""
    word = "pairs" if len(columns) == 2 else "tuples"
    return f"{word} of `{'`, `'.join(columns[:_MOST_COLUMNS])}`"


def _all_of(columns: Sequence[str]) -> str:
    return f"the tuple of {_named_columns(columns)}"


def _named_columns(columns: Sequence[str]) -> str:
    more = ", …" if columns[_MOST_COLUMNS:] else ""
    return ", ".join(f"`{one}`" for one in columns[:_MOST_COLUMNS]) + more


def _own(one: RustStatement, library: str, source: str) -> str:
    if one.kind in ("insert", "upsert"):
        return _inserted(library, source)
    varying = _varying(one, library, source)
    if one.kind == "update" and varying.values:
        by = f"; rows are found by {_all_of(varying.columns)}" if varying.several else ""
        return (
            "Each row gets values of its own, so that a list of keys would give all rows the same:"
            f" write them with one statement ({_OWN_VALUES[library]}){by}."
        )
    if varying.several:
        return _of_several(one, library, source, varying)
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
    sure = (
        ""
        if key
        else f" Where more than one condition varies, find the rows by all of them together"
        f" ({_PAIRS[library]}): {_CROSSED}."
    )
    same = " (where all rows get the same values)" if one.kind == "update" and not key else ""
    return f"{verb} all of them with the same statement{same}, sent once, with {given}.{sure}"


def _of_several(one: RustStatement, library: str, source: str, varying: _Varying) -> str:
    """Of a statement whose rows more than one value of each element finds."""
    how = _PAIRS[library]
    if varying.other:
        by = "the conditions of each element, joined by OR"
        where = by
    else:
        by = f"{_together(varying.columns)} ({how})"
        where = f"{by} in the place of these comparisons"
    crossed = f"; {_CROSSED}" + (" and would delete it" if one.kind == "delete" else "")
    if one.kind in READS:
        asks = {
            "select": "Send the same statement once before the loop",
            "count": "Ask once before the loop which there are"
            if one.exists
            else "Ask once before the loop for the figures of all, in groups by these columns",
        }[one.kind]
        if varying.other:
            return f"{asks}, with {where}, and give each round what it asked for{crossed}."
        if one.kind == "select" and _FIRST.search(source) is not None:
            return (
                f"{asks}, with {where}{crossed}. Keep the row that comes first for each"
                f" ({_FIRST_HOW}), in a map by the tuple of them."
            )
        held = " (several rows each)" if _MANY.search(source) is not None else ""
        return f"{asks}, with {where}{crossed}. Look each up{held} in a map by the tuple of them."
    verb = "Delete" if one.kind == "delete" else "Change"
    return f"{verb} all of them with one statement, with {where}{crossed}."


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
    found = _varying(one, library, source).columns
    if len(found) == 1:
        return found[0]
    where = _WHERE.search(source) if library in ("postgres", "sql") else None
    if where is None or found:
        return ""
    asked = _EQUALS.findall(where[1])
    return asked[0][0] if len(asked) == 1 and not _bound(source) else ""


def _varying(one: RustStatement, library: str, source: str) -> _Varying:
    words = set() if one.via else set(re.findall(r"[a-z_]\w*", one.variable)) - _NO_NAMES
    names = sorted(words | one.names)
    if not names:
        return _Varying((), other=False, values=False, known=False)
    if library in ("diesel", "sea-orm"):
        return _in_builder(source, names)
    return _in_sql(source, names)


def _in_builder(source: str, names: list[str]) -> _Varying:
    rest, values = _apart(source)
    columns = dict.fromkeys(
        match[1]
        for match in _EQ.finditer(rest)
        if _names(rest[match.end() : match.end() + _NEAR].split(")")[0], names)
    )
    other = any(
        _names(rest[match.end() : match.end() + _NEAR].split(")")[0], names)
        for match in _COMPARES.finditer(rest)
    )
    for match in _BY_ID.finditer(rest):
        parts = _keys_given(rest, match.end())
        if sum(_names(part, names) for part in parts) > 1:
            columns.update(dict.fromkeys(parts))
    row = _SAVES_ROW.search(rest)
    own = any(_names(value, names) for value in values) or (
        row is not None and _names(row[1], names)
    )
    return _Varying(tuple(columns), other, own, known=True)


def _keys_given(text: str, at: int) -> list[str]:
    """The parts of a key that is a tuple: ``find((row.a, row.b))``."""
    opened = _TUPLE.match(text, at)
    if opened is None:
        return []
    try:
        return arguments_and_end(text[: opened.end() + _LONGEST_VALUE], opened.end())[0]
    except Unclosed:
        return []


def _apart(source: str) -> tuple[str, list[str]]:
    """(the rest, what an UPDATE sets) of a statement that a builder makes."""
    rest, values = [], []
    at = 0
    for match in _SETS.finditer(source):
        if match.start() < at:
            continue
        depth, end = 1, match.end()
        while end < len(source) and depth:
            depth += (source[end] in "([{") - (source[end] in ")]}")
            end += 1
        rest.append(source[at : match.start()])
        values.append(source[match.end() : end])
        at = end
    rest.append(source[at:])
    return " ".join(rest), values


def _in_sql(source: str, names: list[str]) -> _Varying:
    given = _bound(source) or _written_in(source)
    where = _WHERE.search(source)
    at = where.start(1) if where is not None else len(source)
    before = source[:at].count("?")

    def varies(number: str, index: int) -> bool:
        place = int(number) - 1 if number else index
        return place < len(given) and _names(given[place], names)

    columns: dict[str, None] = {}
    other = False
    for index, match in enumerate(_COMPARED.finditer(source, at), before):
        if varies(match[3] or "", index):
            if match[1] and match[2] == "=":
                columns[match[1]] = None
            else:
                other = True
    update = _SET_SQL.search(source[:at])
    values = False
    if update is not None:
        first = source[: update.start(1)].count("?")
        marks = _MARK.finditer(update[1])
        values = any(varies(match[1] or "", first + n) for n, match in enumerate(marks))
    return _Varying(tuple(columns), other, values, known=bool(given))


def _written_in(source: str) -> list[str]:
    """What a macro of sqlx is given beside its text: ``query!("…", row.id)``."""
    macro = _MACRO.search(source)
    if macro is None:
        return []
    text = _RAW.sub(lambda one: '"' + " " * (len(one[0]) - 2) + '"', source)
    found: list[str] = []
    try:
        found.extend(arguments(text, macro.end()))
    except Unclosed:
        return []
    texts = [index for index, one in enumerate(found) if one.startswith('"')]
    return found[texts[0] + 1 :] if texts else []


_NEAR = 80
_SETS = regex(r"\.\s*(?:set|col_expr|values)\s*\(")
_SAVES_ROW = regex(
    r"\b(\w+)(?:\.clone\(\))?\s*\.\s*(?:save|update|save_changes)\s*(?:::<[^<>]*>)?\("
)
"""A row that is changed as a whole: ``active.update(db)``."""
_COMPARES = regex(
    r"\.\s*(?:ne|gt|lt|ge|le|gte|lte|like|ilike|not_like|between|contains|starts_with|ends_with)\s*\("
)
_TUPLE = regex(r"\s*\(")
_COMPARED = regex(
    r"(?i)(?:\b(\w+)\"?\s*(=|<>|!=|<=?|>=?|(?:not\s+)?i?like)\s*)?(?<![\w$])(?:\$(\d{1,2})|\?)"
)
_SET_SQL = regex(r"(?is)\bset\b(.*)")
_MARK = regex(r"\$(\d{1,2})|\?")
_MACRO = regex(r"\bquery(?:_as|_scalar)?(?:_unchecked)?!\s*\(")
_RAW = regex(r"r?(#*)\"(?:[^\"\\]|\\.)*\"\1", re.DOTALL)
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


def _beside(one: RustStatement, library: str) -> str:
    """What is to be done about the other statements of the loop."""
    reads = [(what, line) for kind, what, line in one.others if kind in READS]
    writes = [(what, line) for kind, what, line in one.others if kind not in READS]
    changing = {(what, line) for kind, what, line in one.others if kind in ("update", "upsert")}
    told = []
    if reads:
        many = len(reads) > 1
        told.append(
            f"The same loop asks for {_listed(reads)} too: bring {'these' if many else 'that'} for"
            " all elements in the same way, else the round trips stay."
        )
    kept = [each for each in writes if each in one.stays]
    writes = [each for each in writes if each not in one.stays]
    if kept:
        many = len(kept) > 1
        told.append(
            f"{_capital(_listed(kept))} {'stay as they are' if many else 'stays as it is'}:"
            f" the same round goes on with what {'they bring' if many else 'it brings'}, so that"
            f" {'they' if many else 'it'} cannot be gathered."
        )
    if writes:
        told.append(
            f"It also sends {_listed(writes)}: gather what is written there, and send it once"
            " behind the loop, in the order in which the rounds do it now"
            + (
                f" (rows that get values of their own: {_OWN_VALUES[library]})."
                if changing.intersection(writes)
                else "."
            )
        )
    return " ".join(told)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(every: list[tuple[str, int]]) -> str:
    words = [f"{what} (line {line})" for what, line in every[:_MOST_TOLD]]
    more = f" and {len(every) - _MOST_TOLD} more" if len(every) > _MOST_TOLD else ""
    return ", ".join(words) + more
