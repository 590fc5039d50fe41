"""What becomes of the rows that a list of a script brings, and how many there may be."""

from __future__ import annotations

import re
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.facts.query.growth import (
    definitions_of,
    grows_by_name,
    weight_of_growth,
)
from pytest_reconaudit.facts.query.table_names import plain_name
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = [
    "growth_in_script",
    "is_bounded_elsewhere",
    "is_narrowed",
    "kept_as",
    "words_of_work",
    "worked_out",
]

_CATALOGUE = regex(
    r"(?:^|_)(?:brands?|bins?|stores?|outlets?|locations?|districts?|province?s?|cit(?:y|ies)|wards?|departments?"
    r"|designations?|divisions?|zones?|areas?|skills?|achievements?|badges?|genres?|colou?rs?|sizes?|faqs?"
    r"|holidays?|specialt(?:y|ies)|subjects?|stations?|airports?|banks?|modules?|amenit(?:y|ies)|facilit(?:y|ies)"
    r"|manufacturers?|makers?|services?|couriers?|gateways?|methods?|attributes?|machines?|rates?|terminals?"
    r"|counters?|grades?|sections?|rooms?|tables?|floors?|buildings?|programs?|semesters?|terms?"
    r"|states?)$"
    r"|^(?:credit|class|subscription|membership|service|travel|tour|pricing|bonus)_packages?$"
)
"""What those who run a platform enter, one by one; what it is set up with."""
_EMPLOYED = regex(
    r"(?:^|_)(?:doctors?|trainers?|teachers?|instructors?|drivers?|staffs?|employees?|agents?|partners?"
    r"|vendors?|suppliers?|assistants?|challenges?|lessons?|exercises?)$"
)
"""Those who work for a platform or with it, and what they make for all of its users."""
_OWNER = regex(
    r"\b(?!(?i:tenant|org(?:ani[sz]ation)?|company|workspace|store|shop|branch|school|clinic|category|parent|type|role"
    r"|status|country|currency|external|stripe\w*|zoho\w*|price|product|plan|image|file|created_?by|updated_?by|public"
    r"|object|template|brand|unit|language|message)_?id\b)[a-z]\w*(?:_id|Id)\b"
)
"""The key of one of many who each add rows; what catalogues have as well left out."""
_TRANSIENT = regex(
    r"(?i)\b(?:status|state|phase|stage)[\"'`]?\s*[:,]\s*(?:[\w.]*\.|[\"'`])?(?:pending|running|queued|processing"
    r"|in_?progress|draft|waiting|stuck|scheduled|locked|ongoing|live|pending_\w+|awaiting_?\w*|in_?stock|open|unread)\b"
)
"""A state that rows leave again."""
_MACHINES = regex(r"(?i)/(?:crons?|internal|sync|jobs?|webhooks?|health\w*)(?:/|$)|-sync(?:/|$)")
"""A path that another program asks for."""
_DECLARES = regex(
    r"^\s*(?:const|let|var)\s+(\w+|\[[^\]=]{1,300}\])\s*(?::[^=\n]{1,120})?=(?![=>])\s*(.*)$"
)
_ABOVE = 40
_BELOW = 120
_LONGEST = 4_000
_MOST_STEPS = 12
_MOST_TEXT = 20_000
_MOST_USES = 60
_STEP = regex(r"\s*\??\.\s*(\w+)\s*(\()?")
_MAKES_OF = regex(r"(?:\bnew\s+(?:Map|Set)|\bfromEntries|\b\w*[gG]roupBy)\(\s*$")
_OF = regex(r"\bof\s+$")
_FIGURES = frozenset(
    {"reduce", "length", "filter", "find", "some", "every", "forEach", "findIndex", "slice", "get",
     "has", "size", "at", "flatMap"}
)  # fmt: skip


class Kept(Struct, frozen=True):
    """A variable of a script that holds what a query brings."""

    name: str
    line: int
    """Of its declaration."""


