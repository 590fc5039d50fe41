"""Short expressions of source code, taken apart: ``self.users.find(id).await?`` in its steps.

The outline keeps such texts to tell what a method is called on. The few forms that matter are the
same in Rust, scripts and Python, and the texts are short, so a scan by hand is enough; anything
that is not understood gives no steps, hence no conclusion.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["Chain", "chain_of", "split_arguments", "type_parts"]

_HEAD = regex(r"[&*\s]*(?:(?:mut|await|typeof|ref)\s+)*")
_PATH = regex(r"[A-Za-z_$][\w$]*(?:(?:::)(?:<[^<>()]{0,80}>|[A-Za-z_$][\w$]*))*")
_FIELD = regex(r"\??\.([A-Za-z_$#][\w$]*)(?:::<[^<>()]{0,80}>|<[\w ,\[\]]{1,60}>(?=\())?")
_OPEN = {"(": ")", "[": "]", "{": "}"}


class Chain(Struct, frozen=True):
    """An expression that begins with a name."""

    path: tuple[str, ...]
    """The words of the name; ``("self",)``."""
    form: str
    """What the name is used as: ``call`` (``f(…)``), ``new`` (``new X(…)``), ``literal``
    (``X { … }``) or ``value``."""
    arguments: str
    """Source of a call's arguments."""
    steps: tuple[tuple[str, str], ...]
    """(kind, text): ``("field", name)``, ``("call", name)``, ``("?", "")``, ``("await", "")``,
    ``("index", source)``."""


@lru_cache(maxsize=8_192)
def chain_of(text: str) -> Chain | None:
    """An expression's steps; ``None`` when it is of another form or was cut off. Of Python's
    ``x if y else None`` those of the one that is something."""
    if " else " in text:
        text = _something(text)
    return _chain(text, 0)


def _something(text: str) -> str:
    head, _, last = text.rpartition(" else ")
    first, _, condition = head.partition(" if ")
    if not condition or " else " in head:
        return text
    if last.strip() == "None":
        return first
    return last if first.strip() == "None" else text


def _chain(text: str, depth: int) -> Chain | None:
    if depth > 4 or text.endswith("…"):
        return None
    head = _HEAD.match(text)
    at = head.end() if head else 0
    awaited = "await " in text[:at]
    if text[at : at + 1] == "(":
        end = _closing(text, at)
        if end < 0:
            return None
        inner = _chain(text[at + 1 : end].strip(), depth + 1)
        if inner is None:
            return None
        steps = _steps(text, end + 1)
        if steps is None:
            return None
        return Chain(inner.path, inner.form, inner.arguments, (*inner.steps, *steps))
    form = "value"
    if text.startswith("new ", at):
        form, at = "new", at + 4
        while text[at : at + 1] == " ":
            at += 1
    name = _PATH.match(text, at)
    if name is None:
        return None
    path = tuple(word for word in name[0].split("::") if word and word[0] != "<")
    at, arguments = name.end(), ""
    if form == "new":  # `new Map<string, X>()`, `new a.B()`
        while (field := _FIELD.match(text, at)) is not None:
            path, at = (*path, field[1]), field.end()
        if text[at : at + 1] == "<":
            at = _after_generics(text, at)
    if text[at : at + 1] == "(":
        end = _closing(text, at)
        if end < 0:
            return None
        arguments = text[at + 1 : end]
        at = end + 1
        if form == "value":
            form = "call"
    elif text[at : at + 1] == "!":
        return None
    elif form == "value" and text[at:].lstrip()[:1] == "{" and path[-1][:1].isupper():
        return Chain(path, "literal", "", ())
    steps = _steps(text, at)
    if steps is None:
        return None
    if awaited:
        steps = (*steps, ("await", ""))
    return Chain(path, form, arguments, steps)


def _steps(text: str, at: int) -> tuple[tuple[str, str], ...] | None:
    steps: list[tuple[str, str]] = []
    size = len(text)
    while at < size:
        character = text[at]
        if character in "?!" and text[at + 1 : at + 2] != ".":
            steps.append(("?", ""))
            at += 1
        elif (field := _FIELD.match(text, at)) is not None:
            at = field.end()
            if character == "?":
                steps.append(("?", ""))
            if field[1] == "await":
                steps.append(("await", ""))
            elif text[at : at + 1] == "(":
                end = _closing(text, at)
                if end < 0:
                    return None
                steps.append(("call", field[1]))
                at = end + 1
            else:
                steps.append(("field", field[1]))
        elif character == "!":
            at += 1
        elif character == "[":
            end = _closing(text, at)
            if end < 0:
                return None
            steps.append(("index", text[at + 1 : end]))
            at = end + 1
        elif character in ";) ":
            rest = text[at:].strip("; )")
            return None if rest and not rest.startswith("as ") else tuple(steps)
        else:
            return None
    return tuple(steps)


def _closing(text: str, at: int) -> int:
    """The offset of the bracket that closes the one at an offset; -1 when there is none."""
    depth, quote, size = 0, "", len(text)
    while at < size:
        character = text[at]
        if quote:
            if character == "\\":
                at += 1
            elif character == quote:
                quote = ""
        elif character in '"`':
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if not depth:
                return at
        at += 1
    return -1


def _after_generics(text: str, at: int) -> int:
    depth = 0
    for index in range(at, len(text)):
        if text[index] == "<":
            depth += 1
        elif text[index] == ">":
            depth -= 1
            if not depth:
                return index + 1
    return len(text)


def split_arguments(text: str) -> list[str]:
    """The parts of a list at the commas outside of brackets."""
    parts, depth, begin = [], 0, 0
    for at, character in enumerate(text):
        if character in "([{<":
            depth += 1
        elif character in ")]}" or (character == ">" and text[at - 1 : at] not in ("-", "=")):
            depth -= 1
        elif character == "," and depth <= 0:
            parts.append(text[begin:at].strip())
            begin = at + 1
    last = text[begin:].strip()
    return [*parts, last] if last else parts


@lru_cache(maxsize=8_192)
def type_parts(text: str, opening: str = "<") -> tuple[str, tuple[str, ...]]:
    """A type's name and its arguments: ``("Arc", ("Cache",))`` of ``Arc<Cache>``.

    :param opening: ``[`` for Python.
    """
    at = text.find(opening)
    if at < 0:
        return text.strip(), ()
    end = text.rfind(">" if opening == "<" else "]")
    return text[:at].strip(), tuple(split_arguments(text[at + 1 : end if end > at else len(text)]))
