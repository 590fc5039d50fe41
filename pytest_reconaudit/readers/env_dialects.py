"""One env file, four readers: what each makes of every line.

From the documentation of each: Docker Compose's ``.env`` and ``env_file``, ``docker run
--env-file``, a POSIX shell's ``source``, and the dotenv libraries (node's and Rust's apart, which
disagree on several points). Only what a *line* can tell is computed; where a value depends on other
variables it is written ``${…}`` and counts as expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex

__all__ = ["DIALECTS", "EnvLine", "read_env_lines", "readings"]

DIALECTS = ("compose", "docker", "shell", "dotenv", "dotenvy")
"""``dotenv`` is node's, ``dotenvy`` Rust's."""


class EnvLine(Struct, frozen=True):
    """One assignment as it is written, a quoted value over several lines joined."""

    key: str
    """As written before ``=``, blanks around it left out; ``export`` left out too."""
    rest: str
    """All after the ``=``, line breaks included."""
    place: Place
    exported: bool = False
    spaced: bool = False
    """Blanks stand before or after the ``=``."""
    gap: bool = False
    """Blanks stand before the ``=``."""


_HEAD = regex(r"[ \t]*(?P<export>export[ \t]+)?(?P<key>[^=#\s][^=\n]{0,200}?)(?P<gap>[ \t]*)=")
_MAX_VALUE = 20_000
_MAX_LINES = 20_000


def read_env_lines(text: str, path: str, line: int = 1) -> tuple[EnvLine, ...]:
    """The assignments of an env file in order. Never raises on bad input.

    :param line: the number of the text's first line, for a here-document.
    """
    return tuple(_lines(text, path, line))


def _lines(text: str, path: str, line: int) -> Iterator[EnvLine]:
    lines = text.split("\n")[:_MAX_LINES]
    index = 0
    while index < len(lines):
        written, number = lines[index], line + index
        index += 1
        if written.lstrip().startswith("#"):
            continue
        head = _HEAD.match(written[:_MAX_VALUE])
        if head is None:
            continue
        rest = written[head.end() : _MAX_VALUE]
        quote = rest.lstrip()[:1]
        if quote in ("'", '"') and _closing(rest.lstrip(), quote) < 0:
            # The value goes on; without a closing quote it is this line alone.
            for more in range(index, min(index + 100, len(lines))):
                joined = "\n".join([rest, *lines[index : more + 1]])
                if _closing(joined.lstrip(), quote) >= 0:
                    rest, index = joined, more + 1
                    break
        yield EnvLine(
            head["key"].strip(), rest, Place(path, number, head.start("key") + 1),
            bool(head["export"]), bool(head["gap"]) or rest[:1] in (" ", "\t"), bool(head["gap"]),
        )  # fmt: skip


def _closing(rest: str, quote: str) -> int:
    """Where the quoted text at the start ends; -1 when it does not."""
    at = 1
    while at < len(rest):
        if rest[at] == "\\" and quote == '"':
            at += 2
            continue
        if rest[at] == quote:
            return at
        at += 1
    return -1


def readings(line: EnvLine) -> dict[str, str | None]:
    """Dialect → the value it reads; ``None`` where it refuses the line or runs it as a command."""
    return {
        "compose": _compose(line),
        "docker": _docker(line),
        "shell": _shell(line),
        "dotenv": _node(line),
        "dotenvy": _dotenvy(line),
    }


_VARIABLE = regex(r"\$(?:\{[A-Za-z_][^}]{0,200}\}|[A-Za-z_]\w*)")
_COMMENT = regex(r"(?:^|[ \t])#.*$", re.DOTALL)


def _expanded(text: str) -> str:
    return _VARIABLE.sub("${…}", text)


def _quoted(rest: str) -> tuple[str, str] | None:
    """(quote, inner text) of a value in quotes."""
    text = rest.lstrip(" \t")
    quote = text[:1]
    if quote not in ("'", '"'):
        return None
    end = _closing(text, quote)
    return (quote, text[1:end]) if end >= 0 else None


def _unescaped(text: str) -> str:
    """``\\n`` and the like inside double quotes."""
    return re.sub(
        r"\\(.)",
        lambda m: {"n": "\n", "r": "\r", "t": "\t"}.get(m[1], m[1] if m[1] in '"\\$`' else m[0]),
        text,
        flags=re.DOTALL,
    )


def _compose(line: EnvLine) -> str | None:
    quoted = _quoted(line.rest)
    if quoted is not None:
        quote, inner = quoted
        return inner if quote == "'" else _expanded(_unescaped(inner))
    return _expanded(_COMMENT.sub("", line.rest).strip())


def _docker(line: EnvLine) -> str | None:
    if line.exported or line.gap or re.search(r"\s", line.key):
        return None  # "contains whitespaces"
    if "\n" in line.rest:
        return None  # the next lines are taken for variables
    return line.rest


_SHELL_STOPS = regex(r"[ \t;&|<>()]")


def _shell(line: EnvLine) -> str | None:
    if line.spaced and line.rest.strip():
        return None  # "KEY: command not found"
    out: list[str] = []
    rest, at = line.rest, 0
    while at < len(rest):
        char = rest[at]
        if char in "'\"":
            end = _closing(rest[at:], char)
            if end < 0:
                return None
            inner = rest[at + 1 : at + end]
            out.append(inner if char == "'" else _in_double(inner))
            at += end + 1
        elif char == "\\":
            out.append(rest[at + 1 : at + 2])
            at += 2
        elif _SHELL_STOPS.match(char):
            tail = rest[at:].strip()
            if char in " \t" and (not tail or tail.startswith("#")):
                break
            return None  # the rest would be run as a command
        else:
            end = at + 1
            while (
                end < len(rest) and rest[end] not in "'\"\\" and not _SHELL_STOPS.match(rest[end])
            ):
                end += 1
            out.append(_substituted(rest[at:end]))
            at = end
    return "".join(out)


def _in_double(text: str) -> str:
    return _substituted(re.sub(r"\\([\"\\`\n])", r"\1", text))


def _substituted(text: str) -> str:
    text = re.sub(r"`[^`]{0,300}`|\$\([^)]{0,300}\)", "$(…)", text)
    return _expanded(text)


def _node(line: EnvLine) -> str | None:
    quoted = _quoted(line.rest)
    if quoted is not None:
        quote, inner = quoted
        return inner.replace("\\n", "\n").replace("\\r", "\r") if quote == '"' else inner
    # Without quotes a comment begins at any "#".
    return line.rest.partition("#")[0].strip()


def _dotenvy(line: EnvLine) -> str | None:
    quoted = _quoted(line.rest)
    if quoted is not None:
        quote, inner = quoted
        return inner if quote == "'" else _expanded(_unescaped(inner))
    value = _COMMENT.sub("", line.rest).strip()
    if re.search(r"[ \t]", value):
        return None  # a parse error: the rest of the file is not read
    return _expanded(value)
