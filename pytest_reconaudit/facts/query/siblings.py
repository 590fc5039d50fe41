"""Functions that do for many what another of the same file does for one."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.code.functions import callees_at, function_at, outlined
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
from pytest_reconaudit.target import Target

__all__ = ["sibling_for_many"]

_WORD_ENDS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_LIST = regex(
    r"\[|\b(?:Vec|HashSet|BTreeSet|List|Sequence|(?:Into)?Iterator|Iterable|Collection|Set|Array)\b"
)
_PLURAL = regex(r"\w*(?:s|list|keys)$", 2)
_MOST = 4_000
"""Functions of a file that are looked at."""


def sibling_for_many(target: Target, path: str, site: RepeatedQuery) -> str:
    """In words the function beside the one that a loop calls which takes a list, by its name;
    empty where none is."""
    caller = function_at(target, path, site.line) if site.via else None
    if caller is None:
        return ""
    refs = callees_at(target, caller, site.via, site.line)
    file = scanned(target, outline).get(refs[0].path) if len(refs) == 1 else None
    if file is None:
        return ""
    own = outlined(target, refs[0])
    here = outlined(target, caller)
    wanted = _names(own.name)
    for one in file.functions[:_MOST]:
        if refs[0].path == path and one.line == here.line:
            continue  # the loop is its own
        alike = one.owner == own.owner and not one.is_test and one.name != own.name
        if alike and wanted.fullmatch(_snake(one.name)) and _takes_many(one):
            return f"`{one.name}` ({Place(refs[0].path, one.line, None)})"
    return ""


def _names(name: str) -> re.Pattern[str]:
    """What a function is called that does for many what one with a name does for one."""
    whole = _snake(name)
    word = re.escape(whole)
    stem = re.escape(whole.partition("_by_")[0])
    one = re.escape(whole).replace("_one_", "_(?:by_ids|by_keys|many|all|several)_")
    return re.compile(
        rf"{one}|{word}(?:_for_many|_many|_batch|_bulk|_multi|_by_ids|_by_keys|_for_all|s|es)"
        rf"|(?:batch|bulk|multi|many)_{word}s?"
        rf"|{stem}s?_(?:by|for)_(?:\w{{1,40}}_)?(?:ids|keys|slugs|names|uuids)"
    )


def _snake(name: str) -> str:
    return _WORD_ENDS.sub("_", name).lower().lstrip("_")


def _takes_many(one: OutlinedFunction) -> bool:
    return any(
        (_LIST.search(kind) if kind else _PLURAL.match(name)) for name, kind in one.parameters
    )
