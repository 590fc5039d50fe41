"""What is another value in each round of a loop, and what a round does with what it has sent."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from pytest_reconaudit.facts.callers import body_of
from pytest_reconaudit.facts.query.made_names import WORD, names_of_round, words_in
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.facts.query.tables import READS
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments_and_end
from pytest_reconaudit.target import Target

__all__ = ["is_given_alike", "is_unread", "is_used_in_round", "staying"]

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


def is_given_alike(target: Target, path: str, site: RepeatedQuery) -> bool:
    """Whether a function of Python that a loop calls is handed the same in every round, as far as
    the names of its arguments say."""
    names = words_in(site.loop.variable)
    if not (path.endswith(".py") and names and site.via):
        return False
    lines = target.lines(path)
    names = names_of_round(lines, path, site.loop.line, site.line + _MOST_CALL, names)
    text = "\n".join(lines[site.line - 1 : site.line + _MOST_CALL])[:_LONGEST]
    called = re.search(rf"(?:[\w.\[\]()\"']{{1,80}}\.)?\b{re.escape(site.via)}\s*\(", text)
    if called is None or not names.isdisjoint(WORD.findall(called[0])):
        return False
    try:
        arguments = arguments_and_end(text, called.end())[0]
    except Unclosed:
        return False
    return not any(_takes(one, names) for one in arguments)


def _takes(argument: str, names: Collection[str]) -> bool:
    named = _NAMED.match(argument)
    value = argument if named is None else argument[named.end() :]
    return not set(names).isdisjoint(WORD.findall(value))


_NAMED = regex(r"[A-Za-z_]\w*\s*=(?![=>])")


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
    own = lines[line - 1].partition("await")[2]
    rest = "\n".join((own, *lines[line:end]))
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


_QUOTED = regex(r"\"[^\"\n]*+\"|'[^'\n]*+'")
_LONGEST_LINE = 1_000


def _end_of_loop(lines: list[str], path: str, line: int) -> int:
    """The last line of a loop's body."""
    if path.endswith(".py"):
        return body_of(lines, line, _MOST_LINES)[1]
    depth, opened = 0, False
    for number in range(line, min(line + _MOST_LINES, len(lines)) + 1):
        text = _QUOTED.sub("", lines[number - 1][:_LONGEST_LINE])
        depth += text.count("{") - text.count("}")
        opened = opened or "{" in text
        if opened and depth <= 0:
            return number
    return min(line + _MOST_LINES, len(lines))
