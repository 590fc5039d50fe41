"""Blocks of code told by their indentation, whatever the language."""

from __future__ import annotations

from pytest_reconaudit.facts.callers import indentation

__all__ = ["last_statement"]

_CLOSING = ("}", ")", "]")
_COMMENTS = ("#", "//")


def last_statement(lines: list[str], head: int, most: int) -> tuple[str, str]:
    """The last statement of the block below a line, and the line behind the block; both may be
    empty.

    :param head: the number of the block's first line, counted from 0: ``if late:``.
    :param most: lines of the block that are looked at.
    """
    own = indentation(lines[head])
    body: list[str] = []
    behind = ""
    for text in lines[head + 1 : head + 1 + most]:
        # A head of several lines may end with a bracket of its own.
        if text.strip() and indentation(text) <= own and (body or text.strip()[0] not in ")]"):
            behind = text
            break
        if text.strip():
            body.append(text)
    inner = min(map(indentation, body), default=0)
    starts = [
        index
        for index, text in enumerate(body)
        if indentation(text) == inner and not text.lstrip().startswith((*_CLOSING, *_COMMENTS))
    ]
    return "\n".join(body[starts[-1] :]) if starts else "", behind