def growth_in_script(
    target: Target, path: str, line: int, table: str, told: str, asked: str, *, staff: bool = False
) -> Severity:
    """How much it matters that a script brings a whole table: see ``growth.weight_of_growth``.

    :param told: the table's name as a definition has it.
    :param asked: the path that is answered.
    :param staff: administrators alone may ask for it.
    """
    named = plain_name(told)
    if _MACHINES.search(asked) or _CATALOGUE.search(named):
        return Severity.INFO
    if staff:  # few ask, and it still breaks when there are very many
        return Severity.LOW if grows_by_name(named) else Severity.INFO
    weight = max(weight_of_growth(target, table), weight_of_growth(target, named))
    if _EMPLOYED.search(named):
        weight = min(weight, Severity.LOW)
    if _TRANSIENT.search(_statement(target, path, line)):
        weight = min(weight, Severity.LOW)
    if weight is Severity.MEDIUM and not grows_by_name(named):
        known = definitions_of(target, table)
        if known and not any(_OWNER.search(one) for one in known):
            return Severity.LOW
    return weight


def is_narrowed(target: Target, path: str, line: int) -> bool:
    """Whether a query of a script has conditions of its own."""
    return _NARROWS.search(_statement(target, path, line)) is not None


def is_bounded_elsewhere(target: Target, path: str, line: int) -> bool:
    """Whether a query of a script brings each value of a column once, or takes what it is asked by,
    and so its limit, from whoever calls its function."""
    text = _statement(target, path, line)
    if _DISTINCT.search(text) is not None:
        return True
    ref = function_at(target, path, line)
    taken = _TAKEN.search(text)
    if ref is None or taken is None:
        return False
    name = taken[1] or taken[2]
    return any(one == name for one, _ in outlined(target, ref).parameters)


_DISTINCT = regex(r"\bdistinct\s*:")
_TAKEN = regex(
    r"\.(?:findMany|findAll|find)\(\s*(?:\{[^{}]{0,200}?\.\.\.(\w+)\b(?!\.)|(\w+)\s*[,)])"
)


def words_of_work(worked: Place) -> str:
    """What to do about rows of which something else is made in memory, as Markdown."""
    return (
        f"What is made of the rows ({worked}) the database can mostly work out itself (a condition,"
        " groups, sums, `COUNT`): then the result travels alone. Where it has to be done in code,"
        " bound the rows by a time or a state, and select no more columns than are looked at."
    )


def _statement(target: Target, path: str, line: int) -> str:
    """The text of a query, from the line of its call on."""
    lines = target.lines(path)[line - 1 : line + _OF_STATEMENT]
    least = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    found: list[str] = []
    for text in lines:
        indent = len(text) - len(text.lstrip())
        if found and text.strip() and (indent < least or (indent == least and _NEXT.match(text))):
            break
        found.append(text)
        if text.rstrip().endswith(";"):
            break
    return "\n".join(found)[:_LONGEST]


_OF_STATEMENT = 14
_NEXT = regex(r"\s*(?:[\w$]|\}\s*(?:$|catch|else))")
_NARROWS = regex(
    r"\bwhere\b|\b\w*[wW]here\(|\.find(?:By|AndCount)?\(\s*\{\s*[\w\"'`$]|\.filter\(\s*\{"
)


def kept_as(target: Target, path: str, line: int) -> Kept | None:
    """The variable that holds the rows of a query: of ``const [a, b] = await Promise.all([…])`` the
    one in its place."""
    lines = target.lines(path)
    for at in range(line - 1, max(line - _ABOVE, 0) - 1, -1):
        match = _DECLARES.match(lines[at])
        if match is None and (ends := _PATTERN_ENDS.match(lines[at])) is not None:
            first = _pattern_above(lines, at)
            if first is None:
                return None
            names = [one.strip() for one in "".join(lines[first:at]).partition("[")[2].split(",")]
            index = _elements_before("\n".join([ends[1], *lines[at + 1 : line - 1]]))
            return Kept(names[index], at + 1) if index < len(names) and names[index] else None
        if match is None:
            if at < line - 1 and lines[at].rstrip().endswith(";"):
                return None
            continue
        if not match[1].startswith("["):
            return Kept(match[1], at + 1) if at >= line - 3 or at == line - 1 else None
        text = "\n".join([match[2], *lines[at + 1 : line - 1]])
        opened = text.find("([")
        if opened < 0:
            return None
        names = [one.strip() for one in match[1].strip("[]").split(",")]
        index = _elements_before(text[opened + 2 :])
        return Kept(names[index], at + 1) if index < len(names) and names[index] else None
    return None


