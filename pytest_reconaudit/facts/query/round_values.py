"""What is another value in each round of a loop, and what a round does with what it has sent."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from pytest_reconaudit.facts.callers import body_of
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callees,
    callees_at,
    function_at,
    outlined,
)
from pytest_reconaudit.facts.query.made_names import WORD, names_of_round, words_in
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.facts.query.tables import READS
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments_and_end
from pytest_reconaudit.target import Target

__all__ = ["Given", "given_of_round", "is_unread", "is_used_in_round", "staying"]

_MOST_LINES = 200
_LONGEST = 12_000
_MOST_CALL = 30
_MOST_STATEMENT = 12
_KEEPS = regex(
    r"^\s*(?:let\s+(?:mut\s+)?(?P<let>[^=;]{1,120}?)\s*(?::[^=;]{1,120})?=(?!=)"
    r"|(?:const|let|var)\s+(?P<const>[^=;]{1,120}?)\s*=(?!=)"
    r"|(?P<name>[A-Za-z_]\w*(?:\s*,\s*\w+)*)\s*(?::[^=\n]{1,80})?=(?!=))"
)
_CHOSEN = regex(r"\bmatch\s|\bif\s+let\s|\bwhile\s+let\s")
_ARM = regex(
    r"\b(?:Ok|Some)\(\s*((?:Some\(\s*)?[^()\n]{0,60}(?:\([^()\n]{0,60}\))?[^()\n]{0,40})\)"
)
_NO_USE = regex(
    r"\"[^\"\n]*+\"|'[^'\n]{2,}+'|(?://|#)[^\n]*+|^[^\n=]*\+=[^\n]*+|\b\w+\.rows_affected\(\)"
    r"|\.(?:append|push|push_back|extend|insert)\(\s*+&?\w++(?:\.clone\(\))?\s*+\)",
    re.MULTILINE,
)
"""Words and sums, and what is put into a list: none of it keeps a statement in its round."""
_BEGINS = regex(r"[;{}]\s*(?://.*)?$|:\s*(?:#.*)?$|^\s*(?://|#|$)")


class Given(Struct, frozen=True):
    """What a round hands to the statement that it sends."""

    names: frozenset[str]
    """The names that are another value in each round, in the function of the statement; empty where
    they are not known."""
    several: bool = False
    """The function that the loop calls is given more than one value of each element."""


def given_of_round(target: Target, path: str, site: RepeatedQuery) -> Given:
    """What of a statement that a loop repeats is another value in each round."""
    lines = target.lines(path)
    names = words_in(site.loop.variable)
    if not names:
        return Given(frozenset())
    names = names_of_round(lines, path, site.loop.line, site.line + _MOST_CALL, names)
    if not site.via:
        return Given(names)
    at = site.via_place
    arguments = _arguments(lines, site.line, site.via)
    given = [one for one in arguments if _takes(one, names)]
    several = sum(_count(one, names) for one in given) > 1
    caller = function_at(target, path, site.line)
    there = function_at(target, at.path, at.line or 1) if at is not None else None
    if at is None or there is None:
        return Given(frozenset(), several)
    for ref in callees_at(target, caller, site.via, site.line) if caller is not None else ():
        taken = _parameters(target, ref, arguments, names)
        if ref == there:
            return Given(_within(target, ref, at.line or 1, taken), several)
        function = outlined(target, ref)
        inner = names_of_round(
            target.lines(ref.path), ref.path, function.line, function.end_line, taken
        )
        for call, refs in callees(target, ref):
            if there in (refs or ()):
                more = _arguments(target.lines(ref.path), call.line, call.name)
                handed = _parameters(target, there, more, inner)
                return Given(_within(target, there, at.line or 1, handed), several)
    return Given(frozenset(), several)


def _within(target: Target, ref: Ref, line: int, taken: frozenset[str]) -> frozenset[str]:
    function = outlined(target, ref)
    lines = target.lines(ref.path)
    first = max(function.line, line - _MOST_LINES)
    return names_of_round(lines, ref.path, first, line, taken) if taken else taken


def _arguments(lines: list[str], line: int, name: str) -> list[str]:
    text = "\n".join(lines[line - 1 : line + _MOST_CALL])[:_LONGEST]
    call = re.search(rf"\b{re.escape(name)}\s*(?:::<[^<>]*>|<[^<>()]*>)?\s*\(", text)
    if call is None:
        return []
    try:
        return arguments_and_end(text, call.end())[0]
    except Unclosed:
        return []


def _takes(argument: str, names: Collection[str]) -> bool:
    named = _NAMED.match(argument)
    value = argument if named is None else argument[named.end() :]
    return not set(names).isdisjoint(WORD.findall(value))


_NAMED = regex(r"[A-Za-z_]\w*\s*=(?![=>])")
_FIELD = regex(r"(?:\w+\s*:\s*)?([A-Za-z_$][\w$.?!]*)\s*$")


def _count(argument: str, names: Collection[str]) -> int:
    """How many values of the round an argument holds: the fields of an object are one each."""
    if not argument.startswith("{"):
        return 1
    try:
        parts = arguments_and_end(argument, 1)[0]
    except Unclosed:
        return 1
    fields = [match[1] for one in parts if (match := _FIELD.match(one)) is not None]
    return sum(_takes(one, names) for one in fields)


def _parameters(
    target: Target, ref: Ref, given: list[str], names: Collection[str]
) -> frozenset[str]:
    """The parameters of a function to which a call hands some of the names."""
    parameters = [
        name
        for name, _ in outlined(target, ref).parameters
        if name not in ("self", "cls", "&self", "&mut self")
    ]
    found = set()
    for index, one in enumerate(given):
        if not _takes(one, names):
            continue
        named = _NAMED.match(one) if ref.path.endswith(".py") else None
        if named is not None:
            found.add(named[0].rstrip("= \t\n"))
        elif index < len(parameters):
            found |= words_in(parameters[index])
    return frozenset(found)


def is_used_in_round(
    target: Target, path: str, line: int, loop_line: int, after: Collection[str] = ()
) -> frozenset[str] | None:
    """The names that hold what a statement of a round has brought, where the same round looks at
    them; ``None`` where it does not, and what is handed over is no such name either.

    :param line: of the call that sends it.
    :param after: such names of statements before it.
    """
    lines = target.lines(path)
    end = _end_of_loop(lines, path, loop_line)
    start = line
    while start > max(loop_line + 1, line - _MOST_STATEMENT) and not _BEGINS.search(
        lines[start - 2]
    ):
        start -= 1
    own = "\n".join(lines[start - 1 : line])
    last = next(
        (at for at in range(line, min(end, line + _MOST_CALL)) if _closes(lines, start, at)),
        line,
    )
    rest = _NO_USE.sub("", "\n".join(lines[last:end])[:_LONGEST])
    names = frozenset(_names_given(own, "\n".join(lines[line - 1 : min(end, line + _MOST_CALL)])))
    used = names & frozenset(WORD.findall(rest))
    if used:
        return used
    call = "\n".join(lines[start - 1 : last])[:_LONGEST]
    return frozenset(after) if after and _takes(call, after) else None


_KEPT = regex(r"\s*(?:const|let|var)\s+(\w+)\s*(?::[^=\n]{1,80})?=\s*await\b")


def is_unread(target: Target, path: str, line: int, loop_line: int) -> bool:
    """Whether a statement of a round in a script brings something that is given a name, and nobody
    looks at it.

    :param line: of the call that sends it.
    """
    kept = None if path.endswith((".py", ".rs")) else _KEPT.match(target.line(path, line))
    if kept is None:
        return False
    lines = target.lines(path)
    end = _end_of_loop(lines, path, loop_line)
    rest = "\n".join(lines[line:end])
    return end > line and re.search(rf"(?<![\w$]){kept[1]}(?![\w$])", rest) is None


def staying(
    target: Target, path: str, loop_line: int, sites: Iterable[RepeatedQuery]
) -> frozenset[tuple[str, int]]:
    """(in words, line) of the writes of a loop that cannot be gathered: their round goes on with
    what they bring, or they take what such a one has brought."""
    found: set[tuple[str, int]] = set()
    brought: frozenset[str] = frozenset()
    for one in sorted(sites, key=lambda site: site.line):
        if one.kind in READS or one.loop.line != loop_line:
            continue
        used = is_used_in_round(target, path, one.line, loop_line, brought)
        if used is not None:
            found.add((one.what, one.line))
            brought |= used
    return frozenset(found)


def _closes(lines: list[str], start: int, last: int) -> bool:
    """Whether all brackets are closed that open from one line to another."""
    text = "\n".join(lines[start - 1 : last])
    return sum(map(text.count, "([")) <= sum(map(text.count, ")]"))


def _names_given(own: str, from_call: str) -> Iterator[str]:
    """What a statement's result, or a part of it, is called from then on."""
    made = _KEEPS.match(own)
    if made is not None:
        yield from words_in(made["let"] or made["const"] or made["name"])
    if _CHOSEN.search(own) is not None:
        for pattern in (*_ARM.findall(own), *_ARM.findall(from_call)):
            yield from (one for one in words_in(pattern) if one[:1].islower())


def _end_of_loop(lines: list[str], path: str, line: int) -> int:
    """The last line of a loop's body."""
    if path.endswith(".py"):
        return body_of(lines, line, _MOST_LINES)[1]
    depth, opened = 0, False
    for number in range(line, min(line + _MOST_LINES, len(lines)) + 1):
        text = lines[number - 1]
        depth += text.count("{") - text.count("}")
        opened = opened or "{" in text
        if opened and depth <= 0:
            return number
    return min(line + _MOST_LINES, len(lines))
