"""How one page of a list is taken: in the order that its query has, by the key of its table.

Code is given where the key is known to count up and nothing else says the order; a page by a key
that is made of random bits would come in no order at all. Else words say what stays and what comes
to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.growth import definitions_of
from pytest_reconaudit.facts.query.page_words import page_of
from pytest_reconaudit.facts.query.python_fixes import fix_of_page
from pytest_reconaudit.facts.query.sqlalchemy_lists import page_in_sqlalchemy
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.readers.scans.queries import queries
from pytest_reconaudit.target import Target, once

__all__ = ["fix_of_list"]

_AROUND = 25
"""Lines around the call that sends a statement in which the statement stands."""
_SQL_ORDER = regex(r"(?i)\border\s+by\s+([\w.]+(?:\s+(?:asc|desc))?)\s*(?=[;\"'`)#\\]|$|limit\b)")
_SQL_ORDERS = regex(r"(?i)\border\s+by\b")
_ORDERS = regex(r"\.\s*(?:order\w*|sort\w*|then_order_by)\s*\(|\b(?:orderBy|order|sort)\s*:")
_BY_ID = regex(
    r"\.order(?:_by\w*)?\(\s*&?(?:\w+(?:::|\.))*[iI]d(?:\.(?:desc|asc)\(\))?\s*\)"
    r"|\.orderBy\(\s*(?:\w+\()?(?:\w+\.)?[\"']?id\b|\b(?:orderBy|order)\s*:\s*[\[{\s]*[\"']?id\b"
)
_KEYS = (
    regex(
        r"(?i)[\"`]?(\w+)[\"`]?\s+(uuid|char\w*|varchar|text|\w*serial\d?|(?:big|small)?int(?:eger)?\d?)\b"
        r"[^,\n]{0,120}\bprimary\s+key"
    ),
    regex(r"(\w+)\s+(String|Int|BigInt)\b[^\n]{0,120}@id\b"),
    regex(
        r"(\w+)\s*:\s*(uuid|serial|bigserial|integer|bigint|int|varchar|text|char)\("
        r"[^\n]{0,160}\.primaryKey\("
    ),
    regex(
        r"#\[sea_orm\([^\n]{0,80}\bprimary_key\b[^\n]{0,80}\]\s*(?:pub\s+)?(\w+)\s*:\s*(?:\w+::)*(\w+)"
    ),
)
_COUNTS = regex(r"(?i)\w*serial\d?|(?:big|small)?int(?:eger)?\d?|i(?:16|32|64)|u(?:16|32|64)")
"""Types of a key that later rows have more of."""
_RANDOM = regex(r"(?i)uuid")
_CREATED = regex(r"\b(created_?at|createdAt|inserted_at)\b")
_BY_UUID = regex(
    r"PrimaryGeneratedColumn\(\s*[\"']uuid|@id\s+@default\((?:uuid|cuid)|gen_random_uuid"
)
_PAGES = regex(
    r"Paginated\w*|Paged\w*|Page|Page(?:Response|Result|Of)\w*|Pagination(?:Result|Response)\w*"
)
_BY_TIME = frozenset({"mongoose", "mongo", "mongodb"})
"""Databases whose own keys begin with the time at which they were made."""


_OF_ANY = regex(
    r"Page|Paged|Paginated|(?:Page|Paged|Paginated|Pagination)(?:List|Response|Results?|Items|Data|Schema|Out)"
)
"""A page of whatever rows: what is called `PaginatedOrders` is one of orders."""


_BY_KEY = (
    "Take one page, with a cap that the caller cannot lift: the key (`{key}`) counts up, so order"
    " by it, newest first, begin behind the last key of the page before, and limit the rows; the"
    " handler takes both from its query. The columns that it selects stay as they are."
)
"""Of Rust and scripts, whose repositories and handlers no sample knows."""


def fix_of_list(target: Target, path: str, line: int, library: str, table: str) -> str:
    """Markdown on how a list takes one page; empty where its library is not known.

    :param line: of the call that sends its query.
    """
    known = definitions_of(target, table)
    if library == "sqlalchemy":
        page = _page_type(target).get("py")
        whole = page if page is not None and _OF_ANY.fullmatch(page[0]) else None
        return page_in_sqlalchemy(target, path, line, known, whole)
    lines = target.lines(path)
    ref = function_at(target, path, line)
    first, last = line - _AROUND, line + _AROUND
    if ref is not None:
        function = outlined(target, ref)
        first, last = max(first, function.line), min(last, function.end_line)
    text = "\n".join(lines[max(first - 1, 0) : last])
    orders = list(dict.fromkeys(one[1] for one in _SQL_ORDER.finditer(text)))
    ordered = bool(orders or _SQL_ORDERS.search(text) or _ORDERS.search(text))
    order = orders[0] if len(orders) == 1 else ""
    if _BY_ID.search(text) or order.lower().partition(" ")[0] == "id":
        ordered = False
    key, kind = _key(known)
    tongue = _language(path)
    at = _page_type(target).get(tongue)
    if at is not None and tongue == "script" and not _is_near(target, path, at[1].path):
        at = None
    written = fix_of_page(table, library) if path.endswith(".py") else page_of(library, table)
    random = bool(_RANDOM.match(kind)) or any(_BY_UUID.search(one) for one in known)
    counts = (key == "id" and _COUNTS.fullmatch(kind) is not None) or library in _BY_TIME
    if library == "drf" or (library == "django" and at is None):
        return written
    if counts and not ordered and not random and at is None:
        own = path.endswith(".py") or not written
        return written if own else _BY_KEY.format(key=key or "_id")
    created = next((one[1] for text in known if (one := _CREATED.search(text))), "")
    how = f"in the order that the query has (`{order}`)" if order else ""
    if not how and ordered:
        how = "in the order that the query has"
    if not how:
        how = (
            f"in an order that rows keep (`{created}`)" if created else "in an order that rows keep"
        )
    last_word = f" (`{key}`)" if key else ""
    told = (
        f"Take one page {how}, with a cap that the caller cannot lift. What it is ordered by may be"
        f" the same in two rows: let the key{last_word} end the order, and begin the next page"
        " behind both values of the last row"
    )
    told += "; the key alone is random and tells no order." if random else "."
    told += " The columns that it selects stay as they are."
    paged = _paged_beside(target, path, line, table) if tongue == "script" else None
    if paged is not None:
        return f"{told} `{paged[0]}` ({paged[1]}) takes pages of the same table: do it as it does."
    if at is not None:
        name, place = at
        told += f" The repository has a type for what a page is answered with: `{name}` ({place})."
    return told


_SHARED = regex(r"(?:^|/)(?:libs?|packages|shared|common|core)/")


def _is_near(target: Target, path: str, other: str) -> bool:
    """Whether what a module of scripts defines is one for a file: of its own application, or of
    what applications share."""
    if other.endswith((".tsx", ".jsx", ".d.ts")):
        return False
    same = application_of(target, path) == application_of(target, other)
    return same or (_SHARED.search(other) is not None and "/src/lib/" not in other)


def _paged_beside(target: Target, path: str, line: int, table: str) -> tuple[str, Place] | None:
    """(name, where it is) of a function of the same file that takes pages of the same table."""
    file = scanned(target, queries).get(path)
    for function in file.functions if file is not None else ():
        if not function.name or any(one.line == line for one in function.queries):
            continue
        if any(
            one.many and one.limit and not one.limit.isdigit() and one.table == table
            for one in function.queries
        ):
            return function.name, Place(path, function.line)
    return None


def _key(known: list[str]) -> tuple[str, str]:
    """(column, type) of the key that the definitions of a table say; empty where they do not."""
    for text in known:
        for pattern in _KEYS:
            found = pattern.search(text)
            if found is not None:
                return found[1], found[2]
    return "", ""


def _language(path: str) -> str:
    suffix = path.rpartition(".")[2]
    return suffix if suffix in ("rs", "py") else "script"


@once
def _page_type(target: Target) -> Mapping[str, tuple[str, Place]]:
    """Language → (name, where it is) of the type by which a repository answers with a page."""
    found: dict[str, list[tuple[str, Place]]] = {}
    for path, file in sorted(scanned(target, outline).items()):
        if is_test_path(path) or is_off_path(path) or path.endswith((".tsx", ".jsx")):
            continue
        for one in file.types:
            if _PAGES.fullmatch(one.name) is None or not _carries_rows(target, path, one.line):
                continue
            found.setdefault(_language(path), []).append((one.name, Place(path, one.line)))
    # The shortest name is that of any rows: `PaginatedList` before `PaginatedBookList`.
    return {tongue: min(some, key=lambda one: len(one[0])) for tongue, some in found.items()}


_ROWS = regex(r"(?:Vec\s*<|\[\]|Array<|list\[|List\[|Sequence\[)")


def _carries_rows(target: Target, path: str, line: int) -> bool:
    """Whether a type has a list beside its figures, by the lines of its definition."""
    text = "\n".join(target.lines(path)[line - 1 : line + 12])
    return _ROWS.search(text) is not None