_PATTERN_ENDS = regex(r"\s*\]\s*=\s*await\s+Promise\.all(?:Settled)?\(\[(.*)")
_PATTERN_STARTS = regex(r"\s*(?:const|let)\s*\[")


def _pattern_above(lines: list[str], at: int) -> int | None:
    """Where a pattern of names over several lines begins that ends above a line."""
    for first in range(at - 1, max(at - _ABOVE, 0) - 1, -1):
        if _PATTERN_STARTS.match(lines[first]):
            return first
        if lines[first].rstrip().endswith((";", "{", "}", ")")):
            return None
    return None


def _elements_before(text: str) -> int:
    """How many elements of a list end in a text."""
    depth = count = 0
    quote = ""
    for mark in text[:_LONGEST]:
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "\"'`":
            quote = mark
        elif mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
        elif mark == "," and depth == 0:
            count += 1
    return count


def worked_out(target: Target, path: str, line: int) -> Place | None:
    """Where a function of a script makes something else of the rows of its query, none of which it
    hands on as they are: sums, counts, the few that a condition fits."""
    ref = function_at(target, path, line)
    kept = kept_as(target, path, line)
    lines = target.lines(path)
    if kept is None or not re.fullmatch(r"[A-Za-z_$][\w$]*", kept.name):
        return None
    last = min(outlined(target, ref).end_line if ref is not None else line + _BELOW, line + _BELOW)
    if ref is None:
        last = _end_of_block(lines, kept.line, last)
    text = "\n".join(lines[line:last])[:_MOST_TEXT]
    first: Place | None = None
    uses = re.finditer(rf"(?<![\w.$'\"]){re.escape(kept.name)}(?![\w$'\"])", text)
    for use in islice(uses, _MOST_USES):
        if text[use.end() : use.end() + 1] == ":" or _of_statement(text, use.start()):
            continue
        steps = _steps(text, use.end())
        before = text[max(use.start() - 40, 0) : use.start()]
        looped = _OF.search(before) is not None
        made = _MAKES_OF.search(before) is not None
        if not (looped or made or not _FIGURES.isdisjoint(steps)):
            return None
        if first is None:
            first = Place(path, line + 1 + text.count("\n", 0, use.start()))
    return first


def _of_statement(text: str, at: int) -> bool:
    """Whether what stands at a place is the query's own rest."""
    return not text[:at].strip(" \n\t})];,")


def _steps(text: str, at: int) -> list[str]:
    """The names of what is called one after the other on what ends at a place."""
    found: list[str] = []
    while len(found) < _MOST_STEPS and (match := _STEP.match(text, at)) is not None:
        found.append(match[1])
        at = _behind(text, match.end()) if match[2] else match.end()
    return found


def _behind(text: str, at: int) -> int:
    """The place behind the bracket that is open at a place."""
    depth = 1
    for index in range(at, min(len(text), at + _LONGEST)):
        depth += (text[index] in "([{") - (text[index] in ")]}")
        if not depth:
            return index + 1
    return len(text)


def _end_of_block(lines: list[str], line: int, last: int) -> int:
    """The last line that is indented at least as a line is."""
    least = len(lines[line - 1]) - len(lines[line - 1].lstrip())
    for at in range(line, min(last, len(lines))):
        text = lines[at]
        if text.strip() and len(text) - len(text.lstrip()) < least:
            return at
    return last
