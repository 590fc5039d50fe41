"""What a template reads of each row of a list that it is handed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from msgspec import Struct, field

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.page_templates import TemplateTag, read_page_template
from pytest_reconaudit.readers.scans.row_classes import RowRead
from pytest_reconaudit.target import Target, once

__all__ = ["page_template", "reads_of_rows"]

_TEMPLATES = regex(r"(?:^|/)(?:templates|jinja2?|template)/(.+)$")
_FOR = regex(
    r"(\w+)\s+in\s+([\w.]+)(?:\(\))?(?:\|dictsort(?:reversed)?:\"\"|\|\s*(?:list|sort|reverse|unique)\b(?:\([^()]*\))?){0,3}"
    r"(?:\s+reversed)?\s*$"
)
_READ = regex(r"(?<![\w.])([a-zA-Z_]\w*)((?:\.[a-zA-Z_]\w*){0,5})(?![\w=])")
_LITERAL = regex(r"\"[^\"]*\"|'[^']*'")
_INCLUDED = regex(r"[\"']([\w./-]+)[\"']")
_SOME = frozenset({"if", "ifchanged", "cache", "with_cache", "macro", "call", "set", "blocktrans"})
"""Blocks that not every row is sure to get to; what else opens one may stand open."""
_DEEPEST = 3
_MOST_TAGS = 8_000
_MOST_BLOCKS = 60
_MOST_READS = 100
_MOST_IN_ALL = 400_000
"""Tags of one repository, each counted as often as it is come to."""


@once
def _by_name(target: Target) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for path in target.files:
        if path.endswith((".html", ".jinja", ".jinja2", ".j2", ".djhtml")):
            match = _TEMPLATES.search(path)
            if match is not None:
                found[match[1]] = (*found.get(match[1], ()), path)
    return found


def page_template(target: Target, name: str) -> str:
    """The file of a template by the name that it is asked for; empty unless there is one."""
    found = _by_name(target).get(name, ())
    return found[0] if len(found) == 1 else ""


class _Block(Struct):
    word: str
    row: str = ""
    """The variable of a loop over the rows."""
    hides: str = ""
    """The variable of another loop, which may be called as the row is."""


class _Walked(Struct):
    """What is known of templates; many views render the same one."""

    looped: dict[str, frozenset[str]] = field(default_factory=dict)
    """Template → the names that its loops go over."""
    reads: dict[tuple[str, frozenset[str]], tuple[tuple[RowRead, Place], ...]] = field(
        default_factory=dict
    )
    tags: int = 0
    """How many were looked at."""


@once
def _walked(target: Target) -> _Walked:
    return _Walked()


def reads_of_rows(
    target: Target, path: str, lists: Collection[str]
) -> tuple[tuple[RowRead, Place], ...]:
    """What loops of a template, and of those that it includes, surely read of each row, once each.

    :param lists: the names of the list: ``object_list``, ``page_obj``.
    """
    walked = _walked(target)
    if walked.tags > _MOST_IN_ALL:
        return ()
    if path not in walked.looped:
        walked.looped[path] = frozenset(_looped(target, path))
    names = walked.looped[path].intersection(lists)
    known = walked.reads.get((path, names)) if names else ()
    if known is None:
        found: dict[tuple[tuple[str, ...], str], tuple[RowRead, Place]] = {}
        for read, place in _reads_of(target, path, names):
            found.setdefault((read.names, place.path), (read, place))
            if len(found) == _MOST_READS:
                break
        known = walked.reads[path, names] = tuple(found.values())
    return known


def _looped(target: Target, path: str) -> Iterator[str]:
    for tag, _ in islice(_tags(target, path, 0), _MOST_TAGS):
        rest = _LITERAL.sub('""', tag.rest) if tag.word == "for" else ""
        found = _FOR.match(rest)
        if found is not None:
            yield found[2]


def _reads_of(target: Target, path: str, lists: Collection[str]) -> Iterator[tuple[RowRead, Place]]:
    blocks: list[_Block] = []
    for count, (tag, place) in enumerate(_tags(target, path, 0)):
        if count > _MOST_TAGS or len(blocks) > _MOST_BLOCKS:
            return
        word, rest = tag.word, _LITERAL.sub('""', tag.rest)
        some = any(one.word in _SOME for one in _inside(blocks))
        if word == "for":
            found = _FOR.match(rest)
            over = found[2] if found is not None else rest.partition(" in ")[2]
            yield from _reads(over, blocks, some, place)
            if found is not None and found[2] in lists:
                blocks.append(_Block("for", row=found[1]))
            else:
                blocks.append(_Block("for", hides=rest.partition(" in ")[0]))
            continue
        if word == "empty" and blocks:
            last = max((at for at, one in enumerate(blocks) if one.word == "for"), default=-1)
            if last >= 0:
                blocks[last] = _Block("for")
        if word.startswith("end"):
            _close(blocks, word.removeprefix("end"))
            continue
        if word == "if":
            # Behind the first word of a condition not all is sure to be looked at.
            first = _READ.search(rest.removeprefix("not "))
            rest = first[0] if first is not None else ""
        if not word:
            rest = _sure_part(rest)
        if word not in ("elif", "else", "include"):
            yield from _reads(rest, blocks, some, place)
        if word in _SOME and not (word == "set" and "=" in rest):
            blocks.append(_Block(word))


def _sure_part(expression: str) -> str:
    """What Jinja's ``a.b if a else c`` reads of every row: the condition's first word."""
    before, asks, condition = expression.partition(" if ")
    if asks:
        first = _READ.search(condition.strip().removeprefix("not "))
        return first[0] if first is not None else ""
    return _EITHER.split(before, maxsplit=1)[0]


_EITHER = regex(r"\s(?:or|and)\s")


def _inside(blocks: list[_Block]) -> list[_Block]:
    """The blocks within the innermost loop over rows."""
    last = max((at for at, one in enumerate(blocks) if one.row), default=-1)
    return blocks[last + 1 :] if last >= 0 else []


def _close(blocks: list[_Block], word: str) -> None:
    for at in range(len(blocks) - 1, -1, -1):
        if blocks[at].word == word:
            del blocks[at:]
            return


def _reads(
    text: str, blocks: list[_Block], some: bool, place: Place
) -> Iterator[tuple[RowRead, Place]]:
    row = next((one.row for one in reversed(blocks) if one.row), "")
    if not row or some or row not in text:
        return
    if any(row in one.hides.replace(",", " ").split() for one in _inside(blocks)):
        return
    for match in _READ.finditer(text):
        if match[1] == row:
            names = tuple(match[2][1:].split(".")) if match[2] else ("__str__",)
            yield RowRead(names[:4], False, place.line or 1), place


def _tags(target: Target, path: str, depth: int) -> Iterator[tuple[TemplateTag, Place]]:
    """The tags of a template, with those of the templates that it includes by name."""
    walked = _walked(target)
    for tag in target.parse(read_page_template, path).tags:
        walked.tags += 1
        yield tag, Place(path, tag.line, 1)
        if tag.word == "include" and depth < _DEEPEST and " only" not in tag.rest:
            named = _INCLUDED.match(tag.rest)
            other = page_template(target, named[1]) if named is not None else ""
            if other and other != path:
                yield from _tags(target, other, depth + 1)
