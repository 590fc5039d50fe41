"""Where source code starts to listen: the calls that take a port, with their values followed.

A value is followed through local variables, constants, formatting, parsing and defaults until it
is made of literals and *variables*: environment variables, fields and constants that another file
may define, parameters that a caller fills in. Whoever knows the whole package resolves the latter
(:mod:`..facts.network.listeners`). What cannot be followed has no value and is never guessed.

One module per language: :mod:`.binds_rust`, :mod:`.binds_script`, :mod:`.binds_python`,
:mod:`.binds_go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex

if TYPE_CHECKING:
    from tree_sitter import Node

    from pytest_reconaudit.readers.syntax import SyntaxTree

__all__ = [
    "Definition",
    "Follower",
    "ServerBind",
    "SourceBinds",
    "Text",
    "Variable",
    "literal",
    "split_address",
]

_DEPTH = 12


class Variable(Struct, frozen=True):
    """A piece of a value that is decided elsewhere."""

    key: str = ""
    """The environment variable that sets it."""
    name: str = ""
    """A field, constant or function that some file of the package defines."""
    owner: str = ""
    """The type or module that the name belongs to, when the file tells."""
    parameter: int = -1
    """``name`` is the function around it, and this parameter of it holds the value."""
    default: tuple[str | Variable, ...] | None = None
    """The value when the key is not set."""


Text = tuple[str | Variable, ...]
"""A text in pieces."""


class ServerBind(Struct, frozen=True):
    """One call that makes a program listen."""

    place: Place
    written: str
    """The call's address argument (or the whole call), on one line."""
    host: Text | None
    """``None`` when it cannot be told; empty for "all interfaces"."""
    port: Text | None
    via: str
    """What listens: ``HttpServer``, ``listen`` …"""
    test: bool = False
    when_main: bool = False
    """Only where the file itself is what Python runs, not where a launcher imports it."""


class Definition(Struct, frozen=True):
    """A field, constant or argument of a function, with its value."""

    name: str
    owner: str
    value: Text | None
    place: Place


class SourceBinds(Struct, frozen=True):
    """The server starts of one file."""

    path: str
    binds: tuple[ServerBind, ...] = ()


def literal(text: Text | None) -> str | None:
    """The text when nothing in it is a variable."""
    if text is None or any(isinstance(piece, Variable) for piece in text):
        return None
    return "".join(str(piece) for piece in text)


def joined(*texts: Text | None) -> Text | None:
    """The pieces of several texts, one after the other; nothing when one is unknown."""
    out: list[str | Variable] = []
    for text in texts:
        if text is None:
            return None
        for piece in text:
            if isinstance(piece, str) and out and isinstance(out[-1], str):
                out[-1] += piece
            else:
                out.append(piece)
    return tuple(out)


def split_address(text: Text | None) -> tuple[Text | None, Text | None]:
    """(host, port) of ``host:port``; the host of a bare number is empty."""
    if not text:
        return None, None
    for index in range(len(text) - 1, -1, -1):
        piece = text[index]
        if isinstance(piece, str) and ":" in piece:
            before, _, after = piece.rpartition(":")
            host = (*text[:index], *((before,) if before else ()))
            port = (*((after,) if after else ()), *text[index + 1 :])
            return host, port or None
    if len(text) == 1 and isinstance(text[0], Variable):
        one = text[0]
        if one.default is None:
            return text, text
        host_default, port_default = split_address(one.default)
        host = (_with_default(one, host_default),)
        return host, (_with_default(one, port_default),)
    return None, text


def _with_default(one: Variable, default: Text | None) -> Variable:
    return Variable(one.key, one.name, one.owner, one.parameter, default)


def with_default(text: Text | None, default: Text | None) -> Text | None:
    """``text``, and the default where its variable is not set."""
    if text is None or len(text) != 1 or not isinstance(text[0], Variable):
        return text
    one = text[0]
    if one.default is not None:
        return text
    if default is None:
        return text
    return (_with_default(one, default),)


class Follower:
    """What the readers of all languages share: one file, and values found in it."""

    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.text = tree.text

    def value(self, node: Node | None, depth: int = 0) -> Text | None:
        """The value of an expression; ``None`` when it cannot be told."""
        raise NotImplementedError

    def written(self, node: Node) -> str:
        return " ".join(self.text(node).split())[:160]

    def above(self, node: Node, *kinds: str) -> Node | None:
        """The nearest enclosing node of one of the kinds."""
        parent = node.parent
        while parent is not None and parent.type not in kinds:
            parent = parent.parent
        return parent

    def too_deep(self, depth: int) -> bool:
        return depth > _DEPTH


def arguments(node: Node | None) -> list[Node]:
    """The arguments of a call, comments left out."""
    if node is None:
        return []
    return [one for one in node.named_children if one.type not in ("comment", "line_comment")]


_NUMBER = regex(r"\d[\d_]*")


def number(text: str) -> str | None:
    """``8_080u16`` → ``8080``."""
    match = _NUMBER.match(text)
    return match[0].replace("_", "") if match and not text.lower().startswith("0x") else None
