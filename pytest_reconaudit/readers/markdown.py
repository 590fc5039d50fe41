"""What a Markdown document says in code format: inline spans and fenced blocks, with places.

Only that much of Markdown is read; a full parser (markdown-it-py) takes a hundred times longer and
keeps no columns.
"""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex

__all__ = ["CodeSpan", "Document", "Fence", "read_markdown"]

_FENCE = regex(r"\s{0,12}(?:[-*+>]\s+|\d+[.)]\s+)*(`{3,}|~{3,})\s*([^\s`{]*)")
_HEADING = regex(r"\s{0,3}(#{1,6})\s+(.*)")
_SPAN = regex(r"(?<!`)(?:``(?!`)((?:[^`\n]|`(?!`)){1,300})``|`(?!`)([^`\n]{1,300})`)(?!`)")
_COMMENT = regex(r"<!--.*?(?:-->|\Z)", 16)  # re.DOTALL
_LONGEST = 4_000


class CodeSpan(Struct, frozen=True, gc=False):
    """`` `text` `` in a line."""

    text: str
    place: Place
    line: str
    """The whole line, as written."""
    around: str
    """The paragraph, list item or row of a table that the line is part of."""
    headings: tuple[str, ...]
    """The headings that it stands below, outer first."""
    lead: str = ""
    """Of an item of a list: the line above the list, where that ends with a colon."""


class Fence(Struct, frozen=True):
    """A fenced block."""

    language: str
    """Lower case; empty when none is named."""
    lines: tuple[tuple[int, str], ...]
    """(number, text)."""
    place: Place
    headings: tuple[str, ...]
    before: str
    """The last line with text above it."""


class Document(Struct, frozen=True):
    path: str
    title: str
    front_matter: bool
    spans: tuple[CodeSpan, ...]
    fences: tuple[Fence, ...]
    prose: tuple[tuple[int, str], ...]
    """(number, text) of every other line with text."""


_BEGINS = regex(r"\s*(?:[-*+>|#]|\d+[.)]\s|```|~~~)")
_ITEM = regex(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_AROUND = 8
"""Lines to either side that are looked at for the rest of a paragraph."""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _around(lines: list[str], at: int) -> str:
    first = last = at
    while first > max(at - _AROUND, 0) and not _BEGINS.match(lines[first]):
        if not lines[first - 1].strip():
            break
        first -= 1
    while last + 1 < min(at + _AROUND, len(lines)):
        below = lines[last + 1]
        if not below.strip() or _BEGINS.match(below):
            break
        last += 1
    return " ".join(line[:_LONGEST].strip() for line in lines[first : last + 1])


def read_markdown(text: str, path: str) -> Document:
    """Never raises; an unclosed fence reaches to the end."""
    if "<!--" in text:
        text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    headings: list[tuple[int, str]] = []
    spans: list[CodeSpan] = []
    fences: list[Fence] = []
    prose: list[tuple[int, str]] = []
    title = before = mark = language = lead = ""
    opened = 0
    inside: list[tuple[int, str]] = []
    lines = text.split("\n")
    front = lines[0].strip() == "---" and any(line.strip() == "---" for line in lines[1:60])
    end = next((i for i, one in enumerate(lines[1:60], 1) if one.strip() == "---"), 0) + 1
    start = end if front else 0

    def close() -> None:
        above = tuple(name for _, name in headings)
        fences.append(Fence(language, tuple(inside), Place(path, opened, 1), above, before))
        inside.clear()

    for number, line in enumerate(lines[start:], start + 1):
        fence = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if mark:
            if fence is not None and fence[1].startswith(mark) and not line.strip().strip("`~> "):
                close()
                mark = ""
            else:
                inside.append((number, line[:_LONGEST]))
            continue
        if fence is not None and "`" not in line[fence.end() :]:
            mark, language, opened = fence[1], fence[2].lower(), number
            continue
        if not line.strip():
            continue
        heading = _HEADING.match(line) if "#" in line else None
        if heading is not None:
            level, name = len(heading[1]), heading[2].strip().strip("# ")
            headings = [(one, other) for one, other in headings if one < level]
            headings.append((level, name))
            title = title or name
            lead = ""
        prose.append((number, line[:_LONGEST]))
        before = line
        item = _ITEM.match(line) is not None
        led = lead if item and _indent(line) >= _indent(lead) else ""
        if line.rstrip(" *_").endswith(":"):
            lead = line[:_LONGEST]
        elif not led and not line.startswith((" ", "\t")):
            lead = ""
        if "`" in line and len(line) <= _LONGEST:
            above = tuple(name for _, name in headings)
            around = _around(lines, number - 1)
            for match in _SPAN.finditer(line):
                group = 1 if match[1] else 2
                place = Place(path, number, match.start(group) + 1)
                spans.append(CodeSpan(match[group].strip(), place, line, around, above, led))
    if mark:
        close()
    return Document(path, title, front, tuple(spans), tuple(fences), tuple(prose))
