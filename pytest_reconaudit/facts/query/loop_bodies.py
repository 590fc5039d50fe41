"""What stands in the body of a loop in Python, and where the list comes from that it goes over."""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec import Struct

from pytest_reconaudit.facts.callers import body_of
from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.facts.query.model_classes import is_accessor, known_classes
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = [
    "BesideStatement",
    "above_loop",
    "comes_from",
    "further_statements",
    "given_to",
    "is_hand_picked",
]

_MOST_ABOVE = 200
_MOST_FURTHER = 5
_CALL = regex(
    r"(?<![\w.])([a-z_]\w*(?:\.\w+){0,5})\.(add|remove|set|clear|filter|exclude|order_by|count|exists"
    r"|aggregate|save|delete)\("
)
_FILES = frozenset({"FileField", "ImageField", "VersatileImageField", "ThumbnailerImageField"})
_NOT_ROWS = frozenset(
    {"self", "cls", "super", "cache", "session", "storage",
     "default_storage", "logger", "os", "wb", "workbook", "img", "image", "im", "fig", "doc",
     "document", "pdf", "config", "db", "redis", "client"}
)  # fmt: skip
"""What is saved or deleted and is no row."""
_MASS = regex(
    r"(?:^|[^a-z])(?:bulk|batch|batches|mass|import|imports|imported|all|sync)(?![a-z])",
    re.IGNORECASE,
)
_SENT = regex(r"\brequest\.(?:data|POST|GET|query_params|body|json)\b|\bjson\.loads\(")
_TAKEN = regex(r"(\w+)(?:\[[\"']\w+[\"']\]|\.(?:get|getlist|pop)\(\s*[\"']\w+[\"'])")


class BesideStatement(Struct, frozen=True):
    """A statement in a loop that its text alone tells."""

    text: str
    """``board.members.add()``."""
    line: int
    kind: str
    """``add``, ``ask``, ``save``, ``delete`` or ``file``."""


def above_loop(target: Target, path: str, line: int) -> str:
    """The text of a function above a line."""
    ref = function_at(target, path, line)
    start = outlined(target, ref).line if ref is not None else 1
    lines = target.lines(path)
    return "\n".join(lines[max(start - 1, line - _MOST_ABOVE) : line - 1])


def further_statements(
    target: Target, path: str, line: int, known: Collection[int]
) -> tuple[BesideStatement, ...]:
    """What each round of a loop in a project of Django asks and writes beside the statements that
    are known: by managers of related rows, by ``save`` and ``delete`` of a row.

    :param line: of the loop.
    :param known: the lines of the statements that are known.
    """
    if not path.endswith(".py"):
        return ()
    lines = target.lines(path)
    first, last = body_of(lines, line)
    found: dict[str, BesideStatement] = {}
    for number in range(first, last + 1):
        text = lines[number - 1].partition("  #")[0]
        if number in known or text.lstrip()[:1] == "#":
            continue
        for match in _CALL.finditer(text[:400]):
            kind = _kind(target, match[1].split("."), match[2])
            if kind:
                one = BesideStatement(f"{match[1]}.{match[2]}()", number, kind)
                found.setdefault(one.text, one)
    return tuple(found.values())[:_MOST_FURTHER]


def _kind(target: Target, names: list[str], verb: str) -> str:
    last = names[-1]
    if verb in ("save", "delete"):
        if len(names) > 1 and last in _file_fields(target):
            return "file"
        return verb if len(names) == 1 and last not in _NOT_ROWS else ""
    if len(names) < 2 or names[0] in ("self", "cls", "request") or not is_accessor(target, last):
        return ""
    return "add" if verb in ("add", "remove", "set", "clear") else "ask"


@once
def _file_fields(target: Target) -> frozenset[str]:
    """The names of fields by which models keep files."""
    return frozenset(
        field.name
        for several in known_classes(target).classes.values()
        for one in several
        for field in one.own.fields
        if field.callee in _FILES
    )


def is_hand_picked(target: Target, path: str, name: str, line: int, over: str, table: str) -> bool:
    """Whether a loop in Python goes over keys that somebody has picked by hand in a form: what a
    page sends several times under one name, or what is put together with one new thing.

    :param name: of the function.
    :param line: of the loop.
    :param table: the table that is asked, whose name may say that there are many.
    """
    if not path.endswith(".py") or not over.isidentifier():
        return False
    if any(map(_MASS.search, (name.replace("_", " "), over.replace("_", " "), table))):
        return False
    above = above_loop(target, path, line)
    if "getlist(" in given_to(above, over):
        return True
    if _PICKED.search(over) is None and _PUTS.search(name) is None:
        return False
    return comes_from(above, over, _SENT)


_PICKED = regex(
    r"(?:^|_)(?:participant|collaborator|member|invitee|assignee|recipient|attendee|guest|friend|tag"
    r"|role|permission|group|categor(?:y|ie)|label|skill|interest)(?:s|_ids|_pks|_names|_usernames)"
)
"""What one thing has a handful of."""
_PUTS = regex(r"(?:^|_)(?:create|add|invite|share|assign|start|new)(?:_|$)")


def comes_from(text: str, name: str, source: re.Pattern[str]) -> bool:
    """Whether a text gives a name what comes from a source, by itself or out of another name:
    ``keys = data["keys"]`` of ``data = request.data``."""
    value = given_to(text, name)
    if source.search(value) is not None:
        return True
    taken = _TAKEN.match(value)
    return taken is not None and source.search(given_to(text, taken[1])) is not None


def given_to(text: str, name: str) -> str:
    """The line of source that a name is given in a text, last of all."""
    found = re.findall(rf"(?m)^[ \t]*+{re.escape(name)}[ \t]*+(?::[^=\n]*)?=(?!=)(.+)$", text)
    return found[-1].strip() if found else ""
