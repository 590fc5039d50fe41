"""What a Rust ``use`` declaration brings in."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_reconaudit.patterns import regex

__all__ = ["used_names"]

_USE_TOKEN = regex(r"[A-Za-z_]\w*|::|[{},*]")


def used_names(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """(full path, alias) of every name that a ``use`` tree brings in."""
    tokens = _USE_TOKEN.findall(text)[:3_000]
    stack: list[tuple[str, ...]] = []
    base: tuple[str, ...] = ()
    current: tuple[str, ...] = ()
    alias = ""
    renamed = False
    for token in [*tokens, ","]:
        if token == "{":
            stack.append(base)
            base, current = (*base, *current), ()
        elif token in (",", "}"):
            if current:
                path = (*base, *current)
                if path[-1] == "self":
                    path = path[:-1]
                yield path, alias
            current, alias, renamed = (), "", False
            if token == "}" and stack:
                base = stack.pop()
        elif token == "as":
            renamed = True
        elif token == "::":
            continue
        elif renamed:
            alias = token
        else:
            current = (*current, token)
