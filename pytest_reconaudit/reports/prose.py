"""The small part of Markdown that a check's words may use, parsed once for every report.

Messages and impacts know `` `code` `` only. A remediation also knows paragraphs, bullet and
numbered lists, ``**strong**`` and fenced (or indented) code. Everything else is text: no link,
no image, no HTML gets through, so words that quote a hostile target stay words. A Markdown
library would give us all of its syntax, and then the task to take most of it away again.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["Block", "Span", "blocks", "code", "spans", "strong", "text"]

SpanKind = Literal["text", "code", "strong"]
BlockKind = Literal["paragraph", "bullet", "number", "code"]

_TICKS = regex(r"(`+)")
_STRONG = regex(r"\*\*(?=\S)([^*\n]{1,400})(?<=\S)\*\*")
_FENCE = regex(r"^\s{0,8}(`{3,}|~{3,})\s*([\w+.#-]{0,30})[^`]*$")
_ITEM = regex(r"^\s{0,8}(?:([-*+])|(\d{1,3})[.)])\s+(\S.*)$")
_HEADING = regex(r"^#{1,6}\s+(\S.*)$")
_INDENTED = "    "


class Span(Struct, frozen=True):
    """A run of text in one style."""

    text: str
    kind: SpanKind = "text"


class Block(Struct, frozen=True):
    """A paragraph, a list item or a piece of code. ``number`` is a numbered item's own number."""

    kind: BlockKind
    spans: tuple[Span, ...] = ()
    code: str = ""
    language: str = ""
    number: int = 0


def text(words: str) -> Span:
    return Span(words)


def code(words: str) -> Span:
    return Span(words, "code")


def strong(words: str) -> Span:
    return Span(words, "strong")


def spans(words: str, *, strong: bool = False) -> tuple[Span, ...]:
    """Text with `` `code` `` (and, when ``strong``, ``**strong**``) taken apart."""
    parts = _TICKS.split(words)
    found: list[Span] = []
    plain = ""
    hopeless: set[int] = set()
    index = 0
    while index < len(parts):
        if index % 2 == 0:
            plain += parts[index]
            index += 1
            continue
        ticks = parts[index]
        close = _closing(parts, index, hopeless)
        if close is None:
            plain += ticks
            index += 1
            continue
        found.extend(_plain(plain, strong))
        plain = ""
        found.append(Span("".join(parts[index + 1 : close]).strip(), "code"))
        index = close + 1
    found.extend(_plain(plain, strong))
    return tuple(found)


def _closing(parts: list[str], index: int, hopeless: set[int]) -> int | None:
    """Where the run of back ticks at ``index`` closes. A failed search is remembered: linear."""
    length = len(parts[index])
    if length in hopeless:
        return None
    for other in range(index + 2, len(parts), 2):
        if len(parts[other]) == length:
            inside = "".join(parts[index + 1 : other])
            return other if inside.strip() else None
    hopeless.add(length)
    return None


def _plain(words: str, strong: bool) -> list[Span]:
    if not words:
        return []
    if not strong or "**" not in words:
        return [Span(words)]
    found = []
    end = 0
    for match in _STRONG.finditer(words):
        if match.start() > end:
            found.append(Span(words[end : match.start()]))
        found.append(Span(match[1], "strong"))
        end = match.end()
    if end < len(words):
        found.append(Span(words[end:]))
    return found


def blocks(markdown: str) -> tuple[Block, ...]:
    """A remediation as blocks, in order."""
    found: list[Block] = []
    lines: list[str] = []
    item: tuple[BlockKind, int] | None = None

    def close() -> None:
        nonlocal item
        words = " ".join(" ".join(lines).split())
        if words:
            kind, number = item or ("paragraph", 0)
            found.append(Block(kind, spans(words, strong=True), number=number))
        lines.clear()
        item = None

    source = markdown.replace("\r\n", "\n").split("\n")
    index = 0
    while index < len(source):
        line = source[index]
        index += 1
        if fence := _FENCE.match(line):
            close()
            body: list[str] = []
            while index < len(source) and not _closes(source[index], fence[1]):
                body.append(source[index])
                index += 1
            index += 1
            found.append(Block("code", code=_dedent(body), language=fence[2]))
        elif not line.strip():
            close()
        elif line.startswith(_INDENTED) and not lines and not _in_list(found):
            body = [line]
            while index < len(source) and (
                source[index].startswith(_INDENTED) or not source[index].strip()
            ):
                body.append(source[index])
                index += 1
            found.append(Block("code", code=_dedent(body)))
        elif match := _ITEM.match(line):
            close()
            item = ("number", int(match[2])) if match[2] else ("bullet", 0)
            lines.append(match[3])
        elif match := _HEADING.match(line):
            close()
            found.append(Block("paragraph", (Span(match[1].strip(), "strong"),)))
        else:
            lines.append(line)
    close()
    return tuple(found)


def _in_list(found: list[Block]) -> bool:
    return bool(found) and found[-1].kind in ("bullet", "number")


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip()
    return len(stripped) >= len(fence) and not stripped.strip(fence[0])


def _dedent(lines: list[str]) -> str:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    while lines and not lines[0].strip():
        lines = lines[1:]
    margin = min((len(ln) - len(ln.lstrip(" ")) for ln in lines if ln.strip()), default=0)
    return "\n".join(line[margin:] for line in lines)
