"""``${VAR:-default}`` as Docker Compose and as the Dockerfile's word expansion read it.

Both look like the shell and are not: Compose knows ``$$`` and nested defaults but no quotes;
a Dockerfile word knows quotes and a backslash but no ``$$``. ``string.Template`` knows no
defaults and ``python-dotenv`` only its own half of the operators, hence these few functions.
A value that depends on something unknown is ``None``: never compared, never reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["Reference", "expand_compose", "expand_word", "references"]

_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_MAX_DEPTH = 12
_MAX_TEXT = 20_000
"""A longer value is no value that a person wrote; unclosed braces would cost its square."""


class Reference(Struct, frozen=True):
    """One ``$NAME`` or ``${NAME<operator><word>}``; operator and word are empty for the plain."""

    name: str
    operator: str = ""
    word: str = ""


def references(text: str) -> tuple[Reference, ...]:
    """The variables that a compose value names, nested defaults included."""
    return tuple(_references(text, 0)) if len(text) <= _MAX_TEXT else ()


def _references(text: str, depth: int) -> Iterator[Reference]:
    i, end = 0, len(text)
    while i < end:
        at = text.find("$", i)
        if at < 0 or depth > _MAX_DEPTH:
            return
        if text.startswith("$$", at):
            i = at + 2
            continue
        found = _variable(text, at)
        if found is None:
            i = at + 1
            continue
        reference, i = found
        yield reference
        if reference.word:
            yield from _references(reference.word, depth + 1)


def _variable(text: str, at: int) -> tuple[Reference, int] | None:
    """The variable at the ``$`` and where it ends; nothing when it is none."""
    if not text.startswith("{", at + 1):
        name = _NAME.match(text, at + 1)
        return (Reference(name[0]), name.end()) if name else None
    name = _NAME.match(text, at + 2)
    if name is None:
        return None
    i = name.end()
    if text.startswith("}", i):
        return Reference(name[0]), i + 1
    size = 2 if text[i : i + 1] == ":" and text[i + 1 : i + 2] in tuple("-+?=") else 1
    operator, start = text[i : i + size], i + size
    depth, i = 1, start
    while i < len(text):
        if text[i] == "\\":
            i += 1
        elif text.startswith("${", i):
            depth, i = depth + 1, i + 1
        elif text[i] == "}":
            depth -= 1
            if not depth:
                return Reference(name[0], operator, text[start:i]), i + 1
        i += 1
    return None


def expand_compose(text: str, known: Mapping[str, str], depth: int = 0) -> str | None:
    """A compose value, filled in; ``None`` when a variable has neither value nor default.

    ``$$`` becomes ``$``. ``known`` holds what a committed ``.env`` sets.
    """
    if "$" not in text:
        return text
    if depth > _MAX_DEPTH or len(text) > _MAX_TEXT:
        return None
    out, i = [], 0
    while True:
        at = text.find("$", i)
        if at < 0:
            out.append(text[i:])
            return "".join(out)
        out.append(text[i:at])
        if text.startswith("$$", at):
            out.append("$")
            i = at + 2
            continue
        found = _variable(text, at)
        if found is None:
            return None
        reference, i = found
        value = _value(reference, known)
        if isinstance(value, Reference):
            filled = expand_compose(value.word, known, depth + 1)
            if filled is None:
                return None
            out.append(filled)
        elif value is None:
            return None
        else:
            out.append(value)


def _value(reference: Reference, known: Mapping[str, str]) -> str | Reference | None:
    """The value; the reference itself when its word is to be expanded; nothing when unknown."""
    set_value = known.get(reference.name)
    empty = set_value is None or (not set_value and reference.operator[:1] == ":")
    match reference.operator:
        case "":
            return set_value
        case ":-" | "-":
            return reference if empty else set_value
        case ":+" | "+":
            # Unknown is not unset: the value may come from the caller's environment.
            return None if set_value is None else ("" if empty else reference)
        case ":?" | "?":
            return None if empty else set_value
    return None


def expand_word(
    text: str, known: Mapping[str, str | None], escape: str = "\\", depth: int = 0
) -> str | None:
    """A Dockerfile word as BuildKit expands it: quotes and escapes gone, ``$X`` filled in.

    ``None`` when a variable has no known value and no default, or uses a pattern operator.
    """
    if depth > _MAX_DEPTH or len(text) > _MAX_TEXT:
        return None
    out: list[str] = []
    i, end, quote = 0, len(text), ""
    while i < end:
        char = text[i]
        if quote == "'":
            if char == "'":
                quote = ""
            else:
                out.append(char)
            i += 1
        elif char == escape and i + 1 < end:
            if quote and text[i + 1] not in ('"', "$", escape):
                out.append(char)
            out.append(text[i + 1])
            i += 2
        elif char in "'\"" and (not quote or quote == char):
            quote = "" if quote else char
            i += 1
        elif char == "$":
            found = _variable(text, i)
            if found is None:
                if text.startswith("{", i + 1):
                    return None
                out.append(char)
                i += 1
                continue
            reference, i = found
            filled = _docker_value(reference, known, escape, depth)
            if filled is None:
                return None
            out.append(filled)
        else:
            out.append(char)
            i += 1
    return "".join(out)


def _docker_value(
    reference: Reference, known: Mapping[str, str | None], escape: str, depth: int
) -> str | None:
    value = known.get(reference.name)
    empty = value is None or (not value and reference.operator[:1] == ":")
    if reference.operator == "":
        return value
    if reference.operator in (":-", "-"):
        return expand_word(reference.word, known, escape, depth + 1) if empty else value
    if reference.operator in (":+", "+"):
        if value is None:
            return None if reference.name in known else ""
        return "" if empty else expand_word(reference.word, known, escape, depth + 1)
    if reference.operator in (":?", "?"):
        return None if empty else value
    return None
