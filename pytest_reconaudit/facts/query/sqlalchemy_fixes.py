"""What to do instead of a statement of SQLAlchemy per element, in the words of that statement.

No code is made up: what is changed is named as it stands there, the conditions that stay are named,
and what is not known is said in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from msgspec import Struct

from pytest_reconaudit.facts.callers import body_of, indentation
from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.facts.query.round_values import given_of_round, is_used_in_round
from pytest_reconaudit.facts.query.siblings import sibling_for_many
from pytest_reconaudit.facts.query.tables import READS, WRITES
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
from pytest_reconaudit.target import Target

__all__ = ["fix_in_sqlalchemy", "statement_at"]


class Statement(Struct, frozen=True):
    """A statement as its function says it."""

    text: str
    conditions: tuple[str, ...]
    by_key: str
    """``Model`` of which a row is asked for by its primary key; else empty."""

    @property
    def ordered(self) -> bool:
        return _CHOSEN.search(self.text) is not None

    @property
    def model(self) -> str:
        """The class whose rows it asks for; empty where it names none."""
        found = _MODEL.search(self.text)
        return (found[1] or found[2]) if found is not None else ""

    @property
    def many(self) -> bool:
        return _MANY.search(self.text) is not None


_STRINGS = regex(r"\"[^\"\n]*+\"|'[^'\n]*+'|#[^\n]*+")
_TRIPLE = regex(r"\"\"\"|'''")
_SENT = regex(r"\.(?:execute|scalars?|exec|stream|stream_scalars)\(\s*([a-z_]\w*)\s*[,)]")
_ENDS = regex(
    r"\s*(?:\w+\s*(?::[^=\n]{1,80})?=|return)\s*([a-z_]\w*)\.(?:first|all|one|one_or_none|scalar|count)\(\s*\)"
)
"""A query that was put into a name: ``row = query.first()``."""
_WHERE = regex(r"\.(?:where|filter|filter_by)\(|\band_\(")
_BY_KEY = regex(
    r"\.(?:get|get_one)\(\s*([A-Z]\w*)\s*,|\b([A-Z]\w*)\.query\.(?:get|get_or_404)\("
    r"|\.query\(\s*([A-Z]\w*)\s*\)\s*\.get\("
)
_CHOSEN = regex(r"\.(?:order_by|limit|latest|distinct)\(")
_MANY = regex(r"\.(?:all|fetchall)\(\s*\)")
_EQUAL = regex(r"((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)\s*==\s*(.+)$", 16)
_NAMED = regex(r"([a-z_]\w*)\s*=\s*(?!=)(.+)$", 16)
_PLAIN = regex(r"[A-Za-z_][\w.]*$")
_MOST = 400
"""Lines of a function that are looked at."""
_LONGEST = 90


def fix_in_sqlalchemy(
    target: Target, path: str, site: RepeatedQuery, beside: Iterable[RepeatedQuery]
) -> str:
    """Markdown on what to write in the place of a statement that a loop repeats.

    :param beside: the statements of its function, itself among them.
    """
    kind = "exists" if site.word == "existence check" else site.kind
    own = _of_called(target, path, site, kind) if site.via else _of_own(target, path, site, kind)
    others: dict[str, str] = {}
    stays: dict[str, str] = {}
    for one in beside:
        if one.loop.line == site.loop.line and one.what != site.what and not one.same:
            used = one.kind not in READS and (
                is_used_in_round(target, path, one.line, one.loop.line) is not None
            )
            (stays if used else others).setdefault(one.what, f"{one.what} (line {one.line})")
    loops = {
        one.loop.line: f"line {one.loop.line}" + (f" (in `{one.via}`)" if one.via else "")
        for one in beside
        if one.kind in READS and not one.same and one.loop.line != site.loop.line
    }
    more = ""
    if others:
        told = ", ".join(list(others.values())[:_OTHERS])
        rest = f" and {len(others) - _OTHERS} more" if len(others) > _OTHERS else ""
        more = (
            f" The loop saves its round trips only when what else it sends is treated alike: {told}"
            f"{rest}."
        )
    if stays:
        told = ", ".join(list(stays.values())[:_OTHERS])
        more += f" What the round goes on with, it has to send for each element as it does: {told}."
    if loops and kind not in WRITES:
        told = " and ".join([loops[line] for line in sorted(loops)][:_OTHERS])
        more += f" Likewise for the loop of {told}."
    return f"{own}{more}"


_OTHERS = 3


def _of_own(target: Target, path: str, site: RepeatedQuery, kind: str) -> str:
    statement = statement_at(target, path, site.line)
    if kind == "insert" and site.library != "sql" and _goes_on(target, path, site):
        return _STAGED
    if kind == "update" and _SENDS_ALL.search(target.line(path, site.line)) is not None:
        return _COMMITTED
    if site.library == "sql" or kind in WRITES:
        return _WRITING.get((site.library == "sql", kind), _RAW)
    names = given_of_round(target, path, site).names
    pairs, others = _paired(statement, names)
    if len(pairs) > 1:
        return _by_several(statement, kind, pairs, others)
    key, others = _parted(statement, names)
    if key is None and not statement.by_key:
        return _UNKNOWN[kind if kind in _UNKNOWN else "select"]
    if key is None:
        model = statement.by_key
        return (
            f"Ask once for all of them before the loop, by a list of the keys of `{model}`"
            " (`.in_(…)` on its primary key), and look each up in a dict by it."
        )
    column, value, condition = key
    keys = _keys(value, site)
    instead = f"`{_column(column, statement)}.in_({keys})` in place of `{condition}`"
    kept = _kept(others)
    if kind == "count":
        return (
            "Let one grouped query count for all of them before the loop: select"
            f" `{_column(column, statement)}` and `func.count()`, {instead}{kept},"
            " grouped by that column (for one that is not in the answer it is 0)."
        )
    if kind == "exists":
        return f"Ask once before the loop which of them are there: {instead}{kept}, into a set."
    if statement.ordered:
        return (
            "Ask once before the loop for the wanted row of each:"
            f" {instead}{kept}, and one row of each key by `DISTINCT ON` (PostgreSQL) or"
            " `row_number()`, in the order that the statement has."
        )
    held = "a dict of lists" if statement.many else "a dict"
    attribute = column.rpartition(".")[2]
    typed = _heed(target, path, site, statement)
    return (
        f"Ask once for all of them before the loop: {instead}{kept}; keep the rows in {held} by"
        f" `{attribute}`, and look each up there.{typed}"
    )


_TYPED = " Keys that a request sends are text, as a rule: make them what the column holds first."


def _is_text(target: Target, path: str, site: RepeatedQuery) -> bool:
    """Whether what is gone over comes from a form or a document whose values nobody has typed."""
    ref = function_at(target, path, site.line)
    if ref is None:
        return False
    function = outlined(target, ref)
    lines = target.lines(path)[function.line - 1 : site.loop.line]
    root = site.loop.over.partition(".")[0].partition("(")[0].partition("[")[0]
    made = re.compile(
        rf"\s*{re.escape(root)}\s*=.*(?:getlist\(|request\.(?:form|args|json|get_json)\b)"
    )
    return root.isidentifier() and any(made.match(line[:_LONG]) for line in lines[-_MOST:])


_LONG = 300


def _of_called(target: Target, path: str, site: RepeatedQuery, kind: str) -> str:
    at = site.via_place
    told = f"`{site.via}`"
    if at is not None:
        told += f" ({at})"
    if kind in WRITES:
        return _SIBLINGS[kind].format(told=told)
    statement = statement_at(target, at.path, at.line or 1) if at is not None else None
    if at is not None and _walks(target, at):
        return _WALKS.format(told=told)
    there = _sibling(target, at, site.via, path, site.line) if at is not None else ""
    there = there or sibling_for_many(target, path, site)
    if there:
        return f"{told} does it for one; {there} takes many: call that once before the loop."
    given = given_of_round(target, path, site)
    taken = _taken(target, path, site, at) | given.names
    pairs, others = _paired(statement, taken) if statement is not None else ((), ())
    if statement is not None and len(pairs) > 1:
        return _sibling_by_several(told, statement, kind, pairs, others)
    key, others = _parted(statement, taken) if statement is not None else (None, ())
    if key is None and not given.names and not (statement is not None and statement.by_key):
        return _ALIKE.format(told=told)
    if statement is not None and _EXISTS.search(statement.text) is not None:
        return _PRESENT.format(told=told)
    if statement is not None and key is not None:
        column, value, condition = key
        column = _column(column, statement)
        how = f"(`{column}.in_({_many(value)})` in place of `{condition}`)"
        kept = _kept(others)
    elif statement is not None and statement.by_key:
        how, kept = f"(`.in_(…)` on the primary key of `{statement.by_key}`)", ""
    else:
        word = "`= ANY(…)` of PostgreSQL, else `IN`," if site.library == "sql" else "`.in_(…)`"
        how, kept = f"({word} in place of the comparison with one)", ", its other conditions kept"
        if given.several and not pairs:
            kept += " (`tuple_(…).in_(…)` where more than one of them varies)"
    held = "a dict of lists" if statement is not None and statement.many else "a dict"
    if kind == "count":
        return (
            f"{told} counts for one: give it a sibling that counts for all {how}{kept}, grouped by"
            " that column, and call that once before the loop."
        )
    if _ASKS.match(site.via) is None and kind == "select":
        what = how if key is not None or (statement is not None and statement.by_key) else ""
        return (
            f"{told} asks by itself in each round: ask for the rows of all before the loop"
            f"{f' {what}' if what else ''}{kept if what else ''}, and hand each call its own."
            f"{_heed(target, path, site, statement)}"
        )
    if statement is not None and statement.ordered and key is not None:
        kept += (
            ", and brings the wanted row of each by `DISTINCT ON` (PostgreSQL) or `row_number()`"
        )
    return (
        f"{told} asks for one: give it a sibling that takes all keys {how}{kept}, call that once"
        f" before the loop, and look each up in {held}.{_heed(target, path, site, statement)}"
    )


_REFUSES = regex(r"\.(?:one|scalar_one|one_or_404|first_or_404|get_or_404)\(\s*\)")
_REFUSED = (
    " A key without a row fails now (`{how}`): compare what came with the keys, and refuse as it"
    " does."
)


def _heed(target: Target, path: str, site: RepeatedQuery, statement: Statement | None) -> str:
    """What gets lost where many rows are asked for at once: that a key without a row fails, and
    how its text is compared."""
    found = _REFUSES.search(statement.text) if statement is not None else None
    more = _REFUSED.format(how=f"{found[0][1:-1].strip('( ')}()") if found is not None else ""
    return more + (_TYPED if _is_text(target, path, site) else "")


def _walks(target: Target, at: Place) -> bool:
    """Whether a statement of a function is sent again and again by a `while` of its own."""
    ref = function_at(target, at.path, at.line or 1)
    if ref is None:
        return False
    lines = target.lines(at.path)[outlined(target, ref).line - 1 : at.line]
    depth = indentation(lines[-1])
    for line in reversed(lines[-_MOST:]):
        if line.strip() and indentation(line) < depth:
            depth = indentation(line)
            if line.lstrip().startswith("while "):
                return True
    return False


_WALKS = (
    "{told} walks from row to row, with a query for each step: load the rows that it may pass"
    " before the loop (one recursive query, or all rows of their owner, into a dict by key), and"
    " let it walk there."
)
_SENDS_ALL = regex(r"\.(?:commit|flush)\(\s*\)")
_COMMITTED = (
    "Take the `commit()` out of the loop, and call it once behind it: the session then sends all"
    " rows that were changed together, and a failure undoes all of them."
)
_ALIKE = (
    "{told} is given the same in each round: call it once before the loop, and where a round"
    " changes what it brings, change that in memory too."
)
_EXISTS = regex(r"\bexists\(|\.exists\(\s*\)")
_PRESENT = (
    "{told} asks whether there is one: ask once before the loop for which of the keys there is one"
    " (their column, `distinct()`, with `.in_(…)` in place of the comparison with one, and its"
    " other conditions), and look each up in a set."
)
_STAGED = (
    "The round goes on with the key that its row gets: make all rows of one kind first, and give"
    " them their keys with `session.add_all(rows)` and one `flush()`; then the rows that name them;"
    " one `commit()` behind all of it."
)
_USED_KEY = regex(r"\b(\w+)\.(?:id|pk|uuid|\w{1,40}_id)\b")
_ADDED = regex(r"\.add\(\s*(\w+)\s*\)")


def _goes_on(target: Target, path: str, site: RepeatedQuery) -> bool:
    """Whether a round reads the key of a row that it adds."""
    lines = target.lines(path)
    first, last = body_of(lines, site.loop.line)
    added = {name for line in lines[first - 1 : last] for name in _ADDED.findall(line[:_LONG])}
    return any(
        name in added
        for line in lines[max(first, site.line) - 1 : last]
        for name in _USED_KEY.findall(line[:_LONG])
    )


_ASKS = regex(
    r"_?(?:a?get|find|fetch|load|read|select|query|lookup|look_up|by|check|exists|is|has|resolve|retrieve|list)(?:_|$)"
)
"""Functions that do no more than to ask, by their names."""
_WRITING = {
    (False, "insert"): "Gather the rows in the loop, and write them behind it together:"
    " `session.add_all(rows)` with one `flush` or `commit`, or one `insert(…)` that is given the"
    " list of them.",
    (False, "update"): "Where all get the same values, change them with one `update(…)` whose"
    " condition has `.in_(…)`; where each gets its own, hand `session.execute(update(Model), rows)`"
    " the list of them, primary keys included (SQLAlchemy 2).",
    (False, "delete"): "Delete them with one `delete(…)` whose condition has `.in_(…)`; cascades of"
    " the relationships, unlike those of the database, do not run then.",
    (True, "insert"): "Gather the rows in the loop, and write them behind it with one `INSERT` of"
    " many rows (`VALUES (…), (…)`, or `SELECT … FROM unnest(…)` of PostgreSQL), its `ON CONFLICT`"
    " kept where it has one.",
    (True, "update"): "Where all get the same values, change them with one `UPDATE` (`= ANY(…)` of"
    " PostgreSQL, else `IN`); where each gets its own, join the list of them (`UPDATE … FROM"
    " (VALUES …)`).",
    (True, "delete"): "Delete them with one `DELETE` (`= ANY(…)` of PostgreSQL, else `IN`).",
    (True, "count"): "Let one query count for all of them before the loop: `= ANY(…)` of PostgreSQL"
    " (else `IN`) in place of the comparison with one key, its other conditions kept, and `GROUP"
    " BY` that key.",
}
_RAW = (
    "Ask once for all of them before the loop: `= ANY(…)` of PostgreSQL (else `IN`) in place of the"
    " comparison with one key, its other conditions kept, and look each up in a dict."
)
_SIBLINGS = {
    **dict.fromkeys(
        ("insert", "upsert"),
        "{told} writes one: give it a sibling that takes all of them and writes them with one"
        " statement, and call that once behind the loop; what else it does for each stays.",
    ),
    "update": "{told} changes one: give it a sibling that takes all of them and changes them with"
    " one statement; what else it does for each stays.",
    "delete": "{told} deletes one: give it a sibling that takes all of them and deletes them with"
    " one statement; what else it does for each stays.",
}
_UNKNOWN = {
    "select": "Ask once for all of them before the loop (`.in_(…)` in place of the comparison with"
    " one), its other conditions kept, and look each up in a dict.",
    "count": "Let one grouped query count for all of them before the loop (`.in_(…)` in place of"
    " the comparison with one, and `group_by` of that column), its other conditions kept.",
    "exists": "Ask once before the loop which of them are there (`.in_(…)` in place of the"
    " comparison with one), its other conditions kept.",
}


def _kept(others: Iterable[str]) -> str:
    told = [f"`{one}`" for one in others if len(one) <= _LONGEST and "`" not in one]
    if not told:
        return ", its other conditions kept" if list(others) else ""
    return f", {' and '.join(told)} kept"


def _keys(value: str, site: RepeatedQuery) -> str:
    """What gives the keys of all: ``[deal.id for deal in deals]``."""
    over, variable = site.loop.over, site.loop.variable
    if _PLAIN.match(over) is None or not variable.isidentifier():
        return "keys"
    if value == variable:
        return over
    own = _PLAIN.match(value) and value.partition(".")[0] == variable
    return f"[{value} for {variable} in {over}]" if own else "keys"


def _many(value: str) -> str:
    name = value.rpartition(".")[2]
    if not name.isidentifier():
        return "keys"
    return f"{name[:-1]}ies" if name.endswith("y") else name + ("" if name.endswith("s") else "s")


def _column(column: str, statement: Statement) -> str:
    """A column with its model, which `filter_by` leaves out."""
    if "." in column or not statement.model:
        return column
    return f"{statement.model}.{column}"


_MODEL = regex(r"\b(?:[a-z_]\w*\.)?([A-Z]\w*)\.query\b|(?:select|query)\(\s*(?:\w+\.)?([A-Z]\w*)\b")


def _parted(
    statement: Statement, names: frozenset[str]
) -> tuple[tuple[str, str, str] | None, tuple[str, ...]]:
    """((column, value, condition) of the one comparison with a round's own, the other conditions);
    no first where there is not exactly one."""
    mine = []
    others = []
    for one in statement.conditions:
        found = _EQUAL.match(one) or _NAMED.match(one)
        if names & set(_WORDS.findall(one)):
            if found is None or names & set(_WORDS.findall(found[1])):
                return None, ()
            mine.append((found[1], found[2].strip(), one))
        else:
            others.append(one)
    if len(mine) != 1 or "|" in mine[0][1] or " or " in mine[0][1]:
        return None, ()
    return mine[0], tuple(others)


_WORDS = regex(r"(?<![\w.])[A-Za-z_]\w*")


def _paired(statement: Statement, names: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(the columns that are compared with what is a round's own, the other conditions)."""
    mine: dict[str, None] = {}
    others = []
    for one in statement.conditions:
        found = _EQUAL.match(one) or _NAMED.match(one)
        if found is None or not names & set(_WORDS.findall(found[2])):
            others.append(one)
        elif "|" not in found[2] and not names & set(_WORDS.findall(found[1])):
            mine[_column(found[1], statement)] = None
    return tuple(mine), tuple(others)


def _tuple(columns: Iterable[str]) -> str:
    return (
        f"`tuple_({', '.join(columns)}).in_(…)` with a tuple for each element in place of these"
        " comparisons (a list for each column would also find what no element means)"
    )


def _by_several(
    statement: Statement, kind: str, columns: tuple[str, ...], others: Iterable[str]
) -> str:
    how = f"{_tuple(columns)}{_kept(others)}"
    if kind == "count":
        return (
            "Let one grouped query count for all of them before the loop: select these columns and"
            f" `func.count()`, {how}, grouped by them."
        )
    if kind == "exists":
        return f"Ask once before the loop which of them are there: {how}, into a set of tuples."
    held = "a dict of lists" if statement.many else "a dict"
    return f"{_ONCE}: {how}; keep the rows in {held} by the tuple of them{_chosen(statement)}."


_ONCE = "Ask once for all of them before the loop"


def _chosen(statement: Statement) -> str:
    if not statement.ordered:
        return ""
    return ", the wanted one of each by `DISTINCT ON` (PostgreSQL) or `row_number()`"


def _sibling_by_several(
    told: str, statement: Statement, kind: str, columns: tuple[str, ...], others: Iterable[str]
) -> str:
    """Of a function that is given more than one value of each element."""
    how = f"{_tuple(columns)}{_kept(others)}"
    if kind == "count":
        return (
            f"{told} counts for one by more than one value of the element: give it a sibling that"
            f" counts for all of these tuples ({how}), grouped by the same columns, and call that"
            " once before the loop."
        )
    held = "a dict of lists" if statement.many else "a dict"
    return (
        f"{told} asks for one by more than one value of the element: give it a sibling that takes"
        f" all of these tuples, {how}, call that once before the loop, and look each up in {held}"
        f" by its tuple{_chosen(statement)}."
    )


def _names_of(variable: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(variable))


def statement_at(target: Target, path: str, line: int) -> Statement:
    """The statement that a line of a function belongs to, and what was put into a name before that
    it hands to the session."""
    ref = function_at(target, path, line)
    lines = target.lines(path)
    first, last = max(line - _NEAR, 1), line + _NEAR
    if ref is not None:
        function = outlined(target, ref)
        first, last = max(function.line, line - _MOST), min(function.end_line, line + _MOST)
    parts = list(_statements(lines, first, last))
    index = next((at for at, (start, end) in enumerate(parts) if start <= line <= end), -1)
    if index < 0:
        return Statement("", (), "")
    text = "\n".join(lines[parts[index][0] - 1 : parts[index][1]])
    sent = _SENT.search(text) or _ENDS.match(text)
    if sent is not None:
        text = _given_before(lines, parts[:index], sent[1]) + text
    by_key = _BY_KEY.search(text)
    model = next((one for one in by_key.groups() if one), "") if by_key is not None else ""
    return Statement(text, tuple(_conditions(text)), model)


_NEAR = 20


def _given_before(lines: list[str], parts: list[tuple[int, int]], name: str) -> str:
    """What the statements before put into a name, from the last that does not build on it."""
    made = re.compile(rf"\s*{re.escape(name)}\s*(?::[^=\n]{{1,80}})?=\s*(\(?\s*{name}\b)?")
    kept: list[str] = []
    for start, end in reversed(parts):
        found = made.match(lines[start - 1][:_LONG])
        if found is None:
            continue
        kept.append("\n".join(lines[start - 1 : end]))
        if found[1] is None:
            break
    return "".join(f"{one}\n" for one in reversed(kept))


def _statements(lines: list[str], first: int, last: int) -> Iterator[tuple[int, int]]:
    """(first line, last line) of what stands outside of all brackets between two lines."""
    depth, start = 0, first
    quoted = False
    for number in range(first, min(last, len(lines)) + 1):
        text = lines[number - 1]
        inside = quoted
        if len(_TRIPLE.findall(text)) % 2:
            quoted = not quoted
        if inside and quoted:
            text = ""
        elif inside or quoted:  # what stands behind a long text, or before it
            text = _TRIPLE.split(text)[-1 if inside else 0]
        bare = _STRINGS.sub("", text)
        depth += sum(bare.count(one) for one in "([{") - sum(bare.count(one) for one in ")]}")
        if depth <= 0 and not quoted:
            yield start, number
            depth, start = 0, number + 1


def _conditions(text: str) -> Iterator[str]:
    """What a statement asks for, one by one."""
    text = _REMARK.sub("", text[:_MOST_TEXT])
    for found in _WHERE.finditer(text):
        with suppress(Unclosed):
            for one in arguments(text, found.end()):
                whole = " ".join(one.split())
                if whole and not whole.startswith(("and_(", "*", "#")):
                    yield whole


_MOST_TEXT = 4_000
_REMARK = regex(r"(?m)(?:^|[ \t])#[^\n\"']*$")


def _taken(target: Target, path: str, site: RepeatedQuery, at: Place | None) -> frozenset[str]:
    """The parameters of the called function that a round hands its own element to."""
    ref = function_at(target, at.path, at.line or 1) if at is not None else None
    if ref is None:
        return frozenset()
    function = outlined(target, ref)
    if function.name != site.via:
        return frozenset()
    mine = _names_of(site.loop.variable)
    text = "\n".join(target.lines(path)[site.line - 1 : site.line + _NEAR])
    call = re.search(rf"\b{re.escape(site.via)}\s*\(", text)
    if call is None:
        return frozenset()
    parameters = [name for name, _ in function.parameters if name not in ("self", "cls")]
    found = set()
    with suppress(Unclosed):
        for index, one in enumerate(arguments(text[: call.end() + _LONG], call.end())):
            named = _NAMED.match(one)
            value = named[2] if named is not None else one
            if mine & set(_WORDS.findall(value)):
                if named is not None:
                    found.add(named[1])
                elif index < len(parameters):
                    found.add(parameters[index])
    return frozenset(found)


def _sibling(target: Target, at: Place, name: str, path: str, line: int) -> str:
    """A function beside the called one that takes many, in words; empty where none is.

    :param line: of the call, in its file.
    """
    ref = function_at(target, at.path, at.line or 1)
    file = scanned(target, outline).get(at.path)
    if ref is None or file is None:
        return ""
    own = outlined(target, ref)
    pattern = re.compile(
        rf"_?(?:batch|bulk|multi)_{re.escape(name.lstrip('_'))}s?|{re.escape(name)}_(?:many|batch|bulk)"
    )
    for one in file.functions:
        if at.path == path and one.line <= line <= one.end_line:
            continue  # the loop is its own
        if one.owner == own.owner and pattern.fullmatch(one.name) and _takes_many(one):
            return f"`{one.name}` ({Place(at.path, one.line, None)})"
    return ""


def _takes_many(one: OutlinedFunction) -> bool:
    return any(name.endswith("s") or "[" in kind for name, kind in one.parameters)
