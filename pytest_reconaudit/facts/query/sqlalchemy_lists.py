"""What becomes of the rows that a list of SQLAlchemy brings, how many there may be, and how one
page of them is taken."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.code.functions import (
    callers_of,
    function_at,
    handlers,
    outlined,
    source_of,
)
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.script_lists import growth_in_script
from pytest_reconaudit.facts.query.sqlalchemy_statements import Statement, statement_at
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["growth_of_list", "is_catalogue", "made_of_rows", "narrows", "page_in_sqlalchemy"]

_NARROWS = regex(r"\.(?:where|filter|filter_by)\(|\.join\(")
_TENANT = regex(
    r"\b(?:tenant|org|organi[sz]ation|workspace|company|team|project|account|store|school|clinic)_id\b"
)
_PEOPLE = regex(r"(?:^|_)(?:users?|members?|people|persons?|staffs?|employees?)$")
_SHOP = regex(
    r"(?:^|_)(?:modifiers?|symbols?|instruments?|add_?ons?|challenges?|hints?|brackets?|courses?|boms?"
    r"|ingredients?|recipes?|shifts?|devices?|exchanges?|currenc(?:y|ies)|markets?|assets?_types?)(?:_db)?$"
)
"""What those who run a platform enter, one by one."""
_STATES = regex(
    r"(?i)(?:stat(?:istic)?s|summary|overview|totals?|count|metrics|analytics|dashboard)"
)
_KEYS_ALONE = regex(
    r"\.with_entities\(\s*\w+\.\w+\s*\)|\b(?:select|query)\(\s*(?:\w+\.)?[A-Z]\w*\.\w+\s*\)"
)
_INTO_SET = regex(r"^\s*\w+\s*(?::[^=\n]{1,80})?=\s*(?:\{|set\(|dict\(|Counter\(|frozenset\()")
_KEPT = regex(r"^\s*([a-z_]\w*)\s*(?::[^=\n]{1,80})?=(?!=)")
_PRIMARY = regex(r"(?m)^[ \t]+(\w+)\s*(?::[^=\n]{0,80})?=[^\n]{0,200}\bprimary_key\s*=\s*True")
_CREATED = regex(r"(?m)^[ \t]+(created_?at|inserted_at|created_on)\s*[:=]")
_ORDERED = regex(r"\.order_by\(")


def growth_of_list(target: Target, path: str, line: int, table: str, asked: str) -> Severity:
    """How much it matters that all of a table is brought.

    :param asked: the path that is answered.
    """
    weight = growth_in_script(target, path, line, table, table, asked)
    statement = statement_at(target, path, line)
    if _KEYS_ALONE.search(statement.text) and _INTO_SET.search(statement.text):
        return Severity.INFO  # keys alone, to look others up among them
    if _SHOP.search(table):
        return min(weight, Severity.LOW)
    if _PEOPLE.search(table) and _TENANT.search(statement.text):
        return min(weight, Severity.LOW)  # one tenant's people are no crowd, and pickers want all
    return weight


def is_catalogue(table: str) -> bool:
    """Whether those who run a platform enter a table's rows one by one, by its name."""
    return _SHOP.search(table) is not None


def narrows(target: Target, path: str, line: int) -> bool:
    """Whether a query has conditions of its own."""
    return _NARROWS.search(statement_at(target, path, line).text) is not None


def made_of_rows(target: Target, path: str, line: int, asked: str) -> Place | None:
    """Where something else is made of the rows, none of which is answered; ``None`` where they may
    be.

    :param asked: the path that is answered.
    """
    statement = statement_at(target, path, line)
    if _INTO_SET.search(statement.text):
        return Place(path, line, None)
    ref = function_at(target, path, line)
    kept = next(
        (
            found
            for text in reversed(statement.text.split("\n"))
            if (found := _KEPT.match(text[:_LONG]))
        ),
        None,
    )
    if ref is None or kept is None:
        return None
    function = outlined(target, ref)
    lines = target.lines(path)[: function.end_line]
    name, line = _rows_in(lines, kept[1], line)
    lines = lines[line:]
    word = re.compile(rf"(?<![\w.\"'])\b{name}\b")
    figure = re.compile(
        rf"\b(?:len|sum|max|min|any|all|set|Counter|sorted)\(\s*{name}(?:\.\w+\(\))*\s*\)|\bif\s+(?:not\s+)?{name}\b"
        rf"|\b(?:sum|max|min|any|all|set|Counter|len)\([^\n]*\bfor\s+\w+\s+in\s+{name}\b"
        rf"|=\s*\{{[^\n]*\bfor\s+\w+\s+in\s+{name}\b"
    )
    figures = _STATES.search(f"{asked.rpartition('/')[2]} {function.name}") is not None
    loop = re.compile(rf"\bfor\s+[\w, ]+\s+in\s+{name}\b")
    used = [(at, text) for at, text in enumerate(lines, line + 1) if word.search(text)]
    if not used or any(len(text) > _LONG for _, text in used):
        return None
    for _, text in used:
        if not (figure.search(text) or (figures and loop.search(text) and "return" not in text)):
            return None
    return Place(path, used[0][0], None)


