"""How many elements a loop goes over, as far as the source says."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.code.functions import Ref, function_at, outlined, source_of
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.answers import answered, makes_list, snake_case
from pytest_reconaudit.facts.query.askers import asker_meant, asking_functions
from pytest_reconaudit.facts.query.key_lists import goes_over_keys
from pytest_reconaudit.facts.query.loop_bodies import comes_from, given_to
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.facts.query.tables import READS
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.queries import LoopedCall, QueryLoop, queries
from pytest_reconaudit.target import Target, once

__all__ = [
    "goes_over_many",
    "is_bulk",
    "is_chosen",
    "is_put_together",
    "is_written_out",
    "rows_by_name",
]

_MANY_WORDS = regex(
    r"(?:^|[^a-z])(?:bulk|batch|batches|many|mass|ingest|ingestion|import|imports|imported|importer"
    r"|importing)(?![a-z])"
)
_TAKES_IN = regex(r"_?(?:ingest|import)(?:_|[A-Z])")
"""A function called so, of which each call takes one thing in."""
_ROWS_BY_NAME = regex(
    r"(?:^|[^a-z])(?:rows|records|results|readings|samples|measurements|data_?points|logs|batch|bulk|page)(?:[\"']\])?"
    r"(?:\.(?:iter|into_iter|iter_mut|clone|drain|values|items|entries)\([^()]*\))*[)\s]*$"
)
_ARRAY = regex(r"\b(?:Vec|[Ll]ist|Sequence|Array|Iterable|Set)\s*[<\[]|\[\]\s*$|^&?\[")
_CHOSEN_IDS = regex(
    r"^[&*(\s]*(?:stream::iter\(&?)?(?:(?:req|request|ctx|c)\.)?(?:[\w.]+\.)?(?:body|data|json|dto|input|payload|\w+)"
    r"(?:\.|\[[\"'])(?:ids|\w+_ids|\w+Ids)(?:[\"']\])?(?:\.(?:iter|into_iter|clone|entries)\(\))*[)\s]*$"
)
"""What the caller has chosen: ``req.body.ids``."""
_MESSAGE = regex(r"(?:D[Tt][Oo]|Request|Payload|Input|Schema|Command|Body)(?![a-z])")
"""The type of what a request sends."""
_ROOT = regex(r"[&*\s(]*(?:(?:enumerate|sorted|list|set)\()?(\w+)")


def goes_over_many(target: Target, path: str, name: str, site: RepeatedQuery) -> bool:
    """Whether what a loop goes over is many by what the source says: the rows of a query or a page,
    what a list is answered with, what is called a bulk."""
    loop = site.loop
    if loop.origin in ("rows", "page", "few", "batch"):
        return True
    why, route = answered(target, path, site.line)
    ref = function_at(target, path, site.line)
    if makes_list(target, path, name, site, why, route):
        return True
    stem = path.rpartition("/")[2]
    via = site.via if site.via.endswith("s") or not _TAKES_IN.match(site.via) else ""
    said = (name, via, site.table, stem, loop.over, route.path if route is not None else "")
    if any(map(is_bulk, said)):
        return True
    if loop.origin == "children" and site.relation and why is not None:
        return True
    if loop.origin in ("children", "keys"):
        return False
    if site.kind in READS and why is not None and _is_of_rows(target, ref, loop.over):
        return True
    if rows_by_name(loop.over) and not is_put_together(target, ref, loop):
        return True
    return _of_rows_elsewhere(target, path, site)


def is_bulk(name: str) -> bool:
    """Whether what is called so takes as many as there are."""
    return _MANY_WORDS.search(snake_case(name)) is not None


def is_chosen(target: Target, path: str, site: RepeatedQuery) -> bool:
    """Whether a loop goes over a list that a caller puts together for its request: more than one,
    and mostly a handful."""
    loop = site.loop
    if loop.origin in ("children", "keys"):
        return False
    why, route = answered(target, path, site.line)
    ref = function_at(target, path, site.line)
    if why is not None and _CHOSEN_IDS.match(loop.over) and _is_message(target, ref, loop.over):
        return True
    if why is not None and ref is not None and _is_sent(target, ref, loop):
        return True
    if goes_over_keys(target, path, site):
        return True
    if why is not None and site.kind in READS and _part_of_message(target, ref, loop.over):
        return True
    if why is None or ref != why.handler:
        return route is not None and why is None and _CHOSEN_IDS.match(loop.over) is not None
    if _CHOSEN_IDS.match(loop.over) is not None:
        return True
    root = _ROOT.match(loop.over)
    return root is not None and any(
        re.search(rf"\b{root[1]}\b", parameter) and _ARRAY.search(kind)
        for parameter, kind in outlined(target, why.handler).parameters
    )


def rows_by_name(over: str) -> bool:
    """Whether what a loop goes over is called as rows are."""
    return _ROWS_BY_NAME.search(snake_case(over)) is not None


def is_put_together(target: Target, ref: Ref | None, loop: QueryLoop) -> bool:
    """Whether a function of Rust has made a list of so many parts that somebody typed each."""
    root = _ROOT.match(loop.over)
    if root is None or ref is None or not ref.path.endswith(".rs"):
        return False
    lines = target.lines(ref.path)[outlined(target, ref).line - 1 : loop.line - 1]
    above = "\n".join(lines)
    made = re.search(rf"\blet\s+mut\s+{root[1]}\b[^=;]*=\s*(?:Vec::|vec!\[)", above)
    return made is not None and above.count(f"{root[1]}.push(") >= _PARTS


_PARTS = 3


def _is_of_rows(target: Target, ref: Ref | None, over: str) -> bool:
    """Whether what is gone over is a parameter that holds the rows of a query: a list of SeaORM's
    models, or of a type that Diesel or sqlx makes of rows."""
    root = _ROOT.match(over)
    if root is None or ref is None or not ref.path.endswith(".rs"):
        return False
    for parameter, kind in outlined(target, ref).parameters:
        if parameter != root[1]:
            continue
        element = _ELEMENT.match(kind)
        if element is None:
            return False
        words = element[1].split("::")
        return (len(words) > 1 and words[-1] == "Model") or words[-1] in _row_types(target)
    return False


_ELEMENT = regex(
    r"&?\s*+(?:mut\s++)?(?:Vec\s*+<|\[)\s*+&?\s*+((?:\w+::)*+\w++)\s*+(?:<[^<>]*+>\s*+)?[>\]]$"
)
_MADE_OF_ROWS = regex(
    r"#\[derive\(([^()]{0,400}\b(?:Queryable|QueryableByName|FromRow|FromQueryResult)\b[^()]{0,400})\)\]"
    r"\s*+(?:(?:#\[(?:[^\n\[\]]|\[[^\n\[\]]*+\]){0,200}+\]|//[^\n]*+)\s*+){0,60}+"
    r"(?:pub(?:\([^()]*\))?\s++)?struct\s++(\w+)"
)


@once
def _row_types(target: Target) -> frozenset[str]:
    """The structs of Rust code that rows become."""
    found: set[str] = set()
    for path in scanned(target, queries):
        if path.endswith(".rs"):
            text = target.text(path)
            if "derive(" in text and ("Query" in text or "FromRow" in text):
                found.update(match[2] for match in _MADE_OF_ROWS.finditer(text))
    return frozenset(found)


_KEYS_BY_NAME = regex(r"(?:\w+_)?(?:ids|pks|uuids|slugs|hashes|emails|usernames)$")
_OF_BODY = regex(r"\brequest\.(?:data|json|POST|get_json\(|body)")


def _is_sent(target: Target, ref: Ref, loop: QueryLoop) -> bool:
    """Whether what is gone over is a list of keys that a handler in Python takes out of what the
    request sends: ``hashes = data["hashes"]`` of ``data = request.data``."""
    if not ref.path.endswith(".py") or _KEYS_BY_NAME.match(loop.over) is None:
        return False
    return comes_from(source_of(target, ref, above=loop.line), loop.over, _OF_BODY)


def is_written_out(target: Target, path: str, loop: QueryLoop) -> bool:
    """Whether a loop of Python goes over numbers or a list that the function writes out:
    ``years = range(2015, last)``."""
    if not path.endswith(".py"):
        return False
    over = loop.over
    ref = function_at(target, path, loop.line)
    if over.isidentifier() and ref is not None:
        over = given_to(source_of(target, ref, above=loop.line), over)
    return over.startswith(("range(", "[", "("))


def _is_message(target: Target, ref: Ref | None, over: str) -> bool:
    """Whether what is gone over is a part of what a request sends, handed on as a whole."""
    root = _ROOT.match(over)
    return (
        root is not None
        and ref is not None
        and any(
            re.search(rf"\b{root[1]}\b", parameter) and _MESSAGE.search(kind)
            for parameter, kind in outlined(target, ref).parameters
        )
    )


def _of_rows_elsewhere(target: Target, path: str, site: RepeatedQuery) -> bool:
    """Whether what is gone over is what another function brings by one query for any number of
    rows: no parent's, no list of keys."""
    loop = site.loop
    if not loop.given or site.kind not in READS:
        return False
    sender = asker_meant(
        target, path, LoopedCall(loop.given, loop.given_line, ()), asking_functions(target)
    )
    if sender is None or sender.further:
        return False
    asked = [one for one in sender.function.queries if one.kind != "other"]
    return len(asked) == 1 and asked[0].many and not (asked[0].keyed or asked[0].listed)


def _part_of_message(target: Target, ref: Ref | None, over: str) -> bool:
    """Whether what is gone over is a list of items that a request sends: ``dto.itemHashes``."""
    part = _PART.match(over)
    return (
        part is not None
        and ref is not None
        and any(
            parameter == part[1] and _MESSAGE.search(kind)
            for parameter, kind in outlined(target, ref).parameters
        )
    )


_PART = regex(
    r"[&*\s(]*(\w+)\.\w*(?:[iI]tem\w*s|[rR]ows|[rR]ecords|[eE]ntries|[lL]ines)"
    r"(?:\.(?:entries|values|iter|into_iter)\(\))?[)\s]*$"
)
