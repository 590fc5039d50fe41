"""Where the repository's code sends a statement that a log or a server tells of.

By the table and the columns that it compares; told only where one place of the code fits.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.db.live.places import server_place
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.queries import queries
from pytest_reconaudit.readers.sql_text import equalities, tables_read
from pytest_reconaudit.target import Target, once

__all__ = ["SentFrom", "sent_from"]

_READS = frozenset({"select", "count"})
_COMPARED = regex(r"(\w{1,63})[\"'`]?\s{0,3}(?:==?(?!>)|\.(?:eq|is_not_distinct_from)\()")
_COMPARED_IN_SCRIPT = regex(r"(\w{1,63})[\"'`]?\s{0,3}(?:={1,3}(?!>)|:|\s\}|,\s?[\"'`]?\$?\w+\))")
"""In JavaScript values are given as ``where: { id: x }`` or ``{ id }``."""
_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_BY_KEY = regex(r"\.find\(|\.get\(|\bpk\s?=|find_by_id\(|findbypk\(")
_EQ = regex(r"(\w{1,63})\s{0,40}\.eq\(")
_ABOVE, _BELOW = 14, 8
"""Lines around the call that sends a statement, in which its columns are named."""


class SentFrom(Struct, frozen=True):
    """A place of the code, or of the server where the code cannot be told."""

    place: Place
    known: bool
    """The code sends it here; else this is where the repository names the server."""


@once
def _readers(target: Target) -> Mapping[str, tuple[Place, ...]]:
    """Table → the calls that read it, outside of tests."""
    found: dict[str, list[Place]] = {}
    for path, file in scanned(target, queries).items():
        if is_test_path(path):
            continue
        for function in file.functions:
            for call in function.queries:
                if call.kind in _READS and call.table:
                    found.setdefault(call.table.lower(), []).append(Place(path, call.line))
    return {table: tuple(sorted(places, key=Place.key)) for table, places in found.items()}


def sent_from(target: Target, shape: str) -> SentFrom:
    """Where a statement without its values is sent from."""
    known = _readers(target)
    columns = equalities(shape)
    tables = tables_read(shape)
    first = tables[0].rsplit(".", 1)[-1] if tables else ""
    fitting = [
        place
        for name in _names(first)
        for place in known.get(name, ())
        if columns and _names_all(target, place, columns)
    ]
    if len(set(fitting)) == 1:
        return SentFrom(fitting[0], known=True)
    return SentFrom(server_place(target), known=False)


def _names(table: str) -> tuple[str, ...]:
    """A table's names in code: ORMs call models in the singular."""
    if not table:
        return ()
    plain = [table]
    if table.endswith("ies"):
        plain.append(table[:-3] + "y")
    elif table.endswith("s"):
        plain.append(table[:-1])
    return tuple(dict.fromkeys([*plain, *(name.replace("_", "") for name in plain)]))


def _names_all(target: Target, place: Place, columns: tuple[str, ...]) -> bool:
    """Whether the lines around a call compare all of the columns."""
    line = place.line or 1
    lines = target.text(place.path).splitlines()[max(0, line - _ABOVE) : line + _BELOW]
    near = "\n".join(lines).lower()
    pattern = _COMPARED_IN_SCRIPT if place.path.endswith(_SCRIPTS) else _COMPARED
    words = {match[1].replace("_", "") for match in pattern.finditer(near)}
    if "id" in columns and _BY_KEY.search(near):
        words.add("id")
    if place.path.endswith(".rs") and not _only(lines, min(line, _ABOVE + 1), columns):
        return False
    return all(column.replace("_", "") in words for column in columns)


def _only(lines: list[str], at: int, columns: tuple[str, ...]) -> bool:
    """Whether a call of Diesel's compares no other column: then it sends another statement.

    :param at: how many of the lines end with the call.
    """
    own = "\n".join(lines[:at]).rpartition("fn ")[2]
    return {match[1].lower() for match in _EQ.finditer(own)} <= set(columns)