_LONG = 300


def _rows_in(lines: list[str], name: str, line: int) -> tuple[str, int]:
    """(name, line) of what holds the rows that a result is asked for: ``rows = result.all()``."""
    taken = re.compile(
        rf"\s*([a-z_]\w*)\s*(?::[^=\n]{{1,80}})?=\s*(?:list\()?{re.escape(name)}"
        r"(?:\.(?:scalars|unique|mappings|all|fetchall)\(\)){1,3}\)?\s*$"
    )
    for at in range(line, min(len(lines), line + _NEAR)):
        found = taken.match(lines[at][:_LONG])
        if found is not None:
            return re.escape(found[1]), at + 1
    return re.escape(name), line


_NEAR = 8


def page_in_sqlalchemy(
    target: Target, path: str, line: int, known: list[str], page: tuple[str, Place] | None
) -> str:
    """Markdown on how a list takes one page.

    :param known: what defines its table.
    :param page: (name, place) of the type that the repository answers pages with.
    """
    key = next((one[1] for text in known if (one := _PRIMARY.search(text))), "")
    created = next((one[1] for text in known if (one := _CREATED.search(text))), "")
    statement = statement_at(target, path, line)
    imports = _imports(target, application_of(target, path).folder)
    if "flask_sqlalchemy" in imports and ".select(" not in statement.text:
        told = (
            "Take one page: `.paginate(per_page=50, max_per_page=100)` of Flask-SQLAlchemy in place"
            " of `.all()`; it takes `page` from the request, and its rows are `.items`."
        )
        return f"{told} {_order(statement, key, created)}{_beside(target, path, line)}"
    parameters = "`limit` (at most 100, say) and `offset`"
    if "fastapi" in imports:
        parameters = "`limit: int = Query(50, ge=1, le=100)` and `offset: int = Query(0, ge=0)`"
    told = (
        f"Take one page: {parameters} as parameters of the request, and"
        " `.limit(limit).offset(offset)` behind the order of the statement."
    )
    told = f"{told} {_order(statement, key, created)}"
    if page is not None:
        name, place = page
        told += f" The repository answers pages with `{name}` ({place}) elsewhere."
    return told + _elsewhere(target, path, line)


def _elsewhere(target: Target, path: str, line: int) -> str:
    """What to heed where others than the request call the function around a statement."""
    ref = function_at(target, path, line)
    if ref is None or ref in handlers(target):
        return ""
    calls = dict(callers_of(target, ref))
    others = [(one, call) for one, call in calls.items() if not is_test_path(one.path)]
    if len(others) < 2:
        return ""
    shown = ", ".join(str(Place(one.path, call.line, None)) for one, call in others[:_SHOWN])
    more = " …" if len(others) > _SHOWN else ""
    return (
        f" It is called from {len(others)} places ({shown}{more}): let those that need all rows"
        " leave the limit out."
    )


_SHOWN = 3


def _beside(target: Target, path: str, line: int) -> str:
    ref = function_at(target, path, line)
    shown = ref is not None and "render_template(" in source_of(target, ref)
    return " The page that shows them gets links to the next one." if shown else ""


def _order(statement: Statement, key: str, created: str) -> str:
    model = statement.model
    own = f"`{model}.{key}`" if model and key else "its key"
    if _ORDERED.search(statement.text):
        return f"Let {own} end the order that it has: rows that are alike in it may change places."
    by = f"`{model}.{created}` and {own}" if model and created else own
    return f"It has no order yet: order by {by}, or pages may repeat rows and leave others out."


@once
def _by_folder(target: Target) -> dict[str, frozenset[str]]:
    """Filled as they are asked for."""
    return {}


def _imports(target: Target, folder: str) -> frozenset[str]:
    """The packages that the code of an application takes, of those that are looked at here."""
    known = _by_folder(target)
    if folder not in known:
        found: set[str] = set()
        for path, file in scanned(target, outline).items():
            if path.endswith(".py") and path.startswith(folder) and not is_test_path(path):
                found.update(where[0] for _, where in file.imports if where)
        known[folder] = frozenset(found & _LOOKED_AT)
    return known[folder]


_LOOKED_AT = frozenset({"fastapi", "flask_sqlalchemy"})
