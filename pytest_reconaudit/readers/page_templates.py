"""Templates of Django and Jinja: what their loops read of each element.

The tags alone are read, by their marks: neither library's own parser tells which line a name stands
on without the tag libraries that the template loads, and those are the target's code.
"""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["PageTemplate", "TemplateTag", "read_page_template"]


class TemplateTag(Struct, frozen=True, gc=False):
    """``{% for row in rows %}``, or ``{{ row.name }}``."""

    word: str
    """The tag's first word: ``for``; empty of an expression."""
    rest: str
    """What follows it, with its literal texts."""
    line: int


class PageTemplate(Struct, frozen=True, eq=False):
    tags: tuple[TemplateTag, ...]


_TAG = regex(
    r"\{\{[-+]?([^{}]{1,600}?)[-+]?\}\}|\{%[-+]?\s{0,80}(\w{1,60})\b([^%]{0,600}?)[-+]?%\}"
    r"|\{#(?:[^\n{]|\{(?!#)){0,400}?#\}"
)
_HIDDEN = frozenset({"comment", "raw", "verbatim"})
_MOST = 4_000
_LONGEST = 200_000


def read_page_template(text: str, path: str) -> PageTemplate:
    """The tags of a template in source order, without what is commented out.

    :param path: the template's own path, of which nothing is made.
    """
    del path
    tags: list[TemplateTag] = []
    hidden = ""
    line, seen = 1, 0
    text = text[:_LONGEST]
    for match in _TAG.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        word = match[2] or ""
        if hidden:
            hidden = "" if word == f"end{hidden}" else hidden
        elif word in _HIDDEN:
            hidden = word
        elif match[1] is not None or word:
            rest = match[1] if match[1] is not None else match[3]
            tags.append(TemplateTag(word, rest.strip(), line))
            if len(tags) == _MOST:
                break
    return PageTemplate(tuple(tags))
